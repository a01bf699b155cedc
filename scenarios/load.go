package scenarios

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"

	"github.com/goccy/go-yaml/ast"
)

// Load reads a scenario from the text of its file and checks it whole: the
// form, every name, every value at the default, least and greatest setting of
// every knob, and every expression. name is the file's name, for messages. The
// error is Errors, all mistakes with their places.
func Load(name string, data []byte) (*Scenario, error) {
	c := newComplaints(name, data)
	root := parse(c, data)
	if root == nil {
		return nil, c.err()
	}
	sc := &Scenario{File: name, Source: data}
	d := &decoder{c}
	if _, ok := root.(ast.MapNode); !ok {
		c.add(place(root), "a scenario must be keys with a colon and a value, but this is %s", described(root))
		return nil, c.err()
	}
	d.mapping(root, reflect.ValueOf(sc).Elem())
	if err := c.err(); err != nil {
		return nil, err // what the names mean can be said once the form is right
	}
	ck := &checker{complaints: c, sc: sc}
	ck.check()
	if err := c.err(); err != nil {
		return nil, err
	}
	return sc, nil
}

// LoadFile reads a scenario from a file; "-" is not special.
func LoadFile(path string) (*Scenario, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the scenario cannot be read: %w", bare(err))
	}
	data, err := io.ReadAll(io.LimitReader(f, MaxFileSize+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("the scenario cannot be read: %w", bare(err))
	}
	return Load(filepath.ToSlash(path), data)
}

// bare leaves out the system call's name: "x.yaml: no such file or directory".
func bare(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return fmt.Errorf("%s: %w", p.Path, p.Err)
	}
	return err
}
