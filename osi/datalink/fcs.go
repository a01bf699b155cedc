package datalink

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// ErrFCS is a frame whose check sequence does not fit its bytes.
var ErrFCS = errors.New("datalink: frame check sequence is wrong")

// PutFCS writes the frame check sequence into the frame's last four bytes: the
// CRC-32 of all bytes before them.
//
// IEEE 802.3 §3.2.9 sends the polynomial's highest coefficient first, while
// every byte's lowest bit goes first; in the order of bytes that is the usual,
// reflected CRC-32 with its lowest byte first.
func PutFCS(frame []byte) {
	n := len(frame) - FCSLen
	binary.LittleEndian.PutUint32(frame[n:], crc32.ChecksumIEEE(frame[:n]))
}

// CheckFCS says whether the frame's last four bytes fit the others. A receiver
// discards a frame that fails, without telling anybody (IEEE 802.3 §4A.2.9).
func CheckFCS(frame []byte) error {
	n := len(frame) - FCSLen
	if n < HeaderLen {
		return fmt.Errorf("%w: %d bytes", ErrRunt, len(frame))
	}
	got, want := binary.LittleEndian.Uint32(frame[n:]), crc32.ChecksumIEEE(frame[:n])
	if got != want {
		return fmt.Errorf("%w: 0x%08x (expected 0x%08x)", ErrFCS, got, want)
	}
	return nil
}
