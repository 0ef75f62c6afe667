package partner_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"percorso/api"
	"percorso/api/apitest"
	"percorso/internal/brake"
	"percorso/internal/care"
	"percorso/internal/invitation"
)

// TestInvitationTellsNobodyBeforeItIsAcknowledged, and keeps the link to itself.
func TestInvitationTellsNobodyBeforeItIsAcknowledged(t *testing.T) {
	b := apitest.NewPages(t)
	for range 2 { // looking uses nothing up
		a := b.Anybody(http.MethodGet, "/invito/{richiesto}", nil)
		page := apitest.ReadPage(t, a)
		text := page.Main(t).Words()
		if a.StatusCode != http.StatusOK || strings.Contains(text, "Prova 0001") || !strings.Contains(text, "PO-2026-00012") || !strings.Contains(text, "Comune di Prato") || !strings.Contains(text, "Casa") {
			t.Fatalf("%d %s", a.StatusCode, text)
		}
		if a.Header.Get("Referrer-Policy") != "no-referrer" || !strings.Contains(a.Header.Get("X-Robots-Tag"), "noindex") || len(a.Cookies()) != 0 {
			t.Errorf("the link may get about: %v", a.Header)
		}
		for _, link := range page.Every("a") {
			if href := link.Attribute("href"); strings.HasPrefix(href, "/") {
				t.Errorf("the page leads into the product: %s", href)
			}
		}
	}
	if strings.Contains(b.Log.String(), "/invito/01") {
		t.Error("the log says the link")
	}
}

// TestInvitationIsAnsweredOnce: an acknowledgement shows the person; the same
// link does nothing more, and another can be had.
func TestInvitationIsAnsweredOnce(t *testing.T) {
	b := apitest.NewPages(t)
	a := b.Anybody(http.MethodPost, "/invito/{richiesto}", apitest.WithValues("answer", "acknowledge"))
	if text := apitest.ReadPage(t, a).Main(t).Words(); a.StatusCode != http.StatusOK || !strings.Contains(text, "Grazie") || !strings.Contains(text, "Prova 0001") {
		t.Fatalf("%d %s", a.StatusCode, text)
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		a = b.Anybody(method, "/invito/{richiesto}", apitest.WithValues("answer", "acknowledge"))
		page := apitest.ReadPage(t, a)
		text := page.Main(t).Words()
		if a.StatusCode != http.StatusGone || strings.Contains(text, "Prova 0001") || !strings.Contains(text, "già stato usato") || !strings.Contains(text, "Inviatemi un nuovo link") {
			t.Errorf("%s again: %d %s", method, a.StatusCode, text)
		}
	}
	if b.SentCommands() != 1 {
		t.Errorf("%d commands", b.SentCommands())
	}
	a = b.Anybody(http.MethodPost, "/invito/{richiesto}/nuovo", nil)
	if text := apitest.ReadPage(t, a).Main(t).Words(); a.StatusCode != http.StatusOK || b.Records.Renewed != 1 || !strings.Contains(text, "nuovo link è in arrivo") {
		t.Errorf("%d %s", a.StatusCode, text)
	}
}

// TestAnswersOfPartners: each with what it needs, and its errors at their fields.
func TestAnswersOfPartners(t *testing.T) {
	b := apitest.NewPages(t)
	for _, test := range []struct {
		link         string
		wrong, right url.Values
		op           care.Operation
	}{
		{"visto", nil, apitest.WithValues("answer", "accept"), care.OpAccept},
		{"visto", apitest.WithValues("answer", "hold"), apitest.WithValues("answer", "hold", "note", "Il documento"), care.OpHold},
		{"visto", apitest.WithValues("answer", "reject", "note", "Nota digitata"), apitest.WithValues("answer", "reject", "reason", "not_competent"), care.OpReject},
		{"esito", nil, apitest.WithValues("answer", "completed", "note", "Fatto"), care.OpComplete},
		{"esito", apitest.WithValues("answer", "failed", "note", "Nota digitata"), apitest.WithValues("answer", "failed", "reason", "person_absent"), care.OpComplete},
	} {
		t.Run(test.link+" "+test.right.Get("answer"), func(t *testing.T) {
			clear(b.Pages.UsedLinks)
			clear(b.Pages.Commands)
			address := "/invito/{" + test.link + "}"
			if test.wrong != nil {
				a := b.Anybody(http.MethodPost, address, test.wrong)
				page := apitest.ReadPage(t, a)
				if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page.Main(t).Words(), test.wrong.Get("note")) {
					t.Errorf("%d %s", a.StatusCode, page.Main(t).Words())
				}
				apitest.CheckProblems(t, page)
				if len(b.Pages.UsedLinks) != 0 {
					t.Error("an answer that is not in order used the link up")
				}
			}
			if a := b.Anybody(http.MethodPost, address, test.right); a.StatusCode != http.StatusOK {
				t.Fatalf("%d %s", a.StatusCode, apitest.ReadPage(t, a).Main(t).Words())
			}
			for _, c := range b.Pages.Commands {
				if c.Operation != test.op || string(c.Answer.Reason) != test.right.Get("reason") {
					t.Errorf("%+v", c)
				}
			}
			if b.SentCommands() != 1 {
				t.Errorf("%d commands", b.SentCommands())
			}
		})
	}
}

