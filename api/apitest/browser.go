package apitest

import (
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
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"go.uber.org/zap"

	"percorso/api"
	"percorso/deploy"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/italian/words"
	"percorso/internal/loops"
	"percorso/internal/testclock"
	"percorso/internal/zone"
)

// The widths at which pages are looked at: a small laptop's and a telephone's.
var BrowserWidths = []int64{1366, 390}

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

// Inspect says what is wrong with the page that the browser shows.
func (b *PagesRig) Inspect(t *testing.T, browser context.Context, name string, width int64) {
	t.Helper()
	if folder := os.Getenv("PERCORSO_SCREENSHOTS"); folder != "" {
		picture, err := chromedp.Run(browser, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(folder, name+"-"+map[int64]string{1366: "largo", 390: "stretto"}[width]+".png")
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
	script, err := os.ReadFile(filepath.Join(above(t), "api/web/testdata/vendor/axe.min.js"))
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

// TabTo presses Tab until the element with the focus, e, is the wanted one.
func TabTo(t *testing.T, browser context.Context, wanted string) {
	t.Helper()
	const most = 60
	for range most {
		Browse(t, browser, chromedp.KeyEvent(kb.Tab))
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

// WaitFor waits until an expression is true on the page.
func WaitFor(t *testing.T, browser context.Context, expression string) {
	t.Helper()
	waiting, cancel := context.WithTimeout(browser, 30*time.Second)
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

// Press clicks what a selector finds.
func Press(t *testing.T, browser context.Context, selector string) {
	t.Helper()
	if _, err := chromedp.Run(browser, chromedp.Evaluate[bool]("document.querySelector('"+selector+"').click(), true")); err != nil {
		t.Fatal(err)
	}
}

func Browse(t *testing.T, browser context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(browser, 20*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// OpenChromium starts a headless Chromium for the test.
func OpenChromium(t *testing.T) context.Context {
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
	ctx, cancelLimit := context.WithTimeout(t.Context(), 10*time.Minute)
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

// PagesRig is a rig whose records are those of a real zone in the middle of its work.
type PagesRig struct {
	*Rig
	Pages *PageRecords
}

// doorURL is an address of the test's own: it logs whoever is asked for in.
const doorURL = "/prova/entra"

func NewPages(t *testing.T) *PagesRig {
	t.Helper()
	return NewPagesAt(t, testclock.Monday)
}

func NewPagesAt(t *testing.T, now time.Time) *PagesRig {
	t.Helper()
	b := &PagesRig{Rig: newRigAt(t, now)}
	policies, err := zone.Load(deploy.Zones())
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(policies, func(p care.Policy) bool { return p.Zone == "prato" })
	policies[at].Providers = SomeProviders
	prato := policies[at]
	for subject, member := range b.Records.People {
		member.Zone = prato.Zone
		b.Records.People[subject] = member
	}
	b.Pages = &PageRecords{fakeRecords: b.Records, ZonePolicy: prato, ZonePolicies: policies, Digest: "visto", UsedLinks: map[string]time.Time{}}
	b.Pages.OneTask.State, b.Pages.OneTask.CaseNumber, b.Pages.OneTask.Person = care.TaskReserved, "PO-2026-00012", "Persona Prova 0001"
	b.Pages.OneTask.Agency, b.Pages.OneTask.Ready = "comune", b.Pages.noon(-1)
	b.Pages.OneTask.HolderName, b.Pages.OneTask.HolderRole = SomeWorker.Name, SomeWorker.Role
	b.Pages.OneTask.Due = b.Pages.due(2)
	b.Serve(b.Pages)
	b.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == doorURL {
			b.door(w, r)
			return
		}
		b.Site.Handler().ServeHTTP(w, r)
	})
	return b
}

// Serve lets the pages be those of some records.
func (b *PagesRig) Serve(records api.Records) {
	b.t.Helper()
	server, err := api.New(api.Options{
		Listen: "127.0.0.1:0", PublicURL: b.URL, Records: records, Mails: b.Mails, Changes: b.Changes, Workers: &fakeWorkers{}, Loops: &loops.Set{}, Schema: func(context.Context) error { return nil }, Unsealed: func(context.Context) (bool, error) { return false, nil }, Temporal: b.Temporal, Sessions: b.Logins, Idle: sessionIdle, Life: 10 * time.Hour, Lines: b.Logins, Drafts: b.Drafts, Feeds: b.Feeds, Promises: b.Promises, Requests: b.Requests, Together: b.Together, Numbers: b.Numbers, Consults: b.Consults, Waiting: b.Waiting, Visits: b.Visits, Words: words.Words{},
		Calendar: calendar.New, Log: zap.NewNop(), Now: b.clock,
		OIDC:    api.OIDC{Issuer: b.provider.URL, ClientID: "percorso", ClientSecret: "segreto", Audience: "percorso-api"},
		LinkKey: SomeKey, LoginKey: SomeKey, Brakes: b.Brakes,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.Site = server
}

// Door logs a member of staff in, or out, and hands the browser the session.
func (b *PagesRig) door(w http.ResponseWriter, r *http.Request) {
	subject := r.URL.Query().Get("come")
	if subject == "" {
		http.SetCookie(w, &http.Cookie{Name: "percorso", Path: "/", MaxAge: -1})
		return
	}
	b.Browser.Jar, _ = cookiejar.New(nil)
	b.LogIn(subject)
	at, _ := url.Parse(b.URL)
	for _, c := range b.Browser.Jar.Cookies(at) {
		c.Path = "/"
		http.SetCookie(w, c)
	}
}

// Enter makes the browser a member of staff; empty: nobody.
func (b *PagesRig) Enter(t *testing.T, browser context.Context, subject string) {
	t.Helper()
	Browse(t, browser, chromedp.Navigate(b.URL+doorURL+"?come="+url.QueryEscape(subject)))
}

// above is the folder of the module.
func above(t *testing.T) string {
	t.Helper()
	at, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return at
		}
		if at == filepath.Dir(at) {
			t.Fatal("no module above")
		}
		at = filepath.Dir(at)
	}
}
