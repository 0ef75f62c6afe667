package endtoend

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/pages/parts/free"
	"percorso/internal/care"
	"percorso/internal/catalogue"
)

// count is how often somebody has pressed a button or a link, and how many pages they were
// shown. What a form asks for is typed and chosen besides.
type count struct{ presses, loads int }

// budgets are how many presses a job may cost. Each begins on the page where its work stands:
// the desk, the work list, the referrals, the paths that stand still.
var budgets = []struct {
	job  string
	most int
}{
	{deskJob, 3}, {serviceJob, 3}, {cpiJob, 6}, {wholeJob, 12}, {supervisorJob, 3},
}

const (
	deskJob       = "person at the desk: file, listening, booking"
	serviceJob    = "confirm, interview, assessment"
	cpiJob        = "CPI: read, accept with appointment, pact, measure, outcome"
	wholeJob      = "whole straight path, to the outcome of the measure"
	supervisorJob = "supervisor frees twelve late cases"
)

// ledgerOfClicks adds up what jobs cost.
type ledgerOfClicks map[string]count

// job counts what somebody does in a part of a job.
func (l ledgerOfClicks) job(d *desk, name string, does func()) {
	before := d.count
	does()
	for _, n := range []string{name, wholeJob} {
		if n == wholeJob && name == supervisorJob {
			continue
		}
		l[n] = count{l[n].presses + d.count.presses - before.presses, l[n].loads + d.count.loads - before.loads}
	}
}

// within says what each job has cost, in the lines that the bench prints, and fails for one
// that costs more than its budget.
func (l ledgerOfClicks) within(t *testing.T) {
	t.Helper()
	for _, b := range budgets {
		c := l[b.job]
		t.Logf("clicks: | %s | ≤ %d | %d | %d |", b.job, b.most, c.presses, c.loads)
		if c.presses > b.most || c.presses == 0 {
			t.Errorf("%s: %d presses, of %d", b.job, c.presses, b.most)
		}
	}
}

// pick chooses a value of the buttons or boxes with a name.
func (d *desk) pick(name, value string) {
	d.t.Helper()
	find := fmt.Sprintf(`[...document.getElementsByName(%s)].find(e => e.value === %s)`, quoted(name), quoted(value))
	d.until("!!" + find)
	_, err := d.ask(find + `.click(); "picked"`)
	require.NoError(d.t, err)
}

