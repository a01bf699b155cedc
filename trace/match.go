package trace

// Matcher says whether an event is the one that is meant.
type Matcher func(*Event) bool

// OfKind matches events of a kind, named by its ID.
func OfKind(id string) Matcher { return func(e *Event) bool { return e.Kind.ID == id } }

// AtNode matches events at a node.
func AtNode(node string) Matcher { return func(e *Event) bool { return e.Node == node } }

// With matches events that carry a field with a value; the value is compared
// as text.
func With(key, value string) Matcher {
	return func(e *Event) bool {
		f, ok := e.Get(key)
		return ok && f.String() == value
	}
}

// All matches what every one of the matchers matches.
func All(ms ...Matcher) Matcher {
	return func(e *Event) bool {
		for _, m := range ms {
			if !m(e) {
				return false
			}
		}
		return true
	}
}

// Find lists the events of the recording that match, in order.
func (r *Recording) Find(m Matcher) []*Event {
	var found []*Event
	for i := range r.Events {
		if m(&r.Events[i]) {
			found = append(found, &r.Events[i])
		}
	}
	return found
}
