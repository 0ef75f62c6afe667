package desk_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"percorso/api/apitest"
)

// TestPersonWithAnOpenFileInABrowser looks at the desk's warning.
func TestPersonWithAnOpenFileInABrowser(t *testing.T) {
	b := apitest.NewPages(t)
	browser := apitest.OpenChromium(t)
	b.Records.Same = b.Pages.SomeFiles()[:1]
	b.Enter(t, browser, apitest.SomeWorker.Subject)
	for _, width := range apitest.BrowserWidths {
		apitest.Browse(t, browser, chromedp.EmulateViewport(width, 800), chromedp.Navigate(b.URL+"/sportello/fascicolo"))
		fill := `for (const [id, value] of Object.entries({given_name: 'Persona', family_name: 'Prova 0001', birth_date: '1992-05-01', citizenship: 'PK'})) document.getElementById(id).value = value;
			for (const id of ['languages-0', 'needs-0', 'channel-0', 'notice_given-0']) document.getElementById(id).checked = true;
			document.querySelector('main form .actions button').click(); true`
		if _, err := chromedp.Run(browser, chromedp.Evaluate[bool](fill)); err != nil {
			t.Fatal(err)
		}
		apitest.WaitFor(t, browser, "document.activeElement.id === 'stessa'")
		b.Inspect(t, browser, "stessa-persona", width)
	}
}
