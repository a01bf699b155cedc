package presentation

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"fmt"
	"math/big"
	"net/netip"
	"time"
)

// Authority is the certificate authority of a laboratory: every host trusts
// it, and it vouches for the names of servers. Its key is derived from a seed,
// so anybody can make it: it protects nothing outside a simulation.
type Authority struct {
	seed uint64
	cert *x509.Certificate
	key  ed25519.PrivateKey
	pool *x509.CertPool
}

// Certificates are valid from a day before the simulation's epoch until the
// last year that X.509 writes with two digits (RFC 5280 §4.1.2.5).
var (
	validFrom  = time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC)
	validUntil = time.Date(2049, 12, 31, 23, 59, 59, 0, time.UTC)
)

const authorityName = "Packetwalk laboratory CA"

// NewAuthority makes the authority of a seed. Equal seeds give equal keys and
// certificates.
func NewAuthority(seed uint64) (*Authority, error) {
	a := &Authority{seed: seed, key: derive(seed, authorityName)}
	template := a.template(authorityName)
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(constant(0), template, template, a.key.Public(), a.key)
	if err != nil {
		return nil, fmt.Errorf("presentation: the laboratory's authority: %w", err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		return nil, fmt.Errorf("presentation: the laboratory's authority: %w", err)
	}
	a.pool = x509.NewCertPool()
	a.pool.AddCert(a.cert)
	return a, nil
}

// derive makes the Ed25519 key of a name: Ed25519 signatures need no random
// bytes at all (RFC 8032 §5.1.6), so equal keys sign equally.
func derive(seed uint64, name string) ed25519.PrivateKey {
	sum := fingerprint(seed, name)
	return ed25519.NewKeyFromSeed(sum[:])
}

func fingerprint(seed uint64, name string) [sha256.Size]byte {
	return sha256.Sum256(append(binary.BigEndian.AppendUint64(nil, seed), name...))
}

func (a *Authority) template(name string) *x509.Certificate {
	sum := fingerprint(a.seed, "serial of "+name)
	sum[0] = sum[0]&0x7f | 0x40 // RFC 5280 §4.1.2.2: a positive number
	return &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(sum[:16]),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    validFrom,
		NotAfter:     validUntil,
	}
}

// Certificate vouches for a server's name or address.
func (a *Authority) Certificate(name string) (tls.Certificate, error) {
	key, template := derive(a.seed, "host "+name), a.template(name)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	if addr, err := netip.ParseAddr(name); err == nil {
		template.IPAddresses = append(template.IPAddresses, addr.AsSlice())
	} else {
		template.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(constant(0), template, a.cert, key.Public(), a.key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("presentation: a certificate for %q: %w", name, err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// Pool is what hosts trust: this authority alone.
func (a *Authority) Pool() *x509.CertPool { return a.pool }
