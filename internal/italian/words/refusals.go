package words

import (
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/told"
	"percorso/internal/undoing"
)

// Refusal says why something may not be: what is so, and what can be done.
func Refusal(r care.Refusal) string {
	switch r.Code {
	case care.RefusedTaken:
		if r.Role != "" {
			return "L’attività è già stata presa " + italian.ByRole(r.Role) + andThen
		}
	case told.Today:
		if r.Role != "" {
			return "Oggi un sollecito per questa attività è già partito: se è urgente chiama, o passa l’attività a un’altra persona."
		}
	case care.RefusedForbidden:
		return forbidden(r)
	case care.RefusedNotHeld:
		if text, ok := notHeld[r.Operation]; ok {
			return text
		}
	case care.RefusedInFlight:
		switch {
		case r.Operation == care.OpWithdraw:
			return "L’ente ha appena risposto, e la risposta è in arrivo: guarda che cosa dice, poi ritira la segnalazione se serve ancora."
		case r.Now == care.NowTransferred:
			return "L’altra zona ha appena risposto alla richiesta di passaggio, e la risposta è in arrivo: tra poco il fascicolo dice che cosa ha deciso, e si può ripetere se serve ancora."
		}
	case care.RefusedNotAwaited, care.RefusedEnded:
		if text := notNow(r); text != "" {
			return text
		}
	}
	if text, ok := refusals[r.Code]; ok {
		return text
	}
	return "L’operazione non è possibile (" + r.Code + ")."
}

// andThen is what can be done about a task that somebody else has taken.
const andThen = ": se tocca a te, chiedi che la rimetta tra le libere, o che il responsabile te la passi."

// forbidden says whose matter an operation is, as far as one knows.
func forbidden(r care.Refusal) string {
	if r.Role != "" {
		return "Questa operazione spetta " + italian.ToRole(r.Role) + "."
	}
	switch facts, _ := catalogue.Of(r.Operation); {
	case len(facts.Asks) > 0:
		var names []string
		for _, role := range facts.Asks {
			names = append(names, italian.TheRole(role))
		}
		if len(names) == 1 {
			return "Il tuo ruolo non permette questa operazione: la può fare " + names[0] + "."
		}
		return "Il tuo ruolo non permette questa operazione: la possono fare " + italian.Enumerate(names) + "."
	case r.Operation == care.OpNoteReferral:
		return "La segnalazione è tra altri due enti: le note le scrivono quelli."
	case r.Operation == care.OpWithdraw || r.Operation == care.OpSupply:
		return "La segnalazione è di un altro ente: chi l’ha inviata la può ritirare, e può dare le informazioni chieste."
	case facts.On == catalogue.OnReferral:
		return "La segnalazione è per un altro ente: le risponde quello a cui è stata inviata."
	case facts.On == catalogue.OnRecord:
		return "Quello che è scritto lo corregge chi l’ha scritto; se non lavora più lì, un collega con lo stesso ruolo che segue la persona."
	case facts.On == catalogue.OnAction:
		return "L’azione è di un altro ente: la aggiornano l’ente che la fa, chi segue il fascicolo e il responsabile."
	}
	return refusals[care.RefusedForbidden]
}

// notHeld says what is to be done before, by what is asked of a task.
var notHeld = map[care.Operation]string{
	care.OpRelease:  "L’attività non è affidata a nessuno: non c’è nulla da rimettere tra le libere.",
	care.OpComplete: "L’attività non è affidata a te: prima scegli «Lo faccio io», poi completala.",
	care.OpAccept:   "La segnalazione non è affidata a te: prima scegli «Ho letto (presa visione)», poi accettala.",
	care.OpHold:     "La segnalazione non è affidata a te: prima scegli «Ho letto (presa visione)», poi chiedi le informazioni.",
}

