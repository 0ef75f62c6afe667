package readers_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"percorso/api/apitest"
	"percorso/internal/care"
)

// TestAnOfficerFindsWhoRead: by the number, by day, as whom and what for, and no name.
func TestAnOfficerFindsWhoRead(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeOfficer.Subject)
	home := b.Open(t, "/")
	if home.StatusCode != http.StatusSeeOther || home.Header.Get("Location") != "/letture" {
		t.Fatalf("home: %d %s", home.StatusCode, home.Header.Get("Location"))
	}
	page := b.Open(t, "/letture")
	if text := page.Words(); !strings.Contains(text, "Per esempio PRATO-20") {
		t.Errorf("not as the zone numbers its cases: %s", text)
	}
	var links []string
	for _, link := range page.All("a") {
		links = append(links, apitest.Attribute(link, "href"))
	}
	if !slices.Contains(links, "/letture") || slices.ContainsFunc(links, func(l string) bool {
		return slices.Contains([]string{"/compiti", "/fascicoli", "/segnalazioni", "/appuntamenti"}, l)
	}) {
		t.Errorf("the navigation leads to %v", links)
	}
	for typed, says := range map[string]string{"": "Scrivi il numero", "PO-2026-99999": "Con questo numero non posso dirti chi ha letto", strings.Repeat("9", 41): "Numero del fascicolo"} {
		a := b.Send(t, "/letture", apitest.WithValues("number", typed))
		if text := a.Words(); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, says) {
			t.Errorf("%q: %d %s", typed, a.StatusCode, text)
		}
		if _, leads := a.Problems()["number"]; !leads || !slices.Equal(a.Filled("number"), []string{typed}) {
			t.Errorf("%q: is not said at its field, or is lost: %v", typed, a.Filled("number"))
		}
	}
	a := b.Send(t, "/letture", apitest.WithValues("number", " po-2026-00012 "))
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/letture/"+apitest.AnotherID {
		t.Fatalf("%d %s", a.StatusCode, a.Header.Get("Location"))
	}
	text := b.Open(t, a.Header.Get("Location")).Words()
	for _, said := range []string{"PO-2026-00012", "Assistente sociale, Comune di Prato", "(3 volte)", "Scopo: seguire la persona", "un’altra zona (lucca)", "dal link ricevuto per email"} {
		if !strings.Contains(text, said) {
			t.Errorf("does not say %q: %s", said, text)
		}
	}
	if strings.Contains(text, apitest.SomeWorker.Name) {
		t.Error("names somebody")
	}
	if text := b.Open(t, "/letture/"+apitest.ClosedID).Words(); !strings.Contains(text, "è passato a un’altra zona") {
		t.Errorf("of one that was handed over: %s", text)
	}
	if a := b.Open(t, "/letture/"+apitest.AnotherID+"?prima=ieri"); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a day that is none: %d", a.StatusCode)
	}
	if a := b.Open(t, "/letture/"+apitest.SomeID); a.StatusCode != http.StatusNotFound {
		t.Errorf("another zone's: %d", a.StatusCode)
	}
}

// TestAnOfficerOpensNothingElse, on no page and in no part of the API; nobody else opens
// the officer's pages. Both leave a line.
func TestAnOfficerOpensNothingElse(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeOfficer.Subject)
	for _, address := range []string{"/compiti", "/fascicoli", "/fascicoli/" + apitest.AnotherID, "/fascicoli/" + apitest.AnotherID + "/letture", "/segnalazioni", "/appuntamenti", "/casi-bloccati", "/sportello", "/accessi", "/verifica-requisiti"} {
		if a := b.Open(t, address); a.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", address, a.StatusCode)
		}
	}
	if a := b.Send(t, "/compiti/"+apitest.SomeID+"/prendi", nil); a.StatusCode != http.StatusForbidden {
		t.Errorf("a form: %d", a.StatusCode)
	}
	if !slices.Contains(b.Logins.Lines, apitest.SomeOfficer.ID+" forbidden GET /fascicoli/:id") {
		t.Errorf("lines: %q", b.Logins.Lines)
	}
	for _, path := range []string{"/case-files", "/tasks", "/referrals", "/case-files/" + apitest.AnotherID + "/reads"} {
		b.As(apitest.SomeOfficer, http.MethodGet, "/api/v1"+path, "").Problem(t, care.RefusedForbidden)
	}
	if a := b.As(apitest.SomeOfficer, http.MethodGet, "/api/v1/me", ""); a.StatusCode != http.StatusOK {
		t.Errorf("me: %d %s", a.StatusCode, a.Text)
	}
	for _, who := range []care.Staff{apitest.SomeWorker, apitest.SomeSupervisor} {
		b.LogIn(who.Subject)
		for _, address := range []string{"/letture", "/letture/" + apitest.AnotherID} {
			if a := b.Open(t, address); a.StatusCode != http.StatusForbidden {
				t.Errorf("%s at %s: %d", who.Role, address, a.StatusCode)
			}
		}
		if a := b.Send(t, "/letture", apitest.WithValues("number", "PO-2026-00012")); a.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", who.Role, a.StatusCode)
		}
	}
}
