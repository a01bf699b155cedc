package programs

import (
	"github.com/packetwalk/packetwalk/scenarios/value"
)

// Parameters that several programs share.
var (
	toParameter   = value.Parameter{Name: "to", Kind: value.Text, Required: true, Help: "the host to talk to, by name or address"}
	portParameter = value.Parameter{Name: "port", Kind: value.Int, Default: must(value.Int, "7000"), Min: bound(value.Int, "1"), Max: bound(value.Int, "65535"), Help: "the port"}

	messageParameter = value.Parameter{Name: "message", Kind: value.Text, Help: "what to send"}
	bytesParameter   = value.Parameter{Name: "bytes", Kind: value.Bytes, Default: must(value.Bytes, "0"), Max: bound(value.Bytes, "1GB"), Help: "how much to send of a filler text, when there is no message"}
	pieceParameter   = value.Parameter{Name: "piece", Kind: value.Bytes, Default: must(value.Bytes, "0"), Help: "hand over so much at a time; 0 is all at once"}
	everyParameter   = value.Parameter{Name: "every", Kind: value.Duration, Default: must(value.Duration, "0s"), Help: "pause so long between two pieces"}
)

// withDefault is the parameter with another default.
func withDefault(p value.Parameter, text string) value.Parameter {
	p.Default = must(p.Kind, text)
	return p
}

func must(k value.Kind, text string) value.Value {
	v, err := value.Parse(k, text)
	if err != nil {
		panic(err) // a mistake in this package, found at its start
	}
	return v
}

func bound(k value.Kind, text string) *value.Value {
	v := must(k, text)
	return &v
}

// filler is the text that is sent when nobody says what: so regular that a
// hole in it can be seen.
const filler = "the quick brown fox jumps over the lazy dog; "

// data is what the arguments message and bytes ask for.
func (c *Context) data() []byte {
	if message := c.text("message"); message != "" {
		return []byte(message)
	}
	n := int(c.arg("bytes").Bytes())
	b := make([]byte, 0, n+len(filler))
	for len(b) < n {
		b = append(b, filler...)
	}
	return b[:n]
}

// pieces cuts data as the argument piece asks for. Empty data is one empty
// piece.
func (c *Context) pieces() [][]byte {
	data, size := c.data(), int(c.arg("piece").Bytes())
	if size <= 0 || size > len(data) {
		size = max(len(data), 1)
	}
	var all [][]byte
	for len(data) > size {
		all, data = append(all, data[:size:size]), data[size:]
	}
	return append(all, data)
}

func (c *Context) arg(name string) value.Value {
	v, ok := c.Args.Get(name)
	if !ok {
		panic("programs: the argument " + name + " was never declared")
	}
	return v
}
