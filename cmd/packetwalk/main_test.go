package main

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"packetwalk": main})
}

// TestScripts tells what the command line does in stories, one file each. Each
// finds the scenario walk.yaml in its folder, which stays as it is when the
// catalogue changes.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			walk, err := os.ReadFile("testdata/walk.yaml")
			if err != nil {
				return err
			}
			return os.WriteFile(e.Cd+"/walk.yaml", walk, 0o666)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": status, "begin": begin},
	})
}

// status runs a command that must end with the status named first:
//
//	status 2 packetwalk run
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command...")
	}
	err := ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Fatalf("%v", err)
	}
	got := "0"
	if exit != nil {
		got = strconv.Itoa(exit.ExitCode())
	}
	if got != args[0] {
		ts.Fatalf("the exit status is %s, want %s", got, args[0])
	}
}

// begin makes a file of another's first bytes:
//
//	begin whole.pcap 150 cut.pcap
func begin(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: begin FILE N CUT")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	whole := ts.ReadFile(args[0])
	if n >= len(whole) {
		ts.Fatalf("%s has only %d bytes", args[0], len(whole))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(whole[:n]), 0o666))
}
