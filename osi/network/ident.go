package network

// Identifications hands out the Identification of the packets that one host
// sends. The zero value begins at 1.
type Identifications struct{ last uint16 }

// Next is the Identification for a packet with this header.
//
// RFC 6864 §4.1: the field means something only where a packet may be
// fragmented. An atomic one (DF set, no fragment) may have any value: 0 here, so
// that a reader sees that it says nothing.
//
// RFC 6864 §4.2: for the others it must not repeat for the same source,
// destination and protocol within a packet's lifetime. One counter for all of
// them is stricter than that, until it has gone round: 65,536 packets in two
// minutes are soon sent today, which is why RFC 4963 calls reassembly at high
// rates unsafe.
//
// Simplified: real hosts make the values hard to guess (RFC 7739); here a
// learner should be able to follow them.
func (i *Identifications) Next(h *IPv4Header) uint16 {
	if h.DF && !h.IsFragment() {
		return 0
	}
	i.last++
	return i.last
}
