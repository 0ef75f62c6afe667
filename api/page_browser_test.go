package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/alexedwards/scs/v2/memstore"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"go.uber.org/zap"

	"percorso/api/rest"
	"percorso/deploy"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
	"percorso/internal/zone"
)

// The widths at which pages are looked at: a small laptop's and a telephone's.
var browserWidths = []int64{1280, 375}

// pagesInBrowser are the pages with who looks at them. TestEveryPageIsLookedAt
// asks that no route is missing.
var pagesInBrowser = []struct {
	name, route, address, who string
}{
	{"benvenuto", "/", "/", ""},
	{"uscita", "/logged-out", "/logged-out", ""},
	{"non-trovata", "/fascicoli/:id", "/fascicoli/non-esiste", someWorker.Subject},
	{"in-lavorazione", "/in-lavorazione/:id", "/in-lavorazione/" + acceptedID + "?poi=/compiti", someWorker.Subject},
	{"compiti", "/compiti", "/compiti", someWorker.Subject},
	{"compito-da-prendere", "/compiti/:id", "/compiti/" + anotherID, someWorker.Subject},
	{"fascicoli", "/fascicoli", "/fascicoli", someWorker.Subject},
	{"fascicolo", "/fascicoli/:id", "/fascicoli/" + anotherID, someWorker.Subject},
	{"prenota", "/fascicoli/:id/prenota", "/fascicoli/" + anotherID + "/prenota", someWorker.Subject},
	{"invia-al-cpi", "/fascicoli/:id/cpi", "/fascicoli/" + anotherID + "/cpi", someWorker.Subject},
	{"chiudi", "/fascicoli/:id/chiudi", "/fascicoli/" + anotherID + "/chiudi", someWorker.Subject},
	{"fascicolo-sospeso", "/fascicoli/:id", "/fascicoli/" + suspendedID, someWorker.Subject},
	{"fascicolo-unito", "/fascicoli/:id", "/fascicoli/" + mergedID, someWorker.Subject},
	{"fascicolo-chiuso", "/fascicoli/:id", "/fascicoli/" + closedID, someWorker.Subject},
	{"convoca-equipe", "/fascicoli/:id/equipe", "/fascicoli/" + suspendedID + "/equipe", someWorker.Subject},
	{"incontro", "/fascicoli/:id/incontro", "/fascicoli/" + anotherID + "/incontro", someWorker.Subject},
	{"consenso", "/fascicoli/:id/consenso", "/fascicoli/" + anotherID + "/consenso", someWorker.Subject},
	{"revoca-consenso", "/fascicoli/:id/revoca-consenso", "/fascicoli/" + suspendedID + "/revoca-consenso", someWorker.Subject},
	{"permesso", "/fascicoli/:id/permesso", "/fascicoli/" + anotherID + "/permesso", someWorker.Subject},
	{"sospendi", "/fascicoli/:id/sospendi", "/fascicoli/" + anotherID + "/sospendi", someWorker.Subject},
	{"riprendi", "/fascicoli/:id/riprendi", "/fascicoli/" + suspendedID + "/riprendi", someWorker.Subject},
	{"trasferimento", "/fascicoli/:id/trasferimento", "/fascicoli/" + suspendedID + "/trasferimento", someWorker.Subject},
	{"ritira-passaggio", "/fascicoli/:id/ritira-passaggio", "/fascicoli/" + anotherID + "/ritira-passaggio", someWorker.Subject},
	{"unisci", "/fascicoli/:id/unisci", "/fascicoli/" + anotherID + "/unisci", someWorker.Subject},
	{"riapri", "/fascicoli/:id/riapri", "/fascicoli/" + closedID + "/riapri", someWorker.Subject},
	{"partner", "/fascicoli/:id/partner", "/fascicoli/" + anotherID + "/partner", someWorker.Subject},
	{"partner-pubblico", "/fascicoli/:id/partner", "/fascicoli/" + anotherID + "/partner?ente=cpia&bisogno=school", someWorker.Subject},
	{"partner-senza-consenso", "/fascicoli/:id/partner", "/fascicoli/" + anotherID + "/partner?ente=terzo_settore&bisogno=housing", someWorker.Subject},
	{"progetto", "/fascicoli/:id/progetto", "/fascicoli/" + anotherID + "/progetto", someWorker.Subject},
	{"progetto-di-chi-partecipa", "/fascicoli/:id/progetto", "/fascicoli/" + anotherID + "/progetto", someCPI.Subject},
	{"azione", "/fascicoli/:id/progetto/azioni/:azione", "/fascicoli/" + anotherID + "/progetto/azioni/" + anotherID, someCPI.Subject},
	{"equipe", "/equipe/:id", "/equipe/" + anotherID, someWorker.Subject},
	{"verbale", "/equipe/:id/verbale", "/equipe/" + anotherID + "/verbale", someWorker.Subject},
	{"invito", "/invito/:token", "/invito/{richiesto}", ""},
	{"invito-risposta", "/invito/:token", "/invito/{visto}", ""},
	{"invito-esito", "/invito/:token", "/invito/{esito}", ""},
	{"invito-usato", "/invito/:token", "/invito/{usato}", ""},
	{"invito-scaduto", "/invito/:token", "/invito/{scaduto}", ""},
	{"invito-risolto", "/invito/:token", "/invito/{risolto}", ""},
	{"invito-falso", "/invito/:token", "/invito/falso", ""},
	{"letture", "/fascicoli/:id/letture", "/fascicoli/" + anotherID + "/letture", someSupervisor.Subject},
	{"segnalazioni", "/segnalazioni", "/segnalazioni", someCPI.Subject},
	{"segnalazione", "/segnalazioni/:id", "/segnalazioni/" + someID, someCPI.Subject},
	{"casi-bloccati", "/casi-bloccati", "/casi-bloccati", someSupervisor.Subject},
	{"riassegna", "/casi-bloccati/:id/riassegna", "/casi-bloccati/" + someID + "/riassegna", someSupervisor.Subject},
	{"proroga", "/casi-bloccati/:id/proroga", "/casi-bloccati/" + someID + "/proroga", someSupervisor.Subject},
	{"appuntamenti", "/appuntamenti", "/appuntamenti", someWorker.Subject},
	{"sportello", "/sportello", "/sportello", someWorker.Subject},
	{"nuovo-accesso", "/sportello/accesso", "/sportello/accesso", someWorker.Subject},
	{"nuovo-fascicolo", "/sportello/fascicolo", "/sportello/fascicolo", someWorker.Subject},
	{"requisiti", "/verifica-requisiti", "/verifica-requisiti", someWorker.Subject},
	{"accessi", "/accessi", "/accessi", someWorker.Subject},
}

