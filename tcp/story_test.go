package tcp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A story tells, line by line, what happens to one connection and what it must
// do about it: segments that arrive, segments that it sends, calls of its
// program, and its variables in between. docs/stories.md says how to read and
// write one. The code reads from top to bottom in this order:
//
//	story_form_test.go     what a story is made of
//	story_parse_test.go    text -> story
//	story_segment_test.go  the notation of a segment, both ways
//	story_run_test.go      the laboratory: one connection in virtual time
//	story_calls_test.go    the calls of the program
//	story_assert_test.go   the variables
//	story_faults_test.go   that a wrong story fails, and says why

// prologues holds the beginnings that stories of all files share.
const prologues = "testdata/stories/prologues.txt"

// TestStories runs every story. With -v each one prints the whole exchange in
// the notation of the stories.
func TestStories(t *testing.T) {
	shared := parseFile(t, prologues, nil)
	files, err := filepath.Glob("testdata/stories/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if file == prologues {
			continue
		}
		book := parseFile(t, file, shared)
		if len(book.stories) == 0 {
			t.Errorf("%s: there is no story in it", file)
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			for _, s := range book.stories {
				t.Run(s.name, func(t *testing.T) { tell(t, s) })
			}
		})
	}
}

// tell runs one story.
func tell(t *testing.T, s *story) {
	r := newRun(s)
	err := r.all()
	if err != nil {
		t.Errorf("%v\n%s", err, r.context())
	} else if testing.Verbose() {
		t.Logf("%s:%d\n%s", s.file, s.line, strings.Join(r.told, "\n"))
	}
}

func parseFile(t *testing.T, file string, shared *book) *book {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b, err := parseBook(file, string(text), shared)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
