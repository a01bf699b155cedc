package programs

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/packetwalk/packetwalk/osi/application"
	"github.com/packetwalk/packetwalk/scenarios/value"
)

// stackParameter is what stands between the chat and TCP.
var stackParameter = value.Parameter{
	Name: "stack", Kind: value.Choice, Default: must(value.Choice, "http"), Choices: []string{"raw", "http"},
	Help: "what carries the text on TCP: raw, lines of \"nick: text\"; http, a POST as a browser sends it",
}

var _ = Declare(Declaration{
	Name: "chat-client",
	Help: "says something in a chat, the way the stack has it, and hangs up",
	Parameters: []value.Parameter{
		toParameter, withDefault(portParameter, "80"), messageParameter, stackParameter,
		{Name: "nick", Default: value.OfText("ada"), Help: "who speaks"},
	},
	Run: chatClient,
})

func chatClient(c *Context) (err error) {
	c.Journal.Count("text_bytes", int64(len(c.text("message"))))
	conn, err := c.dial("tcp")
	if err != nil {
		return err
	}
	defer closing(conn, &err)
	if c.text("stack") == "raw" {
		return c.sayLines(conn)
	}
	return c.post(conn)
}

// sayLines sends the text as lines and waits for the server to hang up: lines
// are not answered.
func (c *Context) sayLines(conn net.Conn) error {
	messages := chatMessages(c.text("nick"), c.text("message"))
	if len(messages) == 0 {
		c.printf("there is nothing to say: an empty line is not sent")
	}
	for _, m := range messages {
		if err := application.WriteChat(conn, m); err != nil {
			c.printf("%v", err)
			return err
		}
	}
	if err := closeWrite(conn); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, conn)
	return err
}

// chatMessages cuts a text into messages that the chat's lines can carry: at
// line ends, and where one would be too long. Empty lines are none.
func chatMessages(nick, text string) []application.ChatMessage {
	var all []application.ChatMessage
	for line := range strings.SplitSeq(text, "\n") {
		letters := []rune(line)
		for len(letters) > application.MaxChatText {
			all = append(all, application.ChatMessage{Nick: nick, Text: string(letters[:application.MaxChatText])})
			letters = letters[application.MaxChatText:]
		}
		if len(letters) > 0 {
			all = append(all, application.ChatMessage{Nick: nick, Text: string(letters)})
		}
	}
	return all
}

// post sends the text as the body of an HTTP request and reads the answer. The
// media type is the one that a browser's fetch gives to a string.
func (c *Context) post(conn net.Conn) error {
	where := "http://" + c.text("to") + "/chat?nick=" + url.QueryEscape(c.text("nick"))
	req, err := http.NewRequest(http.MethodPost, where, strings.NewReader(c.text("message")))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "text/plain;charset=UTF-8")
	resp, err := application.Do(conn, req)
	if err != nil {
		return err
	}
	if err := resp.Body.Close(); err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("the server answered %s", resp.Status)
	}
	c.printf("the server answered %s", resp.Status)
	return nil
}
