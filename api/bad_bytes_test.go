package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"percorso/api/apitest"
	"percorso/internal/care"
)

// TestFormComesBackLegible sends bytes that are no text, and signs that nobody can
// see, in a field that is read and in one that is not: the form comes back with the
// rest of what was typed, and nothing was done.
func TestFormComesBackLegible(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	b.Hold(care.FirstListening)
	for name, bad := range map[string]string{"no text": "\xff", "a zero byte": "\x00", "the sign for bytes that were none": "\uFFFD", "turns the writing round": "\u202e", "nothing to see": "\u200b"} {
		for _, field := range []string{"note", "another"} {
			if field == "another" && strings.ContainsAny(bad, "\u202e\u200b") {
				continue // characters, if nobody sees them: only what is kept is asked about
			}
			task := url.Values{"key": {"k"}, "outcome": {"heard"}, "needs": {"labour"}, "note": {"Prima"}}
			partner := url.Values{"answer": {"hold"}, "note": {"Prima"}}
			for _, form := range []url.Values{task, partner} {
				form.Set(field, "Prima"+bad+" dopo")
			}
			for path, form := range map[string]url.Values{"/compiti/" + apitest.SomeID + "/completa": task, "/invito/{visto}": partner} {
				a := b.Submit(b.Pages.WithLinks(path), form)
				page := apitest.ReadPage(t, a)
				area, _ := page.First("textarea", "name", "note")
				want := map[bool]string{true: "Prima dopo", false: "Prima"}[field == "note"]
				if a.StatusCode != http.StatusUnprocessableEntity || area.Node == nil || area.Words() != want || !strings.Contains(page.Main(t).Words(), "non leggibili") {
					t.Errorf("%s in %s of %s: %d %.300s", name, field, path, a.StatusCode, page.Main(t).Words())
				}
				if strings.Contains(a.Text, bad) || !strings.HasSuffix(strings.TrimSpace(a.Text), "</html>") {
					t.Errorf("%s in %s of %s: it comes back, or breaks the page", name, field, path)
				}
			}
		}
	}
	if n := b.SentCommands(); n > 0 {
		t.Errorf("%d commands", n)
	}
}
