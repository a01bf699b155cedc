package host

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
)

// A laboratory has one hosts table: the name of every device that has an
// address, in the order in which they were made. It plays the part of
// /etc/hosts. Real DNS messages travel where a host has a Resolver (dns.go).

// LookupHost finds the address of a device by its name; an address in text
// form is its own name, and "localhost" is 127.0.0.1. An unknown name is a
// *net.DNSError that wraps nothing but says IsNotFound.
func (l *Lab) LookupHost(name string) (netip.Addr, error) {
	if addr, err := netip.ParseAddr(name); err == nil {
		return addr.Unmap(), nil
	}
	if name == "localhost" {
		return loopbackAddr, nil
	}
	for _, entry := range l.names {
		if entry.Name == name {
			return entry.Addr, nil
		}
	}
	return netip.Addr{}, &net.DNSError{Err: ErrNoSuchHost.Error(), Name: name, IsNotFound: true}
}

// NameEntry is a line of the laboratory's hosts table.
type NameEntry struct {
	Name string
	Addr netip.Addr
}

// Names is the hosts table, in the order in which the devices were made.
func (l *Lab) Names() []NameEntry { return l.names }

// endpoint resolves "host:port", by the deadline of the call that needs it. An
// empty host means every local address.
func (h *Host) endpoint(address string, until deadline) (netip.AddrPort, error) {
	name, portText, err := net.SplitHostPort(address)
	if err != nil {
		return netip.AddrPort{}, err
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return netip.AddrPort{}, &net.AddrError{Err: "port must be a number from 0 to 65535", Addr: address}
	}
	if name == "" {
		return netip.AddrPortFrom(netip.IPv4Unspecified(), uint16(port)), nil
	}
	addr, err := h.lookup(name, until)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.AddrPortFrom(addr, uint16(port)), nil
}

// peer resolves the address of somebody to talk to: nobody in particular is
// this host itself.
func (h *Host) peer(address string, until deadline) (netip.AddrPort, error) {
	remote, err := h.endpoint(address, until)
	if err == nil && remote.Addr().IsUnspecified() {
		remote = netip.AddrPortFrom(loopbackAddr, remote.Port())
	}
	return remote, err
}

// checkNetwork accepts the names of the standard library for what is here.
func checkNetwork(network, protocol string) error {
	if network == protocol || network == protocol+"4" {
		return nil
	}
	return net.UnknownNetworkError(fmt.Sprintf("%s (a simulated host speaks %s and %s4 here)", network, protocol, protocol))
}
