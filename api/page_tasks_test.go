package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
)

func TestTaskList(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	page := readPage(t, b.visit("/compiti"))
	if items := page.every("li", "class", "work"); len(items) < 2 {
		t.Fatalf("the list shows %d tasks", len(items))
	}
	form, ok := page.first("form", "action", "/compiti/"+anotherID+"/prendi")
	if !ok {
		t.Fatal("the team's task cannot be claimed from the list")
	}
	if filledIn(form).Get("key") == "" {
		t.Error("a claim sent twice would be two")
	}
	// Each button of the list says of what it is, also where only buttons are read.
	var said []string
	for _, button := range page.main(t).every("button") {
		said = append(said, button.words())
	}
	if len(said) != len(slices.Compact(slices.Sorted(slices.Values(said)))) {
		t.Errorf("two buttons say the same: %q", said)
	}
}

// TestClaim: one click takes a task; who comes second is told who has it.
func TestClaim(t *testing.T) {
	b := newPages(t)
	b.pages.task.State, b.pages.task.HolderID = care.TaskReady, ""
	b.logIn(someWorker.Subject)
	key := url.Values{"key": {"una"}}
	if a := b.submit("/compiti/"+someID+"/prendi", key); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/compiti/"+someID {
		t.Errorf("a claim leads to %d %s", a.StatusCode, a.Header.Get("Location"))
	}
	b.records.assign = func(ledger.NewCommand) (*care.Refusal, error) {
		return &care.Refusal{Code: care.RefusedTaken, Role: care.CPIOperator}, nil
	}
	if a := b.submit("/compiti/"+someID+"/prendi", url.Values{"key": {"altra"}}); a.Header.Get("Location") != "/compiti" {
		t.Errorf("a lost race leads to %d %s", a.StatusCode, a.Header.Get("Location"))
	}
	alert, _ := readPage(t, b.visit("/compiti")).first("div", "class", "alert-danger")
	if !strings.Contains(alert.words(), italian.Role(care.CPIOperator)) {
		t.Errorf("a lost race says %q and not who won", alert.words())
	}
}

// hold makes the task one of a kind that the caller holds.
func (b *pagesRig) hold(kind care.TaskKind) {
	b.pages.task.Kind, b.pages.task.State, b.pages.task.HolderID = kind, care.TaskReserved, someWorker.ID
	b.pages.task.ReferralID = someID
}

// TestEveryOutcomeCanBeCompleted fills in the form of each kind of task as it is
// shown, for each of its outcomes, with JavaScript and without: what is sent
// breaks no rule.
func TestEveryOutcomeCanBeCompleted(t *testing.T) { testclock.Each(t, completesEveryOutcome) }

