package tasks_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

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
	apitest.WaitFor(t, browser, "location.pathname.startsWith('/compiti/') && document.querySelector('.alert-success').textContent.includes('Prossimo passo')")
	if !b.Pages.Completed() {
		t.Error("nothing was completed")
	}
}

// TestAColleaguesClaimShows: a task that somebody else takes fades from an open list, and
// whoever is elsewhere in it with the keys stays there.
func TestAColleaguesClaimShows(t *testing.T) {
	b := apitest.NewPages(t)
	browser := apitest.OpenChromium(t)
	b.Pages.OneTask.Kind, b.Pages.OneTask.State, b.Pages.OneTask.HolderID = care.Interview, care.TaskReady, ""
	b.Enter(t, browser, apitest.SomeWorker.Subject)
	const rows = "document.querySelectorAll('#righe [data-row]').length"
	apitest.Browse(t, browser, chromedp.EmulateViewport(1280, 800), chromedp.Navigate(b.URL+"/compiti?elenco=libere"))
	apitest.WaitFor(t, browser, rows+" === 3")
	apitest.TabTo(t, browser, "e.matches('tbody:last-of-type [data-row]:last-child button')")
	require.Eventually(t, func() bool { return b.Changes.Tell() > 0 }, 10*time.Second, 20*time.Millisecond, "the page does not listen")
	b.Pages.OneTask.State, b.Pages.OneTask.HolderID = care.TaskReserved, apitest.SomeSupervisor.ID
	b.Changes.Tell()
	apitest.WaitFor(t, browser, "document.querySelector('[data-row].is-gone') !== null")
	apitest.WaitFor(t, browser, rows+" === 1 && [...document.querySelectorAll('[role=status]')].some(e => e.textContent.includes('1 in meno'))")
	apitest.WaitFor(t, browser, "document.activeElement.matches('tbody:last-of-type [data-row]:last-child button')")
}
