package tcp

import (
	"io"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// The program's calls (RFC 9293 §3.10.1 to §3.10.5). OPEN is in handshake.go.
// None of them waits: the host parks a program until the connection is
// Readable or Writable.

// Write is SEND (RFC 9293 §3.10.2): it copies as much of p as the send buffer
// has room for and returns how much that was; 0 and no error when it is full.
func (c *Conn) Write(now sim.Time, p []byte) (int, error) {
	switch {
	case c.err != nil:
		return 0, c.err
	case c.snd.fin || c.state == Closed:
		return 0, ErrClosing
	}
	n := min(uint32(len(p)), c.sendRoom())
	if n > 0 {
		c.sendBuf.store(c.pool, c.sendBuf.span, p[:n])
		c.snd.END = c.snd.END.Add(n)
	}
	return int(n), nil
}

func (c *Conn) sendRoom() uint32 {
	size := c.cfg.sendBuffer()
	return size - min(size, c.sendBuf.span)
}

// Writable says whether Write would take something or fail at once.
func (c *Conn) Writable() bool {
	return c.err != nil || c.snd.fin || c.state == Closed || c.state != SynSent && c.state != SynReceived && c.sendRoom() > 0
}

// Inviting says whether a program that waits to write should be woken: when
// Write would fail, or when a third of the send buffer is free. For less it is
// not worth its while; Linux has the same rule (sk_stream_is_writeable).
func (c *Conn) Inviting() bool {
	return c.Writable() && (c.sendRoom() >= c.cfg.sendBuffer()/3 || c.err != nil || c.snd.fin || c.state == Closed)
}

// Read is RECEIVE (RFC 9293 §3.10.3): it copies what has come in order to p.
// It returns 0 and no error if there is nothing yet, io.EOF after the other
// side's FIN, and why the connection broke if it did.
func (c *Conn) Read(now sim.Time, p []byte) (int, error) {
	if c.rcv.unread == 0 {
		switch {
		case c.err != nil:
			return 0, c.err
		case c.rcv.finRead || c.rcv.deaf || c.state == Closed:
			return 0, io.EOF
		}
		return 0, nil
	}
	n := min(uint32(len(p)), c.rcv.unread)
	c.receiveBuf.load(p[:n], 0)
	c.receiveBuf.discard(c.pool, n)
	c.rcv.unread -= n
	c.updateWindow()
	return int(n), nil
}

// Readable says whether Read would return something, an error or the end.
func (c *Conn) Readable() bool {
	return c.rcv.unread > 0 || c.rcv.finRead || c.rcv.deaf || c.err != nil || c.state == Closed
}

// Close is CLOSE (RFC 9293 §3.10.4) as a program means it that will not read
// either: what was written is still sent, then FIN. If there is text that the
// program has not read, or more comes later, the other side gets a RST instead
// (§3.6.1).
func (c *Conn) Close(now sim.Time) {
	if c.shut || c.state == Closed {
		c.discardUnread()
		return
	}
	if c.rcv.unread > 0 && c.state.synchronised() {
		c.abort(now, "the program closed without reading everything")
		c.err = nil
		return
	}
	c.shut = true
	c.CloseWrite(now)
	c.limitFinWait2(now)
}

// CloseWrite is CLOSE by the letter: this end has no more to send and goes on
// receiving (half-close, RFC 9293 §3.6).
func (c *Conn) CloseWrite(now sim.Time) {
	if c.snd.fin {
		return
	}
	switch c.state {
	case SynSent:
		if c.shut || c.sendBuf.span == 0 {
			c.end(now, ErrAborted) // delete the TCB
			return
		}
	case SynReceived:
		if c.sendBuf.span == 0 {
			c.setState(now, FinWait1)
		} // else when ESTABLISHED is reached
	case Established:
		c.setState(now, FinWait1)
	case CloseWait:
		c.setState(now, LastAck)
	default:
		return
	}
	c.snd.fin = true
}

// CloseRead says that the program reads no more: what has come and what will
// come is thrown away. The other side is not told.
func (c *Conn) CloseRead(now sim.Time) {
	c.rcv.deaf = true
	c.discardUnread()
}

func (c *Conn) discardUnread() {
	c.rcv.unread = 0
	c.receiveBuf.release(c.pool)
}

// Abort is ABORT (RFC 9293 §3.10.5): the connection ends now, and the other
// side gets a RST if it knows of the connection.
func (c *Conn) Abort(now sim.Time) {
	if c.state != Closed {
		c.abort(now, "the program aborted the connection")
	}
}

func (c *Conn) abort(now sim.Time, why string) {
	c.shut = true
	switch c.state {
	case SynReceived, Established, FinWait1, FinWait2, CloseWait:
		c.reply = reply{owed: true, SEQ: c.snd.NXT, flags: RST | ACK}
		if c.em.Log.On() {
			c.emit(ResetSent, trace.String("why", why))
		}
	}
	c.end(now, ErrAborted)
}
