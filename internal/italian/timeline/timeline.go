// Package timeline says in Italian what happened in a case: the lines of its timeline.
package timeline

import (
	"cmp"
	"strings"
	"time"

	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/told"
)

// plainMoments are lines of a timeline whose detail adds nothing.
var plainMoments = map[string]string{ //nolint:gosec // "passaggio" is no password
	"case_opened":           "Fascicolo aperto",
	"closure_asked":         "Chiesta la chiusura anticipata",
	"approval_passed":       "Chi doveva approvare la chiusura non lavora più qui: l’approvazione passa ad altri",
	"appointment_booked":    "Appuntamento prenotato",
	"appointment_confirmed": "Appuntamento confermato",
	"appointment_held":      "Appuntamento svolto",
	"appointment_no_show":   "La persona non è venuta all’appuntamento",
	"appointment_cancelled": "Appuntamento annullato",
	"appointment_moved":     "Appuntamento spostato",
	"minutes":               "Registrato il verbale di una riunione dell’équipe",
	"resumed":               "Il percorso riprende",
	"permit_warning":        "Il permesso di soggiorno chiede attenzione: è vicino alla scadenza, o se ne aspetta il rinnovo",
	"permit_last_day":       "È l’ultimo giorno del permesso di soggiorno, e non risulta la richiesta di rinnovo",
	"permit_last_alarm":     "Ultimo avviso: il permesso di soggiorno è scaduto da sessanta giorni, e non risulta la richiesta di rinnovo",
	"permit_updated":        "Registrati la ricevuta del rinnovo o il nuovo permesso",
	"transfer_accepted":     "L’altra zona ha accettato il fascicolo",
	"transfer_rejected":     "L’altra zona ha rifiutato il fascicolo",
	"transfer_recalled":     "Ritirata la richiesta di passaggio a un’altra zona",
	"case_merged":           "Unito un altro fascicolo della stessa persona",
	"person_protected":      "La persona è protetta: la conoscono solo i custodi",
	"number_elsewhere":      "Scritto il numero in un altro sistema",
	"work_profile":          "Scritto il profilo per il lavoro",
	"person_arrived":        "La persona è arrivata all’appuntamento",
	"arrival_taken_back":    "Tolto l’arrivo all’appuntamento: la persona non c’era",
	"date_added":            "Aggiunta una data importante",
	"date_corrected":        "Corretta una data importante",
	"date_over":             "Una data importante è passata, o non vale più",
	"need_found":            "Aggiunto un bisogno",
	"referral_noted":        "Aggiunta una nota alla segnalazione",
	"record_amended":        "Corretto quello che era scritto",
	"need_over":             "Chiuso un bisogno",
	"take_over_told":        "Registrato come la persona sa della presa in carico",
	"taken_over":            "La persona è presa in carico",
	"lead_named":            "Nominato il referente",
	"keeper_named":          "Nominato un custode",
	"keeper_dismissed":      "Tolto un custode",
	"lifting_asked":         "Proposto di togliere la protezione",
	"protection_lifted":     "Tolta la protezione",
	"mistake_said":          "Segnalato che la chiusura, o l’unione, è uno sbaglio",
	"mistake_reminded":      "Ricordato che uno sbaglio aspetta la conferma di un’altra persona",
	"mistake_escalated":     "Avvisati i responsabili: uno sbaglio aspetta ancora la conferma",
	"mistake_unreached":     "Uno sbaglio aspetta la conferma, ma non c’è nessuno da avvisare",
	"mistake_lapsed":        "Nessuno ha confermato lo sbaglio: la segnalazione è decaduta",
	"closure_undone":        "Annullata la chiusura, che era uno sbaglio",
	"merge_undone":          "Annullata l’unione di due fascicoli, che era uno sbaglio",
	"meeting_planned":       "Programmata una riunione dell’équipe",
	"meeting_moved":         "Spostata la riunione dell’équipe",
	"meeting_called_off":    "Disdetta la riunione dell’équipe",
	"meeting_untold":        "Della riunione non c’è nessuno da avvisare, per qualcuno degli invitati",
	"person_corrected":      "Corretti i dati della persona",
	"identity_vouched":      "Confermato che un altro fascicolo è della stessa persona",
	"entry_refused":         "Una richiesta già accettata non è stata registrata, e chi l’aveva fatta non può più essere avvisato",
	"run_restarted":         "Dopo un’interruzione tecnica Percorso è ripartito da dov’era rimasto: non si è perso niente",
	"link_used":             "Un ente ha risposto con il link ricevuto per email",
}

