package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
)

// document is a page that was read.
type document struct {
	answer
	root *html.Node
}

// open asks for a page as the one who is logged in.
func (b *pagesRig) open(t *testing.T, path string) document {
	t.Helper()
	return parsed(t, b.do(b.browser, b.request(http.MethodGet, path, "")))
}

// send sends a form as a browser does.
func (b *pagesRig) send(t *testing.T, path string, fields url.Values) document {
	t.Helper()
	r := b.request(http.MethodPost, path, fields.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return parsed(t, b.do(b.browser, r))
}

func parsed(t *testing.T, a answer) document {
	t.Helper()
	root, err := html.Parse(strings.NewReader(a.text))
	if err != nil {
		t.Fatal(err)
	}
	return document{a, root}
}

// all finds the elements of a name.
func (d document) all(name string) (found []*html.Node) {
	for n := range d.root.Descendants() {
		if n.Type == html.ElementNode && n.Data == name {
			found = append(found, n)
		}
	}
	return found
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// words are the text of an element, with single blanks.
func words(n *html.Node) string {
	var text strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			text.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(text.String()), " ")
}

func (d document) words() string { return words(d.all("main")[0]) }

// filled gives what the fields of a name hold, as a browser would send it.
func (d document) filled(name string) (values []string) {
	for _, n := range d.all("input") {
		box := attribute(n, "type") == "checkbox" || attribute(n, "type") == "radio"
		if attribute(n, "name") == name && (!box || has(n, "checked")) {
			values = append(values, attribute(n, "value"))
		}
	}
	for _, n := range d.all("select") {
		for option := range n.Descendants() {
			if attribute(n, "name") == name && option.Data == "option" && has(option, "selected") {
				values = append(values, attribute(option, "value"))
			}
		}
	}
	for _, n := range d.all("textarea") {
		if attribute(n, "name") == name {
			values = append(values, words(n))
		}
	}
	return values
}

// problems are the links of the summary of errors, by the field that they lead to.
func (d document) problems() map[string]string {
	found := map[string]string{}
	for _, n := range d.all("a") {
		if id, ok := strings.CutPrefix(attribute(n, "href"), "#"); ok && id != "contenuto" {
			found[id] = words(n)
		}
	}
	return found
}

// at sets the clock of the pages.
func (b *pagesRig) at(t time.Time) { b.now = t }

func TestDeskSaysWhetherItIsOpenAndWhoIsThere(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	for _, at := range []struct {
		when string
		want []string
	}{
		{"2026-11-23 09:30", []string{"Aperto ora, fino alle 13:00", "Accesso libero: 09:00–13:00 e 15:00–17:00", "urdu (fino alle 13:00)", "Presenti durante l’apertura operatore di sportello, assistente sociale", "italiano, cinese"}},
		{"2026-11-23 15:30", []string{"Aperto ora, fino alle 17:00", "nessuno in questo momento"}},
		{"2026-11-24 13:00", []string{"Chiuso ora", "Prossima apertura: giovedì 26 novembre alle 09:00."}},
		{"2026-11-25 10:00", []string{"Oggi non c’è accesso libero.", "Prossima apertura: domani alle 09:00."}},
		{"2026-12-25 10:00", []string{"Oggi gli uffici sono chiusi.", "Prossima apertura: lunedì 28 dicembre alle 09:00."}},
	} {
		now, err := time.ParseInLocation("2006-01-02 15:04", at.when, italian.Rome)
		if err != nil {
			t.Fatal(err)
		}
		b.at(now)
		page := b.open(t, "/sportello")
		for _, want := range at.want {
			if !strings.Contains(page.words(), want) {
				t.Errorf("%s: no %q in %s", at.when, want, page.words())
			}
		}
	}
}

func TestDeskIsForThoseWhoReceive(t *testing.T) {
	b := newPages(t)
	b.logIn(someCPI.Subject)
	for _, path := range []string{"/sportello", "/sportello/accesso", "/sportello/fascicolo", "/accessi"} {
		if page := b.open(t, path); page.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", path, page.StatusCode)
		}
	}
}