// TestEveryPageIsLookedAt finds pages that the browser is not sent to.
func TestEveryPageIsLookedAt(t *testing.T) {
	b := newPages(t)

	engine, err := b.server.routes()
	if err != nil {
		t.Fatal(err)
	}
	notPages := []string{"/status", "/login", "/login/callback", "/assets/*file"}
	for _, r := range engine.Routes() {
		if r.Method != http.MethodGet || slices.Contains(notPages, r.Path) || strings.HasPrefix(r.Path, rest.Prefix) || strings.HasPrefix(r.Path, "/openapi") {
			continue
		}
		if !slices.ContainsFunc(pagesInBrowser, func(p struct{ name, route, address, who string }) bool { return p.route == r.Path }) {
			t.Errorf("no browser looks at %s", r.Path)
		}
	}
}

// TestEveryPageAtEveryMoment: a page is shown on every day and at every hour as
// on an ordinary Monday, and none of its dates is one that nobody meant.
func TestEveryPageAtEveryMoment(t *testing.T) {
	onMonday := map[string]int{}
	testclock.Each(t, func(t *testing.T, now time.Time) {
		b := newPagesAt(t, now)
		for _, page := range pagesInBrowser {
			b.browser.Jar, _ = cookiejar.New(nil)
			if page.who != "" {
				b.logIn(page.who)
			}
			shown := b.visit(b.pages.withLinks(page.address))
			if now.Equal(testclock.Monday) {
				onMonday[page.name] = shown.StatusCode
			}
			if shown.StatusCode != onMonday[page.name] || shown.StatusCode >= http.StatusInternalServerError || strings.Contains(shown.text, "gennaio 1<") || strings.Contains(shown.text, "0001-01-01") {
				t.Errorf("%s: %d %s", page.name, shown.StatusCode, shown.text)
			}
		}
	})
}

