package application

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The chat that scenarios speak is a line protocol in UTF-8. In the notation
// of RFC 5234:
//
//	message = nick ": " text LF
//	nick    = 1*16( ALPHA / DIGIT / "-" / "_" )
//	text    = 1*400 characters of UTF-8, none of them a control character
//
// A CR before the LF is tolerated from a peer, for those who type into telnet.
// The text may begin and end with spaces and contain ": "; the nick ends at
// the first colon.

// Limits of a chat message.
const (
	MaxNick     = 16  // characters, which are bytes here
	MaxChatText = 400 // characters of up to 4 bytes

	// maxChatLine is the longest line in bytes, with CR and LF.
	maxChatLine = MaxNick + len(": ") + utf8.UTFMax*MaxChatText + len("\r\n")
)

// ChatMessage is one line of the chat.
type ChatMessage struct{ Nick, Text string }

// ChatError says why a line is no chat message.
type ChatError struct {
	Line string // what came, cut short
	Want string
}

func (e *ChatError) Error() string {
	return fmt.Sprintf("application: chat: expected %s, found %q", e.Want, e.Line)
}

func chatError(line, want string) error {
	if len(line) > 60 {
		line = strings.ToValidUTF8(line[:60], "") + "…"
	}
	return &ChatError{Line: line, Want: want}
}

// String is the message as people read it, "ada: Hello".
func (m ChatMessage) String() string { return m.Nick + ": " + m.Text }

// Encode is the message as it travels, with its line feed.
func (m ChatMessage) Encode() ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	return []byte(m.String() + "\n"), nil
}

func (m ChatMessage) check() error {
	switch {
	case m.Nick == "" || len(m.Nick) > MaxNick || strings.ContainsFunc(m.Nick, notNick):
		return chatError(m.Nick, fmt.Sprintf("a nick of 1 to %d letters a–z, digits, - or _", MaxNick))
	case !utf8.ValidString(m.Text):
		return chatError(m.Text, "text in UTF-8")
	case m.Text == "" || utf8.RuneCountInString(m.Text) > MaxChatText:
		return chatError(m.Text, fmt.Sprintf("a text of 1 to %d characters", MaxChatText))
	case strings.ContainsFunc(m.Text, unicode.IsControl):
		return chatError(m.Text, "a text without control characters")
	}
	return nil
}

func notNick(r rune) bool {
	letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	return !letter && (r < '0' || r > '9') && r != '-' && r != '_'
}

// ParseChat reads a line, with or without its line feed.
func ParseChat(line string) (ChatMessage, error) {
	text, fed := strings.CutSuffix(line, "\n")
	if fed {
		text = strings.TrimSuffix(text, "\r")
	}
	nick, said, ok := strings.Cut(text, ": ")
	if !ok {
		return ChatMessage{}, chatError(text, `"nick: text"`)
	}
	m := ChatMessage{nick, said}
	return m, m.check()
}

// ChatReader reads messages from a stream of bytes, which knows nothing of
// messages: a line may arrive in pieces, and several may arrive at once.
type ChatReader struct{ r *bufio.Reader }

// NewChatReader reads from a connection.
func NewChatReader(r io.Reader) *ChatReader {
	return &ChatReader{bufio.NewReaderSize(r, maxChatLine)}
}

// Next is the next message; io.EOF after the last one. After a *ChatError the
// next line can still be read, unless the line was too long to find its end.
func (c *ChatReader) Next() (ChatMessage, error) {
	line, err := c.r.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return ChatMessage{}, chatError(string(line), fmt.Sprintf("a line of at most %d bytes", maxChatLine))
	case err == io.EOF && len(line) > 0:
		return ChatMessage{}, fmt.Errorf("application: chat: the line %.60q ends without a line feed: %w", line, io.ErrUnexpectedEOF)
	case err != nil:
		return ChatMessage{}, err
	}
	return ParseChat(string(line))
}

// WriteChat sends a message in one write.
func WriteChat(w io.Writer, m ChatMessage) error {
	line, err := m.Encode()
	if err != nil {
		return err
	}
	_, err = w.Write(line)
	return err
}