// someOpening is a form that is in order.
func someOpening() url.Values {
	return url.Values{
		"key": {"chiave"}, "given_name": {" Persona "}, "family_name": {"Prova 0009"}, "birth_date": {"1992-05-01"}, "citizenship": {"PK"},
		"permit": {"work"}, "permit_expiry": {"2030-01-31"}, "languages": {"ur", "it"}, "other_language": {"wo"}, "phone": {"000 0000009"},
		"needs": {"labour", "housing"}, "topic": {"labour"}, "channel": {"phone"}, "notice_given": {"1"}, "note": {"Testo di prova"},
	}
}

func TestOpenACase(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	var sent ledger.NewCommand
	b.records.accept = func(c ledger.NewCommand) error { sent = c; return nil }
	page := b.send(t, "/sportello/fascicolo", someOpening())
	if to := page.Header.Get("Location"); page.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/fascicoli/0190") {
		t.Fatalf("%d %s %s", page.StatusCode, to, page.text)
	}
	form := formIn(t, catalogue.Open, sent)
	p := form.Person
	if p.GivenName != "Persona" || !p.BirthDate.Equal(time.Date(1992, 5, 1, 0, 0, 0, 0, time.UTC)) || p.PermitExpiry == nil ||
		strings.Join(p.Languages, " ") != "ur it wo" || strings.Join(form.Needs, " ") != "labour housing" || !form.NoticeGiven || form.Note != "Testo di prova" {
		t.Errorf("%+v", form)
	}
	if flash := b.open(t, "/sportello"); !strings.Contains(flash.words(), "Il fascicolo è aperto. Il prossimo passo è") {
		t.Errorf("no word of it: %s", flash.words())
	}
}

func TestOpeningComesBackAsItWasTyped(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	form := someOpening()
	form.Set("given_name", "")
	form.Set("birth_date", "31/02/1992")
	form.Del("notice_given")
	page := b.send(t, "/sportello/fascicolo", form)
	if page.StatusCode != http.StatusUnprocessableEntity || len(b.records.commands) != 0 {
		t.Fatalf("%d", page.StatusCode)
	}
	faults := page.problems()
	for field, want := range map[string]string{"given_name": "Nome: ", "birth_date": "Data di nascita: ", "notice_given": "Informativa sulla privacy: "} {
		if !strings.HasPrefix(faults[field], want) {
			t.Errorf("%s: %v", field, faults)
		}
	}
	if len(faults) != 3 {
		t.Errorf("more is wrong than is: %v", faults)
	}
	for field, typed := range form {
		if got := page.filled(field); field != "key" && !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(typed))) {
			t.Errorf("%s came back as %v", field, got)
		}
	}
	if strings.Contains(page.words(), "Registra un accesso") {
		t.Error("a contact is offered where a case may be opened")
	}
}

func TestItalianCitizensAreOfferedAContact(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	form := someOpening()
	form.Set("citizenship", "IT")
	page := b.send(t, "/sportello/fascicolo", form)
	if page.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page.problems()["citizenship"], italian.Rule(care.RuleLevel1Foreign)) {
		t.Fatalf("%d %v", page.StatusCode, page.problems())
	}
	buttons := page.all("button")
	i := slices.IndexFunc(buttons, func(n *html.Node) bool { return attribute(n, "formaction") != "" })
	if i < 0 {
		t.Fatal("no contact is offered")
	}
	contact := b.send(t, attribute(buttons[i], "formaction"), form)
	for field, want := range map[string]string{"citizenship": "IT", "topic": "labour", "channel": "phone", "language": "ur", "outcome": "information", "note": ""} {
		if got := strings.Join(contact.filled(field), " "); got != want {
			t.Errorf("%s is %q", field, got)
		}
	}
	if strings.Contains(contact.text, "Prova 0009") || len(b.records.commands) != 0 {
		t.Error("a contact names nobody, and is not recorded yet")
	}
}

