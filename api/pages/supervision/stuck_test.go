package supervision_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"percorso/api/apitest"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/health"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/protection"
	"percorso/internal/told"
)

func TestStuckCasesAreFreedFromTheirList(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeSupervisor.Subject)
	page := b.Open(t, "/casi-bloccati")
	for _, want := range []string{"Guasto tecnico 1", "Senza nessuno che possa agire 0", "In ritardo 1", "Come previsto 1", "legga la segnalazione", "La posta di Personale Prova 01 (assistente sociale, Comune di Prato) torna indietro", "avvisa di persona", "Sollecita", "Vai all’attività", "Passa a…", "Rimanda al…"} {
		if !strings.Contains(page.Words(), want) {
			t.Errorf("no %q in %s", want, page.Words())
		}
	}
	if strings.Contains(page.Words(), "In corso di calcolo") {
		t.Error("what no case is in is said:", page.Words())
	}
	var sent []ledger.NewCommand
	b.Records.OnAssign = func(c ledger.NewCommand) (*care.Refusal, error) { sent = append(sent, c); return nil, nil }
	base := "/casi-bloccati/" + apitest.SomeID
	for _, form := range []struct {
		path   string
		fields url.Values
		op     care.Operation
	}{
		{"/sollecita", url.Values{"key": {"a"}}, care.OpRemind},
		{"/riassegna", url.Values{"key": {"b"}, "to": {"role:desk_operator"}, "note": {"Testo di prova"}}, care.OpReassign},
		{"/proroga", url.Values{"key": {"c"}, "until": {b.Pages.Day(30)}}, care.OpExtend},
	} {
		done := b.Send(t, base+form.path, form.fields)
		if done.StatusCode != http.StatusSeeOther || done.Header.Get("Location") != "/casi-bloccati" || sent[len(sent)-1].Operation != form.op {
			t.Fatalf("%s: %d %s", form.path, done.StatusCode, done.Text)
		}
	}
	assignment := apitest.FormIn(t, catalogue.Extend, sent[2])
	want, err := time.ParseInLocation("2006-01-02 15:04", b.Pages.Day(30)+" 18:00", italian.Rome)
	if err != nil || assignment.Until == nil || !assignment.Until.Equal(want) {
		t.Errorf("extended until %v", assignment.Until)
	}
}

func TestRepairComesBackAsItWasTyped(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeSupervisor.Subject)
	page := b.Send(t, "/casi-bloccati/"+apitest.SomeID+"/proroga", url.Values{"key": {"a"}, "until": {"2020-01-01"}, "note": {"Testo di prova"}})
	if page.StatusCode != http.StatusUnprocessableEntity || page.Problems()["until"] == "" ||
		strings.Join(page.Filled("until"), "") != "2020-01-01" || strings.Join(page.Filled("note"), "") != "Testo di prova" {
		t.Errorf("%d %v", page.StatusCode, page.Problems())
	}
	page = b.Send(t, "/casi-bloccati/"+apitest.SomeID+"/riassegna", url.Values{"key": {"b"}})
	if page.StatusCode != http.StatusUnprocessableEntity || page.Problems()["to"] == "" {
		t.Errorf("%d %v", page.StatusCode, page.Problems())
	}
	if key := page.Filled("key"); len(key) != 1 || key[0] == "" || key[0] == "b" {
		t.Errorf("sent again it would be taken for the same request: %v", key)
	}
}

func TestRepairsAreTheSupervisors(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	for _, path := range []string{"/riassegna", "/proroga"} {
		if page := b.Open(t, "/casi-bloccati/"+apitest.SomeID+path); page.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", path, page.StatusCode)
		}
	}
	if page := b.Send(t, "/casi-bloccati/"+apitest.SomeID+"/sollecita", url.Values{"key": {"a"}}); page.StatusCode != http.StatusForbidden {
		t.Errorf("%d", page.StatusCode)
	}
}

// nothingStuck are records in which all is as planned.
type nothingStuck struct{ *apitest.PageRecords }

