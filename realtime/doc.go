// Package realtime runs on a real network what the laboratory simulates. It
// answers the question: how can the driver that a scenario watched, a
// WebSocket connection or a Socket.IO server, be the very code that serves a
// browser?
//
// A driver never names its surroundings. It is written against sim.Runtime,
// which has two implementations:
//
//	              sim.Sim.Runtime           realtime.New
//	Go            a coroutine               a goroutine
//	Monitor       parks the coroutine       a mutex and a channel for each waiter
//	AfterFunc     a coroutine, when due      time.AfterFunc
//	Now           the simulation's clock    the wall clock
//	Rand          a seeded stream           crypto/rand
//
// Here masks, keys and names cannot be predicted, and nothing repeats from run
// to run: this package is free of the rule of determinism that holds for the
// simulation.
//
// Read runtime.go, then monitor.go. What is left out: a way to stop all of a
// driver's goroutines at once, as the end of a simulation does. On a real
// network a driver ends when its connection is closed.
package realtime
