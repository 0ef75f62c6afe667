// Package source says where a request comes from.
package source

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are those whose word on where a request comes from is believed.
type Proxies []netip.Prefix

// Of is where a request comes from: the address of the connection, unless it is
// a proxy's that is believed. Each proxy adds the address that it was asked from at the
// end of X-Forwarded-For, so the list is read from there, up to the first address that
// is none of them: what stands before it anybody may have written.
//
// Whoever has one address of IPv6 has a whole network of them, so they are one source.
func (p Proxies) Of(r *http.Request) string {
	source, ok := addressOf(r.RemoteAddr)
	if !ok {
		return r.RemoteAddr
	}
	said := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(said) - 1; i >= 0 && p.believed(source); i-- {
		before, ok := addressOf(strings.TrimSpace(said[i]))
		if !ok {
			break
		}
		source = before
	}
	if source.Is6() {
		if network, err := source.Prefix(networkOfOne); err == nil {
			return network.String()
		}
	}
	return source.String()
}

// networkOfOne is how many bits of an address of IPv6 tell one customer from others.
const networkOfOne = 64

func (p Proxies) believed(address netip.Addr) bool {
	return slices.ContainsFunc(p, func(network netip.Prefix) bool { return network.Contains(address) })
}

// addressOf reads an address, with or without its port.
func addressOf(text string) (netip.Addr, bool) {
	if both, err := netip.ParseAddrPort(text); err == nil {
		return both.Addr().Unmap().WithZone(""), true
	}
	address, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return address.Unmap().WithZone(""), err == nil
}
