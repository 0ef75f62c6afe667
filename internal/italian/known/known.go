// Package known says in Italian what is wrong with what is known of a person.
package known

import (
	"percorso/internal/correction"
	"percorso/internal/fiscal"
)

// Rules by which they are refused, with what to do.
var Rules = map[string]string{
	correction.RuleNothing:   "Nessun dato è diverso da com’era: cambia quello che è sbagliato, poi ripeti.",
	correction.RuleMeanwhile: "Qualcun altro ha corretto questi dati mentre scrivevi: guarda come sono adesso, poi ripeti se serve.",
	correction.RuleNotTheirs: "Questo dato lo corregge chi vede i documenti della persona: chiedi allo sportello o all’assistente sociale.",
	correction.RuleEmail:     "Non è un indirizzo email: scrivilo come nome@esempio.it, senza altro.",
	correction.RuleMerged:    "Il fascicolo è stato unito a un altro: correggi i dati in quello che resta.",
	fiscal.RuleShape:         "Questo non è un codice fiscale: ha 16 caratteri, o 11 cifre se è provvisorio. Ricopialo dalla tessera sanitaria, o lascialo vuoto.",
	fiscal.RuleCheck:         "In questo codice fiscale c’è un carattere sbagliato: ricopialo dalla tessera sanitaria, o lascialo vuoto.",
	fiscal.RuleBorn:          "Il codice fiscale dice un’altra data di nascita: ricontrolla tutti e due sui documenti. Se non vanno d’accordo nemmeno lì, lascia vuoto il codice e chiedi alla persona di farlo correggere all’Agenzia delle Entrate.",
	correction.RuleBirth:     "Scrivi il giorno di nascita (12/5/1990), oppure solo l’anno (1990).",
}
