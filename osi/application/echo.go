package application

import (
	"errors"
	"io"
	"net"
	"os"
)

// Echo sends back what it receives, until the peer has no more to say. It
// closes the connection. RFC 862: "once a connection is established any data
// received is sent back".
func Echo(conn net.Conn) error { return errors.Join(echo(conn), conn.Close()) }

func echo(conn net.Conn) error {
	buf := make([]byte, 4096)
	for {
		n, err := conn.Read(buf)
		if n > 0 {
			if _, err := conn.Write(buf[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// EchoPackets answers every datagram with the same, until the connection is
// closed or its deadline passes; neither is an error. RFC 862: "When a
// datagram is received, the data from it is sent back in an answering datagram."
func EchoPackets(conn net.PacketConn) error {
	return answerPackets(conn, 1<<16, func(p []byte) []byte { return p })
}

// answerPackets answers each datagram with what answer makes of it, which may
// be nothing.
func answerPackets(conn net.PacketConn, longest int, answer func([]byte) []byte) error {
	buf := make([]byte, longest)
	for {
		n, from, err := conn.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		}
		if err != nil {
			return err
		}
		reply := answer(buf[:n])
		if reply == nil {
			continue
		}
		if _, err := conn.WriteTo(reply, from); err != nil {
			return err
		}
	}
}
