package access

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"

	"percorso/api/problem"
	"percorso/internal/care"
	"percorso/internal/recent"
	"percorso/internal/testclock"
)

func TestAPINeedsSomebody(t *testing.T) {
	r := newRig(t)
	get := func(authorization string) answer {
		req := r.request(http.MethodGet, programs+"/me", "")
		if authorization != "" {
			req.Header.Set("Authorization", authorization)
		}
		return r.do(http.DefaultClient, req)
	}
	token := func(subject, audience string, more map[string]any) string {
		return "Bearer " + r.provider.Token(t, subject, audience, more)
	}
	for name, c := range map[string]struct{ authorization, code string }{
		"nobody":           {"", problem.Unauthenticated},
		"not a token":      {"Bearer abc", problem.Unauthenticated},
		"another scheme":   {"Basic YTpi", problem.Unauthenticated},
		"an id token":      {token(someWorker.Subject, "percorso", nil), problem.Unauthenticated},
		"expired":          {token(someWorker.Subject, "percorso-api", map[string]any{"exp": testclock.Monday.Add(-time.Minute).Unix()}), problem.Unauthenticated},
		"another provider": {token(someWorker.Subject, "percorso-api", map[string]any{"iss": "http://other.example"}), problem.Unauthenticated},
		"not staff":        {token("nobody", "percorso-api", nil), problem.NotStaff},
	} {
		t.Run(name, func(t *testing.T) {
			a := get(c.authorization)
			a.Problem(t, c.code)
			if c.code == problem.Unauthenticated && !strings.HasPrefix(a.Header.Get("WWW-Authenticate"), "Bearer") {
				t.Error("no WWW-Authenticate")
			}
		})
	}
	if a := get(token(someWorker.Subject, "percorso-api", nil)); a.StatusCode != http.StatusOK || a.JSON["role"] != "social_worker" {
		t.Errorf("me: %d %s", a.StatusCode, a.Text)
	}
}

func TestTokenIsVerifiedOnceAndStaffReadOnce(t *testing.T) {
	r := newRig(t)
	token := r.provider.Token(t, someWorker.Subject, "percorso-api", nil)
	for range 5 {
		req := r.request(http.MethodGet, programs+"/me", "")
		req.Header.Set("Authorization", "Bearer "+token)
		if a := r.do(http.DefaultClient, req); a.StatusCode != http.StatusOK {
			t.Fatal(a.Text)
		}
	}
	if len(r.people.asked) != 1 || r.guard.tokens.seen.Len() != 1 {
		t.Errorf("staff read %d times, %d tokens kept", len(r.people.asked), r.guard.tokens.seen.Len())
	}
}

func TestProviderAway(t *testing.T) {
	r := newRig(t)
	token := r.provider.Token(t, someWorker.Subject, "percorso-api", nil)
	r.provider.Close()
	req := r.request(http.MethodGet, programs+"/me", "")
	req.Header.Set("Authorization", "Bearer "+token)
	r.do(http.DefaultClient, req).Problem(t, problem.ProviderAway)
	if a := r.do(r.browser, r.request(http.MethodGet, "/login", "")); a.StatusCode != http.StatusServiceUnavailable || !strings.Contains(a.Text, problem.NoticeProviderAway.Title) {
		t.Errorf("login: %d %s", a.StatusCode, a.Text)
	}
}

func TestLoginGivesASession(t *testing.T) {
	r := newRig(t)
	before := r.do(r.browser, r.request(http.MethodGet, "/login", ""))
	to, _ := url.Parse(before.Header.Get("Location"))
	for _, parameter := range []string{"state", "nonce", "code_challenge"} {
		if to.Query().Get(parameter) == "" {
			t.Errorf("no %s", parameter)
		}
	}
	if to.Query().Get("code_challenge_method") != "S256" {
		t.Error("PKCE without S256")
	}
	early := r.browser.Jar.Cookies(to.JoinPath("/"))
	a := r.logIn(someWorker.Subject)
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/compiti" {
		t.Fatalf("callback: %d %s", a.StatusCode, a.Text)
	}
	cookie := a.Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Secure || cookie.MaxAge != 0 || !cookie.Expires.IsZero() {
		t.Errorf("cookie: %+v", cookie)
	}
	for _, c := range early {
		if c.Value == cookie.Value {
			t.Error("the token from before the login is the session's")
		}
	}
	if me := r.do(r.browser, r.request(http.MethodGet, programs+"/me", "")); me.JSON["subject"] != someWorker.Subject {
		t.Errorf("me: %d %s", me.StatusCode, me.Text)
	}

	out := r.do(r.browser, r.request(http.MethodPost, "/logout", ""))
	if out.StatusCode != http.StatusSeeOther {
		t.Fatalf("logout: %d", out.StatusCode)
	}
	r.do(r.browser, r.request(http.MethodGet, programs+"/me", "")).Problem(t, problem.Unauthenticated)
}

