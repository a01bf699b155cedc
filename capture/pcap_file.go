package capture

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// File is a capture file on its way to disk. Until Close succeeds, nothing
// stands under its name but what stood there before.
type File struct {
	*Writer
	out  target
	temp string // the file beside the target, "" when the target is written itself
	name string // what temp becomes
}

// target makes errors name the path that was asked for.
type target struct {
	path string
	file io.WriteCloser
}

func (t target) Write(p []byte) (int, error) {
	n, err := t.file.Write(p)
	return n, t.named(err)
}

func (t target) named(err error) error {
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
	return fmt.Errorf("capture: cannot write %s: %w", t.path, err)
}

// Create begins a capture file: classic pcap if its name ends in ".pcap",
// else pcapng. The path "-" means standard output, written as it comes. What
// is not a regular file (a named pipe, /dev/null) is written directly too; any
// other is written beside the target and put in its place by Close.
func Create(path string, stdout io.Writer, o Options) (*File, error) {
	f := &File{out: target{path: path}}
	if err := f.open(stdout); err != nil {
		return nil, f.out.named(err)
	}
	if strings.EqualFold(filepath.Ext(path), ".pcap") {
		f.Writer = NewPcapWriter(f.out, o)
	} else {
		f.Writer = NewPcapngWriter(f.out, o)
	}
	return f, nil
}

type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }

func (f *File) open(stdout io.Writer) error {
	path := f.out.path
	if path == "-" {
		f.out.path, f.out.file = "standard output", unclosed{stdout}
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
		f.out.file = old
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
func (f *File) beside(mode fs.FileMode) error {
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
		f.temp, f.out.file = temp, file
		return nil
	}
	return errors.New("too many unfinished captures beside it (." + base + ".*.part)")
}

// Close finishes the file and puts it in place. After an error nothing of it
// is left.
func (f *File) Close() error {
	err := f.Writer.Close()
	if f.out.file == nil {
		return err
	}
	if e := f.out.file.Close(); err == nil {
		err = f.out.named(e)
	}
	f.out.file = nil
	if f.temp == "" {
		return err
	}
	if err == nil {
		err = f.out.named(os.Rename(f.temp, f.name))
	}
	if err != nil {
		os.Remove(f.temp) //nolint:errcheck // the first error is the one to tell
	}
	return err
}

// Abort gives the file up: nothing of it is left, and what stood under its
// name before still does. After Close it does nothing, so it can be deferred.
func (f *File) Abort() {
	if f.out.file == nil {
		return
	}
	f.out.file.Close() //nolint:errcheck // given up
	f.out.file = nil
	f.err = errClosed
	if f.temp != "" {
		os.Remove(f.temp) //nolint:errcheck // given up
	}
}
