package osi

// Message is what a tolerant decoder made of one message of a protocol that
// is spoken above a transport. The protocol's own folder fills it in; whoever
// follows the connection adds what the layers below the message have to say.
type Message struct {
	// Parts are those of the protocol, from the lowest up; the last owns the
	// message.
	Parts []Part
	// Dialogue says whose turn it is, for the session layer: "the answer to
	// request 2". "" if the protocol has a session part of its own, or nothing
	// to say.
	Dialogue string
	// Content is what the message carries in some notation (a body, a line of
	// text), for the presentation layer; it stands at ContentAt. MediaType and
	// Coding say what the message itself calls it: "application/json", "gzip".
	Content   []byte
	ContentAt int
	MediaType string
	Coding    string
	// Next names the protocol that the connection speaks behind this message,
	// "" when that stays as it is.
	Next string
}
