package physical_test

import (
	"fmt"
	"time"

	"github.com/packetwalk/packetwalk/osi/physical"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
)

// Three of the smallest Ethernet frames cross a wire of 10 Mbit/s and 1 ms
// that loses the second. The log tells why it does not arrive.
func Example() {
	s := sim.New(1)
	log, pool := trace.NewLog(s), physical.NewPool()
	story := &trace.Recording{}
	log.Subscribe(story)
	link := physical.NewLink(s, log, pool, physical.LinkConfig{
		Name: "cable", EndA: "client", EndB: "server",
		A: physical.DirectionConfig{
			Rate: 10e6, Delay: time.Millisecond,
			Impairments: []physical.Impairment{
				physical.Explicit{Nth: []int{2}, Fate: physical.Fate{Op: physical.OpDrop}},
			},
		},
	})
	link.B().Attach(receiverFunc(func(f *physical.Frame) {
		fmt.Printf("%s frame %d arrives\n", s.Now(), f.ID)
		pool.Put(f)
	}))
	s.NewTimer(func() {
		for range 3 {
			link.A().Send(pool.Get(64))
		}
	}).Arm(0)
	if err := s.Run(); err != nil {
		fmt.Println(err)
	}
	for i := range story.Events {
		fmt.Println(story.Events[i].Time, story.Events[i].Sentence())
	}
	// Output:
	// 0.001057 s frame 1 arrives
	// 0.001192 s frame 3 arrives
	// 0.000067 s frame 2 from client to server (64 bytes) is lost: chosen: the 2nd frame
}
