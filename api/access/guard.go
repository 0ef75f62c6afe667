// Package access says who asks: a browser with its session, a program with its
// token, a partner with a one-time link.
package access

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"go.uber.org/zap"

	"percorso/api/access/seal"
	"percorso/api/problem"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/kept"
	"percorso/internal/ledger"
	"percorso/internal/recent"
)

// Options are what a Guard is made of. All but LoginKey are needed.
type Options struct {
	PublicURL string // as browsers see it, without a slash at the end; https makes cookies Secure
	Programs  string // where programs ask: what goes wrong below it is told as a problem, never as a page

	OIDC     OIDC
	Sessions Sessions
	Idle     time.Duration // after which a session ends unused: what its store goes by
	Life     time.Duration // after which it ends in any case
	Lines    Lines
	Brakes   Brakes
	Proxies  []netip.Prefix // whose X-Forwarded-For is believed; none is usual
	LoginKey []byte         // 32 bytes, the same in every process: seals what browsers keep of logins. Nil: one that ends with the process
	People   People
	Policies Policies
	Drafts   kept.Drafts
	Places   kept.Places

	// Opens says whether a route is open to a member of staff at all; what it shows them
	// is up to its handler, and to Postgres. Nil: every one.
	Opens func(who care.Staff, route string) bool
	// Navigation lists the places that are open to a member of staff.
	Navigation func(who care.Staff, policy care.Policy) []web.Link
	Problems   *problem.Teller
	Log        *zap.Logger
	Now        func() time.Time // the clock
}

// People is where the members of staff are kept.
type People interface {
	// Staff finds who an account of the OpenID provider is.
	// ledger.ErrForbidden: the account has no row.
	Staff(ctx context.Context, subject string) (care.Staff, error)
	// CountNotices counts what the caller is to be told of; rung: they are called to a desk now.
	CountNotices(ctx context.Context, s care.Staff) (count int, rung bool, err error)
}

// Guard lets in whoever may ask, and says who it is.
type Guard struct {
	// Pages makes pages for who is let in.
	Pages *Pages

	opens    func(care.Staff, string) bool
	brakes   brakes
	provider *provider
	attempts attempts
	tokens   *tokens
	waiting  *waiting
	logins   Sessions
	origins  *http.CrossOriginProtection
	lines    Lines
	problems *problem.Teller
	log      *zap.Logger
}

// How long a caller's role, zone and agency are remembered, so that a change of
// them takes effect within it, and of how many callers.
const (
	staffAge  = 5 * time.Second
	staffKept = 4096
)

// New makes a guard; it connects to nothing yet.
func New(o Options) (*Guard, error) {
	seals, err := seal.New(o.LoginKey)
	if err != nil {
		return nil, err
	}
	https := strings.HasPrefix(o.PublicURL, "https:")
	g := &Guard{provider: newProvider(o.OIDC, o.PublicURL, o.Now), attempts: attempts{seals, https, o.Now}, logins: o.Sessions, lines: o.Lines, origins: http.NewCrossOriginProtection(), problems: o.Problems, log: o.Log}
	g.opens, g.brakes = o.Opens, newBrakes(o)
	g.tokens = &tokens{
		provider: g.provider, sessions: o.Sessions,
		seen: recent.New[bearer](tokenAge, tokensKept, o.Now), cuts: recent.New[time.Time](staffAge, staffKept, o.Now),
	}
	// Behind a proxy the host that the browser states is the public one.
	if err := g.origins.AddTrustedOrigin(o.PublicURL); err != nil {
		return nil, fmt.Errorf("the public address: %w", err)
	}
	// Some browsers state no origin for a form of a page without referrer.
	g.origins.AddInsecureBypassPattern(InvitationPath)
	g.Pages = &Pages{
		sessions: newSessions(o.Sessions, o.Life, https, g.sessionFailed), idle: o.Idle,
		people: o.People, known: recent.New[care.Staff](staffAge, staffKept, o.Now),
		policies: o.Policies, drafts: o.Drafts, places: o.Places, forms: map[string]Handler{}, navigation: o.Navigation, programs: o.Programs, problems: o.Problems, Sealer: g.attempts.Sealer,
	}
	g.waiting = &waiting{g.attempts, o.Sessions, g.Pages, o.Problems}
	return g, nil
}

// Load gives next the session of each request that has one.
func (g *Guard) Load(next http.Handler) http.Handler {
	return g.Pages.sessions.load(next, func(r *http.Request) bool {
		_, token := g.Pages.bearer(r)
		return !token && !sessionless(r.URL.Path)
	})
}

// Cookie names the cookie that a browser's session is in.
func (g *Guard) Cookie() string { return g.Pages.sessions.Cookie.Name }

// Subject is the account that is logged in; empty: nobody.
func (g *Guard) Subject(ctx context.Context) string { return g.Pages.sessions.subject(ctx) }

// sessionFailed answers when a session cannot be read or written.
func (g *Guard) sessionFailed(w http.ResponseWriter, _ *http.Request, err error) {
	g.log.Error("sessions failed", zap.String("cause", problem.Describe(err)))
	if answer, ok := w.(*stoppable); ok {
		answer.replace(http.StatusServiceUnavailable, "text/plain; charset=utf-8", problem.NoticeAway().Title+". "+problem.NoticeAway().Detail+"\n")
	}
}

