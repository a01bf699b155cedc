// Package presentation is layer 6: how both ends write the same thing as the
// same bytes. It answers one question: what do these bytes mean, before
// anybody asks what they are about?
//
//	é  ──text──►  c3 a9  ──gzip──►  1f 8b 08 …  ──TLS──►  17 03 03 …
//	     which         in fewer             so that only
//	     character     bytes                the peer can read
//
// In the OSI model (ISO/IEC 7498-1 §7.2) these are the services of one layer,
// negotiated by a protocol of its own: both sides agree on an abstract syntax
// and on how its values become bits. The Internet has no such layer, and this
// is one of the places where OSI fits it badly. Here the application protocol
// itself names the encoding, in a header of its own ("Content-Type: text/plain;
// charset=utf-8", "Content-Encoding: gzip"), and RFC 1122 §1.1.3 puts all of it
// into the application layer. TLS fits worse still: it encrypts, which OSI
// files under presentation, but it also keeps a session with a handshake and a
// resumption of its own, and sits directly on the transport. We show TLS at
// layer 6 because that is what it does to the bytes, and say that it is both.
//
// Reading order: encoding.go (characters and bytes), utf8.go and utf16.go (how
// the bits of a character are laid out, byte by byte), json.go (values as
// text), compress.go (the same in fewer bytes), tls.go (only for the peer),
// authority.go (whom TLS trusts), random.go and closing.go (what it takes to
// make a handshake the same in every run, at a clock that is not the world's).
//
// Left out: Unicode normalisation, other character sets, ASN.1 and its
// encoding rules (the presentation syntax that OSI itself meant), session
// resumption and client certificates in TLS.
package presentation