func TestLoginRefusals(t *testing.T) {
	t.Run("not staff", func(t *testing.T) {
		if a := newRig(t).logIn("nobody"); a.StatusCode != http.StatusForbidden || !strings.Contains(a.Text, problem.NoticeNotStaff.Title) {
			t.Errorf("%d %s", a.StatusCode, a.Text)
		}
	})
	t.Run("another state", func(t *testing.T) {
		r := newRig(t)
		r.do(r.browser, r.request(http.MethodGet, "/login", ""))
		if a := r.do(r.browser, r.request(http.MethodGet, "/login/callback?code=good&state=other", "")); a.StatusCode != http.StatusBadRequest {
			t.Errorf("%d %s", a.StatusCode, a.Text)
		}
	})
	t.Run("another nonce", func(t *testing.T) {
		r := newRig(t)
		a := r.do(r.browser, r.request(http.MethodGet, "/login", ""))
		to, _ := url.Parse(a.Header.Get("Location"))
		r.provider.Nonce, r.provider.Challenge = "other", to.Query().Get("code_challenge")
		if a := r.do(r.browser, r.request(http.MethodGet, "/login/callback?code=good&state="+to.Query().Get("state"), "")); a.StatusCode != http.StatusBadRequest {
			t.Errorf("%d %s", a.StatusCode, a.Text)
		}
	})
	t.Run("used twice", func(t *testing.T) {
		r := newRig(t)
		r.logIn(someWorker.Subject)
		if a := r.do(r.browser, r.request(http.MethodGet, "/login/callback?code=good&state=", "")); a.StatusCode != http.StatusBadRequest {
			t.Errorf("%d %s", a.StatusCode, a.Text)
		}
	})
}

func TestOtherSitesMayNotAct(t *testing.T) {
	r := newRig(t)
	r.logIn(someSupervisor.Subject)
	claim := func(header, value string) answer {
		req := r.request(http.MethodPost, programs+"/tasks/"+someID+"/claim", "")
		req.Header.Set("Idempotency-Key", "k-"+value)
		req.Header.Set(header, value)
		return r.do(r.browser, req)
	}
	claim("Sec-Fetch-Site", "cross-site").Problem(t, problem.OtherSite)
	claim("Origin", "http://evil.example").Problem(t, problem.OtherSite)
	if a := claim("Sec-Fetch-Site", "same-origin"); a.StatusCode != http.StatusOK {
		t.Errorf("same origin: %d %s", a.StatusCode, a.Text)
	}
	// The session's own pages are guarded too.
	req := r.request(http.MethodPost, "/logout", "")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	if a := r.do(r.browser, req); a.StatusCode != http.StatusForbidden {
		t.Errorf("logout from another site: %d", a.StatusCode)
	}
}

// passing adds the Authorization header that a proxy lets a browser send.
type passing []string

func (p passing) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header["Authorization"] = p
	return http.DefaultTransport.RoundTrip(r)
}

// TestPagesOverlookTheAuthorizationHeader: whoever comes through a proxy that asks
// for a password logs in, works and leaves as anybody else, and other sites may do
// no more in their name.
func TestPagesOverlookTheAuthorizationHeader(t *testing.T) {
	for _, header := range []passing{{"Basic YTpi"}, {"Basic zzz"}, {"Bearer abc"}, {"Bearer"}, {"zzz"}, {"\xff"}, {"Basic YTpi", "Bearer abc"}} {
		r := newRig(t)
		r.browser.Transport = header
		for _, path := range []string{"/login", "/login/callback", "/login/callback?code=good&state=other", "/logged-out", "/compiti", "/nowhere", InvitationPath + "zzz"} {
			for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
				if a := r.do(r.browser, r.request(method, path, "")); a.StatusCode >= http.StatusInternalServerError {
					t.Errorf("%q %s %s: %d", header, method, path, a.StatusCode)
				}
			}
		}
		if a := r.do(r.browser, r.request(http.MethodPost, "/logout", "")); a.StatusCode != http.StatusSeeOther {
			t.Errorf("%q: nobody leaves: %d", header, a.StatusCode)
		}
		if a := r.logIn(someWorker.Subject); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/compiti" {
			t.Fatalf("%q: login: %d %s", header, a.StatusCode, a.Text)
		}
		if a := r.do(r.browser, r.request(http.MethodGet, "/compiti", "")); a.Text != someWorker.Subject {
			t.Errorf("%q: reads %d %s", header, a.StatusCode, a.Text)
		}
		for site, want := range map[string]int{"cross-site": http.StatusForbidden, "same-origin": http.StatusOK} {
			req := r.request(http.MethodPost, "/modulo", "note=a")
			req.Header.Set("Content-Type", formType)
			req.Header.Set("Sec-Fetch-Site", site)
			if a := r.do(r.browser, req); a.StatusCode != want {
				t.Errorf("%q: a form of %s: %d", header, site, a.StatusCode)
			}
		}
		// Programs are judged by the header, whatever the cookie says.
		r.do(r.browser, r.request(http.MethodGet, programs+"/me", "")).Problem(t, problem.Unauthenticated)
		if a := r.do(r.browser, r.request(http.MethodPost, "/logout", "")); a.StatusCode != http.StatusSeeOther {
			t.Errorf("%q: leaves: %d", header, a.StatusCode)
		}
		if a := r.do(r.browser, r.request(http.MethodGet, "/compiti", "")); a.StatusCode != http.StatusSeeOther {
			t.Errorf("%q: left, and reads %d", header, a.StatusCode)
		}
	}
}

