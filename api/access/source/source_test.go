package source_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"percorso/api/access/source"
)

// TestWhereARequestComesFrom: proxies are believed that one trusts, and nobody else;
// what somebody wrote before them is not.
func TestWhereARequestComesFrom(t *testing.T) {
	trusted := source.Proxies{netip.MustParsePrefix("10.0.0.5/32"), netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::/8")}
	for name, c := range map[string]struct {
		trusted source.Proxies
		remote  string
		said    []string
		want    string
	}{
		"no proxy":                     {trusted, "203.0.113.7:4711", nil, "203.0.113.7"},
		"nobody is trusted":            {nil, "10.0.0.5:4711", []string{"203.0.113.7"}, "10.0.0.5"},
		"said by one not trusted":      {trusted, "203.0.113.7:4711", []string{"198.51.100.1"}, "203.0.113.7"},
		"said by one trusted":          {trusted, "10.0.0.5:4711", []string{"203.0.113.7"}, "203.0.113.7"},
		"two proxies":                  {trusted, "10.0.0.5:4711", []string{"203.0.113.7, 10.1.2.3"}, "203.0.113.7"},
		"made up before":               {trusted, "10.0.0.5:4711", []string{"198.51.100.1, 203.0.113.7"}, "203.0.113.7"},
		"made up in a line of its own": {trusted, "10.0.0.5:4711", []string{"198.51.100.1", "203.0.113.7"}, "203.0.113.7"},
		"no address":                   {trusted, "10.0.0.5:4711", []string{"Nome Cognome"}, "10.0.0.5"},
		"no address before one":        {trusted, "10.0.0.5:4711", []string{"unknown, 10.1.2.3"}, "10.1.2.3"},
		"with its port":                {trusted, "10.0.0.5:4711", []string{"203.0.113.7:1234"}, "203.0.113.7"},
		"only proxies":                 {trusted, "10.0.0.5:4711", []string{"10.1.0.1, 10.1.0.2"}, "10.1.0.1"},
		"the proxy's address as IPv6":  {trusted, "[::ffff:10.0.0.5]:4711", []string{"203.0.113.7"}, "203.0.113.7"},
		"a network of IPv6":            {trusted, "[fd00::1]:4711", []string{"2001:db8:1:2:3:4:5:6"}, "2001:db8:1:2::/64"},
		"with brackets and a port":     {trusted, "[fd00::1]:4711", []string{"[2001:db8:1:2::9]:80"}, "2001:db8:1:2::/64"},
		"a socket":                     {trusted, "@", []string{"203.0.113.7"}, "@"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.remote
		for _, line := range c.said {
			r.Header.Add("X-Forwarded-For", line)
		}
		if got := c.trusted.Of(r); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}
