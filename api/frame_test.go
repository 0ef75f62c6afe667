package api_test

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"percorso/api/apitest"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
)

// TestStart: the address that people know shows each role what is before them today, the
// most pressing first.
func TestStart(t *testing.T) {
	b := apitest.NewPages(t)
	page := apitest.ReadPage(t, b.Visit("/"))
	if link, ok := page.First("a", "href", "/login"); !ok || link.Words() != "Accedi" {
		t.Error("whoever is not logged in finds no way to the login")
	}
	b.Records.People[apitest.SomeDesk.Subject] = apitest.SomeDesk
	for subject, want := range map[string]string{
		apitest.SomeWorker.Subject: "Appuntamenti da spostare, Date importanti che segui, Per conto di chi è assente, Persone senza un prossimo passo, In ritardo, Da fare oggi, Chi viene oggi, Quello che ho promesso, Mediatori non confermati, Novità da ieri, Libere, Le tue assenze e chi sostituisci, Bozze",
		apitest.SomeCPI.Subject:    "Appuntamenti da spostare, Date importanti che segui, Per conto di chi è assente, Da leggere, Da rispondere, Chi viene oggi, In ritardo, Da fare oggi, Quello che ho promesso, Libere, Le tue assenze e chi sostituisci, Bozze",
		apitest.SomeSupervisor.Subject: "Appuntamenti da spostare, Date importanti che segui, Per conto di chi è assente, Persone da avvisare di una giornata annullata, Scoperti nei prossimi sette giorni, Ore di mediazione quasi finite, Mediatori non confermati, Qualcosa scade entro 14 giorni, Aspetta me, Quello che ho promesso, Nuove, ancora di nessuno, " +
			"Inviate e non ancora lette, Email che tornano indietro, Dopo le tue azioni non si è mosso niente, Percorsi fermi, Primo posto libero, Novità da ieri, Chi è assente, oggi e nei prossimi sette giorni, Bozze",
		apitest.SomeDesk.Subject: "Chi è qui adesso, Appuntamenti da spostare, Date importanti che segui, Per conto di chi è assente, In ritardo, Da fare oggi, Chi viene oggi, Quello che ho promesso, Mediatori non confermati, Novità da ieri, Persone senza un prossimo passo, Libere, Le tue assenze e chi sostituisci, Bozze",
	} {
		b.LogIn(subject)
		page := apitest.ReadPage(t, b.Visit("/")).Main(t)
		var titles []string
		for _, group := range page.Every("section") {
			title, _ := group.First("h2")
			titles = append(titles, title.Words())
			if lines := len(group.Every("li")); lines > 5 || lines == 0 && !strings.Contains(group.Words(), "Niente") && !strings.Contains(group.Words(), "Nessuno") {
				t.Errorf("%s: %d lines: %s", subject, lines, group.Words())
			}
			links := group.Every("a")
			if a := b.Visit(links[len(links)-1].Attribute("href")); a.StatusCode != http.StatusOK {
				t.Errorf("%s: the whole list of %s answers %d", subject, title.Words(), a.StatusCode)
			}
		}
		if got := strings.Join(titles, ", "); got != want {
			t.Errorf("%s: %s, want %s", subject, got, want)
		}
	}
	b.LogIn(apitest.SomeOfficer.Subject)
	if a := b.Visit("/"); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/letture" {
		t.Errorf("the privacy officer starts at %d %s", a.StatusCode, a.Header.Get("Location"))
	}
}

// TestTodayIsTold: what is late, who comes, and what came since yesterday.
func TestTodayIsTold(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	page := apitest.ReadPage(t, b.Visit("/")).Main(t)
	for id, want := range map[string]string{"senza-passo": "Persona Prova 0001", "chi-viene": "Ore ", "libere": "Persona Prova"} {
		group, _ := page.First("section", "aria-labelledby", id)
		if !strings.Contains(group.Words(), want) {
			t.Errorf("%s: no %q in %s", id, want, group.Words())
		}
	}
}