type callerKey struct{}

// StaffOf is who asks. It may be called behind SignedIn or Authenticated alone.
func StaffOf(ctx context.Context) care.Staff {
	who, _ := ctx.Value(callerKey{}).(care.Staff)
	return who
}

func withStaff(c *gin.Context, who care.Staff) {
	c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), callerKey{}, who))
}

// SignedIn guards pages: whoever has no session is sent to the login and back.
// Behind it a handler has StaffOf(c.Request.Context()).
//
// Unsafe methods are protected from other sites by the origin that the browser
// states (see ForbidOtherSites): a form needs no token.
func (g *Guard) SignedIn(c *gin.Context) {
	subject := g.Pages.sessions.subject(c.Request.Context())
	if subject == "" {
		c.Abort()
		if c.Request.Method != http.MethodGet {
			g.waiting.signedOut(c)
			return
		}
		c.Redirect(http.StatusSeeOther, loginPath(c.Request.URL.RequestURI()))
		return
	}
	who, err := g.member(c, ledger.UnknownLogin, subject)
	if err != nil {
		g.Pages.fail(c, err)
		return
	}
	if who.Role == care.MailSystem {
		g.Pages.fail(c, problem.New(problem.NotStaff))
		return
	}
	g.goOn(c, who, g.Pages.fail)
}

// goOn lets whoever asks on, unless the route is not open to them.
func (g *Guard) goOn(c *gin.Context, who care.Staff, refuse func(*gin.Context, error)) {
	withStaff(c, who)
	if g.opens != nil && !g.opens(who, c.FullPath()) {
		refuse(c, ledger.ErrForbidden)
	}
	g.followed(c)
}

// MailBounces is where the program that reports mails says so, below the addresses for
// programs. It is listed with an agency, as people are: nothing else is answered to it,
// so that none of what that agency reads is read with a program's token.
const MailBounces = "/mail-bounces"

// Authenticated guards the API: a bearer token of the OpenID provider, or the
// session that a page has.
func (g *Guard) Authenticated(c *gin.Context) {
	ctx := c.Request.Context()
	subject, with := "", ledger.UnknownLogin
	if token, ok := g.Pages.bearer(c.Request); ok {
		with = ledger.UnknownToken
		tried := []string{g.brakes.source(c.Request), keyToken + string(digest(token))}
		if wait := g.brakes.tokens.Held(tried...); wait > 0 && !g.tokens.known(token) {
			g.problems.Refuse(c, problem.Held(wait))
			return
		}
		var err error
		switch subject, err = g.tokens.subject(ctx, token); {
		case errors.Is(err, problem.ErrProviderAway):
			g.problems.Refuse(c, g.problems.Of(ctx, err))
			return
		case errors.Is(err, errTokensUnknown):
			g.problems.Broken(ctx, err)
			g.problems.Refuse(c, problem.New(problem.Unavailable))
			return
		case err != nil:
			g.refuseToken(c, err, tried)
			return
		}
	} else if subject = g.Pages.sessions.subject(ctx); subject == "" {
		c.Header("WWW-Authenticate", "Bearer")
		g.problems.Refuse(c, problem.New(problem.Unauthenticated))
		return
	}
	who, err := g.member(c, with, subject)
	if err != nil {
		g.problems.Refuse(c, g.problems.Of(ctx, err))
		return
	}
	g.goOn(c, who, func(c *gin.Context, err error) { g.problems.Refuse(c, g.problems.Of(ctx, err)) })
}

// refuseToken refuses a token that is not valid, which counts as a try of it.
func (g *Guard) refuseToken(c *gin.Context, err error, tried []string) {
	if wait := g.brakes.tokens.Try(tried...); wait > 0 {
		g.problems.Refuse(c, problem.Held(wait))
		return
	}
	code := "invalid"
	if errors.Is(err, errRevoked) {
		code = "revoked"
	}
	g.leaveUnknown(c.Request.Context(), ledger.UnknownToken, code, g.brakes.proxies.Of(c.Request))
	c.Header("WWW-Authenticate", `Bearer error="invalid_token"`)
	g.problems.Refuse(c, problem.New(problem.Unauthenticated))
}

// bearer reads the token of the Authorization header. A program's request that has
// the header is judged by it alone, never by its cookies. Pages know no tokens: there
// the header is a proxy's, which the browser adds to whatever any site lets it send.
func (p *Pages) bearer(r *http.Request) (string, bool) {
	h := r.Header.Values("Authorization")
	if !p.forPrograms(r) || strings.Join(h, "") == "" {
		return "", false
	}
	scheme, token, _ := strings.Cut(h[0], " ")
	if len(h) > 1 || !strings.EqualFold(scheme, "Bearer") {
		return "", true // an empty token is refused
	}
	return strings.TrimSpace(token), true
}

// ForbidOtherSites refuses an unsafe request that a browser sends for another
// site. A program's request with a token is not a browser's doing.
func (g *Guard) ForbidOtherSites(c *gin.Context) {
	if _, ok := g.Pages.bearer(c.Request); ok {
		return
	}
	if err := g.origins.Check(c.Request); err != nil {
		g.Pages.Failed(c, problem.New(problem.OtherSite))
	}
}
