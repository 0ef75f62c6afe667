package cases_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/api/pages/cases"
	"percorso/internal/care"
	"percorso/internal/health"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/protection"
	"percorso/internal/sole"
	"percorso/internal/testclock"
)

func TestCasePage(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	page := apitest.ReadPage(t, b.Visit(apitest.CasePath)).Main(t)
	words := page.Words()
	sentence, ok := page.First("p", "class", "waiting")
	if !ok || sentence.Words() == "" {
		t.Fatal("the case does not say what it waits for")
	}
	if strings.Index(words, sentence.Words()) > strings.Index(words, "Il percorso") {
		t.Error("what the case waits for does not come first")
	}
	now := page.Every("li", "aria-current", "step")
	if len(now) != 1 || !strings.Contains(now[0].Words(), "Inserimento lavorativo siamo qui") {
		t.Errorf("the current stage is not said: %d", len(now))
	}
	for _, want := range []string{"UOC Immigrazione", "Nota di prova.", "urdu"} {
		if !strings.Contains(words, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	// Headings go down one level at a time.
	level := 0
	for _, h := range page.All(func(e apitest.Dom) bool {
		return len(e.Data) == 2 && e.Data[0] == 'h' && e.Data[1] >= '1' && e.Data[1] <= '6'
	}) {
		if next := int(h.Data[1] - '0'); next > level+1 {
			t.Errorf("%s comes after a heading of level %d", h.Words(), level)
		} else {
			level = next
		}
	}
}

// TestSearchNamesNobody: what is looked for is in no address and in no log, and one can
// go back to what was found.
func TestSearchNamesNobody(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	if a := b.Submit("/ricerca", url.Values{"cerca": {"Prova 0001"}}); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/ricerca" {
		t.Errorf("the search answers %d", a.StatusCode)
	}
	page := apitest.ReadPage(t, b.Visit("/ricerca"))
	words := page.Main(t).Words()
	for _, want := range []string{"Persona Prova 0001", "nata o nato nel 1990", "PO-2026-00012", "Trovato per: nome", "Riapri il fascicolo", "Nascondi"} {
		if !strings.Contains(words, want) {
			t.Errorf("no %q in %s", want, words)
		}
	}
	for _, link := range page.Every("a") {
		if strings.Contains(link.Attribute("href"), "Prova") {
			t.Errorf("the address %s names somebody", link.Attribute("href"))
		}
	}
	more, ok := page.First("form", "class", "more")
	if !ok || apitest.FilledIn(more).Get("dopo") == "" {
		t.Fatal("the next page of what was found is not asked for by a form")
	}
	b.Submit("/ricerca", apitest.FilledIn(more))
	if words := apitest.ReadPage(t, b.Visit("/ricerca")).Main(t).Words(); !strings.Contains(words, "Prova") {
		t.Errorf("the next page: %s", words)
	}
	if strings.Contains(b.Log.String(), "Prova 0001") {
		t.Error("the log says what was looked for")
	}
	if a := b.Submit("/ricerca", url.Values{"cerca": {"x"}}); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a search for one letter answers %d", a.StatusCode)
	} else {
		apitest.CheckProblems(t, apitest.ReadPage(t, a))
	}
}

// TestWhoWasFoundHides: by a button, and by itself after three minutes; then nothing says
// what was searched.
func TestWhoWasFoundHides(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	seen := func(want bool) {
		t.Helper()
		if a := b.Visit("/ricerca"); strings.Contains(a.Text, "Persona Prova") != want {
			t.Errorf("seen: %t, want %t", !want, want)
		}
	}
	seen(false)
	b.Submit("/ricerca", url.Values{"cerca": {"Prova"}})
	seen(true)
	b.Submit("/ricerca/nascondi", nil)
	seen(false)
	b.Submit("/ricerca/mostra", nil)
	seen(true)
	b.At(b.Now.Add(2*time.Minute + 58*time.Second))
	seen(true)
	b.At(b.Now.Add(2 * time.Second))
	seen(false)
}

// TestWhoMaySearch: the box stands in the header of those who read case files.
func TestWhoMaySearch(t *testing.T) {
	b := apitest.NewPages(t)
	for who, may := range map[string]bool{apitest.SomeWorker.Subject: true, apitest.SomeSupervisor.Subject: true, apitest.SomeCPI.Subject: false} {
		b.LogIn(who)
		_, has := apitest.ReadPage(t, b.Visit("/compiti")).First("input", "id", "cerca-ovunque")
		if answered := b.Visit("/ricerca").StatusCode == http.StatusOK; has != may || answered != may {
			t.Errorf("%s: box %t, page %t, want %t", who, has, answered, may)
		}
	}
}

