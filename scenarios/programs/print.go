package programs

import (
	"fmt"
	"strconv"
	"strings"
)

// longestPrinted is how much of a message is printed; the rest is counted.
const longestPrinted = 200

// printMessage prints a message in quotes, cut when it is long.
func (c *Context) printMessage(s string) {
	if len(s) <= longestPrinted {
		c.printf("%q", s)
		return
	}
	cut := strings.ToValidUTF8(s[:longestPrinted], "")
	c.printf("%q and %s more", cut, quantity(len(s)-len(cut), "byte"))
}

// quantity is "1 byte" or "2 bytes".
func quantity(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// ranges is a list of numbers as people write it: "3, 7-9".
func ranges(numbers []int) string {
	var parts []string
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		if j == i {
			parts = append(parts, strconv.Itoa(numbers[i]))
		} else {
			parts = append(parts, fmt.Sprintf("%d-%d", numbers[i], numbers[j]))
		}
		i = j + 1
	}
	return strings.Join(parts, ", ")
}
