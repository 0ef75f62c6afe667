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

// TestTheBoardHasItsSections: what is empty says so, and what is not leads to its list.
func TestTheBoardHasItsSections(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeSupervisor.Subject)
	page := apitest.ReadPage(t, b.Visit("/"))
	words := page.Main(t).Words()
	for _, want := range []string{
		"Persone da avvisare di una giornata annullata Punto PAS 2 persone da avvisare", "Scoperti nei prossimi sette giorni", "Parte scoperta: Operatore Prova 0002 (Centro per l'Impiego di Prato), quel giorno è assente", "Qualcosa scade entro 14 giorni Persona Prova 0001 Ultimo giorno del permesso", "Aspetta me", "Nuove, ancora di nessuno Persona Prova 0001",
		"Ore di mediazione quasi finite Cooperativa di prova: bengalese, urdu Usate 8 ore su 10 (80 %)", "Mediatori non confermati Bengalese Chiesto, da confermare", "Inviate e non ancora lette", "Email che tornano indietro Personale Prova 01", "Dopo le tue azioni non si è mosso niente Persona Prova 0001 Sollecito inviato", "Percorsi fermi", "Primo posto libero",
	} {
		if !strings.Contains(words, want) {
			t.Errorf("no %q in %s", want, words)
		}
	}
	for _, list := range []string{"date", "nuove", "atti"} {
		if _, leads := page.First("a", "href", "/quadro?elenco="+list); !leads {
			t.Error("nothing leads to", list)
		}
		if words := b.Open(t, "/quadro?elenco="+list).Words(); !strings.Contains(words, "Persona Prova 0001") {
			t.Error(words)
		}
	}
	if status := b.Open(t, "/quadro?elenco=altro").StatusCode; status != 422 {
		t.Error(status)
	}
}

// Who watches a day after which something is lost is told of it first, by name of what it is as
// far as they may know.
func TestADayThatOneWatchesIsAmongTodaysWork(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	page := apitest.ReadPage(t, b.Visit("/"))
	if words := page.Main(t).Words(); !strings.Contains(words, "Date importanti che segui") || !strings.Contains(words, ": sfratto") || !strings.Contains(words, ": una data importante") {
		t.Error(words)
	}
	if _, leads := page.First("a", "href", "/fascicoli/"+apitest.AnotherID); !leads {
		t.Error("it leads nowhere")
	}
}
