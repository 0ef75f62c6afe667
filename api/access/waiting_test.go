package access

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"percorso/api/access/device"
	"percorso/api/problem"
)

// sends sends a form as a browser does.
func (b *rig) sends(path string, form url.Values) answer {
	b.t.Helper()
	req := b.request(http.MethodPost, path, form.Encode())
	req.Header.Set("Content-Type", formType)
	return b.do(b.browser, req)
}

var resumed = regexp.MustCompile(`/login\?next=%2Fripresa%2F([0-9a-f-]{36})`)

// TestFormOutlivesItsSession: what is sent after a session has ended waits, and is
// shown as it was typed once its author is logged in again. Nothing is done meanwhile.
func TestFormOutlivesItsSession(t *testing.T) {
	typed := url.Values{"note": {"Una nota lunga & <altro>"}, "topic": {"lavoro"}}
	for name, ends := range map[string]func(*rig){
		"nobody worked in it":      func(b *rig) { b.after(sessionIdle) },
		"left in another tab":      func(b *rig) { b.do(b.browser, b.request(http.MethodPost, "/logout", "")) },
		"ended from another login": func(b *rig) { _, _ = b.logins.EndOthers(b.t.Context(), someWorker.Subject, "") },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.logIn(someWorker.Subject)
			ends(r)
			a := r.sends("/moduli/"+someID, typed)
			way := resumed.FindStringSubmatch(a.Text)
			if a.StatusCode != http.StatusUnauthorized || !strings.Contains(a.Text, problem.NoticeFormKept().LinkText) || way == nil {
				t.Fatalf("%d %s", a.StatusCode, a.Text)
			}
			if kept := r.logins.Kept(); len(kept) != 1 || strings.Contains(string(kept[0].Sealed), "nota") {
				t.Errorf("kept: %q", kept)
			}
			if a = r.endLogin(r.beginLogin(resumePath + way[1])); a.Header.Get("Location") != resumePath+way[1] {
				t.Fatalf("the login leads to %s", a.Header.Get("Location"))
			}
			for range 2 { // loading the page again loses nothing
				a = r.do(r.browser, r.request(http.MethodGet, resumePath+way[1], ""))
				if want := someID + " held Una nota lunga & <altro> lavoro"; a.StatusCode != http.StatusOK || a.Text != want {
					t.Fatalf("%d %q", a.StatusCode, a.Text)
				}
			}
			if a = r.sends("/moduli/"+someID, typed); !strings.HasPrefix(a.Text, someID+" done") {
				t.Errorf("sent once more: %s", a.Text)
			}
		})
	}
}

// TestWaitingFormIsItsAuthors: neither another account nor another browser gets it.
func TestWaitingFormIsItsAuthors(t *testing.T) {
	r := newRig(t)
	r.logIn(someWorker.Subject)
	r.after(sessionIdle)
	way := resumed.FindStringSubmatch(r.sends("/moduli/"+someID, url.Values{"note": {"Una nota"}}).Text)
	if way == nil {
		t.Fatal("not kept")
	}
	gone := func(who string) {
		t.Helper()
		if a := r.do(r.browser, r.request(http.MethodGet, resumePath+way[1], "")); a.StatusCode != http.StatusNotFound || strings.Contains(a.Text, "Una nota") || !strings.Contains(a.Text, problem.NoticeFormGone().Title) {
			t.Errorf("%s: %d %s", who, a.StatusCode, a.Text)
		}
	}
	r.logIn(someSupervisor.Subject)
	gone("another account")
	r.logIn(someWorker.Subject)
	if a := r.do(r.browser, r.request(http.MethodGet, resumePath+way[1], "")); !strings.Contains(a.Text, "Una nota") {
		t.Errorf("its author, after a colleague: %d %s", a.StatusCode, a.Text)
	}
	r.forgetCookies()
	r.logIn(someWorker.Subject)
	gone("another browser")
	way[1] = someID
	gone("an id of none")
}

// TestWhatDoesNotWait: nothing is kept of whom nobody knows, for an address that takes
// no form, or without bound.
func TestWhatDoesNotWait(t *testing.T) {
	short := url.Values{"note": {"Una nota"}}
	for name, c := range map[string]struct {
		known bool
		path  string
		form  url.Values
	}{
		"of nobody":     {false, "/moduli/" + someID, short},
		"no form there": {true, "/compiti", short},
		"too long":      {true, "/moduli/" + someID, url.Values{"note": {strings.Repeat("a", longestWaiting)}}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			if c.known {
				r.logIn(someWorker.Subject)
				r.after(sessionIdle)
			}
			if a := r.sends(c.path, c.form); a.StatusCode != http.StatusUnauthorized || !strings.Contains(a.Text, problem.NoticeSignedOut().Detail) || len(r.logins.Kept()) > 0 {
				t.Errorf("%d %s", a.StatusCode, a.Text)
			}
		})
	}
}

// TestLoginsLeaveLines, and so does whoever may not.
func TestLoginsLeaveLines(t *testing.T) {
	r := newRig(t)
	r.logIn("nobody")
	r.logIn(someWorker.Subject)
	r.do(r.browser, r.request(http.MethodGet, "/vietato/"+someID, ""))
	r.as(someSupervisor, http.MethodGet, programs+"/forbidden", "")
	r.do(r.browser, r.request(http.MethodPost, "/logout", ""))
	want := []string{
		"unknown login not_staff", "s1 login", "s1 forbidden GET /vietato/:id", "s2 forbidden GET " + programs + "/forbidden", "s1 logout",
	}
	if !slices.Equal(r.logins.Lines, want) {
		t.Errorf("%q", r.logins.Lines)
	}
}

func TestDevices(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0": "edge/windows",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                "firefox/linux",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36":              "chrome/android",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15": "safari/mac",
		"Nome Cognome": "/",
	} {
		if got := device.Of(agent); got != want {
			t.Errorf("%s: %s", agent, got)
		}
	}
}
