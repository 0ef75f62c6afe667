package italian

import (
	"slices"
	"strings"
	"time"

	"percorso/internal/actors"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/health"
)

// Sentence says in short sentences what a case waits for: who must act, since when,
// until when, what happens then, and who can stand in; first of all the day that is near
// after which something is lost.
func Sentence(w health.Waiting, p care.Policy, now time.Time) string {
	if said := dayNear(w, p, now); said != nil {
		return join(said...) + " " + waits(w, p, now)
	}
	return waits(w, p, now)
}

func waits(w health.Waiting, p care.Policy, now time.Time) string {
	switch {
	case w.For == health.WaitNothing && w.Cause == health.CauseMistake:
		return join("Il fascicolo è chiuso", "qualcuno ha segnalato, "+near(w.Since, now)+", che è stato uno sbaglio: se un’altra persona lo conferma entro "+by(*w.Until, now)+", torna aperto")
	case w.For == health.WaitNothing:
		return "Il fascicolo è chiuso: non aspetta più nulla."
	case w.For == health.WaitTask && w.Answered:
		return join(answered(w, p)+" è arrivata e si sta registrando: tra qualche secondo il fascicolo dirà che cosa aspetta", overdue(w, now))
	case w.For == health.WaitTask && w.Gone:
		return join("Nessuno può agire: chi aveva l’attività «"+TaskKind(w.Task)+"», che spetta "+ToRole(w.Role)+agency(w, p)+", non lavora più qui"+since(w, now), standIns(w))
	case w.For == health.WaitTask && w.Cause == health.CauseProposer:
		return "Nessuno può approvare la chiusura: spetta " + ToRole(w.Role) + agency(w, p) + ", ma nella zona l’unica persona con questo ruolo è quella che l’ha proposta" + since(w, now) +
			". Chi l’ha proposta può ritirarla, oppure la zona deve avere un’altra persona con questo ruolo."
	case w.For == health.WaitTask && w.Health == health.Orphaned:
		return join("Nessuno può agire: l’attività «"+TaskKind(w.Task)+"» spetta "+ToRole(w.Role)+agency(w, p)+", ma "+whyNobody[w.Cause]+since(w, now), goesOn(w), standIns(w))
	case w.For == health.WaitTask && w.Partner != "" && w.Cause == health.CauseMail:
		return join("L’ente «"+AgencyName(p, w.Partner)+"» non è stato raggiunto: il messaggio con il link non si può recapitare"+since(w, now),
			"bisogna sentire l’ente in altro modo, e far correggere il suo indirizzo", "quello che risponde lo può registrare "+who(w, p), Term(w, now), standIns(w))
	case w.For == health.WaitTask && w.Partner != "" && w.Task == care.ReferralOutcome && w.From != nil:
		return join("Aspetta che finisca quello che l’ente «"+AgencyName(p, w.Partner)+"» fa con la persona"+since(w, now), "all’ente si chiede com’è andata "+near(*w.From, now),
			"se l’ente lo dice prima, lo può registrare "+who(w, p), standIns(w))
	case w.For == health.WaitTask && w.Partner != "" && w.NoLink:
		return join("Aspetta che l’ente «"+AgencyName(p, w.Partner)+"» "+replies(w)+since(w, now)+", ma l’ente non ha più un link valido per rispondere",
			"bisogna sentirlo in altro modo", "quello che risponde lo può registrare "+who(w, p), others(w, p), Term(w, now), standIns(w))
	case w.For == health.WaitTask && w.Partner != "":
		return join("Aspetta che l’ente «"+AgencyName(p, w.Partner)+"» "+replies(w)+since(w, now)+", con il link ricevuto per email", others(w, p), Term(w, now),
			"se l’ente risponde in altro modo, lo può registrare "+who(w, p), standIns(w))
	case w.For == health.WaitTask:
		return join("Aspetta che "+who(w, p)+" "+does(w)+since(w, now), notBefore(w, now), away(w, p, now), others(w, p), permitNeeds(w, now), Term(w, now), standIns(w), noSupervisor(w, now))
	case w.For == health.WaitTime && (w.Then == health.ThenResume || w.Then == care.SuspensionOver):
		return stands(w, now)
	case w.For == health.WaitTime && w.Until != nil && limits[w.Then].what != "":
		return join("Si attendono "+leading(since(w, now))+limits[w.Then].what+" fino "+toDay(*w.Until, now), limits[w.Then].then, intervenes[w.Kept])
	case w.For == health.WaitTime && w.Until != nil:
		return "Aspetta " + leading(since(w, now)) + awaited(w.Then) + ", previsto per " + near(*w.Until, now) +
			". Allora l’attività passa a chi segue il fascicolo. Fino ad allora nessuno deve agire, ma " + intervenes[w.Kept] + "."
	case w.Cause == "moving":
		return "Sta registrando l’ultimo passo: tra qualche secondo dirà che cosa aspetta."
	case w.Cause == "nothing_open":
		return "Nessuno ha un prossimo passo da fare, e nessuna data lo porta: è un guasto, e deve intervenire l’assistenza tecnica. Può intervenire anche il responsabile."
	}
	return "È fermo per un guasto (" + cause(w.Cause) + ")" + since(w, now) +
		". Deve intervenire l’assistenza tecnica, e riprenderà da solo appena è risolto. Quello che è stato registrato è al sicuro."
}

