package tcp_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/packetwalk/packetwalk/tcp"
)

// errnos are the errors of the machine as programs know them.
var errnos = []struct {
	name string
	err  error
}{
	{"ECONNRESET", tcp.ErrReset}, {"ECONNREFUSED", tcp.ErrRefused}, {"ETIMEDOUT", tcp.ErrTimeout},
	{"ECONNABORTED", tcp.ErrAborted}, {"EPIPE", tcp.ErrClosing},
}

func errno(err error) string {
	if err == nil {
		return "none"
	}
	for _, e := range errnos {
		if errors.Is(err, e.err) {
			return e.name
		}
	}
	return err.Error()
}

// parseCall reads a call of the program. Behind = stands its result: a number,
// wait if the program would have to, or -1 and an error.
func parseCall(words []string) (func(*run) error, error) {
	name, args, result := words[0], words[1:], []string(nil)
	if i := slices.Index(args, "="); i >= 0 {
		args, result = args[:i], args[i+1:]
		if len(result) == 0 {
			return nil, fmt.Errorf("expected a result behind =")
		}
	}
	switch name {
	case "write", "read":
		if len(args) != 1 || result == nil {
			return nil, fmt.Errorf("expected %s LENGTH = RESULT, got %q", name, strings.Join(words, " "))
		}
		if name == "write" {
			return parseWrite(args[0], result)
		}
		return parseRead(args[0], result)
	case "accept":
		if len(args) > 0 || len(result) > 1 || len(result) == 1 && result[0] != "wait" {
			return nil, fmt.Errorf("expected accept or accept = wait, got %q", strings.Join(words, " "))
		}
		return func(r *run) error { return r.accept(result == nil) }, nil
	}
	if result != nil {
		return nil, fmt.Errorf("%s has no result", name)
	}
	call, ok := simpleCalls[strings.Join(append([]string{name}, args...), " ")]
	if !ok {
		return parseNumbers(words)
	}
	return func(r *run) error {
		r.tell(r.now, "", strings.Join(words, " "))
		return call(r)
	}, nil
}

var simpleCalls = map[string]func(r *run) error{
	"listen":   func(r *run) error { r.port.listening = true; return nil },
	"unlisten": func(r *run) error { r.port.listening = false; return nil },
	"connect": func(r *run) error {
		r.conn = tcp.Open(r.now, tcp.ID{Local: here, Remote: there}, r.settings.iss, &r.settings.cfg, r.emitter())
		r.port.attached, r.port.accepted = true, true
		return r.drain()
	},
	"close":                func(r *run) error { return r.call(func(c *tcp.Conn) { c.Close(r.now) }) },
	"abort":                func(r *run) error { return r.call(func(c *tcp.Conn) { c.Abort(r.now) }) },
	"shutdown wr":          func(r *run) error { return r.call(func(c *tcp.Conn) { c.CloseWrite(r.now) }) },
	"shutdown rd":          func(r *run) error { return r.call(func(c *tcp.Conn) { c.CloseRead(r.now) }) },
	"setsockopt NODELAY 1": func(r *run) error { return r.call(func(c *tcp.Conn) { c.SetNoDelay(true) }) },
	"setsockopt NODELAY 0": func(r *run) error { return r.call(func(c *tcp.Conn) { c.SetNoDelay(false) }) },
}

// parseNumbers reads "numbers from ISS and IRS": the numbers of the next
// connection on the same pair of sockets.
func parseNumbers(words []string) (func(*run) error, error) {
	if len(words) == 5 && words[0] == "numbers" && words[1] == "from" && words[3] == "and" {
		iss, err1 := parseInt(words[2], 1<<32-1)
		irs, err2 := parseInt(words[4], 1<<32-1)
		if err1 == nil && err2 == nil {
			return func(r *run) error {
				r.settings.iss, r.settings.irs = tcp.Seq(iss), tcp.Seq(irs)
				r.wrote, r.peerText, r.read = nil, nil, 0
				return nil
			}, nil
		}
	}
	return nil, fmt.Errorf("expected <, >, assert, event, no event, nothing for, given, or one of the calls connect, listen, unlisten, "+
		"accept, read, write, close, shutdown wr, shutdown rd, abort, setsockopt NODELAY 1; got %q", strings.Join(words, " "))
}

func (r *run) call(f func(*tcp.Conn)) error {
	if r.conn == nil {
		return r.step.errorf("%v", errNoConnection)
	}
	f(r.conn)
	return r.drain()
}

// accept takes a connection that has left SYN-RECEIVED.
func (r *run) accept(want bool) error {
	ready := r.conn != nil && r.port.attached && !r.port.accepted && r.conn.State() >= tcp.Established
	if ready != want {
		return r.step.errorf("accept\n  expected  a connection: %v\n  came      %v (state %s)", want, ready, r.state())
	}
	r.port.accepted = r.port.accepted || ready
	r.tell(r.now, "", r.step.text)
	return nil
}

// checkResult compares the result of a call.
func (r *run) checkResult(call string, want []string, n int, err error) error {
	got := strconv.Itoa(n)
	switch {
	case errors.Is(err, io.EOF):
		got = "0"
	case err != nil:
		got = "-1 " + errno(err)
	case n == 0:
		got = "wait"
	}
	r.tell(r.now, "", call+" = "+got)
	if got != strings.Join(want, " ") {
		return r.step.errorf("%s\n  expected  = %s\n  came      = %s (state %s)", call, strings.Join(want, " "), got, r.state())
	}
	return nil
}

func parseWrite(arg string, result []string) (func(*run) error, error) {
	text, n, err := quotedOrLength(arg)
	if err != nil {
		return nil, err
	}
	return func(r *run) error {
		if r.conn == nil {
			return r.step.errorf("%v", errNoConnection)
		}
		p := []byte(text)
		for i := range n {
			p = append(p, filler(len(r.wrote)+int(i)))
		}
		taken, err := r.conn.Write(r.now, p)
		r.wrote = append(r.wrote, p[:taken]...)
		if err := r.checkResult("write "+arg, result, taken, err); err != nil {
			return err
		}
		return r.drain()
	}, nil
}

// quotedOrLength reads "text", or a number of octets.
func quotedOrLength(arg string) (text string, n int64, err error) {
	if arg[0] == '"' {
		text, err = strconv.Unquote(arg)
		return text, 0, err
	}
	n, err = parseInt(arg, furthest)
	return "", n, err
}

func parseRead(arg string, result []string) (func(*run) error, error) {
	most, err := parseInt(arg, furthest)
	if err != nil {
		return nil, err
	}
	text := ""
	if last := result[len(result)-1]; last[0] == '"' {
		if text, err = strconv.Unquote(last); err != nil {
			return nil, err
		}
		result = result[:len(result)-1]
	}
	return func(r *run) error {
		if r.conn == nil {
			return r.step.errorf("%v", errNoConnection)
		}
		p := make([]byte, most)
		n, err := r.conn.Read(r.now, p)
		p = p[:n]
		if err := r.checkResult("read "+arg, result, n, err); err != nil {
			return err
		}
		if !r.peerText.holds(int64(r.read), p) || text != "" && text != string(p) {
			return r.step.errorf("what is read is not what was sent\n  expected  %q\n  came      %q", text, p)
		}
		r.read += n
		return r.drain()
	}, nil
}
