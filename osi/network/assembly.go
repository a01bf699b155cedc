package network

import (
	"bytes"
	"slices"
)

// assembly is a payload that arrives in pieces, in any order.
//
//	data  [########........############....
//	have   [0,8)           [16,28)         total unknown until the last piece
//
// It knows nothing of IP versions or headers.
type assembly struct {
	data  []byte
	have  []extent // what has arrived: ascending, apart from each other
	total int      // length of the whole payload, -1 while unknown
}

type extent struct{ from, to int }

// fit says how a piece fits what is there.
type fit uint8

const (
	fitsNew       fit = iota
	fitsDuplicate     // the same bytes again
	fitsNot           // it contradicts what is there, or overlaps it
)

// reset is an empty assembly that uses the memory of this one.
func (a *assembly) reset() assembly {
	return assembly{data: a.data[:0], have: a.have[:0], total: -1}
}

// add puts in a piece that begins at from; last says that it ends the payload.
//
// A piece whose bytes have all arrived, and are the same, is a duplicate: the
// network may deliver a packet twice. Any other overlap is refused, since no
// honest sender makes one, while attackers use it to show a firewall other
// bytes than the receiver (RFC 1858 §4, RFC 5722 §3), and once crashed receivers
// ("teardrop").
func (a *assembly) add(from int, piece []byte, last bool) fit {
	to := from + len(piece)
	switch {
	case a.total >= 0 && to > a.total, last && to < len(a.data):
		return fitsNot // behind the end, or an end before what is there
	}
	i, _ := slices.BinarySearchFunc(a.have, from, func(e extent, from int) int { return e.to - from - 1 })
	// have[i] is the first that ends behind from.
	if i < len(a.have) && a.have[i].from < to {
		if a.have[i].from > from || a.have[i].to < to || !bytes.Equal(a.data[from:to], piece) {
			return fitsNot
		}
		return fitsDuplicate
	}
	if last {
		a.total = to
	}
	if to > len(a.data) {
		a.data = slices.Grow(a.data, to-len(a.data))[:to]
	}
	copy(a.data[from:], piece)
	a.mark(i, extent{from, to})
	return fitsNew
}

// mark notes an extent that belongs before have[i], joined with its neighbours.
func (a *assembly) mark(i int, e extent) {
	if i < len(a.have) && a.have[i].from == e.to {
		e.to = a.have[i].to
		a.have = slices.Delete(a.have, i, i+1)
	}
	if i > 0 && a.have[i-1].to == e.from {
		a.have[i-1].to = e.to
		return
	}
	a.have = slices.Insert(a.have, i, e)
}

// whole says whether every byte has arrived.
func (a *assembly) whole() bool {
	return a.total >= 0 && len(a.have) == 1 && a.have[0] == extent{0, a.total}
}