func TestRecordAContact(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	form := url.Values{"key": {"uno"}, "topic": {"school"}, "channel": {"in_person"}, "language": {"it"}, "outcome": {"consultation"}, "note": {"Testo di prova"}}
	page := b.send(t, "/sportello/accesso", form)
	if page.StatusCode != http.StatusUnprocessableEntity || page.problems()["citizenship"] == "" || strings.Join(page.filled("note"), "") != "Testo di prova" {
		t.Fatalf("%d %v", page.StatusCode, page.problems())
	}
	form.Set("outcome", "information")
	for range 2 { // a double click
		page = b.send(t, "/sportello/accesso", form)
		if page.StatusCode != http.StatusSeeOther || page.Header.Get("Location") != "/sportello" {
			t.Fatalf("%d %s", page.StatusCode, page.text)
		}
	}
	if len(b.records.commands) != 1 {
		t.Errorf("%d contacts", len(b.records.commands))
	}
	form.Set("note", "Altro")
	if page = b.send(t, "/sportello/accesso", form); page.StatusCode != http.StatusConflict {
		t.Errorf("the same key with another body: %d", page.StatusCode)
	}
}

func TestContactsAreListedByDay(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	page := b.open(t, "/accessi")
	if page.StatusCode != http.StatusOK || len(page.all("h2")) == 0 || !strings.Contains(page.words(), "Lavoro") {
		t.Errorf("%d %s", page.StatusCode, page.words())
	}
}

func TestEligibilityOnAPage(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	b.at(time.Date(2026, 11, 23, 10, 0, 0, 0, italian.Rome))
	page := b.send(t, "/verifica-requisiti", url.Values{
		"birth_date": {"2010-12-15"}, "citizenship": {"PK"}, "permit": {"family"}, "needs": {"labour"},
	})
	text := page.words()
	for _, want := range []string{"Informazioni Sì", "(primo livello) Sì", "(secondo livello) Sì", "Presa in carico integrata No", italian.Rule(care.RuleTakeOverAgeMin), "dal 15 dicembre 2026"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if strings.Join(page.filled("birth_date"), "") != "2010-12-15" || len(b.records.commands) != 0 {
		t.Error("what was asked is gone, or stored")
	}
	page = b.send(t, "/verifica-requisiti", url.Values{"birth_date": {"2030-01-01"}})
	if page.StatusCode != http.StatusUnprocessableEntity || page.problems()["birth_date"] == "" {
		t.Errorf("%d %v", page.StatusCode, page.problems())
	}
}

// TestPersonWithAnOpenFile: the desk is told before a second one is opened, and
// goes on where it is somebody else; nothing typed is lost.
func TestPersonWithAnOpenFile(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	b.records.same = b.pages.files()[:1]
	form := someOpening()
	page := b.send(t, "/sportello/fascicolo", form)
	if page.StatusCode != http.StatusConflict || len(b.records.commands) != 0 || !strings.Contains(page.words(), "È la stessa persona: apri il fascicolo n. PO-2026-00012") {
		t.Fatalf("%d %s", page.StatusCode, page.words())
	}
	for field, typed := range form {
		got := slices.Sorted(slices.Values(page.filled(field)))
		want := slices.Sorted(slices.Values(typed))
		for i := range want {
			want[i] = strings.TrimSpace(want[i])
		}
		if field != "key" && field != "other_language" && field != "languages" && !slices.Equal(got, want) {
			t.Errorf("%s came back as %v", field, got)
		}
	}
	form.Set("another_person", "1")
	if page = b.send(t, "/sportello/fascicolo", form); page.StatusCode != http.StatusSeeOther || len(b.records.commands) != 1 {
		t.Fatalf("%d %s", page.StatusCode, page.words())
	}
	form.Del("another_person") // the same form, sent before the warning came
	if page = b.send(t, "/sportello/fascicolo", form); page.StatusCode != http.StatusSeeOther || len(b.records.commands) != 1 {
		t.Errorf("the same form sent twice: %d", page.StatusCode)
	}
}
