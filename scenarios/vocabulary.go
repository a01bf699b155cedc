package scenarios

// frameClassNames are the classes of frames that of can name, the same as
// those that host tells apart.
var frameClassNames = []string{
	"any", "data", "arp", "arp.request", "arp.reply", "ip", "ip.fragment", "icmp", "udp",
	"tcp", "tcp.data", "tcp.syn", "tcp.syn-ack", "tcp.fin", "tcp.rst", "tcp.ack",
}

func frameClasses() []string { return frameClassNames }