// aboutTask are lines whose detail is a kind of task.
var aboutTask = map[string]string{
	"reminder_sent": "Sollecito inviato", "reminder_unsent": "Sollecito non arrivato: non c’è nessuno da avvisare, è assente, o la sua posta torna indietro", "escalation_unsent": "Ritardo non segnalato: nella zona non c’è un responsabile, è assente, o la sua posta torna indietro", "escalated": "Responsabile avvisato del ritardo", "task_claimed": "Attività presa da chi la fa",
	"task_released": "Attività rimessa tra le libere", "task_dropped": "Attività che non serve più", "task_reassigned": "Attività passata", "task_given": "Attività passata a un collega", "task_reported": "Registrato quello che l’ente ha riferito", "task_extended": "Termine rimandato",
	"task_on_behalf": "Fatto al posto di chi è assente",
}

// aboutAgency are lines whose detail is an agency, aboutZone those where it is a zone.
var aboutAgency = map[string]string{
	"consent_given": "La persona acconsente a comunicare i suoi dati a un ente privato", "consent_refused": "La persona non acconsente a comunicare i suoi dati a un ente privato", "consent_withdrawn": "La persona ha revocato il consenso", "meeting": "Incontro con la persona", "mail_bounced": "Un messaggio non è stato recapitato",
	told.Agency: "Avvisato per email che per l’ente questo lavoro è finito", told.NotAgency: "Non avvisato che questo lavoro è finito, perché lì non c’è a chi scrivere", "link_sent": "Link per rispondere inviato",
}
var aboutZone = map[string]string{told.Zone: "Avvisata per email che la richiesta di passaggio non serve più", told.NotZone: "Non avvisata che la richiesta di passaggio non serve più, perché lì non c’è a chi scrivere", "transfer_asked": "Chiesto il passaggio a un’altra zona"}

// aboutSeat are lines of an équipe whose detail is the role of a seat.
var aboutSeat = map[string]string{
	"seat_invited": "Invito all’équipe", "seat_confirmed": "Partecipazione all’équipe confermata", "seat_spoken": "Parere dato all’équipe",
	"seat_waived": "L’équipe prosegue senza", "seat_replaced": "Sostituito nell’équipe da un altro ruolo",
	"seat_nobody_else": "Nessun altro può partecipare all’équipe in questo ruolo",
}

// reminders are what became of a reminder to the person, by how they were reminded.
var reminders = map[string]string{
	"person_reminded/sms": "Ricordato l’appuntamento alla persona con un SMS", "person_unreminded/sms": "L’SMS che ricordava l’appuntamento non è arrivato: la persona è tra quelle da chiamare",
	"person_reminded/email": "Ricordato l’appuntamento alla persona per email", "person_unreminded/email": "L’email che ricordava l’appuntamento non è arrivata: la persona è tra quelle da chiamare",
	"person_reminded/call": "Ricordato l’appuntamento alla persona per telefono", "person_unreminded/call": "Chiamata per ricordare l’appuntamento: la persona non ha risposto",
}

// waits are what became of a turn in a waiting list, by what came of a call or by service.
var waits = map[string]string{
	"waiting_called/declined": "Proposto un posto che si è liberato: la persona ne aspetta un altro", "waiting_called/unreached": "Chiamata per un posto che si è liberato: la persona non ha risposto",
}
var aboutService = map[string]string{
	"waiting_put": "In lista d’attesa", "waiting_left": "Non è più in lista d’attesa, perché non aspetta più", "waiting_lost": "Nessuno ha chiamato in tempo per un posto che si era liberato: la persona resta in lista",
}

