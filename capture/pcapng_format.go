package capture

// The pcapng file format, draft-ietf-opsawg-pcapng: a sequence of blocks, each
//
//	0        4        8                          n-4      n
//	┌────────┬────────┬──────────────────────────┬────────┐
//	│ type   │ length │ body, options            │ length │
//	└────────┴────────┴──────────────────────────┴────────┘
//
// with the whole length, a multiple of 4, at both ends so that a file can be
// read backwards too. The section header comes first and fixes the byte order;
// an interface is described before its first packet. (The draft's sections are
// named after the blocks; their numbers change from version to version.)

// Block types.
const (
	blockInterface  = 1
	blockPacket     = 2 // obsolete since 2009, still found
	blockSimple     = 3
	blockNames      = 4
	blockStatistics = 5
	blockEnhanced   = 6
	blockSecrets    = 10
	blockSection    = 0x0a0d0d0a // reads the same in both byte orders
)

// Options.
const (
	optEnd     = 0
	optComment = 1

	shbUserAppl = 4

	ifName        = 2
	ifDescription = 3
	ifTsResol     = 9
	ifFCSLen      = 13
	ifTsOffset    = 14

	epbFlags = 2

	isbIfRecv = 4
)

// The epb_flags word.
const (
	flagInbound   = 1
	flagOutbound  = 2
	flagDirection = 3
	flagFCSShift  = 5
	flagFCSMask   = 15
)

const (
	byteOrderMagic = 0x1a2b3c4d
	secretsTLS     = 0x544c534b // "TLSK"

	nameEnd  = 0
	nameIPv4 = 1
	nameIPv6 = 2

	minBlock = 12 // type, length, length

	// nsResol is the time resolution that we write: units of 10^-9 s.
	nsResol = 9

	// ourName begins the application name of the laboratory's own files, in
	// which an interface is called "client eth0": its node, then its name.
	ourName = "packetwalk"
)
