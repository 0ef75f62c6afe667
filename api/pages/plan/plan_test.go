package plan_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"percorso/api/apitest"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	contents "percorso/internal/plan"
)

const planTask = "/compiti/" + apitest.SomeID

// draftForm opens the form of a plan's draft, as it is shown.
func draftForm(t *testing.T, b *apitest.PagesRig) (page, form apitest.Dom) {
	t.Helper()
	b.Hold(care.PlanDraft)
	page = apitest.ReadPage(t, b.Visit(planTask))
	form, ok := page.First("form", "action", planTask+"/completa")
	if !ok {
		t.Fatalf("no form: %s", page.Main(t).Words())
	}
	return page, form
}

// TestDraftBeginsFromTheLastVersion: a revision keeps goals and actions by their
// ids, with what was done of them in sight.
func TestDraftBeginsFromTheLastVersion(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	page, form := draftForm(t, b)
	for _, want := range []string{"in corso (Il tirocinio è cominciato)", "La persona è già stata inviata a questo ente.", "La casa viene prima del lavoro"} {
		if !strings.Contains(page.Main(t).Words(), want) {
			t.Errorf("the draft does not show %q", want)
		}
	}
	var sent care.Completion
	b.Records.OnAccept = func(c ledger.NewCommand) error { sent = apitest.FormIn(t, catalogue.Complete, c); return nil }
	if a := b.Submit(form.Attribute("action"), apitest.FilledIn(form)); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", a.StatusCode, apitest.ReadPage(t, a).Main(t).Words())
	}
	plans, _ := b.Pages.Plans(t.Context(), apitest.SomeWorker, apitest.AnotherID)
	from := plans[0].Content
	if len(sent.Plan.Goals) != len(from.Goals) || len(sent.Plan.Actions) != len(from.Actions) || sent.Plan.Changes == "" {
		t.Fatalf("%+v", sent.Plan)
	}
	for i, a := range sent.Plan.Actions {
		if a.ID != from.Actions[i].ID || a.Goal != from.Actions[i].Goal || a.Text != from.Actions[i].Text || a.Agency != from.Actions[i].Agency ||
			!a.Until.Equal(*from.Actions[i].Until) || a.Send != from.Actions[i].Send {
			t.Errorf("action %d is now %+v", i, a)
		}
	}
}

// TestRowsAreAddedAndKept: one more row keeps everything that was typed, also
// where nothing of it is in order, and completes nothing.
func TestRowsAreAddedAndKept(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	_, form := draftForm(t, b)
	values := apitest.FilledIn(form)
	rows := func(d apitest.Dom) (goals, actions int) {
		for _, e := range d.Every("textarea") {
			switch {
			case strings.Contains(e.Attribute("name"), "-goal-"):
				goals++
			case strings.Contains(e.Attribute("name"), "-action-"):
				actions++
			}
		}
		return goals, actions
	}
	goals, actions := rows(form)
	values.Set("proposed-plan-action-3-text", "Azione a metà")
	values.Set("proposed-plan-action-3-until", "31/2/2027")
	values.Set("note", "Nota digitata")
	for _, add := range []string{"goal", "action"} {
		values.Set("add", add)
		a := b.Submit(form.Attribute("action"), values)
		page := apitest.ReadPage(t, a)
		again, ok := page.First("form", "action", planTask+"/completa")
		if a.StatusCode != http.StatusOK || !ok {
			t.Fatalf("%d %s", a.StatusCode, page.Main(t).Words())
		}
		kept := apitest.FilledIn(again)
		for name, typed := range values {
			if name != "key" && name != "add" && !strings.HasSuffix(name, "-goals") && !strings.HasSuffix(name, "-actions") && !slices.Equal(kept[name], typed) {
				t.Errorf("%s came back as %q, not %q", name, kept[name], typed)
			}
		}
		if _, focus := again.First("", "autofocus", ""); !focus {
			t.Error("the page does not open at the new row")
		}
		values = kept
		form = again
	}
	if g, a := rows(form); g != goals+1 || a != actions+1 {
		t.Errorf("%d goals and %d actions became %d and %d", goals, actions, g, a)
	}
	if b.SentCommands() != 0 {
		t.Error("a row was taken for the plan")
	}
}

