package capture

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packetwalk/packetwalk/trace"
)

// appendFCS appends a frame's check sequence, IEEE 802.3 §3.2.9.
func appendFCS(b []byte) []byte {
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

// tshark reads a capture with the real dissector. Only a developer's machine
// may lack it.
func tshark(t *testing.T, name string, file []byte, args ...string) []string {
	t.Helper()
	bin, err := exec.LookPath("tshark")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("tshark is not installed; the tests in CI need it")
		}
		t.Skip("tshark is not installed")
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	cmd := exec.Command(bin, append([]string{"-r", path, "-o", "eth.check_fcs:TRUE"}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("tshark: %v\n%s", err, errs.String())
	}
	return strings.Split(strings.TrimRight(out.String(), "\n"), "\n")
}

func TestTsharkReadsPcapng(t *testing.T) {
	var out bytes.Buffer
	w := NewPcapngWriter(&out, Options{Application: "packetwalk test", Interfaces: []*trace.Interface{clientEth0},
		Names: []Name{{netip.MustParseAddr("10.0.1.1"), "client"}, {netip.MustParseAddr("10.0.1.2"), "server"}}})
	ps := testPackets()[:2]
	bad := *ps[1]
	bad.Data = bytes.Clone(bad.Data)
	bad.Data[63] ^= 1
	write(t, w, append(ps, &bad))

	got := tshark(t, "x.pcapng", out.Bytes(), "-Tfields", "-Eseparator=|", "-Eaggregator=;",
		"-eframe.interface_name", "-eframe.time_epoch", "-eframe.comment", "-eeth.fcs.status", "-eframe.packet_flags_direction", "-eframe.len")
	want := []string{
		"client eth0|946684800.000000001|the first frame;a second remark — with a dash|1|0x00000002|64",
		"server eth0|946684800.123456789||1|0x00000001|64",
		"server eth0|946684800.123456789||0|0x00000001|64",
	}
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Errorf("tshark says of packet %d\n\t%s\nwant\n\t%s", i+1, got, want[i])
		}
	}
	for _, line := range tshark(t, "x.pcapng", out.Bytes(), "-V", "-Nn") {
		if strings.Contains(line, "Malformed") {
			t.Errorf("tshark: %s", line)
		}
	}
}

func TestTsharkReadsClassic(t *testing.T) {
	var out bytes.Buffer
	ps := testPackets()[:2]
	bad := *ps[1]
	bad.Data = bytes.Clone(bad.Data)
	bad.Data[63] ^= 1
	write(t, NewPcapWriter(&out, Options{}), append(ps, &bad))
	got := tshark(t, "x.pcap", out.Bytes(), "-Tfields", "-Eseparator=|", "-eframe.time_epoch", "-eeth.fcs.status", "-eframe.protocols")
	want := []string{
		"946684800.000000001|1|eth:ethertype:arp",
		"946684800.123456789|1|eth:ethertype:arp",
		"946684800.123456789|0|eth:ethertype:arp",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("tshark says\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