// TestPagesInABrowser looks at every page in a real Chromium, at both widths:
// axe finds nothing serious, nothing scrolls sideways, nothing offends the
// content policy, and there is one h1. With PERCORSO_SCREENSHOTS set to a
// folder, a picture of each page is left there.
func TestPagesInABrowser(t *testing.T) {
	b := newPages(t)
	browser := openChromium(t)
	for _, page := range pagesInBrowser {
		t.Run(page.name, func(t *testing.T) {
			b.enter(t, browser, page.who)
			for _, width := range browserWidths {
				browse(t, browser, chromedp.EmulateViewport(width, 800), chromedp.Navigate(b.URL+b.pages.withLinks(page.address)))
				b.inspect(t, browser, page.name, width)
			}
		})
	}
	for _, form := range care.TaskForms {
		t.Run("compito "+string(form.Kind), func(t *testing.T) {
			b.pages.task.Kind, b.pages.task.State, b.pages.task.HolderID = form.Kind, care.TaskReserved, someWorker.ID
			b.enter(t, browser, someWorker.Subject)
			for _, width := range browserWidths {
				browse(t, browser, chromedp.EmulateViewport(width, 800), chromedp.Navigate(b.URL+"/compiti/"+someID))
				b.inspect(t, browser, "compito-"+string(form.Kind), width)
			}
			// Sent as it is, where that is not enough, it comes back with what is missing.
			press(t, browser, "main form[action$=completa] .actions button[type=submit]")
			waitFor(t, browser, "document.querySelector('main .alert') !== null")
			b.inspect(t, browser, "compito-"+string(form.Kind)+"-errori", browserWidths[len(browserWidths)-1])
		})
	}
}

// TestClaimAndCompleteByKeyboard takes a task and completes it with the keys alone.
func TestClaimAndCompleteByKeyboard(t *testing.T) {
	b := newPages(t)
	browser := openChromium(t)
	b.pages.task.Kind, b.pages.task.State, b.pages.task.HolderID = care.Interview, care.TaskReady, ""
	b.enter(t, browser, someWorker.Subject)
	browse(t, browser, chromedp.EmulateViewport(1280, 800), chromedp.Navigate(b.URL+"/compiti"))
	tabTo(t, browser, "e.matches('button') && e.textContent.includes('Prendi in carico')")
	browse(t, browser, chromedp.KeyEvent(kb.Enter))
	waitFor(t, browser, "location.pathname.startsWith('/compiti/')")
	tabTo(t, browser, "e.matches('input[type=radio]')")
	browse(t, browser, chromedp.KeyEvent(" "))
	tabTo(t, browser, "e.matches('button[type=submit]') && e.form && e.form.action.endsWith('/completa')")
	browse(t, browser, chromedp.KeyEvent(kb.Enter))
	waitFor(t, browser, "location.pathname === '/compiti' && document.querySelector('.alert-success') !== null")
	if !b.pages.completed() {
		t.Error("nothing was completed")
	}
}

// wholesome is what must be true of every page, by what is wrong where it is not.
var wholesome = map[string]string{
	"scrolls sideways":           "document.documentElement.scrollWidth <= document.documentElement.clientWidth",
	"has not one h1":             "document.querySelectorAll('h1').length === 1",
	"has no title":               "document.title.endsWith('Percorso')",
	"has inline style or script": "document.querySelectorAll('[style], style, script:not([src]), [onclick]').length === 0",
	"lacks its style sheet":      "getComputedStyle(document.querySelector('main')).minHeight !== '0px'",
	"has a dead link":            "![...document.querySelectorAll('a[href^=\"#\"]')].some(a => !document.getElementById(a.hash.slice(1)))",
	"skips a level of headings": `[...document.querySelectorAll('h1, h2, h3, h4')].filter(h => h.offsetParent).map(h => +h.tagName[1])
		.every((level, i, all) => level <= (i ? all[i-1] : level) + 1)`,
	"has a target that is hard to hit": `[...document.querySelectorAll('.btn, .main-nav a, main select, main textarea, main input')]
		.filter(e => e.offsetParent && !['checkbox', 'radio', 'hidden'].includes(e.type)).every(e => e.getBoundingClientRect().height >= 43.5)`,
	"falls back to another font":    "(await document.fonts.ready, document.fonts.check('16px \"Titillium Web\"'))",
	"lacks something that it loads": "performance.getEntriesByType('resource').every(r => r.responseStatus < 400)",
	// Bootstrap Italia's style sheet holds the font of a video player, which no page has, as a data address.
	"offends its content policy": `await new Promise(done => {
		const ours = report => report.body.effectiveDirective !== 'font-src' || report.body.blockedURL !== 'data';
		new ReportingObserver(reports => done(!reports.some(ours)), {types: ['csp-violation'], buffered: true}).observe();
		setTimeout(() => done(true), 50);
	})`,
}

