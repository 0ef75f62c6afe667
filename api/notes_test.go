package api_test

import (
	"slices"
	"strings"
	"testing"

	"percorso/api/apitest"
	"percorso/internal/italian"
)

// withoutName are the pages whose notes are about nobody, or are written by another body.
var withoutName = []string{"nuovo-accesso", "invito", "invito-risposta", "invito-esito"}

// TestEachNoteSaysThatItMayBeRead: beside each box for a note about a person.
func TestEachNoteSaysThatItMayBeRead(t *testing.T) {
	b := apitest.NewPages(t)
	notes := 0
	for _, page := range pagesInBrowser {
		if page.who != "" {
			b.LogIn(page.who)
		}
		shown := apitest.ReadPage(t, b.Visit(b.Pages.WithLinks(page.address)))
		for _, box := range shown.Every("textarea", "name", "note") {
			if slices.Contains(withoutName, page.name) {
				continue
			}
			notes++
			if hint, told := shown.First("p", "id", box.Attribute("id")+"-aiuto"); !told || !strings.Contains(hint.Words(), italian.MayBeRead()) {
				t.Errorf("%s says it nowhere beside %s", page.name, box.Attribute("id"))
			}
		}
	}
	if notes < 15 {
		t.Errorf("%d notes", notes)
	}
}

// TestSmallFormsShowWhomTheyAreAbout: the pages beside those of tasks and of cases too.
func TestSmallFormsShowWhomTheyAreAbout(t *testing.T) {
	b := apitest.NewPages(t)
	for _, name := range []string{"verbale", "partner-pubblico", "riassegna", "proroga", "sospendi"} {
		page := pagesInBrowser[slices.IndexFunc(pagesInBrowser, func(p struct{ name, route, address, who string }) bool { return p.name == name })]
		b.LogIn(page.who)
		strip, ok := apitest.ReadPage(t, b.Visit(page.address)).Main(t).First("section", "class", "strip")
		if !ok || !strings.Contains(strip.Words(), "Persona Prova 0001, 34 anni") || !strings.Contains(strip.Words(), "Nota di prova.") {
			t.Errorf("%s: %s", name, strip.Words())
		}
	}
}
