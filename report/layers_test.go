package report

import (
	"testing"

	"github.com/packetwalk/packetwalk/capture"
)

func TestLayerTable(t *testing.T) {
	goldenDocument(t, "layers", func(int) Document {
		d := helloSample()
		return Document{Title: "hello-layers", Sections: []Section{
			{Title: "The frame, layer by layer", Blocks: layerTable(d, 10_000_000)},
			{Title: "Packets", Blocks: []Block{packetTable([]*capture.Dissection{d}, nil)}},
			{Title: "Bytes", Blocks: []Block{hexTable(d)}},
		}}
	})
}