// inspect says what is wrong with the page that the browser shows.
func (b *pagesRig) inspect(t *testing.T, browser context.Context, name string, width int64) {
	t.Helper()
	if folder := os.Getenv("PERCORSO_SCREENSHOTS"); folder != "" {
		picture, err := chromedp.Run(browser, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(folder, name+"-"+map[int64]string{1280: "largo", 375: "stretto"}[width]+".png")
		if err := os.WriteFile(file, picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for what, ok := range wholesome {
		fine, err := chromedp.Run(browser, chromedp.Evaluate[bool]("(async () => "+ok+")()", chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		if !fine {
			t.Errorf("%s at %d: %s", name, width, what)
		}
	}
	for _, fault := range axe(t, browser) {
		t.Errorf("%s at %d: axe: %s", name, width, fault)
	}
}

// axe lists the findings that it calls serious or critical.
func axe(t *testing.T, browser context.Context) (faults []string) {
	t.Helper()
	script, err := os.ReadFile("web/testdata/vendor/axe.min.js")
	if errors.Is(err, os.ErrNotExist) {
		t.Fatal("axe is missing: make assets")
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Run(browser, chromedp.Evaluate[bool](string(script)+"; true")); err != nil {
		t.Fatal(err)
	}
	report, err := chromedp.Run(browser, chromedp.Evaluate[string](`axe.run().then(r => JSON.stringify(
		r.violations.filter(v => ['serious', 'critical'].includes(v.impact)).map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' | '))))`,
		chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(report), &faults); err != nil {
		t.Fatal(err)
	}
	return faults
}

// tabTo presses Tab until the element with the focus, e, is the wanted one.
func tabTo(t *testing.T, browser context.Context, wanted string) {
	t.Helper()
	const most = 60
	for range most {
		browse(t, browser, chromedp.KeyEvent(kb.Tab))
		found, err := chromedp.Run(browser, chromedp.Evaluate[bool]("(e => Boolean("+wanted+"))(document.activeElement)"))
		if err != nil {
			t.Fatal(err)
		}
		if found {
			return
		}
	}
	t.Fatalf("no Tab leads to %s", wanted)
}

// waitFor waits until an expression is true on the page.
func waitFor(t *testing.T, browser context.Context, expression string) {
	t.Helper()
	waiting, cancel := context.WithTimeout(browser, 10*time.Second)
	defer cancel()
	for waiting.Err() == nil {
		if ok, err := chromedp.Run(waiting, chromedp.Evaluate[bool]("document.readyState === 'complete' && ("+expression+")")); err == nil && ok {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	text, _ := chromedp.Run(browser, chromedp.Evaluate[string]("location.pathname + ' ' + document.body.innerText"))
	t.Fatalf("never true: %s\n%s", expression, text)
}

// press clicks what a selector finds.
func press(t *testing.T, browser context.Context, selector string) {
	t.Helper()
	if _, err := chromedp.Run(browser, chromedp.Evaluate[bool]("document.querySelector('"+selector+"').click(), true")); err != nil {
		t.Fatal(err)
	}
}

func browse(t *testing.T, browser context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(browser, 20*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// openChromium starts a headless Chromium for the test.
func openChromium(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Fatal("no Chromium: apt-get install chromium")
	}
	ctx, cancelLimit := context.WithTimeout(t.Context(), 5*time.Minute)
	// Where Chromium has Italian, its date fields are in Italian.
	ctx, cancelAllocator := chromedp.NewExecAllocator(ctx, chromedp.ExecPath(path), chromedp.Env("LANGUAGE=it"), chromedp.Headless, chromedp.NoSandbox,
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("no-first-run", true))
	ctx, cancel := chromedp.NewContext(ctx)
	if err := chromedp.Do(ctx); err != nil { // starts the browser: it lives as long as the context of its first call
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		cancelAllocator()
		cancelLimit()
	})
	return ctx
}

// pagesRig is a rig whose records are those of a real zone in the middle of its work.
type pagesRig struct {
	*rig
	pages  *pageRecords
	logins scs.Store // that outlast the server
}

// doorURL is an address of the test's own: it logs whoever is asked for in.
const doorURL = "/prova/entra"

func newPages(t *testing.T) *pagesRig {
	t.Helper()
	return newPagesAt(t, testclock.Monday)
}

func newPagesAt(t *testing.T, now time.Time) *pagesRig {
	t.Helper()
	b := &pagesRig{rig: newRigAt(t, now), logins: memstore.New()}
	policies, err := zone.Load(deploy.Zones())
	if err != nil {
		t.Fatal(err)
	}
	prato := policies[slices.IndexFunc(policies, func(p care.Policy) bool { return p.Zone == "prato" })]
	for subject, member := range b.records.staff {
		member.Zone = prato.Zone
		b.records.staff[subject] = member
	}
	b.pages = &pageRecords{fakeRecords: b.records, policy: prato, policies: policies, digest: "visto", usedLinks: map[string]time.Time{}}
	b.pages.task.State, b.pages.task.CaseNumber, b.pages.task.Person = care.TaskReserved, "PO-2026-00012", "Persona Prova 0001"
	b.pages.task.Agency, b.pages.task.Ready = "comune", b.pages.noon(-1)
	b.pages.task.HolderName, b.pages.task.HolderRole = someWorker.Name, someWorker.Role
	b.pages.task.Due = b.pages.due(2)
	b.serve(b.pages)
	b.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == doorURL {
			b.door(w, r)
			return
		}
		b.server.Handler().ServeHTTP(w, r)
	})
	return b
}

// serve lets the pages be those of some records.
func (b *pagesRig) serve(records Records) {
	b.t.Helper()
	server, err := New(Options{
		Listen: "127.0.0.1:0", PublicURL: b.URL, Records: records, Mails: b.mails, Temporal: b.temporal, Sessions: b.logins, Words: italian.Words{},
		Calendar: calendar.New, Log: zap.NewNop(), Now: b.clock,
		OIDC:    OIDC{Issuer: b.provider.URL, ClientID: "percorso", ClientSecret: "segreto", Audience: "percorso-api"},
		LinkKey: someKey,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.server = server
}

// door logs a member of staff in, or out, and hands the browser the session.
func (b *pagesRig) door(w http.ResponseWriter, r *http.Request) {
	subject := r.URL.Query().Get("come")
	if subject == "" {
		http.SetCookie(w, &http.Cookie{Name: "percorso", Path: "/", MaxAge: -1})
		return
	}
	b.browser.Jar, _ = cookiejar.New(nil)
	b.logIn(subject)
	at, _ := url.Parse(b.URL)
	for _, c := range b.browser.Jar.Cookies(at) {
		c.Path = "/"
		http.SetCookie(w, c)
	}
}

// enter makes the browser a member of staff; empty: nobody.
func (b *pagesRig) enter(t *testing.T, browser context.Context, subject string) {
	t.Helper()
	browse(t, browser, chromedp.Navigate(b.URL+doorURL+"?come="+url.QueryEscape(subject)))
}

// Case files that life did something to.
const (
	suspendedID = "0190f0f0-0000-7000-8000-000000000003"
	mergedID    = "0190f0f0-0000-7000-8000-000000000004"
	closedID    = "0190f0f0-0000-7000-8000-000000000005"
)

const acceptedID = "0190f0f0-0000-7000-8000-000000000099"

// pageRecords are records with something on every page. Nothing in them
// resembles anybody.
type pageRecords struct {
	*fakeRecords
	policy   care.Policy
	policies []care.Policy

	consents  bool                 // the person consents to data reaching private partners
	digest    string               // of what a partner would be sent
	usedLinks map[string]time.Time // by their ids
}

func (p *pageRecords) completed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.commands {
		if c.Operation == care.OpComplete {
			return true
		}
	}
	return false
}

// noon is that of a day before or after the pages' own, in Italy.
func (p *pageRecords) noon(days int) time.Time {
	year, month, day := p.now().In(italian.Rome).Date()
	return time.Date(year, month, day+days, 12, 0, 0, 0, italian.Rome)
}

// due is the end of the offices' hours on such a day.
func (p *pageRecords) due(days int) *time.Time {
	t := p.noon(days).Add(6 * time.Hour)
	return &t
}

// day is such a day as a form sends it.
func (p *pageRecords) day(days int) string { return p.noon(days).Format(time.DateOnly) }

// Policy is Prato's for whoever works there, and for zones that are none.
func (p *pageRecords) Policy(_ context.Context, code string) (care.Policy, error) {
	if i := slices.IndexFunc(p.policies, func(q care.Policy) bool { return q.Zone == code }); i >= 0 {
		return p.policies[i], nil
	}
	return p.policy, nil
}
func (p *pageRecords) Zones(context.Context) ([]care.Policy, error) { return p.policies, nil }

func (p *pageRecords) Colleagues(context.Context, care.Staff) ([]care.Staff, error) {
	return []care.Staff{someWorker, someSupervisor, someCPI}, nil
}

func (p *pageRecords) Command(ctx context.Context, s care.Staff, id string) (ledger.Command, error) {
	if id == acceptedID {
		return ledger.Command{ID: id, State: ledger.CommandAccepted}, nil
	}
	return p.fakeRecords.Command(ctx, s, id)
}

// Assign remembers who claimed the task.
func (p *pageRecords) Assign(ctx context.Context, s care.Staff, c ledger.NewCommand) (ledger.Command, error) {
	if c.Operation == care.OpClaim {
		p.task.State, p.task.HolderID, p.task.HolderName, p.task.HolderRole = care.TaskReserved, s.ID, s.Name, s.Role
	}
	return p.fakeRecords.Assign(ctx, s, c)
}

func (p *pageRecords) tasks() []ledger.Task {
	late, soon, ready := p.task, p.task, p.task
	late.Due, late.Escalated = p.due(-3), true
	soon.Suspended, ready.Suspended = false, false
	soon.ID, soon.Kind, soon.Due, soon.Person = anotherID, care.Interview, p.due(1), "Persona Prova 0002"
	soon.Service = p.policy.Services[0].Code
	ready.ID, ready.Kind, ready.State, ready.HolderID, ready.Due = anotherID, care.Review, care.TaskReady, "", p.due(9)
	return []ledger.Task{late, soon, ready}
}

func (p *pageRecords) Tasks(_ context.Context, s care.Staff, f ledger.TaskFilter, _ ledger.Paging) (page ledger.Page[ledger.Task], _ error) {
	tasks := append([]ledger.Task{p.task}, p.tasks()[1:]...)
	for _, t := range tasks {
		if f.Mine && t.HolderID == s.ID || f.Team && t.State == care.TaskReady || f.CaseID != "" {
			page.Items = append(page.Items, t)
		}
	}
	return page, nil
}

func (p *pageRecords) Task(_ context.Context, _ care.Staff, id string) (ledger.Task, error) {
	switch id {
	case someID:
		return p.task, nil
	case anotherID:
		return p.tasks()[2], nil
	}
	return ledger.Task{}, ledger.ErrNotFound
}

func (p *pageRecords) files() []ledger.CaseFile {
	late := someCase
	late.Number, late.Stage, late.Opened, late.Person = "PO-2026-00012", care.StagePlacement, p.noon(-20), "Persona Prova 0001"
	late.Waiting = care.Waiting{
		Health: care.HealthLate, For: care.WaitTask, Task: care.ReferralAnswer, State: care.TaskReady, Role: care.CPIOperator, Agency: "cpi",
		Since: p.noon(-6), SinceDays: 4, Until: p.due(-3), LateDays: 2, Then: "escalated", StandIns: []care.Role{care.Supervisor},
	}
	broken := late
	broken.Number, broken.Person = "PO-2026-00013", "Persona Prova 0003"
	broken.Waiting = care.Waiting{Health: care.HealthBroken, For: care.WaitMachine, Cause: "no_worker", Since: p.noon(-1), SinceDays: 1}
	fine := late
	fine.Number, fine.Stage, fine.Person = "PO-2026-00014", care.StageFollowUp, "Persona Prova 0004"
	fine.Waiting = care.Waiting{Health: care.HealthPlanned, For: care.WaitTime, Since: p.noon(-1), Until: p.due(30), Then: care.DeadlineReviewAfterPlacement}
	closed := fine
	closed.Number, closed.Stage, closed.Closed, closed.Outcome = "PO-2026-00015", care.StageClosed, p.due(-1), care.OutcomePlaced
	closed.Waiting = care.Waiting{For: care.WaitNothing, Health: care.HealthPlanned}
	return []ledger.CaseFile{late, broken, fine, closed}
}

func (p *pageRecords) CaseFiles(context.Context, care.Staff, ledger.CaseFilter, ledger.Paging) (ledger.Page[ledger.CaseFile], error) {
	return ledger.Page[ledger.CaseFile]{Items: p.files(), Next: "altri"}, nil
}

func (p *pageRecords) StuckCases(context.Context, care.Staff, ledger.Paging) (ledger.Page[ledger.StuckCase], error) {
	files := p.files()
	return ledger.Page[ledger.StuckCase]{Items: []ledger.StuckCase{{CaseFile: files[0], TaskID: someID}, {CaseFile: files[1]}}}, nil
}

func (p *pageRecords) CaseFile(_ context.Context, _ care.Staff, id string) (ledger.Case, error) {
	c := ledger.Case{CaseFile: p.files()[0]}
	switch id {
	default:
		return ledger.Case{}, ledger.ErrNotFound
	case anotherID:
		c.Transfer = "pistoia"
	case suspendedID:
		since, until := p.noon(-10), time.Date(2027, 3, 1, 8, 0, 0, 0, italian.Rome)
		c.ID, c.SuspendedAt, c.SuspendedUntil, c.Consent = suspendedID, &since, &until, &since
		c.Waiting = care.Waiting{Health: care.HealthPlanned, For: care.WaitTime, Since: since, Until: &until, Then: "resume"}
	case closedID, mergedID:
		c.CaseFile = p.files()[3]
		c.ID, c.LastStage = id, care.StagePlacement
		if id == mergedID {
			c.Outcome, c.MergedInto = care.OutcomeMerged, anotherID
		}
	}
	c.PersonData = ledger.Person{
		ID: someID, GivenName: "Persona", FamilyName: "Prova 0001", BirthDate: time.Date(1992, 5, 1, 0, 0, 0, 0, time.UTC), Citizenship: "PK",
		Permit: "work", PermitExpiry: p.due(90), Languages: []string{"ur", "en"}, Phone: "000 0000001",
	}
	c.Needs = []string{"labour", "housing"}
	c.Branches = []ledger.Branch{
		{Run: "service/1", Kind: care.RunService, Service: "uoc_immigrazione", Started: p.noon(-15), Ended: p.due(-8), Outcome: care.ToCPI},
		{Run: "placement/1", Kind: care.RunPlacement, Started: p.noon(-8)},
	}
	c.Tasks = p.tasks()[:2]
	c.Referrals = []ledger.Referral{p.referral(care.ReferralRequested)}
	c.Appointments = p.appointments()
	c.Meetings = []ledger.Meeting{
		{At: p.noon(-5), Agency: "cpi", ByRole: care.CPIOperator, ByName: someCPI.Name}, {At: p.noon(-30), Agency: "comune", ByRole: care.SocialWorker},
	}
	if c.ID == suspendedID {
		for i := range c.Tasks {
			c.Tasks[i].Suspended, c.Tasks[i].Due = true, nil
		}
	}
	return c, nil
}

func (p *pageRecords) Timeline(context.Context, care.Staff, string, ledger.Paging) (ledger.Page[ledger.Moment], error) {
	return ledger.Page[ledger.Moment]{Items: []ledger.Moment{
		{At: p.noon(-2), Code: "task_completed", Detail: "closure/closed/needs_met", ByName: someCPI.Name, ByRole: someCPI.Role, Note: "Il percorso è concluso."},
		{At: p.noon(-3), Code: "escalated", Detail: string(care.ReferralAnswer)},
		{At: p.noon(-8), Code: "referral_requested", ByName: someWorker.Name, ByRole: someWorker.Role},
		{At: p.noon(-8), Code: "task_completed", Detail: "assessment/cpi", ByName: someWorker.Name, ByRole: someWorker.Role, Note: "Nota di prova."},
		{At: p.noon(-20), Code: "case_opened", ByName: someWorker.Name, ByRole: someWorker.Role},
	}, Next: "altri"}, nil
}

func (p *pageRecords) Reads(context.Context, care.Staff, string, ledger.Paging) (ledger.Page[ledger.Read], error) {
	return ledger.Page[ledger.Read]{Items: []ledger.Read{
		{At: p.noon(-1), ByName: someWorker.Name, ByRole: someWorker.Role, ByAgency: "comune", ByZone: "prato", Action: string(ledger.ReadCase), Purpose: ledger.ForCare},
		{At: p.noon(-2), ByAgency: "cpia", ByZone: "prato", Action: string(ledger.ReadLink), Purpose: ledger.ForReferral},
		{At: p.noon(-3), ByName: "Altra Prova", ByRole: someWorker.Role, ByAgency: "comune", ByZone: "lucca", Action: string(ledger.RefusedReading), Asked: "case"},
		{At: p.noon(-4), ByName: someWorker.Name, ByRole: someWorker.Role, ByAgency: "comune", ByZone: "prato", Action: string(care.OpOpen)},
	}}, nil
}

func (p *pageRecords) referral(state care.ReferralState) ledger.Referral {
	r := someReferral
	r.State, r.CaseNumber, r.LegalBasis, r.Purpose = state, "PO-2026-00012", care.PublicTask, "referral"
	r.Requested, r.Changed, r.Due, r.TaskID = p.noon(-4), p.noon(-4), p.due(2), someID
	r.Snapshot = json.RawMessage(`{"given_name":"Persona","family_name":"Prova 0001","birth_date":"1992-05-01","citizenship":"PK","languages":["ur","en"],
		"phone":"000 0000001","needs":["labour"],"case_number":"PO-2026-00012"}`)
	return r
}

func (p *pageRecords) Referrals(context.Context, care.Staff, ledger.ReferralFilter, ledger.Paging) (ledger.Page[ledger.Referral], error) {
	return ledger.Page[ledger.Referral]{Items: []ledger.Referral{p.referral(care.ReferralRequested), p.referral(care.ReferralReceived), p.referral(care.ReferralInProgress)}}, nil
}

func (p *pageRecords) Referral(_ context.Context, _ care.Staff, id string) (ledger.Referral, error) {
	if id != someID {
		return ledger.Referral{}, ledger.ErrNotFound
	}
	return p.referral(care.ReferralReceived), nil
}

func (p *pageRecords) appointments() []ledger.Appointment {
	first := ledger.Appointment{
		ID: someID, CaseID: anotherID, CaseNumber: "PO-2026-00012", Person: "Persona Prova 0001", Service: "uoc_immigrazione",
		Matter: "housing_suitability_certificate", State: string(care.AppointmentConfirmed), At: p.noon(0),
	}
	second := first
	second.State, second.At, second.Service, second.Matter = string(care.AppointmentBooked), p.noon(2), cmp.Or(p.policy.CPI(), "cpi"), ""
	return []ledger.Appointment{first, second}
}

func (p *pageRecords) Appointments(context.Context, care.Staff, ledger.AppointmentFilter, ledger.Paging) (ledger.Page[ledger.Appointment], error) {
	return ledger.Page[ledger.Appointment]{Items: p.appointments()}, nil
}

func (p *pageRecords) Contacts(context.Context, care.Staff, ledger.Paging) (ledger.Page[ledger.Contact], error) {
	return ledger.Page[ledger.Contact]{Items: []ledger.Contact{
		{ID: someID, Topic: "school", Language: "it", Channel: "in_person", Citizenship: "IT", Outcome: "information", At: p.noon(0)},
		{ID: anotherID, Topic: "labour", Language: "ur", Channel: "phone", Outcome: "consultation", CaseID: anotherID, At: p.noon(-1)},
	}}, nil
}