// whyNobody says, by the cause, why there is nobody who may act; intervenes who can do
// something before a time, of a protected person and of others.
var (
	whyNobody  = map[string]string{"": "nella zona nessuno ha questo ruolo", health.CauseAsker: "chi ha questo ruolo è la stessa persona che l’ha chiesto, con un altro account", health.CauseKeepers: "nessuno con questo ruolo è tra chi può sapere della persona, che è protetta", health.CauseSeated: "chi ha questo ruolo, tra chi può sapere della persona, che è protetta, ha già un altro posto nell’équipe"}
	intervenes = map[bool]string{false: "può intervenire anche il responsabile", true: "può intervenire solo chi può sapere della persona, che è protetta"}
)

// goesOn says what can be done where none of a protected person's keepers can take a seat of
// her équipe, which waits for no seat past its term.
func goesOn(w health.Waiting) string {
	if w.Cause != health.CauseSeated && w.Cause != health.CauseKeepers || !slices.Contains(actors.SeatKinds, w.Task) {
		return ""
	}
	return "si possono cambiare i custodi; altrimenti, alla scadenza, l’équipe va avanti lo stesso"
}

func join(parts ...string) string {
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	for i, part := range parts {
		parts[i] = Upper(part)
	}
	return strings.Join(parts, ". ") + "."
}

// who must act: any of a role while the task is ready, then the one who holds it,
// be it their task or another's whose place they take.
func who(w health.Waiting, p care.Policy) string {
	switch {
	case w.Holder != nil && w.Holder.Role != w.Role:
		return TheRole(w.Holder.Role) + agencyOf(w.Holder.Role, w.Holder.Agency, w.Zone, p) + ", al posto " + ofTheRole(w.Role) + agency(w, p) + ","
	case w.State == care.TaskReserved:
		return TheRole(w.Role) + agency(w, p)
	}
	return ARole(w.Role) + agency(w, p)
}

// away says until when who holds the task is away, or all who may take it, and who may do it meanwhile; empty: they
// are there. Why they are away is nobody's matter.
func away(w health.Waiting, p care.Policy, now time.Time) string {
	switch {
	case w.NobodyUntil != nil:
		return "chi può prenderla " + Away(*w.NobodyUntil, now)
	case w.Away == nil:
		return ""
	case w.Away.Substitute != "":
		return Away(w.Away.Last, now) + ": può farla " + w.Away.Substitute + ", al suo posto"
	case w.Away.Others:
		return Away(w.Away.Last, now) + ": può farla un collega che è " + Role(w.Role) + agency(w, p)
	case w.Kept && len(w.Means) == 0:
		return Away(w.Away.Last, now) + ". Chi può sapere della persona, che è protetta, può nominare un altro custode, e passargliela"
	}
	return Away(w.Away.Last, now)
}

