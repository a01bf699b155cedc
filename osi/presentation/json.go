package presentation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// EncodeJSON writes a value as JSON (RFC 8259) on one line, without the
// escapes that only HTML needs. Equal values give equal bytes: the keys of
// maps are sorted.
func EncodeJSON(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("presentation: cannot be written as JSON: %w", err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// JSONError says where bytes stop being the JSON that was expected.
type JSONError struct {
	Line, Column int // from 1; columns count bytes
	Err          error
}

func (e *JSONError) Error() string {
	return fmt.Sprintf("presentation: JSON, line %d, column %d: %v", e.Line, e.Column, e.Err)
}

func (e *JSONError) Unwrap() error { return e.Err }

// DecodeJSON reads exactly one JSON value into v; only white space may follow.
// RFC 8259 §8.1: the text must be UTF-8. Numbers read into an any stay exact,
// as json.Number.
func DecodeJSON(b []byte, v any) error {
	if !utf8.Valid(b) {
		_, err := UTF8.Decode(b)
		var at *TextError
		errors.As(err, &at)
		return jsonError(b, at.Offset, errors.New(at.Problem))
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	if err := dec.Decode(v); err != nil {
		return jsonError(b, jsonOffset(err, len(b)), jsonProblem(err))
	}
	end := int(dec.InputOffset())
	if rest := bytes.TrimLeft(b[end:], " \t\r\n"); len(rest) > 0 {
		return jsonError(b, len(b)-len(rest), fmt.Errorf("expected the end, found %q", rest[:1]))
	}
	return nil
}

// jsonOffset is the index of the byte that an error of encoding/json means;
// the package counts up to and including it.
func jsonOffset(err error, end int) int {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return int(syntax.Offset) - 1
	case errors.As(err, &kind):
		return int(kind.Offset) - 1
	}
	return end
}

func jsonProblem(err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Errorf("expected %s for %q, found a %s", kind.Type, kind.Field, kind.Value)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("expected a value, found the end")
	}
	return err
}

func jsonError(b []byte, offset int, err error) error {
	before := b[:max(0, min(offset, len(b)))]
	line := 1 + bytes.Count(before, []byte("\n"))
	return &JSONError{Line: line, Column: len(before) - bytes.LastIndexByte(before, '\n'), Err: err}
}
