package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
)

const casePath = "/fascicoli/" + anotherID

func TestCasePage(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	page := readPage(t, b.visit(casePath)).main(t)
	words := page.words()
	sentence, ok := page.first("p", "class", "waiting")
	if !ok || sentence.words() == "" {
		t.Fatal("the case does not say what it waits for")
	}
	if strings.Index(words, sentence.words()) > strings.Index(words, "Il percorso") {
		t.Error("what the case waits for does not come first")
	}
	now := page.every("li", "aria-current", "step")
	if len(now) != 1 || !strings.Contains(now[0].words(), "Inserimento lavorativo il percorso è qui") {
		t.Errorf("the current stage is not said: %d", len(now))
	}
	for _, want := range []string{"UOC Immigrazione", "Nota di prova.", "Pakistan", "urdu"} {
		if !strings.Contains(words, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	// Headings go down one level at a time.
	level := 0
	for _, h := range page.all(func(e dom) bool { return len(e.Data) == 2 && e.Data[0] == 'h' && e.Data[1] >= '1' && e.Data[1] <= '6' }) {
		if next := int(h.Data[1] - '0'); next > level+1 {
			t.Errorf("%s comes after a heading of level %d", h.words(), level)
		} else {
			level = next
		}
	}
}

// TestSearchNamesNobody: what is looked for is in no address and in no log.
func TestSearchNamesNobody(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	a := b.submit("/fascicoli", url.Values{"cerca": {"Prova 0001"}})
	page := readPage(t, a)
	if a.StatusCode != http.StatusOK || a.Request.URL.RawQuery != "" || len(page.every("li", "class", "work")) == 0 {
		t.Errorf("the search answers %d", a.StatusCode)
	}
	for _, link := range page.every("a") {
		if strings.Contains(link.attr("href"), "Prova") {
			t.Errorf("the address %s names somebody", link.attr("href"))
		}
	}
	more, ok := page.first("form", "class", "more")
	if !ok || filledIn(more).Get("cerca") != "Prova 0001" || filledIn(more).Get("dopo") == "" {
		t.Error("the next page of what was found is not asked for by a form")
	}
	if strings.Contains(b.log.String(), "Prova 0001") {
		t.Error("the log says what was looked for")
	}
	if a := b.submit("/fascicoli", url.Values{"cerca": {"x"}}); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a search for one letter answers %d", a.StatusCode)
	} else {
		checkProblems(t, readPage(t, a))
	}
}

func TestCaseFilters(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	for name, text := range map[string]string{
		"aperti": "Aperti", "in-ritardo": italian.Upper(italian.Health(care.HealthLate)), "fermi": italian.Upper(italian.Health(care.HealthBroken)),
		"senza-nessuno": italian.Upper(italian.Health(care.HealthOrphaned)), "come-previsto": italian.Upper(italian.Health(care.HealthPlanned)), "chiusi": "Chiusi",
	} {
		page := readPage(t, b.visit("/fascicoli?stato="+name))
		nav, _ := page.first("nav", "aria-label", "Quali fascicoli")
		current := nav.every("a", "aria-current", "true")
		if len(current) != 1 || current[0].words() != text {
			t.Errorf("%s is not marked as chosen", name)
		}
	}
}

// TestAskOfACase sends each small form of a case, wrong and right.
func TestAskOfACase(t *testing.T) { testclock.Each(t, asksOfACase) }

func asksOfACase(t *testing.T, now time.Time) {
	b := newPagesAt(t, now)
	b.logIn(someWorker.Subject)
	for _, test := range []struct {
		action string
		op     care.Operation
		wrong  url.Values
		right  url.Values
	}{
		{"prenota", care.OpBook, url.Values{"service": {"pas/"}, "note": {"Nota digitata"}},
			url.Values{"service": {"pas/housing_support"}, "day": {b.pages.day(1)}, "hour": {"02:30"}}},
		{"chiudi", care.OpClose, url.Values{"note": {"Nota digitata"}}, url.Values{"outcome": {"moved_away"}, "note": {"Nota di prova"}}},
		{"cpi", care.OpSendToCPI, nil, url.Values{}},
		{"equipe", care.OpConvene, url.Values{"note": {"Nota digitata"}}, url.Values{"kind": {"between_agencies"}}},
		{"incontro", care.OpMeet, url.Values{"day": {b.pages.day(-1)}, "note": {"Nota digitata"}}, url.Values{"day": {b.pages.day(-1)}, "hour": {"23:59"}}},
		{"consenso", care.OpConsent, nil, url.Values{"note": {"A voce"}}},
		{"revoca-consenso", care.OpUnconsent, nil, url.Values{}},
		{"permesso", care.OpPermit, url.Values{"permit": {"requested"}, "permit_expiry": {b.pages.day(1)}, "note": {"Nota digitata"}}, url.Values{"permit": {"work"}, "permit_expiry": {b.pages.day(1)}}},
		{"sospendi", care.OpSuspend, url.Values{"until": {b.pages.day(-1)}, "note": {"Nota digitata"}}, url.Values{"until": {b.pages.day(1)}, "reason": {"abroad"}}},
		{"riprendi", care.OpResume, nil, url.Values{}},
		{"trasferimento", care.OpTransfer, url.Values{"note": {"Nota digitata"}}, url.Values{"zone": {"pistoia"}, "notice_given": {"1"}, "note": {"Cambia casa"}}},
		{"ritira-passaggio", care.OpRecall, nil, url.Values{}},
		{"riapri", care.OpReopen, url.Values{"stage": {"second_level"}, "day": {b.pages.day(1)}, "note": {"Nota digitata"}},
			url.Values{"stage": {"second_level"}, "service": {"pas/"}, "day": {b.pages.day(1)}, "hour": {"10:00"}, "note": {"È tornata"}}},
	} {
		t.Run(test.action, func(t *testing.T) {
			address := casePath + "/" + test.action
			var got ledger.NewCommand
			b.records.accept = func(c ledger.NewCommand) error { got = c; return nil }
			if test.wrong != nil {
				a := b.submit(address, withKey(test.wrong, test.action+" a"))
				page := readPage(t, a)
				if a.StatusCode != http.StatusUnprocessableEntity {
					t.Fatalf("%d: %s", a.StatusCode, page.main(t).words())
				}
				checkProblems(t, page)
				if !strings.Contains(page.main(t).words(), "Nota digitata") {
					t.Error("what was typed is lost")
				}
			}
			a := b.submit(address, withKey(test.right, test.action+" b"))
			if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != casePath {
				t.Fatalf("%d %s", a.StatusCode, a.Header.Get("Location"))
			}
			if got.Operation != test.op || got.Run != "case/"+anotherID {
				t.Errorf("asked for %s of %s", got.Operation, got.Run)
			}
			if alert, _ := readPage(t, b.visit(casePath)).first("div", "class", "alert-success"); alert.Node == nil {
				t.Error("nobody says that it is done")
			}
		})
	}
	b.logIn(someCPI.Subject)
	for _, action := range b.caseActions() {
		if action == "incontro" {
			continue // which every agency may, that sees the case
		}
		if a := b.visit(casePath + "/" + action); a.StatusCode != http.StatusForbidden {
			t.Errorf("a CPI operator gets %d at %s", a.StatusCode, action)
		}
		if a := b.submit(casePath+"/"+action, url.Values{"key": {"c"}, "outcome": {"moved_away"}, "note": {"x"}, "service": {"pas/"}, "day": {"2099-03-04"}, "hour": {"10:00"}}); a.StatusCode != http.StatusForbidden {
			t.Errorf("a CPI operator may ask for %s: %d", action, a.StatusCode)
		}
	}
}

// TestMergeLeadsToTheFileThatStays: the other one is over.
func TestMergeLeadsToTheFileThatStays(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	page := readPage(t, b.visit(casePath+"/unisci"))
	kept, ok := page.first("input", "name", "into")
	if !ok {
		t.Fatalf("no case file to keep: %s", page.main(t).words())
	}
	a := b.submit(casePath+"/unisci", url.Values{"key": {"a"}, "into": {kept.attr("value")}})
	if a.StatusCode != http.StatusUnprocessableEntity {
		t.Fatalf("merged without a word: %d", a.StatusCode)
	}
	page = readPage(t, a)
	checkProblems(t, page)
	if form, _ := page.first("form", "action", casePath+"/unisci"); filledIn(form).Get("into") != kept.attr("value") {
		t.Error("what was chosen is lost")
	}
	a = b.submit(casePath+"/unisci", url.Values{"key": {"b"}, "into": {kept.attr("value")}, "note": {"Stesso documento"}})
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/fascicoli/"+kept.attr("value") {
		t.Errorf("%d %s", a.StatusCode, a.Header.Get("Location"))
	}
}

