package datalink

import (
	"slices"
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// TableConfig describes a switch's table of addresses. A field that is zero has
// the value that its comment names.
type TableConfig struct {
	// Age is how long an address is remembered after it was last heard: 300 s,
	// the default of IEEE 802.1Q §8.8.3.
	Age time.Duration
	// Entries is how many addresses fit: 8192.
	Entries int

	Node string
	Log  *trace.Log
}

// MACTable is what a learning switch knows: behind which port each address
// was last heard (IEEE 802.1Q calls it the filtering database). Addresses age
// lazily: how old one is is looked at when it is looked up.
type MACTable struct {
	cfg     TableConfig
	entries map[MAC]station
	// roomAt: while the table is full, before this moment nothing in it is too
	// old, so that a flood of invented addresses costs one search, not many.
	roomAt sim.Time
}

type station struct {
	port  int
	heard sim.Time
}

// Verdict is what a switch does with a frame: sends it out of one port, out of
// every port but the one it came from (Flood), or nowhere (Filter).
type Verdict struct {
	Flood, Filter bool
	Port          int // the way out, when neither
}

// NewMACTable makes an empty table.
func NewMACTable(cfg TableConfig) *MACTable {
	setDefault(&cfg.Age, 300*time.Second)
	setDefault(&cfg.Entries, 8192)
	return &MACTable{cfg: cfg, entries: map[MAC]station{}}
}

// Forward learns from a frame that came in at a port and decides where it goes.
//
// IEEE 802.1Q §8.6: the destination is looked up among the addresses; a frame
// for an unknown or a group address goes to every port but its own; a frame
// whose destination is behind the port it came from goes nowhere.
func (t *MACTable) Forward(now sim.Time, id trace.FrameID, h Header, in int) Verdict {
	t.Learn(now, id, h.Src, in)
	if h.Dst.IsMulticast() {
		if h.Dst.isReserved() {
			return t.filter(id, h, in, "the address is reserved for this link")
		}
		why := "it is for a group"
		if h.Dst == Broadcast {
			why = "it is for everybody"
		}
		return t.flood(id, h, in, why)
	}
	port, known := t.Lookup(now, id, h.Dst)
	switch {
	case !known:
		return t.flood(id, h, in, "its port is not known")
	case port == in:
		return t.filter(id, h, in, "its receiver is on the side it came from")
	}
	if t.cfg.Log.On() {
		t.cfg.Log.Emit(t.cfg.Node, SwitchForwarded, id,
			trace.String("mac", h.Dst.String()), trace.Int("port", in), trace.Int("to", port))
	}
	return Verdict{Port: port}
}

// isReserved: IEEE 802.1Q §8.6.3, Table 8-1: 01-80-C2-00-00-00 to -0F never
// pass a bridge.
func (m MAC) isReserved() bool {
	return m[0] == 0x01 && m[1] == 0x80 && m[2] == 0xc2 && m[3] == 0 && m[4] == 0 && m[5] < 0x10
}

// Learn notes that an address was heard at a port. Only addresses of single
// stations are learned (IEEE 802.1Q §8.7).
func (t *MACTable) Learn(now sim.Time, id trace.FrameID, mac MAC, port int) {
	if mac.IsMulticast() {
		return
	}
	old, known := t.entries[mac]
	if known && now.Sub(old.heard) > t.cfg.Age {
		t.forget(id, mac, old)
		known = false
	}
	if !known && len(t.entries) >= t.cfg.Entries && !t.makeRoom(now, id) {
		if t.cfg.Log.On() {
			t.cfg.Log.Emit(t.cfg.Node, SwitchFull, id,
				trace.String("mac", mac.String()), trace.Int("port", port), trace.Int("entries", len(t.entries)))
		}
		return
	}
	t.entries[mac] = station{port: port, heard: now}
	if !t.cfg.Log.On() {
		return
	}
	switch {
	case !known:
		t.cfg.Log.Emit(t.cfg.Node, SwitchLearned, id, trace.String("mac", mac.String()), trace.Int("port", port))
	case old.port != port:
		t.cfg.Log.Emit(t.cfg.Node, SwitchMoved, id,
			trace.String("mac", mac.String()), trace.Int("port", port), trace.Int("before", old.port))
	}
}

// Lookup says behind which port an address was last heard, unless that was too
// long ago.
func (t *MACTable) Lookup(now sim.Time, id trace.FrameID, mac MAC) (port int, known bool) {
	s, known := t.entries[mac]
	if known && now.Sub(s.heard) > t.cfg.Age {
		t.forget(id, mac, s)
		return 0, false
	}
	return s.port, known
}

// Entry is one line of the table.
type Entry struct {
	MAC   MAC
	Port  int
	Heard sim.Time
}

// Entries lists what the table holds, ordered by address, the old ones too.
func (t *MACTable) Entries() []Entry {
	all := make([]Entry, 0, len(t.entries))
	for mac, s := range t.entries {
		all = append(all, Entry{MAC: mac, Port: s.port, Heard: s.heard})
	}
	slices.SortFunc(all, func(a, b Entry) int { return slices.Compare(a.MAC[:], b.MAC[:]) })
	return all
}

// makeRoom drops what is too old. A table that is full of young addresses
// learns no more, and its switch floods: that is what a flood of invented
// addresses is after.
func (t *MACTable) makeRoom(now sim.Time, id trace.FrameID) bool {
	if now < t.roomAt {
		return false
	}
	t.roomAt = sim.Never
	for _, e := range t.Entries() {
		if now.Sub(e.Heard) > t.cfg.Age {
			t.forget(id, e.MAC, t.entries[e.MAC])
		} else {
			t.roomAt = min(t.roomAt, e.Heard.Add(t.cfg.Age))
		}
	}
	return len(t.entries) < t.cfg.Entries
}

func (t *MACTable) forget(id trace.FrameID, mac MAC, s station) {
	delete(t.entries, mac)
	if t.cfg.Log.On() {
		t.cfg.Log.Emit(t.cfg.Node, SwitchAged, id,
			trace.String("mac", mac.String()), trace.Int("port", s.port), trace.Duration("age", t.cfg.Age))
	}
}

func (t *MACTable) flood(id trace.FrameID, h Header, in int, why string) Verdict {
	if t.cfg.Log.On() {
		t.cfg.Log.Emit(t.cfg.Node, SwitchFlooded, id,
			trace.String("mac", h.Dst.String()), trace.Int("port", in), trace.String("why", why))
	}
	return Verdict{Flood: true}
}

func (t *MACTable) filter(id trace.FrameID, h Header, in int, why string) Verdict {
	if t.cfg.Log.On() {
		t.cfg.Log.Emit(t.cfg.Node, SwitchFiltered, id,
			trace.String("mac", h.Dst.String()), trace.Int("port", in), trace.String("why", why))
	}
	return Verdict{Filter: true}
}
