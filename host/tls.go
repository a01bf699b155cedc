package host

import (
	"github.com/packetwalk/packetwalk/osi/presentation"
)

// Security is what one end of one TLS connection needs on this host: its
// clock, randomness that no other connection has (so ask anew for each), and a
// log for the secrets, from which captures take them. trust vouches for
// server, the name that a server answers to or a client wants.
//
//	secure, err := presentation.Client(conn, host.Security(authority, "server"))
func (h *Host) Security(trust *presentation.Authority, server string) presentation.Security {
	return presentation.Security{
		Now:       h.Now,
		Rand:      h.lab.nextStream(h.name + "/tls"),
		Authority: trust,
		Name:      server,
		KeyLog:    func(line string) { h.lab.log.Secret(h.name, line) },
	}
}
