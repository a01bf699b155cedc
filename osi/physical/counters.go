package physical

// Counters counts what became of the frames that were sent into one direction
// of a link. Every frame is accounted for:
//
//	Sent + Duplicated = Delivered + Lost + Outage + QueueFull + TooLong + Unplugged
//	                    + those that wait (Port.Queue) or are on their way (Port.InFlight)
type Counters struct {
	Sent      int   // frames handed to the wire
	SentBytes int64 // their bytes, FCS included
	Delivered int   // frames handed to the receiver, damaged ones and copies included

	Lost      int // by random loss, bursts and explicit fates
	Outage    int // sent while the wire was dead
	QueueFull int // dropped before the transmitter
	TooLong   int // longer than the MTU permits
	Unplugged int // nobody was attached where they arrived

	Marked     int // frames that carry on with a mark of congestion
	Corrupted  int // frames damaged by one or more changes
	Duplicated int // copies made
	Delayed    int // held back, by a time
	Reordered  int // held back so that others overtake
	Deferred   int // times that this end had to wait for the other (half duplex)
}
