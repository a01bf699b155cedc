package tcp

// Switch turns an algorithm on or off; the zero Switch leaves it to the profile.
type Switch int8

// The positions of a Switch.
const (
	ByProfile Switch = iota
	On
	Off
)

// String is "by profile", "on" or "off".
func (s Switch) String() string {
	switch s {
	case On:
		return "on"
	case Off:
		return "off"
	}
	return "by profile"
}

// on is the position, or the profile's: what has such a switch is on under
// Linux and off under RFC.
func (s Switch) on(p Profile) bool { return s == On || s == ByProfile && p == Linux }

func (cfg *Config) rack() bool  { return cfg.RACK.on(cfg.Profile) }
func (cfg *Config) frto() bool  { return cfg.FRTO.on(cfg.Profile) }
func (cfg *Config) eifel() bool { return cfg.Eifel.on(cfg.Profile) }
func (cfg *Config) prr() bool   { return cfg.PRR.on(cfg.Profile) }
