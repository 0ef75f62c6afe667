package desk_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"percorso/api/apitest"
)

// TestPersonWithAnOpenFileInABrowser looks at the desk's warning, and at what the search
// in the header finds.
func TestPersonWithAnOpenFileInABrowser(t *testing.T) {
	b := apitest.NewPages(t)
	browser := apitest.OpenChromium(t)
	b.Records.Same = b.Pages.SomeFiles()[:1]
	b.Enter(t, browser, apitest.SomeWorker.Subject)
	for _, width := range apitest.BrowserWidths {
		apitest.Browse(t, browser, chromedp.EmulateViewport(width, 800), chromedp.Navigate(b.URL+"/sportello/fascicolo"))
		fill := `for (const [id, value] of Object.entries({given_name: 'Persona', family_name: 'Prova 0001', 'birth_date-day': '1', 'birth_date-month': '5', 'birth_date-year': '1992', citizenship: 'PK'})) document.getElementById(id).value = value;
			for (const id of ['languages-0', 'needs-0', 'channel-0', 'notice_given-0']) document.getElementById(id).checked = true;
			document.querySelector('main form .actions button').click(); true`
		if _, err := chromedp.Run(browser, chromedp.Evaluate[bool](fill)); err != nil {
			t.Fatal(err)
		}
		apitest.WaitFor(t, browser, "document.activeElement.id === 'stessa'")
		b.Inspect(t, browser, "stessa-persona", width)
		apitest.Browse(t, browser, chromedp.KeyEvent(kb.Escape))
		apitest.WaitFor(t, browser, "document.querySelector('#stessa .candidates').hidden && document.querySelector('#stessa [name=another_person]').offsetParent !== null")

		// The box of the header, by keyboard alone.
		apitest.Browse(t, browser, chromedp.Navigate(b.URL+"/sportello"), chromedp.KeyEvent("?"))
		apitest.WaitFor(t, browser, "document.getElementById('scorciatoie').open")
		b.Inspect(t, browser, "scorciatoie", width)
		apitest.Browse(t, browser, chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent("/"))
		apitest.WaitFor(t, browser, "document.activeElement.id === 'cerca-ovunque'")
		apitest.Browse(t, browser, chromedp.KeyEvent("prova/"), chromedp.KeyEvent(kb.Enter))
		apitest.WaitFor(t, browser, "location.pathname === '/ricerca' && document.querySelector('.candidates') !== null && document.getElementById('cerca').value.endsWith('prova/')")
		b.Inspect(t, browser, "ricerca-trovati", width)
		apitest.Browse(t, browser, chromedp.KeyEvent(kb.Escape))
		apitest.WaitFor(t, browser, "document.activeElement.id === 'nascosti' && !document.body.textContent.includes('Persona Prova 0001')")
		b.Inspect(t, browser, "ricerca-nascosta", width)
	}
}
