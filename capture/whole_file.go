package capture

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// WholeFile is a file that is either there as a whole or not at all: until
// Close succeeds, nothing stands under its name but what stood there before.
type WholeFile struct {
	what, path string // "plot", for errors; the path that was asked for
	file       io.WriteCloser
	temp       string // the file beside the target, "" when the target is written itself
	name       string // what temp becomes
}

// CreateWhole begins a file; what names its kind in errors. The path "-" means
// standard output, written as it comes. What is not a regular file (a named
// pipe, /dev/null) is written directly too; any other is written beside the
// target and put in its place by Close.
func CreateWhole(what, path string, stdout io.Writer) (*WholeFile, error) {
	f := &WholeFile{what: what, path: path}
	if err := f.open(stdout); err != nil {
		return nil, f.named(err)
	}
	return f, nil
}

// Write writes to the file that is not yet in its place.
func (f *WholeFile) Write(p []byte) (int, error) {
	n, err := f.file.Write(p)
	return n, f.named(err)
}

// named makes an error name the path that was asked for.
func (f *WholeFile) named(err error) error {
	if err == nil {
		return nil
	}
	var at *fs.PathError
	var to *os.LinkError
	switch {
	case errors.As(err, &at):
		err = at.Err
	case errors.As(err, &to):
		err = to.Err
	}
	return fmt.Errorf("%s: cannot write %s: %w", f.what, f.path, err)
}

type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }

func (f *WholeFile) open(stdout io.Writer) error {
	path := f.path
	if path == "-" {
		f.path, f.file = "standard output", unclosed{stdout}
		return nil
	}
	if path == "" {
		return errors.New("expected the name of a file, found none")
	}
	mode := fs.FileMode(0o666)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.name = path
		return f.beside(mode)
	case err != nil:
		return err
	case info.IsDir():
		return errors.New("it is a directory")
	}
	// Opening it without truncating asks whether we may write there at all.
	old, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		f.file = old
		return nil
	}
	if err := old.Close(); err != nil {
		return err
	}
	// A link stays a link: what it points to is replaced.
	if f.name, err = filepath.EvalSymlinks(path); err != nil {
		return err
	}
	return f.beside(info.Mode().Perm())
}

// beside makes the temporary file in the target's own folder: only within one
// file system does a rename replace a file at once.
func (f *WholeFile) beside(mode fs.FileMode) error {
	dir, base := filepath.Split(f.name)
	for n := range 10_000 {
		temp := filepath.Join(dir, "."+base+"."+strconv.Itoa(n)+".part")
		file, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return err
		}
		f.temp, f.file = temp, file
		return nil
	}
	return errors.New("too many unfinished files beside it (." + base + ".*.part)")
}

// Close puts the file in its place. After an error nothing of it is left.
func (f *WholeFile) Close() error {
	if f.file == nil {
		return nil
	}
	err := f.named(f.file.Close())
	f.file = nil
	if f.temp == "" {
		return err
	}
	if err == nil {
		err = f.named(os.Rename(f.temp, f.name))
	}
	if err != nil {
		os.Remove(f.temp) //nolint:errcheck // the first error is the one to tell
	}
	return err
}

// Abort gives the file up: nothing of it is left, and what stood under its
// name before still does. After Close it does nothing, so it can be deferred.
func (f *WholeFile) Abort() {
	if f.file == nil {
		return
	}
	f.file.Close() //nolint:errcheck // given up
	f.file = nil
	if f.temp != "" {
		os.Remove(f.temp) //nolint:errcheck // given up
	}
}
