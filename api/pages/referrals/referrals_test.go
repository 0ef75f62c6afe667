package referrals_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"percorso/api/apitest"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
)

func TestReferralOffersWhatStateAndSideAllow(t *testing.T) {
	b := apitest.NewPages(t)
	for _, side := range []struct {
		who    care.Staff
		offers map[care.ReferralState][]string
	}{
		{apitest.SomeCPI, map[care.ReferralState][]string{
			care.ReferralRequested: {"inoltra", "presa-visione", "rifiuta"},
			care.ReferralReceived:  {"accetta", "chiedi-informazioni", "inoltra", "rifiuta"},
			care.ReferralOnHold:    nil, care.ReferralAccepted: nil, care.ReferralRejected: nil,
		}},
		{apitest.SomeWorker, map[care.ReferralState][]string{
			care.ReferralRequested: {"ritira"}, care.ReferralReceived: {"ritira"}, care.ReferralOnHold: {"invia-informazioni", "ritira"},
			care.ReferralAccepted: {"ritira"}, care.ReferralRejected: nil,
		}},
	} {
		b.LogIn(side.who.Subject)
		for state, want := range side.offers {
			b.Only(state)
			page := b.Open(t, "/segnalazioni/"+apitest.SomeID)
			want = append([]string{"nota"}, want...) // to either side, as long as what was given stands
			slices.Sort(want)
			if got := page.Offered(); page.StatusCode != http.StatusOK || !slices.Equal(got, want) {
				t.Errorf("%s, %s: %d %v", side.who.Role, state, page.StatusCode, got)
			}
		}
	}
}

func TestReferralShowsWhatWasGiven(t *testing.T) {
	b := apitest.NewPages(t)
	b.Only(care.ReferralReceived)
	b.LogIn(apitest.SomeCPI.Subject)
	page := b.Open(t, "/segnalazioni/"+apitest.SomeID)
	text := page.Words()
	for _, want := range []string{"Nome Persona", "Cognome Prova 0001", "Il Comune di Prato l’ha inviata al Centro per l'Impiego", "La leggete voi e il Comune di Prato.", "Segnalazione letta", "Segnalazione inviata"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if strings.Contains(text, "Data di nascita") {
		t.Error("what was not given is shown")
	}
	if strings.Contains(page.Text, "/fascicoli/") {
		t.Error("the addressee is led to the case file")
	}
}

func TestRejectingAsksForAReason(t *testing.T) {
	b := apitest.NewPages(t)
	b.Only(care.ReferralReceived)
	b.LogIn(apitest.SomeCPI.Subject)
	address := "/segnalazioni/" + apitest.SomeID + "/rifiuta"
	page := b.Send(t, address, url.Values{"key": {"uno"}, "note": {"Testo di prova"}})
	if page.StatusCode != http.StatusUnprocessableEntity || page.Problems()["rifiuta-reason"] == "" || !slices.Contains(page.Filled("note"), "Testo di prova") {
		t.Fatalf("%d %v %v", page.StatusCode, page.Problems(), page.Filled("note"))
	}
	if !slices.ContainsFunc(page.All("details"), func(n *html.Node) bool {
		return apitest.Has(n, "open") && strings.HasPrefix(apitest.Words(n), "Rifiuta")
	}) {
		t.Error("the form that was refused is folded")
	}
	page = b.Send(t, address, url.Values{"key": {"due"}, "reason": {"no_availability"}})
	if page.StatusCode != http.StatusSeeOther || page.Header.Get("Location") != "/segnalazioni/"+apitest.SomeID {
		t.Fatalf("%d %s", page.StatusCode, page.Text)
	}
}

func TestAcknowledgeFromTheList(t *testing.T) {
	b := apitest.NewPages(t)
	b.Only(care.ReferralRequested)
	b.LogIn(apitest.SomeCPI.Subject)
	page := b.Open(t, "/segnalazioni")
	if got := page.Offered(); !slices.Equal(got, []string{"presa-visione"}) || !strings.Contains(page.Words(), "Aspettano te") {
		t.Fatalf("%v %s", got, page.Words())
	}
	form := url.Values{}
	for _, name := range []string{"key", "da"} {
		form[name] = page.Filled(name)
	}
	done := b.Send(t, "/segnalazioni/"+apitest.SomeID+"/presa-visione", form)
	if done.StatusCode != http.StatusSeeOther || done.Header.Get("Location") != "/segnalazioni/"+apitest.SomeID+"?riga=si" {
		t.Fatalf("%d %s", done.StatusCode, done.Text)
	}
	if after := b.Open(t, "/segnalazioni"); !strings.Contains(after.Words(), "Hai letto") {
		t.Error("no word of it")
	}
	b.Open(t, "/segnalazioni?elenco=inviate&concluse=si")
	if got := b.Records.Filters[len(b.Records.Filters)-1]; got != (ledger.ReferralFilter{Sent: true}) {
		t.Errorf("asked for %+v", got)
	}
	if page := b.Open(t, "/segnalazioni?elenco=inviate"); !strings.Contains(page.Text, "/segnalazioni?elenco=inviate&amp;ordine=scadenza") {
		t.Error("no way to those that are to be answered, by when")
	}
	b.Open(t, "/segnalazioni?elenco=inviate&ordine=scadenza")
	if got := b.Records.Filters[len(b.Records.Filters)-1]; got != (ledger.ReferralFilter{Sent: true, Open: true, ByDue: true}) {
		t.Errorf("asked for %+v", got)
	}
	if page := b.Open(t, "/segnalazioni?ordine=prima"); page.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("an order that there is not: %d", page.StatusCode)
	}
}

