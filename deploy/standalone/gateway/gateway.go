// Package gateway stands in front of Temporal's Web UI and lets only administrators in.
//
// The UI has no login that it checks itself, and shows every run of every zone. It therefore listens on
// a Unix socket that this gateway alone may open, and a browser reaches it only with a session that
// begins with a login at the OpenID provider.
package gateway

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	// CallbackPath is where the provider sends the browser back to.
	CallbackPath = "/gateway/callback"

	sessionCookie = "percorso_temporal_session"
	loginCookie   = "percorso_temporal_login"
	// sessionLimit is a working day; a restart of the gateway ends all sessions earlier.
	sessionLimit = 8 * time.Hour
	loginLimit   = 10 * time.Minute
)

// Config says what the gateway guards, and whom it lets in.
type Config struct {
	// PublicURL is the gateway's own address in a browser, without a trailing slash.
	PublicURL string
	// Socket is the Unix socket of the Web UI.
	Socket       string
	Issuer       string
	ClientID     string
	ClientSecret string
	// Administrators are the subjects that are let in.
	Administrators []string
	Logger         *slog.Logger
}

// gateway keeps its sessions in memory: there are few, and losing them costs a login.
type gateway struct {
	config Config
	proxy  http.Handler

	mu       sync.Mutex
	provider *oidc.Provider
	sessions map[string]time.Time // id -> end
	logins   map[string]attempt   // state -> login under way
}

// attempt is a login under way, bound to one browser by its cookie.
type attempt struct {
	browser  string
	verifier string
	nonce    string
	target   string
	end      time.Time
}

// New makes the gateway. It asks the provider for its addresses only at the first login, so that the two
// start in any order.
func New(config Config) (http.Handler, error) {
	if len(config.Administrators) == 0 || config.Socket == "" {
		return nil, errors.New("gateway: administrators and socket are required")
	}
	g := &gateway{
		config:   config,
		proxy:    proxyTo(config.Socket),
		sessions: map[string]time.Time{},
		logins:   map[string]attempt{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /gateway/healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET "+CallbackPath, g.callback)
	mux.HandleFunc("/", g.guard)
	return http.NewCrossOriginProtection().Handler(mux), nil
}

// proxyTo passes requests on without the browser's cookies and tokens: those of other programs on this
// host come along, and are none of the UI's business.
func proxyTo(socket string) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", "temporal-ui"
			r.Out.Host = r.In.Host
			r.Out.Header.Del("Cookie")
			r.Out.Header.Del("Authorization")
		},
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				var dialer net.Dialer
				return dialer.DialContext(ctx, "unix", socket)
			},
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			http.Error(w, "Temporal non risponde: riprova tra poco.", http.StatusBadGateway)
		},
	}
}

// guard passes on what comes with a session. Of the rest it sends pages to the login, and refuses calls.
func (g *gateway) guard(w http.ResponseWriter, r *http.Request) {
	if g.hasSession(r) {
		g.proxy.ServeHTTP(w, r)
		return
	}
	if r.Method != http.MethodGet || !strings.Contains(r.Header.Get("Accept"), "text/html") {
		http.Error(w, "Accesso richiesto.", http.StatusUnauthorized)
		return
	}
	g.beginLogin(w, r)
}

func (g *gateway) hasSession(r *http.Request) bool {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return time.Now().Before(g.sessions[cookie.Value])
}

func (g *gateway) beginLogin(w http.ResponseWriter, r *http.Request) {
	client, _, err := g.client(r.Context())
	if err != nil {
		g.config.Logger.Error("provider", "error", err)
		http.Error(w, "Il fornitore di identità non risponde: riprova tra poco.", http.StatusBadGateway)
		return
	}
	login := attempt{
		browser:  browserOf(r),
		verifier: oauth2.GenerateVerifier(),
		nonce:    rand.Text(),
		target:   r.URL.RequestURI(),
		end:      time.Now().Add(loginLimit),
	}
	state := rand.Text()
	g.mu.Lock()
	dropEnded(g.logins, func(a attempt) time.Time { return a.end })
	g.logins[state] = login
	g.mu.Unlock()

	g.setCookie(w, loginCookie, login.browser, "/", loginLimit)
	http.Redirect(w, r, client.AuthCodeURL(state, oauth2.S256ChallengeOption(login.verifier), oidc.Nonce(login.nonce)),
		http.StatusSeeOther)
}

