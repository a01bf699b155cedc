// Package session is layer 5: the conversation. It answers the questions that
// are left once bytes arrive in order: whose turn is it to speak, is this the
// same conversation as before, and what did I miss while I was away?
//
//	client                    server
//	  │   "I am session 7Kq…"   │   who is speaking (id.go)
//	  │   "I have seen up to 3" │
//	  │ ◄── 4, 5, 6 ─────────── │   what was missed (replay.go)
//	  │   token: your turn ───► │   who may speak (dialogue.go)
//	  │   anything new? ──────► │   … (waits until there is)
//	  │ ◄── 7 ───────────────── │   a question held open (poll.go)
//
// OSI has a protocol for this (ITU-T X.225, ISO/IEC 8327-1): sessions are
// opened on top of a transport connection, the right to send is a token that
// one side gives to the other, and synchronisation points tell both where to
// go on after a break. The Internet has no session layer, and here OSI fits it
// badly: TCP is full duplex and lives and dies with one pair of addresses, and
// whatever more a program needs, it builds itself, inside its application
// protocol. HTTP's turns, a cookie, a WebSocket's upgrade, Socket.IO's session
// id and its recovery are all session work under other names, and none of them
// has a header that a dissector could call "layer 5". So a capture rarely
// shows bytes here; it shows the behaviour.
//
// The machines are values: they know no clock (now comes in), no socket, no
// lock.
//
// Left out: X.225's activities, exceptions and resynchronisation, which no
// protocol of the Internet has taken up.
package session
