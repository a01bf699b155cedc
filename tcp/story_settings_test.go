package tcp_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/packetwalk/packetwalk/tcp"
)

// settingNames are the words with which a setting begins.
var settingNames = []string{
	"profile", "mss", "send-buffer", "receive-buffer", "options", "congestion", "initial-window", "nodelay",
	"initial-rto", "min-rto", "max-rto", "delayed-ack", "time-wait", "fin-wait-2", "syn-retries", "retries",
	"iss", "irs", "tolerance", "peer", "prr", "rack", "frto", "eifel", "ecn",
}

func isSetting(word string) bool { return slices.Contains(settingNames, word) }

// set takes a line of settings.
func (s *settings) set(words []string) error {
	if !isSetting(words[0]) {
		return fmt.Errorf("expected story, prologue or one of the settings %s; got %q", strings.Join(settingNames, ", "), words[0])
	}
	switch words[0] {
	case "peer":
		return s.peer.set(words[1:])
	case "options":
		return s.offer(words[1:])
	case "nodelay":
		s.cfg.NoDelay = true
		return nil
	}
	if len(words) != 2 {
		return fmt.Errorf("expected one value behind %s, got %q", words[0], strings.Join(words[1:], " "))
	}
	value := words[1]
	if d := s.duration(words[0]); d != nil {
		if words[0] == "delayed-ack" && value == "off" {
			s.cfg.NoDelayedACK = true
			return nil
		}
		var err error
		*d, err = parseDuration(value)
		return err
	}
	switch words[0] {
	case "profile":
		switch value {
		case "rfc":
			s.cfg.Profile = tcp.RFC
		case "linux":
			s.cfg.Profile = tcp.Linux
		default:
			return fmt.Errorf("expected profile rfc or linux, got %q", value)
		}
		return nil
	case "ecn":
		modes := []string{"passive", "active", "never"}
		i := slices.Index(modes, value)
		if i < 0 {
			return fmt.Errorf("expected ecn passive, active or never, got %q", value)
		}
		s.cfg.ECN = tcp.ECNMode(i)
		return nil
	case "prr", "rack", "frto", "eifel":
		return s.turn(words[0], value)
	case "congestion":
		s.cfg.Congestion = value
		return s.cfg.Check()
	}
	return s.setNumber(words[0], value)
}

// turn sets an algorithm that the profile would choose.
func (s *settings) turn(name, value string) error {
	to, ok := map[string]tcp.Switch{"on": tcp.On, "off": tcp.Off}[value]
	if !ok {
		return fmt.Errorf("expected %s on or off, got %q", name, value)
	}
	switch name {
	case "prr":
		s.cfg.PRR = to
	case "rack":
		s.cfg.RACK = to
	case "frto":
		s.cfg.FRTO = to
	case "eifel":
		s.cfg.Eifel = to
	}
	return nil
}

func (s *settings) duration(name string) *time.Duration {
	switch name {
	case "initial-rto":
		return &s.cfg.InitialRTO
	case "min-rto":
		return &s.cfg.MinRTO
	case "max-rto":
		return &s.cfg.MaxRTO
	case "delayed-ack":
		return &s.cfg.DelayedACK
	case "time-wait":
		return &s.cfg.TimeWait
	case "fin-wait-2":
		return &s.cfg.FinWait2
	case "tolerance":
		return &s.tolerance
	}
	return nil
}

func (s *settings) setNumber(name, value string) error {
	n, err := parseInt(value, 1<<32-1)
	if err != nil {
		return err
	}
	switch name {
	case "mss":
		s.cfg.MSS = uint16(n)
	case "send-buffer":
		s.cfg.SendBuffer = uint32(n)
	case "receive-buffer":
		s.cfg.ReceiveBuffer = uint32(n)
	case "initial-window":
		s.cfg.InitialWindow = int(n)
	case "syn-retries":
		s.cfg.SYNRetries = int(n)
	case "retries":
		s.cfg.Retries = int(n)
	case "iss":
		s.iss = tcp.Seq(n)
	case "irs":
		s.irs = tcp.Seq(n)
	}
	return s.cfg.Check()
}

// offer is the line that says which options this end offers.
func (s *settings) offer(words []string) error {
	s.cfg.NoSACK = !slices.Contains(words, "sackOK")
	s.cfg.NoTimestamps = !slices.Contains(words, "TS")
	s.cfg.NoWindowScale = !slices.Contains(words, "wscale")
	for _, w := range words {
		if !slices.Contains([]string{"sackOK", "TS", "wscale", "none"}, w) {
			return fmt.Errorf("expected options none, or of sackOK TS wscale; got %q", w)
		}
	}
	if len(words) == 0 || len(words) > 1 && slices.Contains(words, "none") {
		return fmt.Errorf("expected options none, or of sackOK TS wscale; got %q", strings.Join(words, " "))
	}
	return nil
}

// set is the line that says what the other end offers.
func (p *peer) set(words []string) error {
	for i := 0; i < len(words); i++ {
		switch {
		case words[i][0] == '<':
			o, err := parseOptions(words[i])
			if err != nil {
				return err
			}
			p.options, p.clock = o, o.kinds&hasTS != 0
		case words[i] == "win" && i+1 < len(words):
			n, err := parseInt(words[i+1], 1<<30)
			if err != nil {
				return err
			}
			p.window = uint32(n)
			i++
		default:
			return fmt.Errorf("expected peer [win N] [<options>], got %q", words[i])
		}
	}
	return nil
}
