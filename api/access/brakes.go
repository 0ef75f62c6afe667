package access

import (
	"cmp"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/api/access/source"
	"percorso/api/problem"
	"percorso/internal/brake"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Brakes say how often something may be tried that comes to nothing. What is in order
// is held back by none of them: a token that is known, a login that was begun, a link
// that is good. So nobody locks another one out by trying in their name.
type Brakes struct {
	Logins brake.Rate // begun, or come back without having been: from one source. Refused: of one account
	Tokens brake.Rate // refused: from one source, and of one token
	Links  brake.Rate // forged: from one source. Opened or answered: of one link

	Sources int // how many sources, tokens and links each of them remembers at most
}

// brakes hold back whoever tries too often.
type brakes struct {
	logins, tokens, links *brake.Brake
	proxies               source.Proxies
}

func newBrakes(o Options) brakes {
	of := func(r brake.Rate) *brake.Brake { return brake.New(r, o.Brakes.Sources, o.Now) }
	return brakes{of(o.Brakes.Logins), of(o.Brakes.Tokens), of(o.Brakes.Links), o.Proxies}
}

// What the brakes know a try by.
const (
	keyAccount = "account "
	keyToken   = "token "
	keyLink    = "link "
	keySource  = "source "
)

// source is what the brakes know a request by, of which nothing else counts.
func (b brakes) source(r *http.Request) string { return keySource + b.proxies.Of(r) }

// member finds who an account is. *problem.Problem: it is none of the staff, which
// leaves a line of what it came with; who keeps on with it has to wait.
func (g *Guard) member(c *gin.Context, with, subject string) (care.Staff, error) {
	who, err := g.Pages.staff(c.Request.Context(), subject)
	if !errors.Is(err, ledger.ErrForbidden) {
		return who, err
	}
	if wait := g.brakes.logins.Try(keyAccount + subject); wait > 0 {
		return who, problem.Held(wait)
	}
	g.leaveUnknown(c.Request.Context(), with, problem.NotStaff, subject)
	return who, problem.New(problem.NotStaff)
}

// Slowly guards the pages of one-time links. What no key of ours has signed is counted
// where it comes from, since a link cannot be guessed but by trying; what is signed is
// counted by itself, wherever it comes from.
func (l *Links) Slowly(g *Guard) gin.HandlerFunc {
	return func(c *gin.Context) {
		key := g.brakes.source(c.Request)
		if id := l.signed(c.Param("token")); id != "" {
			key = keyLink + id
		}
		if wait := g.brakes.links.Try(key); wait > 0 {
			g.Pages.fail(c, problem.Held(wait))
		}
	}
}

// Refused leaves a line of a link that was good for nothing: with a digest of its id
// where a key of ours has signed it, else of where it came from.
func (l *Links) Refused(c *gin.Context, g *Guard, state LinkState) {
	of := cmp.Or(l.signed(c.Param("token")), g.brakes.proxies.Of(c.Request))
	g.leaveUnknown(c.Request.Context(), ledger.UnknownLink, string(state), of)
}
