package italian

import (
	"slices"
	"strings"
	"time"

	"percorso/internal/care"
)

// Sentence says in one sentence what a case waits for: who must act, since
// when, until when, what happens then, and who can stand in.
func Sentence(w care.Waiting, p care.Policy, now time.Time) string {
	switch {
	case w.For == care.WaitNothing:
		return "Il fascicolo è chiuso: non aspetta più nulla."
	case w.For == care.WaitTask && w.Health == care.HealthOrphaned:
		return "Nessuno può agire: il compito «" + TaskKind(w.Task) + "» spetta a " + ARole(w.Role) + agency(w, p) +
			", ma nella zona nessuno ha questo ruolo" + since(w, now) + "; può intervenire il responsabile, riassegnandolo."
	case w.For == care.WaitTask:
		return join("Aspetta che "+who(w, p)+" "+does(w)+since(w, now), term(w, now), standIns(w))
	case w.For == care.WaitTime && w.Until != nil:
		return "Aspetta " + When(*w.Until, now) + ": allora " + then(w.Then) + "; fino ad allora nessuno deve agire, e il responsabile può comunque intervenire."
	case w.Cause == "moving":
		return "Sta registrando l’ultimo passo: tra qualche secondo dirà che cosa aspetta."
	case w.Cause == "nothing_open":
		return "Non aspetta nessuno e nessuna data: è un guasto, e deve intervenire l’assistenza tecnica; può intervenire anche il responsabile."
	}
	return "È fermo per un guasto (" + cause(w.Cause) + ")" + since(w, now) +
		": deve intervenire l’assistenza tecnica, e riprenderà da solo appena è risolto; quello che è stato registrato è al sicuro."
}

func join(parts ...string) string {
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	return strings.Join(parts, "; ") + "."
}

// who must act: any of a role while the task is ready, then the one who holds it.
func who(w care.Waiting, p care.Policy) string {
	if w.State == care.TaskReserved {
		return TheRole(w.Role) + agency(w, p)
	}
	return ARole(w.Role) + agency(w, p)
}

// agency names the agency, unless the role says it.
func agency(w care.Waiting, p care.Policy) string {
	a, ok := p.Agency(w.Agency)
	if !ok || w.Role == care.CPIOperator && a.Kind == care.KindCPI {
		return ""
	}
	return " (" + a.Name + ")"
}

func does(w care.Waiting) string {
	switch {
	case w.Task == care.ReferralAnswer && w.State == care.TaskReady:
		return "prenda visione della segnalazione"
	case w.State == care.TaskReady:
		return "prenda in carico il compito «" + TaskKind(w.Task) + "»"
	}
	if known, ok := works[w.Task]; ok {
		return known.does
	}
	return "completi il compito «" + TaskKind(w.Task) + "»"
}

func since(w care.Waiting, now time.Time) string {
	switch {
	case w.SinceDays > 0:
		return ", da " + workingDays(w.SinceDays)
	case w.Since.IsZero():
		return ""
	}
	return ", da " + near(w.Since, now)
}

// term says until when, and what happens or has happened then.
func term(w care.Waiting, now time.Time) string {
	if w.Until == nil {
		return ""
	}
	overdue := "il termine è scaduto " + near(*w.Until, now)
	if w.LateDays > 0 {
		overdue = "il termine è scaduto da " + workingDays(w.LateDays)
	}
	switch {
	case w.Then == "escalated":
		return overdue + " e il responsabile è stato avvisato"
	case now.After(*w.Until):
		return overdue + " e il responsabile sta per essere avvisato"
	case w.Then == "remind":
		return "se non accade entro " + When(*w.Until, now) + " parte un sollecito"
	}
	return "se non accade entro " + When(*w.Until, now) + " viene avvisato il responsabile"
}

func standIns(w care.Waiting) string {
	var names []string
	for _, r := range w.StandIns {
		if r == w.Role {
			names = append(names, "chi altro ha lo stesso ruolo")
		} else {
			names = append(names, TheRole(r))
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return "può intervenire anche " + names[0]
	}
	last := len(names) - 1
	return "possono intervenire anche " + strings.Join(names[:last], ", ") + " e " + names[last]
}

// thens say what begins when a time that a case waits for has come.
var thens = map[string]string{
	care.DeadlineReviewAfterPlacement: "inizia il monitoraggio dell’inserimento",
	care.DeadlineReviewAfterService:   "inizia il monitoraggio del percorso",
	care.DeadlineAppointmentReminder:  "si ricorda l’appuntamento alla persona",
	care.DeadlineRebook:               "si fissa un nuovo appuntamento",
	care.DeadlineMeasureCheck:         "si verifica la misura per il lavoro",
	care.DeadlinePermitWarning:        "si avvisa della scadenza del permesso di soggiorno",
}

func then(code string) string {
	if text, ok := thens[code]; ok {
		return text
	}
	return "il percorso prosegue"
}

// causes are those of care.Waiting.
var causes = map[string]string{
	"inbox": "un’operazione accettata non è ancora stata eseguita", "clock": "una scadenza non è scattata",
	"workflow_task": "il motore del percorso non riesce a proseguire", "no_worker": "nessun esecutore è attivo",
	"outbox": "un messaggio interno non è partito", "run_missing": "il percorso non è nel motore",
	"temporal_away": "il motore dei percorsi non risponde",
}

func cause(code string) string {
	if text, ok := causes[code]; ok {
		return text
	}
	return "causa tecnica"
}

// Words says codes to whoever wants an interface of them.
type Words struct{}

// Rule is the function of the same name.
func (Words) Rule(code string) string { return Rule(code) }

// Refusal is the function of the same name.
func (Words) Refusal(code string, role care.Role) string { return Refusal(code, role) }

// Sentence is the function of the same name.
func (Words) Sentence(w care.Waiting, p care.Policy, now time.Time) string {
	return Sentence(w, p, now)
}
