package presentation

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/packetwalk/packetwalk/osi"
)

// Fields says in which notation a message's content is written: the character
// encoding, and how its first characters read as numbers; JSON; compression. b
// is the content as far as it is there, at offset at; mediaType and coding are
// what the message says of it ("text/html; charset=utf-8", "gzip"), "" if
// nothing. whole says that b is all of it.
//
// The bytes belong to the message, so the part's span is empty: an encoding has
// no bytes of its own. The spans of its fields point at what they describe.
func Fields(b []byte, at int, mediaType, coding string, whole bool) osi.Part {
	r := osi.Reader{Data: b, Base: at}
	part := osi.Part{Layer: osi.Presentation, PDU: "message", Spans: []osi.Span{{Offset: at}}}
	var says []string
	if coding = strings.ToLower(strings.TrimSpace(coding)); coding != "" && coding != "identity" {
		says = append(says, compressionField(&r, &b, coding, whole))
		if b == nil {
			part.Protocol = coding
			part.Fields, part.Summary = r.Fields, "no bytes of its own: "+strings.Join(says, ", ")
			return part
		}
	}
	encoding := encodingField(&r, b, part.Spans[0], fieldsCharset(mediaType, b), whole)
	part.Protocol = encoding
	what := "the text is " + encoding
	if encoding == "binary" {
		what = "the content is not text"
	} else if fieldsLookLikeJSON(b, mediaType) && whole {
		f := osi.Field{Key: "json.object", Name: "JSON", Span: osi.Span{Offset: at, Length: len(r.Data)}, Value: "valid"}
		part.Protocol = "JSON"
		what = "the content is JSON in " + encoding
		if !json.Valid(b) {
			f.Value = "not valid"
			f.Problem = fieldsJSONProblem(b)
			part.Problem = f.Problem
		}
		r.Fields = append(r.Fields, f)
	}
	says = append(says, what)
	part.Fields = r.Fields
	part.Summary = "no bytes of its own: " + strings.Join(says, ", ")
	return part
}

func fieldsLookLikeJSON(b []byte, mediaType string) bool {
	mediaType, _, _ = strings.Cut(strings.ToLower(mediaType), ";")
	mediaType = strings.TrimSpace(mediaType)
	if mediaType == "application/json" || strings.HasSuffix(mediaType, "+json") {
		return true
	}
	b = bytes.TrimSpace(b)
	return len(b) > 1 && (b[0] == '{' || b[0] == '[') && json.Valid(b)
}

func fieldsJSONProblem(b []byte) string {
	var any json.RawMessage
	if err := json.Unmarshal(b, &any); err != nil {
		return "not valid JSON: " + err.Error()
	}
	return ""
}

// mostInflated bounds what is taken out of a compressed content: a few bytes
// can stand for gigabytes.
const mostInflated = 1 << 20

// compressionField says what a content coding makes of the content, and puts
// what comes out in place of *b; nil when that cannot be had.
func compressionField(r *osi.Reader, b *[]byte, coding string, whole bool) string {
	f := osi.Field{Key: "http.content_encoding", Name: "Compression", Value: coding, Span: osi.Span{Offset: r.Base, Length: len(*b)}}
	defer func() { r.Fields = append(r.Fields, f) }()
	packed := len(*b)
	if coding != "gzip" && coding != "x-gzip" {
		*b = nil
		return "the content is compressed (" + coding + ")"
	}
	if !whole {
		*b = nil
		f.Note = "not all there, so not opened"
		return "the content is compressed (gzip)"
	}
	z, err := gzip.NewReader(bytes.NewReader(*b))
	var out []byte
	if err == nil {
		out, err = io.ReadAll(io.LimitReader(z, mostInflated))
	}
	if err != nil {
		*b = nil
		f.Problem = "not valid gzip: " + err.Error()
		return "the content is compressed (gzip), but damaged"
	}
	*b = out
	f.Note = fmt.Sprintf("%d bytes stand for %d", packed, len(out))
	return fmt.Sprintf("gzip makes %d bytes of %d", packed, len(out))
}
