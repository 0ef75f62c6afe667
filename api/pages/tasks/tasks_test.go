package tasks_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"percorso/api/apitest"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/completion"
	"percorso/internal/italian"
	"percorso/internal/kept"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
)

func TestTaskList(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	list := func(address string) apitest.Dom { return apitest.ReadPage(t, b.Visit(address)) }
	rows := func(page apitest.Dom) (found []apitest.Dom) {
		return page.All(func(e apitest.Dom) bool { return e.Attribute("data-row") != "" })
	}
	mine := list("/compiti")
	if len(rows(mine)) < 2 || !strings.Contains(mine.Main(t).Words(), "1-2 di 2") {
		t.Fatalf("the list shows %s", mine.Main(t).Words())
	}
	if words := list("/compiti?elenco=seguo").Words(); !strings.Contains(words, "1-2 di 2") || strings.Index(words, "Senza un prossimo passo") > strings.Index(words, "Senza scadenza") || !strings.Contains(words, "Nessuno può andare avanti") {
		t.Error(words)
	}
	free := list("/compiti?elenco=libere")
	form, ok := free.First("form", "action", "/compiti/"+apitest.AnotherID+"/prendi")
	if !ok {
		t.Fatal("the team's task cannot be claimed from the list")
	}
	if apitest.FilledIn(form).Get("key") == "" {
		t.Error("a claim sent twice would be two")
	}
	for _, page := range []apitest.Dom{mine, free} {
		// Each button of the list says of what it is, also where only buttons are read.
		var said []string
		for _, row := range rows(page) {
			for _, button := range row.Every("button") {
				said = append(said, button.Words())
			}
		}
		if len(said) != len(slices.Compact(slices.Sorted(slices.Values(said)))) {
			t.Errorf("two buttons say the same: %q", said)
		}
	}
	// What the supervisor does besides is offered in the row.
	b.LogIn(apitest.SomeSupervisor.Subject)
	for _, act := range []string{"riassegna", "proroga"} {
		if _, ok := list("/compiti?elenco=libere").First("a", "href", "/casi-bloccati/"+apitest.AnotherID+"/"+act); !ok {
			t.Errorf("the row does not offer %s", act)
		}
	}
}

// TestTheFilterIsKept: what somebody filters by stands in no address, is marked on each of
// the lists until it is taken off, and says what is wrong with it.
func TestTheFilterIsKept(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	sends := func(form url.Values) string {
		a := b.Submit("/compiti/filtra", form)
		if a.StatusCode != http.StatusSeeOther {
			t.Fatalf("%v: %d %s", form, a.StatusCode, a.Text)
		}
		return a.Header.Get("Location")
	}
	said := func(address string) string { return apitest.ReadPage(t, b.Visit(address)).Main(t).Words() }
	if to := sends(url.Values{"elenco": {"mie"}, "persona": {"Nessuna Esempio"}, "lingua": {"ur"}}); to != "/compiti?elenco=mie" {
		t.Errorf("the filter leads to %s", to)
	}
	for _, address := range []string{"/compiti", "/compiti?elenco=libere"} {
		if text := said(address); !strings.Contains(text, "Lingua: urdu") || !strings.Contains(text, "Nessuna Esempio") || !strings.Contains(text, "Niente con questi filtri") {
			t.Errorf("%s says %s", address, text)
		}
	}
	sends(url.Values{"elenco": {"mie"}, "scadenza": {"late"}})
	if text := said("/compiti"); !strings.Contains(text, "Scadenza: In ritardo") || strings.Contains(text, "Nessuna Esempio") {
		t.Errorf("another filter leaves %s", text)
	}
	long := strings.Repeat("a", 101)
	if a := b.Submit("/compiti/filtra", url.Values{"elenco": {"mie"}, "persona": {long}}); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.Text, `value="`+long) {
		t.Errorf("a name that is too long: %d", a.StatusCode)
	}
	if text := said("/compiti"); !strings.Contains(text, "Scadenza: In ritardo") {
		t.Errorf("what was refused took the place of what was kept: %s", text)
	}
	sends(url.Values{"elenco": {"mie"}, "togli": {"1"}})
	if text := said("/compiti"); strings.Contains(text, "Filtri:") {
		t.Errorf("it is still filtered: %s", text)
	}
}

