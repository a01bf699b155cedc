package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
	"strings"

	"github.com/packetwalk/packetwalk/bench"
	"github.com/packetwalk/packetwalk/capture"
	"github.com/packetwalk/packetwalk/report"
	"github.com/packetwalk/packetwalk/scenarios/value"
	"github.com/packetwalk/packetwalk/tcp"
	"github.com/spf13/cobra"
)

type bulkOptions struct {
	output
	bytes, rate, delay, loss measure
	seed                     uint64
	profile, congestion      string
	pcap, cpuProfile         string
}

// measure is a flag that takes a value as scenario files write it.
type measure struct {
	value.Parameter
	value.Value
}

func newMeasure(name string, k value.Kind, fallback, least, most string) measure {
	p := value.Parameter{Name: "--" + name, Kind: k}
	for text, at := range map[string]**value.Value{least: &p.Min, most: &p.Max} {
		if text != "" {
			v := must(value.Parse(k, text))
			*at = &v
		}
	}
	p.Default = must(value.Parse(k, fallback))
	return measure{p, p.Default}
}

func must(v value.Value, err error) value.Value {
	if err != nil {
		panic(err) // a mistake in this program
	}
	return v
}

func (m *measure) String() string { return m.Value.String() }
func (m *measure) Type() string   { return m.Parameter.Kind.String() }

func (m *measure) Set(text string) error {
	v, err := m.Parse(text)
	if err == nil {
		m.Value = v
	}
	return err
}

func newBenchBulk(s streams) *cobra.Command {
	opts := bulkOptions{
		bytes: newMeasure("bytes", value.Bytes, "200MB", "1", "1000GB"),
		rate:  newMeasure("rate", value.Rate, "100mbit", "1bit", ""),
		delay: newMeasure("delay", value.Duration, "10ms", "0s", "1h"),
		loss:  newMeasure("loss", value.Percent, "1%", "0%", "90%"),
	}
	cmd := &cobra.Command{
		Use:   "bulk",
		Short: "Measure one bulk TCP transfer",
		Long: `Carry bytes from one host to another over TCP, on one link, and measure what the
simulation cost. The receiver compares every byte. The loss strikes what the
sender sends; the delay is that of each direction.`,
		Example: `  packetwalk bench bulk
  packetwalk bench bulk --bytes 200MB --rate 100mbit --delay 10ms --loss 1%
  packetwalk bench bulk --loss 0% --pcap transfer.pcapng -o json`,
		Args:              exactly(0, "no arguments"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(*cobra.Command, []string) error { return runBenchBulk(s, &opts) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.Var(&opts.bytes, "bytes", "how much is sent")
	f.Var(&opts.rate, "rate", "the link's rate")
	f.Var(&opts.delay, "delay", "the link's delay, one way")
	f.Var(&opts.loss, "loss", "how many of the sender's frames are lost")
	f.Uint64Var(&opts.seed, "seed", defaultSeed, "all randomness comes from it")
	f.StringVar(&opts.profile, "profile", tcp.RFC.String(), "TCP by the letter, rfc, or as Linux does it, linux")
	f.StringVar(&opts.congestion, "congestion", tcp.Congestions()[0], "congestion control: "+strings.Join(tcp.Congestions(), ", "))
	f.StringVar(&opts.pcap, "pcap", "", "capture at the sender as it goes: pcapng, or pcap by the name's end; - is standard output")
	f.StringVar(&opts.cpuProfile, "cpuprofile", "", "write a profile of the processor's time, for go tool pprof")
	f.MarkHidden("cpuprofile") //nolint:errcheck // the flag is there
	opts.flags(cmd)
	for _, name := range []string{"bytes", "rate", "delay", "loss", "seed"} {
		complete(cmd, name, described())
	}
	complete(cmd, "profile", described(tcp.RFC.String(), tcp.Linux.String()))
	complete(cmd, "congestion", described(tcp.Congestions()...))
	complete(cmd, "pcap", files("pcapng", "pcap"))
	return cmd
}

func (o *bulkOptions) transfer() (bench.Transfer, error) {
	t := bench.Transfer{
		Bytes: o.bytes.Bytes(), Rate: o.rate.BitsPerSecond(), Delay: o.delay.Duration(), Loss: o.loss.Probability(), Seed: o.seed,
		TCP: tcp.Config{Congestion: o.congestion},
	}
	switch o.profile {
	case tcp.RFC.String():
	case tcp.Linux.String():
		t.TCP.Profile = tcp.Linux
	default:
		return t, usagef("--profile is %q, but it must be %s or %s", o.profile, tcp.RFC, tcp.Linux)
	}
	if t.TCP.Check() != nil {
		return t, usagef("--congestion is %q, but it must be one of %s", o.congestion, strings.Join(tcp.Congestions(), ", "))
	}
	return t, nil
}

func runBenchBulk(s streams, o *bulkOptions) error {
	if err := o.check(s); err != nil {
		return err
	}
	t, err := o.transfer()
	if err != nil {
		return err
	}
	finish := func() error { return nil }
	if o.pcap != "" {
		file, err := capture.Create(o.pcap, s.out, capture.Options{Application: "packetwalk " + version()})
		if err != nil {
			return err
		}
		defer file.Abort()
		t.Capture, finish = capture.NewTap(file.Writer, bench.Sender), file.Close
	}
	stop, err := profileCPU(o.cpuProfile)
	if err != nil {
		return err
	}
	r, err := t.Run(finish)
	if err := stop(); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	if o.pcap == "-" {
		s.out, s.outWidth = s.err, s.errWidth
	}
	return o.show(s, bulkDocument(o, &r), r)
}

func bulkDocument(o *bulkOptions, r *bench.Report) report.Document {
	about := fmt.Sprintf("%s over TCP (%s, %s), %s, %s each way, %s of the sender's frames lost, seed %d. Every byte arrived as it was sent.",
		&o.bytes, o.profile, o.congestion, &o.rate, &o.delay, &o.loss, o.seed)
	return report.Document{Title: "One bulk transfer", Sections: []report.Section{{Blocks: []report.Block{
		report.Text(about),
		figures(
			figure("Delivered per second of processor time", measuredOr(r.MBPerCPUSecond, 1), "MB/s"),
			figure("Processor time, user and system", measuredOr(r.CPUSeconds, 3), "s"),
			figure("Segments with data, put on the wire", whole(r.DataSegments), ""),
			figure("of them retransmissions", whole(r.Retransmissions), ""),
			figure("Allocations for each of them", decimals(r.AllocsPerSegment, 4), ""),
			figure("Memory held at once, at most", measuredOr(r.PeakRSSMB, 1), "MB"),
			figure("Simulated time", decimals(r.SimulatedSeconds, 3), "s"),
			figure("Goodput in it", decimals(r.GoodputMbit, 2), "Mbit/s"),
		),
	}}}}
}

// profileCPU writes a profile until stop is called; without a path it does
// nothing.
func profileCPU(path string) (stop func() error, err error) {
	if path == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("the profile cannot be written: %w", err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, nil
}
