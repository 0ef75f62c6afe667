package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"percorso/api"
	"percorso/api/apitest"
	"percorso/internal/brake"
)

// TestLoginsInABrowser: what people see of their logins, in a real Chromium, from the
// first login to the last, at both widths.
func TestLoginsInABrowser(t *testing.T) {
	b := apitest.NewPages(t)
	first := apitest.OpenChromium(t)
	second, closeTab := chromedp.NewContext(first)
	defer closeTab()
	if err := chromedp.Do(second); err != nil { // the tab lives as long as the context of its first call
		t.Fatal(err)
	}
	open := func(tab context.Context, path string) {
		t.Helper()
		apitest.Browse(t, tab, chromedp.Navigate(b.URL+path))
	}
	const atProvider = "document.getElementById('accedi') !== null"
	logsIn := func(tab context.Context, then string) {
		t.Helper()
		apitest.WaitFor(t, tab, atProvider)
		apitest.Press(t, tab, "#accedi")
		apitest.WaitFor(t, tab, then)
	}
	looksAt := func(name string) {
		t.Helper()
		for _, width := range apitest.BrowserWidths {
			apitest.Browse(t, first, chromedp.EmulateViewport(width, 800))
			b.Inspect(t, first, name, width)
		}
	}

	// Two tabs at the login: each gets where it was going, the later one first.
	open(first, "/compiti")
	apitest.WaitFor(t, first, atProvider)
	open(second, "/fascicoli")
	logsIn(second, "location.pathname === '/fascicoli'")
	logsIn(first, "location.pathname === '/compiti'")

	// An idle session warns before it ends, and goes on where somebody says so.
	const shown = "!document.getElementById('sessione').hidden"
	b.Now = b.Now.Add(26 * time.Minute)
	evaluate(t, first, "(() => { const now = Date.now; Date.now = () => now() + 26 * 60000; document.dispatchEvent(new Event('visibilitychange')) })(), true")
	apitest.WaitFor(t, first, shown+" && document.querySelector('#sessione p').textContent.includes('tra 4 minuti la sessione termina')")
	looksAt("sessione-che-finisce")
	apitest.Press(t, first, "#sessione button")
	apitest.WaitFor(t, first, "document.getElementById('sessione').hidden")
	b.Now = b.Now.Add(26 * time.Minute) // it would have ended
	open(first, "/compiti")
	apitest.WaitFor(t, first, "location.pathname === '/compiti'")

	// A form that is sent after its session has ended waits for the login.
	open(first, "/sportello/accesso")
	evaluate(t, first, "document.getElementById('note').value = 'Che cosa ha chiesto la persona', true")
	b.Now = b.Now.Add(31 * time.Minute)
	before := b.SentCommands()
	apitest.Press(t, first, "main form button[type=submit]")
	apitest.WaitFor(t, first, "document.body.innerText.includes('al sicuro')")
	looksAt("modulo-che-aspetta")
	apitest.Press(t, first, "main a[href^=\"/login\"]")
	logsIn(first, "document.getElementById('note')?.value === 'Che cosa ha chiesto la persona'")
	apitest.WaitFor(t, first, "document.body.innerText.includes('non è ancora stato inviato')")
	looksAt("modulo-ritrovato")
	if after := b.SentCommands(); after != before {
		t.Errorf("%d commands are sent by themselves", after-before)
	}

	// One ends one's other sessions, and keeps this one.
	b.LogIn(apitest.SomeWorker.Subject)
	if a := b.Open(t, "/compiti"); a.StatusCode != http.StatusOK {
		t.Fatalf("elsewhere: %d", a.StatusCode)
	}
	open(first, "/accessi-personali")
	apitest.WaitFor(t, first, "document.querySelectorAll('main li.work').length >= 2")
	looksAt("altri-accessi")
	apitest.Press(t, first, "main form button[type=submit]")
	apitest.WaitFor(t, first, "document.querySelectorAll('main li.work').length === 1")
	looksAt("altri-accessi-terminati")
	if a := b.Open(t, "/compiti"); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), "/login") {
		t.Errorf("the other session goes on: %d", a.StatusCode)
	}

	// Whoever tries too often is told when to try again, and where.
	b.Brakes = api.Brakes{Logins: brake.Rate{Tries: 1, Per: time.Minute}, Sources: 10}
	b.Serve(b.Pages)
	open(first, "/login?next=%2Ffascicoli")
	apitest.WaitFor(t, first, atProvider)
	open(first, "/login?next=%2Ffascicoli")
	apitest.WaitFor(t, first, "document.body.innerText.includes('Riprova tra 60 secondi.')")
	looksAt("troppi-tentativi")
	b.Now = b.Now.Add(time.Minute)
	apitest.Press(t, first, "main a[href^=\"/login\"]")
	logsIn(first, "location.pathname === '/fascicoli'")
}

func evaluate(t *testing.T, tab context.Context, script string) {
	t.Helper()
	if _, err := chromedp.Run(tab, chromedp.Evaluate[bool](script)); err != nil {
		t.Fatal(err)
	}
}