// Journey 2 in the browser, as somebody in a hurry goes through it: the desk opens the file,
// listens and books, the service confirms, meets and assesses, the CPI reads, accepts with an
// appointment, signs and places, and the social worker closes. The supervisor frees what is
// late, all at once.
func TestStraightPathInTheBrowser(t *testing.T) {
	t.Parallel()
	s := open(t, "prova")
	clicks := ledgerOfClicks{}
	day := func(d time.Duration) string { return today().Add(d).Format(time.DateOnly) }
	for range 12 {
		s.openCase()
	}

	front := s.sitDown(care.DeskOperator)
	front.visit("/sportello")
	front.picture("sportello")
	clicks.job(front, deskJob, func() {
		front.press("Apri un fascicolo")
		front.fill("given_name", "Persona")
		front.fill("family_name", "Esempio 0002")
		front.fill("birth_date", today().AddDate(-34, 0, 0).Format(time.DateOnly))
		front.fill("citizenship", "PK")
		front.fill("permit", "work")
		front.fill("permit_expiry", day(700*24*time.Hour))
		front.fill("notice_language", "ur")
		front.pick("needs", "labour")
		front.pick("needs", "housing")
		front.pick("channel", "in_person")
		front.fill("listening", "Cerca lavoro e il certificato per la casa (prova)")
		front.fill("service", "uoc_immigrazione/housing_suitability_certificate")
		front.fill("day", openDay(t))
		front.fill("hour", "10.00")
	})
	// Without what must be filled in the form comes back with what was typed, and says why.
	slip := front.count
	front.press("Apri il fascicolo")
	front.shows("informativa")
	front.until(`document.getElementsByName("family_name")[0].value === "Esempio 0002"`)
	front.picture("fascicolo-errore")
	front.count = slip
	clicks.job(front, deskJob, func() {
		front.fill("topic", "labour")
		front.pick("notice_given", "handed")
		front.press("Apri il fascicolo")
	})
	front.until(`location.pathname.startsWith("/fascicoli/")`)
	front.shows("appuntamento è fissato")
	path, err := front.ask("location.pathname")
	require.NoError(t, err)
	id := filepath.Base(path)

	s.task(id, care.ConfirmAppointment)
	expert := s.sitDown(care.ImmigrationExpert)
	expert.visit("/compiti?elenco=libere")
	expert.picture("compiti")
	clicks.job(expert, serviceJob, func() { expert.press("Conferma: ") })
	expert.shows("Prossimo passo")
	s.itsHour(id)
	expert.visit("/compiti")
	clicks.job(expert, serviceJob, func() {
		expert.press("Segna svolto")
		expert.shows("Invia la persona al Centro")
		expert.picture("valutazione-dei-bisogni")
		expert.fill("areas-labour-need", "serious")
		expert.fill("areas-housing-need", "some")
		expert.choose("Invia la persona al Centro")
		expert.writeIn("Appuntamento al CPI", "Posti che il CPI dà", free.Without) // whose seconds are over before anybody can press
		expert.press("Completa")
	})

	s.referral(id)
	cpi := s.sitDown(care.CPIOperator)
	cpi.visit("/segnalazioni")
	cpi.shows("Esempio 0002")
	cpi.picture("segnalazioni")
	clicks.job(cpi, cpiJob, func() {
		cpi.press("Ho letto (presa visione)")
		cpi.picture("segnalazione")
		cpi.fill("offer", "") // whose seconds are over before anybody can press
		cpi.fill("day", openDay(t))
		cpi.fill("hour", "10.00")
		cpi.press("Accetta e fissa")
	})
	s.task(id, care.ServicePact)
	s.itsHour(id)
	cpi.visit("/compiti")
	clicks.job(cpi, cpiJob, func() {
		cpi.press("Registra il patto")
		cpi.shows("Avvia la misura")
		cpi.fill("measure", "internship")
		cpi.fill("until", openDay(t))
		cpi.press("Avvia la misura")
	})

	// Of somebody whose measure is over.
	id, referral := s.toTheCPI()
	s.move(care.CPIOperator, referral, care.OpAcknowledge, catalogue.ReferralMoveForm{})
	s.move(care.CPIOperator, referral, care.OpAccept, catalogue.ReferralMoveForm{})
	s.do(id, care.PlacementAppointment, care.Completion{Outcome: care.Fixed, At: in(time.Second)})
	s.do(id, care.ServicePact, care.Completion{Outcome: care.Signed})
	s.do(id, care.Measure, care.Completion{Outcome: care.Started, Measure: "internship", Until: in(time.Second)})
	s.task(id, care.PlacementOutcome)
	cpi.visit("/compiti")
	clicks.job(cpi, cpiJob, func() {
		cpi.press("Esito dell’inserimento")
		cpi.choose("Persona inserita al lavoro")
		cpi.press("Completa")
	})

	// What nobody sees to: the supervisor sees why it stands still, reminds, and passes all on.
	lead := s.sitDown(care.Supervisor)
	late := `document.querySelectorAll("main tbody tr").length >= 12`
	s.eventually("late", func() bool { return len(s.get(care.Supervisor, "/stuck-cases?limit=100").items()) >= 12 })
	lead.visit("/casi-bloccati")
	lead.until(late)
	lead.shows("Aspetta che")
	lead.picture("casi-bloccati")
	lead.press("Sollecita")
	lead.shows("ollecit")
	clicks.job(lead, supervisorJob, func() {
		lead.press("Spunta tutte")
		lead.fill("azione", "passa")
		lead.until(`(() => { const e = document.getElementById("to"); e.selectedIndex = [...e.options].findIndex(o => o.textContent.includes("sportello")); return e.selectedIndex > 0 })()`)
		lead.press("Guarda che cosa succede")
		lead.picture("insieme")
		lead.press("Conferma per 12")
	})
	lead.shows("12")

	s.task(id, care.Review)
	social := s.sitDown(care.SocialWorker)
	social.visit("/fascicoli/" + id)
	social.shows("Aspetta")
	social.picture("fascicolo")
	task, _ := s.task(id, care.Review)
	social.visit("/compiti/" + task)
	social.choose("Proponi la chiusura")
	social.until(`(() => { const e = [...document.querySelectorAll("main select")].find(e => e.checkVisibility()); if (e) { e.value = "placed"; return e.value === "placed" } const r = [...document.querySelectorAll("main input[type=radio][value=placed]")].find(e => e.checkVisibility()); if (r) r.checked = true; return !!r })()`)
	social.picture("verifica")
	social.press("Completa")
	s.closes(id, care.OutcomePlaced)
	social.visit("/fascicoli/" + id)
	social.shows("chius")
	social.picture("fascicolo-chiuso")
	clicks.within(t)
}
