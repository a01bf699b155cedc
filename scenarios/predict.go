package scenarios

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr/types"
	"github.com/packetwalk/packetwalk/scenarios/value"
	"github.com/packetwalk/packetwalk/sim"
)

// The kinds of question.
const (
	AskChoice = "choice" // one of several answers
	AskNumber = "number" // a number
	AskText   = "text"   // a word or a line
)

var askKinds = []string{AskChoice, AskNumber, AskText}

// checkPredictions compiles the questions. An answer that does not look at
// the run would be one that was written down, and is refused.
func (ck *checker) checkPredictions() {
	for _, p := range ck.sc.Predict {
		ck.oneOf(p.Kind, "kind of question", askKinds)
		env := ck.runTypes()
		switch {
		case p.Variant.Given():
			ck.known(p.Variant.Place, "variant", p.Variant.S, ck.variantNames())
		case len(ck.sc.Variants) > 0:
			env = ck.comparingTypes()
		}
		p.answer = ck.compile(p.Answer, 0, p.Answer.S, env)
		if p.answer != nil && !p.answer.speaksOf(runNames...) {
			ck.add(p.Answer.Place, "the answer is not worked out from the run; it can speak of %s", strings.Join(runNames[:len(runNames)-2], ", "))
		}
		p.ask = ck.template(p.Ask, ck.alwaysTypes(), nil) // nothing of the run may show before it
		p.explain = ck.template(p.Explain, env, nil)
		if p.Within.Given() {
			v, err := value.Parse(value.Percent, p.Within.S)
			if err != nil {
				ck.add(p.Within.Place, "within: %v", err)
			}
			p.within = v.Probability()
		}
		ck.checkChoices(p, env)
	}
}

func (ck *checker) checkChoices(p *Prediction, env types.Map) {
	if p.Kind.S == AskChoice && len(p.Choices) < 2 {
		ck.add(p.Place, "a choice needs two answers at least")
	}
	for _, c := range p.Choices {
		c.answer = ck.template(c.Answer, env, nil)
		c.feedback = ck.template(c.Feedback, env, nil)
		if c.Belief.Given() != c.Feedback.Given() {
			ck.add(c.Answer.Place, "belief and feedback belong together: the idea behind the answer, and what speaks to it")
		}
		if p.Kind.S != AskChoice && !c.Belief.Given() {
			ck.add(c.Answer.Place, "an answer that is foreseen needs the belief behind it, and feedback")
		}
	}
}

// predict works a question's answer out.
func (p *Prediction) predict(seed uint64, knobs Knobs, env, always map[string]any) PredictionResult {
	res := PredictionResult{Prediction: p, Ask: p.Ask.S, Explain: p.Explain.S}
	fail := func(err error) PredictionResult {
		res.Problem = fmt.Sprintf("line %d: the answer to %q cannot be worked out: %v", p.Place.Line, res.Ask, err)
		return res
	}
	ask, err := p.ask.fill(knobs, always)
	if err != nil {
		return fail(err)
	}
	res.Ask = ask
	v, err := p.answer.run(env)
	if err != nil {
		return fail(err)
	}
	if err := res.settle(v); err != nil {
		return fail(err)
	}
	if res.Explain, err = p.explain.fill(knobs, env); err != nil {
		return fail(err)
	}
	if err := res.offer(knobs, env); err != nil {
		return fail(err)
	}
	if p.Kind.S == AskChoice {
		shuffle(res.Options, sim.NewStream(seed, "choices of "+p.Ask.S))
	}
	return res
}

// settle writes the right answer down as people read it.
func (res *PredictionResult) settle(v any) error {
	p := res.Prediction
	res.Answer = display(v)
	if p.Kind.S != AskNumber {
		return nil
	}
	n, err := number(v, p.Unit.S)
	if err != nil {
		return err
	}
	res.number = n
	res.Answer = withUnit(n, p.Unit.S)
	return nil
}

// offer makes the options: of a choice, exactly one must be the right answer;
// of a number or text the right answer is added to those foreseen, and one
// that was foreseen as wrong but is right here is dropped.
func (res *PredictionResult) offer(knobs Knobs, env map[string]any) error {
	p := res.Prediction
	right := 0
	for _, c := range p.Choices {
		text, err := c.answer.fill(knobs, env)
		if err != nil {
			return err
		}
		o := Option{Text: text, Right: res.equals(text)}
		if o.Right {
			right++
		} else if o.Feedback, err = c.feedback.fill(knobs, env); err != nil {
			return err
		} else {
			o.Belief = c.Belief.S
		}
		if !o.Right || p.Kind.S == AskChoice {
			res.Options = append(res.Options, o)
		}
	}
	switch {
	case p.Kind.S != AskChoice:
		res.Options = slices.Insert(res.Options, 0, Option{Text: res.Answer, Right: true})
	case right != 1:
		return fmt.Errorf("it is %q, which %d of the choices say", res.Answer, right)
	}
	return nil
}

