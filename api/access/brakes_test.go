package access

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"percorso/api/problem"
	"percorso/internal/brake"
	"percorso/internal/invitation"
	"percorso/internal/testclock"
)

// braked lets everything be tried three times a minute, and believes the proxy that the
// tests' own requests come from.
func braked(o *Options) {
	r := brake.Rate{Tries: 3, Per: time.Minute}
	o.Brakes = Brakes{Logins: r, Tokens: r, Links: r, Sources: 100}
	o.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
}

// from sends a request that comes from an address, without cookies.
func (b *rig) from(address, path, authorization string) answer {
	b.t.Helper()
	r := b.request(http.MethodGet, path, "")
	r.Header.Set("X-Forwarded-For", address)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	alone := &http.Client{CheckRedirect: b.browser.CheckRedirect}
	return b.do(alone, r)
}

// waits expects that somebody is told to wait: by a header, and in words.
func (b *rig) waits(a answer, seconds int) {
	b.t.Helper()
	if a.StatusCode != http.StatusTooManyRequests || a.Header.Get("Retry-After") != strconv.Itoa(seconds) ||
		!strings.Contains(a.Text, "troppi tentativi") || !strings.Contains(a.Text, fmt.Sprintf("Riprova tra %d secondi.", seconds)) {
		b.t.Fatalf("is not held back: %d %q %s", a.StatusCode, a.Header.Get("Retry-After"), a.Text)
	}
}

const attacker, victim = "203.0.113.7", "198.51.100.1"

// TestLoginsAreHeldBack: whoever begins many from one address waits, and nobody from
// elsewhere; one that was begun before ends as it would.
func TestLoginsAreHeldBack(t *testing.T) {
	r := newRig(t, braked)
	begun := r.beginLogin("/compiti")
	for range 3 {
		if a := r.from(attacker, "/login?next=%2Fcompiti", ""); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("%d %s", a.StatusCode, a.Text)
		}
	}
	a := r.from(attacker, "/login?next=%2Fcompiti", "")
	r.waits(a, 20)
	if !strings.Contains(a.Text, `href="/login?next=%2Fcompiti"`) {
		t.Errorf("does not lead to where one was going: %s", a.Text)
	}
	r.waits(r.from(attacker, "/login/callback?code=good&state=none", ""), 20)
	if a := r.from(victim, "/login", ""); a.StatusCode != http.StatusSeeOther {
		t.Errorf("from elsewhere: %d", a.StatusCode)
	}
	for range 2 { // one's own browser has begun one already
		r.do(r.browser, r.request(http.MethodGet, "/login", ""))
	}
	r.waits(r.do(r.browser, r.request(http.MethodGet, "/login", "")), 20)
	if a := r.endLogin(begun); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/compiti" {
		t.Errorf("what was begun in time: %d %s", a.StatusCode, a.Text)
	}
	r.after(20 * time.Second)
	if a := r.from(attacker, "/login", ""); a.StatusCode != http.StatusSeeOther {
		t.Errorf("after the wait: %d", a.StatusCode)
	}
}

// TestStrangersLoginsAreHeldBack: what comes back from the provider and is of no login
// of ours; and an account that is none of the staff, wherever it comes from.
func TestStrangersLoginsAreHeldBack(t *testing.T) {
	t.Run("of no login of ours", func(t *testing.T) {
		r := newRig(t, braked)
		for range 3 {
			r.from(attacker, "/login/callback?code=good&state=none", "")
		}
		r.waits(r.from(attacker, "/login/callback?code=good&state=none", ""), 20)
	})
	t.Run("an account that is no staff", func(t *testing.T) {
		r := newRig(t, braked)
		token := "Bearer " + r.provider.Token(t, "nobody", "percorso-api", nil)
		for i := range 3 {
			r.from(fmt.Sprint("192.0.2.", i), programs+"/me", token).Problem(t, problem.NotStaff)
		}
		a := r.from("192.0.2.9", programs+"/me", token)
		a.Problem(t, problem.TooOften)
		r.waits(a, 20)
		want := slices.Repeat([]string{"unknown token not_staff"}, 3)
		if !slices.Equal(r.logins.Lines, want) {
			t.Errorf("lines: %q", r.logins.Lines)
		}
	})
}

// TestTokensAreHeldBack: refused ones by where they come from, and the same one from
// anywhere. Good tokens of an account in whose name somebody tries go on, from the
// attacker's own address too once they are known.
func TestTokensAreHeldBack(t *testing.T) {
	r := newRig(t, braked)
	mine := "Bearer " + r.provider.Token(t, someWorker.Subject, "percorso-api", nil)
	if a := r.from(attacker, programs+"/me", mine); a.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", a.StatusCode, a.Text)
	}
	for i := range 3 {
		forged := r.provider.Token(t, someWorker.Subject, "percorso-api", map[string]any{"iss": "http://other.example", "jti": i})
		r.from(attacker, programs+"/me", "Bearer "+forged).Problem(t, problem.Unauthenticated)
	}
	forged := "Bearer " + r.provider.Token(t, someWorker.Subject, "percorso-api", map[string]any{"iss": "http://other.example"})
	a := r.from(attacker, programs+"/me", forged)
	a.Problem(t, problem.TooOften)
	r.waits(a, 20)
	if a.JSON["retry_after"] != 20.0 {
		t.Errorf("programs are not told: %s", a.Text)
	}
	for _, source := range []string{attacker, victim} {
		if a := r.from(source, programs+"/me", mine); a.StatusCode != http.StatusOK {
			t.Errorf("a known token from %s: %d %s", source, a.StatusCode, a.Text)
		}
	}
	fresh := "Bearer " + r.provider.Token(t, someWorker.Subject, "percorso-api", map[string]any{"jti": "fresh"})
	if a := r.from(victim, programs+"/me", fresh); a.StatusCode != http.StatusOK {
		t.Errorf("a new one of the same account: %d %s", a.StatusCode, a.Text)
	}
	for i := range 3 {
		r.from(fmt.Sprint("192.0.2.", i), programs+"/me", forged).Problem(t, problem.Unauthenticated)
	}
	r.from("192.0.2.9", programs+"/me", forged).Problem(t, problem.TooOften)
}

