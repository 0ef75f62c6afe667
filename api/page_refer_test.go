package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
)

const partnerPath = casePath + "/partner"

// TestReferShowsExactlyWhatIsSent, and sends it with what was seen.
func TestReferShowsExactlyWhatIsSent(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	page := readPage(t, b.visit(partnerPath+"?ente=cpia&bisogno=school"))
	for _, want := range []string{"Pakistan", "000 0000001", "Finalità: Scuola", "interesse pubblico"} {
		if !strings.Contains(page.main(t).words(), want) {
			t.Errorf("the sender does not see %q", want)
		}
	}
	form, ok := page.first("form", "action", partnerPath)
	if !ok {
		t.Fatal("nothing can be sent")
	}
	values := filledIn(form)
	values.Set("note", "Nota digitata")
	a := b.submit(partnerPath, values)
	wrong := readPage(t, a)
	if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(wrong.main(t).words(), "Nota digitata") {
		t.Errorf("without the notice: %d", a.StatusCode)
	}
	checkProblems(t, wrong)
	values.Set("notice_given", "1")
	values.Set("key", "b")
	var got ledger.NewCommand
	b.records.accept = func(c ledger.NewCommand) error { got = c; return nil }
	a = b.submit(partnerPath, values)
	want := catalogue.ReferForm{Agency: "cpia", Purpose: "school", Notice: true, Seen: "visto", Note: "Nota digitata"}
	if a.Header.Get("Location") != casePath || got.Run != "case/"+anotherID || formIn(t, catalogue.Refer, got) != want {
		t.Errorf("%d %+v", a.StatusCode, got)
	}
}

// TestReferWhoseDataChanged comes back with the new data, and sends nothing.
func TestReferWhoseDataChanged(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	b.pages.digest = "nuovo"
	b.records.accept = func(ledger.NewCommand) error {
		return care.Refuse(care.Fault{Field: "seen", Rule: care.RuleSeen})
	}
	a := b.submit(partnerPath, withValues("key", "a", "agency", "cpia", "purpose", "school", "seen", "visto", "notice_given", "1", "note", "Nota digitata"))
	page := readPage(t, a)
	checkProblems(t, page)
	form, _ := page.first("form", "action", partnerPath)
	again := filledIn(form)
	if a.StatusCode != http.StatusUnprocessableEntity || again.Get("seen") != "nuovo" || again.Get("note") != "Nota digitata" || again.Get("notice_given") != "1" || again.Get("key") == "a" {
		t.Errorf("%d %v", a.StatusCode, again)
	}
}

// TestReferWithoutConsent cannot be sent; the way to record it leads back.
func TestReferWithoutConsent(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	page := readPage(t, b.visit(partnerPath+"?ente=terzo_settore&bisogno=housing")).main(t)
	form, _ := page.first("form", "action", partnerPath)
	if len(form.every("button")) != 0 || strings.Contains(page.words(), "Pakistan") {
		t.Errorf("it can be sent, or says too much: %s", page.words())
	}
	var record string
	for _, link := range page.every("a") {
		if strings.HasPrefix(link.attr("href"), casePath+"/consenso?") {
			record = link.attr("href")
		}
	}
	if record == "" {
		t.Fatal("no way to record the consent")
	}
	consent, _ := readPage(t, b.visit(record)).first("form", "action", casePath+"/consenso")
	a := b.submit(casePath+"/consenso", filledIn(consent))
	to, _ := url.Parse(a.Header.Get("Location"))
	if to.Path != partnerPath || to.Query().Get("ente") != "terzo_settore" || to.Query().Get("bisogno") != "housing" {
		t.Errorf("after the consent comes %s", to)
	}
	elsewhere := b.submit(casePath+"/consenso", withValues("key", "z", "poi", "https://altro.invalid/"))
	if elsewhere.Header.Get("Location") != casePath {
		t.Errorf("a form leads to %s", elsewhere.Header.Get("Location"))
	}
	b.pages.consents = true
	if form, _ := readPage(t, b.visit(partnerPath+"?ente=terzo_settore&bisogno=housing")).first("form", "action", partnerPath); len(form.every("button")) != 1 {
		t.Error("with the consent it cannot be sent")
	}
}

// TestReferAsksForBoth the partner and the need.
func TestReferAsksForBoth(t *testing.T) {
	b := newPages(t)
	b.logIn(someWorker.Subject)
	first := readPage(t, b.visit(partnerPath)).main(t)
	for _, o := range first.every("input", "name", "ente") {
		if o.attr("value") == "cpi" || o.attr("value") == "comune" {
			t.Errorf("%s is no partner", o.attr("value"))
		}
	}
	a := b.visit(partnerPath + "?ente=cpia")
	page := readPage(t, a)
	if a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without a need: %d", a.StatusCode)
	}
	checkProblems(t, page)
	if chosen, _ := page.first("form", "method", "get"); filledIn(chosen).Get("ente") != "cpia" {
		t.Error("what was chosen is lost")
	}
}
