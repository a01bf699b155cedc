package application

import (
	"fmt"
	"net/netip"
)

// record names a resource record (RFC 1035 §4.1.3). An answer is told in the
// summary too.
func (d *dnsFields) record(answer bool) {
	d.records++
	d.name("dns.resp.name", "Name")
	t := d.Uint(2, "dns.resp.type", "Type")
	kind := int(t.Number)
	t.Value = dnsTypeName(kind)
	d.class("dns.resp.class")
	d.Uint(4, "dns.resp.ttl", "Time to live").Note = "seconds that the answer may be kept"
	length := d.Uint(2, "dns.resp.len", "Data length")
	n := int(length.Number)
	if n > d.Left() {
		length.Problem = fmt.Sprintf("length is %d bytes, but %d are left", n, d.Left())
		d.Cut = true
		n = d.Left()
	}
	if n == 0 {
		return
	}
	end := d.Pos + n
	value := d.data(kind, n)
	if d.Pos < end {
		d.Take(end-d.Pos, "dns.data", "Data")
	}
	if answer {
		d.said = append(d.said, dnsTypeName(kind)+" "+value)
	}
}

// data names a record's data of n bytes, as far as its type is known here;
// what it leaves is named by the caller.
func (d *dnsFields) data(kind, n int) string {
	at, end := d.Pos-d.start, d.Pos-d.start+n
	names := map[int][2]string{2: {"dns.ns", "Name server"}, 5: {"dns.cname", "Canonical name"}, 12: {"dns.ptr.domain_name", "Domain name"}}
	switch {
	case kind == 1 && n == 4, kind == 28 && n == 16:
		a, _ := netip.AddrFromSlice(d.message[at:end])
		key := "dns.a"
		if n == 16 {
			key = "dns.aaaa"
		}
		d.Take(n, key, "Address").Value = a.String()
		return a.String()
	case names[kind][0] != "" && skipName(d.message[:end], at) == end:
		return d.name(names[kind][0], names[kind][1])
	case kind == 15 && n > 2 && skipName(d.message[:end], at+2) == end:
		d.Uint(2, "dns.mx.preference", "Preference")
		return d.name("dns.mx.mail_exchange", "Mail exchange")
	case kind == 16 && n > 1 && int(d.message[at]) == n-1:
		d.Uint(1, "dns.txt.length", "Text length")
		return d.Text(n-1, "dns.txt", "Text").Value
	}
	return fmt.Sprintf("(%d bytes)", n)
}

// dnsTypeName: RFC 1035 §3.2.2 and IANA, "DNS Parameters".
func dnsTypeName(t int) string {
	switch t {
	case 1:
		return "A"
	case 2:
		return "NS"
	case 5:
		return "CNAME"
	case 6:
		return "SOA"
	case 12:
		return "PTR"
	case 15:
		return "MX"
	case 16:
		return "TXT"
	case 28:
		return "AAAA"
	case 33:
		return "SRV"
	case 41:
		return "OPT"
	case 43:
		return "DS"
	case 46:
		return "RRSIG"
	case 48:
		return "DNSKEY"
	case 65:
		return "HTTPS"
	case 255:
		return "ANY"
	}
	return fmt.Sprintf("TYPE%d", t)
}
