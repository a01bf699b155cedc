// Package report is what people read of a run: tables, stories and dumps, in
// a terminal, as Markdown and as JSON.
//
// A view turns data (a scenario's result, the trace, the dissections of its
// frames) into a Document, which knows nothing of screens; a writer turns a
// document into bytes. So a view is written once and never asks a protocol
// anything.
//
//	result ──> view ──> Document ──┬──> terminal
//	                               └──> Markdown
//	       └─> the same facts ────────> JSON
//
// To add a view: one file here, which registers it (see view.go).
//
// Reading order: document.go (what a document is), view.go (what views there are),
// then the views, of which layers.go is the simplest and hops.go the richest;
// terminal.go, wrap.go and markdown.go write; json.go has the data.
//
// The same result gives the same bytes everywhere: no writer asks the clock,
// the locale or the environment. Whether there is a terminal, how wide it is
// and whether it wants colour is the caller's to find out.
package report
