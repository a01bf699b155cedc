package main

import (
	"bytes"
	"fmt"
	"io"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/report"
	"github.com/packetwalk/packetwalk/scenarios"
)

// plotFile is the picture that a run is to leave; nil when none is wanted.
type plotFile struct {
	file    *capture.WholeFile
	node    string
	path    string
	picture bytes.Buffer
}

// openPlot begins the file before the run, so that a path that cannot be
// written is refused before anything else happens.
func (o *runOptions) openPlot(s streams) (*plotFile, error) {
	if o.plot == "" {
		return nil, nil
	}
	file, err := capture.CreateWhole("plot", o.plot, s.out)
	if err != nil {
		return nil, err
	}
	return &plotFile{file: file, node: o.at, path: o.plot}, nil
}

func (p *plotFile) abort() {
	if p != nil {
		p.file.Abort()
	}
}

// draw makes the picture; a run without anything to plot is an error.
func (p *plotFile) draw(r *scenarios.Result) error {
	if p == nil {
		return nil
	}
	return report.WriteSVG(&p.picture, r, p.node)
}

// write puts the picture in place.
func (p *plotFile) write() error {
	if p == nil {
		return nil
	}
	if _, err := p.file.Write(p.picture.Bytes()); err != nil {
		return err
	}
	return p.file.Close()
}

// tell says where the picture is.
func (p *plotFile) tell(w io.Writer) {
	if p != nil && p.path != "-" {
		fmt.Fprintf(w, "Plotted: %s.\n", p.path)
	}
}
