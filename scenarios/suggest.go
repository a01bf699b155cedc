package scenarios

import (
	"fmt"
	"slices"
	"strings"
)

// didYouMean ends an error about a name that nobody knows: with the known
// name that was probably meant, else with all of them when they are few.
func didYouMean(name string, known []string) string {
	best, bestDistance := "", 1+allowed(name)
	for _, k := range known {
		if d := distance(strings.ToLower(name), strings.ToLower(k)); d < bestDistance {
			best, bestDistance = k, d
		}
	}
	const few = 14
	switch {
	case best != "":
		return fmt.Sprintf("; did you mean %q?", best)
	case len(known) == 0:
		return "; there are none"
	case len(known) <= few:
		return "; there are: " + strings.Join(known, ", ")
	}
	if near := sharing(name, known); len(near) > 0 && len(near) <= few {
		return "; there are: " + strings.Join(near, ", ") + ", ..."
	}
	return ""
}

// allowed is how far a name may be from the one that was meant: in a name of
// one or two letters a single change makes another name.
func allowed(name string) int {
	if len(name) < 3 {
		return 0
	}
	return max(1, len(name)/3)
}

// sharing lists the known names of the same family: up to the dot.
func sharing(name string, known []string) []string {
	family, _, dotted := strings.Cut(name, ".")
	if !dotted {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(known), func(k string) bool { return !strings.HasPrefix(k, family+".") })
}

// distance is how many letters must be added, taken away, changed, or
// exchanged with their neighbour to make b of a (the optimal string alignment
// distance).
func distance(a, b string) int {
	r, s := []rune(a), []rune(b)
	const long = 60
	if len(r) > long || len(s) > long {
		return long
	}
	before, row := make([]int, len(s)+1), make([]int, len(s)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(r); i++ {
		next := make([]int, len(s)+1)
		next[0] = i
		for j := 1; j <= len(s); j++ {
			change := row[j-1]
			if r[i-1] != s[j-1] {
				change++
			}
			next[j] = min(change, row[j]+1, next[j-1]+1)
			if i > 1 && j > 1 && r[i-1] == s[j-2] && r[i-2] == s[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(s)]
}
