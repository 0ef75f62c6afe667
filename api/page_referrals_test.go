package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
)

// oneReferral are records with one referral.
type oneReferral struct {
	*pageRecords
	referral ledger.Referral
}

func (o oneReferral) Referral(context.Context, care.Staff, string) (ledger.Referral, error) {
	return o.referral, nil
}

func (o oneReferral) Referrals(_ context.Context, _ care.Staff, f ledger.ReferralFilter, p ledger.Paging) (ledger.Page[ledger.Referral], error) {
	return ledger.Page[ledger.Referral]{Items: []ledger.Referral{o.referral}}, o.saw(f, p)
}

// only gives the pages one referral, in a state.
func (b *pagesRig) only(state care.ReferralState) {
	r := b.pages.referral(state)
	r.Snapshot = someReferral.Snapshot
	b.serve(oneReferral{b.pages, r})
}

// offered are the operations that a page has a form for.
func (d document) offered() (paths []string) {
	for _, form := range d.all("form") {
		if rest, ok := strings.CutPrefix(attribute(form, "action"), "/segnalazioni/"+someID+"/"); ok {
			paths = append(paths, rest)
		}
	}
	slices.Sort(paths)
	return paths
}

func TestReferralOffersWhatStateAndSideAllow(t *testing.T) {
	b := newPages(t)
	for _, side := range []struct {
		who    care.Staff
		offers map[care.ReferralState][]string
	}{
		{someCPI, map[care.ReferralState][]string{
			care.ReferralRequested: {"inoltra", "presa-visione", "rifiuta"},
			care.ReferralReceived:  {"accetta", "chiedi-informazioni", "inoltra", "rifiuta"},
			care.ReferralOnHold:    nil, care.ReferralAccepted: nil, care.ReferralRejected: nil,
		}},
		{someWorker, map[care.ReferralState][]string{
			care.ReferralRequested: {"ritira"}, care.ReferralReceived: {"ritira"}, care.ReferralOnHold: {"invia-informazioni", "ritira"},
			care.ReferralAccepted: {"ritira"}, care.ReferralRejected: nil,
		}},
	} {
		b.logIn(side.who.Subject)
		for state, want := range side.offers {
			b.only(state)
			page := b.open(t, "/segnalazioni/"+someID)
			if got := page.offered(); page.StatusCode != http.StatusOK || !slices.Equal(got, want) {
				t.Errorf("%s, %s: %d %v", side.who.Role, state, page.StatusCode, got)
			}
		}
	}
}

