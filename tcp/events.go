package tcp

import (
	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/trace"
)

// Emitter is where a connection's events go: a log, and the name of the device
// that they happen at. The zero Emitter tells nobody.
type Emitter struct {
	Log  *trace.Log
	Node string
}

// What the decisions of a connection are called. Sequence numbers in events
// are relative to the initial one of their direction, as Wireshark shows them.
// Every event carries the two sockets as local and remote.
var (
	StateChange = define("tcp.state", "RFC 9293 §3.3.2", "{node}: {from} → {to}", "from", "to")

	Retransmit = define("tcp.retransmit", "RFC 9293 §3.8.1", "{node} sends SEQ {seq} ({bytes} bytes) again: {why}",
		"seq", "bytes", "why", "times")
	RTOExpired = define("tcp.rto", "RFC 6298 §5", "{node}: no acknowledgment within {rto}; the next timeout is {next}",
		"rto", "next", "retries")
	RTTSample = define("tcp.rtt", "RFC 6298 §2", "{node} measures a round trip of {rtt}: SRTT {srtt}, RTTVAR {rttvar}, RTO {rto}",
		"rtt", "srtt", "rttvar", "rto")
	KarnSkipped = define("tcp.karn", "RFC 6298 §3", "{node}: the ACK of SEQ {seq} measures nothing: that segment was sent twice", "seq")

	DuplicateACK  = define("tcp.duplicate-ack", "RFC 5681 §2", "{node} receives duplicate ACK {count} for {ack}", "count", "ack")
	RecoveryBegin = define("tcp.recovery", "RFC 5681 §3.2", "{node} begins loss recovery at {una}: ssthresh {ssthresh}, cwnd {cwnd}",
		"una", "point", "ssthresh", "cwnd", "how")
	RecoveryEnd = define("tcp.recovered", "RFC 6675 §5", "{node} has repaired everything up to {una}: cwnd {cwnd}", "una", "cwnd")
	PartialACK  = define("tcp.partial-ack", "RFC 6582 §3.2", "{node}: ACK {ack} reaches only the next hole", "ack")

	Reordering   = define("tcp.reordering", "RFC 8985 §6.2", "{node}: what ended at {seq} was overtaken on its way by {fack}", "seq", "fack")
	TailProbe    = define("tcp.tail-probe", "RFC 8985 §7.3", "{node} has heard nothing for two round trips and probes with SEQ {seq}", "seq", "new")
	TailRepaired = define("tcp.tail-repaired", "RFC 8985 §7.4", "{node}: the probe has repaired a loss at the end: ssthresh {ssthresh}, cwnd {cwnd}",
		"end", "ssthresh", "cwnd")
	Spurious = define("tcp.spurious", "RFC 4015 §3.2", "{node}: nothing was lost: {how}; cwnd {cwnd}, ssthresh {ssthresh} again", "how", "cwnd", "ssthresh")
	DSACK    = define("tcp.dsack", "RFC 2883 §4", "{node} learns that {from}–{to} arrived twice", "from", "to")

	OutOfOrder = define("tcp.out-of-order", "RFC 9293 §3.10.7.4", "{node} keeps SEQ {seq} ({bytes} bytes) and still misses {missing}",
		"seq", "bytes", "missing")
	OutsideWindow = define("tcp.outside-window", "RFC 9293 §3.10.7.4", "{node} drops SEQ {seq} ({bytes} bytes): outside the window {from}–{to}",
		"seq", "bytes", "from", "to")
	PAWS         = define("tcp.paws", "RFC 7323 §5", "{node} drops SEQ {seq}: its timestamp {tsval} is older than {recent}", "seq", "tsval", "recent")
	ChallengeACK = define("tcp.challenge-ack", "RFC 5961", "{node} answers with a challenge ACK: {why}", "why")
	Duplicate    = define("tcp.duplicate", "RFC 9293 §3.10.7.4", "{node} has received SEQ {seq} ({bytes} bytes) before", "seq", "bytes")
	Urgent       = define("tcp.urgent", "RFC 9293 §3.8.5", "{node}: urgent data up to {to}", "to")

	ZeroWindow   = define("tcp.zero-window", "RFC 9293 §3.8.6", "{node} may not send: the other side's window is closed", "waiting")
	WindowOpen   = define("tcp.window-open", "RFC 9293 §3.8.6", "{node} may send again: the window is {window}", "window")
	Probe        = define("tcp.probe", "RFC 9293 §3.8.6.1", "{node} probes the closed window, for the {times}. time", "times")
	WindowUpdate = define("tcp.window-update", "RFC 9293 §3.8.6.2.2", "{node} has room again and says so: window {window}", "window")

	SYNCookieSent     = define("tcp.syn-cookie-sent", "RFC 4987 §3.6", "{node} answers the SYN of {remote} without remembering it: the initial sequence number is a cookie", "mss")
	SYNCookieAccepted = define("tcp.syn-cookie-accepted", "RFC 4987 §3.6", "{node}: the ACK of {remote} brings the cookie back; there is a connection, with segments of {mss} bytes", "mss")

	PathMTUShrunk = define("tcp.path-mtu", "RFC 1191 §6.4", "{node} learns that a link of the path takes packets of {mtu} bytes: {mss} bytes of text in a segment from now on, and {again} are sent again",
		"mtu", "mss", "again")
	MTUBlackHole = define("tcp.mtu-black-hole", "RFC 4821 §7.7", "{node}: large segments get no answer, and nobody says why; it tries {mss} bytes of text", "mss", "timeouts")
	MTUProbe     = define("tcp.mtu-probe", "RFC 4821 §7.4", "{node} tries whether a segment of {bytes} bytes of text arrives", "bytes", "most")
	MTUFound     = define("tcp.mtu-found", "RFC 4821 §7.6.1", "{node}: the larger segment arrived; {mss} bytes of text from now on", "mss")
	MTUProbeLost = define("tcp.mtu-probe-lost", "RFC 4821 §7.6.2", "{node}: the segment of {bytes} bytes of text did not arrive; it looks for less", "bytes")

	KeepAliveProbe = define("tcp.keep-alive", "RFC 9293 §3.8.4", "{node} has heard nothing for {silent} and asks whether the other side is still there, for the {times}. time",
		"times", "silent")
	KeepAliveFailed = define("tcp.keep-alive-failed", "RFC 9293 §3.8.4", "{node} gives up: {times} keep-alive probes went unanswered", "times", "silent")
	UserTimedOut    = define("tcp.user-timeout", "RFC 9293 §3.10.8", "{node} gives up: no acknowledgment for {waited}, longer than the program's timeout", "waited")

	ECNAgreed   = define("tcp.ecn", "RFC 3168 §6.1.1", "{node}: both sides understand ECN, so routers may mark instead of drop")
	CEArrived   = define("tcp.ce", "RFC 3168 §6.1.3", "{node}: a router marked SEQ {seq} with CE; every ACK echoes it until CWR comes", "seq")
	ECNReaction = define("tcp.ecn-reaction", "RFC 3168 §6.1.2", "{node} hears of congestion before anything is lost: ssthresh {ssthresh}, cwnd {cwnd}",
		"una", "ssthresh", "cwnd")

	ResetReceived = define("tcp.reset", "RFC 9293 §3.10.7.4", "{node}: the other side reset the connection in {state}", "state")
	ResetSent     = define("tcp.reset-sent", "RFC 9293 §3.5.2", "{node} resets: {why}", "why")
	TimedOut      = define("tcp.timeout", "RFC 9293 §3.8.3", "{node} gives up after {retries} retransmissions", "retries")

	// What the host finds out about segments that reach no connection.
	BadChecksum = trace.Define(trace.Kind{ID: "tcp.bad-checksum", Layer: osi.Transport, Ref: "RFC 9293 §3.1",
		Sentence: "{node} drops a segment: {problem}", Fields: []string{"problem"}})
	Malformed = trace.Define(trace.Kind{ID: "tcp.malformed", Layer: osi.Transport, Ref: "RFC 9293 §3.1",
		Sentence: "{node} drops a segment: {problem}", Fields: []string{"problem"}})
	NoConnection = trace.Define(trace.Kind{ID: "tcp.no-connection", Layer: osi.Transport, Ref: "RFC 9293 §3.10.7.1",
		Sentence: "{node} has nobody at {local} for a segment from {remote}", Fields: []string{"local", "remote"}})
)

func define(id, ref, sentence string, fields ...string) *trace.Kind {
	return trace.Define(trace.Kind{ID: id, Layer: osi.Transport, Ref: ref, Sentence: sentence,
		Fields: append(fields, "local", "remote")})
}

// emit records an event. It costs allocations: callers ask c.em.Log.On first.
func (c *Conn) emit(kind *trace.Kind, fields ...trace.Field) {
	fields = append(fields, trace.String("local", c.id.Local.String()), trace.String("remote", c.id.Remote.String()))
	c.em.Log.Emit(c.em.Node, kind, 0, fields...)
}
