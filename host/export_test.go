package host

// FramesOut is how many frames are lent and not given back.
func (l *Lab) FramesOut() int { return l.pool.Outstanding() }

// UsePorts makes the next port that the host picks itself the given one.
func (h *Host) UsePorts(from uint16) { h.tcp.nextPort, h.udp.nextPort = from, from }

// UsePorts makes the next port that the NAT picks the given one.
func (n *NAT) UsePorts(from uint16) { n.nextPort = from }

// Connections is how many the host has, those that end included.
func (h *Host) Connections() int { return len(h.tcp.conns) }
