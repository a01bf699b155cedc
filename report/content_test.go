package report

import (
	"testing"

	"github.com/packetwalk/packetwalk/osi"
)

// The body of a message is told apart from the message's own header, wherever
// bytes are counted.
func TestContentIsToldApart(t *testing.T) {
	d := helloSample()
	top := &d.Parts[len(d.Parts)-1]
	if top.Layer != osi.Application || top.Len() != 5 {
		t.Fatalf("the sample's last part is %s with %d bytes, want 5 bytes of the application", top.Protocol, top.Len())
	}
	body := osi.Span{Offset: top.Spans[0].Offset + 3, Length: 2}
	top.Protocol, top.Fields = "HTTP/1.1", []osi.Field{{Key: "http.file_data", Name: "Body", Span: body}}

	if got, want := sizeOf(d).String(), "2 payload + 57 headers (3 + 20 + 20 + 14) + 1 padding + 4 FCS"; got != want {
		t.Errorf("the frame is %q, want %q", got, want)
	}
	if got, want := contentText(d, top), "3 of its own, 2 of content: “lo”"; got != want {
		t.Errorf("the layer says %q, want %q", got, want)
	}
	walk := storeys(d)
	if walk[0].bytes != 2 || walk[1].bytes != 3 || walk[1].unit != 5 || walk[1].name != "HTTP/1.1" {
		t.Errorf("the walk begins with %+v, %+v; want 2 bytes of content and 3 of HTTP/1.1", walk[0], walk[1])
	}
	top.Fields[0].Span.Length = 0 // the body is in another frame
	if walk := storeys(d); walk[0].bytes != 5 {
		t.Errorf("without a body in the frame the walk begins with %+v, want all 5 bytes", walk[0])
	}
}

func TestEncodingText(t *testing.T) {
	p := osi.Part{Layer: osi.Presentation, Fields: []osi.Field{
		{Key: "text.codepoints", Value: "U+00E9", Note: "1 characters"},
		{Key: "text.bytes", Value: "c3 a9", Note: "2 bytes"},
	}}
	if got, want := encodingText(&p), "1 character in 2 bytes: c3 a9"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := encodingText(&osi.Part{}); got != "" {
		t.Errorf("a part without characters says %q", got)
	}
}
