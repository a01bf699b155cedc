//go:build !amd64 && !arm64 && !wasm

package sim

// goroutine identifies the calling goroutine for as long as it lives. Asking
// for a stack trace is slow, but right everywhere.
func goroutine() uintptr { return uintptr(goroutineID()) }