func TestMovedOnMeanwhile(t *testing.T) {
	b := apitest.NewPages(t)
	b.Only(care.ReferralReceived)
	b.LogIn(apitest.SomeCPI.Subject)
	b.Temporal.Result.Refusal, b.Temporal.Result.Revision = care.RefusedNotAwaited, 0
	b.Records.OnCommand = func(c ledger.Command) ledger.Command {
		c.State, c.Refusal = ledger.CommandRefused, &care.Refusal{Code: care.RefusedNotAwaited, Operation: care.OpAccept, Now: string(care.ReferralWithdrawn)}
		return c
	}
	page := b.Send(t, "/segnalazioni/"+apitest.SomeID+"/accetta", url.Values{"key": {"tre"}})
	if page.StatusCode != http.StatusConflict || !strings.Contains(page.Words(), "La segnalazione è stata ritirata") {
		t.Errorf("%d %s", page.StatusCode, page.Words())
	}
}

// TestReferralOfAPartnerWithoutAccounts waits for the partner, not for the
// sender's staff, who may record what it says by telephone all the same.
func TestReferralOfAPartnerWithoutAccounts(t *testing.T) {
	b := apitest.NewPages(t)
	r := b.Pages.ReferralIn(care.ReferralRequested)
	r.ToAgency, r.AnswerRole, r.AnswerAgency, r.Purpose, r.LegalBasis = "terzo_settore", apitest.SomeWorker.Role, apitest.SomeWorker.Agency, "housing", care.Consent
	b.Serve(apitest.OneReferral{PageRecords: b.Pages, ReferralIn: r})
	b.LogIn(apitest.SomeWorker.Subject)
	list := b.Open(t, "/segnalazioni?elenco=inviate")
	if text := list.Words(); strings.Contains(text, "Aspettano te") || len(list.Offered()) != 0 {
		t.Errorf("the list takes it for the sender's: %s", text)
	}
	page := b.Open(t, "/segnalazioni/"+apitest.SomeID)
	if text := page.Words(); !strings.Contains(text, "Il partner risponde dal link") || !strings.Contains(text, "Finalità Casa") || !strings.Contains(text, "Base giuridica Consenso") {
		t.Errorf("%s", text)
	}
	if !slices.Contains(page.Offered(), "presa-visione") {
		t.Errorf("what the partner says cannot be recorded: %v", page.Offered())
	}
}

