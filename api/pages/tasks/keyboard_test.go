package tasks_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"percorso/api/apitest"
	"percorso/internal/care"
)

// TestClaimAndCompleteByKeyboard takes a task and completes it with the keys alone.
func TestClaimAndCompleteByKeyboard(t *testing.T) {
	b := apitest.NewPages(t)
	browser := apitest.OpenChromium(t)
	b.Pages.OneTask.Kind, b.Pages.OneTask.State, b.Pages.OneTask.HolderID = care.Interview, care.TaskReady, ""
	b.Enter(t, browser, apitest.SomeWorker.Subject)
	apitest.Browse(t, browser, chromedp.EmulateViewport(1280, 800), chromedp.Navigate(b.URL+"/compiti?elenco=libere"))
	apitest.TabTo(t, browser, "e.matches('button') && e.textContent.includes('Lo faccio io')")
	apitest.Browse(t, browser, chromedp.KeyEvent(kb.Enter))
	apitest.WaitFor(t, browser, "location.pathname.startsWith('/compiti/')")
	apitest.TabTo(t, browser, "e.matches('input[type=radio]')")
	apitest.Browse(t, browser, chromedp.KeyEvent(" "))
	apitest.TabTo(t, browser, "e.matches('button[type=submit]') && e.form && e.form.action.endsWith('/completa')")
	apitest.Browse(t, browser, chromedp.KeyEvent(kb.Enter))
	apitest.WaitFor(t, browser, "location.pathname === '/compiti' && document.querySelector('.alert-success') !== null")
	if !b.Pages.Completed() {
		t.Error("nothing was completed")
	}
}
