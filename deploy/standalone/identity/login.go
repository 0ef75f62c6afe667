package identity

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/zitadel/oidc/v3/pkg/op"
)

var errPassword = errors.New("account and password do not fit")

//go:embed pages
var files embed.FS

var templates = template.Must(template.ParseFS(files, "pages/*.html"))

// zoneAccounts are the accounts of one zone, as the login page lists them.
type zoneAccounts struct {
	Zone     string
	Accounts []Account
}

// loginPage is what login.html shows. It holds nothing that somebody typed.
type loginPage struct {
	// Request is empty when there is no login to go on with.
	Request string
	Error   string
	Zones   []zoneAccounts
}

// login serves the page between the redirect from a client and the one back.
type login struct {
	store    *storage
	zones    []zoneAccounts
	callback func(context.Context, string) string
	policy   string
}

// loginPages puts the login page in front of the provider's protocol.
func loginPages(store *storage, config Config, provider op.OpenIDProvider) http.Handler {
	pages := &login{
		store:    store,
		zones:    byZone(config.Accounts),
		callback: op.AuthCallbackURL(provider),
		policy:   contentPolicy(config.Clients),
	}
	issuer := op.NewIssuerInterceptor(provider.IssuerFromRequest)
	guard := http.NewCrossOriginProtection()

	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", pages.show)
	mux.Handle("POST /login", guard.Handler(issuer.HandlerFunc(pages.check)))
	mux.HandleFunc("GET /login/style.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, files, "pages/style.css")
	})
	mux.HandleFunc("GET /logged-out", func(w http.ResponseWriter, _ *http.Request) {
		pages.render(w, http.StatusOK, "logged_out.html", nil)
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		pages.render(w, http.StatusOK, "login.html", loginPage{Zones: pages.zones})
	})
	mux.Handle(provider.AuthorizationEndpoint().Relative(), withBrowser(provider))
	mux.HandleFunc(provider.AuthorizationEndpoint().Relative()+"/callback", func(w http.ResponseWriter, r *http.Request) {
		if err := pages.store.pending(r.FormValue("id"), cookieOf(r)); err != nil {
			pages.refuse(w, err)
			return
		}
		provider.ServeHTTP(w, r)
	})
	mux.Handle("/", provider)
	return mux
}

func (l *login) show(w http.ResponseWriter, r *http.Request) {
	id := r.FormValue("request")
	if err := l.store.pending(id, cookieOf(r)); err != nil {
		l.refuse(w, err)
		return
	}
	l.render(w, http.StatusOK, "login.html", loginPage{Request: id, Zones: l.zones})
}

func (l *login) check(w http.ResponseWriter, r *http.Request) {
	id := r.PostFormValue("request")
	account := strings.TrimSpace(r.PostFormValue("account"))
	err := l.store.authenticate(id, cookieOf(r), account, r.PostFormValue("password"))
	switch {
	case err == nil:
		http.Redirect(w, r, l.callback(r.Context(), id), http.StatusSeeOther)
	case errors.Is(err, errPassword):
		l.render(w, http.StatusUnauthorized, "login.html", loginPage{
			Request: id, Zones: l.zones,
			Error: "Account o password non corretti. Riprova.",
		})
	default:
		l.refuse(w, err)
	}
}

// refuse tells that a login cannot be gone on with here.
func (l *login) refuse(w http.ResponseWriter, err error) {
	if errors.Is(err, errOtherBrowser) {
		l.render(w, http.StatusForbidden, "login.html", loginPage{
			Zones: l.zones,
			Error: "Questo accesso è stato iniziato in un altro browser. Torna all’applicazione e accedi da qui.",
		})
		return
	}
	l.render(w, http.StatusGone, "login.html", loginPage{
		Zones: l.zones,
		Error: "Questo accesso è scaduto. Torna all’applicazione e accedi di nuovo.",
	})
}

func (l *login) render(w http.ResponseWriter, status int, name string, page any) {
	var body bytes.Buffer
	if err := templates.ExecuteTemplate(&body, name, page); err != nil {
		http.Error(w, "Errore interno", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", l.policy)
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes())
}

// contentPolicy lets the login form end at the clients: a browser holds form-action against the
// redirects that follow a form, too.
func contentPolicy(clients []Client) string {
	targets := []string{"'self'"}
	for _, c := range clients {
		if address, err := url.Parse(c.Redirect); err == nil {
			targets = append(targets, address.Scheme+"://"+address.Host)
		}
	}
	return "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action " +
		strings.Join(targets, " ")
}

func byZone(accounts []Account) []zoneAccounts {
	var zones []zoneAccounts
	for _, account := range accounts {
		i := slices.IndexFunc(zones, func(z zoneAccounts) bool { return z.Zone == account.Zone })
		if i < 0 {
			zones = append(zones, zoneAccounts{Zone: account.Zone})
			i = len(zones) - 1
		}
		zones[i].Accounts = append(zones[i].Accounts, account)
	}
	return zones
}
