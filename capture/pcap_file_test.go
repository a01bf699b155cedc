package capture

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// entries are the names in a folder.
func entries(t *testing.T, dir string) string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func create(t *testing.T, path string) *File {
	t.Helper()
	f, err := Create(path, io.Discard, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFileAppearsWhenComplete(t *testing.T) {
	for name, format := range map[string]string{"x.pcapng": "pcapng", "x.PCAP": "pcap", "x": "pcapng"} {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("before"), 0o640); err != nil {
			t.Fatal(err)
		}
		f := create(t, path)
		for _, p := range testPackets()[:2] {
			if err := errors.Join(f.WritePacket(p), f.Flush()); err != nil {
				t.Fatal(err)
			}
		}
		if old, err := os.ReadFile(path); err != nil || string(old) != "before" {
			t.Errorf("%s while it is written: %q, %v; want what stood there before", name, old, err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		f.Abort() // does nothing any more
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		ps, about := mustRead(t, data)
		if len(ps) != 2 || about.Format != format {
			t.Errorf("%s holds %d packets as %s, want 2 as %s", name, len(ps), about.Format, format)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
			t.Errorf("%s: mode %v, want that of the file it replaced", name, info.Mode())
		}
		if got := entries(t, dir); got != name {
			t.Errorf("the folder holds %s, want only %s", got, name)
		}
	}
}

func TestAbortLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	f := create(t, filepath.Join(dir, "x.pcapng"))
	f.Abort()
	if got := entries(t, dir); got != "" {
		t.Errorf("the folder holds %s, want nothing", got)
	}
	if err := f.WritePacket(testPackets()[0]); err == nil {
		t.Error("writing after Abort succeeds, want an error")
	}
}

func TestLinkStaysLink(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real.pcapng"), filepath.Join(dir, "link.pcapng")
	if err := errors.Join(os.WriteFile(real, nil, 0o600), os.Symlink(real, link)); err != nil {
		t.Skip(err)
	}
	if err := create(t, link).Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link became %v", info.Mode())
	}
	if info, err := os.Stat(real); err != nil || info.Size() == 0 {
		t.Error("the file behind the link was not replaced")
	}
}

func TestDeviceIsWrittenNotReplaced(t *testing.T) {
	before, err := os.Stat(os.DevNull)
	if err != nil {
		t.Skip(err)
	}
	if err := create(t, os.DevNull).Close(); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(os.DevNull)
	if err != nil || before.Mode() != after.Mode() {
		t.Errorf("%s was %v and is %v", os.DevNull, before.Mode(), after.Mode())
	}
}

func TestStandardOutput(t *testing.T) {
	var out bytes.Buffer
	f, err := Create("-", &out, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.WritePacket(testPackets()[0]), f.Close()); err != nil {
		t.Fatal(err)
	}
	if ps, about := mustRead(t, out.Bytes()); len(ps) != 1 || about.Format != "pcapng" {
		t.Errorf("standard output got %d packets as %s, want 1 as pcapng", len(ps), about.Format)
	}
	f, err = Create("-", failing{io.ErrClosedPipe}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); !errors.Is(err, io.ErrClosedPipe) || !strings.Contains(err.Error(), "standard output") {
		t.Errorf("a closed pipe: %v", err)
	}
}

func TestCreateNamesThePath(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{filepath.Join(dir, "no", "such", "x.pcap"), dir} {
		_, err := Create(path, io.Discard, Options{})
		if err == nil || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), ".part") {
			t.Errorf("Create(%s): %v, want an error that names that path", path, err)
		}
	}
}
