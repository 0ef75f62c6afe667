// Package mails writes the mails that Percorso sends.
package mails

import (
	"strings"

	"percorso/internal/consult"
	"percorso/internal/gathering"
	"percorso/internal/homevisit"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/mediation"
)

// mailTexts are the subject and the sentence of each kind of mail. They name
// no person: mailboxes are read on phones, and mails are forwarded.
var mailTexts = map[string]struct{ subject, sentence string }{
	"reminder":    {"Percorso: un’attività ti aspetta", "Un’attività affidata a te, o libera per il tuo servizio, aspetta di essere fatta."},
	"escalation":  {"Percorso: un’attività è in ritardo", "Un’attività della tua zona ha superato la scadenza: guarda che cosa si può fare."},
	"escalations": {"Percorso: più attività sono in ritardo", "Più attività della tua zona hanno superato la scadenza, e finora non c'era un responsabile da avvisare: guarda che cosa si può fare."},

	"date_nears": {"Percorso: una data importante da seguire", "In un fascicolo c'è una data importante che segui tu, o il tuo servizio: guardala, e di' a chi serve che cosa c'è da fare. Le date che segui sono anche nella pagina «Oggi»."},

	"mistake_said":   {"Percorso: uno sbaglio da confermare", "Un collega segnala che un fascicolo della tua zona è stato chiuso, o unito a un altro, per sbaglio. Un'altra persona può confermarlo, e il fascicolo torna aperto: lo trovi negli avvisi, con il motivo."},
	"mistake_lapsed": {"Percorso: nessuno ha confermato uno sbaglio", "Avevi segnalato che un fascicolo è stato chiuso, o unito a un altro, per sbaglio. Il termine per confermarlo è passato, e la segnalazione è decaduta: apri il fascicolo per vedere che cosa si può fare."},

	"transfer_done":    {"Percorso: un fascicolo è passato a un'altra zona", "Il passaggio che hai chiesto è stato accettato: il fascicolo ora è dell'altra zona e non compare più tra i tuoi."},
	"transfer_refused": {"Percorso: un passaggio è stato rifiutato", "L'altra zona ha rifiutato il fascicolo di cui hai chiesto il passaggio: il percorso prosegue nella tua zona."},

	consult.MailCall:       {"Percorso: ti chiamano allo sportello", "Allo sportello serve un consulto subito. Apri Percorso e rispondi: «Arrivo», «Tra 10 minuti» o «Non posso»."},
	consult.MailUnanswered: {"Percorso: nessuno risponde allo sportello", "Lo sportello ha chiamato per un consulto, e non viene nessuno: guarda chi può andare."},

	homevisit.MailChanged:    {"Percorso: una visita a domicilio è fissata o cambiata", "Una visita a domicilio in cui vai tu, o andavi, è stata fissata, spostata, cambiata o annullata. Apri Percorso: in «Oggi» c'è quando si va e con chi."},
	homevisit.MailReturn:     {"Percorso: siete rientrati?", "La visita a domicilio è finita da un po'. Apri Percorso e di' in «Oggi» che siete rientrati: basta la risposta di uno per tutti e due."},
	homevisit.MailUnanswered: {"Percorso: nessuno risponde dopo una visita a domicilio", "Chi è andato in visita a domicilio non ha detto di essere rientrato. Apri Percorso: in «Oggi» c'è chi chiamare, e a quale numero."},

	"meeting_planned":   {"Percorso: sei invitato a una riunione dell'équipe", "È programmata una riunione di un'équipe di cui fai parte, o a cui sei invitato. Se non puoi, chiama chi chiede."},
	"meeting_moved":     {"Percorso: una riunione dell'équipe è spostata", "La riunione di un'équipe a cui eri invitato è spostata: vale questo giorno."},
	"meeting_off":       {"Percorso: una riunione dell'équipe è disdetta", "La riunione di un'équipe a cui eri invitato non si fa più."},
	"meeting_uninvited": {"Percorso: una riunione dell'équipe è spostata", "La riunione di un'équipe a cui eri invitato è spostata, e la tua presenza non serve più."},

	"work_ended":    {"Percorso: un lavoro non serve più", "Quello che il tuo ente aveva in corso per una persona non serve più: la richiesta è stata ritirata, o il suo percorso qui è finito. Non devi fare altro."},
	"partner_ended": {"Percorso: una segnalazione è stata ritirata", "Quello che il Suo ente aveva in corso per una persona non serve più: la richiesta è stata ritirata, o il suo percorso qui è finito. I link ricevuti non servono più."},

	"partner_request": {"Percorso: una segnalazione aspetta una Sua risposta",
		"Un servizio ha inviato al Suo ente una persona e aspetta una risposta. Il link qui sotto serve una volta sola e scade; chi lo apre può chiederne uno nuovo, che arriva a questo indirizzo."},
	mediation.MailRequest:  {"Percorso: Le è chiesto un mediatore", "Un servizio Le chiede un mediatore linguistico-culturale. Apra il link qui sotto per vedere lingua, luogo e ora, e per rispondere: funziona fino a dopo l'incontro."},
	mediation.MailAccepted: {"Percorso: l'orario che ha proposto va bene", "Il servizio ha accettato l'orario che Lei ha proposto per un mediatore. Nel link qui sotto ci sono giorno, ora e luogo; se il mediatore non può più, lo dica lì."},
	mediation.MailCalled:   {"Percorso: un mediatore non serve più", "Il mediatore che Le era stato chiesto non serve più. Nel link qui sotto c'è scritto per quando era. Non deve fare altro."},

	"partner_outcome": {"Percorso: una segnalazione aspetta il suo esito",
		"Un servizio ha inviato al Suo ente una persona e Le chiede com'è andata. Il link qui sotto serve una volta sola e scade; chi lo apre può chiederne uno nuovo, che arriva a questo indirizzo."},
}

