package host

import (
	"errors"
	"time"

	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// Go starts a foreground program on the host: the run lasts at least until it
// returns. An error that it returns is a *ProgramError of Lab.Run.
func (h *Host) Go(name string, program func() error) *sim.Program {
	return h.lab.sim.Go(h.name+"/"+name, h.lab.body(h.name, name, program))
}

// Background starts a program that the run does not wait for: a server in
// Accept, a heartbeat.
func (h *Host) Background(name string, program func() error) *sim.Program {
	return h.lab.sim.GoBackground(h.name+"/"+name, h.lab.body(h.name, name, program))
}

func (l *Lab) body(host, name string, program func() error) func() {
	return func() {
		err := program()
		delete(l.causes, l.sim.Current())
		if err != nil && !errors.Is(err, ErrEnded) {
			l.failures = append(l.failures, &ProgramError{Host: host, Program: name, Err: err})
		}
	}
}

// Now is the host's clock: the present moment as a date. Deadlines are made
// from it.
func (h *Host) Now() time.Time { return h.lab.sim.Now().Calendar() }

// Sleep parks the program for a while.
func (h *Host) Sleep(d time.Duration) { h.lab.sim.Sleep(d) }

// Runtime is what drivers of protocols are written against, on this host.
func (h *Host) Runtime() sim.Runtime { return h.lab.sim.Runtime(h.name) }

// enter is the beginning of every socket call: it refuses calls from foreign
// goroutines and after the end, and takes up the thread of causes where this
// program left it. The call ends with leave.
func (l *Lab) enter() (before trace.ID, err error) {
	if err := l.sim.Check(); err != nil {
		return 0, err
	}
	if l.sim.Ended() {
		return 0, ErrEnded
	}
	if !l.log.Tapped() {
		return 0, nil
	}
	if p := l.sim.Current(); p != nil {
		return l.log.Because(l.causes[p]), nil
	}
	return l.log.Cause(), nil
}

// leave puts the thread of causes back as enter found it.
func (l *Lab) leave(before trace.ID) { l.log.Because(before) }

// woken makes id the cause of what the current program does from now on: it
// was waiting for just that.
func (l *Lab) woken(id trace.ID) {
	if !l.log.Tapped() || id == 0 {
		return
	}
	if p := l.sim.Current(); p != nil {
		l.causes[p] = id
		l.log.Because(id)
	}
}

// Epoch is the date at which every simulation begins.
var Epoch = sim.Epoch