func TestPagesAreForStaff(t *testing.T) {
	b := apitest.NewPages(t)
	if a := b.Visit("/compiti?miei=x"); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/login?next="+url.QueryEscape("/compiti?miei=x") {
		t.Errorf("somebody unknown gets %d %s", a.StatusCode, a.Header.Get("Location"))
	}
	a := b.LogIn("estraneo.prova")
	if page := apitest.ReadPage(t, a); a.StatusCode != http.StatusForbidden || !strings.Contains(page.Main(t).Words(), "Account non abilitato") {
		t.Errorf("an account that is no staff's gets %d", a.StatusCode)
	}
}

func TestNavigation(t *testing.T) {
	b := apitest.NewPages(t)
	for _, test := range []struct {
		who  care.Staff
		want string
	}{
		{apitest.SomeWorker, "Oggi Sportello Attività Segnalazioni Appuntamenti Persone che seguo"},
		{apitest.SomeCPI, "Oggi Attività Segnalazioni Appuntamenti"},
		{apitest.SomeSupervisor, "Oggi Percorsi fermi Attività Segnalazioni Appuntamenti Persone che seguo"},
	} {
		b.LogIn(test.who.Subject)
		page := apitest.ReadPage(t, b.Visit("/compiti"))
		nav, _ := page.First("nav", "aria-label", "Principale")
		if nav.Words() != test.want {
			t.Errorf("%s is led to %q, want %q", test.who.Role, nav.Words(), test.want)
		}
		current := nav.Every("a", "aria-current", "page")
		if len(current) != 1 || current[0].Words() != "Attività" {
			t.Errorf("%s: the current place is not marked", test.who.Role)
		}
		for _, link := range nav.Every("a") {
			if a := b.Visit(link.Attribute("href")); a.StatusCode != http.StatusOK {
				t.Errorf("%s: %s answers %d", test.who.Role, link.Attribute("href"), a.StatusCode)
			}
		}
		if header, _ := page.First("header"); !strings.Contains(header.Words(), test.who.Name) {
			t.Errorf("the header does not say who is logged in: %s", header.Words())
		}
	}
}

func TestErrorPages(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	for path, status := range map[string]int{
		"/compiti/non-esiste": http.StatusNotFound, "/non-esiste": http.StatusNotFound,
	} {
		a := b.Visit(path)
		page := apitest.ReadPage(t, a)
		if a.StatusCode != status || len(page.Every("h1")) != 1 {
			t.Errorf("%s answers %d, want %d", path, a.StatusCode, status)
		}
		if _, ok := page.First("nav", "aria-label", "Principale"); !ok {
			t.Errorf("%s: no way on", path)
		}
	}
	cmd := b.Records.Keep(apitest.SomeWorker, ledger.NewCommand{Key: "k"}, ledger.CommandAccepted)
	b.Records.Fail = errors.New("la password è segreta")
	a := b.Visit("/in-lavorazione/" + cmd.ID)
	if a.StatusCode != http.StatusInternalServerError || strings.Contains(a.Text, "segreta") || !strings.Contains(a.Text, a.Header.Get("X-Request-Id")) {
		t.Errorf("a failure shows as %d %s", a.StatusCode, apitest.ReadPage(t, a).Main(t).Words())
	}
}

