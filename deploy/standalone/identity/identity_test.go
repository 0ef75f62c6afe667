package identity

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const testAudience = "percorso-api"

// startProvider serves a provider on a free port, with its key in the given file.
func startProvider(t *testing.T, keyFile string) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	issuer := "http://" + server.Listener.Addr().String()
	handler, err := New(Config{
		Issuer: issuer,
		Accounts: []Account{
			{Subject: "social_worker.prato", Name: "Personale Prova 0001", Email: "prova@percorso.example", Zone: "prato"},
			{Subject: Administrator, Name: "Amministrazione"},
		},
		Clients: []Client{
			{ID: "percorso", Secret: "segreto", Redirect: "http://127.0.0.1:1/login/callback", Audience: testAudience},
			{ID: "temporal-ui", Secret: "altro", Redirect: "http://127.0.0.1:2/callback"},
			{ID: CLIClient, Redirect: CLIRedirect, Audience: testAudience},
		},
		KeyFile: keyFile,
		Logger:  slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = handler
	server.Start()
	t.Cleanup(server.Close)
	return server
}

func TestTokenIsASignedJWTForTheAPI(t *testing.T) {
	server := startProvider(t, filepath.Join(t.TempDir(), "key.pem"))
	raw, err := Token(t.Context(), server.URL, "social_worker.prato", Password)
	if err != nil {
		t.Fatal(err)
	}
	provider, err := oidc.NewProvider(t.Context(), server.URL)
	if err != nil {
		t.Fatal(err)
	}
	token, err := provider.Verifier(&oidc.Config{ClientID: testAudience}).Verify(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	if token.Subject != "social_worker.prato" {
		t.Errorf("subject %q", token.Subject)
	}
	if left := time.Until(token.Expiry); left < TokenLifetime-time.Minute || left > TokenLifetime+time.Minute {
		t.Errorf("token lives for %s", left)
	}
	var claims struct {
		User string `json:"preferred_username"`
	}
	if err := token.Claims(&claims); err != nil || claims.User != "social_worker.prato" {
		t.Errorf("claims %+v, %v", claims, err)
	}
}

func TestTokenOutlivesTheProvider(t *testing.T) {
	keyFile := filepath.Join(t.TempDir(), "key.pem")
	first := startProvider(t, keyFile)
	raw, err := Token(t.Context(), first.URL, "social_worker.prato", Password)
	if err != nil {
		t.Fatal(err)
	}
	first.Close()

	second := startProvider(t, keyFile)
	keys := oidc.NewRemoteKeySet(t.Context(), second.URL+"/keys")
	verifier := oidc.NewVerifier(first.URL, keys, &oidc.Config{ClientID: testAudience})
	if _, err := verifier.Verify(t.Context(), raw); err != nil {
		t.Error(err)
	}
}

func TestTokenIsRefused(t *testing.T) {
	server := startProvider(t, filepath.Join(t.TempDir(), "key.pem"))
	for _, try := range [][2]string{{"nobody.prato", Password}, {"social_worker.prato", "wrong"}, {"", ""}} {
		if _, err := Token(t.Context(), server.URL, try[0], try[1]); !errors.Is(err, ErrRefused) {
			t.Errorf("%q: %v", try, err)
		}
	}
}

// newBrowser keeps cookies, and shows where it is sent.
func newBrowser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// TestLoginStaysInItsBrowser: whoever begins a login cannot have it completed by
// another person elsewhere, nor finish here what another browser has begun.
func TestLoginStaysInItsBrowser(t *testing.T) {
	server := startProvider(t, filepath.Join(t.TempDir(), "key.pem"))
	client := oauth2.Config{
		ClientID: CLIClient, Endpoint: oauth2.Endpoint{AuthURL: server.URL + "/authorize"},
		RedirectURL: CLIRedirect, Scopes: []string{"openid"},
	}
	begin := func(browser *http.Client) *url.URL {
		page, err := follow(t.Context(), browser, http.MethodGet, client.AuthCodeURL("state", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())), nil)
		if err != nil {
			t.Fatal(err)
		}
		return page
	}
	status := func(browser *http.Client, method, address string, form url.Values) int {
		request, err := http.NewRequest(method, address, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		response, err := browser.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		return response.StatusCode
	}
	ours, theirs, nobodys := newBrowser(t), newBrowser(t), newBrowser(t)
	page := begin(ours)
	begin(theirs) // which has a cookie of its own
	form := url.Values{"request": {page.Query().Get("request")}, "account": {"social_worker.prato"}, "password": {Password}}
	for name, other := range map[string]*http.Client{"another browser": theirs, "one without cookies": nobodys} {
		if got := status(other, http.MethodGet, page.String(), nil); got != http.StatusForbidden {
			t.Errorf("%s sees the login: %d", name, got)
		}
		if got := status(other, http.MethodPost, server.URL+"/login", form); got != http.StatusForbidden {
			t.Errorf("%s logs in: %d", name, got)
		}
	}
	callback, err := follow(t.Context(), ours, http.MethodPost, server.URL+"/login", form)
	if err != nil {
		t.Fatal(err)
	}
	for name, other := range map[string]*http.Client{"another browser": theirs, "one without cookies": nobodys} {
		if got := status(other, http.MethodGet, callback.String(), nil); got != http.StatusForbidden {
			t.Errorf("%s gets the code: %d", name, got)
		}
	}
	if code, err := follow(t.Context(), ours, http.MethodGet, callback.String(), nil); err != nil || code.Query().Get("code") == "" {
		t.Errorf("the browser that began it: %v %v", code, err)
	}
}

// TestTwoTabsLogInAtTheProvider: a second login in a browser leaves the first alone.
func TestTwoTabsLogInAtTheProvider(t *testing.T) {
	server := startProvider(t, filepath.Join(t.TempDir(), "key.pem"))
	client := oauth2.Config{
		ClientID: CLIClient, Endpoint: oauth2.Endpoint{AuthURL: server.URL + "/authorize"},
		RedirectURL: CLIRedirect, Scopes: []string{"openid"},
	}
	browser := newBrowser(t)
	var pages []*url.URL
	for range 2 {
		page, err := follow(t.Context(), browser, http.MethodGet, client.AuthCodeURL("state", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())), nil)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, page)
	}
	for i, page := range pages {
		callback, err := follow(t.Context(), browser, http.MethodPost, server.URL+"/login",
			url.Values{"request": {page.Query().Get("request")}, "account": {"social_worker.prato"}, "password": {Password}})
		if err != nil {
			t.Fatal(err)
		}
		if code, err := follow(t.Context(), browser, http.MethodGet, callback.String(), nil); err != nil || code.Query().Get("code") == "" {
			t.Errorf("tab %d: %v %v", i, code, err)
		}
	}
}