// Text gives the subject and the text of a mail, without its link; false: there is no
// such kind. It says who asks, whom to call and by when, and never whom it is about.
func Text(m ledger.Mail) (subject, text string, ok bool) {
	words, ok := mailTexts[m.Template]
	if !ok {
		return "", "", false
	}
	about, lines := m.About, []string{words.sentence}
	line := func(label, value string) {
		if value != "" {
			lines = append(lines, label+": "+value)
		}
	}
	lines = append(lines, "")
	subject = words.subject
	if about.Asker != "" {
		subject += " (" + about.Asker + ")"
	}
	if strings.HasPrefix(m.Template, "transfer_") {
		line("L'altra zona", about.Asker)
	} else {
		asker := about.Asker
		if about.Role != "" && asker != "" {
			asker = italian.Role(about.Role) + ", " + asker
		}
		label := "Chi chiede"
		if strings.HasSuffix(m.Template, "_ended") {
			label = "Chi scrive"
		}
		if about.By != "" {
			asker = strings.TrimSuffix(about.By+", "+asker, ", ")
		}
		line(label, asker)
	}
	if about.Asked != nil {
		line("Inviata il", italian.Moment(*about.Asked))
	}
	if about.Task != "" && !strings.HasPrefix(m.Template, "partner_") {
		line("Attività", italian.TaskKind(about.Task))
	}
	if about.Meets != nil {
		label := "Quando"
		if m.Template == gathering.MailOff {
			label = "Era per"
		}
		line(label, italian.Day(*about.Meets)+", ore "+italian.Hour(*about.Meets))
		if m.Template == gathering.MailPlanned || m.Template == gathering.MailMoved {
			line("Dove", italian.MeetingPlace(about.How, about.Where))
		}
	}
	switch {
	case about.Until == nil:
	case m.Template == "date_nears":
		line("Il giorno", italian.Day(*about.Until))
	case m.Template == "escalation":
		line("Era da fare entro", italian.Day(*about.Until)+", ore "+italian.Hour(*about.Until))
	default:
		line("Entro", italian.Day(*about.Until)+", ore "+italian.Hour(*about.Until))
	}
	if about.Phone != "" {
		line("Chi chiamare", about.Asker+", telefono "+about.Phone)
	} else {
		line("Chi chiamare", about.Asker)
	}
	return subject, strings.TrimRight(strings.Join(lines, "\n"), "\n"), true
}
