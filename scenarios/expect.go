package scenarios

import (
	"fmt"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// checkExpectations compiles what must hold. A check that does not look at
// the run could not fail, and is refused.
func (ck *checker) checkExpectations() {
	for _, ex := range ck.sc.Expect {
		env := ck.runTypes()
		if ex.Variant.Given() {
			ck.known(ex.Variant.Place, "variant", ex.Variant.S, ck.variantNames())
		} else if ex.compares = ck.compares(ex.Check); ex.compares {
			env = ck.comparingTypes()
		}
		ex.check = ck.compileBool(ex.Check, env)
		if ex.check != nil && !ex.check.speaksOf(runNames...) {
			ck.add(ex.Check.Place, "this check does not look at the run, so it cannot fail; it can speak of %s", strings.Join(runNames[:len(runNames)-2], ", "))
		}
		ex.that = ck.template(ex.That, env, nil)
		if ex.Found.Given() {
			ex.found = ck.template(ex.Found, env, nil)
		}
		if ex.If.Given() {
			ex.condition = ck.compileBool(ex.If, ck.alwaysTypes())
		}
	}
}

// compares says whether an expression speaks of several variants at once.
func (ck *checker) compares(t Text) bool {
	return len(ck.sc.Variants) > 0 && mentionsVariant.MatchString(t.S)
}

// verify works an expectation out, once for every variant that it is about.
func (sc *Scenario) verify(ex *Expectation, runs []*VariantResult, knobs Knobs, es *environments) []ExpectationResult {
	if ex.condition != nil {
		if v, err := ex.condition.run(es.always); err == nil && v == false {
			return nil
		}
	}
	if ex.compares {
		return []ExpectationResult{ex.verify("", knobs, es.together)}
	}
	var all []ExpectationResult
	for _, r := range runs {
		if !ex.Variant.Given() || ex.Variant.S == r.Name {
			all = append(all, ex.verify(r.Name, knobs, es.of(r.Name)))
		}
	}
	return all
}

func (ex *Expectation) verify(variant string, knobs Knobs, env map[string]any) ExpectationResult {
	res := ExpectationResult{Expectation: ex, Variant: variant}
	that, err := ex.that.fill(knobs, env)
	if err != nil {
		that = ex.That.S
	}
	res.That = that
	v, err := ex.check.run(env)
	switch held, isBool := v.(bool); {
	case err != nil:
		res.Found = "it cannot be checked: " + err.Error()
	case !isBool:
		res.Found = fmt.Sprintf("the check is %s, neither true nor false", display(v))
	case held:
		res.Held = true
	default:
		res.Found = ex.why(knobs, env)
	}
	return res
}

// why says what was found instead.
func (ex *Expectation) why(knobs Knobs, env map[string]any) string {
	if ex.found != nil {
		if s, err := ex.found.fill(knobs, env); err == nil {
			return s
		}
	}
	return ex.check.whyFalse(ex.check.root, env)
}

// whyFalse shows the part of a condition that is false: of "and" the first
// such side, of a comparison what its two sides came to.
func (e *expression) whyFalse(n ast.Node, env map[string]any) string {
	b, ok := n.(*ast.BinaryNode)
	if !ok {
		return n.String() + " is false"
	}
	switch b.Operator {
	case "and", "&&":
		for _, side := range []ast.Node{b.Left, b.Right} {
			if part := e.part(side); part != nil {
				if v, err := part.run(env); err == nil && v == false {
					return e.whyFalse(side, env)
				}
			}
		}
	case "==", "!=", "<", "<=", ">", ">=", "in", "contains", "startsWith", "endsWith", "matches":
		left, right := e.side(b.Left, env), e.side(b.Right, env)
		found := fmt.Sprintf("%s is %s; it should be %s %s", b.Left, left, b.Operator, b.Right)
		if right != b.Right.String() {
			found += ", which is " + right
		}
		return found
	}
	return n.String() + " is false"
}

// side shows what one side of a comparison came to.
func (e *expression) side(n ast.Node, env map[string]any) string {
	part := e.part(n)
	if part == nil {
		return n.String()
	}
	v, err := part.run(env)
	if err != nil {
		return "unknown (" + err.Error() + ")"
	}
	const long = 200
	text := display(v)
	if s, isText := v.(string); isText {
		text = fmt.Sprintf("%q", s)
	}
	if len(text) > long {
		text = text[:long] + "..."
	}
	return text
}
