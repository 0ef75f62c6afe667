package referrals_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"percorso/api/apitest"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
)

const partnerPath = apitest.CasePath + "/partner"

// TestReferShowsExactlyWhatIsSent, and sends it with what was seen.
func TestReferShowsExactlyWhatIsSent(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	page := apitest.ReadPage(t, b.Visit(partnerPath+"?ente=cpia&bisogno=school"))
	for _, want := range []string{"Pakistan", "000 0000001", "Finalità: Scuola", "interesse pubblico"} {
		if !strings.Contains(page.Main(t).Words(), want) {
			t.Errorf("the sender does not see %q", want)
		}
	}
	form, ok := page.First("form", "action", partnerPath)
	if !ok {
		t.Fatal("nothing can be sent")
	}
	values := apitest.FilledIn(form)
	values.Set("note", "Nota digitata")
	a := b.Submit(partnerPath, values)
	wrong := apitest.ReadPage(t, a)
	if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(wrong.Main(t).Words(), "Nota digitata") {
		t.Errorf("without the notice: %d", a.StatusCode)
	}
	apitest.CheckProblems(t, wrong)
	values.Set("notice_given", "1")
	values.Set("key", "b")
	var got ledger.NewCommand
	b.Records.OnAccept = func(c ledger.NewCommand) error { got = c; return nil }
	a = b.Submit(partnerPath, values)
	want := catalogue.ReferForm{Agency: "cpia", Purpose: "school", Notice: true, Seen: "visto", Note: "Nota digitata"}
	if a.Header.Get("Location") != apitest.CasePath || got.Run != "case/"+apitest.AnotherID || apitest.FormIn(t, catalogue.Refer, got) != want {
		t.Errorf("%d %+v", a.StatusCode, got)
	}
}

// TestReferWhoseDataChanged comes back with the new data, and sends nothing.
func TestReferWhoseDataChanged(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	b.Pages.Digest = "nuovo"
	b.Records.OnAccept = func(ledger.NewCommand) error {
		return care.Refuse(care.Fault{Field: "seen", Rule: care.RuleSeen})
	}
	a := b.Submit(partnerPath, apitest.WithValues("key", "a", "agency", "cpia", "purpose", "school", "seen", "visto", "notice_given", "1", "note", "Nota digitata"))
	page := apitest.ReadPage(t, a)
	apitest.CheckProblems(t, page)
	form, _ := page.First("form", "action", partnerPath)
	again := apitest.FilledIn(form)
	if a.StatusCode != http.StatusUnprocessableEntity || again.Get("seen") != "nuovo" || again.Get("note") != "Nota digitata" || again.Get("notice_given") != "1" || again.Get("key") == "a" {
		t.Errorf("%d %v", a.StatusCode, again)
	}
}

// TestAPrivatePartnerIsSentToWithConsent: it is asked for in the form of the sending
// itself, and no longer once it is in force.
func TestAPrivatePartnerIsSentToWithConsent(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	const there = partnerPath + "?ente=terzo_settore&bisogno=housing"
	main := apitest.ReadPage(t, b.Visit(there)).Main(t)
	if strings.Contains(main.Words(), "Pakistan") || !strings.Contains(main.Words(), "«Se dici no, il resto non cambia»") {
		t.Errorf("it says too much, or too little: %s", main.Words())
	}
	form, _ := main.First("form", "action", partnerPath)
	sent := apitest.FilledIn(form)
	sent.Set("notice_given", "1")
	var got ledger.NewCommand
	b.Records.OnAccept = func(c ledger.NewCommand) error {
		got = c
		return care.Refuse(care.Fault{Field: "consent", Rule: care.RuleConsent})
	}
	for _, agrees := range []bool{false, true} {
		sent.Set("key", fmt.Sprint("k", agrees))
		if agrees {
			sent.Set("consent", "1")
		}
		page := apitest.ReadPage(t, b.Submit(partnerPath, sent))
		apitest.CheckProblems(t, page)
		if strings.Contains(string(got.Data), `"consent":true`) != agrees {
			t.Errorf("%s", got.Data)
		}
		if _, checked := page.First("input", "name", "consent", "checked", ""); checked != agrees {
			t.Error("what was ticked is lost")
		}
	}
	b.Pages.Consents = true
	page := apitest.ReadPage(t, b.Visit(there))
	if _, asked := page.First("input", "name", "consent"); asked || !strings.Contains(page.Main(t).Words(), "In vigore") {
		t.Error("a consent that is in force is asked for")
	}
}

// TestAFormLeadsBackWithinItsCase and nowhere else.
func TestAFormLeadsBackWithinItsCase(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	for back, to := range map[string]string{"https://altro.invalid/": apitest.CasePath, partnerPath: partnerPath} {
		a := b.Submit(apitest.CasePath+"/consenso", apitest.WithValues("key", "z"+back, "agency", "terzo_settore", "purpose", "housing", "poi", back))
		if a.Header.Get("Location") != to {
			t.Errorf("a form leads to %s", a.Header.Get("Location"))
		}
	}
}

// TestReferAsksForBoth the partner and the need.
func TestReferAsksForBoth(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	first := apitest.ReadPage(t, b.Visit(partnerPath)).Main(t)
	for _, o := range first.Every("input", "name", "ente") {
		if o.Attribute("value") == "cpi" || o.Attribute("value") == "comune" {
			t.Errorf("%s is no partner", o.Attribute("value"))
		}
	}
	a := b.Visit(partnerPath + "?ente=cpia")
	page := apitest.ReadPage(t, a)
	if a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without a need: %d", a.StatusCode)
	}
	apitest.CheckProblems(t, page)
	if chosen, _ := page.First("form", "method", "get"); apitest.FilledIn(chosen).Get("ente") != "cpia" {
		t.Error("what was chosen is lost")
	}
}
