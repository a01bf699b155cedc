package tcp

import (
	"errors"
	"fmt"
	"time"
)

// Profile says which of two sets of choices a connection follows where the
// RFCs leave one, or where practice differs from the letter.
type Profile uint8

// The profiles. RFC, the letter of the RFCs, is the default.
//
//	                      RFC                      Linux
//	minimum RTO           1 s                      200 ms, of the variance term
//	delayed ACK           200 ms                   40 to 200 ms, as text comes
//	quick ACKs            none                     the first 16, and after repeats
//	cwnd after a loss     octets                   whole segments
//	CUBIC                 RFC 9438                 as Linux rounds it
//	in fast recovery      half of it at once       less and less (PRR)
//	what is lost          by counting (RFC 6675)   by time, with probes (RACK-TLP)
//	losses that were none are not found out        Eifel, D-SACK, F-RTO
//	after a pause of RTOs cwnd falls to IW         by half for each (RFC 2861)
//	SYN retransmissions   7 (more than 3 minutes)  6
//	buffers, at most      256 KiB each             4 MiB to send, 6 MiB to receive
//	2 MSL                 4 minutes                60 s
//	FIN-WAIT-2, closed    for ever                 60 s
//	window probe          one new byte             none, at SND.UNA-1
//	slow start            one SMSS an ACK          all that was acknowledged
//	data before a RST     is thrown away           can still be read
//	SACKed, then timeout  forgotten                kept unless SND.UNA is SACKed
//	in SACK recovery,     what is not known lost   only what is lost
//	  nothing new to send is sent again (rules 3, 4)
//	no timestamps, once   dropped                  accepted
//	  they were agreed
const (
	RFC Profile = iota
	Linux
)

// String is "rfc" or "linux".
func (p Profile) String() string {
	if p == Linux {
		return "linux"
	}
	return "rfc"
}

// Config is how connections behave. The zero Config is useful: profile RFC
// with every option on. Connections that share a Config share the memory their
// buffers come from, and so must not be used by two goroutines at once.
type Config struct {
	Profile Profile

	// MSS is the largest segment, in bytes of text without options, that this
	// end can receive and will send: the MTU less 40 for IPv4, less 60 for
	// IPv6 (RFC 9293 §3.7.1). 0 means 1460.
	MSS uint16
	// SendBuffer and ReceiveBuffer are in bytes; 0 means the profile's. Memory is
	// taken only for bytes that are there.
	SendBuffer, ReceiveBuffer uint32

	NoDelay       bool // send small segments at once: no Nagle (RFC 9293 §3.7.4)
	NoWindowScale bool // do not offer window scaling (RFC 7323 §2)
	NoTimestamps  bool // do not offer timestamps (RFC 7323 §3)
	NoSACK        bool // do not offer selective acknowledgments (RFC 2018)
	NoDelayedACK  bool // acknowledge every segment at once

	// MTUProbing finds out by trying how large a segment may be, where large ones
	// get no answer and nobody says why (RFC 4821).
	MTUProbing bool

	ECN ECNMode // explicit congestion notification (RFC 3168)

	// Congestion names the congestion control, one of Congestions(); "" means
	// "reno".
	Congestion string
	// HyStart ends the first slow start when round trips get longer, before
	// segments are lost (HyStart++, RFC 9406).
	HyStart bool
	// InitialWindow is in segments; 0 means 10 (RFC 6928).
	InitialWindow int

	PRR     Switch // reduce cwnd in proportion (RFC 9937); on under linux
	RACK    Switch // time tells what is lost, and probes for lost tails (RFC 8985); on under linux
	Eifel   Switch // take back what a loss cost that was none (RFC 3522, 4015); on under linux
	FRTO    Switch // find out whether a timeout was spurious (RFC 5682); on under linux
	NoDSACK bool   // do not report what came twice (RFC 2883)

	// For each of these 0 means the profile's value.
	InitialRTO time.Duration // RFC 6298 §2.1: 1 s
	MinRTO     time.Duration // RFC 6298 §2.4
	MaxRTO     time.Duration // RFC 6298 §2.5: at least 60 s
	DelayedACK time.Duration // RFC 9293 §3.8.6.3: less than 500 ms
	TimeWait   time.Duration // 2 MSL, RFC 9293 §3.4.2
	FinWait2   time.Duration // how long a closed program waits for the other's FIN
	SYNRetries int           // retransmissions of a SYN before giving up
	Retries    int           // retransmissions of anything else before giving up

	// KeepAlive asks, over a connection on which nothing happens, whether the
	// other side is still there (RFC 9293 §3.8.4): when nothing was heard for
	// KeepAliveIdle (0 means 2 hours), then every KeepAliveInterval (75 s), and
	// gives up after KeepAliveProbes (9) that went unanswered.
	KeepAlive                        bool
	KeepAliveIdle, KeepAliveInterval time.Duration
	KeepAliveProbes                  int
	// UserTimeout is how long something may wait for its acknowledgment before
	// the connection is given up (RFC 9293 §3.8.3); 0 leaves it to Retries.
	UserTimeout time.Duration

	pool *pool
}

