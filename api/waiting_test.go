package api_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"percorso/api/apitest"
	"percorso/api/rest"
)

var waits = regexp.MustCompile(`/login\?next=(%2Fripresa%2F[0-9a-f-]{36})`)

// TestEveryFormWaitsForItsAuthor: whatever form is sent after its session has ended is
// there again after the login, and until somebody presses nothing of it is done.
func TestEveryFormWaitsForItsAuthor(t *testing.T) {
	b := apitest.NewPages(t)
	for _, r := range b.Site.Routes() {
		if r.Method != http.MethodPost || strings.HasPrefix(r.Path, rest.Prefix) || strings.HasPrefix(r.Path, "/invito/") || r.Path == "/logout" || r.Path == "/sessione" {
			continue
		}
		path := strings.NewReplacer(":id", apitest.AnotherID, ":azione", apitest.AnotherID).Replace(r.Path)
		who := apitest.SomeWorker.Subject
		if strings.HasPrefix(path, "/casi-bloccati") || strings.HasPrefix(path, "/richieste-ferme") || strings.HasPrefix(path, "/protetti-senza-custodi") {
			who = apitest.SomeSupervisor.Subject
		}
		if path == "/letture" {
			who = apitest.SomeOfficer.Subject
		}
		b.LogIn(who)
		b.Now = b.Now.Add(time.Hour)
		a := b.Send(t, path, url.Values{"key": {"k"}, "note": {"Una nota di prova"}})
		way := waits.FindStringSubmatch(a.Text)
		if a.StatusCode != http.StatusUnauthorized || way == nil {
			t.Errorf("%s: %d, and waits nowhere", path, a.StatusCode)
			continue
		}
		b.LogIn(who)
		before := b.SentCommands()
		to, _ := url.QueryUnescape(way[1])
		shown := b.Visit(to)
		if after := b.SentCommands(); after != before {
			t.Errorf("%s: %d commands are sent by themselves", path, after-before)
		}
		if shown.StatusCode >= http.StatusInternalServerError {
			t.Errorf("%s: %d", path, shown.StatusCode)
		}
	}
}

// TestFormIsThereAsTyped, with its texts and what was chosen.
func TestFormIsThereAsTyped(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	b.Now = b.Now.Add(time.Hour)
	a := b.Send(t, "/sportello/accesso", url.Values{"topic": {"labour"}, "outcome": {"consultation"}, "note": {"Che cosa ha chiesto la persona"}})
	way := waits.FindStringSubmatch(a.Text)
	if way == nil {
		t.Fatal(a.Text)
	}
	b.LogIn(apitest.SomeWorker.Subject)
	to, _ := url.QueryUnescape(way[1])
	page := b.Open(t, to)
	for field, want := range map[string]string{"note": "Che cosa ha chiesto la persona", "outcome": "consultation", "topic": "labour"} {
		if got := page.Filled(field); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %q", field, got)
		}
	}
	if !strings.Contains(page.Words(), "non è ancora stato inviato") {
		t.Error("nothing says that it was not sent")
	}
}