// notNow says what is so, and what can be done, where something is not possible now;
// empty: what is so is not known.
func notNow(r care.Refusal) string {
	if r.Now == care.NowTransferred {
		return notRecalled(care.Accepted)
	}
	facts, _ := catalogue.Of(r.Operation)
	switch facts.On {
	case catalogue.OnReferral:
		return notNowOfReferral(r.Operation, care.ReferralState(r.Now))
	case catalogue.OnTask:
		return notNowOfTask(r.Operation, care.TaskState(r.Now))
	case catalogue.OnAction:
		return "Il progetto con questa azione non è in vigore (" + planNow(r.Now) + "): gli avanzamenti si registrano sul progetto in vigore, quando c’è."
	case catalogue.OnEquipe:
		if r.Operation == care.OpPlanMeeting {
			return "L’équipe ha finito il suo lavoro, e non si riunisce più: se serve ancora, dal fascicolo se ne convoca un’altra."
		}
		if r.Code == care.RefusedEnded {
			return "L’équipe ha finito il suo lavoro, e il verbale non si aggiunge più: quello che si è detto dopo si registra nel fascicolo, come incontro."
		}
		return "L’équipe non aspetta pareri né firme in questo momento: il fascicolo dice a chi tocca. Quello che si è deciso si scrive nell’attività aperta."
	}
	return notNowOfCase(r.Operation, r.Now)
}

func planNow(state string) string {
	if state == "" {
		return "non c’è più"
	}
	return italian.PlanState(care.PlanState(state))
}

// referralNow says how a referral stands.
var referralNow = map[care.ReferralState]string{
	care.ReferralRequested:  "La segnalazione è ancora da leggere",
	care.ReferralReceived:   "La segnalazione è già stata letta, e si aspetta la risposta",
	care.ReferralOnHold:     "L’ente ha chiesto altre informazioni, e le aspetta da chi ha inviato la segnalazione",
	care.ReferralAccepted:   "La segnalazione è già stata accettata",
	care.ReferralInProgress: "La segnalazione è già stata accettata, ed è in corso",
	care.ReferralRejected:   "La segnalazione è già stata rifiutata",
	care.ReferralCompleted:  "La segnalazione è già conclusa",
	care.ReferralFailed:     "La segnalazione si è già conclusa senza il risultato sperato",
	care.ReferralWithdrawn:  "La segnalazione è stata ritirata, o si è conclusa con il suo fascicolo",
	care.ReferralRedirected: "La segnalazione è già stata inoltrata a un altro ente",
}

func notNowOfReferral(op care.Operation, now care.ReferralState) string {
	is, known := referralNow[now]
	if !known {
		return ""
	}
	return is + ": " + insteadOf(op, now) + "."
}

// insteadOf says what can be done of a referral in place of what is not possible now.
func insteadOf(op care.Operation, now care.ReferralState) string {
	sender := op == care.OpWithdraw || op == care.OpSupply
	switch now {
	case care.ReferralRequested:
		switch op {
		case care.OpAccept:
			return "prima scegli «Ho letto (presa visione)», poi accettala"
		case care.OpHold:
			return "prima scegli «Ho letto (presa visione)», poi chiedi le informazioni"
		}
		return "l’ente non ha chiesto informazioni; se quello che hai inviato non va bene, ritirala e inviala di nuovo"
	case care.ReferralReceived:
		if sender {
			return "l’ente non aspetta informazioni; se la segnalazione non serve più, ritirala"
		}
		return "ora si può accettare, rifiutare, inoltrare, o chiedere altre informazioni"
	case care.ReferralOnHold:
		return "si risponde quando sono arrivate"
	case care.ReferralAccepted, care.ReferralInProgress:
		if sender {
			return "l’ente non aspetta informazioni; quello che deve sapere si può dire a voce, o in un incontro registrato"
		}
		return "si prosegue con le attività che ne sono nate, dove si dice anche se non va avanti"
	case care.ReferralRedirected:
		if sender {
			return "si ritira, e si completa, quella che la continua: è nel fascicolo"
		}
		return "le risponde quell’ente"
	}
	if sender {
		return "non c’è più nulla da ritirare né da aggiungere; se serve ancora, si invia di nuovo dal fascicolo"
	}
	return "non aspetta più risposte, e non serve altro; se la persona torna, ne invia una nuova chi la segue"
}

