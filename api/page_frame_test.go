package api

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
)

// TestStart: the address that people know leads to where each role's work begins.
func TestStart(t *testing.T) {
	b := newPages(t)
	page := readPage(t, b.visit("/"))
	if link, ok := page.first("a", "href", "/login"); !ok || link.words() != "Accedi" {
		t.Error("whoever is not logged in finds no way to the login")
	}
	b.records.staff[someDesk.Subject] = someDesk
	for subject, want := range map[string]string{
		someWorker.Subject: "/compiti", someCPI.Subject: "/segnalazioni", someSupervisor.Subject: "/casi-bloccati", someDesk.Subject: "/sportello",
	} {
		b.logIn(subject)
		if a := b.visit("/"); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != want {
			t.Errorf("%s starts at %d %s, want %s", subject, a.StatusCode, a.Header.Get("Location"), want)
		}
		if a := b.visit(want); a.StatusCode != http.StatusOK {
			t.Errorf("%s: %s answers %d", subject, want, a.StatusCode)
		}
	}
}

func TestPagesAreForStaff(t *testing.T) {
	b := newPages(t)
	if a := b.visit("/compiti?miei=x"); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/login?next="+url.QueryEscape("/compiti?miei=x") {
		t.Errorf("somebody unknown gets %d %s", a.StatusCode, a.Header.Get("Location"))
	}
	a := b.logIn("estraneo.prova")
	if page := readPage(t, a); a.StatusCode != http.StatusForbidden || !strings.Contains(page.main(t).words(), "Account non abilitato") {
		t.Errorf("an account that is no staff's gets %d", a.StatusCode)
	}
}

func TestNavigation(t *testing.T) {
	b := newPages(t)
	for _, test := range []struct {
		who  care.Staff
		want string
	}{
		{someWorker, "Sportello Compiti Segnalazioni Appuntamenti Fascicoli"},
		{someCPI, "Compiti Segnalazioni Appuntamenti"},
		{someSupervisor, "Casi bloccati Compiti Segnalazioni Appuntamenti Fascicoli"},
	} {
		b.logIn(test.who.Subject)
		page := readPage(t, b.visit("/compiti"))
		nav, _ := page.first("nav", "aria-label", "Principale")
		if nav.words() != test.want {
			t.Errorf("%s is led to %q, want %q", test.who.Role, nav.words(), test.want)
		}
		current := nav.every("a", "aria-current", "page")
		if len(current) != 1 || current[0].words() != "Compiti" {
			t.Errorf("%s: the current place is not marked", test.who.Role)
		}
		for _, link := range nav.every("a") {
			if a := b.visit(link.attr("href")); a.StatusCode != http.StatusOK {
				t.Errorf("%s: %s answers %d", test.who.Role, link.attr("href"), a.StatusCode)
			}
		}
		if header, _ := page.first("header"); !strings.Contains(header.words(), test.who.Name) {
			t.Errorf("the header does not say who is logged in: %s", header.words())
		}
	}
}

func TestErrorPages(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	for path, status := range map[string]int{
		"/compiti/non-esiste": http.StatusNotFound, "/non-esiste": http.StatusNotFound,
	} {
		a := b.visit(path)
		page := readPage(t, a)
		if a.StatusCode != status || len(page.every("h1")) != 1 {
			t.Errorf("%s answers %d, want %d", path, a.StatusCode, status)
		}
		if _, ok := page.first("nav", "aria-label", "Principale"); !ok {
			t.Errorf("%s: no way on", path)
		}
	}
	cmd := b.records.keep(someWorker, ledger.NewCommand{Key: "k"}, ledger.CommandAccepted)
	b.records.fail = errors.New("la password è segreta")
	a := b.visit("/in-lavorazione/" + cmd.ID)
	if a.StatusCode != http.StatusInternalServerError || strings.Contains(a.text, "segreta") || !strings.Contains(a.text, a.Header.Get("X-Request-Id")) {
		t.Errorf("a failure shows as %d %s", a.StatusCode, readPage(t, a).main(t).words())
	}
}

// TestWorking: what is accepted and not yet worked is waited for.
func TestWorking(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	a := b.visit("/in-lavorazione/" + acceptedID + "?poi=/compiti")
	page := readPage(t, a)
	if body, _ := page.first("body"); a.StatusCode != http.StatusAccepted || body.attr("data-refresh") == "" {
		t.Errorf("%d, and the page does not load itself again", a.StatusCode)
	}

	cmd := b.records.keep(someWorker, catalogue.Complete.Command("k", "", care.Completion{}).NewCommand, ledger.CommandWorked)
	for to, want := range map[string]string{"/fascicoli/1": "/fascicoli/1", "https://altrove.example": "/"} {
		a = b.visit("/in-lavorazione/" + cmd.ID + "?poi=" + url.QueryEscape(to))
		if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != want {
			t.Errorf("after the work it goes on to %d %s, want %s", a.StatusCode, a.Header.Get("Location"), want)
		}
	}
	b.records.worked = func(c ledger.Command) ledger.Command {
		c.State, c.Refusal = ledger.CommandRefused, &care.Refusal{Code: care.RefusedEnded}
		return c
	}
	if a = b.visit("/in-lavorazione/" + cmd.ID + "?poi=/compiti"); a.Header.Get("Location") != "/compiti" {
		t.Errorf("a refusal leads to %s", a.Header.Get("Location"))
	}
	if _, ok := readPage(t, b.visit("/compiti")).first("div", "class", "alert-danger"); !ok {
		t.Error("nobody says that it was refused")
	}
	if _, ok := readPage(t, b.visit("/compiti")).first("div", "class", "alert-danger"); ok {
		t.Error("the refusal is told twice")
	}
}

func TestAssets(t *testing.T) {
	b := newPages(t)
	page := readPage(t, b.visit("/"))
	for _, link := range page.every("link") {
		a := b.visit(link.attr("href"))
		if a.StatusCode != http.StatusOK || !strings.Contains(a.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s answers %d %s", link.attr("href"), a.StatusCode, a.Header.Get("Cache-Control"))
		}
	}
	for _, path := range []string{"/assets/", web.Asset(""), web.Asset("vendor"), "/assets/altro/percorso.css", web.Asset("../web.go")} {
		if a := b.visit(path); a.StatusCode == http.StatusOK {
			t.Errorf("%s is served", path)
		}
	}
}
