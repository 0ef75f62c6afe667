package standalone_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"percorso/deploy/standalone"
	"percorso/deploy/standalone/identity"
	"percorso/deploy/standalone/stacktest"
)

// TestPagesInABrowser goes where people go who look after the machine: the Temporal UI behind the login,
// and the received mails. Each page that is ours must satisfy axe.
func TestPagesInABrowser(t *testing.T) {
	browser := openBrowser(t)
	stack := stacktest.Start(t, func(o *standalone.Options) {
		o.Parts = []standalone.Part{standalone.Postgres, standalone.Temporal, standalone.Identity, standalone.Mail, standalone.TemporalUI}
	})
	beginRun(t, stack.Addresses().Temporal, "case/1")
	sendMail(t, stack.Addresses().SMTP)

	t.Run("login with a wrong password", func(t *testing.T) {
		visit(t, browser, stack.Addresses().TemporalUI+"/")
		checkWithAxe(t, browser)
		fillLogin(t, browser, identity.Administrator, "sbagliata")
		waitForText(t, browser, "non corretti")
		checkWithAxe(t, browser)
	})
	t.Run("the Temporal UI shows the run to the administrator", func(t *testing.T) {
		fillLogin(t, browser, identity.Administrator, identity.Password)
		waitForText(t, browser, "case/1")
		location, err := chromedp.Run(browser, chromedp.Location())
		if err != nil || !strings.HasPrefix(location, stack.Addresses().TemporalUI+"/namespaces/percorso") {
			t.Errorf("at %s, %v", location, err)
		}
	})
	t.Run("the received mails", func(t *testing.T) {
		visit(t, browser, stack.Addresses().MailPage+"/")
		checkWithAxe(t, browser)
		do(t, browser, chromedp.Click("tbody a"))
		waitForText(t, browser, "b@percorso.example")
		checkWithAxe(t, browser)
	})
}

// openBrowser starts a headless Chromium for the test.
func openBrowser(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Fatal("no Chromium: apt-get install chromium")
	}
	ctx, cancelLimit := context.WithTimeout(t.Context(), 2*time.Minute)
	ctx, cancelAllocator := chromedp.NewExecAllocator(ctx, chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox,
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("no-first-run", true))
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(func() {
		cancel()
		cancelAllocator()
		cancelLimit()
	})
	return ctx
}

func do(t *testing.T, browser context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(browser, actions...); err != nil {
		t.Fatal(err)
	}
}

func visit(t *testing.T, browser context.Context, address string) {
	t.Helper()
	do(t, browser, chromedp.Navigate(address))
}

func fillLogin(t *testing.T, browser context.Context, account, password string) {
	t.Helper()
	do(t, browser, chromedp.WaitVisible("#account"), chromedp.SetValue("#account", account),
		chromedp.SetValue("#password", password), chromedp.Click("button[type=submit]"))
}

// waitForText waits until the page shows the text; pages that build themselves take a while.
func waitForText(t *testing.T, browser context.Context, text string) {
	t.Helper()
	var shown string
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		found, err := chromedp.Run(browser, chromedp.Evaluate[string]("document.body ? document.body.innerText : ''"))
		if err == nil && strings.Contains(found, text) {
			return
		}
		shown = found
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("the page does not show %q:\n%s", text, shown)
}

// checkWithAxe fails for every fault that axe calls serious or critical.
func checkWithAxe(t *testing.T, browser context.Context) {
	t.Helper()
	script, err := os.ReadFile("../../api/web/testdata/vendor/axe.min.js")
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
		r.violations.filter(v => ['serious', 'critical'].includes(v.impact)).map(v => v.id + ': ' + v.nodes[0].html)))`,
		chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	var faults []string
	if err := json.Unmarshal([]byte(report), &faults); err != nil {
		t.Fatal(err)
	}
	for _, fault := range faults {
		t.Error("axe:", fault)
	}
}