func completesEveryOutcome(t *testing.T, now time.Time) {
	b := newPagesAt(t, now)
	b.logIn(someWorker.Subject)
	for _, kind := range care.TaskForms {
		for _, outcome := range kind.Outcomes {
			for _, script := range []bool{true, false} {
				t.Run(string(kind.Kind)+" "+outcome.Code, func(t *testing.T) {
					b.hold(kind.Kind)
					page := readPage(t, b.visit("/compiti/"+someID))
					form, ok := page.first("form", "action", "/compiti/"+someID+"/completa")
					if !ok {
						t.Fatalf("no form: %s", page.main(t).words())
					}
					var got care.Completion
					b.records.accept = func(c ledger.NewCommand) error { got = formIn(t, catalogue.Complete, c); return nil }
					a := b.submit(form.attr("action"), fillIn(form, outcome.Code, script, now))
					if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/compiti" {
						t.Fatalf("%d %s", a.StatusCode, readPage(t, a).main(t).words())
					}
					if faults := care.CheckCompletion(b.pages.policy, kind.Kind, got, now); len(faults) > 0 || got.Outcome != outcome.Code {
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
func fillIn(form dom, outcome string, script bool, now time.Time) url.Values {
	values := filledIn(form)
	off := map[string]bool{}
	for _, part := range form.all(func(e dom) bool { return e.attr("data-shown-by") != "" }) {
		if part.attr("data-shown-by") != "outcome-"+outcome {
			for _, field := range part.all(func(e dom) bool { return e.attr("name") != "" }) {
				off[field.attr("name")] = script
			}
		}
	}
	tomorrow := now.In(italian.Rome).AddDate(0, 0, 1)
	for _, field := range form.all(func(e dom) bool { return e.attr("name") != "" && e.Data != "button" }) {
		name := field.attr("name")
		switch {
		case name == "key" || strings.HasSuffix(name, "-drop"):
		case name == "outcome":
			values.Set(name, outcome)
		case off[name]:
			values.Del(name)
		case field.attr("type") == "hidden":
		case name == "receipt-at":
			values.Set(name, tomorrow.AddDate(0, 0, -2).Format(time.DateOnly))
		case field.Data == "select":
			values.Set(name, field.every("option")[1].attr("value"))
		case field.Data == "textarea":
			values.Set(name, "Testo di prova.")
		case field.attr("type") == "date":
			values.Set(name, tomorrow.Format(time.DateOnly))
		case field.attr("type") == "time":
			values.Set(name, "10:30")
		case field.attr("type") == "radio" || field.attr("type") == "checkbox":
			if values.Get(name) == "" {
				values.Set(name, field.attr("value"))
			}
		default:
			values.Set(name, "Testo di prova")
		}
	}
	return values
}

// TestWhatIsWrongWithATask: a form that breaks rules comes back as it was typed.
func TestWhatIsWrongWithATask(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
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
		{"an unreadable day", care.PlacementAppointment, url.Values{"outcome": {"fixed"}, "at-day": {"domani"}, "at-hour": {"10:00"}}, "domani"},
		{"no term", care.Measure, url.Values{"outcome": {"started"}, "enterprise": {"Azienda Prova"}}, "Azienda Prova"},
		{"no note where it must be", care.Closure, url.Values{"outcome": {"continue"}}, ""},
		{"a foreign outcome", care.Closure, url.Values{"outcome": {"<script>"}}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b.hold(test.kind)
			test.sent.Set("key", "chiave")
			a := b.submit("/compiti/"+someID+"/completa", test.sent)
			page := readPage(t, a)
			if a.StatusCode != http.StatusUnprocessableEntity {
				t.Fatalf("%d: %s", a.StatusCode, page.main(t).words())
			}
			checkProblems(t, page)
			form, _ := page.first("form", "action", "/compiti/"+someID+"/completa")
			again := filledIn(form)
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
	if n := b.sentCommands(); n != 0 {
		t.Errorf("%d commands were accepted", n)
	}
}

// TestCompletedTwice: the same form sent twice is one command.
func TestCompletedTwice(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	b.hold(care.FollowPractice)
	form := url.Values{"key": {"chiave"}, "outcome": {"granted"}}
	for range 2 {
		if a := b.submit("/compiti/"+someID+"/completa", form); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("%d", a.StatusCode)
		}
	}
	if n := b.sentCommands(); n != 1 {
		t.Errorf("%d commands", n)
	}
	form.Set("outcome", "refused")
	form.Set("note", "Nota di prova")
	a := b.submit("/compiti/"+someID+"/completa", form)
	if page := readPage(t, a); a.StatusCode != http.StatusConflict || !strings.Contains(page.main(t).words(), "già stato inviato") {
		t.Errorf("the same key with another form: %d %s", a.StatusCode, page.main(t).words())
	}
}

// TestTaskOfSomebodyElse: who does not hold a task is told who does, and has no form.
func TestTaskOfSomebodyElse(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	b.hold(care.Interview)
	b.pages.task.HolderID, b.pages.task.HolderName, b.pages.task.HolderRole = someCPI.ID, someCPI.Name, someCPI.Role
	page := readPage(t, b.visit("/compiti/"+someID)).main(t)
	if len(page.every("form")) != 0 || !strings.Contains(page.words(), italian.Role(someCPI.Role)) {
		t.Errorf("%s", page.words())
	}
}

// TestTaskFromAReferral: who must answer the other side reads what it asked.
func TestTaskFromAReferral(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	for _, kind := range []care.TaskKind{care.SupplyInformation, care.NextStepAfterRejection} {
		b.hold(kind)
		page := readPage(t, b.visit("/compiti/"+someID)).main(t)
		if _, ok := page.first("a", "href", "/segnalazioni/"+someID); !ok {
			t.Errorf("%s does not lead to its referral", kind)
		}
	}
	b.hold(care.ReferralAnswer)
	page := readPage(t, b.visit("/compiti/"+someID)).main(t)
	if _, ok := page.first("a", "href", "/segnalazioni/"+someID); !ok || len(page.every("form")) != 0 {
		t.Error("a referral is not answered on the referral")
	}
}
