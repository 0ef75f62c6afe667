package help_test

import (
	"net/http"
	"strings"
	"testing"

	"percorso/api/apitest"
	"percorso/internal/care"
	"percorso/internal/italian"
)

// Each page leads to the help, which explains every stage and says who frees what is stuck.
func TestHelpIsAtHand(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	if _, ok := apitest.ReadPage(t, b.Visit("/")).First("a", "href", "/aiuto"); !ok {
		t.Error("the first page does not lead to the help")
	}
	words := apitest.ReadPage(t, b.Visit("/aiuto")).Main(t).Words()
	for _, stage := range care.Stages {
		if !strings.Contains(words, italian.Stage(stage)) {
			t.Errorf("the help does not explain %q", italian.Stage(stage))
		}
	}
	if want := "Responsabile Prova 0001 (Comune di Prato, tel. 0574 000000)"; !strings.Contains(words, want) {
		t.Errorf("the help does not say %q: %s", want, words)
	}
}

// What is promised to everybody is read without an account.
func TestPromisesAreForAnybody(t *testing.T) {
	b := apitest.NewPages(t)
	front := apitest.ReadPage(t, b.Visit("/"))
	for _, at := range []string{"/accessibilita", "/dati-personali"} {
		if _, ok := front.First("a", "href", at); !ok {
			t.Errorf("the start page does not lead to %s", at)
		}
		if a := b.Visit(at); a.StatusCode != http.StatusOK {
			t.Errorf("%s answers %d to somebody without an account", at, a.StatusCode)
		}
	}
	if a := b.Visit("/aiuto"); a.StatusCode == http.StatusOK {
		t.Error("the help, which names colleagues, is open to anybody")
	}
}
