package scenarios

import (
	"fmt"
	"strings"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/osi"
)

// has says whether a protocol is in the frame; case does not matter, and "any"
// is in every frame.
func has(d *capture.Dissection, protocol string) bool {
	if protocol == "any" {
		return true
	}
	for i := range d.Parts {
		if strings.EqualFold(d.Parts[i].Protocol, protocol) {
			return true
		}
	}
	return false
}

// findField finds a header field by its key; of several the outermost.
func findField(d *capture.Dissection, key string) (osi.Field, bool) {
	for i := range d.Parts {
		if f, ok := d.Parts[i].Field(key); ok {
			return f, true
		}
	}
	return osi.Field{}, false
}

// mustField is findField with an error that names what is there instead.
func mustField(d *capture.Dissection, key string) (osi.Field, error) {
	if f, ok := findField(d, key); ok {
		return f, nil
	}
	var keys []string
	for i := range d.Parts {
		for _, f := range d.Parts[i].Fields {
			keys = append(keys, f.Key)
		}
	}
	return osi.Field{}, fmt.Errorf("the frame has no field %q%s", key, didYouMean(key, keys))
}

// packet is what the dissector read in the i-th frame of the recording, nil
// when it was not read.
func (r *VariantResult) packet(i int) *capture.Dissection {
	if i < len(r.Packets) {
		return r.Packets[i]
	}
	return nil
}
