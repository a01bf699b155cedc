//go:build !unix

package bench

// used says nothing: this platform has no getrusage.
func used() usage { return usage{} }