// equals says whether a text is the right answer.
func (res *PredictionResult) equals(text string) bool {
	p := res.Prediction
	if p.Kind.S != AskNumber {
		return strings.EqualFold(strings.TrimSpace(text), strings.TrimSpace(res.Answer))
	}
	n, err := readNumber(text, p.Unit.S)
	return err == nil && closeTo(n, res.number, p.within)
}

// closeTo compares within a share of the right number.
func closeTo(n, right float64, within sim.Probability) bool {
	const rounding = 1e-9
	return math.Abs(n-right) <= math.Abs(right)*(float64(within)/float64(sim.Certain)+rounding)
}

// Grade judges an answer that somebody gave: the text of an option, or, of a
// choice, its number in the list from 1. The option is the one that it falls
// under, nil when nobody foresaw it. The error says that it is no answer at
// all, and what one looks like.
func (res *PredictionResult) Grade(given string) (right bool, option *Option, err error) {
	given = strings.TrimSpace(given)
	if given == "" {
		return false, nil, fmt.Errorf("an answer is needed: %s", res.wanted())
	}
	if res.Prediction.Kind.S == AskChoice {
		o := res.chosen(given)
		if o == nil {
			return false, nil, fmt.Errorf("%q is none of the answers: %s", given, res.wanted())
		}
		return o.Right, o, nil
	}
	var n float64
	if res.Prediction.Kind.S == AskNumber {
		if n, err = readNumber(given, res.Prediction.Unit.S); err != nil {
			return false, nil, err
		}
	}
	if res.equals(given) {
		return true, &res.Options[0], nil
	}
	for i := range res.Options[1:] {
		o := &res.Options[1+i]
		if m, err := readNumber(o.Text, res.Prediction.Unit.S); err == nil && res.Prediction.Kind.S == AskNumber && closeTo(n, m, 0) ||
			strings.EqualFold(o.Text, given) {
			return false, o, nil
		}
	}
	return false, nil, nil
}

func (res *PredictionResult) chosen(given string) *Option {
	for i := range res.Options {
		if o := &res.Options[i]; strings.EqualFold(o.Text, given) {
			return o
		}
	}
	if n, err := strconv.Atoi(given); err == nil && n >= 1 && n <= len(res.Options) {
		return &res.Options[n-1]
	}
	return nil
}

func (res *PredictionResult) wanted() string {
	switch res.Prediction.Kind.S {
	case AskChoice:
		return fmt.Sprintf("a number from 1 to %d", len(res.Options))
	case AskNumber:
		if u := res.Prediction.Unit.S; u != "" {
			return "a number of " + u
		}
		return "a number"
	}
	return "a word or a line"
}

// shuffle puts options in an order that depends on the stream alone, so that
// the first is not always the right one.
func shuffle(options []Option, s *sim.Stream) {
	for i := len(options) - 1; i > 0; i-- {
		j := int(s.Below(uint64(i + 1)))
		options[i], options[j] = options[j], options[i]
	}
}

// timeUnits are the units in which a duration can be asked for.
var timeUnits = map[string]time.Duration{
	"ns": 1, "µs": time.Microsecond, "us": time.Microsecond, "ms": time.Millisecond,
	"s": time.Second, "seconds": time.Second, "min": time.Minute,
}

// number is a value of an expression as a number, a duration in the unit that
// the question asks for.
func number(v any, unit string) (float64, error) {
	switch v := v.(type) {
	case int:
		return float64(v), nil
	case float64:
		return v, nil
	case time.Duration:
		if u, ok := timeUnits[unit]; ok {
			return float64(v) / float64(u), nil
		}
		return 0, fmt.Errorf("it is the duration %s, so unit must be ns, us, ms, s or min", v)
	}
	return 0, fmt.Errorf("it is %q, not a number", display(v))
}

// readNumber reads what a person types: "1,448", "118 bytes", "1.5s".
func readNumber(text, unit string) (float64, error) {
	s := strings.TrimSpace(strings.ReplaceAll(text, ",", ""))
	if n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(s, unit)), 64); err == nil && !math.IsNaN(n) && !math.IsInf(n, 0) {
		return n, nil
	}
	if u, isTime := timeUnits[unit]; isTime {
		if d, err := value.Parse(value.Duration, s); err == nil {
			return float64(d.Duration()) / float64(u), nil
		}
	}
	if unit == "" {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	return 0, fmt.Errorf("%q is not a number of %s", text, unit)
}

func withUnit(n float64, unit string) string {
	if unit == "" {
		return display(n)
	}
	if _, isTime := timeUnits[unit]; n == 1 && !isTime {
		unit = strings.TrimSuffix(unit, "s")
	}
	return display(n) + " " + unit
}
