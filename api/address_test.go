package api_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"percorso/api/apitest"
	"percorso/api/problem"
)

// TestOtherMethodsAreToldWhatThereIs asks every kind of address with methods that
// it does not take.
func TestOtherMethodsAreToldWhatThereIs(t *testing.T) {
	r := apitest.NewRig(t)
	for path, takes := range map[string]string{
		"/api/v1/tasks":    "GET, HEAD, OPTIONS",
		"/api/v1/contacts": "GET, POST, HEAD, OPTIONS",
		"/api/v1/tasks/" + apitest.SomeID + "/claim": "POST, OPTIONS",
		"/logout":                  "POST, OPTIONS",
		"/compiti":                 "GET, HEAD, OPTIONS",
		"/sportello/fascicolo":     "GET, POST, HEAD, OPTIONS",
		"/invito/" + r.LinkToken(): "GET, POST, HEAD, OPTIONS",
		"/status":                  "GET, HEAD, OPTIONS",
		"/livez":                   "GET, HEAD, OPTIONS",
		"/readyz":                  "GET, HEAD, OPTIONS",
		"/openapi.json":            "GET, HEAD, OPTIONS",
	} {
		a := r.Do(r.Browser, r.Request(http.MethodOptions, path, ""))
		if a.StatusCode != http.StatusNoContent || a.Header.Get("Allow") != takes || a.Text != "" {
			t.Errorf("OPTIONS %s: %d %q %s, want %q", path, a.StatusCode, a.Header.Get("Allow"), a.Text, takes)
		}
		for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodTrace, apitest.Marker} {
			a := r.Do(r.Browser, r.Request(method, path, ""))
			a.Problem(t, problem.Method)
			if a.Header.Get("Allow") != takes {
				t.Errorf("%s %s: %q, want %q", method, path, a.Header.Get("Allow"), takes)
			}
		}
	}
	for _, path := range []string{"/nowhere", "/api/v1/nowhere", "/compiti/", "/api/v1/tasks/", "//compiti"} {
		for _, method := range []string{http.MethodOptions, http.MethodGet, http.MethodPost} {
			a := r.Do(r.Browser, r.Request(method, path, ""))
			a.Problem(t, problem.NotFound)
		}
	}
}

// TestAddressesThatAreNoText asks for pages, which say it in words.
func TestAddressesThatAreNoText(t *testing.T) {
	r := apitest.NewRig(t)
	for _, path := range []string{"/compiti/%ff", "/compiti/%00", "/compiti?elenco=%ff", "/fascicoli?da=%zz", "/login?next=/%ff", "/login/callback?state=%00", "/invito/%ff", "/status?a=%ff", "/nowhere/%ff"} {
		a := r.Visit(path)
		page := apitest.ReadPage(t, a)
		if words := page.Main(t).Words(); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(words, "L’indirizzo non è giusto") {
			t.Errorf("%s: %d %s", path, a.StatusCode, words)
		}
		if a.Header.Get("Location") != "" {
			t.Errorf("%s leads on to %s", path, a.Header.Get("Location"))
		}
	}
	if strings.Contains(r.Log.String(), `"level":"error"`) {
		t.Error(r.Log.String())
	}
}

// TestTooMuchIsToldInWords sends a form that is too large, with an account and
// through a partner's link.
func TestTooMuchIsToldInWords(t *testing.T) {
	r := apitest.NewRig(t)
	r.LogIn(apitest.SomeWorker.Subject)
	for _, path := range []string{"/compiti/" + apitest.SomeID + "/completa", "/logout", "/invito/" + r.LinkToken()} {
		a := r.Submit(path, url.Values{"note": {strings.Repeat(apitest.Marker+" ", 1<<17)}})
		words := apitest.ReadPage(t, a).Main(t).Words()
		if a.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(words, "troppo grande") || strings.Contains(a.Text, apitest.Marker) {
			t.Errorf("%s: %d %.300s", path, a.StatusCode, words)
		}
		if led := strings.Contains(a.Text, `href="/"`); led == strings.HasPrefix(path, "/invito/") {
			t.Errorf("%s leads into the product: %t", path, led)
		}
	}
}

// TestBrokenRequestLines are answered by Go itself, before anything of ours sees
// them: without a word of what was sent, and without a line in the log.
func TestBrokenRequestLines(t *testing.T) {
	r := apitest.NewRig(t)
	for _, line := range []string{
		"GET /api/v1/tasks/%zz" + apitest.Marker + " HTTP/1.1", "GET " + apitest.Marker + " HTTP/1.1", apitest.Marker, "GET /status HTTP/" + apitest.Marker,
	} {
		c, err := net.Dial("tcp", strings.TrimPrefix(r.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = fmt.Fprintf(c, "%s\r\nHost: x\r\n\r\n", line)
		a, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprint(a.Status, a.Header)
		if a.StatusCode < 400 || a.StatusCode >= 500 && a.StatusCode != http.StatusHTTPVersionNotSupported || strings.Contains(text, apitest.Marker) {
			t.Errorf("%s: %s", line, text)
		}
		_ = c.Close()
	}
	if r.Log.Len() > 0 {
		t.Error(r.Log.String())
	}
}

func TestLogTellsHeadersAlone(t *testing.T) {
	r := apitest.NewRig(t)
	r.Do(http.DefaultClient, r.Request(http.MethodHead, "/status", ""))
	r.Do(http.DefaultClient, r.Request(apitest.Marker, "/status", ""))
	if log := r.Log.String(); !strings.Contains(log, `"method":"HEAD"`) || !strings.Contains(log, `"method":"other"`) || strings.Contains(log, apitest.Marker) {
		t.Error(log)
	}
}