// notBefore says from when on it can be said how something went that has not been yet;
// empty: it can be said now.
func notBefore(w health.Waiting, now time.Time) string {
	if w.From == nil {
		return ""
	}
	return "com’è andata si può dire da " + When(*w.From, now)
}

// noSupervisor says until when the zone has no supervisor who is there; empty: one is.
func noSupervisor(w health.Waiting, now time.Time) string {
	if w.NoSupervisorUntil == nil {
		return ""
	}
	return "il responsabile " + Away(*w.NoSupervisorUntil, now)
}

// Away says until when somebody is away, from the last day: "è assente fino a ven 4 dic".
func Away(last, now time.Time) string {
	until := Brief(last, now)
	if apart := daysApart(now.In(Rome), last.In(Rome)); apart == 0 || apart == 1 {
		until = near(last, now)
	}
	return "è assente fino a " + until
}

// others names who else has the same to do; empty: nobody has.
func others(w health.Waiting, p care.Policy) string {
	var names []string
	for _, o := range w.Also {
		name := ByRole(o.Role)
		switch {
		case o.Partner != "":
			names = append(names, "dall’ente «"+AgencyName(p, o.Partner)+"»")
			continue
		case o.Holds:
			name = byTheRole(o.Role)
		}
		names = append(names, name+agencyOf(o.Role, o.Agency, w.Zone, p))
	}
	if len(names) == 0 {
		return ""
	}
	return "lo stesso si aspetta " + Enumerate(names)
}

// agency names the agency of who must act.
func agency(w health.Waiting, p care.Policy) string { return agencyOf(w.Role, w.Agency, w.Zone, p) }

// agencyOf names the agency of a role, unless the role says it. Another zone's agency
// is said by its zone: its code means something else in this one.
func agencyOf(role care.Role, code, zone string, p care.Policy) string {
	if zone != "" {
		return " della zona di " + ZoneName(zone)
	}
	a, ok := p.Agency(code)
	if !ok || role == care.CPIOperator && a.Kind == care.KindCPI {
		return ""
	}
	return " (" + a.Name + ")"
}

// answered names the answer that is on its way.
func answered(w health.Waiting, p care.Policy) string {
	if w.Partner != "" {
		return "La risposta dell’ente «" + AgencyName(p, w.Partner) + "»"
	}
	by := health.Who{Role: w.Role, Agency: w.Agency}
	if w.Holder != nil {
		by = *w.Holder
	}
	return "La risposta all’attività «" + TaskKind(w.Task) + "», data " + ByRole(by.Role) + agencyOf(by.Role, by.Agency, w.Zone, p) + ","
}

func does(w health.Waiting) string {
	switch {
	case w.Task == care.ReferralAnswer && !w.Known:
		return "legga la segnalazione"
	case w.Task == care.ReferralAnswer:
		said, _ := taskDoes(w.Task)
		return said
	case w.HourCame && w.State == care.TaskReady:
		return "prenda l’attività «" + TaskKind(w.Task) + "» e dica se la persona è venuta"
	case w.HourCame:
		return "dica se la persona è venuta all’appuntamento"
	case w.State == care.TaskReady:
		return "prenda l’attività «" + TaskKind(w.Task) + "»"
	}
	if said, ok := taskDoes(w.Task); ok {
		return said
	}
	return "completi l’attività «" + TaskKind(w.Task) + "»"
}

// replies says what a partner does that answers through a link.
func replies(w health.Waiting) string {
	if w.Task == care.ReferralOutcome {
		return "dica com’è andata"
	}
	return "risponda alla segnalazione"
}

// permitNeeds says what the renewal of a permit asks for; empty: another task.
func permitNeeds(w health.Waiting, now time.Time) string {
	if w.Task != care.PermitRenewal {
		return ""
	}
	needs := "serve la ricevuta della richiesta di rinnovo, o il nuovo permesso"
	switch today := care.DayOf(now.In(Rome)); {
	case w.LastDay == nil:
		return needs
	case !care.PermitValid(w.LastDay, today):
		return "il permesso è scaduto " + Dated("", *w.LastDay) + ": " + needs
	case care.DayOf(*w.LastDay).Equal(today):
		return "oggi è l’ultimo giorno del permesso: " + needs
	}
	return "l’ultimo giorno del permesso è " + Dated("", *w.LastDay) + ": " + needs
}

