package host

import (
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/tcp"
)

// cookies are a listener's SYN cookies (RFC 4987 §3.6): used while its queue of
// half-open connections is full.
type cookies struct {
	until sim.Time // an ACK may carry one; only while some were sent not long ago
}

// cookieFor answers a SYN for which there is no room, if the host may do so
// without remembering it. Connections that wait for Accept are not what a flood
// makes: when they are too many, SYNs are dropped as ever.
func (l *Listener) cookieFor(id tcp.ID, syn *tcp.Segment) bool {
	h := l.host
	if !h.SYNCookies || len(l.queue) >= l.backlog {
		return false
	}
	now := h.lab.sim.Now()
	l.cookies.until = now.Add(tcp.CookieLife)
	k := tcp.SYNCookies{Secret: h.tcp.secret}
	h.tcp.out = k.Answer(now, id, l.config(id), h.emitter(), syn)
	h.sendHeaderOnly(id, &h.tcp.out)
	return true
}

// cookieArrives makes the connection of an ACK that brings a cookie back.
func (l *Listener) cookieArrives(id tcp.ID, ack *tcp.Segment) bool {
	h := l.host
	now := h.lab.sim.Now()
	if now >= l.cookies.until || ack.Flags&(tcp.SYN|tcp.RST|tcp.ACK) != tcp.ACK {
		return false
	}
	if len(l.queue) >= l.backlog { // the client will send again
		h.note(EventBacklogFull, l.local.Port())
		return true
	}
	k := tcp.SYNCookies{Secret: h.tcp.secret}
	m, ok := k.Accept(now, id, l.config(id), h.emitter(), ack)
	if !ok {
		return false
	}
	l.begin(m)
	return true
}
