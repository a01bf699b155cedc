package application

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// DNS messages as bytes. The parser is the one that Go's own resolver uses: it
// bounds names and follows compression pointers (RFC 1035 §4.1.4) backwards
// only, so it always ends.

// Encode is the message as it travels. The names of answers that repeat the
// question's are compressed to a pointer.
func (m *DNSMessage) Encode() ([]byte, error) {
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{
		ID: m.ID, Response: m.Response, OpCode: dnsmessage.OpCode(m.OpCode),
		Authoritative: m.Authoritative, Truncated: m.Truncated,
		RecursionDesired: m.RecursionDesired, RCode: dnsmessage.RCode(m.Code),
	})
	b.EnableCompression()
	err := b.StartQuestions()
	for _, q := range m.Questions {
		var name dnsmessage.Name
		if name, err = wireName(q.Name, err); err == nil {
			err = b.Question(dnsmessage.Question{Name: name, Type: dnsmessage.Type(q.Type), Class: dnsmessage.ClassINET})
		}
	}
	if err == nil {
		err = b.StartAnswers()
	}
	for _, r := range m.Answers {
		var name dnsmessage.Name
		if name, err = wireName(r.Name, err); err != nil {
			break
		}
		if !r.Addr.Is4() {
			return nil, fmt.Errorf("application: DNS: the address of %s is %s: expected IPv4", r.Name, r.Addr)
		}
		err = b.AResource(dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET, TTL: r.TTL}, dnsmessage.AResource{A: r.Addr.As4()})
	}
	if err != nil {
		return nil, fmt.Errorf("application: DNS: %w", err)
	}
	return b.Finish()
}

func wireName(name string, before error) (dnsmessage.Name, error) {
	if before != nil {
		return dnsmessage.Name{}, before
	}
	if err := checkName(name); err != nil {
		return dnsmessage.Name{}, err
	}
	return dnsmessage.NewName(name + ".")
}

// ParseDNS reads a message: its header, its questions, and of its answers
// those that are addresses.
func ParseDNS(b []byte) (*DNSMessage, error) {
	var p dnsmessage.Parser
	h, err := p.Start(b)
	if err != nil {
		return nil, fmt.Errorf("application: DNS: the header of %d bytes: %w", len(b), err)
	}
	m := &DNSMessage{ID: h.ID, Response: h.Response, OpCode: uint8(h.OpCode), Authoritative: h.Authoritative,
		Truncated: h.Truncated, RecursionDesired: h.RecursionDesired, Code: RCode(h.RCode)}
	questions, err := p.AllQuestions()
	if err != nil {
		return m, fmt.Errorf("application: DNS: the questions: %w", err)
	}
	for _, q := range questions {
		m.Questions = append(m.Questions, DNSQuestion{plainName(q.Name), uint16(q.Type)})
	}
	for {
		h, err := p.AnswerHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			return m, nil
		}
		if err == nil && (h.Type != dnsmessage.TypeA || h.Class != dnsmessage.ClassINET) {
			if err = p.SkipAnswer(); err == nil {
				continue
			}
		}
		var a dnsmessage.AResource
		if err == nil {
			a, err = p.AResource()
		}
		if err != nil {
			return m, fmt.Errorf("application: DNS: answer %d: %w", len(m.Answers)+1, err)
		}
		m.Answers = append(m.Answers, DNSRecord{plainName(h.Name), h.TTL, netip.AddrFrom4(a.A)})
	}
}

func plainName(n dnsmessage.Name) string { return strings.TrimSuffix(n.String(), ".") }