// stands says until when a case is suspended, and who may let it go on before.
func stands(w health.Waiting, now time.Time) string {
	text := "Il percorso è sospeso"
	if w.Until != nil {
		text += " fino " + toDay(*w.Until, now) + ": riprende da solo"
	}
	var names []string
	for _, r := range care.Roles {
		if catalogue.Resume.MayAsk(r) {
			names = append(names, TheRole(r))
		}
	}
	before := "prima possono farlo riprendere " + Enumerate(names)
	if w.Kept {
		before = "prima può farlo riprendere solo chi può sapere della persona, che è protetta"
	}
	return join(text, strings.TrimSpace("è fermo "+leading(since(w, now))), before)
}

// toDay says a day after the preposition a: "a domani", "al 3 marzo", "all’8
// marzo 2027".
func toDay(t, now time.Time) string {
	local := t.In(Rome)
	if apart := daysApart(now.In(Rome), local); apart >= 0 && apart <= 1 {
		return "a " + near(t, now)
	}
	text := dayMonth(local)
	if local.Year() != now.In(Rome).Year() {
		text = dayMonthYear(local)
	}
	if day := local.Day(); day == 8 || day == 11 {
		return "all’" + text
	}
	return "al " + text
}

// limits are the times that limit how long several people may take: what is
// awaited of them, and what happens then.
var limits = map[string]struct{ what, then string }{
	care.DeadlineEquipeAnswer:   {"i pareri dell’équipe", "poi il percorso prosegue senza chi non ha risposto, o con chi lo sostituisce"},
	care.DeadlineEquipeSignOff:  {"le firme dell’équipe sul progetto", "poi si conta chi ha firmato, senza aspettare gli altri"},
	care.DeadlineGoalEvaluation: {"le valutazioni degli enti sugli obiettivi", "poi la valutazione del percorso va avanti senza chi non ha risposto"},
}

// leading makes of a time that follows a sentence one that goes before what is awaited.
func leading(since string) string { return strings.TrimLeft(since+" ", ", ") }

func since(w health.Waiting, now time.Time) string {
	switch {
	case w.SinceDays > 0:
		return ", da " + workingDays(w.SinceDays)
	case w.Since.IsZero():
		return ""
	}
	return ", da " + near(w.Since, now)
}

// Term says until when, and what happens or has happened then.
func Term(w health.Waiting, now time.Time) string {
	switch {
	case w.Until == nil && (w.Then == health.ThenEscalated || w.Then == health.ThenUntold):
		return told(w)
	case w.Until == nil:
		return ""
	}
	if late := overdue(w, now); late != "" {
		return late
	}
	if w.Then == "remind" {
		return Then(*w.Until, now, "manda un sollecito")
	}
	switch w.Tells {
	case health.TellsNobody:
		return "va fatto entro " + by(*w.Until, now) + ": " + told(w)
	case health.TellsKeepers:
		return Then(*w.Until, now, "avvisa chi può sapere della persona, che è protetta")
	}
	return Then(*w.Until, now, TellsSupervisor)
}

// told says who was told that a term is over.
func told(w health.Waiting) string {
	switch w.Tells {
	case health.TellsNobody:
		return "nella zona non c’è un responsabile da avvisare"
	case health.TellsKeepers:
		if w.Then == health.ThenUntold {
			return "non è ancora stato avvisato nessuno, e lo sarà il primo raggiungibile tra chi può sapere della persona, che è protetta"
		}
		return "è stato avvisato chi può sapere della persona, che è protetta"
	}
	if w.Then == health.ThenUntold {
		return "non è ancora stato avvisato nessun responsabile, e lo sarà il primo raggiungibile"
	}
	return "il responsabile è stato avvisato"
}

