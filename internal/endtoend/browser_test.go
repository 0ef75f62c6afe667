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

// Journey 2 in the browser: the desk opens the file and books, the service
// assesses, the CPI acknowledges and accepts, the supervisor watches, and the
// social worker closes.
func TestStraightPathInTheBrowser(t *testing.T) {
	t.Parallel()
	s := open(t, "prova")
	day := func(d time.Duration) string { return today().Add(d).Format(time.DateOnly) }

	front := s.sitDown(care.DeskOperator)
	front.visit("/sportello")
	front.picture("sportello")
	front.visit("/sportello/fascicolo")
	// Without the notice the form comes back with what was typed, and says why.
	front.fill("given_name", "Persona")
	front.fill("family_name", "Prova 0001")
	front.fill("birth_date", today().AddDate(-34, 0, 0).Format(time.DateOnly))
	front.fill("citizenship", "PK")
	front.fill("permit", "work")
	front.fill("permit_expiry", day(700*24*time.Hour))
	front.fill("notice_language", "ur")
	front.choose("Lavoro")
	front.choose("Casa")
	front.choose("Di persona")
	front.press("Apri il fascicolo")
	front.shows("informativa")
	front.until(`document.getElementsByName("family_name")[0].value === "Prova 0001"`)
	front.picture("fascicolo-errore")
	front.until(`(document.getElementsByName("notice_given")[0].checked = true)`)
	front.press("Apri il fascicolo")
	front.until(`location.pathname.startsWith("/fascicoli/")`)
	path, err := front.ask("location.pathname")
	require.NoError(t, err)
	id := filepath.Base(path)

	front.visit("/compiti?elenco=libere")
	front.press("Lo faccio io")
	front.choose("Lavoro")
	front.press("Registra l’ascolto")
	front.shows("orientamento")
	task, _ := s.task(id, care.Orientation)
	front.visit("/compiti/" + task)
	front.press("Lo faccio io")
	front.picture("orientamento")
	front.choose("Prenota appuntamenti") // the outcome with its fields
	front.until(`(() => { const e = document.querySelector("main select"); e.selectedIndex = [...e.options].findIndex(o => o.textContent.includes("idoneità")); return e.selectedIndex > 0 })()`)
	front.fill("booked-bookings-0-day", openDay(t))
	front.fill("booked-bookings-0-hour", "10.00")
	front.press("Completa")

	s.do(id, care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed})
	s.do(id, care.Interview, care.Completion{Outcome: care.Held})
	s.do(id, care.Assessment, assessed)

	s.referral(id)
	cpi := s.sitDown(care.CPIOperator)
	cpi.visit("/segnalazioni")
	cpi.shows("Prova 0001")
	cpi.picture("segnalazioni")
	cpi.press("Ho letto (presa visione)")
	cpi.visit("/segnalazioni/" + s.referral(id))
	cpi.picture("segnalazione")
	cpi.press("Accetta, l’appuntamento dopo")
	s.do(id, care.PlacementAppointment, care.Completion{Outcome: care.Fixed, At: in(time.Second)})
	s.do(id, care.ServicePact, care.Completion{Outcome: care.Signed})
	s.do(id, care.Measure, care.Completion{Outcome: care.Started, Measure: "internship", Until: in(time.Second)})

	// Nobody records the outcome: the supervisor sees why the case stands still, and reminds.
	require.Eventually(t, func() bool { return len(s.get(care.Supervisor, "/stuck-cases").items()) > 0 }, 90*time.Second, 500*time.Millisecond)
	lead := s.sitDown(care.Supervisor)
	lead.visit("/casi-bloccati")
	lead.shows("Aspetta che")
	lead.picture("casi-bloccati")
	lead.press("Sollecita")
	lead.shows("ollecit")
	s.do(id, care.PlacementOutcome, care.Completion{Outcome: care.Placed})

	s.task(id, care.Review)
	social := s.sitDown(care.SocialWorker)
	social.visit("/fascicoli/" + id)
	social.shows("Aspetta")
	social.picture("fascicolo")
	task, _ = s.task(id, care.Review)
	social.visit("/compiti/" + task)
	social.press("Lo faccio io")
	social.choose("Proponi la chiusura")
	social.until(`(() => { const e = [...document.querySelectorAll("main select")].find(e => e.checkVisibility()); if (e) { e.value = "placed"; return e.value === "placed" } const r = [...document.querySelectorAll("main input[type=radio][value=placed]")].find(e => e.checkVisibility()); if (r) r.checked = true; return !!r })()`)
	social.picture("verifica")
	social.press("Completa")
	s.closes(id, care.OutcomePlaced)
	social.visit("/fascicoli/" + id)
	social.shows("chius")
	social.picture("fascicolo-chiuso")
}