// TestClaim: one click takes a task; who comes second is told who has it.
func TestClaim(t *testing.T) {
	b := apitest.NewPages(t)
	b.Pages.OneTask.State, b.Pages.OneTask.HolderID = care.TaskReady, ""
	b.LogIn(apitest.SomeWorker.Subject)
	key := url.Values{"key": {"una"}}
	if a := b.Submit("/compiti/"+apitest.SomeID+"/prendi", key); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/compiti/"+apitest.SomeID {
		t.Errorf("a claim leads to %d %s", a.StatusCode, a.Header.Get("Location"))
	}
	b.Records.OnAssign = func(ledger.NewCommand) (*care.Refusal, error) {
		return &care.Refusal{Code: care.RefusedTaken, Role: care.CPIOperator}, nil
	}
	if a := b.Submit("/compiti/"+apitest.SomeID+"/prendi", url.Values{"key": {"altra"}}); a.Header.Get("Location") != "/compiti" {
		t.Errorf("a lost race leads to %d %s", a.StatusCode, a.Header.Get("Location"))
	}
	alert, _ := apitest.ReadPage(t, b.Visit("/compiti")).First("div", "class", "alert-danger")
	if !strings.Contains(alert.Words(), italian.Role(care.CPIOperator)) {
		t.Errorf("a lost race says %q and not who won", alert.Words())
	}
}

// TestEveryOutcomeCanBeCompleted fills in the form of each kind of task as it is
// shown, for each of its outcomes, with JavaScript and without: what is sent
// breaks no rule.
func TestEveryOutcomeCanBeCompleted(t *testing.T) { testclock.Each(t, completesEveryOutcome) }

func completesEveryOutcome(t *testing.T, now time.Time) {
	b := apitest.NewPagesAt(t, now)
	b.LogIn(apitest.SomeWorker.Subject)
	for _, kind := range completion.Forms {
		for _, outcome := range kind.Outcomes {
			for _, script := range []bool{true, false} {
				t.Run(string(kind.Kind)+" "+outcome.Code, func(t *testing.T) {
					b.Hold(kind.Kind)
					page := apitest.ReadPage(t, b.Visit("/compiti/"+apitest.SomeID))
					form, ok := page.First("form", "action", "/compiti/"+apitest.SomeID+"/completa")
					if !ok {
						t.Fatalf("no form: %s", page.Main(t).Words())
					}
					var got care.Completion
					b.Records.OnAccept = func(c ledger.NewCommand) error { got = apitest.FormIn(t, catalogue.Complete, c); return nil }
					a := b.Submit(form.Attribute("action"), fillIn(form, outcome.Code, script, now, b.Pages.OpenDay(1)))
					if a.StatusCode != http.StatusSeeOther || !slices.Contains([]string{"/compiti?dopo=" + apitest.SomeID, "/compiti/" + apitest.AnotherID}, a.Header.Get("Location")) {
						t.Fatalf("%d %s", a.StatusCode, apitest.ReadPage(t, a).Main(t).Words())
					}
					if faults := completion.Check(b.Pages.ZonePolicy, kind.Kind, got); len(faults) > 0 || got.Outcome != outcome.Code {
						t.Errorf("accepted %s with %v", got.Outcome, faults)
					}
				})
			}
		}
	}
}

