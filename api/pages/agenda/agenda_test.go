package agenda_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"percorso/api/apitest"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
)

// agendaRecords are records with the appointments of two days, and remember
// what they were asked for.
type agendaRecords struct {
	*apitest.PageRecords
	asked *ledger.AppointmentFilter
}

func (a agendaRecords) Appointments(_ context.Context, _ care.Staff, f ledger.AppointmentFilter, p ledger.Paging) (ledger.Page[ledger.Appointment], error) {
	*a.asked = f
	if p.Cursor != "" {
		return ledger.Page[ledger.Appointment]{}, nil
	}
	appointment := ledger.Appointment{
		ID: apitest.SomeID, CaseID: apitest.AnotherID, CaseNumber: "PO-2026-00012", Person: "Persona Prova 0001", Service: "uoc_immigrazione",
		Matter: "family_reunification", State: string(care.AppointmentBooked), At: time.Date(2026, 11, 23, 9, 0, 0, 0, italian.Rome),
	}
	if f.ID == apitest.AcceptedID {
		appointment.ID, appointment.Run, appointment.Person = f.ID, "service/"+f.ID, "Marito Prova"
		return ledger.Page[ledger.Appointment]{Items: []ledger.Appointment{appointment}}, nil
	}
	later := appointment
	later.At, later.Matter, later.State, later.Mediator = appointment.At.AddDate(0, 0, 1), "", string(care.AppointmentConfirmed), "proposed"
	return ledger.Page[ledger.Appointment]{Items: []ledger.Appointment{appointment, appointment, later}, Next: "altri"}, nil
}

func TestAgendaByDay(t *testing.T) {
	b := apitest.NewPages(t)
	asked := &ledger.AppointmentFilter{}
	b.Serve(agendaRecords{b.Pages, asked})
	b.At(time.Date(2026, 11, 23, 8, 0, 0, 0, italian.Rome))
	b.LogIn(apitest.SomeWorker.Subject)
	page := b.Open(t, "/appuntamenti")
	var days []string
	for _, n := range page.All("h2") {
		if apitest.Attribute(n, "id") == "" { // else of the sheet of shortcuts
			days = append(days, apitest.Words(n))
		}
	}
	if strings.Join(days, "; ") != "Oggi, lunedì 23 novembre 2026; Martedì 24 novembre 2026" {
		t.Errorf("days: %v", days)
	}
	for _, want := range []string{"9.00 Persona Prova 0001", "UOC Immigrazione", "Ricongiungimento familiare", "Da confermare", "Mediatore non confermato", "Mediatori chiesti", "In più: è urgente", "Mostra altri"} {
		if !strings.Contains(page.Words(), want) {
			t.Errorf("no %q in %s", want, page.Words())
		}
	}
	if !asked.From.Equal(time.Date(2026, 11, 23, 0, 0, 0, 0, italian.Rome)) || asked.Service != "" {
		t.Errorf("asked for %+v", asked)
	}
	page = b.Open(t, "/appuntamenti?dal=2026-12-01&servizio=cpi&altro=1")
	if !asked.From.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, italian.Rome)) || asked.Service != "cpi" ||
		strings.Join(page.Filled("servizio"), "") != "cpi" {
		t.Errorf("asked for %+v", asked)
	}
}

func TestAgendaLeadsToNoCaseFileOfOthers(t *testing.T) {
	b := apitest.NewPages(t)
	b.Serve(agendaRecords{b.Pages, &ledger.AppointmentFilter{}})
	b.LogIn(apitest.SomeCPI.Subject)
	if page := b.Open(t, "/appuntamenti"); strings.Contains(page.Text, "/fascicoli/") {
		t.Error("it does")
	}
}

