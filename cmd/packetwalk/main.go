//go:debug cryptocustomrand=1

// Command packetwalk is the laboratory's command line: a file per command, and
// nothing here knows a protocol.
//
//	main ──> execute ──> one command ──> options ──> its run function
//	                                                   │
//	         scenarios (load, run) <───────────────────┤
//	         capture (write, read) <───────────────────┤
//	         report (show)         <───────────────────┘
//
// What was asked for goes to standard output, everything else to standard
// error. The exit status is 0 for success, 1 for a failure, 2 for a command
// that makes no sense, and 3 when a scenario ran but is not as it says it
// must be.
//
// Reading order: streams.go, exit.go, root.go; then a command, of which
// list.go is the simplest. run.go is the centre, with run_flags.go (knobs as
// flags), run_capture.go and run_predict.go.
//
// The directive at the top lets a run's TLS take its randomness from the seed
// (crypto/tls ignores a random source of one's own without it), so that the
// same seed gives the same bytes.
package main

import "os"

func main() { os.Exit(execute(system(), os.Args[1:])) }
