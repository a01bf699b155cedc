package scenarios

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// MaxFileSize is the largest scenario file that is read, in bytes.
const MaxFileSize = 256 << 10

// maxNesting is how deep lists and mappings may stand in one another on a
// line; the form itself needs five levels.
const maxNesting = 16

// parse turns the file into a syntax tree, or complains and returns nil. Of
// YAML it takes what a scenario needs: one document of mappings, lists and
// scalars. Anchors, aliases, tags and merge keys would let a small file become
// a large one and say in two places what should be said in one.
func parse(c *complaints, source []byte) (root ast.Node) {
	switch {
	case len(source) > MaxFileSize:
		c.add(Place{}, "the file has %d bytes; a scenario has at most %d", len(source), MaxFileSize)
		return nil
	case !utf8.Valid(source):
		c.add(Place{}, "the file is not text in UTF-8")
		return nil
	}
	// The library has been seen to panic on broken input; that is a broken
	// file, not a broken program.
	defer func() {
		if p := recover(); p != nil {
			c.add(Place{Line: 1, Column: 1}, "this is not YAML that can be read (%v)", p)
			root = nil
		}
	}()
	tokens := lexer.Tokenize(string(source))
	if !plain(c, tokens) {
		return nil
	}
	file, err := parser.Parse(tokens, 0)
	if err != nil {
		var syntax *yaml.SyntaxError
		if errors.As(err, &syntax) {
			c.add(tokenPlace(syntax.Token), "this is not YAML: %s%s", syntax.Message, hint(syntax.Message))
		} else {
			c.add(Place{}, "this is not YAML: %v", err)
		}
		return nil
	}
	return document(c, file)
}

// hint says what is mostly behind a message of the YAML library that only its
// authors understand.
func hint(message string) string {
	switch {
	case strings.Contains(message, "mapping value is not allowed"):
		return "; a text with a colon and a blank in it needs quotes"
	case strings.Contains(message, "value is not allowed in this context"), strings.Contains(message, "could not find"):
		return "; is the line indented as far as its neighbours?"
	case strings.Contains(message, "cannot start any token"):
		return "; indent with blanks, not with tabs, and put a text that begins with a special character in quotes"
	}
	return ""
}

func document(c *complaints, file *ast.File) ast.Node {
	var root ast.Node
	for _, doc := range file.Docs {
		switch {
		case doc.Body == nil || doc.Body.Type() == ast.CommentType:
		case root != nil:
			c.add(place(doc.Body), "a scenario file holds one scenario; a second document begins here")
			return nil
		default:
			root = doc.Body
		}
	}
	if root == nil {
		c.add(Place{}, "the file is empty")
	}
	return root
}

// plain refuses what a scenario file may not use.
func plain(c *complaints, tokens token.Tokens) bool {
	var open []*token.Token // brackets and braces that are not closed yet
	dashes, line := 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			dashes, line = 0, t.Position.Line
		}
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			c.add(tokenPlace(t), "anchors and aliases (& and *) are not part of the form: write the value out, or put the text in quotes")
		case token.TagType:
			c.add(tokenPlace(t), "tags (!) are not part of the form: put the text in quotes")
		case token.DirectiveType:
			c.add(tokenPlace(t), "directives (%%) are not part of the form: put the text in quotes")
		case token.MappingKeyType:
			c.add(tokenPlace(t), "complex keys (?) are not part of the form: put the text in quotes")
		case token.InvalidType:
			c.add(tokenPlace(t), "this is not YAML: %s", invalid(t))
		case token.MappingStartType, token.SequenceStartType:
			open = append(open, t)
		case token.MappingEndType, token.SequenceEndType:
			open = open[:max(0, len(open)-1)]
		case token.SequenceEntryType:
			dashes++
		}
		if len(open)+dashes > maxNesting {
			c.add(tokenPlace(t), "lists and mappings stand deeper than %d in one another", maxNesting)
		}
		if len(c.errors) > 0 {
			return false
		}
	}
	if len(open) > 0 {
		last := open[len(open)-1]
		c.add(tokenPlace(last), "this %s is never closed", last.Value)
		return false
	}
	return true
}

func invalid(t *token.Token) string {
	if t.Error != "" {
		return t.Error + hint(t.Error)
	}
	return fmt.Sprintf("%q does not belong here", t.Value)
}

func tokenPlace(t *token.Token) Place {
	if t == nil || t.Position == nil {
		return Place{}
	}
	return Place{Line: max(1, t.Position.Line), Column: max(1, t.Position.Column)}
}

// place is where a node begins.
func place(n ast.Node) Place {
	if m, ok := n.(ast.MapNode); ok {
		if mapping, ok := n.(*ast.MappingNode); ok && mapping.IsFlowStyle {
			return tokenPlace(mapping.Start)
		}
		if it := m.MapRange(); it.Next() {
			return place(it.Key())
		}
	}
	if seq, ok := n.(*ast.SequenceNode); ok {
		return tokenPlace(seq.Start)
	}
	return tokenPlace(n.GetToken())
}

// text reads a scalar as it was written: 010 and 1e3 stay what they look like
// (YAML would make 8 and 1000 of them), and so do yes and no.
func (d *decoder) text(n ast.Node, what string) (Text, bool) {
	t := Text{Place: place(n)}
	switch n := n.(type) {
	case *ast.StringNode:
		t.S = n.Value
		if n.Token.Type == token.SingleQuoteType || n.Token.Type == token.DoubleQuoteType {
			t.lead = 1
		}
	case *ast.LiteralNode:
		t.S = strings.TrimRight(n.Value.Value, "\n")
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		t.S = n.GetToken().Value
	case *ast.NullNode:
		d.add(t.Place, "%s has no value", what)
		return Text{}, false
	default:
		d.add(t.Place, "%s must be a single value, but this is %s", what, described(n))
		return Text{}, false
	}
	return t, true
}

// described says what a node is, for messages.
func described(n ast.Node) string {
	switch n.Type() {
	case ast.MappingType, ast.MappingValueType:
		return "a mapping"
	case ast.SequenceType:
		return "a list"
	case ast.NullType:
		return "empty"
	}
	return "a single value"
}
