//go:build !amd64 && !arm64

package sim

// goroutine identifies the calling goroutine for as long as it lives.
func goroutine() uintptr { return uintptr(goroutineID()) }
