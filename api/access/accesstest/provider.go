// Package accesstest lends tests an OpenID provider.
package accesstest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Provider is an OpenID provider that signs what a test asks for.
type Provider struct {
	*httptest.Server
	now       func() time.Time
	signer    jose.Signer
	Subject   string // who logs in next
	Nonce     string // of the login under way
	Challenge string // of PKCE
}

// NewProvider starts a provider at which an account logs in next.
func NewProvider(t testing.TB, subject string, now func() time.Time) *Provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: "k1"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := &Provider{now: now, signer: signer, Subject: subject}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k1", Algorithm: "RS256", Use: "sig"}}})
	})
	// A browser is shown a page with a link that logs in whoever is next.
	var begun sync.Map // nonce and challenge of each login, by its code
	mux.HandleFunc("/authorize", func(w http.ResponseWriter, r *http.Request) {
		code := rand.Text()
		begun.Store(code, [2]string{r.FormValue("nonce"), r.FormValue("code_challenge")})
		back := r.FormValue("redirect_uri") + "?" + url.Values{"code": {code}, "state": {r.FormValue("state")}}.Encode()
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, `<!DOCTYPE html><title>Provider</title><a id="accedi" href="%s">Accedi</a>`, html.EscapeString(back))
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		nonce, challenge := p.Nonce, p.Challenge
		login, known := begun.LoadAndDelete(r.FormValue("code"))
		if known {
			nonce, challenge = login.([2]string)[0], login.([2]string)[1]
		}
		if !known && r.FormValue("code") != "good" || s256(r.FormValue("code_verifier")) != challenge {
			w.WriteHeader(http.StatusBadRequest)
			answer(w, map[string]string{"error": "invalid_grant"})
			return
		}
		answer(w, map[string]any{"access_token": "opaque", "token_type": "Bearer", "id_token": p.Token(t, p.Subject, "percorso", map[string]any{"nonce": nonce})})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

// Token signs a token; more is laid over its claims.
func (p *Provider) Token(t testing.TB, subject, audience string, more map[string]any) string {
	t.Helper()
	claims := map[string]any{
		"iss": p.URL, "sub": subject, "aud": []string{audience}, "iat": p.now().Unix(), "exp": p.now().Add(time.Hour).Unix(),
	}
	for k, v := range more {
		claims[k] = v
	}
	raw, err := jwt.Signed(p.signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func s256(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
