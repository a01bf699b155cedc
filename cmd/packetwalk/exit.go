package main

import (
	"errors"
	"fmt"

	"github.com/packetwalk/packetwalk/scenarios"
)

// The exit statuses.
const (
	exitOK      = 0
	exitFailure = 1 // it could not be done
	exitUsage   = 2 // what was typed makes no sense
	exitNotHeld = 3 // the scenario ran, but is not as it says it must be
)

// usageError is a mistake in what was typed.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errNotHeld ends a run whose report has already said what does not hold.
var errNotHeld = errors.New("not as the scenario says it must be")

// errSaid ends a command that has already said what went wrong.
var errSaid = errors.New("said already")

// exitStatus is what the process ends with after an error.
func exitStatus(err error) int {
	var usage usageError
	var unknown *scenarios.UnknownError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errNotHeld):
		return exitNotHeld
	case errors.As(err, &usage), errors.As(err, &unknown), errors.Is(err, scenarios.ErrKnob):
		return exitUsage
	}
	return exitFailure
}

// silent says that an error needs no words any more.
func silent(err error) bool { return errors.Is(err, errNotHeld) || errors.Is(err, errSaid) }
