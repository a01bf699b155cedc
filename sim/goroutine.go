package sim

import (
	"bytes"
	"runtime"
	"strconv"
)

// goroutineID is the runtime's number of the calling goroutine, as stack
// traces print it ("goroutine 18 [running]:").
func goroutineID() int {
	var buf [40]byte
	text := buf[len("goroutine "):runtime.Stack(buf[:], false)]
	digits, _, _ := bytes.Cut(text, []byte(" "))
	id, err := strconv.Atoi(string(digits))
	if err != nil {
		panic("sim: runtime.Stack does not begin with the goroutine's number: " + string(buf[:]))
	}
	return id
}

// stackOf is the stack of the goroutine with that number; empty if it is over.
func stackOf(id int) []byte {
	buf := make([]byte, 64<<10)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			buf = buf[:n]
			break
		}
		buf = make([]byte, 2*len(buf))
	}
	head := []byte("goroutine " + strconv.Itoa(id) + " ")
	for trace := range bytes.SplitSeq(buf, []byte("\n\n")) {
		if bytes.HasPrefix(trace, head) {
			return trace
		}
	}
	return nil
}