func TestCaseFilters(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	for name, text := range map[string]string{
		"aperti": "Aperti", "in-ritardo": italian.Upper(italian.Health(health.Late)), "fermi": italian.Upper(italian.Health(health.Broken)),
		"senza-nessuno": italian.Upper(italian.Health(health.Orphaned)), "come-previsto": italian.Upper(italian.Health(health.Planned)), "chiusi": "Chiusi",
	} {
		page := apitest.ReadPage(t, b.Visit("/fascicoli?stato="+name))
		nav, _ := page.First("nav", "aria-label", "Quali persone")
		current := nav.Every("a", "aria-current", "true")
		if len(current) != 1 || current[0].Words() != text {
			t.Errorf("%s is not marked as chosen", name)
		}
	}
}

// TestAskOfACase sends each small form of a case, wrong and right.
func TestAskOfACase(t *testing.T) { testclock.Each(t, asksOfACase) }

func asksOfACase(t *testing.T, now time.Time) {
	b := apitest.NewPagesAt(t, now)
	b.LogIn(apitest.SomeWorker.Subject)
	for _, test := range []struct {
		action string
		op     care.Operation
		wrong  url.Values
		right  url.Values
	}{
		{"prenota", care.OpBook, url.Values{"service": {"pas/"}, "note": {"Nota digitata"}},
			url.Values{"service": {"pas/housing_support"}, "day": {b.Pages.OpenDay(1)}, "hour": {"02:30"}}},
		{"chiudi", care.OpClose, url.Values{"note": {"Nota digitata"}}, url.Values{"outcome": {"moved_away"}, "note": {"Nota di prova"}}},
		{"cpi", care.OpSendToCPI, nil, url.Values{}},
		{"equipe", care.OpConvene, url.Values{"note": {"Nota digitata"}}, url.Values{"kind": {"between_agencies"}}},
		{"incontro", care.OpMeet, url.Values{"day": {b.Pages.Day(-1)}, "note": {"Nota digitata"}}, url.Values{"day": {b.Pages.Day(-1)}, "hour": {"23:59"}}},
		{"consenso", care.OpConsent, url.Values{"agency": {"terzo_settore"}, "note": {"Nota digitata"}}, url.Values{"agency": {"terzo_settore"}, "purpose": {"housing"}, "note": {"A voce"}}},
		{"revoca-consenso", care.OpUnconsent, nil, url.Values{}},
		{"permesso", care.OpPermit, url.Values{"permit": {"requested"}, "permit_expiry": {b.Pages.Day(1)}, "note": {"Nota digitata"}}, url.Values{"permit": {"work"}, "permit_expiry": {b.Pages.Day(1)}}},
		{"sospendi", care.OpSuspend, url.Values{"until": {b.Pages.Day(-1)}, "note": {"Nota digitata"}}, url.Values{"until": {b.Pages.Day(1)}, "reason": {"abroad"}, "what-" + apitest.SomeID: {"keep"}}},
		{"riprendi", care.OpResume, nil, url.Values{}},
		{"trasferimento", care.OpTransfer, url.Values{"note": {"Nota digitata"}}, url.Values{"zone": {"pistoia"}, "notice_given": {"1"}, "note": {"Cambia casa"}}},
		{"ritira-passaggio", care.OpRecall, nil, url.Values{}},
		{"riapri", care.OpReopen, url.Values{"stage": {"second_level"}, "day": {b.Pages.Day(1)}, "note": {"Nota digitata"}},
			url.Values{"stage": {"second_level"}, "service": {"pas/"}, "day": {b.Pages.OpenDay(1)}, "hour": {"10:00"}, "note": {"È tornata"}}},
	} {
		t.Run(test.action, func(t *testing.T) {
			address := apitest.CasePath + "/" + test.action
			var got ledger.NewCommand
			b.Records.OnAccept = func(c ledger.NewCommand) error { got = c; return nil }
			if test.wrong != nil {
				a := b.Submit(address, withKey(test.wrong, test.action+"-a"))
				page := apitest.ReadPage(t, a)
				if a.StatusCode != http.StatusUnprocessableEntity {
					t.Fatalf("%d: %s", a.StatusCode, page.Main(t).Words())
				}
				apitest.CheckProblems(t, page)
				if !strings.Contains(page.Main(t).Words(), "Nota digitata") {
					t.Error("what was typed is lost")
				}
			}
			a := b.Submit(address, withKey(test.right, test.action+"-b"))
			if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != apitest.CasePath {
				t.Fatalf("%d %s", a.StatusCode, a.Header.Get("Location"))
			}
			if got.Operation != test.op || got.Run != "case/"+apitest.AnotherID {
				t.Errorf("asked for %s of %s", got.Operation, got.Run)
			}
			if alert, _ := apitest.ReadPage(t, b.Visit(apitest.CasePath)).First("div", "class", "alert-success"); alert.Node == nil {
				t.Error("nobody says that it is done")
			}
		})
	}
	b.LogIn(apitest.SomeCPI.Subject)
	for _, action := range actionsOf(t, b) {
		if slices.Contains([]string{"incontro", "referente", "aggiungi-bisogno", "chiudi-bisogno", "data-importante", "correggi-data", "chiudi-data"}, action) {
			continue // which every agency may, that sees the case: a lead within itself
		}
		if a := b.Visit(apitest.CasePath + "/" + action); a.StatusCode != http.StatusForbidden {
			t.Errorf("a CPI operator gets %d at %s", a.StatusCode, action)
		}
		if a := b.Submit(apitest.CasePath+"/"+action, url.Values{"key": {"c"}, "outcome": {"moved_away"}, "note": {"x"}, "service": {"pas/"}, "day": {"2099-03-04"}, "hour": {"10:00"}}); a.StatusCode != http.StatusForbidden {
			t.Errorf("a CPI operator may ask for %s: %d", action, a.StatusCode)
		}
	}
}

