package api_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"percorso/api/apitest"
	"percorso/internal/care"
)

// TestFormsInABrowser looks at what the desk's and the referrals' pages become
// when they are used, at both widths.
func TestFormsInABrowser(t *testing.T) {
	b := apitest.NewPages(t)
	browser := apitest.OpenChromium(t)
	for _, use := range []struct {
		name, who, address string
		do                 string // a script
		until              string // what is true then
		state              care.ReferralState
	}{
		{"nuovo-fascicolo-errori", apitest.SomeWorker.Subject, "/sportello/fascicolo", "", "document.activeElement.id === 'problemi'", ""},
		{"nuovo-fascicolo-italiano", apitest.SomeWorker.Subject, "/sportello/fascicolo", "document.getElementById('citizenship').value = 'IT'; " + now("form[action$=fascicolo]"),
			"document.querySelector('[formaction]') !== null", ""},
		{"nuovo-accesso-errori", apitest.SomeWorker.Subject, "/sportello/accesso", "", "document.activeElement.id === 'problemi'", ""},
		{"requisiti-risposta", apitest.SomeWorker.Subject, "/verifica-requisiti", "document.getElementById('citizenship').value = 'PK'",
			"document.getElementById('risposta') !== null", ""},
		{"rifiuto-errori", apitest.SomeCPI.Subject, "/segnalazioni/" + apitest.SomeID, "document.querySelector('form[action$=rifiuta]').dataset.now = 1",
			"document.querySelector('details[open] .field-error') !== null", care.ReferralReceived},
		{"informazioni-errori", apitest.SomeWorker.Subject, "/segnalazioni/" + apitest.SomeID, "", "document.querySelector('.field-error') !== null", care.ReferralOnHold},
		{"proroga-errori", apitest.SomeSupervisor.Subject, "/casi-bloccati/" + apitest.SomeID + "/proroga", "document.getElementById('until-month').value = ''",
			"document.activeElement.id === 'problemi'", ""},
		{"progetto-riga", apitest.SomeWorker.Subject, "/compiti/" + apitest.SomeID, now("form[action$=completa]"), "document.activeElement.id === 'proposed-plan-goal-3-area'", ""},
		{"progetto-errori", apitest.SomeWorker.Subject, "/compiti/" + apitest.SomeID, "document.getElementById('proposed-plan-goal-0-text').value = '';" +
			"document.getElementById('proposed-plan-action-1-until-year').value = '';" + pressed("form[action$=completa] .actions button"), "document.activeElement.id === 'problemi'", ""},
		{"nessun-progetto", apitest.SomeWorker.Subject, "/compiti/" + apitest.SomeID, "document.getElementById('outcome-no_plan').click();" + pressed("form[action$=completa] .actions button"),
			"document.activeElement.id === 'problemi' && document.getElementById('proposed-plan-goal-0-text').offsetParent === null", ""},
		{"riapri-secondo-livello", apitest.SomeWorker.Subject, "/fascicoli/" + apitest.ClosedID + "/riapri", "document.getElementById('stage-1').click()",
			"document.activeElement.id === 'problemi' && document.getElementById('service').offsetParent !== null", ""},
		{"verbale-errori", apitest.SomeWorker.Subject, "/equipe/" + apitest.AnotherID + "/verbale", "document.getElementById('text').value = 'Testo di prova'; document.getElementById('day-day').value = '20'; document.getElementById('day-month').value = '11'; document.getElementById('day-year').value = '2026';" +
			"document.getElementById('hour').value = '10:00'; document.getElementById('seat-6-outcome').value = 'dissenting'", "document.getElementById('seat-6-note-errore') !== null", ""},
		{"partner-errori", apitest.SomeWorker.Subject, "/fascicoli/" + apitest.AnotherID + "/partner", "", "document.getElementById('ente-errore') !== null", ""},
		{"partner-informativa", apitest.SomeWorker.Subject, "/fascicoli/" + apitest.AnotherID + "/partner?ente=cpia&bisogno=school", "", "document.getElementById('notice_given-errore') !== null", ""},
		{"sospendi-errori", apitest.SomeWorker.Subject, "/fascicoli/" + apitest.AnotherID + "/sospendi", "", "document.getElementById('until-errore') !== null", ""},
		{"trasferimento-errori", apitest.SomeWorker.Subject, "/fascicoli/" + apitest.SuspendedID + "/trasferimento", "", "document.getElementById('notice_given-errore') !== null", ""},
		{"invito-rifiuto", "", "/invito/{visto}", "[...document.querySelectorAll('summary')].at(-1).click();" + pressed("form:has(#reject-reason) button"),
			"document.getElementById('reject-reason-errore') !== null", ""},
		{"invito-grazie", "", "/invito/{richiesto}", "", "document.querySelector('h1').textContent === 'Grazie'", ""},
	} {
		t.Run(use.name, func(t *testing.T) {
			if use.state != "" {
				b.Only(use.state)
			}
			b.Hold(care.PlanDraft)
			b.Enter(t, browser, use.who)
			for _, width := range apitest.BrowserWidths {
				clear(b.Pages.UsedLinks)
				apitest.Browse(t, browser, chromedp.EmulateViewport(width, 800), chromedp.Navigate(b.URL+b.Pages.WithLinks(use.address)))
				script := fmt.Sprintf("%s; (document.querySelector('[data-pressed]')?.parentNode || document.querySelector('main form[data-now]') || document.querySelector('main form')).querySelector('button[type=submit]').click(); true", use.do)
				if _, err := chromedp.Run(browser, chromedp.Evaluate[bool](script)); err != nil {
					t.Fatal(err)
				}
				apitest.WaitFor(t, browser, use.until)
				b.Inspect(t, browser, use.name, width)
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