func (nothingStuck) StuckCases(context.Context, care.Staff, ledger.Paging) (page ledger.Page[ledger.StuckCase], _ error) {
	return page, nil
}

// orphaned are records with a case in which nobody may act.
type orphaned struct{ *apitest.PageRecords }

func (o orphaned) StuckCases(context.Context, care.Staff, ledger.Paging) (page ledger.Page[ledger.StuckCase], _ error) {
	file := o.SomeFiles()[0]
	file.Waiting.Health, file.Waiting.Gone = health.Orphaned, true
	page.Items = []ledger.StuckCase{{CaseFile: file, TaskID: apitest.SomeID}}
	return page, nil
}

func TestNobodyIsRemindedWhereNobodyMayAct(t *testing.T) {
	b := apitest.NewPages(t)
	b.Serve(orphaned{b.Pages})
	b.LogIn(apitest.SomeSupervisor.Subject)
	if page := b.Open(t, "/casi-bloccati"); strings.Contains(page.Text, "/sollecita\"") || !strings.Contains(page.Words(), "Passa a…") {
		t.Error(page.Words())
	}
}

func TestWhoWasRemindedIsSaid(t *testing.T) {
	for _, c := range []struct{ reached, says string }{
		{told.Holder, "a chi ha l’attività"}, {told.Role, "a chi può fare l’attività"},
		{told.Partner, "all’ente, con un nuovo link"},
	} {
		b := apitest.NewPages(t)
		b.LogIn(apitest.SomeSupervisor.Subject)
		b.Records.Result = ledger.Assigned{Reached: c.reached}.JSON()
		var asked ledger.NewCommand
		b.Records.OnAssign = func(c ledger.NewCommand) (*care.Refusal, error) { asked = c; return nil, nil }
		b.Send(t, "/casi-bloccati/"+apitest.SomeID+"/sollecita", url.Values{"key": {"a"}, "note": {"Perché di prova"}})
		if form := apitest.FormIn(t, catalogue.Remind, asked); form.Note != "Perché di prova" {
			t.Errorf("the reason is lost: %+v", form)
		}
		if page := b.Open(t, "/casi-bloccati"); !strings.Contains(page.Words(), "Sollecito inviato "+c.says) {
			t.Errorf("%s: %s", c.reached, page.Words())
		}
	}
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeSupervisor.Subject)
	b.Records.OnAssign = func(ledger.NewCommand) (*care.Refusal, error) { return &care.Refusal{Code: told.Nobody}, nil }
	b.Send(t, "/casi-bloccati/"+apitest.SomeID+"/sollecita", url.Values{"key": {"a"}})
	if page := b.Open(t, "/casi-bloccati"); !strings.Contains(page.Words(), "Nessuno è stato avvisato") {
		t.Error(page.Words())
	}
}

// A task of a protected person's is passed to keepers alone, and the form says so.
func TestAProtectedPersonsTaskGoesToKeepersAlone(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeSupervisor.Subject)
	b.Records.OnAssign = func(ledger.NewCommand) (*care.Refusal, error) {
		return care.Refuse(care.Fault{Field: "to", Rule: protection.KeepersOnly}), nil
	}
	a := b.Submit("/casi-bloccati/"+apitest.SomeID+"/riassegna", url.Values{"key": {"a"}, "to": {apitest.AnotherID}, "note": {"Nota digitata"}})
	page := apitest.ReadPage(t, a)
	if words := page.Main(t).Words(); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(words, "solo a uno dei suoi custodi") || !strings.Contains(words, "Nota digitata") {
		t.Errorf("%d %s", a.StatusCode, words)
	}
	apitest.CheckProblems(t, page)
}

func TestNothingStuckIsSaid(t *testing.T) {
	b := apitest.NewPages(t)
	b.Serve(nothingStuck{b.Pages})
	b.LogIn(apitest.SomeSupervisor.Subject)
	if page := b.Open(t, "/casi-bloccati"); !strings.Contains(page.Words(), "tutti i percorsi procedono come previsto") {
		t.Error(page.Words())
	}
}
