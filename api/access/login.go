package access

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/gin-gonic/gin"
	"golang.org/x/oauth2"

	"percorso/api/access/device"
	"percorso/api/problem"
	"percorso/internal/ledger"
	"percorso/internal/recent"
)

// OIDC says how people and programs prove who they are: one OpenID provider.
type OIDC struct {
	Issuer       string
	ClientID     string
	ClientSecret string
	Audience     string // that access tokens for the API carry
}

// provider is the OpenID provider, found when it is first needed: the API
// starts and serves without it.
type provider struct {
	settings OIDC
	callback string
	client   *http.Client
	now      func() time.Time

	mu     sync.Mutex
	found  *discovered
	failed time.Time // of the last attempt
	cause  error
}

// discovered is what the provider says of itself.
type discovered struct {
	login   oauth2.Config
	idToken *oidc.IDTokenVerifier
	access  *oidc.IDTokenVerifier
}

const (
	providerTimeout = 5 * time.Second
	providerPause   = 2 * time.Second // between two attempts to find it
)

func newProvider(settings OIDC, publicURL string, now func() time.Time) *provider {
	return &provider{settings: settings, callback: publicURL + "/login/callback", client: &http.Client{Timeout: providerTimeout}, now: now}
}

// context is the one in which the provider is spoken to.
func (p *provider) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.client)
}

// discover finds the provider. Error: errProviderAway.
func (p *provider) discover() (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	if p.now().Sub(p.failed) < providerPause {
		return nil, fmt.Errorf("%w: %w", problem.ErrProviderAway, p.cause)
	}
	// What is found serves later requests too, so it is not bound to this one.
	at, err := oidc.NewProvider(p.context(context.Background()), p.settings.Issuer)
	if err != nil {
		p.failed, p.cause = p.now(), err
		return nil, fmt.Errorf("%w: %w", problem.ErrProviderAway, err)
	}
	p.found = &discovered{
		login: oauth2.Config{
			ClientID: p.settings.ClientID, ClientSecret: p.settings.ClientSecret, RedirectURL: p.callback,
			Endpoint: at.Endpoint(), Scopes: []string{oidc.ScopeOpenID, "profile"},
		},
		idToken: at.Verifier(&oidc.Config{ClientID: p.settings.ClientID, Now: p.now}),
		access:  at.Verifier(&oidc.Config{ClientID: p.settings.Audience, Now: p.now}),
	}
	return p.found, nil
}

// tokens verifies the bearer tokens of programs. A token seen before is known
// by its digest until it expires: checking a signature costs more than the rest
// of most requests.
type tokens struct {
	provider *provider
	sessions Sessions
	seen     *recent.Cache[bearer]
	cuts     *recent.Cache[time.Time] // by account: from when on its tokens are good
}

// bearer is what a valid token says.
type bearer struct {
	subject string
	issued  time.Time
}

const (
	tokensKept = 4096
	tokenAge   = 5 * time.Minute // at most; a withdrawn key is noticed within it
)

// errRevoked says that an account has revoked its tokens since this one was issued.
var errRevoked = errors.New("the token is revoked")

// subject is the account that a token stands for. errProviderAway: it cannot be
// known now; errRevoked, or any other error: the token is not valid.
func (t *tokens) subject(ctx context.Context, raw string) (string, error) {
	is, err := t.read(ctx, raw)
	if err != nil {
		return "", err
	}
	since, err := t.cuts.Get(is.subject, func() (time.Time, error) { return t.sessions.TokensSince(ctx, is.subject) })
	switch {
	case err != nil:
		return "", fmt.Errorf("%w: %w", errTokensUnknown, err)
	case is.issued.Before(since):
		return "", errRevoked
	}
	return is.subject, nil
}

// errTokensUnknown says that it cannot be known now whether a token is revoked.
var errTokensUnknown = errors.New("revoked tokens are not known")

// known says whether a token was found valid a moment ago.
func (t *tokens) known(raw string) bool {
	_, ok := t.seen.Known(string(digest(raw)))
	return ok
}

func (t *tokens) read(ctx context.Context, raw string) (bearer, error) {
	key := string(digest(raw))
	if known, ok := t.seen.Known(key); ok {
		return known, nil
	}
	at, err := t.provider.discover()
	if err != nil {
		return bearer{}, err
	}
	token, err := at.access.Verify(t.provider.context(ctx), raw)
	if err != nil {
		if problem.Away(err) || strings.Contains(err.Error(), "fetching keys") {
			return bearer{}, problem.ErrProviderAway
		}
		return bearer{}, err
	}
	until := t.provider.now().Add(tokenAge)
	if token.Expiry.Before(until) {
		until = token.Expiry
	}
	is := bearer{token.Subject, token.IssuedAt}
	t.seen.Keep(key, is, until)
	return is, nil
}

// Mount registers the login and the way out, which are for anybody.
func (g *Guard) Mount(r gin.IRoutes) {
	r.GET("/login", g.Pages.Answer(g.login))
	r.GET("/login/callback", g.Pages.Answer(g.callback))
	r.POST("/logout", g.Pages.Form(g.logout))
	r.GET(stayPath, g.stay)
	r.POST(stayPath, g.stay)
	r.GET("/logged-out", func(c *gin.Context) { g.Pages.Tell(c, problem.NoticeLeft()) })
}

