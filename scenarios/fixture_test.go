package scenarios

import (
	"github.com/packetwalk/packetwalk/osi"
	"github.com/packetwalk/packetwalk/scenarios/programs"
	"github.com/packetwalk/packetwalk/scenarios/value"
	"github.com/packetwalk/packetwalk/trace"
)

// The vocabulary of the test scenarios: two programs and an event.
func init() {
	number := func(name string) value.Parameter {
		least, most := value.OfInt(1), value.OfInt(65535)
		return value.Parameter{Name: name, Kind: value.Int, Required: true, Min: &least, Max: &most, Help: "the port"}
	}
	programs.Declare(programs.Declaration{Name: "test-listener", Help: "listens", Parameters: []value.Parameter{number("port")}})
	programs.Declare(programs.Declaration{Name: "test-sender", Help: "sends", Parameters: []value.Parameter{
		{Name: "to", Required: true, Help: "host:port"},
		{Name: "message", Default: value.OfText("hi"), Help: "what"},
	}})
}

var testAsked = trace.Define(trace.Kind{
	ID: "test.asked", Layer: osi.DataLink, Ref: "RFC 826",
	Sentence: "{node} asks for {for}", Fields: []string{"for", "count"},
})
