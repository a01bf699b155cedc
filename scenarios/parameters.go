package scenarios

import (
	"github.com/packetwalk/packetwalk/scenarios/plan"
	"github.com/packetwalk/packetwalk/scenarios/value"
	"github.com/packetwalk/packetwalk/tcp"
)

// The parameters behind the keys of the form: type, default and range.

func parsed(k value.Kind, text string) value.Value {
	v, err := value.Parse(k, text)
	if err != nil {
		panic(err) // a mistake in this file
	}
	return v
}

func parameterOf(name string, k value.Kind, fallback string) value.Parameter {
	p := value.Parameter{Name: name, Kind: k}
	if fallback != "" {
		p.Default = parsed(k, fallback)
	}
	return p
}

func between(name string, least, most int64) value.Parameter {
	lo, hi := value.OfInt(least), value.OfInt(most)
	return value.Parameter{Name: name, Kind: value.Int, Min: &lo, Max: &hi}
}

// atLeast is a parameter with a least value.
func atLeast(p value.Parameter, least string) value.Parameter {
	v := parsed(p.Kind, least)
	p.Min = &v
	return p
}

func atMost(p value.Parameter, most string) value.Parameter {
	v := parsed(p.Kind, most)
	p.Max = &v
	return p
}

var (
	untilParameter  = atLeast(parameterOf("until", value.Duration, "1h"), "1ns")
	ageingParameter = parameterOf("ageing", value.Duration, "300s")
	idleParameter   = parameterOf("idle", value.Duration, "0s")
	startParameter  = parameterOf("start", value.Duration, "0s")

	rateParameter   = atLeast(parameterOf("rate", value.Rate, "100mbit"), "1bit")
	delayParameter  = atMost(parameterOf("delay", value.Duration, "0s"), "1h")
	jitterParameter = atMost(parameterOf("jitter", value.Duration, "0s"), "1h")
	queueParameter  = atMost(atLeast(parameterOf("queue", value.Int, "1000"), "1"), "1000000")
	aqmParameter    = value.Parameter{Name: "aqm", Kind: value.Choice, Default: value.OfText(string(plan.DropTail)), Choices: []string{string(plan.DropTail), string(plan.CoDel)}}
	// RFC 791 §3.2: every network must carry packets of 68 bytes.
	mtuParameter = atMost(atLeast(parameterOf("mtu", value.Bytes, "1500"), "68"), "9000")

	chanceParameter = parameterOf("chance", value.Percent, "0%")
	byParameter     = parameterOf("by", value.Duration, "0s")
	fromParameter   = parameterOf("from", value.Duration, "0s")
	toTheEnd        = parameterOf("until", value.Duration, "1h")
	enterParameter  = parameterOf("enter", value.Percent, "0%")
	leaveParameter  = parameterOf("leave", value.Percent, "0%")
	oneInParameter  = atLeast(parameterOf("one_in", value.Int, "0"), "0")
	ifParameter     = parameterOf("if", value.Bool, "true")
)

// resolverOption is the option that is an address.
const resolverOption = "resolver"

// HostOptions are what a scenario can say of a host's TCP and UDP, and of whom
// it asks for names. Where it says nothing, their own defaults hold.
var HostOptions = []value.Parameter{
	{Name: "profile", Kind: value.Choice, Choices: []string{"rfc", "linux"}, Help: "the letter of the RFCs, or as Linux does it"},
	{Name: "congestion", Kind: value.Choice, Choices: congestionControls(), Help: "the congestion control"},
	{Name: "mss", Kind: value.Bytes, Help: "the largest segment, in bytes"},
	{Name: "send_buffer", Kind: value.Bytes, Help: "how much it keeps that is not acknowledged"},
	{Name: "receive_buffer", Kind: value.Bytes, Help: "how much it keeps that the program has not read"},
	{Name: "nagle", Kind: value.Bool, Help: "whether small segments wait for an ACK (RFC 9293 §3.7.4)"},
	{Name: "window_scale", Kind: value.Bool, Help: "whether window scaling is offered (RFC 7323 §2)"},
	{Name: "timestamps", Kind: value.Bool, Help: "whether timestamps are offered (RFC 7323 §3)"},
	{Name: "sack", Kind: value.Bool, Help: "whether selective acknowledgments are offered (RFC 2018)"},
	{Name: "delayed_ack", Kind: value.Bool, Help: "whether an ACK may wait for a second segment (RFC 9293 §3.8.6.3)"},
	{Name: "ecn", Kind: value.Choice, Choices: []string{tcp.ECNPassive.String(), tcp.ECNActive.String(), tcp.ECNNever.String()},
		Help: "whether routers may mark its packets instead of dropping them (RFC 3168): it agrees if asked, asks, or neither"},
	{Name: "initial_window", Kind: value.Int, Help: "the first congestion window, in segments (RFC 6928)"},
	{Name: "initial_rto", Kind: value.Duration, Help: "the first retransmission timeout (RFC 6298 §2.1)"},
	{Name: "min_rto", Kind: value.Duration, Help: "the least retransmission timeout (RFC 6298 §2.4)"},
	{Name: "syn_retries", Kind: value.Int, Help: "how often a SYN is sent again"},
	{Name: "mtu_probing", Kind: value.Bool, Help: "whether it finds out by trying how large segments may be, where nobody says so (RFC 4821)"},
	{Name: "keep_alive", Kind: value.Bool, Help: "whether it asks, over connections on which nothing happens, if the other side is there (RFC 9293 §3.8.4)"},
	{Name: "keep_alive_idle", Kind: value.Duration, Help: "how long nothing must have been heard before the first such probe; 2h if not said"},
	{Name: "keep_alive_interval", Kind: value.Duration, Help: "the time between two of them; 75s if not said"},
	{Name: "keep_alive_probes", Kind: value.Int, Help: "how many go unanswered before it gives up; 9 if not said"},
	{Name: "user_timeout", Kind: value.Duration, Help: "how long something may wait for its acknowledgment before it gives up (RFC 9293 §3.8.3)"},
	{Name: "backlog", Kind: value.Int, Help: "how many connections may wait for a listening program, half-open ones included; 4096 if not said"},
	{Name: "syn_cookies", Kind: value.Bool, Help: "whether SYNs for which there is no room are answered without remembering them (RFC 4987 §3.6)"},
	{Name: "udp_checksum", Kind: value.Bool, Help: "whether its UDP datagrams carry a checksum (RFC 768)"},
	{Name: "retries", Kind: value.Int, Help: "how often anything else is sent again"},
	{Name: resolverOption, Help: "the address of the DNS server that it asks for names (RFC 1034 §5.3); without it, it knows the name of every device"},
}
