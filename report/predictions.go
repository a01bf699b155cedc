package report

import (
	"fmt"
	"strings"

	"github.com/packetwalk/packetwalk/scenarios"
)

// Predictions: the questions, and afterwards what speaks to each belief.

var _ = register(&view{
	View:  View{"predictions", "the questions with their answers, and the belief behind each wrong one"},
	place: 80,
	sections: func(r *scenarios.Result, _ *Options) []Section {
		var all []Section
		for i := range r.Predictions {
			p := &r.Predictions[i]
			s := Section{Title: fmt.Sprintf("Question %d", i+1), Blocks: []Block{Text(p.Ask)}}
			if p.Problem != "" {
				s.add(Text("This run gives no answer: " + p.Problem))
				all = append(all, s)
				continue
			}
			s.add(Text("Answer: "+p.Answer), Text(p.Explain))
			var wrong List
			for _, o := range p.Options {
				if !o.Right {
					wrong = append(wrong, Item{Label: "✗ " + o.Text, Head: plain(beliefText(&o)), More: plains(o.Feedback)})
				}
			}
			if len(wrong) > 0 {
				s.add(wrong)
			}
			all = append(all, s)
		}
		return all
	},
	data: func(r *scenarios.Result, _ *Options) any {
		all := []predictionData{}
		for i := range r.Predictions {
			p := &r.Predictions[i]
			one := predictionData{Ask: p.Ask, Kind: p.Prediction.Kind.S, Answer: p.Answer, Explain: p.Explain, Problem: p.Problem, Options: []optionData{}}
			for _, o := range p.Options {
				one.Options = append(one.Options, optionData(o))
			}
			all = append(all, one)
		}
		return all
	},
})

type predictionData struct {
	Ask     string       `json:"ask"`
	Kind    string       `json:"kind"`
	Answer  string       `json:"answer"`
	Explain string       `json:"explain"`
	Problem string       `json:"problem,omitempty"`
	Options []optionData `json:"options"`
}

type optionData struct {
	Text     string `json:"text"`
	Right    bool   `json:"right"`
	Belief   string `json:"belief,omitempty"`
	Feedback string `json:"feedback,omitempty"`
}

func beliefText(o *scenarios.Option) string {
	if o.Belief == "" {
		return ""
	}
	return "The belief behind it: " + o.Belief
}

// Question is a question as it is put to somebody: plain sentences, which a
// screen reader reads as they stand. n of total numbers it.
func Question(p *scenarios.PredictionResult, n, total, width int) string {
	var b strings.Builder
	say(&b, width, "", fmt.Sprintf("Question %d of %d.", n, total))
	say(&b, width, "", p.Ask)
	switch p.Prediction.Kind.S {
	case scenarios.AskChoice:
		for i, o := range p.Options {
			say(&b, width, "  ", fmt.Sprintf("%d: %s", i+1, o.Text))
		}
		say(&b, width, "", fmt.Sprintf("Answer with a number from 1 to %d.", len(p.Options)))
	case scenarios.AskNumber:
		if u := p.Prediction.Unit.S; u != "" {
			say(&b, width, "", "Answer with a number of "+u+".")
		} else {
			say(&b, width, "", "Answer with a number.")
		}
	default:
		say(&b, width, "", "Answer in your own words, as short as you can.")
	}
	return b.String()
}

// Feedback is what is said to an answer: whether it is right, what the right
// one is and why, and, when it was foreseen, what speaks to the belief behind
// it. chosen is nil when nobody foresaw the answer.
func Feedback(p *scenarios.PredictionResult, right bool, chosen *scenarios.Option, width int) string {
	var b strings.Builder
	switch {
	case p.Problem != "":
		say(&b, width, "", "This run gives no answer: "+p.Problem)
		return b.String()
	case right:
		say(&b, width, "", "Right: "+p.Answer+".")
	default:
		say(&b, width, "", "Not in this run. The answer is: "+p.Answer+".")
		if chosen != nil {
			say(&b, width, "", beliefText(chosen))
			say(&b, width, "", chosen.Feedback)
		}
	}
	say(&b, width, "", p.Explain)
	return b.String()
}

// say writes a paragraph wrapped to a width.
func say(b *strings.Builder, width int, indent, text string) {
	if text == "" {
		return
	}
	for _, line := range wrap(indent+clean(text), min(max(width, 40), 88)) {
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}