// login sends the browser to the provider. It asks for the password each time:
// the computers at a desk are shared.
func (g *Guard) login(c *gin.Context) error {
	next := LocalPath(c.Query("next"))
	if wait := g.brakes.logins.Try(g.brakes.source(c.Request)); wait > 0 {
		g.Pages.heldPage(c, problem.Held(wait), loginPath(next))
		return nil
	}
	at, err := g.provider.discover()
	if err != nil {
		return err
	}
	state, begun, err := g.attempts.begin(c, next, c.Query(againParameter) != "")
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, at.login.AuthCodeURL(state, oidc.Nonce(begun.Nonce),
		oauth2.S256ChallengeOption(begun.Verifier), oauth2.SetAuthURLParam("prompt", "login")))
	return nil
}

// againParameter marks a login that takes the place of one that came to nothing.
const againParameter = "again"

// loginPath is the address of a login that leads to next.
func loginPath(next string) string { return "/login?next=" + url.QueryEscape(next) }

// callback is where the provider sends the browser back to.
func (g *Guard) callback(c *gin.Context) error {
	at, err := g.provider.discover()
	if err != nil {
		return err
	}
	state, code := c.Query("state"), c.Query("code")
	to, _ := g.attempts.goalOf(state)
	to.Next = LocalPath(to.Next)
	begun, ours := g.attempts.end(c, to.ID)
	if !ours { // one that was begun here is never held back: it was counted then
		if wait := g.brakes.logins.Try(g.brakes.source(c.Request)); wait > 0 {
			g.Pages.heldPage(c, problem.Held(wait), loginPath(to.Next))
			return nil
		}
	}
	switch {
	case state == "" || code == "": // the login was given up at the provider
		return g.loginFailed(c, to)
	case !ours:
		return g.forgive(c, to)
	}
	ctx := c.Request.Context()
	subject, err := g.provider.redeem(ctx, at, code, begun.Verifier, begun.Nonce)
	switch {
	case errors.Is(err, errCodeRefused):
		g.problems.Broken(ctx, err)
		g.leaveUnknown(ctx, ledger.UnknownLogin, "code_refused", g.brakes.proxies.Of(c.Request))
		return g.forgive(c, to)
	case errors.Is(err, problem.ErrLogin):
		g.problems.Broken(ctx, err)
		g.leaveUnknown(ctx, ledger.UnknownLogin, problem.LoginFailed, g.brakes.proxies.Of(c.Request))
		return g.loginFailed(c, to)
	case err != nil:
		return err
	}
	who, err := g.member(c, ledger.UnknownLogin, subject)
	if err != nil {
		return err
	}
	// The line comes first: nobody is logged in without one. Where the session cannot be
	// written afterwards, the line says a login that had no session.
	if err := g.lines.Acted(ctx, who, ledger.LineLogin); err != nil {
		return err
	}
	if err := g.Pages.sessions.begin(ctx, subject, device.Of(c.Request.UserAgent())); err != nil {
		return g.sessionLost(c, err)
	}
	if err := g.waiting.remember(c, subject); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, to.Next)
	return nil
}

// forgive goes on from a login that cannot be completed: it is too old, was completed
// already (a page that was loaded again, a step back), or was begun in another browser.
// Whoever is logged in goes where it led to; anybody else logs in once more, and gets
// there afterwards. A second time in a row the browser is told instead, since it may
// keep no cookies.
func (g *Guard) forgive(c *gin.Context, to goal) error {
	switch {
	case g.Pages.sessions.subject(c.Request.Context()) != "":
		c.Redirect(http.StatusSeeOther, to.Next)
	case to.Again:
		return g.loginFailed(c, to)
	default:
		c.Redirect(http.StatusSeeOther, loginPath(to.Next)+"&"+againParameter+"=1")
	}
	return nil
}

// loginFailed tells that a login came to nothing, with the way to try again.
func (g *Guard) loginFailed(c *gin.Context, to goal) error {
	notice := problem.NoticeLoginFailed()
	notice.Link = loginPath(to.Next)
	g.Pages.Tell(c, notice)
	return nil
}

// errCodeRefused says that the provider does not take its code: it is too old, or was
// redeemed already.
var errCodeRefused = fmt.Errorf("%w: the provider refuses its code", problem.ErrLogin)

// redeem exchanges the provider's code for the account that logged in.
// problem.ErrLogin: it is of no login that was begun here; errCodeRefused is one of it.
func (p *provider) redeem(ctx context.Context, at *discovered, code, verifier, nonce string) (string, error) {
	ctx = p.context(ctx)
	token, err := at.login.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		if problem.Away(err) {
			return "", fmt.Errorf("%w: %w", problem.ErrProviderAway, err)
		}
		return "", fmt.Errorf("%w: %w", errCodeRefused, err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := at.idToken.Verify(ctx, raw)
	if err != nil {
		return "", fmt.Errorf("%w: %w", problem.ErrLogin, err)
	}
	if !same(id.Nonce, nonce) {
		return "", problem.ErrLogin
	}
	return id.Subject, nil
}

// sessionLost tells that the sessions cannot be written.
func (g *Guard) sessionLost(c *gin.Context, err error) error {
	g.problems.Broken(c.Request.Context(), err)
	return problem.New(problem.Unavailable)
}

// logout ends the session of this browser.
func (g *Guard) logout(c *gin.Context) error {
	if who := g.Pages.whoever(c.Request.Context()); who.ID != "" {
		if err := g.lines.Acted(c.Request.Context(), who, ledger.LineLogout); err != nil {
			return err
		}
	}
	if err := g.Pages.sessions.Destroy(c.Request.Context()); err != nil {
		return g.sessionLost(c, err)
	}
	c.Redirect(http.StatusSeeOther, "/logged-out")
	return nil
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// LocalPath keeps a way back on this site; anything else becomes the start page.
func LocalPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") ||
		strings.HasPrefix(next, "/login") {
		return "/"
	}
	return next
}