// TestWhatIsWrongWithAPlan: each rule is told at the row that breaks it.
func TestWhatIsWrongWithAPlan(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	for _, test := range []struct {
		name   string
		change func(url.Values)
		field  string // where it is told
	}{
		{"an action of no goal", func(v url.Values) { v.Set("proposed-plan-action-0-goal", "") }, "proposed-plan-action-0-goal"},
		{"a goal that was taken away", func(v url.Values) { v.Set("proposed-plan-goal-1-drop", "1") }, "proposed-plan-action-1-goal"},
		{"a new action without its term", func(v url.Values) {
			v.Set("proposed-plan-action-3-text", "Altro")
			v.Set("proposed-plan-action-3-agency", "asl")
			v.Set("proposed-plan-action-3-goal", "0")
		}, "proposed-plan-action-3-until"},
		{"a term that is no day", func(v url.Values) { v.Set("proposed-plan-action-2-until", "1/presto/2027") }, "proposed-plan-action-2-until"},
		{"a goal without words", func(v url.Values) { v.Set("proposed-plan-goal-0-text", " ") }, "proposed-plan-goal-0-text"},
		{"no action", func(v url.Values) {
			for i := range 3 {
				v.Set(fmt.Sprintf("proposed-plan-action-%d-drop", i), "1")
			}
		}, "proposed-plan-action-0-text"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, form := draftForm(t, b)
			values := apitest.FilledIn(form)
			test.change(values)
			a := b.Submit(form.Attribute("action"), values)
			page := apitest.ReadPage(t, a)
			if a.StatusCode != http.StatusUnprocessableEntity {
				t.Fatalf("%d %s", a.StatusCode, page.Main(t).Words())
			}
			apitest.CheckProblems(t, page)
			if _, ok := page.First("a", "href", "#"+test.field); !ok {
				t.Errorf("the summary does not lead to %s", test.field)
			}
			again, _ := page.First("form", "action", planTask+"/completa")
			kept := apitest.FilledIn(again)
			for name, typed := range values {
				if name != "key" && strings.TrimSpace(strings.Join(typed, "")) != strings.Join(kept[name], "") {
					t.Errorf("%s came back as %q, not %q", name, kept[name], typed)
				}
			}
		})
	}
	if b.SentCommands() != 0 {
		t.Error("a plan was accepted")
	}
}

// TestEvaluationByGoal: what is said of each goal, where it is said.
func TestEvaluationByGoal(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	b.Hold(care.GoalEvaluation)
	a := b.Submit(planTask+"/completa", url.Values{"key": {"a"}, "outcome": {care.Evaluated}, "goals-1-note": {"Nota digitata"}})
	page := apitest.ReadPage(t, a)
	apitest.CheckProblems(t, page)
	if _, ok := page.First("a", "href", "#goals-1-result"); !ok || a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a note without its result: %d %s", a.StatusCode, page.Main(t).Words())
	}
	var sent care.Completion
	b.Records.OnAccept = func(c ledger.NewCommand) error { sent = apitest.FormIn(t, catalogue.Complete, c); return nil }
	b.Submit(planTask+"/completa", url.Values{"key": {"b"}, "outcome": {care.Evaluated}, "goals-1-result": {"partly"}, "goals-1-note": {"Va bene"}})
	if len(sent.Goals) != 1 || sent.Goals[0] != (care.GoalFinding{Goal: apitest.AnotherID, Result: "partly", Note: "Va bene"}) {
		t.Errorf("%+v", sent.Goals)
	}
}