// TestMeetingOfWhoDoesNotSeeTheFile: an agency that has a part in the plan meets
// the person too, and comes back to the plan.
func TestMeetingOfWhoDoesNotSeeTheFile(t *testing.T) {
	b := newPages(t)
	b.logIn(someCPI.Subject)
	file := "/fascicoli/" + someID // which its records do not have
	page := readPage(t, b.visit(file+"/incontro"))
	form, ok := page.first("form", "action", file+"/incontro")
	if !ok {
		t.Fatalf("no form: %s", page.main(t).words())
	}
	values := filledIn(form)
	values.Set("day", b.pages.day(-3))
	if a := b.submit(file+"/incontro", values); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a meeting without its hour: %d", a.StatusCode)
	} else {
		checkProblems(t, readPage(t, a))
	}
	values.Set("hour", "10:00")
	values.Set("key", "b")
	if a := b.submit(file+"/incontro", values); a.Header.Get("Location") != file+"/progetto" {
		t.Errorf("%d %s", a.StatusCode, a.Header.Get("Location"))
	}
	if a := b.visit(file + "/sospendi"); a.StatusCode == http.StatusOK {
		t.Error("the file of others can be suspended")
	}
}

// TestStateOfACase: what life did to a case comes before everything else.
func TestStateOfACase(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	suspended := readPage(t, b.visit("/fascicoli/"+suspendedID)).main(t)
	if _, ok := suspended.first("form", "action", "/fascicoli/"+suspendedID+"/riprendi"); !ok || !strings.Contains(suspended.words(), "Caso sospeso fino al 1º marzo 2027") {
		t.Errorf("a suspended case does not say so: %s", suspended.words())
	}
	merged := readPage(t, b.visit("/fascicoli/"+mergedID)).main(t)
	if _, ok := merged.first("a", "href", casePath); !ok || !strings.Contains(merged.words(), "unito a un altro") {
		t.Error("a merged case does not lead to the one that stays")
	}
	asked := readPage(t, b.visit(casePath)).main(t)
	for _, want := range []string{"Passaggio chiesto a: Comune di Pistoia", "Progetto personalizzato", "Équipe tra enti", "Nessun consenso", "Ultimi incontri"} {
		if !strings.Contains(asked.words(), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func withKey(form url.Values, key string) url.Values {
	form.Set("key", key)
	return form
}

func TestCaseReads(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	page := readPage(t, b.visit(casePath+"/letture")).main(t)
	for _, want := range []string{
		someWorker.Name + " ha letto il fascicolo", "Comune di Prato. Scopo: seguire la persona",
		"ha letto i dati della persona", "Dal link ricevuto per posta. Scopo: risposta a una segnalazione",
		"Altra Prova ha chiesto di leggere senza averne titolo", "di un’altra zona (lucca)", someWorker.Name + " ha aperto il fascicolo",
	} {
		if !strings.Contains(page.words(), want) {
			t.Errorf("no %q in %s", want, page.words())
		}
	}
	if !slices.ContainsFunc(page.every("a"), func(e dom) bool { return e.attr("href") == casePath }) {
		t.Error("no way back to the case")
	}
}

// caseActions are the addresses of what may be asked of a case as a whole, below
// its own.
func (b *pagesRig) caseActions() (actions []string) {
	b.t.Helper()
	engine, err := b.server.routes()
	if err != nil {
		b.t.Fatal(err)
	}
	for _, r := range engine.Routes() {
		action, ok := strings.CutPrefix(r.Path, "/fascicoli/:id/")
		if ok && r.Method == http.MethodPost && action != "partner" && !strings.Contains(action, "/") {
			actions = append(actions, action)
		}
	}
	if len(actions) < 13 {
		b.t.Fatalf("only %v", actions)
	}
	return actions
}
