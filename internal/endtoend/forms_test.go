package endtoend

import (
	"fmt"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/pages/parts/free"
	"percorso/internal/care"
	"percorso/internal/catalogue"
)

// The forms of équipe, plan and partners, in the browsers of the people involved.

// turnTo opens a role's task of a kind and takes it, unless it is theirs already.
func (d *desk) turnTo(s *services, caseID string, kind care.TaskKind, role care.Role) {
	d.t.Helper()
	task := s.openTask(caseID, kind, role)
	d.visit("/compiti/" + task.text("id"))
	if task.text("state") == string(care.TaskReady) {
		d.press("Lo faccio io")
	}
}

// write fills in the field in sight with a label.
func (d *desk) write(label, value string) {
	d.t.Helper()
	d.writeIn("", label, value)
}

// writeIn is write within the group of fields with a name.
func (d *desk) writeIn(group, label, value string) {
	d.t.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll("main label")].filter(e => e.checkVisibility() && e.textContent.trim().startsWith(%s))
		.filter(e => !%s || [...document.querySelectorAll("main fieldset")].some(f => f.contains(e) && f.querySelector("legend").textContent.trim() === %s))
		.map(e => document.getElementById(e.htmlFor))[0]`, quoted(label), quoted(group), quoted(group))
	d.until("!!" + find)
	_, err := d.ask(fmt.Sprintf(`{const e = %s; e.value = %s; e.dispatchEvent(new Event("change", {bubbles: true})); e.value}`, find, quoted(value)))
	require.NoError(d.t, err)
}

// dayIn types a day in its three fields within the group of fields with a name.
func (d *desk) dayIn(group, label, day string) {
	d.t.Helper()
	parts := strings.Split(day, "-")
	d.until(fmt.Sprintf(`(() => { const l = [...document.querySelectorAll("main fieldset fieldset > legend")].find(l => l.textContent.trim().startsWith(%s)
			&& l.parentNode.parentNode.closest("fieldset")?.querySelector("legend").textContent.trim() === %s);
		l?.parentNode.querySelectorAll("input").forEach((e, i) => { e.value = %s[i]; }); return !!l })()`,
		quoted(label), quoted(group), fmt.Sprintf("[%q, %q, %q]", parts[2], parts[1], parts[0])))
}

// tickIn ticks the box with a label within the group of fields with a name.
func (d *desk) tickIn(group, label string) {
	d.t.Helper()
	d.until(fmt.Sprintf(`(() => { const l = [...document.querySelectorAll("main fieldset")].filter(f => f.querySelector("legend").textContent.trim() === %s)
		.flatMap(f => [...f.querySelectorAll("label")]).find(l => l.textContent.trim().startsWith(%s));
		if (!l) return false; const e = document.getElementById(l.htmlFor); e.checked = true; return true })()`, quoted(group), quoted(label)))
}

// unfold opens what is folded away under a text.
func (d *desk) unfold(text string) {
	d.t.Helper()
	d.until(fmt.Sprintf(`(() => { const e = [...document.querySelectorAll("main summary")].find(e => e.textContent.trim().startsWith(%s));
		e?.click(); return e?.parentNode.open })()`, quoted(text)))
}

// Journey 3 in the browser: a member dissents with reasons, the social worker
// writes the plan and the person agrees, the employment centre says no and why.
// Then the way of the revised plan.
func (s *services) complexPathInTheBrowser() {
	id := s.toTheAssessment()
	s.do(id, care.Assessment, assessedAs(care.ToEquipeBetween))
	social, cpi := s.sitDown(care.SocialWorker), s.sitDown(care.CPIOperator)

	cpi.turnTo(s, id, care.EquipeInvitation, care.CPIOperator)
	cpi.picture("invito-equipe")
	cpi.choose("Conferma la partecipazione")
	cpi.press("Completa")
	others := []care.Role{care.SocialWorker, care.InterculturalMediator, care.LabourPolicyExpert, care.ImmigrationExpert}
	s.sit(id, others)
	cpi.turnTo(s, id, care.EquipeOpinion, care.CPIOperator)
	cpi.choose("Dai parere contrario")
	cpi.write("Note", "Dissenso di prova")
	cpi.picture("parere")
	cpi.press("Completa")

	day := today().AddDate(0, 3, 0).Format(time.DateOnly)
	social.turnTo(s, id, care.PlanDraft, care.SocialWorker)
	social.shows("Dissenso di prova")
	social.choose("Proponi il progetto")
	social.writeIn("Obiettivo 1", "Area", "labour")
	social.writeIn("Obiettivo 1", "Che cosa vuole raggiungere", "Lavoro di prova")
	social.writeIn("Azione 1", "Che cosa si fa", "Tirocinio di prova")
	social.writeIn("Azione 1", "Per quale obiettivo", "0")
	social.writeIn("Azione 1", "Chi lo fa", "cpi")
	social.tickIn("Azione 1", "Quando il progetto è attivo")
	social.press("Completa") // without a day
	social.until(`[...document.querySelectorAll(".field-error")].some(e => e.checkVisibility())`)
	social.dayIn("Azione 1", "Entro quando", day)
	social.picture("progetto")
	social.press("Completa")

	cpi.turnTo(s, id, care.PlanSignOff, care.CPIOperator)
	cpi.shows("Tirocinio di prova")
	cpi.choose("Firma il progetto")
	cpi.press("Completa")
	for _, role := range others {
		s.doAs(role, id, care.PlanSignOff, care.Completion{Outcome: care.Signed})
	}
	social.turnTo(s, id, care.PlanAgreement, care.SocialWorker)
	social.choose("La persona è d’accordo")
	social.writeIn("Appuntamento al CPI", "Posti che il CPI dà", free.Without)
	social.press("Completa")

	referral := s.referralTo(id, "cpi").text("id")
	s.move(care.CPIOperator, referral, care.OpAcknowledge, catalogue.ReferralMoveForm{})
	cpi.visit("/segnalazioni/" + referral)
	cpi.unfold("Rifiuta")
	cpi.choose("Nessuna disponibilità")
	cpi.press("Rifiuta")
	s.eventually("rejected", func() bool { return s.get(care.CPIOperator, "/referrals/"+referral).text("state") == "rejected" })
	social.turnTo(s, id, care.NextStepAfterRejection, care.SocialWorker)
	social.shows("Nessuna disponibilità")
	social.picture("dopo-il-rifiuto")
	social.choose("Torna all’équipe")
	social.write("Note", "Prima serve un corso (prova)")
	social.press("Completa")
	s.revisedInTheBrowser(id, referral, social, cpi)
}

// revisedInTheBrowser goes on from the rejection: the équipe meets and revises
// its plan, the person learns and is placed, the agencies evaluate, and the
// closure is approved.
func (s *services) revisedInTheBrowser(id, rejected string, social, cpi *desk) {
	t := s.t
	s.takeSeats(id, between)
	equipe := s.get(care.SocialWorker, "/case-files/"+id+"/equipes").items()[0].text("id")
	social.visit("/equipe/" + equipe)
	social.shows("nessuna disponibilità")
	social.press("Registra il verbale")
	held := today() // not before the équipe was convened
	social.fill("day", held.Format(time.DateOnly))
	social.write("Ora", held.Format("15:04"))
	social.write("Verbale", "Verbale di prova")
	social.until(`(() => { const all = [...document.querySelectorAll("main select")]; all.forEach(e => e.value = "favourable"); return all.length === 5 && all.every(e => e.value === "favourable") })()`)
	social.picture("verbale")
	social.press("Registra il verbale")
	social.shows("Verbale di prova")
	for _, role := range between { // each says so: minutes only report it
		s.doAs(role, id, care.EquipeOpinion, care.Completion{Outcome: care.Favourable, Note: "Prova"})
	}

	social.turnTo(s, id, care.PlanDraft, care.SocialWorker)
	social.until(`[...document.querySelectorAll("main textarea")].some(e => e.value === "Tirocinio di prova")`)
	day := today().AddDate(0, 3, 0).Format(time.DateOnly)
	social.writeIn("Obiettivo 2", "Area", "school")
	social.writeIn("Obiettivo 2", "Che cosa vuole raggiungere", "Italiano di prova")
	for action, of := range map[string][3]string{"Azione 2": {"0", "Corso di prova", "cpi"}, "Azione 3": {"1", "Italiano di prova", "cpia"}} {
		social.writeIn(action, "Che cosa si fa", of[1])
		social.writeIn(action, "Per quale obiettivo", of[0])
		social.writeIn(action, "Chi lo fa", of[2])
		social.dayIn(action, "Entro quando", day)
		social.tickIn(action, "Quando il progetto è attivo")
	}
	social.press("Completa") // what changes is not said
	social.until(`[...document.querySelectorAll(".field-error")].some(e => e.checkVisibility())`)
	social.until(`[...document.querySelectorAll("main textarea")].some(e => e.value === "Corso di prova")`)
	social.write("Che cosa cambia e perché", "Un corso prima del tirocinio (prova)")
	social.picture("progetto-2")
	social.press("Completa")
	cpi.turnTo(s, id, care.PlanSignOff, care.CPIOperator)
	cpi.shows("Un corso prima del tirocinio (prova)")
	cpi.choose("Firma il progetto")
	cpi.press("Completa")
	for _, role := range between {
		if role != care.CPIOperator {
			s.doAs(role, id, care.PlanSignOff, care.Completion{Outcome: care.Signed})
		}
	}
	social.turnTo(s, id, care.PlanAgreement, care.SocialWorker)
	social.choose("La persona è d’accordo")
	social.writeIn("Appuntamento al CPI", "Posti che il CPI dà", free.Without)
	social.press("Completa")

	// Italian at the school, which answers by telephone, and a course at the
	// employment centre.
	school := s.referralTo(id, "cpia").text("id")
	require.Equal(t, []string{"active", "revised"}, s.states(id))
	placement := s.referralTo(id, "cpi", rejected).text("id")
	for _, move := range []string{"Ho letto (presa visione)", "Accetta"} {
		social.visit("/segnalazioni/" + school)
		social.press(move)
		cpi.visit("/segnalazioni/" + placement)
		cpi.press(strings.Replace(move, "Accetta", "Accetta, l’appuntamento dopo", 1))
	}
	s.do(id, care.PlacementAppointment, care.Completion{Outcome: care.Fixed, At: in(time.Second)})
	cpi.turnTo(s, id, care.ServicePact, care.CPIOperator)
	s.itsHour(id)
	cpi.choose("Registra il patto di servizio")
	cpi.press("Completa")
	s.do(id, care.Measure, care.Completion{Outcome: care.Started, Measure: "training", Until: in(time.Second)})
	social.turnTo(s, id, care.ReferralOutcome, "")
	social.choose("Intervento concluso")
	social.press("Completa")
	cpi.turnTo(s, id, care.PlacementOutcome, care.CPIOperator)
	cpi.choose("Persona inserita al lavoro")
	cpi.press("Completa")

	for range 2 {
		social.turnTo(s, id, care.Review, care.SocialWorker)
		social.choose("Persona incontrata")
		social.press("Completa")
	}
	cpi.turnTo(s, id, care.GoalEvaluation, care.CPIOperator)
	cpi.writeIn("Obiettivo 1: Lavoro di prova", "Risultato", "reached")
	cpi.picture("valutazione-obiettivi")
	cpi.press("Registra la valutazione degli obiettivi")
	social.turnTo(s, id, care.Evaluation, care.SocialWorker)
	social.shows("Lavoro di prova")
	social.choose("Proponi la chiusura")
	social.fill("propose_closure-closure_outcome", "placed")
	social.picture("valutazione")
	social.press("Completa")
	social.turnTo(s, id, care.Closure, care.SocialWorker)
	social.choose("Chiudi il fascicolo")
	social.fill("closed-closure_outcome", "placed")
	social.press("Completa")
	lead := s.sitDown(care.Supervisor)
	lead.turnTo(s, id, care.ClosureApproval, care.Supervisor)
	lead.choose("Approva la chiusura")
	lead.press("Completa")
	social.visit("/fascicoli/" + id)
	social.shows("chius")
	social.picture("fascicolo-equipe")
	file := s.file(care.SocialWorker, id)
	require.Equal(t, care.OutcomePlaced, file.text("outcome"))
	require.Equal(t, []string{"completed", "revised"}, s.states(id))
}

// Journey 12 in the browser: the social worker sees what is sent, the partner
// answers through its links.
func (s *services) partnerInTheBrowser() {
	t := s.t
	id := s.toTheAssessment()
	social := s.sitDown(care.SocialWorker)
	social.visit("/fascicoli/" + id + "/partner")
	social.choose("Terzo settore")
	social.choose("Lavoro")
	social.press("Continua")
	social.shows("Prova 0001")
	social.shows("Se dici no, il resto non cambia")
	social.picture("invio-al-partner")
	social.choose("La persona acconsente")
	social.choose("Ho consegnato alla persona l’informativa")
	social.press("Invia al partner")
	referral := s.referralTo(id, "terzo_settore").text("id")
	state := func() string { return s.get(care.SocialWorker, "/referrals/"+referral).text("state") }

	partner := s.stranger()
	first, _ := s.link(referral, asksAnswer)
	at := func(link string) string { return strings.TrimPrefix(link, partner.pages) }
	partner.visit(at(first))
	partner.shows("Comune di Prato")
	partner.picture("invito")
	partner.press("Abbiamo letto")
	partner.shows("Grazie")
	partner.shows("Prova 0001")
	second, _ := s.link(referral, asksAnswer, first)
	partner.visit(at(first))
	partner.shows("già stato usato")
	partner.picture("invito-usato")
	partner.visit(at(second))
	partner.press("Accettiamo")
	partner.shows("Grazie")
	s.eventually("accepted", func() bool { return state() == "in_progress" })
	third, _ := s.link(referral, asksOutcome)
	partner.visit(at(third))
	partner.press("È andata a buon fine")
	partner.shows("Grazie")
	s.eventually("completed", func() bool { return state() == "completed" })
	social.visit("/fascicoli/" + id)
	social.shows("Terzo settore")
	require.Equal(t, 3, s.timeline(id)["link_used terzo_settore"])
}
