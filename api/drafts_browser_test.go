package api_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
)

// TestDraftsInABrowser: what is typed survives a wrong click, and is offered where it
// was typed and on a page of its own.
func TestDraftsInABrowser(t *testing.T) {
	b := apitest.NewPages(t)
	browser := apitest.OpenChromium(t)
	b.Enter(t, browser, apitest.SomeWorker.Subject)
	const form, typed = "/sportello/accesso", "Chiede un corso di italiano"
	do := func(script string) {
		t.Helper()
		if _, err := chromedp.Run(browser, chromedp.Evaluate[bool](script+"; true")); err != nil {
			t.Fatal(err)
		}
	}
	await := func(count int) {
		t.Helper()
		require.Eventually(t, func() bool {
			list, err := b.Drafts.Drafts(t.Context(), apitest.SomeWorker)
			return err == nil && len(list) == count
		}, time.Minute, 20*time.Millisecond)
	}
	for _, width := range apitest.BrowserWidths {
		apitest.Browse(t, browser, chromedp.EmulateViewport(width, 800), chromedp.Navigate(b.URL+form))
		do("const f = document.querySelector('main form textarea'); f.value = '" + typed + "'; f.dispatchEvent(new Event('change', {bubbles: true}))")
		await(1)
		apitest.Browse(t, browser, chromedp.Navigate(b.URL+"/compiti"), chromedp.Navigate(b.URL+form))
		apitest.WaitFor(t, browser, "document.querySelector('main .alert a[href^=\"/bozze/\"]') !== null && document.querySelector('main form textarea').value === ''")
		b.Inspect(t, browser, "bozza-offerta", width)
		do("document.querySelector('main .alert a[href^=\"/bozze/\"]').click()")
		apitest.WaitFor(t, browser, "document.querySelector('main form textarea')?.value === '"+typed+"'")
		b.Inspect(t, browser, "bozza-ripresa", width)
		do("document.querySelector('header a[href=\"/bozze\"]').click()")
		apitest.WaitFor(t, browser, "document.querySelector('h1').textContent === 'Le tue bozze'")
		b.Inspect(t, browser, "bozze", width)
		do("document.querySelector('main form button').click()")
		await(0)
	}
}
