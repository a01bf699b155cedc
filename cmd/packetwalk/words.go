package main

import (
	"fmt"
	"strings"
)

// count is a number of things: "1 byte", "3 bytes".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// enumerate joins names as a sentence does: "a, b and c".
func enumerate(names []string) string {
	switch n := len(names); n {
	case 0:
		return "none"
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}