// fillIn does what a person does with a form: chooses the outcome and gives
// every field something. With JavaScript the fields of the other outcomes are
// off, and not sent.
func fillIn(form apitest.Dom, outcome string, script bool, now time.Time, openDay string) url.Values {
	values := apitest.FilledIn(form)
	off := map[string]bool{}
	for _, part := range form.All(func(e apitest.Dom) bool { return e.Attribute("data-shown-by") != "" }) {
		if part.Attribute("data-shown-by") != "outcome-"+outcome {
			for _, field := range part.All(func(e apitest.Dom) bool { return e.Attribute("name") != "" }) {
				off[field.Attribute("name")] = script
			}
		}
	}
	var booked []string
	for _, field := range form.All(func(e apitest.Dom) bool { return e.Attribute("name") != "" && e.Data != "button" }) {
		name := field.Attribute("name")
		switch {
		case name == "key" || strings.HasSuffix(name, "-drop"):
		case name == "outcome":
			values.Set(name, outcome)
		case off[name]:
			values.Del(name)
		case field.Attribute("type") == "hidden":
		case strings.HasSuffix(name, "-service"): // each appointment with another
			options := field.Every("option")
			values.Set(name, options[1+len(booked)%(len(options)-1)].Attribute("value"))
			booked = append(booked, name)
		case field.Data == "select":
			values.Set(name, field.Every("option")[1].Attribute("value"))
		case field.Data == "textarea":
			values.Set(name, "Testo di prova.")
		case strings.HasSuffix(name, "-year"): // of a day, which is sent in one
			values.Set(strings.TrimSuffix(name, "-year"), openDay)
			if strings.HasPrefix(name, "receipt-at") {
				values.Set("receipt-at", now.In(italian.Rome).AddDate(0, 0, -1).Format(time.DateOnly))
			}
		case strings.HasSuffix(name, "-month") || strings.HasSuffix(name, "-day"):
		case strings.HasSuffix(name, "-hour"):
			values.Set(name, "10.30")
		case strings.HasSuffix(name, "-late"):
			values.Set(name, "12")
		case field.Attribute("type") == "radio" || field.Attribute("type") == "checkbox":
			if values.Get(name) == "" {
				values.Set(name, field.Attribute("value"))
			}
		default:
			values.Set(name, "Testo di prova")
		}
	}
	return values
}

// TestWhatIsWrongWithATask: a form that breaks rules comes back as it was typed.
func TestWhatIsWrongWithATask(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	tests := []struct {
		name string
		kind care.TaskKind
		sent url.Values
		kept string // something typed that must be there again
	}{
		{"no outcome", care.Interview, url.Values{"note": {"Nota digitata"}}, "Nota digitata"},
		{"no reason", care.Interview, url.Values{"outcome": {"no_show"}, "note": {"Nota digitata"}}, "Nota digitata"},
		{"no need", care.FirstListening, url.Values{"outcome": {"heard"}}, ""},
		{"no area", care.Assessment, url.Values{"outcome": {"cpi"}}, ""},
		{"a note on an area without its need", care.Assessment, url.Values{"outcome": {"cpi"}, "areas-labour-note": {"Nota digitata"}}, "Nota digitata"},
		{"no booking", care.Orientation, url.Values{"outcome": {"booked"}}, ""},
		{"a booking without its hour, in the third place", care.Orientation,
			url.Values{"outcome": {"booked"}, "booked-bookings-2-service": {"pas/"}, "booked-bookings-2-day": {"2099-03-04"}}, "2099-03-04"},
		{"a booking in the past", care.Orientation, url.Values{
			"outcome": {"booked"}, "booked-bookings-0-service": {"pas/"}, "booked-bookings-0-day": {"2001-03-04"}, "booked-bookings-0-hour": {"10:00"}}, "2001-03-04"},
		{"an unreadable day", care.PlacementAppointment, url.Values{"outcome": {"fixed"}, "at-day-day": {"30"}, "at-day-month": {"febbraio"}, "at-day-year": {"2027"}, "at-hour": {"10:00"}}, "30/febbraio/2027"},
		{"no term", care.Measure, url.Values{"outcome": {"started"}, "enterprise": {"Azienda Prova"}}, "Azienda Prova"},
		{"no note where it must be", care.Closure, url.Values{"outcome": {"continue"}}, ""},
		{"a foreign outcome", care.Closure, url.Values{"outcome": {"<script>"}}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b.Hold(test.kind)
			test.sent.Set("key", "chiave")
			a := b.Submit("/compiti/"+apitest.SomeID+"/completa", test.sent)
			page := apitest.ReadPage(t, a)
			if a.StatusCode != http.StatusUnprocessableEntity {
				t.Fatalf("%d: %s", a.StatusCode, page.Main(t).Words())
			}
			apitest.CheckProblems(t, page)
			form, _ := page.First("form", "action", "/compiti/"+apitest.SomeID+"/completa")
			again := apitest.FilledIn(form)
			if again.Get("key") == "chiave" {
				t.Error("the form comes back with the old key")
			}
			kept := test.kept == ""
			for _, values := range again {
				kept = kept || slices.Contains(values, test.kept)
			}
			if !kept {
				t.Errorf("what was typed is lost: %v", again)
			}
		})
	}
	if n := b.SentCommands(); n != 0 {
		t.Errorf("%d commands were accepted", n)
	}
}

