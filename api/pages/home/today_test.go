package home_test

import (
	"strings"
	"testing"

	"percorso/api/apitest"
	"percorso/internal/care"
)

// TestAMistakeToConfirmIsAmongTodaysWork: with its last day and the way to its form.
func TestAMistakeToConfirmIsAmongTodaysWork(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	b.Records.Refused = &care.Refusal{Code: care.RefusedNotHeld} // so that there are notices
	page := apitest.ReadPage(t, b.Visit("/"))
	if words := page.Main(t).Words(); !strings.Contains(words, "Da confermare") || !strings.Contains(words, "Guarda e conferma: Persona Prova, la chiusura è uno sbaglio Lo segnala Operatrice di prova") || !strings.Contains(words, "Da fare entro") {
		t.Error(words)
	}
	if _, leads := page.First("a", "href", "/fascicoli/"+apitest.MistakenID+"/annulla-chiusura"); !leads {
		t.Error("it leads nowhere")
	}
}
