package bench

import "time"

// usage is what the process has used so far.
type usage struct {
	cpu     time.Duration // user and system
	peakRSS int64         // bytes of memory held at once, at most
}
