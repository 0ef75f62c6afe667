package access

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"

	"percorso/api/access/seal"
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
	if a := r.do(r.browser, r.request(http.MethodGet, "/login", "")); a.StatusCode != http.StatusServiceUnavailable || !strings.Contains(a.Text, problem.NoticeProviderAway().Title) {
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
	r.browser.Jar.SetCookies(r.address(), []*http.Cookie{{Name: r.guard.Cookie(), Value: "from-before"}})
	a := r.logIn(someWorker.Subject)
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/compiti" {
		t.Fatalf("callback: %d %s", a.StatusCode, a.Text)
	}
	cookie := a.Cookies()[slices.IndexFunc(a.Cookies(), func(c *http.Cookie) bool { return c.Name == r.guard.Cookie() })]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Secure || cookie.MaxAge != 0 || !cookie.Expires.IsZero() {
		t.Errorf("cookie: %+v", cookie)
	}
	if cookie.Value == "from-before" {
		t.Error("the token from before the login is the session's")
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
		if a := newRig(t).logIn("nobody"); a.StatusCode != http.StatusForbidden || !strings.Contains(a.Text, problem.NoticeNotStaff().Title) {
			t.Errorf("%d %s", a.StatusCode, a.Text)
		}
	})
	t.Run("another nonce", func(t *testing.T) {
		r := newRig(t)
		state := r.beginLogin("/compiti")
		r.begun[state] = [2]string{"other", r.begun[state][1]}
		if a := r.endLogin(state); a.StatusCode != http.StatusBadRequest {
			t.Errorf("%d %s", a.StatusCode, a.Text)
		}
	})
	t.Run("given up at the provider", func(t *testing.T) {
		r := newRig(t)
		state := r.beginLogin("/compiti?miei=1")
		a := r.do(r.browser, r.request(http.MethodGet, "/login/callback?error=access_denied&state="+state, ""))
		if a.StatusCode != http.StatusBadRequest || !strings.Contains(a.Text, "/login?next=%2Fcompiti%3Fmiei%3D1") {
			t.Errorf("%d %s", a.StatusCode, a.Text)
		}
	})
	t.Run("without a state", func(t *testing.T) {
		r := newRig(t)
		if a := r.do(r.browser, r.request(http.MethodGet, "/login/callback?code=good", "")); a.StatusCode != http.StatusBadRequest {
			t.Errorf("%d %s", a.StatusCode, a.Text)
		}
	})
}

// TestTwoTabsLogIn: whoever opens two pages without a session logs in on both, in
// whatever order, and each tab gets where it was going.
func TestTwoTabsLogIn(t *testing.T) {
	for name, order := range map[string][]int{"in their order": {0, 1, 2}, "the last first": {2, 1, 0}} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			pages := []string{"/compiti", "/compiti?miei=1", "/segnalazioni"}
			var states []string
			for _, page := range pages {
				states = append(states, r.beginLogin(page))
			}
			for _, i := range order {
				if a := r.endLogin(states[i]); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != pages[i] {
					t.Errorf("tab %d: %d %s", i, a.StatusCode, a.Header.Get("Location"))
				}
			}
			if a := r.do(r.browser, r.request(http.MethodGet, "/compiti", "")); a.Text != someWorker.Subject {
				t.Errorf("afterwards: %d %s", a.StatusCode, a.Text)
			}
		})
	}
}

// TestTwoTabsOfTwoAccounts: the last login counts, and finds nothing of the one
// before.
func TestTwoTabsOfTwoAccounts(t *testing.T) {
	r := newRig(t)
	first, second := r.beginLogin("/compiti"), r.beginLogin("/compiti")
	r.endLogin(first)
	r.do(r.browser, r.request(http.MethodGet, "/lascia", ""))
	r.provider.Subject = someSupervisor.Subject
	r.endLogin(second)
	if a := r.do(r.browser, r.request(http.MethodGet, "/compiti", "")); a.Text != someSupervisor.Subject {
		t.Errorf("reads: %d %s", a.StatusCode, a.Text)
	}
	if a := r.do(r.browser, r.request(http.MethodGet, "/parole", "")); a.Text != "" {
		t.Errorf("finds %q of another account", a.Text)
	}
}