// TestAgreementAsksForConsent where the plan sends the person to a private
// partner without it, and not otherwise.
func TestAgreementAsksForConsent(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	b.Hold(care.PlanAgreement)
	page := apitest.ReadPage(t, b.Visit(planTask))
	if _, ok := page.First("input", "name", "agreed-consents-terzo_settore"); !ok || !strings.Contains(page.Main(t).Words(), "I suoi dati a Terzo settore, per") {
		t.Errorf("no consent is asked for: %s", page.Main(t).Words())
	}
	var sent care.Completion
	refused := true
	b.Records.OnAccept = func(c ledger.NewCommand) error {
		if sent = apitest.FormIn(t, catalogue.Complete, c); refused {
			return care.Refuse(care.Fault{Field: "consents", Rule: care.RuleConsent})
		}
		return nil
	}
	a := b.Submit(planTask+"/completa", url.Values{"key": {"a"}, "outcome": {care.Agreed}})
	page = apitest.ReadPage(t, a)
	apitest.CheckProblems(t, page)
	if _, ok := page.First("a", "href", "#agreed-consents-terzo_settore"); !ok {
		t.Errorf("without consent: %d %s", a.StatusCode, page.Main(t).Words())
	}
	refused = false
	b.Submit(planTask+"/completa", url.Values{"key": {"b"}, "outcome": {care.Agreed}, "agreed-consents-terzo_settore": {"yes"}})
	if !slices.Equal(sent.Consents, []string{"terzo_settore"}) || sent.LeftOut != nil {
		t.Errorf("a yes is sent as %+v", sent)
	}
	b.Submit(planTask+"/completa", url.Values{"key": {"c"}, "outcome": {care.Agreed}, "agreed-consents-terzo_settore": {"no"}})
	if !slices.Equal(sent.LeftOut, []string{"terzo_settore"}) || sent.Consents != nil {
		t.Errorf("a no is sent as %+v", sent)
	}
	b.Pages.Consents = true
	if _, ok := apitest.ReadPage(t, b.Visit(planTask)).First("input", "name", "agreed-consents-terzo_settore"); ok {
		t.Error("a consent that is in force is asked for")
	}
}

// TestProgress: whoever does an action, or follows the case, says how it comes along.
func TestProgress(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeCPI.Subject)
	page := apitest.ReadPage(t, b.Visit(apitest.CasePath+"/progetto")).Main(t)
	links := page.Every("a")
	offered := slices.DeleteFunc(links, func(e apitest.Dom) bool { return !strings.Contains(e.Attribute("href"), "/azioni/") })
	if len(offered) != 1 || !strings.HasSuffix(offered[0].Attribute("href"), apitest.AnotherID) {
		t.Fatalf("%d actions are offered to who does one", len(offered))
	}
	if strings.Contains(page.Words(), "Torna al fascicolo") {
		t.Error("who does not see the case file is led to it")
	}
	address := offered[0].Attribute("href")
	a := b.Submit(address, url.Values{"key": {"a"}, "state": {"<b>"}, "note": {"Nota digitata"}})
	if wrong := apitest.ReadPage(t, a); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(wrong.Main(t).Words(), "Nota digitata") {
		t.Errorf("%d", a.StatusCode)
	} else {
		apitest.CheckProblems(t, wrong)
	}
	// The form carries what was said when it was made: who comes second reads what the first said.
	form, _ := apitest.ReadPage(t, b.Visit(address)).First("form", "action", address)
	typed := apitest.FilledIn(form)
	typed.Set("state", "done")
	typed.Set("note", "Finito")
	b.Records.OnAssign = func(ledger.NewCommand) (*care.Refusal, error) {
		return care.RefuseChanged(contents.RuleMeanwhile), nil
	}
	a = b.Submit(address, typed)
	told := apitest.ReadPage(t, a)
	if words := told.Main(t).Words(); a.StatusCode != http.StatusConflict || !strings.Contains(words, "Nel frattempo qualcun altro ha scritto") || !strings.Contains(words, "Adesso: in corso (Il tirocinio è cominciato). L’ha scritto "+apitest.SomeCPI.Name) || !strings.Contains(words, "Finito") {
		t.Errorf("%d %s", a.StatusCode, words)
	}
	var got ledger.NewCommand
	b.Records.OnAssign = func(c ledger.NewCommand) (*care.Refusal, error) { got = c; return nil, nil }
	a = b.Submit(address, typed)
	want := catalogue.ProgressForm{State: care.ActionDone, Note: "Finito", Seen: typed.Get("seen")}
	if seen, ok := contents.ReadSeen(want.Seen); !ok || seen == nil || seen.IsZero() {
		t.Errorf("the form says %q of what was said before", want.Seen)
	}
	if a.Header.Get("Location") != apitest.CasePath+"/progetto" || got.Operation != care.OpProgress || got.Target != apitest.AnotherID || got.Run != "case/"+apitest.AnotherID || apitest.FormIn(t, catalogue.Progress, got) != want {
		t.Errorf("%d %+v", a.StatusCode, got)
	}
	if a := b.Visit(apitest.CasePath + "/progetto/azioni/" + apitest.SomeID); a.StatusCode != http.StatusNotFound {
		t.Errorf("another agency's action: %d", a.StatusCode)
	}
}