// TestWebLogin goes the way of a browser for a client with a secret.
func TestWebLogin(t *testing.T) {
	server := startProvider(t, filepath.Join(t.TempDir(), "key.pem"))
	provider, err := oidc.NewProvider(t.Context(), server.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := oauth2.Config{
		ClientID: "percorso", ClientSecret: "segreto", Endpoint: provider.Endpoint(),
		RedirectURL: "http://127.0.0.1:1/login/callback", Scopes: []string{"openid", "profile", "email"},
	}
	browser := newBrowser(t)

	t.Run("without PKCE it is refused", func(t *testing.T) {
		target, err := follow(t.Context(), browser, http.MethodGet, client.AuthCodeURL("s"), nil)
		if err == nil && target.Query().Get("error") == "" {
			t.Errorf("went on to %s", target)
		}
	})

	verifier := oauth2.GenerateVerifier()
	page, err := follow(t.Context(), browser, http.MethodGet,
		client.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier), oidc.Nonce("nonce")), nil)
	if err != nil {
		t.Fatal(err)
	}

	t.Run("a wrong password is said and echoed nowhere", func(t *testing.T) {
		response, err := browser.PostForm(server.URL+"/login", url.Values{
			"request": {page.Query().Get("request")}, "account": {"<b>chi</b>"}, "password": {"segretissima"},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		body, _ := io.ReadAll(response.Body)
		if response.StatusCode != http.StatusUnauthorized || !strings.Contains(string(body), "non corretti") {
			t.Errorf("%s\n%s", response.Status, body)
		}
		for _, typed := range []string{"chi</b>", "&lt;b&gt;", "segretissima"} {
			if strings.Contains(string(body), typed) {
				t.Errorf("the page repeats %q", typed)
			}
		}
	})

	t.Run("a form from another site is refused", func(t *testing.T) {
		request, _ := http.NewRequest(http.MethodPost, server.URL+"/login", nil)
		request.Header.Set("Sec-Fetch-Site", "cross-site")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusForbidden {
			t.Error(response.Status)
		}
	})

	t.Run("an expired login says so", func(t *testing.T) {
		response, err := http.Get(server.URL + "/login?request=old")
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusGone {
			t.Error(response.Status)
		}
	})

	callback, err := follow(t.Context(), browser, http.MethodPost, server.URL+"/login", url.Values{
		"request": {page.Query().Get("request")}, "account": {"social_worker.prato"}, "password": {Password},
	})
	if err != nil {
		t.Fatal(err)
	}
	back, err := follow(t.Context(), browser, http.MethodGet, callback.String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if back.Query().Get("state") != "state" {
		t.Errorf("state %q", back.Query().Get("state"))
	}
	code := back.Query().Get("code")
	if _, err := client.Exchange(t.Context(), code, oauth2.VerifierOption(oauth2.GenerateVerifier())); err == nil {
		t.Error("another program's verifier was taken")
	}
	token, err := client.Exchange(t.Context(), code, oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := token.Extra("id_token").(string)
	identity, err := provider.Verifier(&oidc.Config{ClientID: "percorso"}).Verify(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	if identity.Subject != "social_worker.prato" || identity.Nonce != "nonce" {
		t.Errorf("identity %+v", identity)
	}
	info, err := provider.UserInfo(t.Context(), oauth2.StaticTokenSource(token))
	if err != nil || info.Email != "prova@percorso.example" {
		t.Errorf("user info %+v, %v", info, err)
	}
	if _, err := client.Exchange(t.Context(), code, oauth2.VerifierOption(verifier)); err == nil {
		t.Error("a code was taken twice")
	}
}
