package main

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/packetwalk/packetwalk/report"
	"github.com/packetwalk/packetwalk/scenarios"
)

// ask puts the scenario's questions, all before the first answer is given
// away, and then speaks to each answer. It writes sentences on standard error
// and reads lines from standard input, so that a screen reader can follow and
// a pipe can answer.
func ask(s streams, r *scenarios.Result) {
	q := quiz{streams: s, lines: bufio.NewReader(s.in), width: s.errWidth}
	if q.width == 0 {
		q.width = plainWidth
	}
	var questions []*scenarios.PredictionResult
	for i := range r.Predictions {
		if r.Predictions[i].Problem == "" {
			questions = append(questions, &r.Predictions[i])
		}
	}
	if len(questions) == 0 {
		fmt.Fprintln(s.err, "This run has no questions.")
		return
	}
	var answers []answer
	for i, p := range questions {
		fmt.Fprint(s.err, report.Question(p, i+1, len(questions), q.width))
		a, more := q.read(p)
		if !more {
			fmt.Fprintf(s.err, "No more answers: %s left open.\n", count(len(questions)-i, "question"))
			break
		}
		answers = append(answers, a)
	}
	q.discuss(questions, answers)
}

type quiz struct {
	streams
	lines *bufio.Reader
	width int
}

// answer is what somebody said to a question; passed when they did not.
type answer struct {
	right, passed bool
	option        *scenarios.Option
}

// read reads lines until one of them is an answer; an empty one passes. more
// is false at the end of the input.
func (q *quiz) read(p *scenarios.PredictionResult) (a answer, more bool) {
	for {
		fmt.Fprint(q.err, "Your answer: ")
		line, err := q.lines.ReadString('\n')
		if q.errWidth == 0 || err != nil {
			fmt.Fprintln(q.err) // nobody has seen the line end
		}
		line = strings.TrimSpace(line)
		if line == "" {
			return answer{passed: true}, err == nil
		}
		right, option, bad := p.Grade(line)
		if bad == nil {
			return answer{right: right, option: option}, true
		}
		fmt.Fprintf(q.err, "%v.\n", bad)
		if err != nil {
			return answer{}, false
		}
	}
}

// discuss speaks to the answers, in the order of the questions.
func (q *quiz) discuss(questions []*scenarios.PredictionResult, answers []answer) {
	right := 0
	for i, a := range answers {
		p := questions[i]
		q.say("", fmt.Sprintf("To question %d: %s", i+1, p.Ask))
		if a.right {
			right++
		}
		if a.passed {
			q.say(fmt.Sprintf("You passed. The answer is: %s.", p.Answer), p.Explain)
			continue
		}
		fmt.Fprint(q.err, report.Feedback(p, a.right, a.option, q.width))
	}
	if len(answers) > 0 {
		q.say("", fmt.Sprintf("%d of %s right.", right, count(len(answers), "answer")), "")
	}
}

// say writes lines, wrapped to the width.
func (q *quiz) say(lines ...string) {
	d := report.Document{Sections: []report.Section{{Blocks: []report.Block{report.Text(strings.Join(lines, "\n"))}}}}
	report.WriteTerminal(q.err, d, q.width, false) //nolint:errcheck // standard error is best effort
}
