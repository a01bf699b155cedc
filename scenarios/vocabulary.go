package scenarios

import (
	"github.com/packetwalk/packetwalk/host"
	"github.com/packetwalk/packetwalk/tcp"
)

// Names that other packages give meaning to.

// frameClasses are the classes of frames that of can name.
func frameClasses() []string {
	names := make([]string, len(host.FrameClasses))
	for i := range host.FrameClasses {
		names[i] = host.FrameClasses[i].Name
	}
	return names
}

// congestionControls are the names that a host's option congestion can have.
func congestionControls() []string { return tcp.Congestions() }
