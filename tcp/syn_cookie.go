package tcp

import (
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// SYNCookies answers SYNs without remembering them (RFC 4987 §3.6). A flood of
// SYNs from invented addresses fills the queue of connections that wait for
// their third segment, and then nobody gets in. A cookie is an initial sequence
// number in which the server hides what it would have to remember; who is
// really there sends it back in the ACK.
//
//	bit 31     27 26      24 23                                  0
//	   ┌─────────┬──────────┬─────────────────────────────────────┐
//	   │ t mod 32│ MSS index│ keyed hash of sockets, SEQ, t, MSS  │
//	   └─────────┴──────────┴─────────────────────────────────────┘
//
// What the three bits cannot tell (window scale, SACK, ECN) goes into the low
// bits of the timestamp, if the client sends one, which echoes it too; without
// timestamps the connection does without. The zero SYNCookies has no secret.
type SYNCookies struct{ Secret [16]byte }

// cookiePeriod is how fast t counts: a cookie is good for this one and the next.
const cookiePeriod = 64 * time.Second

// CookieLife is how long a cookie may be good for.
const CookieLife = 2 * cookiePeriod

// cookieMSS are the sizes of segment that a cookie can tell, those that paths
// have (RFC 4987, appendix A: three bits).
var cookieMSS = [8]uint16{minPathMSS, 536, 1220, 1300, 1360, 1440, 1460, 8960}

func cookieTime(now sim.Time) uint32 { return uint32(now/sim.Time(cookiePeriod)) % 32 }

// hash is the cookie's low 24 bits.
func (k *SYNCookies) hash(id ID, seq Seq, t, mss uint32) uint32 {
	var b [80]byte
	key := append(b[:0], k.Secret[:]...)
	for _, end := range [...]netip.AddrPort{id.Local, id.Remote} {
		addr := end.Addr().As16()
		key = append(key, addr[:]...)
		key = binary.BigEndian.AppendUint16(key, end.Port())
	}
	key = binary.BigEndian.AppendUint32(key, uint32(seq))
	key = binary.BigEndian.AppendUint32(key, t<<3|mss)
	sum := sha256.Sum256(key)
	return binary.BigEndian.Uint32(sum[:]) >> 8
}

// Answer is the SYN,ACK with a cookie that answers a SYN. Nothing is kept.
func (k *SYNCookies) Answer(now sim.Time, id ID, cfg *Config, em Emitter, syn *Segment) Segment {
	t, mss := cookieTime(now), uint32(0)
	for i, size := range cookieMSS {
		if size <= or(syn.Options.MSS, defaultSendMSS(id)) {
			mss = uint32(i)
		}
	}
	cookie := Seq(t<<27 | mss<<24 | k.hash(id, syn.SEQ, t, mss))
	plain := *syn
	plain.Data, plain.Flags = nil, syn.Flags&(SYN|ECE|CWR)
	if cfg.NoTimestamps || !syn.Options.HasTimestamps {
		plain.Flags = SYN
		plain.Options = Options{MSS: syn.Options.MSS}
	}
	// A connection that lives only until its SYN,ACK is written.
	c := Accept(now, id, cookie, cfg, Emitter{}, &plain)
	var out Segment
	c.NextSegment(now, &out)
	if o := &out.Options; o.HasTimestamps {
		o.TSval = c.hide(o.TSval)
	}
	c.releaseAll()
	if em.Log.On() {
		em.Log.Emit(em.Node, SYNCookieSent, 0, trace.Int("mss", cookieMSS[mss]), trace.String("local", id.Local.String()), trace.String("remote", id.Remote.String()))
	}
	return out
}

// What the low bits of a timestamp tell, as Linux has it.
const (
	hiddenScale = 0x0f // the client's window scale, all ones if it offers none
	hiddenSACK  = 0x10
	hiddenECN   = 0x20
	hiddenBits  = 0x3f
)

// hide puts what was agreed into a timestamp, which may not lie in the future.
func (c *Conn) hide(ts uint32) uint32 {
	bits := uint32(hiddenScale)
	if c.rcv.shift > 0 || c.snd.shift > 0 {
		bits = uint32(c.snd.shift)
	}
	if c.sackOK {
		bits |= hiddenSACK
	}
	if c.ecn.on {
		bits |= hiddenECN
	}
	hidden := ts&^hiddenBits | bits
	if int32(hidden-ts) > 0 {
		hidden -= hiddenBits + 1
	}
	return hidden
}

// Accept makes the connection that an ACK with a cookie begins, as if its SYN
// had been remembered; false says that the ACK carries no cookie of ours.
func (k *SYNCookies) Accept(now sim.Time, id ID, cfg *Config, em Emitter, ack *Segment) (*Conn, bool) {
	cookie := uint32(ack.ACK - 1)
	t, mss := cookie>>27, cookie>>24&7
	if age := (cookieTime(now) - t) % 32; age > 1 || cookie&0xffffff != k.hash(id, ack.SEQ-1, t, mss) {
		return nil, false
	}
	syn := Segment{SrcPort: ack.SrcPort, DstPort: ack.DstPort, SEQ: ack.SEQ - 1, Flags: SYN, WND: ack.WND,
		Options: Options{MSS: cookieMSS[mss]}}
	if o := &ack.Options; o.HasTimestamps && !cfg.NoTimestamps {
		bits := o.TSecr & hiddenBits
		s := &syn.Options
		s.HasTimestamps, s.TSval = true, o.TSval
		s.SACKPermitted = bits&hiddenSACK != 0
		s.HasWScale, s.WScale = bits&hiddenScale != hiddenScale, uint8(bits&hiddenScale)
		if bits&hiddenECN != 0 {
			syn.Flags |= ECE | CWR
		}
	}
	if em.Log.On() {
		em.Log.Emit(em.Node, SYNCookieAccepted, 0, trace.Int("mss", cookieMSS[mss]), trace.String("local", id.Local.String()), trace.String("remote", id.Remote.String()))
	}
	c := Accept(now, id, Seq(cookie), cfg, em, &syn)
	c.snd.NXT = c.snd.ISS + 1
	first := *ack
	first.Options.TSecr = 0 // what it echoes is no time: it measures nothing
	c.SegmentArrives(now, &first)
	return c, true
}
