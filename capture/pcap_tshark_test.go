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

// wireshark finds one of Wireshark's programs. Only a developer's machine may
// lack it.
func wireshark(t *testing.T, program string) string {
	t.Helper()
	bin, err := exec.LookPath(program)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is not installed; the tests in CI need it", program)
		}
		t.Skipf("%s is not installed", program)
	}
	return bin
}

// tshark reads a capture with the real dissector.
func tshark(t *testing.T, name string, file []byte, args ...string) []string {
	t.Helper()
	bin := wireshark(t, "tshark")
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

// Wireshark's tools can cut and join our files, also those that do not know
// their interfaces from the start.
func TestEditcapRewritesPcapng(t *testing.T) {
	bin := wireshark(t, "editcap")
	var out bytes.Buffer
	w := NewPcapngWriter(&out, Options{Names: []Name{{netip.MustParseAddr("10.0.1.1"), "client"}}})
	w.Secret("CLIENT_RANDOM 00 00")
	ps := testPackets()[:2]
	write(t, w, ps)
	from, to := filepath.Join(t.TempDir(), "from.pcapng"), filepath.Join(t.TempDir(), "to.pcapng")
	if err := os.WriteFile(from, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.Command(bin, from, to).CombinedOutput(); err != nil {
		t.Fatalf("editcap: %v\n%s", err, said)
	}
	again, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := mustRead(t, again)
	if len(got) != len(ps) || !bytes.Equal(got[0].Data, ps[0].Data) || !bytes.Equal(got[1].Data, ps[1].Data) {
		t.Errorf("editcap made %d packets of %d, or others", len(got), len(ps))
	}
	if _, about := mustRead(t, out.Bytes()); len(about.Names) != 1 || len(about.Secrets) != 1 {
		t.Errorf("our file has the names %v and the secrets %q, want one of each", about.Names, about.Secrets)
	}
}
