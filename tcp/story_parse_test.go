package tcp_test

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"
)

// parser reads a file of stories, line by line.
type parser struct {
	file     string
	line     int
	book     *book
	defaults settings // from the lines before the first story

	story    *story
	cited    bool
	prologue string // the one that is being read
}

// parseBook reads the stories of a file. Prologues of the shared book, if there
// is one, can be used in it too.
func parseBook(file, text string, shared *book) (*book, error) {
	p := &parser{file: file, book: &book{prologues: map[string][]step{}}, defaults: defaults()}
	if shared != nil {
		maps.Copy(p.book.prologues, shared.prologues)
	}
	for i, line := range strings.Split(text, "\n") {
		p.line = i + 1
		if err := p.parseLine(strings.TrimSpace(line)); err != nil {
			return nil, p.errorf("%w", err)
		}
	}
	p.line++
	return p.book, p.finish()
}

func (p *parser) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: "+format, append([]any{p.file, p.line}, args...)...)
}

// finish checks the story that has come to its end.
func (p *parser) finish() error {
	if s := p.story; s != nil {
		switch {
		case !p.cited:
			return fmt.Errorf("%s:%d: story %q cites no RFC: expected a line that begins with RFC", s.file, s.line, s.name)
		case len(s.steps) == 0:
			return fmt.Errorf("%s:%d: nothing happens in story %q", s.file, s.line, s.name)
		}
		p.book.stories = append(p.book.stories, s)
	}
	p.story, p.cited, p.prologue = nil, false, ""
	return nil
}

func (p *parser) parseLine(line string) error {
	if line == "" || line[0] == '#' || line[0] == '|' {
		return nil
	}
	words, err := split(line)
	if err != nil || len(words) == 0 {
		return err
	}
	switch words[0] {
	case "story":
		if err := p.finish(); err != nil {
			return err
		}
		p.story = &story{name: strings.Join(words[1:], " "), file: p.file, line: p.line, settings: p.defaults}
		for _, other := range p.book.stories {
			if other.name == p.story.name {
				return fmt.Errorf("there is a story %q on line %d", other.name, other.line)
			}
		}
		return nil
	case "prologue":
		if err := p.finish(); err != nil {
			return err
		}
		if len(words) != 2 || p.book.prologues[words[1]] != nil {
			return fmt.Errorf("expected a new name behind prologue, got %q", strings.Join(words[1:], " "))
		}
		p.prologue = words[1]
		return nil
	case "RFC":
		p.cited = true
		return nil
	}
	if p.story == nil && p.prologue == "" {
		return p.defaults.set(words)
	}
	if p.story != nil && len(p.story.steps) == 0 && isSetting(words[0]) {
		return p.story.settings.set(words)
	}
	return p.parseSteps(line, words)
}

func (p *parser) add(s step) {
	if p.story != nil {
		p.story.steps = append(p.story.steps, s)
	} else {
		p.book.prologues[p.prologue] = append(p.book.prologues[p.prologue], s)
	}
}

// parseSteps reads a line that happens.
func (p *parser) parseSteps(line string, words []string) error {
	if words[0] == "given" {
		if len(words) != 2 || p.book.prologues[words[1]] == nil {
			return fmt.Errorf("there is no prologue %q", strings.Join(words[1:], " "))
		}
		for _, s := range p.book.prologues[words[1]] {
			p.add(s)
		}
		p.add(step{file: p.file, line: p.line, text: line, check: true, do: (*run).begins})
		return nil
	}
	s := step{file: p.file, line: p.line, text: line, when: when{within: -1}}
	if c := words[0][0]; c == '+' || c >= '0' && c <= '9' || c == '.' {
		var err error
		if s.when, err = parseWhen(words[0]); err != nil {
			return err
		}
		if words = words[1:]; len(words) == 0 {
			return fmt.Errorf("expected what happens behind the time")
		}
	}
	if err := s.parseWhat(words); err != nil {
		return err
	}
	p.add(s)
	return nil
}

func (s *step) parseWhat(words []string) (err error) {
	rest := words[1:]
	switch words[0] {
	case ">":
		s.expect, err = parseSegment(rest)
	case "<":
		var seg *pattern
		if seg, err = parseSegment(rest); err == nil {
			s.do = func(r *run) error { return r.inject(seg) }
		}
	case "assert":
		s.check = true
		s.do, err = parseAsserts(strings.Join(rest, " "))
	case "event", "no":
		s.check = true
		s.do, err = parseEvent(words)
	case "nothing":
		if len(rest) != 2 || rest[0] != "for" {
			return fmt.Errorf("expected nothing for DURATION, got %q", strings.Join(words, " "))
		}
		var d time.Duration
		if d, err = parseDuration(rest[1]); err == nil {
			s.do = func(r *run) error { return r.advance(r.now.Add(d)) }
		}
	default:
		s.do, err = parseCall(words)
	}
	return err
}

// parseWhen reads 1.5, +1.5, +20ms, each perhaps with ~ and a tolerance.
func parseWhen(s string) (w when, err error) {
	at, within, tolerant := strings.Cut(s, "~")
	w.within = -1
	if tolerant {
		if w.within, err = parseDuration(within); err != nil {
			return w, err
		}
	}
	rel, relative := strings.CutPrefix(at, "+")
	w.absolute = !relative
	w.at, err = parseDuration(rel)
	return w, err
}

// parseDuration reads seconds, or a number with a unit as Go writes it.
func parseDuration(s string) (time.Duration, error) {
	if c := s[max(0, len(s)-1):]; c != "" && strings.ContainsAny(c, "0123456789.") {
		s += "s"
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("expected a time like 1.5, 200ms or 2m, got %q", s)
	}
	return d, nil
}

// split cuts a line into words; "text" and <a list> are one word each, and #
// begins a comment.
func split(line string) (words []string, err error) {
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		n := strings.IndexAny(line, " \t")
		switch {
		case line[0] == '#':
			return words, nil
		case line[0] == '"':
			quoted, err := strconv.QuotedPrefix(line)
			if err != nil {
				return nil, fmt.Errorf("expected a text in quotes, got %s", line)
			}
			n = len(quoted)
		case len(line) > 1 && line[0] == '<' && line[1] != ' ' && line[1] != '=':
			if n = strings.IndexByte(line, '>') + 1; n == 0 {
				return nil, fmt.Errorf("options %q have no >", line)
			}
		case n < 0:
			n = len(line)
		}
		words = append(words, line[:n])
		line = line[n:]
	}
	return words, nil
}
