package host

// FramesOut is how many frames are lent and not given back.
func (l *Lab) FramesOut() int { return l.pool.Outstanding() }
