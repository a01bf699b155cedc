package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion(s streams) *cobra.Command {
	return &cobra.Command{
		Use:               "version",
		Short:             "Say which packetwalk this is",
		Args:              exactly(0, "no arguments"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(s.out, versionLine())
			return written(err)
		},
	}
}

// version is the module's version, "(devel)" for a build of a checkout.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

// versionLine adds what the binary was made from and what it runs on.
func versionLine() string {
	line := "packetwalk " + version()
	if info, ok := debug.ReadBuildInfo(); ok {
		said := map[string]string{}
		for _, setting := range info.Settings {
			said[setting.Key] = setting.Value
		}
		if revision := said["vcs.revision"]; revision != "" {
			line += " (" + said["vcs"] + " " + revision[:min(12, len(revision))] + " of " + said["vcs.time"]
			if said["vcs.modified"] == "true" {
				line += ", modified"
			}
			line += ")"
		}
	}
	return fmt.Sprintf("%s %s %s/%s", line, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