// TestRefusedLinksLeaveLines, and whoever goes on trying is told when to try again:
// apart from the product, as on all pages of links.
func TestRefusedLinksLeaveLines(t *testing.T) {
	b := apitest.NewPages(t)
	b.Brakes = api.Brakes{Links: brake.Rate{Tries: 3, Per: 90 * time.Minute}, Sources: 10}
	b.Serve(b.Pages)
	for _, address := range []string{"/invito/{usato}", "/invito/{scaduto}", "/invito/{risolto}", "/invito/abc"} {
		if a := b.Anybody(http.MethodGet, address, nil); a.StatusCode != http.StatusGone && a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", address, a.StatusCode)
		}
	}
	b.Anybody(http.MethodPost, "/invito/{risolto}/nuovo", nil)
	want := []string{"unknown link used", "unknown link expired", "unknown link settled", "unknown link forged", "unknown link settled"}
	if !slices.Equal(b.Logins.Lines, want) {
		t.Errorf("lines: %q", b.Logins.Lines)
	}
	for range 2 {
		b.Anybody(http.MethodGet, "/invito/abd", nil)
	}
	a := b.Anybody(http.MethodGet, "/invito/abe", nil)
	page := apitest.ReadPage(t, a)
	if text := page.Main(t).Words(); a.StatusCode != http.StatusTooManyRequests || a.Header.Get("Retry-After") != "1800" || !strings.Contains(text, "Riprova tra 30 minuti.") {
		t.Errorf("%d %s: %s", a.StatusCode, a.Header.Get("Retry-After"), text)
	}
	for _, link := range page.Every("a") {
		if href := link.Attribute("href"); strings.HasPrefix(href, "/") {
			t.Errorf("the page leads into the product: %s", href)
		}
	}
	if a := b.Anybody(http.MethodGet, "/invito/{richiesto}", nil); a.StatusCode != http.StatusOK {
		t.Errorf("a good link: %d", a.StatusCode)
	}
}

// TestDoubledAnswerIsNone: which of two answers is meant is not for the server to
// say. The form comes back as it was typed, and the link is still good.
func TestDoubledAnswerIsNone(t *testing.T) {
	b := apitest.NewPages(t)
	for _, test := range []struct {
		name, link, field string
		sent              url.Values
	}{
		{"two answers", "richiesto", "answer", url.Values{"answer": {"acknowledge", "reject"}}},
		{"the same twice", "richiesto", "answer", url.Values{"answer": {"acknowledge", "acknowledge"}}},
		{"first none", "richiesto", "", url.Values{"answer": {"", "acknowledge"}}},
		{"first unknown", "visto", "", url.Values{"answer": {"open", "accept"}}},
		{"two reasons", "visto", "reason", url.Values{"answer": {"reject"}, "reason": {"not_competent", "wrong_office"}, "note": {"Nota digitata"}}},
		{"two notes", "esito", "note", url.Values{"answer": {"completed"}, "note": {"Nota digitata", "altra"}}},
		{"an unknown field twice", "visto", "unknown", url.Values{"answer": {"hold"}, "note": {"Nota digitata"}, "unknown": {"a", "b"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := b.Anybody(http.MethodPost, "/invito/{"+test.link+"}", test.sent)
			page := apitest.ReadPage(t, a)
			if text := page.Main(t).Words(); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, "La voce è ripetuta") || !strings.Contains(text, test.sent.Get("note")) {
				t.Errorf("%d %s", a.StatusCode, text)
			}
			if id := test.sent.Get("answer") + "-" + test.field; test.field != "" {
				if _, ok := page.First("a", "href", "#"+id); !ok {
					t.Errorf("the page does not say that it is %s", id)
				}
			}
			if len(b.Pages.UsedLinks) != 0 || b.SentCommands() != 0 {
				t.Error("the link was used up")
			}
		})
	}
	if a := b.Anybody(http.MethodPost, "/invito/{richiesto}?answer=acknowledge", nil); a.StatusCode != http.StatusBadRequest || b.SentCommands() != 0 {
		t.Errorf("an answer in the address: %d", a.StatusCode)
	}
	if a := b.Anybody(http.MethodPost, "/invito/{richiesto}?answer=reject", apitest.WithValues("answer", "acknowledge")); a.StatusCode != http.StatusOK || b.SentCommands() != 1 {
		t.Errorf("an answer, with another in the address: %d", a.StatusCode)
	}
}