// TestCompletedTwice: the same form sent twice is one command.
func TestCompletedTwice(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	b.Hold(care.FollowPractice)
	form := url.Values{"key": {"chiave"}, "outcome": {"granted"}}
	for range 2 {
		if a := b.Submit("/compiti/"+apitest.SomeID+"/completa", form); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("%d", a.StatusCode)
		}
	}
	if n := b.SentCommands(); n != 1 {
		t.Errorf("%d commands", n)
	}
	form.Set("outcome", "refused")
	form.Set("note", "Nota di prova")
	a := b.Submit("/compiti/"+apitest.SomeID+"/completa", form)
	if page := apitest.ReadPage(t, a); a.StatusCode != http.StatusConflict || !strings.Contains(page.Main(t).Words(), "già stato inviato") {
		t.Errorf("the same key with another form: %d %s", a.StatusCode, page.Main(t).Words())
	}
}

// TestAFreeTaskIsAnsweredAtOnce: its form is there, and sending it takes the task and completes
// it; a form that breaks rules takes nothing. What comes first to a colleague is taken first.
func TestAFreeTaskIsAnsweredAtOnce(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	b.Hold(care.FollowPractice)
	free := &b.Pages.OneTask
	free.State, free.HolderID = care.TaskReady, ""
	const at = "/compiti/" + apitest.SomeID
	shown := func() (form apitest.Dom, ok bool) {
		return apitest.ReadPage(t, b.Visit(at)).First("form", "action", at+"/completa")
	}
	done := func() (list []care.Operation) {
		for _, c := range b.Records.Commands {
			list = append(list, c.Operation)
		}
		slices.Sort(list)
		return list
	}
	if _, ok := shown(); !ok {
		t.Fatal("a free task shows no form")
	}
	if a := b.Submit(at+"/completa", url.Values{"key": {"una"}, "outcome": {"refused"}}); a.StatusCode != http.StatusUnprocessableEntity || len(done()) > 0 {
		t.Errorf("without its note: %d, %v", a.StatusCode, done())
	}
	for range 2 {
		if a := b.Submit(at+"/completa", url.Values{"key": {"altra"}, "outcome": {"granted"}}); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("%d %s", a.StatusCode, a.Text)
		}
	}
	if !slices.Equal(done(), []care.Operation{care.OpClaim, care.OpComplete}) {
		t.Errorf("sent twice: %v", done())
	}
	free.State, free.HolderID = care.TaskReady, ""
	free.FirstID, free.FirstName = apitest.SomeCPI.ID, apitest.SomeCPI.Name
	if _, ok := shown(); ok {
		t.Error("what comes first to a colleague is answered by a click of somebody else")
	}
	free.FirstID = ""
	b.Records.OnAssign = func(ledger.NewCommand) (*care.Refusal, error) {
		return &care.Refusal{Code: care.RefusedTaken, Role: care.LabourPolicyExpert}, nil
	}
	page := apitest.ReadPage(t, b.Submit(at+"/completa", url.Values{"key": {"terza"}, "outcome": {"granted"}, "note": {"Nota digitata"}})).Main(t)
	form, _ := page.First("form", "action", at+"/completa")
	if apitest.FilledIn(form).Get("note") != "Nota digitata" || !strings.Contains(page.Words(), italian.Role(care.LabourPolicyExpert)) {
		t.Errorf("a lost race: %s", page.Words())
	}
}

// TestAnOutcomeInItsRow: an appointment is confirmed beside its day, and what is sent is the
// form as it begins.
func TestAnOutcomeInItsRow(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	b.Hold(care.ConfirmAppointment)
	const at = "/compiti/" + apitest.SomeID + "/completa"
	b.Pages.OneTask.Service = b.Pages.ZonePolicy.Services[0].Code
	form, ok := apitest.ReadPage(t, b.Visit("/compiti")).First("form", "action", at)
	if !ok || !strings.HasPrefix(form.Words(), "Conferma : ") {
		t.Fatalf("no act in the row: %s", form.Words())
	}
	var got care.Completion
	b.Records.OnAccept = func(c ledger.NewCommand) error { got = apitest.FormIn(t, catalogue.Complete, c); return nil }
	if err := b.Drafts.KeepDraft(t.Context(), apitest.SomeWorker, kept.Draft{ID: apitest.AnotherID, Path: at}); err != nil {
		t.Fatal(err)
	}
	if a := b.Submit(at, apitest.FilledIn(form)); a.Header.Get("Location") != "/bozze/"+apitest.AnotherID || got.Outcome != "" {
		t.Errorf("what was typed into its form is lost: %d %s %+v", a.StatusCode, a.Header.Get("Location"), got)
	}
	if list, err := b.Drafts.Drafts(t.Context(), apitest.SomeWorker); err != nil || len(list) != 1 {
		t.Errorf("%v %v", list, err)
	}
	if err := b.Drafts.DropDraft(t.Context(), apitest.SomeWorker, at); err != nil {
		t.Fatal(err)
	}
	if a := b.Submit(at, apitest.FilledIn(form)); a.StatusCode != http.StatusSeeOther || got.Outcome != care.Confirmed {
		t.Errorf("%d %+v", a.StatusCode, got)
	}
	b.Pages.OneTask.Service = b.Pages.ZonePolicy.Services[1].Code
	if _, ok := apitest.ReadPage(t, b.Visit("/compiti")).First("form", "action", at); ok {
		t.Error("an appointment whose day is not in the row is confirmed there")
	}
}