// TestTwoTokensAreNone: it is not for the server to choose one of them.
func TestTwoTokensAreNone(t *testing.T) {
	r := newRig(t)
	req := r.request(http.MethodGet, programs+"/me", "")
	token := "Bearer " + r.provider.Token(t, someWorker.Subject, "percorso-api", nil)
	req.Header["Authorization"] = []string{token, token}
	r.do(http.DefaultClient, req).Problem(t, problem.Unauthenticated)
}

func TestSecureCookieBehindHTTPS(t *testing.T) {
	m := newSessions(nil, true, nil)
	if !m.Cookie.Secure || m.Cookie.Name != "__Host-percorso" {
		t.Errorf("%+v", m.Cookie)
	}
}

// brokenStore is a session store whose database is away.
type brokenStore struct{ scs.Store }

func (brokenStore) Find(string) ([]byte, bool, error)      { return nil, false, errors.New("away") }
func (brokenStore) Commit(string, []byte, time.Time) error { return errors.New("away") }

func TestSessionsAway(t *testing.T) {
	r := newRig(t)
	r.guard.Pages.sessions.Store = brokenStore{}
	for name, cookie := range map[string]string{"written": "", "read": "percorso=abc"} {
		req := r.request(http.MethodGet, "/login", "")
		req.Header.Set("Cookie", cookie)
		if a := r.do(r.browser, req); a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Location") != "" || !strings.HasSuffix(a.Text, problem.NoticeAway.Detail+"\n") {
			t.Errorf("%s: %d %s %s", name, a.StatusCode, a.Header.Get("Location"), a.Text)
		}
	}
	if a := r.as(someWorker, http.MethodGet, programs+"/me", ""); a.StatusCode != http.StatusOK {
		t.Errorf("a program needs no session: %d %s", a.StatusCode, a.Text)
	}
}

func TestLocalPath(t *testing.T) {
	for next, want := range map[string]string{
		"/compiti?stato=aperti": "/compiti?stato=aperti", "": "/", "//evil.example": "/", "https://evil.example": "/",
		"/\\evil.example": "/", "/login": "/", "/a\nb": "/",
	} {
		if got := LocalPath(next); got != want {
			t.Errorf("LocalPath(%q) = %q", next, got)
		}
	}
}

func TestPagesAreForThoseWhoAreSignedIn(t *testing.T) {
	r := newRig(t)
	a := r.do(r.browser, r.request(http.MethodGet, "/compiti?stato=aperti", ""))
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/login?next=%2Fcompiti%3Fstato%3Daperti" {
		t.Errorf("nobody reads: %d %s", a.StatusCode, a.Header.Get("Location"))
	}
	if a := r.do(r.browser, r.request(http.MethodPost, "/compiti", "")); a.StatusCode != http.StatusUnauthorized || !strings.Contains(a.Text, problem.NoticeSignedOut.Title) {
		t.Errorf("nobody writes: %d %s", a.StatusCode, a.Text)
	}
	r.logIn(someWorker.Subject)
	if a := r.do(r.browser, r.request(http.MethodGet, "/compiti", "")); a.Text != someWorker.Subject {
		t.Errorf("somebody reads: %d %s", a.StatusCode, a.Text)
	}
	delete(r.people.staff, someWorker.Subject)
	r.guard.Pages.known = recent.New[care.Staff](staffAge, staffKept, monday)
	if a := r.do(r.browser, r.request(http.MethodGet, "/compiti", "")); a.StatusCode != http.StatusForbidden || !strings.Contains(a.Text, problem.NoticeNotStaff.Title) {
		t.Errorf("somebody who left: %d %s", a.StatusCode, a.Text)
	}
}
