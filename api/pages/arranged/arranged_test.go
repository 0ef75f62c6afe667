package arranged_test

import (
	"strings"
	"testing"

	"percorso/api/apitest"
)

// The pages of a case lead to each other, and each says which it is.
func TestTabsLeadToEachOther(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	for _, at := range []string{"", "/scheda", "/appuntamenti", "/invii", "/diario", "/persona"} {
		main := apitest.ReadPage(t, b.Visit(apitest.CasePath+at)).Main(t)
		for _, to := range []string{"", "/scheda", "/appuntamenti", "/invii", "/diario", "/persona"} {
			_, linked := main.First("a", "href", apitest.CasePath+to)
			_, here := main.First("a", "href", apitest.CasePath+to, "aria-current", "page")
			if !linked || here != (to == at) {
				t.Errorf("on %q the tab %q is there: %t, as the page that is read: %t", at, to, linked, here)
			}
		}
	}
}

// When the person comes, with the sheet for her, and when somebody met her; and what went
// to other agencies.
func TestWhatIsArrangedIsListed(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	for at, texts := range map[string][]string{
		"/appuntamenti":      {"UOC Immigrazione", "Confermato", "Foglio per la persona", "Incontri con la persona", "Prenota un servizio"},
		"/invii":             {"Al Centro per l'Impiego di Prato", "Da leggere", "inviata il 19 novembre 2026", "Nessun consenso"},
		"/diario?cosa=fatti": {"Responsabile avvisato del ritardo", "Nota di prova.", "Chi ha letto questo fascicolo"},
	} {
		words := apitest.ReadPage(t, b.Visit(apitest.CasePath+at)).Main(t).Words()
		for _, text := range texts {
			if !strings.Contains(words, text) {
				t.Errorf("%s does not say %q: %s", at, text, words)
			}
		}
	}
}

// TestConsentsAreListed: to whom and for what, since when, and where they are withdrawn;
// who comes from there finds the agency chosen.
func TestConsentsAreListed(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	main := apitest.ReadPage(t, b.Visit("/fascicoli/"+apitest.SuspendedID+"/invii")).Main(t)
	for _, want := range []string{"Terzo settore: Casa In vigore dato il", "Enti privati, senza nome", "Centri sociali: Lavoro dell’équipe Revocato"} {
		if !strings.Contains(main.Words(), want) {
			t.Errorf("the page does not say %q: %s", want, main.Words())
		}
	}
	const there = "/fascicoli/" + apitest.SuspendedID + "/revoca-consenso?agency="
	for agency, listed := range map[string]bool{"terzo_settore": true, "": true, "centri_sociali": false} {
		if _, ok := main.First("a", "href", there+agency); ok != listed {
			t.Errorf("%q can be withdrawn from: %t", agency, ok)
		}
	}
	form := apitest.ReadPage(t, b.Visit(there+"terzo_settore"))
	for agency, chosen := range map[string]bool{"terzo_settore": true, "centri_sociali": false} {
		if _, ok := form.First("input", "name", "agency", "value", agency, "checked", ""); ok != chosen {
			t.Errorf("%s is chosen: %t", agency, ok)
		}
	}
}
