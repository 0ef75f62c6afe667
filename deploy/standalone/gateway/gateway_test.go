package gateway

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"percorso/deploy/standalone/identity"
)

// startGateway puts the gateway before a UI that tells what it was sent, with a real provider.
func startGateway(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	logger := slog.New(slog.NewTextHandler(io.Discard, nil))

	socket := filepath.Join(folder, "ui.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	ui := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "UI %s cookie=%q token=%q", r.URL.RequestURI(), r.Header.Get("Cookie"), r.Header.Get("Authorization"))
	})}
	go func() { _ = ui.Serve(listener) }()
	t.Cleanup(func() { _ = ui.Close() })

	guarded := httptest.NewUnstartedServer(nil)
	publicURL := "http://" + guarded.Listener.Addr().String()
	provider := httptest.NewUnstartedServer(nil)
	issuer := "http://" + provider.Listener.Addr().String()

	provider.Config.Handler, err = identity.New(identity.Config{
		Issuer:   issuer,
		Accounts: []identity.Account{{Subject: "supervisor.prato"}, {Subject: identity.Administrator}},
		Clients:  []identity.Client{{ID: "temporal-ui", Secret: "segreto", Redirect: publicURL + CallbackPath}},
		KeyFile:  filepath.Join(folder, "key.pem"),
		Logger:   logger,
	})
	if err != nil {
		t.Fatal(err)
	}
	provider.Start()
	t.Cleanup(provider.Close)

	guarded.Config.Handler, err = New(Config{
		PublicURL: publicURL, Socket: socket, Issuer: issuer, ClientID: "temporal-ui", ClientSecret: "segreto",
		Administrators: []string{identity.Administrator}, Logger: logger,
	})
	if err != nil {
		t.Fatal(err)
	}
	guarded.Start()
	t.Cleanup(guarded.Close)
	return publicURL
}

func newBrowser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

// open asks for a page as a browser does, and returns the answer with its text.
func open(t *testing.T, browser *http.Client, address string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "text/html")
	request.Header.Set("Authorization", "Bearer somebody's")
	return do(t, browser, request)
}

func do(t *testing.T, browser *http.Client, request *http.Request) (*http.Response, string) {
	t.Helper()
	response, err := browser.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

// logIn opens the page, is sent to the login, and fills in the form.
func logIn(t *testing.T, browser *http.Client, address, account string) (*http.Response, string) {
	t.Helper()
	page, _ := open(t, browser, address)
	return fillIn(t, browser, page, account)
}

// fillIn sends the form of the login page.
func fillIn(t *testing.T, browser *http.Client, page *http.Response, account string) (*http.Response, string) {
	t.Helper()
	form := url.Values{
		"request": {page.Request.URL.Query().Get("request")}, "account": {account}, "password": {identity.Password},
	}
	login := page.Request.URL.ResolveReference(&url.URL{Path: "/login"})
	request, err := http.NewRequest(http.MethodPost, login.String(), strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return do(t, browser, request)
}

func TestAdministratorGetsIn(t *testing.T) {
	gateway := startGateway(t)
	browser := newBrowser(t)
	response, body := logIn(t, browser, gateway+"/namespaces/percorso?query=a", identity.Administrator)
	if response.StatusCode != http.StatusOK || !strings.HasPrefix(body, "UI /namespaces/percorso?query=a") {
		t.Fatalf("%s: %s", response.Status, body)
	}
	_, body = open(t, browser, gateway+"/api/v1/settings")
	if body != `UI /api/v1/settings cookie="" token=""` {
		t.Errorf("the UI was sent more than it needs: %s", body)
	}
}

// TestTwoTabsGetIn: a login in one tab leaves that of another alone, and coming back
// from the provider twice leads on.
func TestTwoTabsGetIn(t *testing.T) {
	gateway := startGateway(t)
	browser := newBrowser(t)
	first, _ := open(t, browser, gateway+"/first")
	second, _ := open(t, browser, gateway+"/second")
	for _, tab := range []struct {
		page *http.Response
		want string
	}{{first, "UI /first"}, {second, "UI /second"}} {
		response, body := fillIn(t, browser, tab.page, identity.Administrator)
		if response.StatusCode != http.StatusOK || !strings.HasPrefix(body, tab.want) {
			t.Errorf("%s: %s, want %s", response.Status, body, tab.want)
		}
	}
	if _, body := open(t, browser, gateway+CallbackPath+"?state=old&code=x"); !strings.HasPrefix(body, "UI /") {
		t.Errorf("an old login leads to %s", body)
	}
}

func TestNobodyElseGetsIn(t *testing.T) {
	gateway := startGateway(t)
	t.Run("staff", func(t *testing.T) {
		browser := newBrowser(t)
		if response, _ := logIn(t, browser, gateway+"/", "supervisor.prato"); response.StatusCode != http.StatusForbidden {
			t.Error(response.Status)
		}
		if response, body := open(t, browser, gateway+"/"); strings.HasPrefix(body, "UI") {
			t.Errorf("let in later: %s", response.Status)
		}
	})
	t.Run("a program without a session", func(t *testing.T) {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			request, _ := http.NewRequest(method, gateway+"/api/v1/namespaces", nil)
			if response, _ := do(t, newBrowser(t), request); response.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s: %s", method, response.Status)
			}
		}
	})
	t.Run("a made-up session", func(t *testing.T) {
		request, _ := http.NewRequest(http.MethodGet, gateway+"/api/v1/namespaces", nil)
		request.AddCookie(&http.Cookie{Name: sessionCookie, Value: "x"})
		if response, _ := do(t, newBrowser(t), request); response.StatusCode != http.StatusUnauthorized {
			t.Error(response.Status)
		}
	})
	t.Run("a login begun in another browser", func(t *testing.T) {
		stranger := newBrowser(t)
		stranger.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		page, _ := open(t, stranger, gateway+"/")
		target, _ := page.Location()
		state := target.Query().Get("state")
		response, _ := open(t, newBrowser(t), gateway+CallbackPath+"?state="+state+"&code=x")
		if response.StatusCode != http.StatusBadRequest {
			t.Error(response.Status)
		}
	})
	t.Run("a form from another site", func(t *testing.T) {
		browser := newBrowser(t)
		logIn(t, browser, gateway+"/", identity.Administrator)
		request, _ := http.NewRequest(http.MethodPost, gateway+"/api/v1/namespaces", nil)
		request.Header.Set("Sec-Fetch-Site", "cross-site")
		if response, _ := do(t, browser, request); response.StatusCode != http.StatusForbidden {
			t.Error(response.Status)
		}
	})
}

func TestLocalTarget(t *testing.T) {
	for target, want := range map[string]string{
		"/a?b=c": "/a?b=c", "//evil.example/": "/", "https://evil.example/": "/", "": "/",
	} {
		if got := localTarget(target); got != want {
			t.Errorf("%q leads to %q", target, got)
		}
	}
}