// browserOf keeps the browser's own mark where it has one, so that logins in two of its tabs get on.
func browserOf(r *http.Request) string {
	if cookie, err := r.Cookie(loginCookie); err == nil && cookie.Value != "" {
		return cookie.Value
	}
	return rand.Text()
}

// forgive goes on from a login that is too old, was completed already, or was begun elsewhere: a browser
// that keeps cookies goes where it led to, and logs in there unless it has. Another one is told.
func (g *gateway) forgive(w http.ResponseWriter, r *http.Request, target string) {
	if _, err := r.Cookie(loginCookie); err != nil && !g.hasSession(r) {
		http.Error(w, "Questo accesso è scaduto: torna alla pagina iniziale e accedi di nuovo.", http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, localTarget(target), http.StatusSeeOther)
}

// callback ends a login: it takes the code that the provider sent along, and lets administrators in.
func (g *gateway) callback(w http.ResponseWriter, r *http.Request) {
	state := r.FormValue("state")
	g.mu.Lock()
	login, ok := g.logins[state]
	delete(g.logins, state)
	g.mu.Unlock()
	cookie, err := r.Cookie(loginCookie)
	if err != nil || !ok || time.Now().After(login.end) ||
		subtle.ConstantTimeCompare([]byte(cookie.Value), []byte(login.browser)) != 1 {
		g.forgive(w, r, login.target)
		return
	}
	subject, err := g.identify(r.Context(), r.FormValue("code"), login)
	if err != nil {
		g.config.Logger.Warn("login", "error", err)
		http.Error(w, "Accesso non riuscito: torna alla pagina iniziale e riprova.", http.StatusBadRequest)
		return
	}
	if !slices.Contains(g.config.Administrators, subject) {
		http.Error(w, "Questa pagina è riservata all’amministrazione del sistema.", http.StatusForbidden)
		return
	}

	id := rand.Text()
	g.mu.Lock()
	dropEnded(g.sessions, func(end time.Time) time.Time { return end })
	g.sessions[id] = time.Now().Add(sessionLimit)
	g.mu.Unlock()
	g.setCookie(w, sessionCookie, id, "/", sessionLimit)
	http.Redirect(w, r, localTarget(login.target), http.StatusSeeOther)
}

// identify exchanges the code for a token and returns whom it names.
func (g *gateway) identify(ctx context.Context, code string, login attempt) (string, error) {
	client, provider, err := g.client(ctx)
	if err != nil {
		return "", err
	}
	token, err := client.Exchange(ctx, code, oauth2.VerifierOption(login.verifier))
	if err != nil {
		return "", err
	}
	raw, _ := token.Extra("id_token").(string)
	identity, err := provider.VerifierContext(ctx, &oidc.Config{ClientID: g.config.ClientID}).Verify(ctx, raw)
	if err != nil {
		return "", err
	}
	if identity.Nonce != login.nonce {
		return "", errors.New("the token was made for another login")
	}
	return identity.Subject, nil
}

// client returns the way to the provider, whose description is read once.
func (g *gateway) client(ctx context.Context) (*oauth2.Config, *oidc.Provider, error) {
	g.mu.Lock()
	provider := g.provider
	g.mu.Unlock()
	if provider == nil {
		var err error
		if provider, err = oidc.NewProvider(ctx, g.config.Issuer); err != nil {
			return nil, nil, err
		}
		g.mu.Lock()
		g.provider = provider
		g.mu.Unlock()
	}
	return &oauth2.Config{
		ClientID:     g.config.ClientID,
		ClientSecret: g.config.ClientSecret,
		Endpoint:     provider.Endpoint(),
		RedirectURL:  g.config.PublicURL + CallbackPath,
		Scopes:       []string{oidc.ScopeOpenID},
	}, provider, nil
}

func (g *gateway) setCookie(w http.ResponseWriter, name, value, path string, limit time.Duration) {
	http.SetCookie(w, &http.Cookie{ // #nosec G124 -- Secure follows the address
		Name: name, Value: value, Path: path, MaxAge: int(limit.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode,
		// Over plain http on a loopback address a browser may refuse a secure cookie.
		Secure: strings.HasPrefix(g.config.PublicURL, "https:"),
	})
}

// localTarget keeps a redirect on this host.
func localTarget(target string) string {
	parsed, err := url.Parse(target)
	if err != nil || parsed.Host != "" || !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") {
		return "/"
	}
	return target
}

func dropEnded[V any](entries map[string]V, end func(V) time.Time) {
	now := time.Now()
	for key, entry := range entries {
		if now.After(end(entry)) {
			delete(entries, key)
		}
	}
}