func TestReferralShowsWhatWasGiven(t *testing.T) {
	b := newPages(t)
	b.only(care.ReferralReceived)
	b.logIn(someCPI.Subject)
	page := b.open(t, "/segnalazioni/"+someID)
	text := page.words()
	for _, want := range []string{"Nome Persona", "Cognome Prova 0001", "Da Comune di Prato", "Segnalazione presa in visione", "Segnalazione inviata"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if strings.Contains(text, "Data di nascita") {
		t.Error("what was not given is shown")
	}
	if strings.Contains(page.text, "/fascicoli/") {
		t.Error("the addressee is led to the case file")
	}
}

func TestRejectingAsksForAReason(t *testing.T) {
	b := newPages(t)
	b.only(care.ReferralReceived)
	b.logIn(someCPI.Subject)
	address := "/segnalazioni/" + someID + "/rifiuta"
	page := b.send(t, address, url.Values{"key": {"uno"}, "note": {"Testo di prova"}})
	if page.StatusCode != http.StatusUnprocessableEntity || page.problems()["rifiuta-reason"] == "" || !slices.Contains(page.filled("note"), "Testo di prova") {
		t.Fatalf("%d %v %v", page.StatusCode, page.problems(), page.filled("note"))
	}
	if !slices.ContainsFunc(page.all("details"), func(n *html.Node) bool { return has(n, "open") && strings.HasPrefix(words(n), "Rifiuta") }) {
		t.Error("the form that was refused is folded")
	}
	page = b.send(t, address, url.Values{"key": {"due"}, "reason": {"no_availability"}})
	if page.StatusCode != http.StatusSeeOther || page.Header.Get("Location") != "/segnalazioni/"+someID {
		t.Fatalf("%d %s", page.StatusCode, page.text)
	}
}

func TestAcknowledgeFromTheList(t *testing.T) {
	b := newPages(t)
	b.only(care.ReferralRequested)
	b.logIn(someCPI.Subject)
	page := b.open(t, "/segnalazioni")
	if got := page.offered(); !slices.Equal(got, []string{"presa-visione"}) || !strings.Contains(page.words(), "Aspettano te") {
		t.Fatalf("%v %s", got, page.words())
	}
	form := url.Values{}
	for _, name := range []string{"key", "da"} {
		form[name] = page.filled(name)
	}
	done := b.send(t, "/segnalazioni/"+someID+"/presa-visione", form)
	if done.StatusCode != http.StatusSeeOther || done.Header.Get("Location") != "/segnalazioni" {
		t.Fatalf("%d %s", done.StatusCode, done.text)
	}
	if after := b.open(t, "/segnalazioni"); !strings.Contains(after.words(), "Hai preso visione") {
		t.Error("no word of it")
	}
	b.open(t, "/segnalazioni?elenco=inviate&concluse=si")
	if got := b.records.filters[len(b.records.filters)-1]; got != (ledger.ReferralFilter{Sent: true}) {
		t.Errorf("asked for %+v", got)
	}
}

func TestMovedOnMeanwhile(t *testing.T) {
	b := newPages(t)
	b.only(care.ReferralReceived)
	b.logIn(someCPI.Subject)
	b.temporal.result.Refusal, b.temporal.result.Revision = care.RefusedNotAwaited, 0
	b.records.worked = func(c ledger.Command) ledger.Command {
		c.State, c.Refusal = ledger.CommandRefused, &care.Refusal{Code: care.RefusedNotAwaited}
		return c
	}
	page := b.send(t, "/segnalazioni/"+someID+"/accetta", url.Values{"key": {"tre"}})
	if page.StatusCode != http.StatusConflict || !strings.Contains(page.words(), "Il percorso è già andato avanti") {
		t.Errorf("%d %s", page.StatusCode, page.words())
	}
}

// TestReferralOfAPartnerWithoutAccounts waits for the partner, not for the
// sender's staff, who may record what it says by telephone all the same.
func TestReferralOfAPartnerWithoutAccounts(t *testing.T) {
	b := newPages(t)
	r := b.pages.referral(care.ReferralRequested)
	r.ToAgency, r.AnswerRole, r.AnswerAgency, r.Purpose, r.LegalBasis = "terzo_settore", someWorker.Role, someWorker.Agency, "housing", care.Consent
	b.serve(oneReferral{b.pages, r})
	b.logIn(someWorker.Subject)
	list := b.open(t, "/segnalazioni?elenco=inviate")
	if text := list.words(); strings.Contains(text, "Aspettano te") || len(list.offered()) != 0 {
		t.Errorf("the list takes it for the sender's: %s", text)
	}
	page := b.open(t, "/segnalazioni/"+someID)
	if text := page.words(); !strings.Contains(text, "Il partner risponde dal link") || !strings.Contains(text, "Finalità Casa") || !strings.Contains(text, "Base giuridica Consenso") {
		t.Errorf("%s", text)
	}
	if !slices.Contains(page.offered(), "presa-visione") {
		t.Errorf("what the partner says cannot be recorded: %v", page.offered())
	}
}

// TestAReferralSaysWhyTheDataAreOutOfSight in words, on its page and in the
// list, and through the API as a code.
func TestAReferralSaysWhyTheDataAreOutOfSight(t *testing.T) {
	b := newPages(t)
	b.at(time.Date(2026, 11, 23, 8, 0, 0, 0, italian.Rome))
	r := b.pages.referral(care.ReferralRejected)
	over := time.Date(2026, 11, 20, 12, 0, 0, 0, italian.Rome)
	r.Snapshot, r.Purpose, r.Note = nil, "", ""
	r.ShareEnd = ledger.ShareEnd{Ended: &over, Why: care.EndRejected, SeenUntil: &over}
	b.serve(oneReferral{b.pages, r})
	b.logIn(someCPI.Subject)
	page := b.open(t, "/segnalazioni/"+someID)
	if text := page.words(); !strings.Contains(text, "non vede più i dati della persona dal 20 novembre 2026: la segnalazione è stata rifiutata.") || strings.Contains(text, "Finalità") {
		t.Error(text)
	}
	if text := b.open(t, "/segnalazioni?concluse=si").words(); !strings.Contains(text, "I dati della persona non si vedono più") || !strings.Contains(text, r.CaseNumber) {
		t.Error(text)
	}
	later := over.AddDate(0, 0, 30)
	r.ShareEnd = ledger.ShareEnd{Ended: &over, Why: care.EndCompleted, SeenUntil: &later}
	b.serve(oneReferral{b.pages, r})
	if text := b.open(t, "/segnalazioni/"+someID).words(); !strings.Contains(text, "vede i dati della persona fino al 20 dicembre 2026: il lavoro per cui erano stati comunicati è concluso.") {
		t.Error(text)
	}
}
