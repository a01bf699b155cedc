package physical

import "github.com/packetwalk/packetwalk/trace"

// Frame is a frame on its way: the bytes from the destination address to the
// frame check sequence. It comes from a Pool and has one owner at a time;
// Send and Receive hand it on, the last owner puts it back.
//
// Its trailer is lazy. A frame check sequence is a CRC-32 over the whole
// frame, and in most runs nobody ever looks at it: no subscriber captures the
// frame, no impairment damages it. So the sender only says how the trailer is
// made (SealWith), and it is made when somebody looks (Bytes) or just before
// the frame is damaged (Damage). What can be observed is the same.
type Frame struct {
	// ID identifies the frame in the log. The wire numbers a frame that comes
	// without one.
	ID trace.FrameID
	// Data is the frame: destination address … payload, padding, 4 bytes of
	// FCS. Until Bytes has been called those last 4 bytes may be unset; whoever
	// reads them, or keeps the whole, calls Bytes instead.
	Data []byte

	seal    func(data []byte)
	store   []byte // where Data lives
	class   int8   // the pool's size class of store
	pending bool   // the FCS has yet to be made
	intact  bool   // sealed, and not damaged since
	free    bool   // in the pool, owned by nobody
}

// SealWith declares Data complete: seal will write the FCS into its last 4
// bytes when somebody looks. A router that rewrote the frame calls it again:
// the new FCS covers whatever is there now, and earlier damage is no longer
// noticeable by it. seal must be a plain function of the bytes it is given.
func (f *Frame) SealWith(seal func(data []byte)) {
	f.seal, f.pending, f.intact = seal, true, true
}

// Bytes is Data with its FCS made.
func (f *Frame) Bytes() []byte {
	if f.pending {
		f.pending = false
		f.seal(f.Data)
	}
	return f.Data
}

// Intact says that the frame was sealed and not damaged since, so that its FCS
// is right without looking: a receiver may skip the check. When it is false
// the receiver has to compute the FCS; a frame that was made by hand and never
// sealed is not intact either.
func (f *Frame) Intact() bool { return f.intact }

// Damage changes bytes behind the FCS's back, as noise on a wire does: the
// trailer is made first, over the true bytes.
func (f *Frame) Damage(change func(data []byte)) { change(f.harm()) }

// harm is the bytes of a frame that is about to be damaged.
func (f *Frame) harm() []byte {
	data := f.Bytes()
	f.intact = false
	return data
}
