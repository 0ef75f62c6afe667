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
	} {
		t.Run(use.name, func(t *testing.T) {
			if use.state != "" {
				b.only(use.state)
			}
			b.enter(t, browser, use.who)
			for _, width := range browserWidths {
				browse(t, browser, chromedp.EmulateViewport(width, 800), chromedp.Navigate(b.URL+use.address))
				script := fmt.Sprintf("%s; (document.querySelector('main form[data-now]') || document.querySelector('main form')).querySelector('button[type=submit]').click(); true", use.do)
				if _, err := chromedp.Run(browser, chromedp.Evaluate[bool](script)); err != nil {
					t.Fatal(err)
				}
				waitFor(t, browser, use.until)
				b.inspect(t, browser, use.name, width)
			}
		})
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