// TestTaskOfSomebodyElse: who does not hold a task is told who does, and has no form.
func TestTaskOfSomebodyElse(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	b.Hold(care.Interview)
	b.Pages.OneTask.HolderID, b.Pages.OneTask.HolderName, b.Pages.OneTask.HolderRole = apitest.SomeCPI.ID, apitest.SomeCPI.Name, apitest.SomeCPI.Role
	page := apitest.ReadPage(t, b.Visit("/compiti/"+apitest.SomeID)).Main(t)
	if len(page.Every("form")) != 0 || !strings.Contains(page.Words(), italian.Role(apitest.SomeCPI.Role)) {
		t.Errorf("%s", page.Words())
	}
	// What was typed meanwhile is shown again, with who has the task now.
	page = apitest.ReadPage(t, b.Submit("/compiti/"+apitest.SomeID+"/completa", url.Values{"key": {"chiave"}, "note": {"Nota di prova"}})).Main(t)
	form, _ := page.First("form", "action", "/compiti/"+apitest.SomeID+"/completa")
	if apitest.FilledIn(form).Get("note") != "Nota di prova" || !strings.Contains(page.Words(), "L’attività è affidata a") {
		t.Errorf("%s", page.Words())
	}
}

// TestTaskFromAReferral: who must answer the other side reads what it asked.
func TestTaskFromAReferral(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	for _, kind := range []care.TaskKind{care.SupplyInformation, care.NextStepAfterRejection} {
		b.Hold(kind)
		page := apitest.ReadPage(t, b.Visit("/compiti/"+apitest.SomeID)).Main(t)
		if _, ok := page.First("a", "href", "/segnalazioni/"+apitest.SomeID); !ok {
			t.Errorf("%s does not lead to its referral", kind)
		}
		if shown := strings.Contains(page.Words(), "se invii di nuovo la persona"); shown != (kind == care.NextStepAfterRejection) {
			t.Errorf("%s shows what goes with a referral sent again: %v", kind, shown)
		}
	}
	b.Hold(care.ReferralAnswer)
	page := apitest.ReadPage(t, b.Visit("/compiti/"+apitest.SomeID)).Main(t)
	if _, ok := page.First("a", "href", "/segnalazioni/"+apitest.SomeID); !ok || len(page.Every("form")) != 0 {
		t.Error("a referral is not answered on the referral")
	}
}

// TestAMistakeIsInTheWorkList: what waits for a second person stands in the work list of who
// may be it, with its person, who said it and why, and leads to where it is confirmed.
func TestAMistakeIsInTheWorkList(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	page := apitest.ReadPage(t, b.Visit("/compiti?elenco=libere"))
	row, ok := page.First("tr", "data-row", "confirm"+apitest.MistakenID)
	if !ok {
		t.Fatal("the mistake is not in the work list")
	}
	for _, words := range []string{"Persona Prova", "Confermare che la chiusura è uno sbaglio", "«Prova»", "Lo segnala Operatrice di prova", "dom 13 dic"} {
		if !strings.Contains(row.Words(), words) {
			t.Errorf("the row does not say %q: %s", words, row.Words())
		}
	}
	if _, ok := row.First("a", "href", "/fascicoli/"+apitest.MistakenID+"/annulla-chiusura"); !ok {
		t.Error("the row does not lead to where it is confirmed")
	}
}
