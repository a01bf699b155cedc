package session

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"pgregory.net/rapid"
)

func values(items []Item[string]) string {
	var vs []string
	for _, i := range items {
		vs = append(vs, fmt.Sprintf("%d=%s", i.Offset, i.Value))
	}
	return strings.Join(vs, " ")
}

func TestReplay(t *testing.T) {
	for _, c := range []struct {
		name   string
		limits Limits
		want   map[Offset]string // of Since at 10 s, after a to e at 1 s to 5 s
	}{
		{"no limit", Limits{}, map[Offset]string{0: "1=a 2=bb 3=ccc 4=dddd 5=eeeee", 3: "4=dddd 5=eeeee", 5: "",
			6: "session: 6 was never sent: expected an offset of at most 5"}},
		{"three items", Limits{Items: 3}, map[Offset]string{2: "3=ccc 4=dddd 5=eeeee",
			1: "session: what came after 1 is gone: kept are 3 to 5"}},
		{"ten bytes", Limits{Bytes: 10}, map[Offset]string{3: "4=dddd 5=eeeee", 2: "session: what came after 2 is gone: kept are 4 to 5"}},
		{"less than the last value", Limits{Bytes: 4}, map[Offset]string{5: "", 4: "session: what came after 4 is gone: kept are 6 to 5"}},
		{"seven seconds", Limits{Age: 7 * time.Second}, map[Offset]string{2: "3=ccc 4=dddd 5=eeeee", 0: "session: what came after 0 is gone: kept are 3 to 5"}},
		{"all too old", Limits{Age: time.Second}, map[Offset]string{5: "", 4: "session: what came after 4 is gone: kept are 6 to 5"}},
	} {
		r := NewReplay[string](c.limits)
		for i, v := range []string{"a", "bb", "ccc", "dddd", "eeeee"} {
			if o := r.Append(sim.Time(i+1)*sim.Time(time.Second), v, len(v)); o != Offset(i+1) {
				t.Errorf("%s: value %d has offset %d", c.name, i+1, o)
			}
		}
		for o := range Offset(7) {
			want, ask := c.want[o]
			if !ask {
				continue
			}
			items, err := r.Since(10*sim.Time(time.Second), o)
			got := values(items)
			if err != nil {
				got = err.Error()
			}
			if got != want {
				t.Errorf("%s, since %d: %s, want %s", c.name, o, got, want)
			}
		}
	}
}

// Whatever is appended and asked: within its limits the buffer answers with
// exactly what came after, and otherwise it says that something is gone.
func TestReplayProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Limits{
			Items: rapid.IntRange(0, 6).Draw(t, "items"),
			Bytes: rapid.IntRange(0, 40).Draw(t, "bytes"),
			Age:   time.Duration(rapid.IntRange(0, 20).Draw(t, "age")),
		}
		r := NewReplay[int](l)
		var all []Item[int] // everything ever appended
		now := sim.Time(0)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now += sim.Time(rapid.IntRange(0, 5).Draw(t, "later"))
			if rapid.Bool().Draw(t, "append") {
				size := rapid.IntRange(0, 20).Draw(t, "size")
				o := r.Append(now, len(all), size)
				all = append(all, Item[int]{o, now, len(all), size})
			}
			o := Offset(rapid.IntRange(0, len(all)+1).Draw(t, "since"))
			got, err := r.Since(now, o)
			if l.Items > 0 && r.Len() > l.Items || l.Bytes > 0 && r.Size() > l.Bytes || cap(r.items) > 4*len(all)+8 {
				t.Fatalf("%d items of %d bytes, beyond %+v", r.Len(), r.Size(), l)
			}
			var gone *GoneError
			var ahead *AheadError
			switch {
			case errors.As(err, &ahead):
				if int(o) <= len(all) {
					t.Fatalf("offset %d of %d: %v", o, len(all), err)
				}
			case errors.As(err, &gone):
				if mustKeep(l, now, all[o:]) {
					t.Fatalf("since %d: %v, and it all fits into %+v", o, err, l)
				}
			case len(got) != len(all)-int(o):
				t.Fatalf("since %d: %d items of %d", o, len(got), len(all)-int(o))
			default:
				for i, item := range got {
					if item != all[int(o)+i] {
						t.Fatalf("since %d: item %d is %+v, want %+v", o, i, item, all[int(o)+i])
					}
				}
			}
		}
	})
}

// mustKeep says whether all of these latest items are within the limits.
func mustKeep(l Limits, now sim.Time, items []Item[int]) bool {
	bytes, young := 0, true
	for _, i := range items {
		bytes += i.size
		young = young && (l.Age == 0 || now.Sub(i.At) <= l.Age)
	}
	return young && (l.Items == 0 || len(items) <= l.Items) && (l.Bytes == 0 || bytes <= l.Bytes)
}

// What is discarded is let go of, however long the session lasts.
func TestReplayMemoryIsBounded(t *testing.T) {
	r := NewReplay[[]byte](Limits{Items: 10})
	for range 100_000 {
		r.Append(0, nil, 1)
	}
	if cap(r.items) > 64 {
		t.Errorf("room for %d items, with a limit of 10", cap(r.items))
	}
}
