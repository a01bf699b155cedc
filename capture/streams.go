package capture

import (
	"container/list"
	"net/netip"

	"github.com/packetwalk/packetwalk/tcp"
	"github.com/packetwalk/packetwalk/trace"
)

// flowKey names a pair of endpoints, the same for both directions.
type flowKey struct{ low, high netip.AddrPort }

// keyOf also says whether the packet goes from the lower endpoint to the
// higher: its direction is then 0, else 1.
func keyOf(src, dst netip.AddrPort) (key flowKey, dir int) {
	if src.Compare(dst) <= 0 {
		return flowKey{src, dst}, 0
	}
	return flowKey{dst, src}, 1
}

// conversations numbers the exchanges between pairs of endpoints in the order
// in which a capture meets them, as Wireshark's tcp.stream and udp.stream do.
type conversations struct {
	limit int
	next  int
	byKey map[flowKey]*conversation
	quiet list.List // *conversation, the one heard of last at the back
}

// conversation is one exchange. All vantage points share its number; what is
// worked out from the bytes is kept for each apart.
type conversation struct {
	key    flowKey
	stream int
	// began holds each direction's sequence number that counts as 0: that of
	// the SYN, if it was seen. opened says that one was.
	began  [2]isn
	opened bool
	// before is the connection that used the same ports earlier: a later
	// vantage point may still have to meet it.
	before *conversation
	views  []*view
	place  *list.Element
}

type isn struct {
	seq  uint32
	seen bool
}

// view is a conversation as one vantage point sees it.
type view struct {
	at       *trace.Interface
	analysis analysis
	dirs     [2]direction
	talk     talk
}

func (c *conversations) find(key flowKey) *conversation {
	conv := c.byKey[key]
	if conv == nil {
		return c.open(key)
	}
	c.quiet.MoveToBack(conv.place)
	return conv
}

// open begins a conversation; it takes the place of an earlier one between the
// same endpoints.
func (c *conversations) open(key flowKey) *conversation {
	if c.byKey == nil {
		c.byKey = make(map[flowKey]*conversation)
	}
	conv := &conversation{key: key, stream: c.next, before: c.byKey[key]}
	c.next++
	if conv.before != nil {
		conv.before.before = nil
		c.quiet.Remove(conv.before.place)
	}
	c.byKey[key] = conv
	conv.place = c.quiet.PushBack(conv)
	for c.quiet.Len() > c.limit {
		oldest := c.quiet.Remove(c.quiet.Front()).(*conversation)
		delete(c.byKey, oldest.key)
	}
	return conv
}

// view is what a vantage point knows of the conversation.
func (c *conversation) view(at *trace.Interface) *view {
	if v := c.seenAt(at); v != nil {
		return v
	}
	v := &view{at: at}
	v.analysis.reset()
	c.views = append(c.views, v)
	return v
}

func (c *conversation) seenAt(at *trace.Interface) *view {
	for _, v := range c.views {
		if v.at == at {
			return v
		}
	}
	return nil
}

// connection finds the TCP connection that a segment belongs to. A SYN with
// another sequence number than that with which the connection began opens a
// new one on the same ports.
func (d *Dissector) connection(key flowKey, dir int, seg *tcp.FieldsSeen, at *trace.Interface) (conv *conversation, reused bool) {
	newest := d.tcp.find(key)
	conv = newest
	if newest.seenAt(at) == nil && newest.before != nil && newest.before.seenAt(at) != nil {
		conv = newest.before // This vantage point has still to meet the newest.
	}
	if !seg.SYN() {
		conv.relate(dir, seg)
		return conv, false
	}
	if first := conv.began[dir]; first.seen && first.seq != seg.Seq {
		reused = true
		switch {
		case conv != newest && newest.began[dir] == isn{seg.Seq, true}:
			conv = newest
		case !seg.ACK():
			conv = d.tcp.open(key)
		}
	}
	conv.relate(dir, seg)
	conv.opened = true
	return conv, reused
}

// relate notes where relative numbers begin: at the SYN, or one before the
// first number that is seen when the beginning is not in the capture.
func (c *conversation) relate(dir int, seg *tcp.FieldsSeen) {
	switch {
	case seg.SYN():
		c.began[dir] = isn{seg.Seq, true}
	case !c.began[dir].seen:
		c.began[dir] = isn{seg.Seq - 1, true}
	}
	if !c.began[1-dir].seen && seg.ACK() {
		c.began[1-dir] = isn{seg.Ack - 1, true}
	}
}
