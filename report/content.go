package report

import (
	"fmt"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/osi"
)

// contentFields are what a message of the application carries, apart from its
// own header: what the people or programs above it wanted to say.
var contentFields = []string{"http.file_data", "chat.text"}

// contentOf is where the content of a part stands in the frame. There is none
// when it is all of the part, or not in this frame.
func contentOf(p *osi.Part) (osi.Span, bool) {
	for _, key := range contentFields {
		if f, ok := p.Field(key); ok && f.Span.Length > 0 && f.Span.Length < p.Len() {
			return f.Span, true
		}
	}
	return osi.Span{}, false
}

// contentText says what of a message is header and what content.
func contentText(d *capture.Dissection, p *osi.Part) string {
	span, ok := contentOf(p)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%d of its own, %d of content: “%s”", p.Len()-span.Length, span.Length, osi.Quote(within(d.Data, span), 40))
}

// encodingText says how many bytes the first characters of a text make, and
// which.
func encodingText(p *osi.Part) string {
	points, ok := p.Field("text.codepoints")
	units, both := p.Field("text.bytes")
	if !ok || !both {
		return ""
	}
	return fmt.Sprintf("%s in %s: %s", counted(points.Note), counted(units.Note), units.Value)
}

// counted mends "1 characters".
func counted(quantity string) string {
	var n int
	var noun string
	if _, err := fmt.Sscan(quantity, &n, &noun); err == nil && n == 1 {
		return "1 " + noun[:len(noun)-1]
	}
	return quantity
}
