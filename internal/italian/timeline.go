package italian

import (
	"strings"

	"percorso/internal/care"
)

// plainMoments are lines of a timeline whose detail adds nothing.
var plainMoments = map[string]string{
	"case_opened":           "Fascicolo aperto",
	"closure_asked":         "Chiesta la chiusura anticipata",
	"mail_bounced":          "Un messaggio non è stato recapitato",
	"appointment_booked":    "Appuntamento prenotato",
	"appointment_confirmed": "Appuntamento confermato",
	"appointment_held":      "Appuntamento svolto",
	"appointment_no_show":   "La persona non è venuta all’appuntamento",
	"appointment_cancelled": "Appuntamento annullato",
}

// aboutTask are lines whose detail is a kind of task.
var aboutTask = map[string]string{
	"reminder_sent": "Sollecito inviato", "escalated": "Responsabile avvisato del ritardo", "task_claimed": "Compito preso in carico",
	"task_released": "Compito rilasciato", "task_reassigned": "Compito riassegnato", "task_extended": "Termine prorogato",
}

// TimelineLine says what happened, from a moment's code and detail.
func TimelineLine(p care.Policy, code, detail string) string {
	if text, ok := plainMoments[code]; ok {
		return text
	}
	if text, ok := aboutTask[code]; ok {
		return text + ": " + TaskKind(care.TaskKind(detail))
	}
	of, ending, _ := strings.Cut(detail, "/")
	switch code {
	case "task_completed":
		if of == string(care.ReferralAnswer) {
			return TaskKind(care.ReferralAnswer)
		}
		return TaskKind(care.TaskKind(of)) + ": " + Outcome(care.TaskKind(of), ending)
	case "stage":
		return "Il percorso passa a: " + Stage(care.Stage(detail))
	case "branch_ended":
		return RunKind(care.RunKind(of)) + ": " + Ending(p, ending)
	case "case_closed":
		outcome, ok := care.ByCode(p.Outcomes, detail)
		if !ok {
			outcome.Name = Ending(p, detail)
		}
		return "Fascicolo chiuso: " + outcome.Name
	}
	if state, ok := strings.CutPrefix(code, "referral_"); ok {
		text := "Segnalazione " + ReferralState(care.ReferralState(state))
		if state == string(care.ReferralRequested) {
			text = "Segnalazione inviata"
		}
		if reason, known := p.RejectReason(detail); known {
			text += ": " + reason.Name
		}
		return text
	}
	return Upper(strings.ReplaceAll(code, "_", " "))
}
