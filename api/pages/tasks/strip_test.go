package tasks_test

import (
	"strings"
	"testing"
	"time"

	"percorso/api/apitest"
	"percorso/internal/care"
	"percorso/internal/completion"
	"percorso/internal/italian"
)

// about are what the form of a kind of task is about, besides the person, in words
// that its strip has.
var about = map[care.TaskKind][]string{
	care.ConfirmAppointment: {"Quando Lunedì 23 novembre 2026, ore 12.00", "Servizio", "Dove Comune di Prato, telefono 0574 000000", "Materia Certificato di idoneità dell'alloggio", "Stato Confermato"},
	care.Interview:          {"Quando Lunedì 23 novembre 2026, ore 12.00", "Materia Certificato di idoneità dell'alloggio"},
	care.Assessment:         {"Quando Lunedì 23 novembre 2026, ore 12.00", "Inizio 8 novembre 2026"},
	care.FollowPractice:     {"Inizio 8 novembre 2026"},
	care.ServicePact:        {"Quando Mercoledì 25 novembre 2026, ore 12.00", "Dove Centro per l'Impiego"},
	care.Measure:            {"Inserimento lavorativo", "Inizio 15 novembre 2026"},
	care.PlacementOutcome:   {"Inserimento lavorativo"},
	care.SupplyInformation:  {"La segnalazione", "A Centro per l'Impiego di Prato"},
	care.PermitRenewal:      {"Tipo Lavoro", "Ultimo giorno"},
	care.FirstListening:     {"A che punto è", "Bisogni Lavoro"},
	care.PlanSignOff:        {"Il progetto, Versione 3"},
}

// TestEveryFormShowsItsObject: above the form of each kind of task stands the person,
// what the form is about, and what was said before.
func TestEveryFormShowsItsObject(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 30, 0, 0, italian.Rome)
	b := apitest.NewPagesAt(t, now)
	b.LogIn(apitest.SomeWorker.Subject)
	for _, form := range completion.Forms {
		t.Run(string(form.Kind), func(t *testing.T) {
			b.Hold(form.Kind)
			page := apitest.ReadPage(t, b.Visit("/compiti/"+apitest.SomeID)).Main(t)
			strip, ok := page.First("section", "class", "strip")
			if !ok {
				t.Fatalf("no strip: %s", page.Words())
			}
			text := strip.Words()
			wants := []string{"Persona Prova 0001, 34 anni", "Parla urdu, inglese", "Telefono: si può chiamare, non lasciare messaggi, della persona, dopo le 18 000 0000001", "Permesso: lavoro, fino al", "Che cosa è stato detto", "Nota di prova.", "Apri il fascicolo PO-2026-00012"}
			if form.Kind == care.TransferAnswer { // whose case file is another zone's: what it has given is shown
				wants = wants[:2]
			}
			for _, want := range wants {
				if !strings.Contains(text, want) {
					t.Errorf("no %q in %s", want, text)
				}
			}
			if len(strip.Every("dl")) == 0 {
				t.Error("it does not say what it is about")
			}
			for _, want := range about[form.Kind] {
				if !strings.Contains(page.Words(), want) {
					t.Errorf("no %q in %s", want, page.Words())
				}
			}
		})
	}
	b.Hold(care.Interview)
	b.Pages.OneTask.State = care.TaskCompleted
	if _, ok := apitest.ReadPage(t, b.Visit("/compiti/"+apitest.SomeID)).Main(t).First("section", "class", "strip"); ok {
		t.Error("a task that is over is about nothing any more")
	}
}

// TestAnotherAgencysStripHasWhatItWasGiven: who reads no case files sees there no more
// than their agency was given.
func TestAnotherAgencysStripHasWhatItWasGiven(t *testing.T) {
	b := apitest.NewPagesAt(t, time.Date(2026, 11, 23, 10, 30, 0, 0, italian.Rome))
	b.LogIn(apitest.SomeCPI.Subject)
	b.Hold(care.ServicePact)
	b.Pages.OneTask.HolderID, b.Pages.OneTask.Role, b.Pages.OneTask.Agency = apitest.SomeCPI.ID, care.CPIOperator, "cpi"
	strip, ok := apitest.ReadPage(t, b.Visit("/compiti/"+apitest.SomeID)).Main(t).First("section", "class", "strip")
	if !ok {
		t.Fatal("no strip")
	}
	text := strip.Words()
	for _, want := range []string{"Persona Prova 0001, 34 anni", "Parla urdu, inglese", "Mercoledì 25 novembre 2026, ore 12.00"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	for _, no := range []string{"Permesso", "Nota di prova", "Apri il fascicolo"} {
		if strings.Contains(text, no) {
			t.Errorf("%q in %s", no, text)
		}
	}
}

// TestOneStaysWithThePerson: after a task is done, what comes next for the person is
// offered, to whoever may do it; where there is nothing for them, they read what comes.
func TestOneStaysWithThePerson(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	b.Hold(care.FirstListening)
	page := apitest.ReadPage(t, b.Visit("/compiti?dopo="+apitest.SomeID)).Main(t)
	next, ok := page.First("section", "aria-labelledby", "prossimo")
	if !ok || !strings.Contains(next.Words(), "Prossimo passo: colloquio (Persona Prova 0002) Continua") {
		t.Fatalf("nothing to go on with: %s", page.Words())
	}
	if _, ok := next.First("a", "href", "/compiti/"+apitest.AnotherID); !ok {
		t.Error("it does not lead to the next task")
	}
	b.LogIn(apitest.SomeSupervisor.Subject)
	b.Pages.OneTask.HolderID, b.Pages.OneTask.Role = apitest.SomeWorker.ID, care.DeskOperator
	if _, ok := apitest.ReadPage(t, b.Visit("/compiti?dopo="+apitest.SomeID)).Main(t).First("section", "aria-labelledby", "prossimo"); !ok {
		t.Fatal("it does not say what comes next")
	}
	for _, address := range []string{"/compiti", "/compiti?dopo=" + apitest.SuspendedID, "/compiti?dopo=%00", "/compiti?dopo=x"} {
		if _, ok := apitest.ReadPage(t, b.Visit(address)).First("section", "aria-labelledby", "prossimo"); ok {
			t.Errorf("%s: nothing was done", address)
		}
	}
}
