package tcp_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/tcp"
)

// state is the state of the connection, or of the port while the program has
// none.
func (r *run) state() string {
	if r.conn == nil || !r.port.attached && !r.port.accepted {
		if r.port.listening {
			return tcp.Listen.String()
		}
		return tcp.Closed.String()
	}
	return r.conn.State().String()
}

// names are the variables that are words.
var names = map[string]func(r *run, s *tcp.Snapshot) string{
	"state":    func(r *run, _ *tcp.Snapshot) string { return r.state() },
	"recovery": func(_ *run, s *tcp.Snapshot) string { return s.Recovery },
	"error":    func(r *run, _ *tcp.Snapshot) string { return errno(r.conn.Err()) },
}

// numbers are the variables that are numbers: octets, relative sequence numbers,
// nanoseconds, and 0 or 1 for no and yes.
var numbers = map[string]func(r *run, s *tcp.Snapshot) int64{
	"snd.una":     func(r *run, s *tcp.Snapshot) int64 { return int64(int32(s.SndUNA - r.settings.iss)) },
	"snd.nxt":     func(r *run, s *tcp.Snapshot) int64 { return int64(int32(s.SndNXT - r.settings.iss)) },
	"snd.wnd":     func(_ *run, s *tcp.Snapshot) int64 { return int64(s.SndWND) },
	"mss":         func(_ *run, s *tcp.Snapshot) int64 { return int64(s.SndMSS) },
	"rcv.nxt":     func(r *run, s *tcp.Snapshot) int64 { return int64(int32(s.RcvNXT - r.settings.irs)) },
	"rcv.wnd":     func(_ *run, s *tcp.Snapshot) int64 { return int64(s.RcvWND) },
	"srtt":        func(_ *run, s *tcp.Snapshot) int64 { return int64(s.SRTT) },
	"rttvar":      func(_ *run, s *tcp.Snapshot) int64 { return int64(s.RTTVAR) },
	"rto":         func(_ *run, s *tcp.Snapshot) int64 { return int64(s.RTO) },
	"cwnd":        func(_ *run, s *tcp.Snapshot) int64 { return int64(s.CWND) },
	"ssthresh":    func(_ *run, s *tcp.Snapshot) int64 { return int64(s.SSThresh) },
	"flight":      func(_ *run, s *tcp.Snapshot) int64 { return int64(s.Flight) },
	"pipe":        func(_ *run, s *tcp.Snapshot) int64 { return int64(s.Pipe) },
	"dupacks":     func(_ *run, s *tcp.Snapshot) int64 { return int64(s.DupACKs) },
	"unsent":      func(_ *run, s *tcp.Snapshot) int64 { return int64(s.Unsent) },
	"unread":      func(_ *run, s *tcp.Snapshot) int64 { return int64(s.Unread) },
	"outoforder":  func(_ *run, s *tcp.Snapshot) int64 { return int64(s.OutOfOrder) },
	"sendroom":    func(_ *run, s *tcp.Snapshot) int64 { return int64(s.SendBufferFree) },
	"retransmits": func(_ *run, s *tcp.Snapshot) int64 { return int64(s.Retransmissions) },
	"readable":    func(r *run, _ *tcp.Snapshot) int64 { return truth(r.conn.Readable()) },
	"writable":    func(r *run, _ *tcp.Snapshot) int64 { return truth(r.conn.Writable()) },
	"released":    func(r *run, _ *tcp.Snapshot) int64 { return truth(r.conn.Released()) },
	// deadline is how long it is until the next timer, -1 if none runs.
	"deadline": func(r *run, _ *tcp.Snapshot) int64 {
		if at, _ := r.conn.NextDeadline(); at != sim.Never {
			return int64(at.Sub(r.now))
		}
		return -1
	},
	"waiting": func(r *run, _ *tcp.Snapshot) int64 {
		_, live := r.conn.NextDeadline()
		return truth(live)
	},
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// parseAsserts reads "state ESTABLISHED, cwnd == 2*mss + 1".
func parseAsserts(text string) (func(*run) error, error) {
	var all []func(*run) error
	for _, one := range strings.Split(text, ",") {
		f, err := parseAssert(strings.TrimSpace(one))
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return func(r *run) error {
		for _, f := range all {
			if err := f(r); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func parseAssert(text string) (func(*run) error, error) {
	words := strings.Fields(text)
	if len(words) >= 2 && names[words[0]] != nil {
		want := strings.Join(words[1:], " ")
		return func(r *run) error { return r.assertName(words[0], want) }, nil
	}
	i := slices.IndexFunc(words, func(w string) bool { return slices.Contains([]string{"==", "!=", "<", "<=", ">", ">="}, w) })
	if i < 1 || i == len(words)-1 {
		return nil, fmt.Errorf("expected assert state NAME, recovery NAME, error NAME, or A == B (also != < <= > >=), got %q", text)
	}
	left, err := parseSum(strings.Join(words[:i], ""))
	if err != nil {
		return nil, err
	}
	right, err := parseSum(strings.Join(words[i+1:], ""))
	if err != nil {
		return nil, err
	}
	timed := slices.ContainsFunc([]string{"srtt", "rttvar", "rto", "deadline"}, func(w string) bool { return strings.Contains(text, w) })
	return func(r *run) error {
		if r.conn == nil {
			return r.step.errorf("%v", errNoConnection)
		}
		s := r.conn.Snapshot()
		a, b := left(r, &s), right(r, &s)
		if !compare(a, words[i], b) {
			return r.step.errorf("a variable is not as expected\n  expected  %s\n  came      %s, %s", text, amount(a, timed), amount(b, timed))
		}
		return nil
	}, nil
}

func (r *run) assertName(name, want string) error {
	if r.conn == nil && name != "state" {
		return r.step.errorf("%v", errNoConnection)
	}
	var s tcp.Snapshot
	if r.conn != nil {
		s = r.conn.Snapshot()
	}
	if got := names[name](r, &s); got != want {
		return r.step.errorf("a variable is not as expected\n  expected  %s %s\n  came      %s %s", name, want, name, got)
	}
	return nil
}

func amount(n int64, timed bool) string {
	if timed {
		return fmt.Sprintf("%d ns", n)
	}
	return strconv.FormatInt(n, 10)
}

func compare(a int64, op string, b int64) bool {
	switch op {
	case "==":
		return a == b
	case "!=":
		return a != b
	case "<":
		return a < b
	case "<=":
		return a <= b
	case ">":
		return a > b
	}
	return a >= b
}

type term func(r *run, s *tcp.Snapshot) int64

// parseSum reads terms with + and - between them, from the right: the last
// operator binds last.
func parseSum(text string) (term, error) {
	if i := strings.LastIndexAny(text, "+-"); i > 0 {
		return both(text[:i], text[i], text[i+1:], parseSum, parseProduct)
	}
	return parseProduct(text)
}

func parseProduct(text string) (term, error) {
	if i := strings.LastIndexAny(text, "*/"); i > 0 {
		return both(text[:i], text[i], text[i+1:], parseProduct, parseFactor)
	}
	return parseFactor(text)
}

func both(left string, op byte, right string, parseLeft, parseRight func(string) (term, error)) (term, error) {
	a, err := parseLeft(left)
	if err != nil {
		return nil, err
	}
	b, err := parseRight(right)
	if err != nil {
		return nil, err
	}
	return func(r *run, s *tcp.Snapshot) int64 {
		x, y := a(r, s), b(r, s)
		switch op {
		case '+':
			return x + y
		case '-':
			return x - y
		case '*':
			return x * y
		}
		return x / max(y, 1)
	}, nil
}

func parseFactor(text string) (term, error) {
	if f := numbers[text]; f != nil {
		return f, nil
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return func(*run, *tcp.Snapshot) int64 { return n }, nil
	}
	if strings.HasSuffix(text, "s") {
		if d, err := parseDuration(text); err == nil {
			return func(*run, *tcp.Snapshot) int64 { return int64(d) }, nil
		}
	}
	return nil, fmt.Errorf("expected a number, a time with its unit or a variable, got %q", text)
}

// parseEvent reads "event ID [field=value ..]" and "no event ID": what the
// connection has told the log since something last happened to it.
func parseEvent(words []string) (func(*run) error, error) {
	want := words[0] == "event"
	if !want {
		words = words[1:]
	}
	if len(words) < 2 || words[0] != "event" || !strings.HasPrefix(words[1], "tcp.") {
		return nil, fmt.Errorf("expected event tcp.NAME [field=value ..] or no event tcp.NAME, got %q", strings.Join(words, " "))
	}
	id, fields := words[1], words[2:]
	return func(r *run) error {
		var came []string
		found := false
		for i := r.seen; i < len(r.rec.Events); i++ {
			e := &r.rec.Events[i]
			came = append(came, e.Kind.ID+": "+e.Sentence())
			found = found || e.Kind.ID == id && !slices.ContainsFunc(fields, func(f string) bool {
				key, value, _ := strings.Cut(f, "=")
				field, ok := e.Get(key)
				return !ok || field.String() != value
			})
		}
		if found != want {
			return r.step.errorf("the events are not as expected\n  expected  %s\n  came      %s", r.step.text, strings.Join(came, "\n            "))
		}
		return nil
	}, nil
}
