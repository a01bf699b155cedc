package programs

import "net"

// unconnected is a UDP socket that says with every datagram whom it is for.
// The system keeps no peer for it, and so cannot know whom to tell when ICMP
// complains of one of its datagrams.
type unconnected struct {
	net.PacketConn
	to net.Addr
}

// dialUnconnected is dial for such a socket.
func (c *Context) dialUnconnected() (net.Conn, error) {
	to, err := c.Host.LookupHost(c.text("to"))
	if err != nil {
		return nil, err
	}
	conn, err := c.Host.ListenPacket("udp", ":0")
	if err != nil {
		return nil, err
	}
	addr := &net.UDPAddr{IP: to.AsSlice(), Port: c.number("port")}
	return &watched{&unconnected{conn, addr}, c.Journal}, nil
}

func (u *unconnected) Write(p []byte) (int, error) { return u.WriteTo(p, u.to) }

func (u *unconnected) Read(p []byte) (int, error) {
	n, _, err := u.ReadFrom(p)
	return n, err
}

func (u *unconnected) RemoteAddr() net.Addr { return u.to }
