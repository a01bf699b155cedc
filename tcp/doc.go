// Package tcp answers one question: how do two programs get a reliable stream
// of octets over a network that loses, repeats and reorders packets? It is one
// end of a TCP connection, as a machine without clock, socket or goroutine:
// segments, calls of the program and the present time go in; segments to send,
// text to read and the next deadline come out.
//
//	    program                              the other end
//	Write │ ▲ Read                                │ ▲
//	      ▼ │                                     ▼ │
//	┌─────────────────────────── Conn ───────────────────────┐
//	│ user_calls.go        state.go       segment_arrives.go │◀─ SegmentArrives
//	│  sendBuf ─▶ output.go ◀─ flow.go     segment_ack.go    │
//	│  receiveBuf ◀──── reassembly.go ◀─── segment_text.go   │─▶ NextSegment
//	│  timeouts.go ─ rto.go   recovery.go ─ scoreboard.go    │
//	└────────────────────────────────────────────────────────┘
//	      ▲ TimerExpired    │ NextDeadline
//
// The files follow RFC 9293 §3.10. Read them in this order:
//
//	seq.go, segment.go      the circle of sequence numbers; a segment in it
//	conn.go, state.go       the variables, the state diagram
//	handshake.go            OPEN, SYN and its options
//	segment_arrives.go,     SEGMENT ARRIVES, the eight checks in their order
//	segment_ack.go, segment_text.go
//	user_calls.go           SEND, RECEIVE, CLOSE, ABORT
//	output.go, flow.go      what may be sent now: windows, Nagle, silly windows
//	acknowledgment.go,      when to acknowledge, what window to offer
//	quickack.go
//	timeouts.go, rto.go     when to send again (RFC 6298)
//	recovery.go, prr.go     what to do about a loss (RFC 5681, 6582, 6675, 9937)
//	heard.go                what one ACK tells
//	rack.go, tail_probe.go  what is lost, told by time (RFC 8985)
//	dsack.go                what came twice (RFC 2883)
//	episode.go, spurious.go  what if nothing was lost (RFC 3522, 4015, 5682)
//	retransmission_queue.go, scoreboard.go   what is in flight (RFC 6675)
//	congestion.go, cubic.go,  how much may be in flight (RFC 5681, RFC 9438)
//	cubic_practice.go, hystart.go (RFC 9406)
//	validation.go           what a pause does to cwnd (RFC 5681, RFC 2861)
//	reassembly.go           what came out of order (RFC 2018)
//	timestamps.go           RFC 7323
//	ecn.go                  routers that mark instead of dropping (RFC 3168)
//	keepalive.go            is the other side still there (RFC 9293 §3.8.4, §3.8.3)
//	path_mtu.go, mtu_search.go  how large segments may be (RFC 1191, RFC 4821)
//	syn_cookie.go           answering a SYN without remembering it (RFC 4987)
//	configure.go            setsockopt
//	wire.go                 a segment's bytes
//	fields.go               the same bytes, for readers of damaged ones
//
// A host drives it like this, after every input:
//
//	conn.SegmentArrives(now, &seg) // or Write, Read, Close, TimerExpired
//	for conn.NextSegment(now, &out) {
//		b := frame(out.HeaderLen() + conn.PayloadLen(&out))
//		conn.CopyPayload(b[out.HeaderLen():], &out)
//		out.Put(b, src, dst)
//	}
//	deadline, live := conn.NextDeadline()
//
// What it leaves out: sending urgent data (RFC 6093 advises against it),
// security labels, Fast Open (RFC 7413).
package tcp
