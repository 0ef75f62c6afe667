package api

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"percorso/internal/care"
)

// TestFormsInABrowser looks at what the desk's and the referrals' pages become
// when they are used, at both widths.
func TestFormsInABrowser(t *testing.T) {
	b := newPages(t)
	browser := openChromium(t)
	for _, use := range []struct {
		name, who, address string
		do                 string // a script
		until              string // what is true then
		state              care.ReferralState
	}{
		{"nuovo-fascicolo-errori", someWorker.Subject, "/sportello/fascicolo", "", "document.activeElement.id === 'problemi'", ""},
		{"nuovo-fascicolo-italiano", someWorker.Subject, "/sportello/fascicolo", "document.getElementById('citizenship').value = 'IT'",
			"document.querySelector('[formaction]') !== null", ""},
		{"nuovo-accesso-errori", someWorker.Subject, "/sportello/accesso", "", "document.activeElement.id === 'problemi'", ""},
		{"requisiti-risposta", someWorker.Subject, "/verifica-requisiti", "document.getElementById('citizenship').value = 'PK'",
			"document.getElementById('risposta') !== null", ""},
		{"rifiuto-errori", someCPI.Subject, "/segnalazioni/" + someID, "document.querySelector('form[action$=rifiuta]').dataset.now = 1",
			"document.querySelector('details[open] .field-error') !== null", care.ReferralReceived},
		{"informazioni-errori", someWorker.Subject, "/segnalazioni/" + someID, "", "document.querySelector('.field-error') !== null", care.ReferralOnHold},
		{"proroga-errori", someSupervisor.Subject, "/casi-bloccati/" + someID + "/proroga", "document.getElementById('until').value = ''",
			"document.activeElement.id === 'problemi'", ""},
		{"progetto-riga", someWorker.Subject, "/compiti/" + someID, now("form[action$=completa]"), "document.activeElement.id === 'proposed-plan-goal-3-area'", ""},
		{"progetto-errori", someWorker.Subject, "/compiti/" + someID, "document.getElementById('proposed-plan-goal-0-text').value = '';" +
			"document.getElementById('proposed-plan-action-1-until').value = '';" + pressed("form[action$=completa] .actions button"), "document.activeElement.id === 'problemi'", ""},
		{"nessun-progetto", someWorker.Subject, "/compiti/" + someID, "document.getElementById('outcome-no_plan').click();" + pressed("form[action$=completa] .actions button"),
			"document.activeElement.id === 'problemi' && document.getElementById('proposed-plan-goal-0-text').offsetParent === null", ""},
		{"riapri-secondo-livello", someWorker.Subject, "/fascicoli/" + closedID + "/riapri", "document.getElementById('stage-1').click()",
			"document.activeElement.id === 'problemi' && document.getElementById('service').offsetParent !== null", ""},
		{"verbale-errori", someWorker.Subject, "/equipe/" + anotherID + "/verbale", "document.getElementById('text').value = 'Testo di prova'; document.getElementById('day').value = '2026-11-20';" +
			"document.getElementById('hour').value = '10:00'; document.getElementById('seat-6-outcome').value = 'dissenting'", "document.getElementById('seat-6-note-errore') !== null", ""},
		{"partner-errori", someWorker.Subject, "/fascicoli/" + anotherID + "/partner", "", "document.getElementById('ente-errore') !== null", ""},
		{"partner-informativa", someWorker.Subject, "/fascicoli/" + anotherID + "/partner?ente=cpia&bisogno=school", "", "document.getElementById('notice_given-errore') !== null", ""},
		{"sospendi-errori", someWorker.Subject, "/fascicoli/" + anotherID + "/sospendi", "", "document.getElementById('until-errore') !== null", ""},
		{"trasferimento-errori", someWorker.Subject, "/fascicoli/" + suspendedID + "/trasferimento", "", "document.getElementById('notice_given-errore') !== null", ""},
		{"invito-rifiuto", "", "/invito/{visto}", "[...document.querySelectorAll('summary')].at(-1).click();" + pressed("form:has(#reject-reason) button"),
			"document.getElementById('reject-reason-errore') !== null", ""},
		{"invito-grazie", "", "/invito/{richiesto}", "", "document.querySelector('h1').textContent === 'Grazie'", ""},
	} {
		t.Run(use.name, func(t *testing.T) {
			if use.state != "" {
				b.only(use.state)
			}
			b.hold(care.PlanDraft)
			b.enter(t, browser, use.who)
			for _, width := range browserWidths {
				clear(b.pages.usedLinks)
				browse(t, browser, chromedp.EmulateViewport(width, 800), chromedp.Navigate(b.URL+b.pages.withLinks(use.address)))
				script := fmt.Sprintf("%s; (document.querySelector('[data-pressed]')?.parentNode || document.querySelector('main form[data-now]') || document.querySelector('main form')).querySelector('button[type=submit]').click(); true", use.do)
				if _, err := chromedp.Run(browser, chromedp.Evaluate[bool](script)); err != nil {
					t.Fatal(err)
				}
				waitFor(t, browser, use.until)
				b.inspect(t, browser, use.name, width)
			}
		})
	}
}

// now and pressed say which form, or which of its buttons, sends it.
func now(form string) string {
	return "document.querySelector('main " + form + "').dataset.now = 1"
}

func pressed(button string) string {
	return "document.querySelector('main " + button + "').dataset.pressed = 1"
}

// TestPersonWithAnOpenFileInABrowser looks at the desk's warning.
func TestPersonWithAnOpenFileInABrowser(t *testing.T) {
	b := newPages(t)
	browser := openChromium(t)
	b.records.same = b.pages.files()[:1]
	b.enter(t, browser, someWorker.Subject)
	for _, width := range browserWidths {
		browse(t, browser, chromedp.EmulateViewport(width, 800), chromedp.Navigate(b.URL+"/sportello/fascicolo"))
		fill := `for (const [id, value] of Object.entries({given_name: 'Persona', family_name: 'Prova 0001', birth_date: '1992-05-01', citizenship: 'PK'})) document.getElementById(id).value = value;
			for (const id of ['languages-0', 'needs-0', 'channel-0', 'notice_given-0']) document.getElementById(id).checked = true;
			document.querySelector('main form .actions button').click(); true`
		if _, err := chromedp.Run(browser, chromedp.Evaluate[bool](fill)); err != nil {
			t.Fatal(err)
		}
		waitFor(t, browser, "document.activeElement.id === 'stessa'")
		b.inspect(t, browser, "stessa-persona", width)
	}
}

// TestAcknowledgeByKeyboard takes note of a referral with the keys alone.
func TestAcknowledgeByKeyboard(t *testing.T) {
	b := newPages(t)
	browser := openChromium(t)
	b.only(care.ReferralRequested)
	b.enter(t, browser, someCPI.Subject)
	browse(t, browser, chromedp.EmulateViewport(1280, 800), chromedp.Navigate(b.URL+"/segnalazioni"))
	tabTo(t, browser, "e.matches('button') && e.textContent.includes('Presa visione')")
	browse(t, browser, chromedp.KeyEvent(kb.Enter))
	waitFor(t, browser, "document.querySelector('.alert-success') !== null")
	if len(b.records.commands) != 1 {
		t.Errorf("%d commands", len(b.records.commands))
	}
}