// Check says what is wrong with the configuration, nil if nothing.
func (cfg *Config) Check() error {
	var errs []error
	if cfg.MSS != 0 && cfg.MSS < 64 {
		errs = append(errs, fmt.Errorf("tcp: MSS is %d, must be 64 or more", cfg.MSS))
	}
	if cfg.SendBuffer > 1<<30 || cfg.ReceiveBuffer > 1<<30 {
		errs = append(errs, errors.New("tcp: a buffer is larger than 1 GiB, the largest window (RFC 7323 §2.3)"))
	}
	if findCongestion(cfg.Congestion) == nil {
		errs = append(errs, fmt.Errorf("tcp: congestion control %q is not one of %q", cfg.Congestion, Congestions()))
	}
	if cfg.KeepAliveIdle < 0 || cfg.KeepAliveInterval < 0 || cfg.KeepAliveProbes < 0 || cfg.UserTimeout < 0 {
		errs = append(errs, errors.New("tcp: keep-alive times, the number of probes and the user timeout must not be negative"))
	}
	if int(cfg.ECN) >= len(ecnModeNames) {
		errs = append(errs, fmt.Errorf("tcp: ECN mode is %d, must be one of %v", cfg.ECN, ecnModeNames))
	}
	return errors.Join(errs...)
}

const (
	defaultMSS    = 1460
	defaultBuffer = 256 << 10
	defaultIW     = 10
	// defaultSendMSS: what the other side can take if it did not say
	// (RFC 9293 §3.7.1, MUST-15).
	defaultSendMSS4, defaultSendMSS6 = 536, 1220
)

// or is the setting, or the default if it is zero.
func or[T comparable](setting, byDefault T) T {
	var zero T
	if setting == zero {
		return byDefault
	}
	return setting
}

// by is the value for the profile.
func by[T any](p Profile, rfc, linux T) T {
	if p == Linux {
		return linux
	}
	return rfc
}

func (cfg *Config) mss() uint16 { return or(cfg.MSS, defaultMSS) }

// The buffers of profile Linux are what autotuning may reach (net.ipv4.tcp_wmem,
// tcp_rmem).
//
// Simplified: the limits do not grow with the flow, they are there from the
// start; the memory grows as it is used.
func (cfg *Config) sendBuffer() uint32 {
	return or(cfg.SendBuffer, by[uint32](cfg.Profile, defaultBuffer, 4<<20))
}
func (cfg *Config) receiveBuffer() uint32 {
	return or(cfg.ReceiveBuffer, by[uint32](cfg.Profile, defaultBuffer, 6<<20))
}
func (cfg *Config) initialRTO() time.Duration {
	return or(cfg.InitialRTO, time.Second)
}
func (cfg *Config) minRTO() time.Duration {
	return or(cfg.MinRTO, by(cfg.Profile, time.Second, 200*time.Millisecond))
}
func (cfg *Config) maxRTO() time.Duration { return or(cfg.MaxRTO, 120*time.Second) }
func (cfg *Config) delayedACK() time.Duration {
	return or(cfg.DelayedACK, by(cfg.Profile, 200*time.Millisecond, 40*time.Millisecond))
}
func (cfg *Config) timeWait() time.Duration {
	return or(cfg.TimeWait, by(cfg.Profile, 4*time.Minute, time.Minute))
}
func (cfg *Config) finWait2() time.Duration {
	return or(cfg.FinWait2, by(cfg.Profile, 0, time.Minute))
}
func (cfg *Config) synRetries() int { return or(cfg.SYNRetries, by(cfg.Profile, 7, 6)) }
func (cfg *Config) retries() int    { return or(cfg.Retries, 15) }
func (cfg *Config) keepAliveIdle() time.Duration {
	return or(cfg.KeepAliveIdle, 2*time.Hour) // MUST-28: no less than two hours
}
func (cfg *Config) keepAliveInterval() time.Duration {
	return or(cfg.KeepAliveInterval, 75*time.Second)
}
func (cfg *Config) keepAliveProbes() int { return or(cfg.KeepAliveProbes, 9) }

// windowShift is the smallest shift with which the whole buffer can be offered
// (RFC 7323 §2.2; at most 14, §2.3).
func (cfg *Config) windowShift() uint8 {
	shift := uint8(0)
	for cfg.receiveBuffer()>>shift > 65535 && shift < 14 {
		shift++
	}
	return shift
}

// initialWindow is IW of RFC 6928 §2 in bytes:
// min(10·MSS, max(2·MSS, 14600)), or that many segments if so configured.
func (cfg *Config) initialWindow(smss uint32) uint32 {
	if cfg.InitialWindow != 0 {
		return uint32(cfg.InitialWindow) * smss
	}
	return min(defaultIW*smss, max(2*smss, 14600))
}