func notNowOfTask(op care.Operation, now care.TaskState) string {
	then := ": il fascicolo dice che cosa ne è venuto e che cosa si aspetta ora"
	switch now {
	case care.TaskCompleted:
		return "L’attività è già stata completata" + then + "."
	case care.TaskSkipped:
		return "Il termine per rispondere è passato, e si è proseguito senza questa risposta" + then + "."
	case care.TaskObsolete:
		return "L’attività non serve più, perché il percorso è proseguito in altro modo" + then + "."
	case care.TaskReady:
		if op == care.OpClaim {
			return "A una segnalazione si comincia da «Ho letto (presa visione)»: poi l’attività è tua."
		}
	}
	if now.Open() && op == care.OpComplete {
		return "L’attività è aperta, ma in questo momento il percorso aspetta altro: aprila di nuovo, e se l’esito che hai scelto non c’è più scegline uno di quelli offerti."
	}
	return ""
}

// notNowOfCase says what stands in the way of an operation on a case.
func notNowOfCase(op care.Operation, now string) string {
	closed := now == care.NowClosed || now == undoing.NowFinal || now == undoing.NowMerged
	switch {
	case op == care.OpMistake && closed:
		return "Di questa chiusura, o unione, non si può segnalare uno sbaglio: qualcuno lo ha già fatto, o sono passati trenta giorni. Apri il fascicolo per vedere come sta."
	case op == care.OpUndo && closed:
		return "Nessuno ha segnalato che la chiusura, o l’unione, è uno sbaglio, o sono passati trenta giorni: prima qualcuno lo segnala, poi un’altra persona conferma."
	case op == care.OpMistake, op == care.OpUndo:
		return "Il fascicolo è aperto: non c’è una chiusura da annullare."
	case now == undoing.NowMerged:
		return "Il fascicolo è stato unito a un altro, e si lavora su quello: la pagina di questo dice quale. Se sono due persone diverse, da lì si segnala lo sbaglio."
	case now == undoing.NowFinal:
		return "Il fascicolo è chiuso, e con questo esito non si riapre: se è stato uno sbaglio, segnalalo dalla sua pagina, e un’altra persona lo conferma."
	case now == care.NowClosed && op == care.OpReopen, now == care.NowClosing && op == care.OpReopen:
		return "La chiusura del fascicolo si sta ancora completando: si può riaprire appena è chiuso."
	case now == care.NowClosed:
		return "Il fascicolo è chiuso: se la persona torna, prima riaprilo."
	case now == care.NowClosing:
		return "La chiusura del fascicolo è già chiesta, e si stanno concludendo le attività aperte: quando è chiuso si può riaprire."
	case op == care.OpResume:
		return "Il percorso non è sospeso: va già avanti, e non serve farlo riprendere."
	case op == care.OpRecall:
		return notRecalled(now)
	case op == care.OpUnconsent:
		return italian.Rule(care.RuleNoConsent)
	}
	switch kind := care.TaskKind(now); kind {
	case care.FirstListening, care.SocialConsult:
		return "La persona è ancora al primo livello: prima si completa l’attività «" + italian.TaskKind(kind) + "», poi si può ripetere questa operazione."
	case care.ClosureApproval:
		return "La chiusura del fascicolo è proposta e aspetta di essere approvata: se il percorso deve proseguire, chi la approva la rimanda indietro."
	}
	if _, known := catalogue.Of(op); known {
		return "A questo punto del percorso non si può fare «" + italian.Operation(op) + "»: il fascicolo dice che cosa aspetta, chi deve agire e che cosa si può fare."
	}
	return ""
}

// notRecalled says why a request to another zone cannot be taken back.
func notRecalled(answer string) string {
	switch care.Code(answer) {
	case care.Accepted:
		return "L’altra zona ha già accettato il fascicolo: il passaggio non si può più ritirare. Se deve tornare, lo chiede quella zona con un nuovo passaggio."
	case care.Rejected:
		return "L’altra zona ha già rifiutato il fascicolo, che resta qui: non c’è nulla da ritirare."
	}
	return "Nessun passaggio a un’altra zona è in attesa di risposta: non c’è nulla da ritirare."
}

