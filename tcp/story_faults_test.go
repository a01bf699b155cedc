package tcp_test

import (
	"os"
	"strings"
	"testing"
)

// A story that is wrong must fail, and say where, what it expected and what
// came.
func TestWrongStoriesFail(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"flags", "listen\n< S 0:0(0)\n> S 0:0(0) <...>", "flags"},
		{"sequence number", "given open\nwrite 5 = 5\n> P. 2:7(5) ack 1", "sequence number"},
		{"length", "given open\nwrite 5 = 5\n> P. 1:7(6) ack 1", "length"},
		{"acknowledgment number", "given open\nwrite 5 = 5\n> P. 1:6(5) ack 2", "acknowledgment number"},
		{"text", "given open\nwrite \"hello\" = 5\n> P. 1:6(5) ack 1 \"hallo\"", "text"},
		{"window", "listen\n< S 0:0(0)\n> S. 0:0(0) ack 1 win 65534 <...>", "window"},
		{"raw window", "listen\n< S 0:0(0)\n> S. 0:0(0) ack 1 rawwin 1 <...>", "window field"},
		{"urgent pointer", "given open\nwrite 5 = 5\n> P. 1:6(5) ack 1 urg 7", "urgent pointer"},
		{"options", "listen\n< S 0:0(0)\n> S. 0:0(0) ack 1 <mss 1461>", "options"},
		{"an option that should not be there", "listen\n< S 0:0(0)\n> S. 0:0(0) ack 1", "options"},
		{"an option that is missing", "listen\n< S 0:0(0)\n> S. 0:0(0) ack 1 <mss 1460,sackOK>", "options"},
		{"ecn", "given open\nwrite 5 = 5\n> P. 1:6(5) ack 1 ecn", "ecn"},
		{"cause", "given open\nwrite 5 = 5\n> P. 1:6(5) ack 1 because close", "cause"},
		{"too early", "given open\nwrite 5 = 5\n+0.1 > P. 1:6(5) ack 1", "time"},
		{"too late", "given open\n< P. 1:6(5) ack 1\n+0.1 > . 1:1(0) ack 6", "came      nothing by then; the next timer expires at 0.2"},
		{"outside the tolerance", "tolerance 5ms\ngiven open\n< P. 1:6(5) ack 1\n+0.19 > . 1:1(0) ack 6", "nothing by then"},
		{"never", "given open\n+1 > . 1:1(0) ack 6", "no timer runs"},
		{"one too many", "given open\nwrite 5 = 5\nread 5 = wait", "a segment is sent that no line expects"},
		{"one too many at the end", "given open\nwrite 5 = 5", "> P. 1:6(5) ack 1"},
		{"not nothing", "given open\n< P. 1:6(5) ack 1\nnothing for 1s", "at 0.2 > . 1:1(0) ack 6"},
		{"one of several", "given open\nwrite 2000 = 2000\n> . 1:3001(3x1000) ack 1", "flags"},
		{"result of a write", "given open\nwrite 5 = 4", "= 5"},
		{"result of a read", "given open\nread 5 = 0", "= wait"},
		{"what is read", "given open\n< P. 1:6(5) ack 1 \"hello\"\nread 5 = 5 \"hallo\"", "hello"},
		{"error of a call", "given open\n< R 1:1(0)\nread 5 = -1 ECONNREFUSED", "= -1 ECONNRESET"},
		{"accept", "listen\n< S 0:0(0)\n> S. 0:0(0) ack 1 <...>\naccept", "SYN-RECEIVED"},
		{"accept = wait", "given open\naccept", "expected  a connection: true"},
		{"state", "given open\nassert state CLOSED", "state ESTABLISHED"},
		{"number", "given open\nassert cwnd == 9*mss", "10000, 9000"},
		{"time", "given open\nassert rto < 1s", "1000000000 ns"},
		{"event", "given open\n< P. 1:6(5) ack 1\nevent tcp.duplicate", "expected  event tcp.duplicate"},
		{"field of an event", "given open\n< U. 1:1(0) ack 1 urg 4\nevent tcp.urgent to=4", "up to 5"},
		{"no event", "given open\n< U. 1:1(0) ack 1 urg 4\nno event tcp.urgent", "up to 5"},
		{"no connection", "write 5 = 5", "there is no connection yet"},
		{"past", "given open\nnothing for 1s\n0.5 < . 1:1(0) ack 1", "it is 1 already"},
		{"window that does not fit", "given open\n< . 1:1(0) ack 1 win 70000", "does not fit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := parseBook("wrong.txt", open+"story wrong\nRFC 9293\n"+c.text, nil)
			if err != nil {
				t.Fatal(err)
			}
			err = newRun(b.stories[0]).all()
			if err == nil {
				t.Fatal("the story does not fail")
			}
			if !strings.HasPrefix(err.Error(), "wrong.txt:") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("expected the place and %q, got:\n%v", c.want, err)
			}
		})
	}
}

const open = `prologue open
listen
< S 0:0(0)
> S. 0:0(0) ack 1 <...>
+0.1 < . 1:1(0) ack 1
accept
`

