package referrals_test

import (
	"net/http"
	"net/url"
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

// TestReferWithoutConsent cannot be sent; the way to record it leads back.
func TestReferWithoutConsent(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	page := apitest.ReadPage(t, b.Visit(partnerPath+"?ente=terzo_settore&bisogno=housing")).Main(t)
	form, _ := page.First("form", "action", partnerPath)
	if len(form.Every("button")) != 0 || strings.Contains(page.Words(), "Pakistan") {
		t.Errorf("it can be sent, or says too much: %s", page.Words())
	}
	var record string
	for _, link := range page.Every("a") {
		if strings.HasPrefix(link.Attribute("href"), apitest.CasePath+"/consenso?") {
			record = link.Attribute("href")
		}
	}
	if record == "" {
		t.Fatal("no way to record the consent")
	}
	consent, _ := apitest.ReadPage(t, b.Visit(record)).First("form", "action", apitest.CasePath+"/consenso")
	a := b.Submit(apitest.CasePath+"/consenso", apitest.FilledIn(consent))
	to, _ := url.Parse(a.Header.Get("Location"))
	if to.Path != partnerPath || to.Query().Get("ente") != "terzo_settore" || to.Query().Get("bisogno") != "housing" {
		t.Errorf("after the consent comes %s", to)
	}
	elsewhere := b.Submit(apitest.CasePath+"/consenso", apitest.WithValues("key", "z", "poi", "https://altro.invalid/"))
	if elsewhere.Header.Get("Location") != apitest.CasePath {
		t.Errorf("a form leads to %s", elsewhere.Header.Get("Location"))
	}
	b.Pages.Consents = true
	if form, _ := apitest.ReadPage(t, b.Visit(partnerPath+"?ente=terzo_settore&bisogno=housing")).First("form", "action", partnerPath); len(form.Every("button")) != 1 {
		t.Error("with the consent it cannot be sent")
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
