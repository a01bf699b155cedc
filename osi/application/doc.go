// Package application is layer 7: what programs say to each other. It answers
// the question that all the layers below only serve: what do you want, and
// what is the answer?
//
//	"GET /chat"  ──►  layers 6 to 1  ══ wire ══  layers 1 to 6  ──►  handler
//	"200 OK"     ◄──                                            ◄──
//
// The protocols here are ordinary code over net.Conn and net.PacketConn, and
// do not know whether a simulated or a real network carries them:
//
//	HTTP/1.1 (RFC 9110, RFC 9112)  a question and its answer, through the
//	                               standard library's own reader and writer
//	DNS      (RFC 1035)            which address has that name? in one datagram
//	chat                           lines of "nick: text", this project's own
//	echo     (RFC 862)             what you said
//
// OSI's layer 7 is a part of a program, not the program: it held "application
// service elements" from which programs were built. The Internet's application
// protocols took in what OSI had meant for layers 5 and 6 too: HTTP says in
// its own headers how a body is encoded and compressed (layer 6), and whose
// turn it is follows from its rule of one answer for each question (layer 5).
// Browsers and chat windows stand above all seven.
//
// Reading order: echo.go, chat.go, http_client.go, http_server.go,
// http_response.go, dns.go, dns_zone.go, dns_resolver.go, wire.go. The files
// named fields_*.go read the same protocols from captured bytes, damaged or
// not, and share nothing with these.
//
// Left out: HTTP/2 and HTTP/3, proxies, caches and cookies; of DNS everything
// but addresses (A), one authoritative zone and the client that asks it.
package application
