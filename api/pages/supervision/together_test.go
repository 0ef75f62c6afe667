package supervision_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"percorso/api/apitest"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// sent are the fields of the only form of a page in its main part that has a key.
func sent(page apitest.Dom) url.Values {
	fields := url.Values{}
	for _, input := range page.Every("input") {
		fields.Set(input.Attribute("name"), input.Attribute("value"))
	}
	return fields
}

// TestSeveralAreFreedAtOnce: what is ticked is proposed, then done, each as a command of its own
// with a key of its own, which is the same when the form is sent again; what somebody else was
// faster with is said in its row.
func TestSeveralAreFreedAtOnce(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeSupervisor.Subject)
	var commands []ledger.NewCommand
	var refuse *care.Refusal
	b.Records.OnAssign = func(c ledger.NewCommand) (*care.Refusal, error) { commands = append(commands, c); return refuse, nil }
	list := apitest.ReadPage(t, b.Visit("/casi-bloccati?spunta=tutte"))
	box, there := list.First("input", "name", "scelta-"+apitest.SomeID)
	if !there || box.Attribute("form") != "insieme" {
		t.Fatal("nothing to tick")
	}
	if words := list.Main(t).Words(); !strings.Contains(words, "ora 3 attività") || !strings.Contains(words, "Ultima azione") || !strings.Contains(words, "Sollecito inviato") {
		t.Error(words)
	}
	ticked := url.Values{"scelta-" + apitest.SomeID: {"1"}, "azione": {"sollecita"}}
	proposal := apitest.ReadPage(t, b.Submit("/casi-bloccati/insieme", ticked))
	if words := proposal.Main(t).Words(); !strings.Contains(words, "Il sollecito va a") || !strings.Contains(words, "Si può fare con 1 su 1") || len(commands) != 0 {
		t.Fatal(words, commands)
	}
	confirmed := sent(proposal.Main(t))
	for range 2 {
		if words := apitest.ReadPage(t, b.Submit("/casi-bloccati/insieme/fai", confirmed)).Main(t).Words(); !strings.Contains(words, "Fatto con 1 su 1") {
			t.Error(words)
		}
	}
	if len(commands) != 1 || commands[0].Operation != care.OpRemind || commands[0].Target != apitest.SomeID {
		t.Errorf("%+v", commands)
	}
	task := &b.Pages.OneTask
	task.State, task.HolderID, task.Role, task.Agency = care.TaskReady, "", apitest.SomeWorker.Role, apitest.SomeWorker.Agency
	ticked.Set("azione", "passa")
	ticked.Set("to", apitest.SomeWorker.ID)
	if words := apitest.ReadPage(t, b.Submit("/casi-bloccati/insieme", ticked)).Main(t).Words(); !strings.Contains(words, "Passa a "+apitest.SomeWorker.Name) {
		t.Error(words)
	}
	task.State, task.HolderID, task.HolderName = care.TaskReserved, apitest.SomeWorker.ID, apitest.SomeWorker.Name
	ticked.Set("azione", "libera")
	ticked.Set("note", "Motivo di prova")
	proposal = apitest.ReadPage(t, b.Submit("/casi-bloccati/insieme", ticked))
	if words := proposal.Main(t).Words(); !strings.Contains(words, "Il perché non resta scritto") {
		t.Error(words)
	}
	confirmed = sent(proposal.Main(t))
	refuse = &care.Refusal{Code: care.RefusedChanged}
	if words := apitest.ReadPage(t, b.Submit("/casi-bloccati/insieme/fai", confirmed)).Main(t).Words(); !strings.Contains(words, "Non più possibile: l’ha") || !strings.Contains(words, "Fatto con 0 su 1") {
		t.Error(words)
	}
	if last := commands[len(commands)-1]; last.Operation != care.OpRelease {
		t.Errorf("%+v", last)
	}
}

// TestWhatIsNotTickedIsAskedFor: nothing is proposed without tasks, an act, and somebody to pass
// them to; nor for more than fifty.
func TestWhatIsNotTickedIsAskedFor(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeSupervisor.Subject)
	many := url.Values{"azione": {"sollecita"}}
	for n := range 51 {
		many.Set("scelta-"+apitest.SomeID[:34]+string([]byte{"0123456789abcdef"[n/16], "0123456789abcdef"[n%16]}), "1")
	}
	for words, fields := range map[string]url.Values{
		"Spunta almeno una persona": {"azione": {"sollecita"}},
		"Scegli che cosa fare":      {"scelta-" + apitest.SomeID: {"1"}},
		"Scegli a chi passarle":     {"scelta-" + apitest.SomeID: {"1"}, "azione": {"passa"}},
		"Spuntane al massimo 50":    many,
	} {
		fields.Set("note", "Nota di prova")
		page := b.Send(t, "/casi-bloccati/insieme", fields)
		if page.StatusCode != http.StatusUnprocessableEntity {
			t.Error(words, page.StatusCode)
		}
		if said := page.Words(); !strings.Contains(said, words) || strings.Join(page.Filled("note"), "") != "Nota di prova" {
			t.Errorf("no %q, or no note, in %s", words, said)
		}
		if act := fields.Get("azione"); act != "" && !strings.Contains(page.Text, `value="`+act+`" selected`) {
			t.Errorf("%s: what was chosen is lost", words)
		}
		if _, sent := fields["scelta-"+apitest.SomeID]; (len(page.Filled("scelta-"+apitest.SomeID)) > 0) != sent {
			t.Errorf("%s: what was ticked is lost", words)
		}
	}
}