// TestLoginForgives: what came back too late, or twice, or to another browser, leads
// to the login once more and then to where one was going.
func TestLoginForgives(t *testing.T) {
	again := func(t *testing.T, r *rig, a answer, next string) {
		t.Helper()
		to := a.Header.Get("Location")
		if a.StatusCode != http.StatusSeeOther || to != "/login?next="+url.QueryEscape(next)+"&again=1" {
			t.Fatalf("%d %s %s", a.StatusCode, to, a.Text)
		}
		if a := r.endLogin(r.beginAt(to)); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != next {
			t.Fatalf("once more: %d %s", a.StatusCode, a.Header.Get("Location"))
		}
	}
	t.Run("too old", func(t *testing.T) {
		r := newRig(t)
		state := r.beginLogin("/compiti?miei=1")
		r.after(attemptAge)
		again(t, r, r.endLogin(state), "/compiti?miei=1")
	})
	t.Run("begun in another browser", func(t *testing.T) {
		r := newRig(t)
		state := r.beginLogin("/compiti?miei=1")
		r.forgetCookies()
		again(t, r, r.endLogin(state), "/compiti?miei=1")
	})
	t.Run("of nobody's", func(t *testing.T) {
		r := newRig(t)
		r.beginLogin("/compiti")
		again(t, r, r.do(r.browser, r.request(http.MethodGet, "/login/callback?code=good&state=other", "")), "/")
	})
	t.Run("the provider does not know its code any more", func(t *testing.T) {
		r := newRig(t)
		state := r.beginLogin("/compiti?miei=1")
		r.provider.Challenge = "of another login"
		again(t, r, r.do(r.browser, r.request(http.MethodGet, "/login/callback?code=good&state="+state, "")), "/compiti?miei=1")
	})
	t.Run("twice, once logged in", func(t *testing.T) {
		r := newRig(t)
		state := r.beginLogin("/compiti?miei=1")
		r.endLogin(state)
		if a := r.endLogin(state); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/compiti?miei=1" {
			t.Errorf("%d %s", a.StatusCode, a.Header.Get("Location"))
		}
	})
	t.Run("a browser that keeps no cookies is told", func(t *testing.T) {
		r := newRig(t)
		r.browser.Jar = nil
		a := r.endLogin(r.beginLogin("/compiti"))
		if a = r.endLogin(r.beginAt(a.Header.Get("Location"))); a.StatusCode != http.StatusBadRequest || !strings.Contains(a.Text, problem.NoticeLoginFailed().Title) {
			t.Errorf("%d %s %s", a.StatusCode, a.Header.Get("Location"), a.Text)
		}
	})
}

// TestAttemptsAreFew: a browser that begins logins without end keeps the last ones.
func TestAttemptsAreFew(t *testing.T) {
	r := newRig(t)
	var states []string
	for range attemptsKept + 3 {
		states = append(states, r.beginLogin("/compiti"))
		r.after(time.Second)
	}
	kept := 0
	for _, c := range r.browser.Jar.Cookies(r.address()) {
		if strings.HasPrefix(c.Name, r.guard.attempts.prefix()) {
			kept++
		}
	}
	if kept != attemptsKept {
		t.Errorf("%d attempts are kept", kept)
	}
	if a := r.endLogin(states[len(states)-attemptsKept]); a.Header.Get("Location") != "/compiti" {
		t.Errorf("the oldest kept one: %d %s", a.StatusCode, a.Header.Get("Location"))
	}
	if a := r.do(r.browser, r.request(http.MethodGet, "/login?next=/"+strings.Repeat("a", longestWay), "")); len(a.Header.Get("Location")) > 1000 {
		t.Errorf("a way as long as anybody likes: %d", len(a.Header.Get("Location")))
	}
}

// TestSealsAreForOneUse: what a browser keeps of a login is no state, and what
// another installation sealed is nothing.
func TestSealsAreForOneUse(t *testing.T) {
	ours, _ := seal.New([]byte(strings.Repeat("k", 32)))
	others, _ := seal.New(nil)
	text, err := ours.SealText(sealedState, goal{ID: "a", Next: "/compiti"})
	if err != nil {
		t.Fatal(err)
	}
	var to goal
	if err := ours.OpenText(sealedState, text, &to); err != nil || to.Next != "/compiti" {
		t.Error(to, err)
	}
	if ours.OpenText(sealedAttempt, text, &to) == nil || others.OpenText(sealedState, text, &to) == nil || ours.OpenText(sealedState, text[1:], &to) == nil {
		t.Error("opened all the same")
	}
	if _, err := seal.New([]byte("short")); err == nil {
		t.Error("a short key is taken")
	}
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
	m := newSessions(nil, time.Hour, true, nil)
	if !m.Cookie.Secure || m.Cookie.Name != "__Host-percorso" {
		t.Errorf("%+v", m.Cookie)
	}
}

// brokenStore is a session store whose database is away.
type brokenStore struct{ scs.CtxStore }

func (brokenStore) FindCtx(context.Context, string) ([]byte, bool, error) {
	return nil, false, errors.New("away")
}

func (brokenStore) CommitCtx(context.Context, string, []byte, time.Time) error {
	return errors.New("away")
}

func TestSessionsAway(t *testing.T) {
	r := newRig(t)
	r.guard.Pages.sessions.Store = brokenStore{}
	for name, ask := range map[string]func() answer{
		"written": func() answer { return r.endLogin(r.beginLogin("/compiti")) },
		"read": func() answer {
			req := r.request(http.MethodGet, "/login", "")
			req.Header.Set("Cookie", "percorso=abc")
			return r.do(r.browser, req)
		},
	} {
		if a := ask(); a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Location") != "" || !strings.HasSuffix(a.Text, problem.NoticeAway().Detail+"\n") {
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
	if a := r.do(r.browser, r.request(http.MethodPost, "/compiti", "")); a.StatusCode != http.StatusUnauthorized || !strings.Contains(a.Text, problem.NoticeSignedOut().Title) {
		t.Errorf("nobody writes: %d %s", a.StatusCode, a.Text)
	}
	r.logIn(someWorker.Subject)
	if a := r.do(r.browser, r.request(http.MethodGet, "/compiti", "")); a.Text != someWorker.Subject {
		t.Errorf("somebody reads: %d %s", a.StatusCode, a.Text)
	}
	delete(r.people.staff, someWorker.Subject)
	r.guard.Pages.known = recent.New[care.Staff](staffAge, staffKept, monday)
	if a := r.do(r.browser, r.request(http.MethodGet, "/compiti", "")); a.StatusCode != http.StatusForbidden || !strings.Contains(a.Text, problem.NoticeNotStaff().Title) {
		t.Errorf("somebody who left: %d %s", a.StatusCode, a.Text)
	}
}
