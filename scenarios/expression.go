package scenarios

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
	"github.com/packetwalk/packetwalk/trace"
)

// expression is an expression of a scenario file, checked and compiled. What
// it can speak of is said by an environment (environment.go).
type expression struct {
	source  string
	program *vm.Program
	root    ast.Node
	env     types.Map // the environment that it was compiled for
}

// unwanted are functions of the language that know the wall clock or hand out
// the entries of a map in no particular order, so that a run would not repeat.
var unwanted = []string{"now", "date", "timezone", "keys", "values", "toPairs", "fromPairs", "groupBy", "toJSON", "fromJSON"}

// faulty are functions that expr v1.17 gets wrong: they leave one value too
// many on its stack, and a method of what they return takes it for its argument.
var faulty = []string{"findLast", "findLastIndex"}

func options(env types.Map) []expr.Option {
	// Its optimizer would make a findLast of last(filter(...)).
	opts := []expr.Option{expr.Env(env), expr.MaxNodes(1000), expr.Optimize(false)}
	for _, name := range unwanted {
		opts = append(opts, expr.DisableBuiltin(name))
	}
	return opts
}

// compile checks source, which stands in the file at byte offset of the text
// t, against an environment. It complains and returns nil when it is wrong.
func (ck *checker) compile(t Text, offset int, source string, env types.Map) *expression {
	// byte offset in t of the n-th character of source
	at := func(n int) Place {
		r := []rune(source)
		return ck.inside(t, offset+len(string(r[:min(max(n, 0), len(r))])))
	}
	if strings.TrimSpace(source) == "" {
		ck.add(at(0), "an expression is missing here")
		return nil
	}
	if i := strings.Index(source, "${"); i >= 0 {
		ck.add(ck.inside(t, offset+i), "an expression reads a knob as knob.name, not as ${name}")
		return nil
	}
	tree, err := parser.Parse(source)
	if err != nil {
		ck.complain(at, err, env)
		return nil
	}
	known := len(ck.errors)
	ast.Walk(&tree.Node, &nameCheck{ck: ck, at: at})
	if len(ck.errors) > known {
		return nil
	}
	program, err := expr.Compile(source, options(env)...)
	if err != nil {
		ck.complain(at, err, env)
		return nil
	}
	return &expression{source: source, program: program, root: tree.Node, env: env}
}

// run works the expression out. A panic of a function is an error: the
// library turns it into one.
func (e *expression) run(env map[string]any) (any, error) {
	v, err := expr.Run(e.program, env)
	if err != nil {
		return nil, errors.New(firstLine(plainMessage(err)))
	}
	return v, nil
}

// part compiles a sub-expression of e, nil if it does not stand alone.
func (e *expression) part(n ast.Node) *expression {
	source := n.String()
	program, err := expr.Compile(source, options(e.env)...)
	if err != nil {
		return nil
	}
	return &expression{source: source, program: program, root: n, env: e.env}
}

// speaksOf says whether the expression mentions one of the names.
func (e *expression) speaksOf(names ...string) bool {
	m := mentions{names: names}
	ast.Walk(&e.root, &m)
	return m.found
}

type mentions struct {
	names []string
	found bool
}

func (m *mentions) Visit(n *ast.Node) {
	if id, ok := (*n).(*ast.IdentifierNode); ok && slices.Contains(m.names, id.Value) {
		m.found = true
	}
}

// complain puts an error of the expression library in this project's words.
func (ck *checker) complain(at func(int) Place, err error, env types.Map) {
	from := 0
	var inSource *file.Error
	if errors.As(err, &inSource) {
		from = inSource.From
	}
	message := firstLine(plainMessage(err))
	if m := unknownName.FindStringSubmatch(message); m != nil {
		message = fmt.Sprintf("an expression knows nothing called %q here%s", m[1], didYouMean(m[1], namesIn(env)))
	} else if m := unknownField.FindStringSubmatch(message); m != nil {
		if fields, what := viewFields(m[1]); fields != nil {
			message = fmt.Sprintf("%s has nothing called %q%s", what, m[2], didYouMean(m[2], fields))
		}
	} else {
		message = "the expression is wrong: " + strings.Replace(message, "unexpected token EOF", "it ends too early; a bracket or a quote may be missing", 1)
	}
	ck.add(at(from), "%s", message)
}

var (
	unknownName  = regexp.MustCompile(`^unknown name (\w+)`)
	unknownField = regexp.MustCompile(`^type (\S+) has no (?:field|method) (\w+)`)
)

func plainMessage(err error) string {
	var inSource *file.Error
	if errors.As(err, &inSource) {
		return inSource.Message
	}
	return err.Error()
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// nameCheck looks for names that only this scenario can know: events,
// programs, knobs, variants, nodes.
type nameCheck struct {
	ck *checker
	at func(int) Place
}

func (v *nameCheck) Visit(n *ast.Node) {
	switch n := (*n).(type) {
	case *ast.MemberNode:
		of, isName := n.Node.(*ast.IdentifierNode)
		key, isConstant := n.Property.(*ast.StringNode)
		if isName && isConstant {
			v.member(of.Value, key)
		}
	case *ast.CallNode:
		v.call(calledName(n.Callee), n.Arguments)
	case *ast.BuiltinNode:
		if slices.Contains(faulty, n.Name) {
			v.ck.add(v.at(n.Location().From), "%s is not offered here; last(filter(...)) finds the same", n.Name)
		}
	case *ast.BinaryNode:
		if n.Operator == "==" || n.Operator == "!=" {
			v.comparison(n.Left, n.Right)
			v.comparison(n.Right, n.Left)
		}
	}
}

func (v *nameCheck) member(of string, key *ast.StringNode) {
	from := v.at(key.Location().From)
	switch of {
	case "programs":
		v.ck.known(from, "program", key.Value, v.ck.programNames())
	case "knob":
		v.ck.known(from, "knob", key.Value, v.ck.knobNames())
	case "variant":
		v.ck.known(from, "variant", key.Value, v.ck.variantNames())
	}
}

func calledName(callee ast.Node) string {
	switch c := callee.(type) {
	case *ast.IdentifierNode:
		return c.Value
	case *ast.MemberNode:
		if key, ok := c.Property.(*ast.StringNode); ok {
			return key.Value
		}
	}
	return ""
}

func (v *nameCheck) call(function string, args []ast.Node) {
	for i, arg := range args {
		s, constant := arg.(*ast.StringNode)
		if !constant {
			continue
		}
		from := v.at(s.Location().From)
		switch {
		case (function == "times" || function == "event") && i == 0:
			v.ck.known(from, "event", s.Value, eventIDs())
		case (function == "times" || function == "event") && i == 1, (function == "sent" || function == "received") && i == 0:
			v.ck.known(from, "node", s.Value, v.ck.placeNames())
		}
	}
}

// comparison checks the text in .id == "tcp.retransmit".
func (v *nameCheck) comparison(member, with ast.Node) {
	m, isMember := member.(*ast.MemberNode)
	s, isText := with.(*ast.StringNode)
	if !isMember || !isText {
		return
	}
	if key, ok := m.Property.(*ast.StringNode); ok && key.Value == "id" {
		v.ck.known(v.at(s.Location().From), "event", s.Value, eventIDs())
	}
}

func eventIDs() []string {
	kinds := trace.Kinds()
	ids := make([]string, len(kinds))
	for i, k := range kinds {
		ids[i] = k.ID
	}
	return ids
}
