package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"percorso/internal/care"
)

// anybody asks without a session, as a partner does, with a form or without one.
func (b *pagesRig) anybody(method, address string, form url.Values) answer {
	b.t.Helper()
	r := b.request(method, b.pages.withLinks(address), form.Encode())
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Origin", "null") // as browsers say on a page without referrer
	return b.do(&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, r)
}

// TestInvitationTellsNobodyBeforeItIsAcknowledged, and keeps the link to itself.
func TestInvitationTellsNobodyBeforeItIsAcknowledged(t *testing.T) {
	b := newPages(t)
	for range 2 { // looking uses nothing up
		a := b.anybody(http.MethodGet, "/invito/{richiesto}", nil)
		page := readPage(t, a)
		text := page.main(t).words()
		if a.StatusCode != http.StatusOK || strings.Contains(text, "Prova 0001") || !strings.Contains(text, "PO-2026-00012") || !strings.Contains(text, "Comune di Prato") || !strings.Contains(text, "Casa") {
			t.Fatalf("%d %s", a.StatusCode, text)
		}
		if a.Header.Get("Referrer-Policy") != "no-referrer" || !strings.Contains(a.Header.Get("X-Robots-Tag"), "noindex") || len(a.Cookies()) != 0 {
			t.Errorf("the link may get about: %v", a.Header)
		}
		for _, link := range page.every("a") {
			if href := link.attr("href"); strings.HasPrefix(href, "/") {
				t.Errorf("the page leads into the product: %s", href)
			}
		}
	}
	if strings.Contains(b.log.String(), "/invito/01") {
		t.Error("the log says the link")
	}
}

// TestInvitationIsAnsweredOnce: an acknowledgement shows the person; the same
// link does nothing more, and another can be had.
func TestInvitationIsAnsweredOnce(t *testing.T) {
	b := newPages(t)
	a := b.anybody(http.MethodPost, "/invito/{richiesto}", withValues("answer", "acknowledge"))
	if text := readPage(t, a).main(t).words(); a.StatusCode != http.StatusOK || !strings.Contains(text, "Grazie") || !strings.Contains(text, "Prova 0001") {
		t.Fatalf("%d %s", a.StatusCode, text)
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		a = b.anybody(method, "/invito/{richiesto}", withValues("answer", "acknowledge"))
		page := readPage(t, a)
		text := page.main(t).words()
		if a.StatusCode != http.StatusGone || strings.Contains(text, "Prova 0001") || !strings.Contains(text, "già stato usato") || !strings.Contains(text, "Inviatemi un nuovo link") {
			t.Errorf("%s again: %d %s", method, a.StatusCode, text)
		}
	}
	if b.sentCommands() != 1 {
		t.Errorf("%d commands", b.sentCommands())
	}
	a = b.anybody(http.MethodPost, "/invito/{richiesto}/nuovo", nil)
	if text := readPage(t, a).main(t).words(); a.StatusCode != http.StatusOK || b.records.renewed != 1 || !strings.Contains(text, "nuovo link è in arrivo") {
		t.Errorf("%d %s", a.StatusCode, text)
	}
}

// TestAnswersOfPartners: each with what it needs, and its errors at their fields.
func TestAnswersOfPartners(t *testing.T) {
	b := newPages(t)
	for _, test := range []struct {
		link         string
		wrong, right url.Values
		op           care.Operation
	}{
		{"visto", nil, withValues("answer", "accept"), care.OpAccept},
		{"visto", withValues("answer", "hold"), withValues("answer", "hold", "note", "Il documento"), care.OpHold},
		{"visto", withValues("answer", "reject", "note", "Nota digitata"), withValues("answer", "reject", "reason", "not_competent"), care.OpReject},
		{"esito", nil, withValues("answer", "completed", "note", "Fatto"), care.OpComplete},
		{"esito", withValues("answer", "failed", "note", "Nota digitata"), withValues("answer", "failed", "reason", "person_absent"), care.OpComplete},
	} {
		t.Run(test.link+" "+test.right.Get("answer"), func(t *testing.T) {
			clear(b.pages.usedLinks)
			clear(b.pages.commands)
			address := "/invito/{" + test.link + "}"
			if test.wrong != nil {
				a := b.anybody(http.MethodPost, address, test.wrong)
				page := readPage(t, a)
				if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page.main(t).words(), test.wrong.Get("note")) {
					t.Errorf("%d %s", a.StatusCode, page.main(t).words())
				}
				checkProblems(t, page)
				if len(b.pages.usedLinks) != 0 {
					t.Error("an answer that is not in order used the link up")
				}
			}
			if a := b.anybody(http.MethodPost, address, test.right); a.StatusCode != http.StatusOK {
				t.Fatalf("%d %s", a.StatusCode, readPage(t, a).main(t).words())
			}
			for _, c := range b.pages.commands {
				if c.Operation != test.op || c.Answer.Reason != test.right.Get("reason") {
					t.Errorf("%+v", c)
				}
			}
			if b.sentCommands() != 1 {
				t.Errorf("%d commands", b.sentCommands())
			}
		})
	}
}

// TestPagesOfLinksThatAreGoodForNothing say so kindly, and do nothing.
func TestPagesOfLinksThatAreGoodForNothing(t *testing.T) {
	b := newPages(t)
	for _, test := range []struct {
		link   string
		status int
		says   string
		renew  bool
	}{
		{"{usato}", http.StatusGone, "già stato usato", true},
		{"{scaduto}", http.StatusGone, "è scaduto", true},
		{"{risolto}", http.StatusGone, "Non serve più una risposta", false},
		{"falso", http.StatusNotFound, "non è valido", false},
		{"{usato}x", http.StatusNotFound, "non è valido", false},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			a := b.anybody(method, "/invito/"+test.link, withValues("answer", "accept"))
			text := readPage(t, a).main(t).words()
			if a.StatusCode != test.status || !strings.Contains(text, test.says) || strings.Contains(text, "Inviatemi") != test.renew {
				t.Errorf("%s %s: %d %s", method, test.link, a.StatusCode, text)
			}
		}
		before := b.records.renewed
		a := b.anybody(http.MethodPost, "/invito/"+test.link+"/nuovo", nil)
		if renewed := b.records.renewed > before; renewed != test.renew || renewed != (a.StatusCode == http.StatusOK) {
			t.Errorf("a new link for %s: %d", test.link, a.StatusCode)
		}
	}
	if b.sentCommands() != 0 {
		t.Error("something happened")
	}
	if a := b.anybody(http.MethodPost, "/invito/{visto}", withValues("answer", "open")); a.StatusCode != http.StatusBadRequest {
		t.Errorf("an answer that is none: %d", a.StatusCode)
	}
}