// TestRevokedTokensAreHeldBack, though they are known.
func TestRevokedTokensAreHeldBack(t *testing.T) {
	r := newRig(t, braked)
	token := "Bearer " + r.provider.Token(t, someWorker.Subject, "percorso-api", map[string]any{"iat": testclock.Monday.Add(-time.Minute).Unix()})
	if _, err := r.logins.EndOthers(t.Context(), someWorker.Subject, ""); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		r.from(victim, programs+"/me", token).Problem(t, problem.Unauthenticated)
	}
	r.from(victim, programs+"/me", token).Problem(t, problem.TooOften)
}

// TestLinksAreHeldBack: forged ones by where they come from, our own ones by
// themselves; each refused one leaves its line.
func TestLinksAreHeldBack(t *testing.T) {
	r := newRig(t, braked)
	signed := func(id string, until time.Time) string {
		return InvitationPath + invitation.Sign(make([]byte, invitation.KeySize), id, until)
	}
	good := signed(someID, testclock.Monday.Add(time.Hour))
	for i := range 3 { // a forged one may name any link: it is not counted as one of it
		if a := r.from(attacker, fmt.Sprintf("%s%s.%d.forged", InvitationPath, someID, i), ""); a.Text != string(LinkForged) {
			t.Fatalf("%d %s", a.StatusCode, a.Text)
		}
	}
	a := r.from(attacker, InvitationPath+"any", "")
	r.waits(a, 20)
	if strings.Contains(a.Text, "Riprova</a>") {
		t.Error("leads a partner into the product")
	}
	for _, source := range []string{attacker, victim, victim} {
		if a := r.from(source, good, ""); a.Text != string(LinkValid) {
			t.Errorf("a good link from %s: %d %s", source, a.StatusCode, a.Text)
		}
	}
	r.waits(r.from("192.0.2.9", good, ""), 20)
	if a := r.from(attacker, signed(anotherID, testclock.Monday.Add(time.Hour)), ""); a.Text != string(LinkUsed) {
		t.Errorf("%d %s", a.StatusCode, a.Text)
	}
	const third = "0190f0f0-0000-7000-8000-000000000003"
	if a := r.from(attacker, signed(third, testclock.Monday), ""); a.Text != string(LinkExpired) {
		t.Errorf("%d %s", a.StatusCode, a.Text)
	}
	want := append(slices.Repeat([]string{"unknown link forged"}, 3), "unknown link used", "unknown link expired")
	if !slices.Equal(r.logins.Lines, want) {
		t.Errorf("lines: %q", r.logins.Lines)
	}
}

// TestNobodyIsLoggedInWithoutALine: where it cannot be written there is no session.
func TestNobodyIsLoggedInWithoutALine(t *testing.T) {
	r := newRig(t)
	state := r.beginLogin("/compiti")
	r.logins.Fail = problem.ErrProviderAway // any error
	if a := r.endLogin(state); a.StatusCode != http.StatusServiceUnavailable {
		t.Fatalf("%d %s", a.StatusCode, a.Text)
	}
	r.logins.Fail = nil
	if a := r.do(r.browser, r.request(http.MethodGet, "/compiti", "")); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), "/login") {
		t.Errorf("is logged in: %d %s", a.StatusCode, a.Text)
	}
}

// TestRefusedLoginsLeaveLines: of an account that lost its row, and of what the
// provider does not stand for.
func TestRefusedLoginsLeaveLines(t *testing.T) {
	r := newRig(t)
	r.logIn(someWorker.Subject)
	delete(r.people.staff, someWorker.Subject)
	r.after(staffAge)
	if a := r.do(r.browser, r.request(http.MethodGet, "/compiti", "")); a.StatusCode != http.StatusForbidden {
		t.Fatalf("%d %s", a.StatusCode, a.Text)
	}
	r.do(r.browser, r.request(http.MethodGet, programs+"/me", "")).Problem(t, problem.NotStaff)
	state := r.beginLogin("/compiti")
	r.begun[state] = [2]string{"other", r.begun[state][1]}
	r.endLogin(state)
	state = r.beginLogin("/compiti")
	r.begun[state] = [2]string{r.begun[state][0], "other"}
	r.endLogin(state)
	want := []string{"s1 login", "unknown login not_staff", "unknown login not_staff", "unknown login login_failed", "unknown login code_refused"}
	if !slices.Equal(r.logins.Lines, want) {
		t.Errorf("%q", r.logins.Lines)
	}
}

// TestManySourcesAreNotKept: whoever comes from everywhere takes no more memory than
// there is for it.
func TestManySourcesAreNotKept(t *testing.T) {
	r := newRig(t, braked)
	for i := range 300 {
		r.from(fmt.Sprintf("192.0.%d.%d", i/200, i%200), "/login?next="+url.QueryEscape("/compiti"), "")
	}
	if n := r.guard.brakes.logins.Len(); n != 100 {
		t.Errorf("%d sources", n)
	}
}