// Line says what happened, from a moment's code and detail.
func Line(p care.Policy, code, detail string) string {
	if text, ok := plainMoments[code]; ok {
		if outcome, asked := care.ByCode(p.Outcomes, detail); asked { // of a closure
			text += " (" + outcome.Name + ")"
		}
		return text
	}
	if text, ok := reminders[code+"/"+detail]; ok {
		return text
	}
	if text, ok := waits[code+"/"+detail]; ok {
		return text
	}
	if text, ok := aboutService[code]; ok {
		service, _ := p.Service(detail)
		return with(text, service.Name)
	}
	if text, ok := aboutTask[code]; ok {
		return text + ": " + italian.TaskKind(care.TaskKind(detail))
	}
	if text, ok := aboutSeat[code]; ok {
		return with(text, italian.Role(care.Role(detail)))
	}
	if text, ok := aboutAgency[code]; ok {
		return with(text, italian.AgencyName(p, detail))
	}
	if text, ok := aboutZone[code]; ok {
		return with(text, italian.ZoneName(detail))
	}
	if text := lifeLine(code, detail); text != "" {
		return text
	}
	of, ending, _ := strings.Cut(detail, "/")
	switch code {
	case "task_completed":
		if of == string(care.ReferralAnswer) {
			return italian.TaskKind(care.ReferralAnswer)
		}
		ending, closure, _ := strings.Cut(ending, "/")
		line := italian.TaskKind(care.TaskKind(of)) + ": " + italian.Outcome(care.TaskKind(of), ending)
		if outcome, ok := care.ByCode(p.Outcomes, closure); ok {
			line += " (" + outcome.Name + ")"
		}
		return line
	case "stage":
		return "Il percorso passa a: " + italian.Stage(care.Stage(detail))
	case "new_course":
		return "Prosegue secondo il percorso aggiornato: " + italian.RunKind(care.RunKind(detail))
	case "entry_mended":
		if detail == string(care.OpRefuseEntry) {
			return "Rifiutata una richiesta che non si riusciva a registrare: chi l’aveva fatta ne ha l’avviso"
		}
		return "Fatta riprovare una richiesta che non si riusciva a registrare"
	case "branch_joined":
		return "Già in corso, non si apre una seconda volta: " + italian.RunKind(care.RunKind(detail))
	case "task_joined":
		return "C’è già, non si apre una seconda volta: " + italian.TaskKind(care.TaskKind(detail))
	case "branch_ended":
		return italian.RunKind(care.RunKind(of)) + ": " + italian.Ending(p, ending)
	case "case_closed":
		outcome, ok := care.ByCode(p.Outcomes, detail)
		if !ok {
			outcome.Name = italian.Ending(p, detail)
		}
		return "Fascicolo chiuso: " + outcome.Name
	}
	if state, ok := strings.CutPrefix(code, "referral_"); ok {
		text := "Segnalazione " + italian.ReferralState(care.ReferralState(state))
		if state == string(care.ReferralRequested) {
			text = "Segnalazione inviata"
		}
		if reason, known := p.RejectReason(detail); known {
			return with(text, reason.Name)
		}
		if reason, known := italian.KnownReason(detail); known {
			return with(text, reason)
		}
		return text
	}
	return italian.Upper(strings.ReplaceAll(code, "_", " "))
}

// Change says who had a task before and who has it now, from when to when its term
// was moved, or whom a reminder went to; empty: the line says nothing of it.
func Change(c ledger.Changed) string {
	before, now := hands(c.FromName, c.FromRole, c.FromUntil), hands(c.ToName, c.ToRole, c.ToUntil)
	switch {
	case now == "" && before != "": // of who was away
		return "Per conto di: " + before + "."
	case now == "":
		return ""
	case before == "":
		return "A: " + now + "."
	}
	return "Prima: " + before + ". Ora: " + now + "."
}

// hands is a person by name, a role, or a term.
func hands(name string, role care.Role, until *time.Time) string {
	switch {
	case until != nil:
		return italian.Moment(*until)
	case role != "" && name == "":
		return italian.Role(role)
	}
	return name
}

// with puts a detail after a line, where there is one.
func with(text, detail string) string {
	if detail == "" {
		return text
	}
	return text + ": " + detail
}

// lifeLine says a moment of an équipe, of a plan, or of what life does to a
// case; empty: it is none.
func lifeLine(code, detail string) string {
	switch code {
	case "equipe_convened":
		return "Convocata: " + cmp.Or(said(italian.EquipeKind, care.EquipeKind(detail)), "équipe")
	case "opinion":
		return with("Parere nell’équipe", said(italian.Opinion, detail))
	case "approval_elsewhere":
		return "Approvazione chiesta al responsabile della zona di " + italian.ZoneName(detail) + ", perché qui non c’è nessun altro che possa darla"
	case "opinion_reported":
		return with("Parere riferito nel verbale dell’équipe, da confermare", said(italian.Opinion, detail))
	case "signature":
		return with("Firma del progetto", said(italian.Signature, detail))
	case "signature_reported":
		return with("Firma riferita nel verbale dell’équipe, da confermare", said(italian.Signature, detail))
	case "suspended":
		return with("Percorso sospeso", said(italian.SuspendReason, detail))
	case "case_reopened":
		return with("Fascicolo riaperto", said(italian.Stage, care.Stage(detail)))
	}
	if state, ok := strings.CutPrefix(code, "plan_"); ok {
		return "Progetto " + italian.PlanState(care.PlanState(state))
	}
	return ""
}

// said says a code in its words, and nothing where there is none.
func said[C ~string](words func(C) string, code C) string {
	if code == "" {
		return ""
	}
	return words(code)
}
