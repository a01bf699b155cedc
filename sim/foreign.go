package sim

import (
	"fmt"
	"path"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
)

// Check refuses a caller that is neither the event loop nor the program that
// runs now; while the simulation does not run, everybody may call. Everything
// that a program can call begins with it, so that a stray goroutine gets a
// clear error instead of a torn simulation. The first refusal is also what Run
// returns. It takes about 2 ns (BenchmarkCheck).
func (s *Sim) Check() error {
	g := goroutine()
	if p := s.running.Load(); p != nil && p.goroutine == g {
		return nil
	}
	if loop := s.loop.Load(); loop == g || loop == 0 {
		return nil
	}
	return s.refuse()
}

func (s *Sim) refuse() error {
	call, from := caller()
	err := &ForeignGoroutineError{Call: call, From: from, Stack: debug.Stack()}
	s.fail(err)
	return err
}

// caller is the function whose call is refused, the outermost one in the
// package that asked Check, and who called that from elsewhere.
func caller() (call, from string) {
	pcs := make([]uintptr, 32)
	const past = 4 // Callers, caller, refuse, Check
	frames := runtime.CallersFrames(pcs[:runtime.Callers(past, pcs)])
	f, more := frames.Next()
	pkg := packageOf(f.Function)
	for ; packageOf(f.Function) == pkg; f, more = frames.Next() {
		call = path.Base(f.Function)
		if !more {
			return call, call
		}
	}
	return call, fmt.Sprintf("%s (%s:%d)", path.Base(f.Function), filepath.Base(f.File), f.Line)
}

// packageOf is the import path in a function's full name.
func packageOf(function string) string {
	function, _, _ = strings.Cut(function, "(") // arguments, in a trace; a receiver
	slash := strings.LastIndexByte(function, '/') + 1
	name, _, _ := strings.Cut(function[slash:], ".")
	return function[:slash] + name
}
