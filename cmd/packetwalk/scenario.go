package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/packetwalk/packetwalk/scenarios"
)

// open loads what NAME|FILE.yaml names: a file if it looks like one, else a
// scenario of the catalogue.
func open(name string) (*scenarios.Scenario, error) {
	if isPath(name) {
		return scenarios.LoadFile(name)
	}
	sc, err := scenarios.Find(name)
	var unknown *scenarios.UnknownError
	if errors.As(err, &unknown) {
		if info, e := os.Stat(name); e == nil && !info.IsDir() {
			return scenarios.LoadFile(name)
		}
	}
	return sc, err
}

// isPath says whether a name can only be that of a file: names of scenarios
// have no dots and no slashes.
func isPath(name string) bool {
	ext := strings.ToLower(filepath.Ext(name))
	return ext == ".yaml" || ext == ".yml" || strings.ContainsAny(name, `/\`)
}