// TestAnAgendaOfOnesOwn: a day, a week and a month of what one is expected for, meetings
// of équipes among it; of whoever is not a colleague none.
func TestAnAgendaOfOnesOwn(t *testing.T) {
	b := apitest.NewPages(t)
	asked := &ledger.AppointmentFilter{}
	b.Serve(agendaRecords{b.Pages, asked})
	b.At(time.Date(2026, 11, 23, 8, 0, 0, 0, italian.Rome))
	b.LogIn(apitest.SomeWorker.Subject)
	mine := "/appuntamenti?persona=" + apitest.SomeWorker.ID
	if page := b.Open(t, "/appuntamenti"); !strings.Contains(page.Words(), "Solo i miei") {
		t.Error("no way to one's own")
	}
	for address, words := range map[string][]string{
		mine:                                     {"Agenda di " + apitest.SomeWorker.Name, "Oggi, lunedì 23 novembre 2026", "Ore 8.00: riunione dell’équipe", "Sala di prova", "Ore 9.00: UOC Immigrazione, Persona Prova 0001", "Giorno dopo"},
		mine + "&vista=settimana":                {"Martedì 24 novembre 2026", "Domenica 29 novembre 2026 Uffici chiusi", "Settimana dopo"},
		mine + "&vista=mese&dal=2026-11-10":      {"Oggi, lunedì 23 novembre 2026 3 impegni", "Mese prima"},
		mine + "&vista=settimana&dal=2026-12-08": {"Martedì 8 dicembre 2026 Uffici chiusi"},
	} {
		page := b.Open(t, address).Words()
		for _, want := range words {
			if !strings.Contains(page, want) {
				t.Errorf("%s: no %q in %s", address, want, page)
			}
		}
		if asked.Of != apitest.SomeWorker.ID {
			t.Errorf("asked for %+v", asked)
		}
	}
	only := b.Open(t, mine+"&servizio=uoc_immigrazione&vista=settimana").Words()
	if asked.Service != "uoc_immigrazione" || strings.Contains(only, "riunione") || !strings.Contains(only, "Solo gli appuntamenti di UOC Immigrazione, senza riunioni. Tutti i suoi impegni") {
		t.Errorf("of one service: %+v: %s", asked, only)
	}
	if status := b.Visit("/appuntamenti?persona=" + apitest.SomeID).StatusCode; status != http.StatusUnprocessableEntity && status != http.StatusBadRequest && status != http.StatusNotFound {
		t.Errorf("somebody else's: %d", status)
	}
}

// TestWeekOfAService: a card a day, with what is free of each session, and words on closed days.
func TestWeekOfAService(t *testing.T) {
	b := apitest.NewPages(t)
	b.At(time.Date(2026, 11, 30, 8, 0, 0, 0, italian.Rome))
	b.LogIn(apitest.SomeWorker.Subject)
	list := b.Open(t, "/appuntamenti?servizio=pas").Words()
	if !strings.Contains(list, "Settimana: posti liberi e presi") {
		t.Errorf("no way to the week: %s", list)
	}
	page := b.Open(t, "/appuntamenti?servizio=pas&vista=settimana&dal=2026-12-03")
	for _, want := range []string{"Oggi, lunedì 30 novembre 2026", "posti liberi su", "Domenica 6 dicembre 2026 Uffici chiusi", "Settimana dopo", "Venerdì 4 dicembre 2026 Giornata annullata: sciopero", "Persone da avvisare"} {
		if !strings.Contains(page.Words(), want) {
			t.Errorf("no %q in %s", want, page.Words())
		}
	}
	next := b.Open(t, "/appuntamenti?servizio=pas&vista=settimana&dal=2026-12-07").Words()
	if !strings.Contains(next, "Martedì 8 dicembre 2026 Uffici chiusi") {
		t.Errorf("a holiday is open: %s", next)
	}
}

// TestMonthOfAService: a line a day on which it receives, by weeks, each leading to its own
// view; none on closed days, and no count where the service has no sessions.
func TestMonthOfAService(t *testing.T) {
	b := apitest.NewPages(t)
	b.At(time.Date(2026, 11, 30, 8, 0, 0, 0, italian.Rome))
	b.LogIn(apitest.SomeWorker.Subject)
	if list := b.Open(t, "/appuntamenti?servizio=pas").Words(); !strings.Contains(list, "Mese: dove c’è posto") {
		t.Errorf("no way to the month: %s", list)
	}
	page := b.Open(t, "/appuntamenti?servizio=pas&vista=mese&dal=2026-12-10")
	for _, want := range []string{"Dicembre 2026: ", "Settimana dal 30 novembre 2026", "Giovedì 3 dicembre 2026 8 posti liberi su 8", "Mese prima", "Mese dopo"} {
		if !strings.Contains(page.Words(), want) {
			t.Errorf("no %q in %s", want, page.Words())
		}
	}
	for _, wrong := range []string{"Lunedì 30 novembre", "Martedì 8 dicembre", "gennaio 2027"} {
		if strings.Contains(page.Words(), wrong) {
			t.Errorf("%q in %s", wrong, page.Words())
		}
	}
	for _, want := range []string{"dal=2026-11-30&amp;servizio=pas&amp;vista=settimana", "dal=2027-01-01&amp;servizio=pas&amp;vista=mese", "dal=2026-12-03&amp;servizio=pas\""} {
		if !strings.Contains(page.Text, want) {
			t.Errorf("no way to %s", want)
		}
	}
	if november := b.Open(t, "/appuntamenti?servizio=pas&vista=mese&dal=2026-11-10").Words(); strings.Contains(november, "26 ottobre") {
		t.Errorf("of its first week it has a Sunday alone: %s", november)
	}
	b.Pages.ZonePolicy.Services[0].Sessions = nil
	free := b.Open(t, "/appuntamenti?servizio=pas&vista=mese&dal=2026-12-10").Words()
	if !strings.Contains(free, "Riceve a ogni ora, senza orari fissi") || strings.Contains(free, "su 0") {
		t.Errorf("of a service without sessions: %s", free)
	}
}