// TestWorking: what is accepted and not yet worked is waited for.
func TestWorking(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	a := b.Visit("/in-lavorazione/" + apitest.AcceptedID + "?poi=/compiti")
	page := apitest.ReadPage(t, a)
	if body, _ := page.First("body"); a.StatusCode != http.StatusAccepted || body.Attribute("data-refresh") == "" {
		t.Errorf("%d, and the page does not load itself again", a.StatusCode)
	}

	cmd := b.Records.Keep(apitest.SomeWorker, catalogue.Complete.Command("k", "", care.Completion{}).NewCommand, ledger.CommandWorked)
	for to, want := range map[string]string{"/fascicoli/1": "/fascicoli/1", "https://altrove.example": "/"} {
		a = b.Visit("/in-lavorazione/" + cmd.ID + "?poi=" + url.QueryEscape(to))
		if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != want {
			t.Errorf("after the work it goes on to %d %s, want %s", a.StatusCode, a.Header.Get("Location"), want)
		}
	}
	b.Records.OnCommand = func(c ledger.Command) ledger.Command {
		c.State, c.Refusal = ledger.CommandRefused, &care.Refusal{Code: care.RefusedEnded}
		return c
	}
	if a = b.Visit("/in-lavorazione/" + cmd.ID + "?poi=/compiti"); a.Header.Get("Location") != "/compiti" {
		t.Errorf("a refusal leads to %s", a.Header.Get("Location"))
	}
	if _, ok := apitest.ReadPage(t, b.Visit("/compiti")).First("div", "class", "alert-danger"); !ok {
		t.Error("nobody says that it was refused")
	}
	if _, ok := apitest.ReadPage(t, b.Visit("/compiti")).First("div", "class", "alert-danger"); ok {
		t.Error("the refusal is told twice")
	}
}

func TestAssets(t *testing.T) {
	b := apitest.NewPages(t)
	page := apitest.ReadPage(t, b.Visit("/"))
	for _, link := range page.Every("link") {
		a := b.Visit(link.Attribute("href"))
		if a.StatusCode != http.StatusOK || !strings.Contains(a.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s answers %d %s", link.Attribute("href"), a.StatusCode, a.Header.Get("Cache-Control"))
		}
	}
	for _, path := range []string{"/assets/", web.Asset(""), web.Asset("vendor"), "/assets/altro/percorso.css", web.Asset("../web.go")} {
		if a := b.Visit(path); a.StatusCode == http.StatusOK {
			t.Errorf("%s is served", path)
		}
	}
}

// What a browser fetches that has never been here: the page, what it names, and the
// fonts that the style sheets name. On a slow line (2 Mbit/s) 150 KB take 0.6 s.
func TestAFirstVisitIsSmall(t *testing.T) {
	b := apitest.NewPages(t)
	fetched, bytes := map[string]bool{}, 0
	fetch := func(path string) string {
		path, _, _ = strings.Cut(path, "#")
		if fetched[path] {
			return ""
		}
		fetched[path] = true
		r := b.Request(http.MethodGet, path, "")
		r.Header.Set("Accept", "text/html")
		r.Header.Set("Accept-Encoding", "gzip")
		a := b.Do(b.Browser, r)
		if a.StatusCode != http.StatusOK {
			t.Errorf("%s answers %d", path, a.StatusCode)
		}
		bytes += len(a.Text)
		return a.Text
	}
	page := fetch("/")
	for _, m := range regexp.MustCompile(`"(/assets/[^"]+)"`).FindAllStringSubmatch(page, -1) {
		fetch(m[1])
	}
	for _, m := range regexp.MustCompile(`"(/assets/[^"]+)"`).FindAllStringSubmatch(b.Visit(web.Asset("percorso.css")).Text, -1) {
		fetch(m[1])
	}
	if len(fetched) < 8 || bytes > 150_000 {
		t.Errorf("%d files have %d bytes", len(fetched), bytes)
	}
	t.Logf("%d files, %d bytes", len(fetched), bytes)
}

// Whoever is rung to a desk is told on each page, and on Oggi where they answer.
func TestARingIsTold(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	const told = `<a href="/#consulti">Ti chiamano allo sportello: rispondi</a>`
	for _, rung := range []bool{false, true} {
		b.Records.Rung = rung
		if strings.Contains(b.Visit("/compiti").Text, told) != rung || strings.Contains(b.Visit("/").Text, told) {
			t.Errorf("rung %t", rung)
		}
	}
}