// TestNoSecondOneOnThePages: what is open is not offered again; who asks all the
// same, by an old page or at the same moment, is told what there is and keeps
// what was typed.
func TestNoSecondOneOnThePages(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	b.Pages.Branches = []ledger.Branch{
		{Run: "transfer/" + apitest.SomeID, Kind: care.RunTransfer}, {Run: "equipe/" + apitest.SomeID, Kind: care.RunEquipe, Equipe: care.WithinAgency},
		{Run: "service/" + apitest.SomeID, Kind: care.RunService, Service: "pas"}, {Run: "referral/" + apitest.SomeID, Kind: care.RunReferral, Agency: "asl", Needs: []string{"housing"}},
	}
	page := apitest.ReadPage(t, b.Visit(apitest.CasePath+"/equipe"))
	var kinds []string
	for _, choice := range page.All(func(e apitest.Dom) bool { return e.Attribute("name") == "kind" }) {
		kinds = append(kinds, choice.Attribute("value"))
	}
	if !slices.Equal(kinds, []string{string(care.BetweenAgencies)}) {
		t.Errorf("kinds of équipe: %v", kinds)
	}
	page = apitest.ReadPage(t, b.Visit(apitest.CasePath+"/prenota"))
	for _, option := range page.Every("option") {
		if option.Attribute("value") == "pas/" {
			t.Error("a service that is under way is offered")
		}
	}
	for path, rule := range map[string]string{
		"/cpi": care.RulePlacementOpen, "/unisci": care.RuleTransfer, "/partner?ente=asl&bisogno=housing": care.RuleReferralOpen,
	} {
		a := b.Visit(apitest.CasePath + path)
		if text := apitest.ReadPage(t, a).Main(t).Words(); a.StatusCode != http.StatusConflict || !strings.Contains(text, italian.Rule(rule)) {
			t.Errorf("%s: %d %s", path, a.StatusCode, text)
		}
	}
	b.Records.OnAccept = func(c ledger.NewCommand) error {
		file, err := b.Pages.CaseFile(t.Context(), apitest.SomeWorker, apitest.AnotherID)
		if err != nil {
			t.Fatal(err)
		}
		second := file.Standing(b.Pages.ZonePolicy).Second(c.Run, c.Answer, sole.ShownPermit{})
		if second == nil {
			t.Fatalf("%s has no like", c.Operation)
		}
		return second
	}
	for path, c := range map[string]struct {
		form url.Values
		rule string
	}{
		"/cpi":     {url.Values{"note": {"Nota digitata"}}, care.RulePlacementOpen},
		"/equipe":  {url.Values{"kind": {string(care.WithinAgency)}, "note": {"Nota digitata"}}, care.RuleEquipeOpen},
		"/prenota": {url.Values{"service": {"pas/"}, "day": {b.Pages.OpenDay(5)}, "hour": {"10:00"}, "note": {"Nota digitata"}}, care.RuleServiceOpen},
	} {
		c.form.Set("key", path)
		a := b.Submit(apitest.CasePath+path, c.form)
		page := apitest.ReadPage(t, a)
		if text := page.Main(t).Words(); a.StatusCode != http.StatusConflict || !strings.Contains(text, italian.Rule(c.rule)) || !strings.Contains(text, "Nota digitata") {
			t.Errorf("%s: %d %s", path, a.StatusCode, text)
		}
	}
}