// overdue says since when a term has passed, and whether the supervisor knows; empty:
// it has not.
func overdue(w health.Waiting, now time.Time) string {
	if !w.Over(now) {
		return ""
	}
	text := Late(w.LateDays, *w.Until, now)
	switch {
	case w.Then == health.ThenEscalated || w.Then == health.ThenUntold || w.Tells == health.TellsNobody:
		return text + ": " + told(w)
	case w.Tells == health.TellsKeepers:
		return text + ": sta per essere avvisato chi può sapere della persona, che è protetta"
	}
	return text + ": il responsabile sta per essere avvisato"
}

// standIns says who else can act, and what for: those of the role, while nobody holds
// the task, and the supervisor by the means that they have.
func standIns(w health.Waiting) string {
	if len(w.Means) > 0 {
		supervisor := "il responsabile"
		if w.Zone != "" {
			supervisor += " di quella zona"
		}
		var can []string
		for _, m := range w.Means {
			can = append(can, means[m])
		}
		return supervisor + " può " + choices(can)
	}
	var names []string
	for _, r := range w.StandIns {
		name := TheRole(r)
		switch {
		case r == w.Role && w.State == care.TaskReady:
			continue // the sentence waits for any of the role already
		case r == w.Role:
			name = "un collega con lo stesso ruolo"
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) > 0 && w.Zone != "" {
		names[len(names)-1] += " di quella zona"
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return "può intervenire anche " + names[0]
	}
	return "possono intervenire anche " + Enumerate(names)
}

// means say what a supervisor can do.
var means = map[actors.Means]string{
	actors.TakeOver: "farla al suo posto", actors.Release: "rimetterla tra le libere", actors.Give: "passarla a un collega dello stesso ente",
	actors.Report: "registrare quello che l’ente riferisce", actors.Withdraw: "ritirare la segnalazione",
}

// choices lists what may be done: "uno, due o tre".
func choices(can []string) string {
	if len(can) < 2 {
		return strings.Join(can, "")
	}
	last := len(can) - 1
	return strings.Join(can[:last], ", ") + " o " + can[last]
}

// Enumerate lists nouns: "uno, due e tre".
func Enumerate(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " e " + names[last]
}

// times say what a case waits for until a date: masculine, for "previsto".
var times = map[string]string{
	care.DeadlineReviewAfterPlacement: "il prossimo incontro di monitoraggio dopo l’inserimento",
	care.DeadlineReviewAfterService:   "il prossimo incontro di monitoraggio",
	care.DeadlineReviewAfterPlan:      "il prossimo incontro di monitoraggio del progetto",
	care.DeadlineAppointmentReminder:  "il promemoria dell’appuntamento alla persona",
	care.DeadlineRebook:               "il nuovo appuntamento dopo l’assenza",
	care.DeadlineMeasureCheck:         "il controllo della misura per il lavoro",
	care.TurnsSixteen:                 "il sedicesimo compleanno della persona",
	care.NearlyAdult:                  "il momento di preparare la maggiore età",
	care.PlanActionDate:               "il controllo delle azioni del progetto",
	care.DeadlinePermitWarning:        "il controllo della scadenza del permesso di soggiorno",
}

func awaited(code string) string {
	if text, ok := times[code]; ok {
		return text
	}
	return "il prossimo passo"
}

// causes are those of health.Waiting.
var causes = map[string]string{
	"inbox": "un’operazione accettata non è ancora stata eseguita", "clock": "una scadenza non è scattata",
	"workflow_task": "il motore del percorso non riesce a proseguire", "no_worker": "nessun esecutore è attivo",
	"no_current_worker": "nessun esecutore della versione in uso è attivo",
	"outbox":            "un messaggio interno non è partito", "run_missing": "il percorso non è nel motore",
	health.CauseDeferred: "una richiesta accettata non si riesce a registrare: il responsabile può farla riprovare o rifiutarla",
	"temporal_away":      "il motore dei percorsi non risponde",
}

func cause(code string) string {
	if text, ok := causes[code]; ok {
		return text
	}
	return "causa tecnica"
}
