package host

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"github.com/packetwalk/packetwalk/tcp"
)

// ErrEnded is what a socket call returns once the simulation is over.
var ErrEnded = errors.New("host: the simulation has ended")

// ErrNoSuchHost is wrapped by the *net.DNSError of a name that nobody knows.
var ErrNoSuchHost = errors.New("no such host")

// opError dresses an error as the standard library's net package would, so
// that errors.Is and a program's own checks work unchanged.
func opError(op, network string, local, remote net.Addr, err error) error {
	if err == nil {
		return nil
	}
	return &net.OpError{Op: op, Net: network, Source: local, Addr: remote, Err: err}
}

// systemError names the errors of the protocols as an operating system would:
// the RST that refuses a connection is ECONNREFUSED.
func systemError(call string, err error) error {
	var number syscall.Errno
	var said *ICMPError
	switch {
	case errors.As(err, &said):
		return os.NewSyscallError(call, said) // which is its number too
	case errors.Is(err, tcp.ErrRefused):
		number = syscall.ECONNREFUSED
	case errors.Is(err, tcp.ErrReset):
		number = syscall.ECONNRESET
	case errors.Is(err, tcp.ErrTimeout):
		number = syscall.ETIMEDOUT
	case errors.Is(err, tcp.ErrClosing):
		number = syscall.EPIPE // as after shutdown(SHUT_WR)
	case errors.Is(err, tcp.ErrAborted):
		return net.ErrClosed
	case errors.As(err, &number):
	default:
		return err
	}
	return os.NewSyscallError(call, number)
}

// ProgramError is a program's own failure: what its function returned.
type ProgramError struct {
	Host, Program string
	Err           error
}

func (e *ProgramError) Error() string {
	return fmt.Sprintf("%s on %s: %v", e.Program, e.Host, e.Err)
}

func (e *ProgramError) Unwrap() error { return e.Err }