// TestWhatIsRefusedOfAProtectedPersonIsSaid: what is so and what can be done, at its field.
func TestWhatIsRefusedOfAProtectedPersonIsSaid(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	for path, c := range map[string]struct{ field, rule, says string }{
		"/equipe":        {"kind", protection.NoKeeper, "prima nomina custode una persona di quell’ente"},
		"/trasferimento": {"zone", protection.Protected, "finché due custodi non tolgono la protezione"},
	} {
		b.Records.OnAccept = func(ledger.NewCommand) error { return care.Refuse(care.Fault{Field: c.field, Rule: c.rule}) }
		sent := url.Values{"key": {path}, "kind": {string(care.WithinAgency)}, "zone": {"pistoia"}, "notice_given": {"1"}, "note": {"Nota digitata"}}
		a := b.Submit(apitest.CasePath+path, sent)
		page := apitest.ReadPage(t, a)
		if words := page.Main(t).Words(); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(words, c.says) || !strings.Contains(words, "Nota digitata") {
			t.Errorf("%s: %d %s", path, a.StatusCode, words)
		}
		apitest.CheckProblems(t, page)
	}
}

// TestMergeLeadsToTheFileThatStays: the other one is over.
func TestMergeLeadsToTheFileThatStays(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	const merging = "/fascicoli/" + apitest.SuspendedID + "/unisci" // the other case is asked of another zone
	page := apitest.ReadPage(t, b.Visit(merging))
	kept, ok := page.First("input", "name", "into")
	if !ok {
		t.Fatalf("no case file to keep: %s", page.Main(t).Words())
	}
	if text := page.Main(t).Words(); strings.Count(text, "ha detto che sono due persone") != 1 {
		t.Errorf("who was told apart is not listed so: %s", text)
	}
	a := b.Submit(merging, url.Values{"key": {"a"}, "into": {kept.Attribute("value")}})
	if a.StatusCode != http.StatusUnprocessableEntity {
		t.Fatalf("merged without a word: %d", a.StatusCode)
	}
	page = apitest.ReadPage(t, a)
	apitest.CheckProblems(t, page)
	if form, _ := page.First("form", "action", merging); apitest.FilledIn(form).Get("into") != kept.Attribute("value") {
		t.Error("what was chosen is lost")
	}
	a = b.Submit(merging, url.Values{"key": {"b"}, "into": {kept.Attribute("value")}, "note": {"Stesso documento"}})
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/fascicoli/"+kept.Attribute("value") {
		t.Errorf("%d %s", a.StatusCode, a.Header.Get("Location"))
	}
}

// TestMeetingOfWhoDoesNotSeeTheFile: an agency that has a part in the plan meets
// the person too, and comes back to the plan.
func TestMeetingOfWhoDoesNotSeeTheFile(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeCPI.Subject)
	file := "/fascicoli/" + apitest.SomeID // which its records do not have
	page := apitest.ReadPage(t, b.Visit(file+"/incontro"))
	form, ok := page.First("form", "action", file+"/incontro")
	if !ok {
		t.Fatalf("no form: %s", page.Main(t).Words())
	}
	values := apitest.FilledIn(form)
	values.Set("day", b.Pages.Day(-3))
	if a := b.Submit(file+"/incontro", values); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a meeting without its hour: %d", a.StatusCode)
	} else {
		apitest.CheckProblems(t, apitest.ReadPage(t, a))
	}
	values.Set("hour", "10:00")
	values.Set("key", "b")
	if a := b.Submit(file+"/incontro", values); a.Header.Get("Location") != file+"/progetto" {
		t.Errorf("%d %s", a.StatusCode, a.Header.Get("Location"))
	}
	if a := b.Visit(file + "/sospendi"); a.StatusCode == http.StatusOK {
		t.Error("the file of others can be suspended")
	}
}

