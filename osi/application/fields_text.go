package application

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/packetwalk/packetwalk/osi"
)

// LooksLikeText says whether b is readable text in UTF-8. At its end a
// character may be cut off: more of it may follow.
func LooksLikeText(b []byte) bool {
	b = b[:len(b)-cutCharacter(b)]
	if len(b) == 0 || !utf8.Valid(b) {
		return false
	}
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// cutCharacter is how many bytes at the end of b begin a character of UTF-8
// that is not all there.
func cutCharacter(b []byte) int {
	for n := 1; n <= min(3, len(b)); n++ {
		if c := b[len(b)-n]; utf8.RuneStart(c) {
			if c >= 0xc0 && !utf8.FullRune(b[len(b)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}

// TextReader reads a connection on which people or programs exchange lines of
// text, as a chat does. A line ends with a line feed, or where the sender had
// no more to send (the PSH flag).
type TextReader struct {
	lines  [2]int
	looked [2]int // how many bytes of a line were found to be text
}

// Length is the length of a message, as capture.MessageReader has it.
func (t *TextReader) Length(from int, b []byte, pushed bool) int {
	looked := t.looked[from]
	if looked > len(b) {
		looked = 0
	}
	line := b[looked:]
	end := bytes.IndexByte(line, '\n') + 1
	if end > 0 {
		line = line[:end]
	}
	cut := cutCharacter(line)
	t.looked[from] = 0
	switch {
	case len(line) > cut && !LooksLikeText(line):
		return -1
	case end > 0:
		return looked + end
	case pushed:
		return len(b) - cut
	}
	t.looked[from] = len(b) - cut
	return 0
}

// Read: see capture.MessageReader.
func (t *TextReader) Read(from int, b []byte, at, total int, complete bool) osi.Message {
	m := textMessage(b, at, max(total, len(b)))
	m.Dialogue = fmt.Sprintf("either side may speak at any time; this is line %d from this side", t.lines[from]+1)
	if complete {
		t.lines[from]++
	}
	return m
}

// TextDatagram names the fields of a datagram that carries text.
func TextDatagram(b []byte, at int, whole bool) osi.Message {
	m := textMessage(b, at, len(b))
	m.Dialogue = "each datagram stands alone, and nobody has to answer"
	if last := &m.Parts[0]; whole && !LooksLikeText(b) {
		last.Problem = "not text, although this exchange carried text before"
	}
	return m
}

// textMessage names a line. One that begins like a message of the laboratory's
// chat, with a nick and a colon, is taken for one.
func textMessage(b []byte, at, total int) osi.Message {
	r := osi.Reader{Data: b, Base: at}
	line := bytes.TrimRight(b, "\r\n")
	part := osi.Part{Layer: osi.Application, Protocol: "Text", PDU: "message", Spans: []osi.Span{{Offset: at, Length: total}}}
	part.Summary = "“" + osi.Quote(line, 80) + "”"
	text, key := len(line), "text.line"
	if nick := chatNick(line); nick > 0 {
		part.Protocol = "chat"
		part.Summary = fmt.Sprintf("%s says “%s”", line[:nick], osi.Quote(line[nick+2:], 80))
		r.Text(nick, "chat.nick", "Nick")
		r.Text(2, "chat.colon", "Separator")
		text, key = text-nick-2, "chat.text"
	}
	if text > 0 {
		r.Text(text, key, "Text")
	}
	if n := r.Left(); n > 0 {
		r.Text(n, "text.end", "End of line")
	}
	part.Fields = r.Fields
	return osi.Message{Parts: []osi.Part{part}, Content: line, ContentAt: at, MediaType: "text/plain"}
}

// chatNick is the length of the nick that a line of the chat begins with, 0 if
// it does not: 1 to 16 letters, digits, hyphens or underscores, then ": ".
func chatNick(line []byte) int {
	for i, c := range line[:min(len(line), 17)] {
		switch {
		case c == ':' && i > 0 && i+1 < len(line) && line[i+1] == ' ':
			return i
		case c != '-' && c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z'):
			return 0
		}
	}
	return 0
}
