package capture

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

// FuzzReader: whatever the bytes, reading ends, in an error that says where or
// at the end of the file, and every packet is consistent.
func FuzzReader(f *testing.F) {
	var ng, classic bytes.Buffer
	w := NewPcapngWriter(&ng, Options{Application: ourName, Comment: "c", Names: testNames})
	w.Secret("CLIENT_RANDOM 1 2")
	write(f, w, testPackets())
	write(f, NewPcapWriter(&classic, Options{}), testPackets()[:2])
	f.Add(ng.Bytes())
	f.Add(classic.Bytes())
	for _, odd := range oddFiles {
		f.Add(odd.file())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1 && data[0] == 0x1f && data[1] == 0x8b {
			return // what gzip makes of few bytes is gzip's affair
		}
		in, err := NewReader(bytes.NewReader(data))
		total := 0
		for n := 1; err == nil; n++ {
			var p *Packet
			if p, err = in.Next(); err != nil {
				break
			}
			total += len(p.Data)
			if p.Number != n || p.Length < len(p.Data) || p.FCS < 0 || p.FCS > len(p.Data) || p.Interface == nil {
				t.Fatalf("packet %d is inconsistent: %+v", n, p)
			}
		}
		var where *FormatError
		if !errors.Is(err, io.EOF) && !errors.As(err, &where) {
			t.Fatalf("the error says not where: %v", err)
		}
		if total > len(data) {
			t.Fatalf("%d bytes of packets out of a file of %d", total, len(data))
		}
	})
}

// FuzzRewrite: what is read can be written again, and reads the same.
func FuzzRewrite(f *testing.F) {
	var ng bytes.Buffer
	write(f, NewPcapngWriter(&ng, Options{Application: ourName}), testPackets())
	f.Add(ng.Bytes())
	for _, odd := range oddFiles {
		f.Add(odd.file())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ps, about, _ := readAll(bytes.NewReader(data))
		if about == nil {
			return
		}
		var out bytes.Buffer
		w := NewPcapngWriter(&out, Options{Application: about.Application})
		for _, p := range ps {
			if err := w.WritePacket(p); err != nil {
				return // a time that nanoseconds cannot express
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		again, _ := mustRead(t, out.Bytes())
		if len(again) != len(ps) {
			t.Fatalf("%d packets became %d", len(ps), len(again))
		}
		for i, p := range ps {
			q := again[i]
			if !bytes.Equal(p.Data, q.Data) || p.Length != q.Length || p.Direction != q.Direction || !p.Time.IsZero() && !p.Time.Equal(q.Time) {
				t.Fatalf("packet %d\n\t%+v\nbecame\n\t%+v", i+1, p, q)
			}
		}
	})
}
