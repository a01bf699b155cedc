package scenarios

import (
	"github.com/packetwalk/packetwalk/scenarios/plan"
	"github.com/packetwalk/packetwalk/scenarios/value"
	"github.com/packetwalk/packetwalk/tcp"
)

// How each of HostOptions that is TCP's changes a host's configuration.
var tcpOptions = map[string]func(cfg *tcp.Config, v value.Value){
	"profile": func(cfg *tcp.Config, v value.Value) {
		if v.Text() == tcp.Linux.String() {
			cfg.Profile = tcp.Linux
		}
	},
	"congestion":     func(cfg *tcp.Config, v value.Value) { cfg.Congestion = v.Text() },
	"mss":            func(cfg *tcp.Config, v value.Value) { cfg.MSS = uint16(v.Bytes()) },
	"send_buffer":    func(cfg *tcp.Config, v value.Value) { cfg.SendBuffer = uint32(v.Bytes()) },
	"receive_buffer": func(cfg *tcp.Config, v value.Value) { cfg.ReceiveBuffer = uint32(v.Bytes()) },
	"initial_window": func(cfg *tcp.Config, v value.Value) { cfg.InitialWindow = int(v.Int()) },

	"nagle":        func(cfg *tcp.Config, v value.Value) { cfg.NoDelay = !v.Bool() },
	"window_scale": func(cfg *tcp.Config, v value.Value) { cfg.NoWindowScale = !v.Bool() },
	"timestamps":   func(cfg *tcp.Config, v value.Value) { cfg.NoTimestamps = !v.Bool() },
	"sack":         func(cfg *tcp.Config, v value.Value) { cfg.NoSACK = !v.Bool() },
	"delayed_ack":  func(cfg *tcp.Config, v value.Value) { cfg.NoDelayedACK = !v.Bool() },
	"mtu_probing":  func(cfg *tcp.Config, v value.Value) { cfg.MTUProbing = v.Bool() },
	"ecn":          func(cfg *tcp.Config, v value.Value) { cfg.ECN = ecnModes[v.Text()] },

	"initial_rto": func(cfg *tcp.Config, v value.Value) { cfg.InitialRTO = v.Duration() },
	"min_rto":     func(cfg *tcp.Config, v value.Value) { cfg.MinRTO = v.Duration() },
	"syn_retries": func(cfg *tcp.Config, v value.Value) { cfg.SYNRetries = int(v.Int()) },
	"retries":     func(cfg *tcp.Config, v value.Value) { cfg.Retries = int(v.Int()) },

	"keep_alive":          func(cfg *tcp.Config, v value.Value) { cfg.KeepAlive = v.Bool() },
	"keep_alive_idle":     func(cfg *tcp.Config, v value.Value) { cfg.KeepAliveIdle = v.Duration() },
	"keep_alive_interval": func(cfg *tcp.Config, v value.Value) { cfg.KeepAliveInterval = v.Duration() },
	"keep_alive_probes":   func(cfg *tcp.Config, v value.Value) { cfg.KeepAliveProbes = int(v.Int()) },
	"user_timeout":        func(cfg *tcp.Config, v value.Value) { cfg.UserTimeout = v.Duration() },
}

var ecnModes = map[string]tcp.ECNMode{
	tcp.ECNPassive.String(): tcp.ECNPassive, tcp.ECNActive.String(): tcp.ECNActive, tcp.ECNNever.String(): tcp.ECNNever,
}

func configureTCP(cfg *tcp.Config, s plan.Settings) {
	for _, one := range s {
		if set := tcpOptions[one.Name]; set != nil {
			set(cfg, one.Value)
		}
	}
}
