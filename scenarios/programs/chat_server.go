package programs

import (
	"errors"
	"io"
	"net"
	"net/http"

	"github.com/packetwalk/packetwalk/osi/application"
	"github.com/packetwalk/packetwalk/scenarios/value"
)

var _ = Declare(Declaration{
	Name:       "chat-server",
	Help:       "takes what chat-client says, on any number of connections, and prints it",
	Parameters: []value.Parameter{withDefault(portParameter, "80"), stackParameter},
	Run:        chatServer,
})

func chatServer(c *Context) (err error) {
	l, err := c.Host.Listen("tcp", c.listenAddress())
	if err != nil {
		return err
	}
	defer closing(l, &err)
	serve := c.serveHTTP
	if c.text("stack") == "raw" {
		serve = c.serveLines
	}
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		c.Host.Background("chat with "+conn.RemoteAddr().String(), func() (err error) {
			defer closing(conn, &err)
			if err := serve(&watched{conn, c.Journal}); !hungUp(err) {
				c.printf("%v", err)
			}
			return nil
		})
	}
}

// heard prints what somebody said.
func (c *Context) heard(nick, text string) {
	c.Journal.Count("messages", 1)
	c.printf("%s says:", nick)
	c.printMessage(text)
}

func (c *Context) serveLines(conn net.Conn) error {
	lines := application.NewChatReader(conn)
	for {
		m, err := lines.Next()
		if err != nil {
			return err
		}
		c.heard(m.Nick, m.Text)
	}
}

func (c *Context) serveHTTP(conn net.Conn) error {
	return application.Serve(conn, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != "/chat" {
			http.Error(w, "POST a message to /chat?nick=...", http.StatusNotFound)
			return
		}
		text, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		c.heard(r.URL.Query().Get("nick"), string(text))
		w.WriteHeader(http.StatusNoContent)
	}))
}

// hungUp says whether an error only means that the other side is gone.
func hungUp(err error) bool {
	return err == nil || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed)
}
