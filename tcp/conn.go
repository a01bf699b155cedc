package tcp

import (
	"errors"

	"github.com/packetwalk/packetwalk/sim"
)

// Why a connection ended. Conn.Err tells them apart.
var (
	ErrReset   = errors.New("tcp: connection reset by peer")               // RFC 9293 §3.10.7.4, second
	ErrRefused = errors.New("tcp: connection refused")                     // RST in answer to SYN
	ErrTimeout = errors.New("tcp: no answer after many retransmissions")   // RFC 9293 §3.8.3
	ErrAborted = errors.New("tcp: connection aborted by this end")         // ABORT call
	ErrClosing = errors.New("tcp: connection is closing, no more to send") // SEND after CLOSE
)

// sendSpace is the Send Sequence Space (RFC 9293 §3.3.1, Figure 3).
//
//	     1         2          3          4
//	----------|----------|----------|----------
//	       SND.UNA    SND.NXT    SND.UNA
//	                            +SND.WND
//
//	1  acknowledged                3  may be sent now
//	2  sent, not acknowledged      4  may not be sent yet
//
// END is what the program has written so far: the octet behind the last one,
// which is where FIN will stand.
type sendSpace struct {
	ISS, UNA, NXT, END Seq
	WND                uint32 // the other side's window, scaled
	WL1, WL2           Seq    // SEQ and ACK of the segment that last set WND
	maxWND             uint32 // MAX.SND.WND: the largest that was ever offered
	MSS                uint16 // Eff.snd.MSS: text in a segment without SACK blocks
	shift              uint8  // Snd.Wind.Shift (RFC 7323 §2.3)
	fin                bool   // CLOSE was called: FIN stands at END
}

// receiveSpace is the Receive Sequence Space (RFC 9293 §3.3.1, Figure 4).
//
//	     1          2          3
//	----------|----------|----------
//	       RCV.NXT    RCV.NXT
//	                 +RCV.WND
//
//	1  received in order   2  may come now   3  may not come yet
type receiveSpace struct {
	IRS, NXT Seq
	WND      uint32
	FIN      Seq    // where the other side's FIN stands, if finSeen
	UP       Seq    // urgent pointer, if urgent
	unread   uint32 // octets in order that the program has not read
	MSS      uint16 // the largest segment that has come, for the delayed ACK
	shift    uint8  // Rcv.Wind.Shift
	finSeen  bool   // FIN has come, perhaps ahead of missing text
	finRead  bool   // FIN is in order: after unread comes the end
	urgent   bool
	deaf     bool // the program reads no more: text is thrown away
}

// Conn is one end of a connection: the RFC's transmission control block and
// the machine that turns it. It does nothing by itself. Its host calls it with
// what happens (a segment, a deadline, a call of the program) and the present
// time, and then asks NextSegment for what to send until there is no more.
type Conn struct {
	id   ID
	cfg  *Config
	pool *pool
	em   Emitter
	err  error

	snd sendSpace
	rcv receiveSpace

	sendBuf    ring // from SND.UNA (or ISS+1) to END
	receiveBuf ring // unread text in order, then what came out of order
	reassembly reassembly
	queue      retransmissionQueue

	rto      rto
	cwnd     window
	cong     congestion
	recovery recovery
	episode  *episode // nil while nothing was lost lately
	rack     rack
	tail     tailProbe
	dsack    Block // what came twice, for the next ACK to report
	ts       timestamps
	ack      acknowledgment
	quick    quickACK
	reply    reply
	limit    challengeLimit
	ecn      ecn
	path     pathMTU
	timers   timers
	lastSent sim.Time // of text, for the restart after idling
	heard    sim.Time // when the last acceptable segment came
	waiting  sim.Time // since when something has been waiting for its acknowledgment

	state      State
	retries    uint8 // timeouts since the other side last acknowledged something new
	probes     uint8 // window probes since the window was last open
	keepProbes uint8 // keep-alive probes since anything was heard
	noDelay    bool
	active     bool // opened by an active OPEN
	shut       bool // CLOSE was called: the program neither sends nor reads
	resent     bool // the SYN had to be sent again
	sackOK     bool // both sides permit SACK
	probeOwed  bool // the persist timer has expired on a closed window
	probing    bool // a one-octet probe at SND.NXT may have been taken
	override   bool // the SWS override timer has expired
	keepOwed   bool // the keep-alive timer has expired
	closed     bool // a zero window was announced to the log
}

// Released says whether the connection is over and owes nobody a segment: the
// host may use its pair of sockets again. What was received can still be read.
func (c *Conn) Released() bool { return c.state == Closed && !c.reply.owed }

// State is the connection's state.
func (c *Conn) State() State { return c.state }

// Err is why the connection ended, nil if it has not ended or ended in order.
func (c *Conn) Err() error { return c.err }

// ID is the connection's pair of sockets.
func (c *Conn) ID() ID { return c.id }

// SetNoDelay turns Nagle's algorithm off or on (RFC 9293 §3.7.4).
func (c *Conn) SetNoDelay(on bool) { c.noDelay = on }

func newConn(id ID, iss Seq, cfg *Config, em Emitter) *Conn {
	if cfg == nil {
		cfg = new(Config)
	}
	if cfg.pool == nil {
		cfg.pool = new(pool)
	}
	c := &Conn{id: id, cfg: cfg, pool: cfg.pool, em: em, noDelay: cfg.NoDelay}
	c.snd = sendSpace{ISS: iss, UNA: iss, NXT: iss, END: iss + 1}
	c.snd.MSS = min(cfg.mss(), defaultSendMSS(id))
	c.rcv.WND = min(c.roomToOffer(), 65535) // the window in a SYN is never scaled (RFC 7323 §2.2)
	c.rcv.MSS = min(defaultSendMSS4, cfg.mss())
	c.rto.RTO = cfg.initialRTO()
	c.cong = cfg.newCongestion()
	c.timers.stopAll()
	return c
}

func defaultSendMSS(id ID) uint16 {
	if id.Remote.Addr().Is4() {
		return defaultSendMSS4
	}
	return defaultSendMSS6
}

// end finishes the connection for a reason.
func (c *Conn) end(now sim.Time, err error) {
	c.err = err
	c.setState(now, Closed)
}

// releaseAll gives back what the closed connection holds. Text that came in
// order stays for the program unless the connection broke: RFC 9293 §3.10.7.4
// flushes the queues at a reset. (Linux lets the program read them first.)
func (c *Conn) releaseAll() {
	c.timers.stopAll()
	c.sendBuf.release(c.pool)
	c.queue.release(c.pool)
	c.endEpisode()
	c.reassembly.release(c.pool)
	c.receiveBuf.span = c.rcv.unread
	if c.shut || c.rcv.unread == 0 || c.err != nil && c.cfg.Profile == RFC {
		c.receiveBuf.release(c.pool)
		c.rcv.unread = 0
	}
}
