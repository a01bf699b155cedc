package trace

// Recording is a log kept whole: a subscriber that stores everything, for
// views that need to look back.
type Recording struct {
	Events  []Event
	Frames  []Frame
	Secrets []Secret
}

// Event stores a copy of the event.
func (r *Recording) Event(e *Event) { r.Events = append(r.Events, *e) }

// Frame stores a copy of the frame and its bytes.
func (r *Recording) Frame(f *Frame) {
	g := *f
	g.Data = append([]byte(nil), f.Data...)
	r.Frames = append(r.Frames, g)
}

// Secret stores a copy of the secret.
func (r *Recording) Secret(s *Secret) { r.Secrets = append(r.Secrets, *s) }
