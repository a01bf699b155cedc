package capture

import (
	"io"
	"path/filepath"
	"strings"
)

// File is a capture file on its way to disk: a WholeFile with a Writer.
type File struct {
	*Writer
	whole *WholeFile
}

// Create begins a capture file: classic pcap if its name ends in ".pcap",
// else pcapng. Paths are as for CreateWhole.
func Create(path string, stdout io.Writer, o Options) (*File, error) {
	whole, err := CreateWhole("capture", path, stdout)
	if err != nil {
		return nil, err
	}
	if strings.EqualFold(filepath.Ext(path), ".pcap") {
		return &File{NewPcapWriter(whole, o), whole}, nil
	}
	return &File{NewPcapngWriter(whole, o), whole}, nil
}

// Close finishes the file and puts it in place. After an error nothing of it
// is left.
func (f *File) Close() error {
	if err := f.Writer.Close(); err != nil {
		f.whole.Abort()
		return err
	}
	return f.whole.Close()
}

// Abort gives the file up: nothing of it is left, and what stood under its
// name before still does. After Close it does nothing, so it can be deferred.
func (f *File) Abort() {
	if f.whole.file != nil {
		f.err = errClosed
		f.whole.Abort()
	}
}