// TestStateOfACase: what life did to a case comes before everything else.
func TestStateOfACase(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	suspended := apitest.ReadPage(t, b.Visit("/fascicoli/"+apitest.SuspendedID)).Main(t)
	if _, ok := suspended.First("form", "action", "/fascicoli/"+apitest.SuspendedID+"/riprendi"); !ok || !strings.Contains(suspended.Words(), "Percorso sospeso fino a lunedì 1º marzo 2027") {
		t.Errorf("a suspended case does not say so: %s", suspended.Words())
	}
	merged := apitest.ReadPage(t, b.Visit("/fascicoli/"+apitest.MergedID)).Main(t)
	if _, ok := merged.First("a", "href", apitest.CasePath); !ok || !strings.Contains(merged.Words(), "unito a un altro") {
		t.Error("a merged case does not lead to the one that stays")
	}
	for _, want := range []string{"Se è uno sbaglio, in due lo potete annullare fino al", "è stata annullata il", "Valutazione", "che resta nel fascicolo che aveva tutto", "Chiedi di nuovo il consenso"} {
		if !strings.Contains(merged.Words(), want) {
			t.Errorf("the page of a file that was merged does not say %q", want)
		}
	}
	again, ok := merged.First("a", "href", "/fascicoli/"+apitest.MergedID+"/consenso?agency=terzo_settore")
	if !ok || !strings.Contains(again.Words(), "abitare") && !strings.Contains(again.Words(), "Casa") {
		t.Errorf("what the merge withdrew is not proposed again: %s", merged.Words())
	}
	asked := apitest.ReadPage(t, b.Visit(apitest.CasePath)).Main(t)
	for _, want := range []string{"Passaggio chiesto a: Comune di Pistoia", "Progetto personalizzato", "Équipe tra enti"} {
		if !strings.Contains(asked.Words(), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func withKey(form url.Values, key string) url.Values {
	form.Set("key", key)
	return form
}

func TestCaseReads(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	page := apitest.ReadPage(t, b.Visit(apitest.CasePath+"/letture")).Main(t)
	for _, want := range []string{
		apitest.SomeWorker.Name + " ha letto il fascicolo", "Comune di Prato. Scopo: seguire la persona",
		"ha letto i dati della persona", "Dal link ricevuto per email. Scopo: risposta a una segnalazione",
		"Altra Prova ha chiesto di leggere senza averne titolo", "di un’altra zona (lucca)", apitest.SomeWorker.Name + " ha aperto il fascicolo",
	} {
		if !strings.Contains(page.Words(), want) {
			t.Errorf("no %q in %s", want, page.Words())
		}
	}
	if !slices.ContainsFunc(page.Every("a"), func(e apitest.Dom) bool { return e.Attribute("href") == apitest.CasePath }) {
		t.Error("no way back to the case")
	}
}

// actionsOf are the addresses of what may be asked of a case as a whole, below
// its own.
func actionsOf(t *testing.T, b *apitest.PagesRig) (actions []string) {
	t.Helper()
	engine := gin.New()
	new(cases.Place).Mount(b.Guard().Routes(engine))
	for _, r := range engine.Routes() {
		action, ok := strings.CutPrefix(r.Path, "/fascicoli/:id/")
		if ok && r.Method == http.MethodPost && !strings.Contains(action, "/") {
			actions = append(actions, action)
		}
	}
	if len(actions) < 13 {
		t.Fatalf("only %v", actions)
	}
	return actions
}

// The head of a case's page names the days after which something is lost; what few may know is
// named to nobody else. What was corrected is there still.
func TestDaysThatMatter(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	page := apitest.ReadPage(t, b.Visit("/fascicoli/"+apitest.AnotherID))
	words := page.Main(t).Words()
	for _, says := range []string{
		": sfratto Segue " + apitest.SomeWorker.Name + " Come lo sappiamo: la lettera del tribunale (prova) Serve un posto per quattro (prova).",
		": una data importante Segue chi è operatore del Centro per l’Impiego", ": ultimo giorno del permesso", ": sfratto. Corretta", "Rinviato (prova).",
	} {
		require.Contains(t, words, says)
	}
	form := apitest.ReadPage(t, b.Visit("/fascicoli/"+apitest.AnotherID+"/correggi-data?date="+apitest.DateID)).Main(t)
	_, filled := form.First("input", "value", "la lettera del tribunale (prova)")
	require.True(t, filled)
}