var refusals = map[string]string{
	care.RefusedInvalid:    "Alcuni campi vanno corretti: sono indicati sotto.",
	care.RefusedTaken:      "Un’altra persona ha già preso questa attività" + andThen,
	care.RefusedNotAwaited: "A questo punto del percorso l’operazione non è possibile: il fascicolo dice che cosa aspetta e chi deve agire.",
	care.RefusedEnded:      "Questa parte del percorso è conclusa e non si può più cambiare: il fascicolo dice che cosa ne è venuto.",
	care.RefusedNotHeld:    "L’attività non è affidata a te: prima scegli «Lo faccio io».",
	care.RefusedChanged:    "Nel frattempo qualcosa è cambiato: guarda com’è ora, poi ripeti se serve ancora.",
	care.RefusedInFlight:   "Una risposta a questa attività, o il ritiro di quello che chiede, è già in arrivo: è registrata e sarà elaborata a breve. Finché non lo è, l’attività non si può cambiare.",
	care.RefusedOvertaken:  "Per un guasto la richiesta non si è potuta registrare in tempo, e intanto ne è stata registrata una più recente dello stesso tipo: vale quella.",
	care.RefusedHeld:       "Sei di nuovo collegato. Non è stato ancora inviato niente: premi di nuovo il pulsante.",
	care.RefusedByHand:     "Per un guasto la richiesta non si è potuta registrare, e chi segue il sistema l’ha tolta. Se serve ancora, falla di nuovo.",
	told.Nobody:            "Nessuno è stato avvisato: chi ha l’attività non lavora più lì, è assente senza nessuno al suo posto o la sua posta torna indietro, o nessuno ha il suo ruolo, o l’ente non ha un indirizzo. Passa l’attività a una persona, o rimettila tra le libere.",
	told.Today:             "Oggi l’ente ha già avuto un sollecito con un nuovo link: se è urgente chiamalo, e registra quello che risponde.",
	care.RefusedOpen:       "Quello che chiedi c’è già: si prosegue con quello.",
	care.RefusedForbidden:  "Il tuo ruolo non permette questa operazione: se serve, chiedi al responsabile.",

	"unauthenticated": "Non risulta un accesso valido: accedi, poi continua.",
	"not_staff":       "Il tuo account non è tra quelli del personale di Percorso: chiedi al responsabile della tua zona di aggiungerlo.",
	"other_site":      "La richiesta è arrivata da un altro sito e non è stata eseguita: apri Percorso, e ripetila da lì.",
	"not_found":       "La pagina o il dato cercato non c’è, oppure il tuo ruolo non permette di vederlo.",
	"same_person":     "La persona sembra avere già un fascicolo: guarda quelli elencati. Se è un’altra persona, ripeti l’invio dicendolo (another_person).",
	"key_reused":      "Questo invio era già stato fatto con altri dati. Ricarica la pagina e ripeti.",
	"key_missing":     "Manca la chiave dell’invio (Idempotency-Key): danne una nuova a ogni invio, e la stessa quando lo ripeti.",
	"bad_request":     "La richiesta non è leggibile: ricarica la pagina e ripeti.",
	"login_failed":    "L’accesso non è stato completato: è scaduto, è stato annullato o è stato aperto in un’altra finestra. Accedi di nuovo.",
	"media_type":      "Il tipo di quello che hai inviato non è tra quelli che questo indirizzo legge: /openapi.json dice quali sono.",
	"not_acceptable":  "Questo indirizzo risponde in JSON: chiedi application/json.",
	"too_large":       "Quello che hai inviato è troppo grande: accorcia i testi e ripeti l’invio.",
	"too_often":       "Ci sono stati troppi tentativi in poco tempo.",
	"method":          "Questo indirizzo non accetta la richiesta così: /openapi.json dice quali accetta.",
	"provider_away":   "Il servizio di identità non risponde. Riprova tra poco.",
	"unavailable":     "Una parte del sistema non risponde in questo momento. Riprova tra poco: nessun dato è andato perso.",
	"internal":        "Si è verificato un errore imprevisto. Riprova; se si ripete, segnalalo all’assistenza.",
}