// What cannot be read is refused with its place and what was expected.
func TestUnreadableStories(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"story s\nRFC 1\nhello", "wrong.txt:3: expected <, >, assert"},
		{"story s\nlisten", `wrong.txt:1: story "s" cites no RFC`},
		{"story s\nRFC 1", `wrong.txt:1: nothing happens in story "s"`},
		{"story s\nRFC 1\nlisten\nstory s\nRFC 1\nlisten", `wrong.txt:4: there is a story "s" on line 1`},
		{"hello world", "wrong.txt:1: expected story, prologue or one of the settings"},
		{"profile bsd", `wrong.txt:1: expected profile rfc or linux, got "bsd"`},
		{"mss many", `wrong.txt:1: expected a number up to 4294967295, got "many"`},
		{"mss 1 2", `wrong.txt:1: expected one value behind mss, got "1 2"`},
		{"mss 5", "wrong.txt:1: tcp: MSS is 5, must be 64 or more"},
		{"ecn maybe", `wrong.txt:1: expected ecn passive, active or never, got "maybe"`},
		{"congestion magic", `wrong.txt:1: tcp: congestion control "magic" is not one of`},
		{"options all", "wrong.txt:1: expected options none, or of sackOK TS wscale"},
		{"peer wim 3", `wrong.txt:1: expected peer [win N] [<options>], got "wim"`},
		{"time-wait soon", `wrong.txt:1: expected a time like 1.5, 200ms or 2m, got "soon"`},
		{"prologue a\nlisten\nprologue a", `wrong.txt:3: expected a new name behind prologue, got "a"`},
		{"story s\nRFC 1\ngiven nothing", `wrong.txt:3: there is no prologue "nothing"`},
		{"story s\nRFC 1\n+0.1", "wrong.txt:3: expected what happens behind the time"},
		{"story s\nRFC 1\n+x listen", `wrong.txt:3: expected a time like 1.5, 200ms or 2m, got "x"`},
		{"story s\nRFC 1\n< X 0:0(0)", `wrong.txt:3: flags "X": expected letters of S F R P U E W and . for ACK`},
		{"story s\nRFC 1\n< S", "wrong.txt:3: expected FLAGS SEQ:END(LEN)"},
		{"story s\nRFC 1\n< S 0-0", `wrong.txt:3: expected SEQ:END(LEN) or SEQ:END(TIMESxLEN), got "0-0"`},
		{"story s\nRFC 1\n< P 1:11(9)", "wrong.txt:3: \"1:11(9)\": from 1 to 11 there are 10 octets, not 9"},
		{"story s\nRFC 1\n< P. 1:11(10)", "wrong.txt:3: flags P.: an ack number goes with the flag . and only with it"},
		{"story s\nRFC 1\n< S 0:0(0) ack 1", "wrong.txt:3: flags S: an ack number goes with the flag . and only with it"},
		{"story s\nRFC 1\n< . 1:1(0) ack", `wrong.txt:3: expected a number behind "ack"`},
		{"story s\nRFC 1\n< . 1:1(0) ack x", `wrong.txt:3: expected a sequence number, got "x"`},
		{"story s\nRFC 1\n< . 1:1(0) ack 1 sack 3", "wrong.txt:3: expected ack, win, rawwin, urg"},
		{"story s\nRFC 1\n< S 0:0(0) <mss>", `wrong.txt:3: expected mss N, sackOK`},
		{"story s\nRFC 1\n< S 0:0(0) <mss 1", `have no >`},
		{"story s\nRFC 1\n< P 1:3(2) \"abc\"", "wrong.txt:3: expected a text of 2 octets"},
		{"story s\nRFC 1\nwrite 5", "wrong.txt:3: expected write LENGTH = RESULT"},
		{"story s\nRFC 1\nlisten = 0", "wrong.txt:3: listen has no result"},
		{"story s\nRFC 1\nassert cwnd", "wrong.txt:3: expected assert state NAME"},
		{"story s\nRFC 1\nassert cwmd == 1", `wrong.txt:3: expected a number, a time with its unit or a variable, got "cwmd"`},
		{"story s\nRFC 1\nnothing", "wrong.txt:3: expected nothing for DURATION"},
		{"story s\nRFC 1\nevent urgent", "wrong.txt:3: expected event tcp.NAME"},
		{"story s\nRFC 1\nnumbers from 1", "wrong.txt:3: expected <, >, assert"},
	} {
		if _, err := parseBook("wrong.txt", c.text, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q\n  expected  %s\n  came      %v", c.text, c.want, err)
		}
	}
}

// What the trace prints can be read again.
func TestTraceIsInTheNotation(t *testing.T) {
	b, err := parseBook("a.txt", open+"story a\nRFC 1\npeer <mss 1000,sackOK,TS,wscale 7>\ngiven open\nwrite 5000 = 5000\n"+
		"> . 1:4941(5x988) ack 1\n+0.1 < . 1:1001(1000) ack 1 <sack 989:1977>\n< . 2001:2101(100) ack 989\n> . 4941:4941(0) ack 1001 <sack 2001:2101>\n+0.1 < . 2101:2101(0) ack 4941\n> P. 4941:5001(60) ack 1001 <sack 2001:2101>\n", nil)
	if err != nil {
		t.Fatal(err)
	}
	r := newRun(b.stories[0])
	if err := r.all(); err != nil {
		t.Fatalf("%v\n%s", err, r.context())
	}
	retold := "story b\nRFC 1\npeer <mss 1000,sackOK,TS,wscale 7>\n" + strings.Join(r.told, "\n")
	if b, err = parseBook("b.txt", retold, nil); err != nil {
		t.Fatalf("%v in\n%s", err, retold)
	}
	if err := newRun(b.stories[0]).all(); err != nil {
		t.Errorf("%v\nin\n%s", err, retold)
	}
}

// The story that docs/stories.md shows is a true one.
func TestDocumentedStory(t *testing.T) {
	page, err := os.ReadFile("../docs/stories.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, found := strings.Cut(string(page), "```\nstory ")
	block, _, closed := strings.Cut(block, "```")
	if !found || !closed {
		t.Fatal("docs/stories.md shows no story")
	}
	b, err := parseBook("docs/stories.md", "story "+block, parseFile(t, prologues, nil))
	if err != nil {
		t.Fatal(err)
	}
	tell(t, b.stories[0])
}
