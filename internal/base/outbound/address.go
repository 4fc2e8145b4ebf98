package outbound

import (
	"net/netip"
	"strings"
)

func prefixes(list ...string) (out []netip.Prefix) {
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

var (
	// closed4 is every IPv4 range that is not a host of the public network
	// (IANA special-purpose registry).
	closed4 = prefixes("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
		"192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4")
	// open6 is the only IPv6 range that is public at all; closed6 are its
	// exceptions. Everything else (loopback, link-local, ULA, multicast,
	// site-local, IPv4-compatible, local NAT64) lies outside it.
	open6   = netip.MustParsePrefix("2000::/3")
	closed6 = prefixes("2001::/23", "2001:db8::/32", "3fff::/20")
	// These carry an IPv4 address inside, which decides.
	nat64  = netip.MustParsePrefix("64:ff9b::/96")
	sixTo4 = netip.MustParsePrefix("2002::/16")
)

// Public reports whether an address is a host of the public network, whatever
// form it is written in.
func Public(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	if !a.IsValid() {
		return false
	}
	if a.Is4() {
		return !within(a, closed4)
	}
	b := a.As16()
	switch {
	case nat64.Contains(a):
		return Public(netip.AddrFrom4([4]byte(b[12:16])))
	case sixTo4.Contains(a):
		return Public(netip.AddrFrom4([4]byte(b[2:6])))
	case b[10] == 0x5e && b[11] == 0xfe && b[8]&^3 == 0 && b[9] == 0 && !Public(netip.AddrFrom4([4]byte(b[12:16]))):
		return false // ISATAP: a tunnel end named by its IPv4 address
	}
	return open6.Contains(a) && !within(a, closed6)
}

func within(a netip.Addr, ps []netip.Prefix) bool {
	for _, p := range ps {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// odd reports a host that some resolvers read as an IPv4 address although it is
// not written as one: 127.1, 2130706433, 0x7f.1, 0177.0.0.1 (its last part is a
// number, which no name in the DNS ends in).
func odd(host string) bool {
	host = strings.TrimSuffix(host, ".")
	last := host[strings.LastIndexByte(host, '.')+1:]
	if h, ok := strings.CutPrefix(strings.ToLower(last), "0x"); ok {
		return strings.Trim(h, "0123456789abcdef") == ""
	}
	return last == "" || strings.Trim(last, "0123456789") == ""
}
