package scenarios

import (
	"os"
	"testing"
)

func fixture(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/hello.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestLoadFixture(t *testing.T) {
	sc, err := Load("hello.yaml", fixture(t))
	if err != nil {
		t.Fatal(err)
	}
	if got := sc.Topology.Hosts[1].Name.S; got != "server" {
		t.Errorf("the second host is %q, want server", got)
	}
}
