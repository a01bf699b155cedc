package presentation

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
)

func TestJSON(t *testing.T) {
	got, err := EncodeJSON(map[string]any{"z": 1, "a": "<é>", "m": nil})
	if err != nil || string(got) != `{"a":"<é>","m":null,"z":1}` {
		t.Errorf("%s (%v), want sorted keys, one line, nothing escaped that need not be", got, err)
	}
	if _, err := EncodeJSON(func() {}); err == nil {
		t.Error("a function was written as JSON")
	}
	var back any
	if err := DecodeJSON([]byte(" {\"n\": 12345678901234567890}\n"), &back); err != nil {
		t.Fatal(err)
	}
	if n := back.(map[string]any)["n"]; n != json.Number("12345678901234567890") {
		t.Errorf("a large number became %v", n)
	}
}

func TestJSONErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                    "presentation: JSON, line 1, column 1: expected a value, found the end",
		"{\"a\":\n 1,,}":      "presentation: JSON, line 2, column 4: invalid character ',' looking for beginning of object key string",
		"[1] x":               `presentation: JSON, line 1, column 5: expected the end, found "x"`,
		"[1":                  "presentation: JSON, line 1, column 3: expected a value, found the end",
		"\"\xff\"":            "presentation: JSON, line 1, column 2: 0xff never occurs in UTF-8",
		"{\"a\":\n \"text\"}": "presentation: JSON, line 2, column 7: expected int for \"a\", found a string",
	} {
		var v struct {
			A int `json:"a"`
		}
		var into any = &v
		if text == "" || text[0] != '{' {
			into = new(any)
		}
		err := DecodeJSON([]byte(text), into)
		var where *JSONError
		if !errors.As(err, &where) || err.Error() != want {
			t.Errorf("%q:\n\t%v\nwant\n\t%s", text, err, want)
		}
	}
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"a":[1,2.5e3,"é",null,true]}`))
	f.Add([]byte("[1\n,]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var v any
		if err := DecodeJSON(b, &v); err != nil {
			var where *JSONError
			if !errors.As(err, &where) || where.Line < 1 || where.Column < 1 {
				t.Fatalf("%q: %v", b, err)
			}
			return
		}
		once, err := EncodeJSON(v)
		if err != nil {
			t.Fatal(err)
		}
		var w any
		if err := DecodeJSON(once, &w); err != nil {
			t.Fatalf("%q became %q: %v", b, once, err)
		}
		if twice, err := EncodeJSON(w); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%q, then %q (%v)", once, twice, err)
		}
	})
}
