package realtime_test

import (
	"io"

	"github.com/packetwalk/packetwalk/sim"
)

// pipe is net.Pipe for programs: the smallest simulated connection there is.
func pipe(s *sim.Sim) (a, b io.ReadWriteCloser) {
	there, back := sim.NewQueue[byte](s, 16, nil), sim.NewQueue[byte](s, 16, nil)
	return &end{in: back, out: there}, &end{in: there, out: back}
}

type end struct{ in, out *sim.Queue[byte] }

func (e *end) Read(p []byte) (int, error) {
	b, err := e.in.Get()
	if err != nil {
		return 0, io.EOF
	}
	n := 0
	for ok := true; ok; b, ok = e.in.TryGet() {
		p[n] = b
		if n++; n == len(p) {
			break
		}
	}
	return n, nil
}

func (e *end) Write(p []byte) (int, error) {
	for i, b := range p {
		if e.out.Put(b) != nil {
			return i, io.ErrClosedPipe
		}
	}
	return len(p), nil
}

func (e *end) Close() error {
	e.in.Close()
	e.out.Close()
	return nil
}
