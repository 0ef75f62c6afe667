package italian

// mailTexts are the subject and the sentence of each kind of mail. They name
// nobody: mailboxes are read on phones, and mails are forwarded.
var mailTexts = map[string]struct{ subject, sentence string }{
	"reminder":   {"Percorso: un compito ti aspetta", "Un compito affidato a te o al tuo servizio aspetta di essere preso in carico o completato."},
	"escalation": {"Percorso: un compito è in ritardo", "Un compito della tua zona ha superato la scadenza e chiede il tuo intervento."},

	"mistake_said": {"Percorso: una chiusura forse sbagliata", "Un collega segnala che un fascicolo della tua zona è stato chiuso per sbaglio. Un'altra persona può confermarlo, e il fascicolo torna aperto: fallo entro trenta giorni dalla chiusura."},

	"transfer_done":    {"Percorso: un fascicolo è passato a un'altra zona", "Il passaggio che hai chiesto è stato accettato: il fascicolo ora è dell'altra zona e non compare più tra i tuoi."},
	"transfer_refused": {"Percorso: un passaggio è stato rifiutato", "L'altra zona ha rifiutato il fascicolo di cui hai chiesto il passaggio: il percorso prosegue nella tua zona."},

	"partner_request": {"Percorso: una segnalazione aspetta una vostra risposta",
		"Un servizio ha inviato al vostro ente una persona e aspetta una risposta. Il collegamento qui sotto serve una volta sola e scade; chi lo apre può chiederne uno nuovo, che arriva a questo indirizzo."},
	"partner_outcome": {"Percorso: una segnalazione aspetta il suo esito",
		"Un servizio ha inviato al vostro ente una persona e vi chiede com'è andata. Il collegamento qui sotto serve una volta sola e scade; chi lo apre può chiederne uno nuovo, che arriva a questo indirizzo."},
}

// Mail gives the subject and the sentence of a kind of mail.
func Mail(kind string) (subject, sentence string, ok bool) {
	text, ok := mailTexts[kind]
	return text.subject, text.sentence, ok
}
