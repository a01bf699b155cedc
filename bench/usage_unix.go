//go:build unix

package bench

import (
	"runtime"
	"syscall"
	"time"
)

// used asks getrusage(2).
func used() usage {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return usage{}
	}
	peak := int64(u.Maxrss) //nolint:unconvert // 32 bits on some platforms; kilobytes, but bytes on Darwin
	if runtime.GOOS != "darwin" && runtime.GOOS != "ios" {
		peak *= 1024
	}
	return usage{cpu: time.Duration(u.Utime.Nano() + u.Stime.Nano()), peakRSS: peak}
}