// TestPagesOfLinksThatAreGoodForNothing say so kindly, and do nothing.
func TestPagesOfLinksThatAreGoodForNothing(t *testing.T) {
	b := apitest.NewPages(t)
	for _, test := range []struct {
		link   string
		status int
		says   string
		renew  bool
	}{
		{"{usato}", http.StatusGone, "già stato usato", true},
		{"{scaduto}", http.StatusGone, "è scaduto", true},
		{"{risolto}", http.StatusGone, "La segnalazione è stata ritirata", false},
		{"falso", http.StatusNotFound, "o non vale più", false},
		{"{usato}x", http.StatusNotFound, "non è valido", false},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			a := b.Anybody(method, "/invito/"+test.link, apitest.WithValues("answer", "accept"))
			text := apitest.ReadPage(t, a).Main(t).Words()
			if a.StatusCode != test.status || !strings.Contains(text, test.says) || strings.Contains(text, "Inviatemi") != test.renew {
				t.Errorf("%s %s: %d %s", method, test.link, a.StatusCode, text)
			}
		}
		before := b.Records.Renewed
		a := b.Anybody(http.MethodPost, "/invito/"+test.link+"/nuovo", nil)
		if renewed := b.Records.Renewed > before; renewed != test.renew || renewed != (a.StatusCode == http.StatusOK) {
			t.Errorf("a new link for %s: %d", test.link, a.StatusCode)
		}
	}
	if b.SentCommands() != 0 {
		t.Error("something happened")
	}
	if a := b.Anybody(http.MethodPost, "/invito/{visto}", apitest.WithValues("answer", "open")); a.StatusCode != http.StatusBadRequest {
		t.Errorf("an answer that is none: %d", a.StatusCode)
	}
}

// TestALinkSaysWhatBecameOfWhatItAsked, in each state of its referral: never that somebody
// answered who did not, and whom to call.
func TestALinkSaysWhatBecameOfWhatItAsked(t *testing.T) {
	b := apitest.NewPages(t)
	b.Records.OneLink.Zone, b.Records.OneLink.Open = "prato", false
	token := invitation.Sign(apitest.SomeKey, apitest.SomeID, b.Records.OneLink.Expires)
	for state, says := range map[care.ReferralState]string{
		care.ReferralOnHold: "ora tocca a chi ha inviato", care.ReferralAccepted: "il Suo ente ha accettato", care.ReferralInProgress: "riceve un altro link",
		care.ReferralRejected: "non ha accettato", care.ReferralCompleted: "è stato fatto", care.ReferralFailed: "non è stato possibile",
		care.ReferralWithdrawn: "non deve fare altro", care.ReferralRedirected: "a un altro ente", care.ReferralRequested: "non si aspetta più",
	} {
		b.Records.OneLink.State = state
		a := b.Anybody(http.MethodGet, "/invito/"+token, nil)
		text := apitest.ReadPage(t, a).Main(t).Words()
		if a.StatusCode != http.StatusGone || !strings.Contains(text, says) || !strings.Contains(text, "Se ha domande, chiami il Comune di Prato, telefono 0574 000000.") {
			t.Errorf("%s: %d %s", state, a.StatusCode, text)
		}
	}
}
