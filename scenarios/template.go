package scenarios

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr/types"
)

// template is a text for people with holes in it: ${knob} is a knob's value as
// it would be typed, {...} an expression over the run. {{ and }} are braces.
type template struct{ pieces []piece }

// piece is a literal text, a knob's name or an expression.
type piece struct {
	literal string
	knob    string
	expr    *expression
}

// fieldPath is what looks like a field of a frame: tcp.seq.
var fieldPath = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$`)

// template reads a text's holes. rewrite, if not nil, may turn what stands in
// a hole into the expression that is meant.
func (ck *checker) template(t Text, env types.Map, rewrite func(string) string) *template {
	var tp template
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			tp.pieces = append(tp.pieces, piece{literal: literal.String()})
			literal.Reset()
		}
	}
	for i := 0; i < len(t.S); {
		switch rest := t.S[i:]; {
		case strings.HasPrefix(rest, "{{") || strings.HasPrefix(rest, "}}"):
			literal.WriteByte(rest[0])
			i += 2
		case strings.HasPrefix(rest, "${"):
			name, after, closed := strings.Cut(rest[2:], "}")
			if !closed {
				ck.add(ck.inside(t, i), "${ without a closing }")
				return &tp
			}
			ck.known(ck.inside(t, i), "knob", name, ck.knobNames())
			flush()
			tp.pieces = append(tp.pieces, piece{knob: name})
			i = len(t.S) - len(after)
		case rest[0] == '{':
			end := closing(rest)
			if end < 0 {
				ck.add(ck.inside(t, i), "{ without a closing }; write {{ for a brace itself")
				return &tp
			}
			source := rest[1:end]
			if rewrite != nil {
				source = rewrite(source)
			}
			flush()
			tp.pieces = append(tp.pieces, piece{expr: ck.compile(t, i+1, source, env)})
			i += end + 1
		default:
			literal.WriteByte(rest[0])
			i++
		}
	}
	flush()
	return &tp
}

// closing is the index of the brace that closes the one at the start of s,
// not counting those in quotes; -1 if there is none.
func closing(s string) int {
	depth, quote := 0, byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			switch c {
			case '\\':
				i++
			case quote:
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// fill is the text with its holes filled in.
func (tp *template) fill(knobs Knobs, env map[string]any) (string, error) {
	var b strings.Builder
	for _, p := range tp.pieces {
		switch {
		case p.expr != nil:
			v, err := p.expr.run(env)
			if err != nil {
				return "", fmt.Errorf("{%s}: %w", p.expr.source, err)
			}
			b.WriteString(display(v))
		case p.knob != "":
			b.WriteString(knobs.Value(p.knob).String())
		default:
			b.WriteString(p.literal)
		}
	}
	return b.String(), nil
}

// display is a value of an expression as people read it.
func display(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(v, 'f', 3, 64), "0"), ".")
	case time.Duration:
		return v.String()
	case []string:
		return list(len(v), func(i int) string { return v[i] })
	case []any:
		return list(len(v), func(i int) string { return display(v[i]) })
	}
	return fmt.Sprint(v)
}

func list(n int, at func(int) string) string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = at(i)
	}
	return strings.Join(texts, ", ")
}
