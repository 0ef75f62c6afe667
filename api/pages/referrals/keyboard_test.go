package referrals_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"percorso/api/apitest"
	"percorso/internal/care"
)

// TestAcknowledgeByKeyboard takes note of a referral with the keys alone.
func TestAcknowledgeByKeyboard(t *testing.T) {
	b := apitest.NewPages(t)
	browser := apitest.OpenChromium(t)
	b.Only(care.ReferralRequested)
	b.Enter(t, browser, apitest.SomeCPI.Subject)
	apitest.Browse(t, browser, chromedp.EmulateViewport(1280, 800), chromedp.Navigate(b.URL+"/segnalazioni"))
	apitest.TabTo(t, browser, "e.matches('button') && e.textContent.includes('Ho letto')")
	apitest.Browse(t, browser, chromedp.KeyEvent(kb.Enter))
	apitest.WaitFor(t, browser, "document.querySelector('.alert-success') !== null")
	if len(b.Records.Commands) != 1 {
		t.Errorf("%d commands", len(b.Records.Commands))
	}
	// The rows beside an open one, by their own keys.
	b.Serve(b.Pages)
	apitest.Browse(t, browser, chromedp.Navigate(b.URL+"/segnalazioni/"+apitest.SomeID+"?riga=si"))
	apitest.WaitFor(t, browser, "document.activeElement.ariaCurrent === 'true'")
	apitest.Browse(t, browser, chromedp.KeyEvent("k"))
	apitest.WaitFor(t, browser, "document.activeElement.matches('[data-row]') && !document.activeElement.ariaCurrent")
	apitest.Browse(t, browser, chromedp.KeyEvent("j"))
	apitest.WaitFor(t, browser, "document.activeElement.ariaCurrent === 'true'")
}
