package presentation_test

import (
	"fmt"

	"github.com/packetwalk/packetwalk/osi/presentation"
)

// The same word in three encodings, and how UTF-8 spells its last letter.
func ExampleEncoding_Explain() {
	for _, e := range []presentation.Encoding{presentation.UTF8, presentation.UTF16LE, presentation.Latin1} {
		b, err := e.Encode("café")
		fmt.Printf("%-10s % x %v\n", e, b, err)
	}
	b, _ := presentation.UTF8.Encode("é")
	for _, c := range presentation.UTF8.Explain(b) {
		for _, step := range c.Steps {
			fmt.Println(step)
		}
	}
	_, err := presentation.ASCII.Encode("café")
	fmt.Println(err)
	// Output:
	// UTF-8      63 61 66 c3 a9 <nil>
	// UTF-16LE   63 00 61 00 66 00 e9 00 <nil>
	// ISO-8859-1 63 61 66 e9 <nil>
	// 0xc3 = 110|00011: first of 2 bytes, gives the bits 00011
	// 0xa9 = 10|101001: goes on, gives the bits 101001
	// together 00011101001 = U+00E9
	// presentation: US-ASCII, byte 3: U+00E9 (é) cannot be expressed; its last character is U+007F
}
