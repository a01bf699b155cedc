package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/report"
	"github.com/packetwalk/packetwalk/scenarios"
	"github.com/packetwalk/packetwalk/sim"
	"github.com/packetwalk/packetwalk/trace"
	"github.com/spf13/cobra"
)

type explainOptions struct {
	output
	path   string
	packet int
	most   int
}

func newExplain(s streams) *cobra.Command {
	var opts explainOptions
	cmd := &cobra.Command{
		Use:   "explain FILE.pcapng|FILE.pcap|-",
		Short: "Walk through the packets of a capture file",
		Long: `Read a capture file, of packetwalk's own or of real traffic, with the same code
that reads a run: the list of its packets, or with --packet one of them, layer by
layer and byte by byte. Times count from the first packet.`,
		Example: `  packetwalk explain walk.pcapng
  packetwalk explain walk.pcapng --packet 4
  tcpdump -w - | packetwalk explain -`,
		Args:              exactly(1, "a capture file"),
		ValidArgsFunction: files("pcapng", "pcap", "cap", "gz"),
		RunE: func(_ *cobra.Command, args []string) error {
			opts.path = args[0]
			return runExplain(s, &opts)
		},
	}
	cmd.Flags().IntVar(&opts.packet, "packet", 0, "open this packet, by its number in the file")
	cmd.Flags().IntVar(&opts.most, "most", 1000, "list at most so many packets")
	complete(cmd, "packet", described())
	complete(cmd, "most", described())
	opts.flags(cmd)
	return cmd
}

func runExplain(s streams, o *explainOptions) error {
	if err := o.check(s); err != nil {
		return err
	}
	if o.packet < 0 || o.most < 1 {
		return usagef("packets are numbered from 1: --packet and --most must be at least 1")
	}
	in, err := openInput(s, o.path)
	if err != nil {
		return err
	}
	defer in.Close()
	read, more, bad := o.dissect(in)
	if bad != nil {
		bad = fmt.Errorf("%s: %w", o.path, bad)
	}
	if o.packet > len(read) {
		if bad != nil {
			return bad
		}
		return usagef("--packet is %d, but %s has %s", o.packet, o.path, count(len(read), "packet"))
	}
	if len(read) > 0 {
		inFileOrder(read)
		if err := o.showPackets(s, read); err != nil {
			return err
		}
	}
	switch {
	case bad == nil && len(read) == 0:
		fmt.Fprintf(s.err, "%s has no packets.\n", o.path)
	case more:
		fmt.Fprintf(s.err, "The first %d packets; --most N lists more.\n", len(read))
	}
	return bad // what could be read was shown
}

func openInput(s streams, path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(s.in), nil
	}
	f, err := os.Open(path)
	if err != nil {
		var at *os.PathError
		if errors.As(err, &at) {
			err = at.Err
		}
		return nil, fmt.Errorf("%s cannot be read: %w", path, err)
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, errors.Join(fmt.Errorf("%s cannot be read: it is a directory", path), f.Close())
	}
	return f, nil
}

// dissect reads packets up to the one that is to be opened, or as many as are
// to be listed. more says that there are more. After an error it still hands
// over what came before.
func (o *explainOptions) dissect(in io.Reader) (read []*capture.Dissection, more bool, err error) {
	most := o.most
	if o.packet > 0 {
		most = o.packet
	}
	r, err := capture.NewReader(in)
	if err != nil {
		return nil, false, err
	}
	readers := map[*trace.Interface]*vantage{}
	var start time.Time
	for {
		p, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return read, false, nil
		case err != nil:
			return read, false, err
		case len(read) == most:
			return read, o.packet == 0, nil
		case len(read) == 0:
			start = p.Time
		}
		p.Time = sim.Epoch.Add(p.Time.Sub(start)) // as a run's, from its beginning
		at := readers[p.Interface]
		if at == nil {
			at = &vantage{Dissector: capture.NewDissector(capture.DissectOptions{})}
			readers[p.Interface] = at
		}
		at.learn(r.About().Secrets)
		read = append(read, at.Dissect(p))
	}
}

// vantage is an interface of the file, followed alone.
type vantage struct {
	*capture.Dissector
	told int // of the file's secrets
}

// learn tells the dissector the secrets that it has not been told.
func (v *vantage) learn(secrets []string) {
	for ; v.told < len(secrets); v.told++ {
		v.Secret(secrets[v.told])
	}
}

// inFileOrder makes one list of the packets of all interfaces, so that their
// numbers are those of the file. Where there are several interfaces, each
// packet says which one saw it.
func inFileOrder(read []*capture.Dissection) {
	seen := map[*trace.Interface]bool{}
	for _, d := range read {
		seen[d.Interface] = true
	}
	for _, d := range read {
		if len(seen) > 1 {
			d.Info = "at " + placeOf(d.Interface) + ": " + d.Info
		}
		if len(seen) > 1 || d.Interface.Node == "" {
			d.Interface = nil
		}
	}
}

func placeOf(i *trace.Interface) string {
	switch {
	case i.Node != "":
		return i.Node + " " + i.Name
	case i.Name != "":
		return i.Name
	}
	return fmt.Sprintf("interface %d", i.Index)
}

// showPackets shows the list, or the one packet that was asked for.
func (o *explainOptions) showPackets(s streams, read []*capture.Dissection) error {
	width, color, err := o.resolve(s)
	if err != nil {
		return err
	}
	opts := report.Options{Views: []string{"packets"}, Format: report.Format(o.format), Width: width, Color: color}
	if o.packet > 0 {
		read = read[o.packet-1:]
		opts.Views, opts.Frame = []string{"layers", "bytes"}, 1
	}
	r := &scenarios.Result{Variants: []*scenarios.VariantResult{{Outcome: scenarios.Outcome{Packets: read}}}}
	return written(report.Write(s.out, r, opts))
}
