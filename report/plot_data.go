package report

// The plots as data.

type flowData struct {
	Variant  string        `json:"variant,omitempty"`
	Node     string        `json:"node"`
	Local    string        `json:"local"`
	Remote   string        `json:"remote"`
	BeginNS  int64         `json:"begin_ns"`
	UntilNS  int64         `json:"until_ns"`
	Sent     []stretchData `json:"sent"`
	Acked    []pointData   `json:"acked"`
	CWND     []pointData   `json:"cwnd"`
	SSThresh []pointData   `json:"ssthresh"`
	Flight   []pointData   `json:"flight"`
	RTT      []pointData   `json:"rtt"`
	SRTT     []pointData   `json:"srtt"`
	RTO      []pointData   `json:"rto"`
	Rate     []pointData   `json:"throughput"`
	BinNS    int64         `json:"bin_ns"`
}

type stretchData struct {
	TimeNS int64  `json:"time_ns"`
	Seq    int64  `json:"seq"`
	Bytes  int64  `json:"bytes"`
	Again  bool   `json:"again"`
	Why    string `json:"why"`
}

type pointData struct {
	TimeNS int64 `json:"time_ns"`
	Value  int64 `json:"value"`
}

func flowDataOf(f *flow) flowData {
	d := flowData{Variant: f.variant, Node: f.node, Local: f.local, Remote: f.remote, BeginNS: int64(f.begin), UntilNS: int64(f.until),
		Acked: points(f.acked), CWND: points(f.cwnd), SSThresh: points(f.ssthresh), Flight: points(f.flight),
		RTT: points(f.samples), SRTT: points(f.srtt), RTO: points(f.rto), Rate: points(f.goodput), BinNS: int64(f.bin)}
	for _, s := range f.sent {
		d.Sent = append(d.Sent, stretchData{int64(s.at), s.from, s.bytes, s.again, s.why})
	}
	return d
}

func points(c curve) []pointData {
	all := make([]pointData, len(c))
	for i, s := range c {
		all[i] = pointData{int64(s.at), s.value}
	}
	return all
}
