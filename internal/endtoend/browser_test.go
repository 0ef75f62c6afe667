package endtoend

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
)

// desk is a browser with one person at it.
type desk struct {
	t       *testing.T
	browser context.Context
	pages   string
	count   count
}

// sitDown opens a browser of its own and logs an account in, as people do.
func (s *services) sitDown(role care.Role) *desk {
	s.t.Helper()
	d := s.stranger()
	d.visit("/")
	d.press("Accedi")
	d.fill("account", string(role)+"."+s.zone)
	d.fill("password", "percorso")
	d.press("Accedi")
	d.until(`!!document.querySelector("nav")`)
	return d
}

// stranger is a browser of somebody without an account.
func (s *services) stranger() *desk {
	s.t.Helper()
	path, err := exec.LookPath("chromium")
	require.NoError(s.t, err, "no Chromium: apt-get install chromium")
	ctx, cancelLimit := context.WithTimeout(s.t.Context(), 8*time.Minute)
	ctx, cancelAllocator := chromedp.NewExecAllocator(ctx, chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox,
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("no-first-run", true), chromedp.WindowSize(1280, 800))
	ctx, cancel := chromedp.NewContext(ctx)
	s.t.Cleanup(func() { cancel(); cancelAllocator(); cancelLimit() })
	return &desk{t: s.t, browser: ctx, pages: s.stack.Addresses().Pages}
}

// visit goes to a page.
func (d *desk) visit(path string) {
	d.t.Helper()
	d.count.loads++
	require.NoError(d.t, chromedp.Do(d.browser, chromedp.Navigate(d.pages+path)))
}

// ask evaluates an expression in the page.
func (d *desk) ask(expression string) (string, error) {
	return chromedp.Run(d.browser, chromedp.Evaluate[string](expression))
}

// until waits until an expression is true of the page.
func (d *desk) until(expression string) {
	d.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if found, err := d.ask("String(" + expression + ")"); err == nil && found == "true" {
			return
		}
	}
	text, _ := d.ask("location.pathname + '\\n' + document.body.innerText")
	d.t.Fatalf("never true: %s\n%s", expression, text)
}

// shows waits until the page shows a text.
func (d *desk) shows(text string) {
	d.t.Helper()
	d.until(fmt.Sprintf("document.body.innerText.includes(%s)", quoted(text)))
}

// press clicks the first button or link in sight with a text, and waits for the page that comes.
func (d *desk) press(text string) {
	d.t.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll("main button, main a")].find(e => e.checkVisibility() && e.textContent.trim().startsWith(%s))`, quoted(text))
	d.until("!!" + find)
	_, err := d.ask(`window.leaving = true; ` + find + `.click(); "clicked"`)
	require.NoError(d.t, err)
	d.until(`!window.leaving && document.readyState === "complete"`)
	d.count.presses++
	d.count.loads++
}

// fill fills in a field by its name; a day into its three fields.
func (d *desk) fill(name, value string) {
	d.t.Helper()
	if day, err := time.Parse(time.DateOnly, value); err == nil {
		d.fill(name+"-day", strconv.Itoa(day.Day()))
		d.fill(name+"-month", strconv.Itoa(int(day.Month())))
		d.fill(name+"-year", strconv.Itoa(day.Year()))
		return
	}
	field := fmt.Sprintf(`[...document.getElementsByName(%s)].find(e => e.type !== "hidden")`, quoted(name))
	d.until("!!" + field)
	filled, err := d.ask(fmt.Sprintf(`{const e = %s; e.value = %s; e.dispatchEvent(new Event("change", {bubbles: true})); e.value}`, field, quoted(value)))
	require.NoError(d.t, err)
	require.Equal(d.t, value, filled, name)
}

// choose ticks the box or the button with a label.
func (d *desk) choose(label string) {
	d.t.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll("main label")].find(e => e.checkVisibility() && e.textContent.trim().startsWith(%s))`, quoted(label))
	d.until("!!" + find)
	_, err := d.ask(find + `.click(); "chosen"`)
	require.NoError(d.t, err)
}

// picture leaves a picture of the page in the folder PERCORSO_SCREENSHOTS, if it is set.
func (d *desk) picture(name string) {
	d.t.Helper()
	folder := os.Getenv("PERCORSO_SCREENSHOTS")
	if folder == "" {
		return
	}
	png, err := chromedp.Run(d.browser, chromedp.FullScreenshot(100))
	require.NoError(d.t, err)
	require.NoError(d.t, os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600))
}

func quoted(text string) string {
	literal, _ := json.Marshal(text)
	return string(literal)
}
