package report

import (
	"fmt"
	"strconv"

	"github.com/packetwalk/packetwalk/scenarios"
)

// What the programs made of it: the lines that they printed.

var _ = register(&view{
	View:      View{"programs", "what the programs printed, sent and received"},
	place:     15,
	byDefault: always,
	sections: func(r *scenarios.Result, _ *Options) []Section {
		return eachVariant(r, "What the programs say", func(v *scenarios.VariantResult) []Block {
			var all List
			for _, p := range v.Programs {
				for i, line := range p.Lines {
					label := ""
					if i == 0 {
						label = p.Name
					}
					all = append(all, Item{Label: label, Head: plain(line.Text)})
				}
				if end := programEnd(p); end != "" {
					all = append(all, Item{Label: p.Name, Head: Cell{Text: end, Tone: Bad}})
				}
			}
			if v.Err != nil {
				all = append(all, Item{Label: "the run", Head: Cell{Text: "did not end well: " + v.Err.Error(), Tone: Bad}})
			}
			if len(all) == 0 {
				return nil
			}
			return []Block{all}
		})
	},
	data: func(r *scenarios.Result, _ *Options) any {
		all := []trafficData{}
		for _, v := range r.Variants {
			for _, p := range v.Programs {
				all = append(all, trafficData{v.Name, p.Name, len(p.Sent), chunkBytes(p.Sent), len(p.Received), chunkBytes(p.Received)})
			}
		}
		return all
	},
})

// programEnd says how a program ended, if that is worth a word.
func programEnd(p *scenarios.ProgramResult) string {
	if p.Err != nil {
		return fmt.Sprintf("ended after %s s with an error: %v", seconds(p.Ended), p.Err)
	}
	return ""
}

type trafficData struct {
	Variant       string `json:"variant,omitempty"`
	Program       string `json:"program"`
	Writes        int    `json:"writes"`
	BytesSent     int    `json:"bytes_sent"`
	Reads         int    `json:"reads"`
	BytesReceived int    `json:"bytes_received"`
}

func chunkBytes(chunks []scenarios.Chunk) int {
	n := 0
	for _, c := range chunks {
		n += len(c.Data)
	}
	return n
}

func itoa64(n int64) string { return strconv.FormatInt(n, 10) }