// TestAReferralSaysWhyTheDataAreOutOfSight in words, on its page and in the
// list, and through the API as a code.
func TestAReferralSaysWhyTheDataAreOutOfSight(t *testing.T) {
	b := apitest.NewPages(t)
	b.At(time.Date(2026, 11, 23, 8, 0, 0, 0, italian.Rome))
	r := b.Pages.ReferralIn(care.ReferralRejected)
	over := time.Date(2026, 11, 20, 12, 0, 0, 0, italian.Rome)
	r.Snapshot, r.Purpose, r.Note = nil, "", ""
	r.ShareEnd = ledger.ShareEnd{Ended: &over, Why: care.EndRejected, SeenUntil: &over}
	b.Serve(apitest.OneReferral{PageRecords: b.Pages, ReferralIn: r})
	b.LogIn(apitest.SomeCPI.Subject)
	page := b.Open(t, "/segnalazioni/"+apitest.SomeID)
	if text := page.Words(); !strings.Contains(text, "non vede più i dati della persona dal 20 novembre 2026: la segnalazione è stata rifiutata.") || strings.Contains(text, "Finalità") {
		t.Error(text)
	}
	if text := b.Open(t, "/segnalazioni?concluse=si").Words(); !strings.Contains(text, "I dati della persona non si vedono più") || !strings.Contains(text, r.CaseNumber) {
		t.Error(text)
	}
	later := over.AddDate(0, 0, 30)
	r.ShareEnd = ledger.ShareEnd{Ended: &over, Why: care.EndCompleted, SeenUntil: &later}
	b.Serve(apitest.OneReferral{PageRecords: b.Pages, ReferralIn: r})
	if text := b.Open(t, "/segnalazioni/"+apitest.SomeID).Words(); !strings.Contains(text, "vede i dati della persona fino al 20 dicembre 2026: il lavoro per cui erano stati comunicati è concluso.") {
		t.Error(text)
	}
}

// TestAcceptAndFix: a referral is accepted and given an appointment with one click, and the
// next one that waits is shown. What is wrong with the hour is said before anything is done.
func TestAcceptAndFix(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeCPI.Subject)
	address := "/segnalazioni/" + apitest.SomeID
	page := b.Open(t, address+"?riga=si")
	if text := page.Words(); !strings.Contains(text, "Può lavorare: sì, con limiti") || !strings.Contains(text, "Italiano: A2 (certificato)") || !strings.Contains(text, "Chi chiamare") {
		t.Error(text)
	}
	marked := slices.DeleteFunc(page.All("a"), func(n *html.Node) bool { return !apitest.Has(n, "data-row") || !apitest.Has(n, "aria-current") })
	if len(marked) != 1 || !apitest.Has(marked[0], "data-focus") {
		t.Errorf("%d rows are marked", len(marked))
	}
	if next := page.Filled("prossima"); !slices.Contains(next, apitest.AnotherID) {
		t.Errorf("the next one is %v", next)
	}
	form := url.Values{"key": {"cinque"}, "fissa": {"si"}, "prossima": {apitest.AnotherID}}
	page = b.Send(t, address+"/accetta", form)
	if page.StatusCode != http.StatusUnprocessableEntity || len(b.Records.Commands) != 0 {
		t.Fatalf("without an hour: %d, %d commands", page.StatusCode, len(b.Records.Commands))
	}
	task := &b.Pages.OneTask
	task.Kind, task.State, task.HolderID, task.Role, task.Agency = care.PlacementAppointment, care.TaskReady, "", apitest.SomeCPI.Role, apitest.SomeCPI.Agency
	at := b.Now.AddDate(0, 0, 7)
	form.Set("day", at.Format(time.DateOnly))
	form.Set("hour", "10:00")
	page = b.Send(t, address+"/accetta", form)
	if page.StatusCode != http.StatusSeeOther || page.Header.Get("Location") != "/segnalazioni/"+apitest.AnotherID+"?riga=si" {
		t.Fatalf("%d %s %s", page.StatusCode, page.Header.Get("Location"), page.Words())
	}
	var done []care.Operation
	for _, c := range b.Records.Commands {
		done = append(done, c.Operation)
	}
	slices.Sort(done)
	if !slices.Equal(done, []care.Operation{care.OpAccept, care.OpClaim, care.OpComplete}) {
		t.Errorf("%v", done)
	}
}

// TestAcceptWhatCameWithAnAppointment: it is shown, and kept by the acceptance.
func TestAcceptWhatCameWithAnAppointment(t *testing.T) {
	b := apitest.NewPages(t)
	r := b.Pages.ReferralIn(care.ReferralReceived)
	r.Run = "placement/1"
	b.Serve(apitest.OneReferral{PageRecords: b.Pages, ReferralIn: r})
	b.LogIn(apitest.SomeCPI.Subject)
	page := b.Open(t, "/segnalazioni/"+apitest.SomeID)
	if text := page.Words(); !strings.Contains(text, "L’appuntamento resta quello fissato con la persona: ") || !strings.Contains(text, "Sposta o disdici l’appuntamento") || strings.Contains(text, "Accetta e fissa") {
		t.Error(text)
	}
}
