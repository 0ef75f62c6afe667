// Package asked says of a field that must not stay empty what to write there:
// «Scrivi il nome». It is the one place that does.
package asked

import "strings"

// sentences say it by the field's name, which is the last part of its path.
var sentences = map[string]string{
	"outcome": "Scegli com’è andata.", "needs": "Scegli almeno un bisogno.", "areas": "Indica la gravità almeno per un’area.", "bookings": "Indica almeno un appuntamento: il servizio, il giorno e l’ora.",
	"at": "Indica il giorno e l’ora.", "starts": "Indica il primo giorno.", "ends": "Indica l’ultimo giorno.", "day": "Scrivi il giorno.", "hour": "Scrivi l’ora.", "month": "Scrivi il mese.", "year": "Scrivi l’anno.",
	"reason": "Indica il motivo.", "matter": "Scegli la materia.", "measure": "Scegli la misura.", "enterprise": "Scrivi il nome dell’azienda.", "until": "Indica il giorno.", "to": "Scegli a chi.",
	"stamp": "Ricarica la pagina: serve com’era l’attività.", "closure_outcome": "Scegli l’esito della chiusura.", "note": "Scrivi una nota: qui serve.", "circle": "Scegli chi lo legge.", "interpreted": "Scegli chi ha interpretato.", "late": "Scrivi quanti minuti.", "service": "Scegli il servizio.", "area": "Scegli l’area.", "need": "Scegli la gravità.",
	"person": "Scrivi chi è la persona.", "number": "Scrivi il numero.", "keeper": "Scegli chi custodisce.", "topic": "Scegli che cosa chiede la persona, o scrivilo nelle note.", "channel": "Scegli come è arrivata la richiesta.", "language": "Scegli la lingua.", "languages": "Scegli almeno una lingua.", "citizenship": "Scegli la cittadinanza.",
	"given_name": "Scrivi il nome.", "family_name": "Scrivi il cognome.", "birth_date": "Scrivi la data di nascita.", "permit": "Scegli il permesso di soggiorno.", "permit_expiry": "Scrivi la scadenza del permesso.", "receipt_on": "Scrivi il giorno della ricevuta.",
	"name": "Scrivi il nome.", "relation": "Scegli che cosa è per la persona.", "order": "Scegli chi lo ha disposto.", "ordered": "Scrivi il giorno della decisione.", "type": "Scegli il documento.", "signed_by": "Indica chi firma: per questa persona firma qualcun altro, e chi può farlo si scrive nei suoi dati, tra le persone vicine.",
	"phone": "Scrivi il telefono.", "value": "Scrivi il numero o l’indirizzo.", "notice_given": "Consegna o leggi l’informativa, poi indicalo.", "notice_language": "Scegli in che lingua hai dato l’informativa.", "agency": "Scegli l’ente.", "role": "Scegli il ruolo.", "plan": "Scrivi il progetto: almeno un obiettivo e un’azione.",
	"goals": "Scrivi almeno un obiettivo.", "goal": "Scegli l’obiettivo.", "actions": "Scrivi almeno un’azione.", "text": "Scrivi il testo.", "changes": "Scrivi che cosa cambia.", "state": "Scegli lo stato.", "result": "Scegli il risultato.",
	"stage": "Scegli da dove prosegue.", "consent": "Indica se la persona acconsente.", "consents": "Indica a chi la persona acconsente.", "left_out": "Indica a chi la persona dice no.", "kind": "Scegli di che tipo è.", "votes": "Indica i pareri.", "purpose": "Scegli il bisogno a cui risponde.", "seen": "Ricarica la pagina e ricontrolla: serve che cosa avevi davanti.",
	"by": "Scegli chi lo chiede.", "date": "Scegli quale data.", "on": "Indica il giorno.", "source": "Scrivi da dove si sa.", "watcher": "Scegli chi la segue.", "system": "Scegli il sistema.", "first": "Indica il primo giorno.", "last": "Indica l’ultimo giorno.",
	"search": "Scrivi un nome, una data di nascita, un telefono o un numero.", "mail": "Indica quale messaggio.", "run": "Indica di quale percorso è il messaggio.", "what": "Scegli che cosa fare.", "how": "Scegli come ci si incontra.", "invited": "Scegli chi è invitato.", "place": "Scrivi dove ci si incontra.", "why": "Scrivi perché.",
	"goes": "Scegli chi va.", "knows": "Scegli chi lo sa e resta raggiungibile.", "minutes": "Scrivi quanti minuti dura.",
	"answer": "Scegli che cosa rispondere.", "answered": "Indica se ha risposto.", "lot": "Scegli a chi chiederlo.", "proposed_at": "Indica l’ora che il fornitore propone.", "mode": "Scegli se di persona o per telefono.",
	"zone": "Scegli la zona.", "into": "Scegli il fascicolo che resta.", "other": "Scegli l’altro fascicolo.", "cerca": "Scrivi un nome o un numero.", "ente": "Scegli il partner.", "bisogno": "Scegli il bisogno a cui risponde.",
}

// Sentence says what to write in a field, from its path or its id on a page, such as
// "bookings[0].service" or "heard-needs".
func Sentence(field string) string {
	name := field[strings.LastIndexAny(field, ".-")+1:]
	name, _, _ = strings.Cut(name, "[")
	if text, ok := sentences[name]; ok {
		return text
	}
	return "Manca: scrivilo per continuare."
}
