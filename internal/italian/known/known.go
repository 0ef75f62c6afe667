// Package known says in Italian what is wrong with what is known of a person.
package known

import (
	"slices"
	"strings"

	"percorso/internal/correction"
	"percorso/internal/fiscal"
	"percorso/internal/kin"
	"percorso/internal/reach"
	"percorso/internal/speech"
)

// Rules by which they are refused, with what to do.
var Rules = map[string]string{
	correction.RuleNothing:   "Nessun dato è diverso da com’era: cambia quello che è sbagliato, poi ripeti.",
	correction.RuleMeanwhile: "Qualcun altro ha corretto questi dati mentre scrivevi: guarda come sono adesso, poi ripeti se serve.",
	correction.RuleNotTheirs: "Questo dato lo corregge chi vede i documenti della persona: chiedi allo sportello o all’assistente sociale.",
	reach.RuleNumber:         "Questo non è un numero di telefono: scrivi solo cifre e spazi, con il + davanti se serve, da 6 a 15 cifre.",
	correction.RuleEmail:     "Non è un indirizzo email: scrivilo come nome@esempio.it, senza altro.",
	correction.RuleMerged:    "Il fascicolo è stato unito a un altro: correggi i dati in quello che resta.",
	fiscal.RuleShape:         "Questo non è un codice fiscale: ha 16 caratteri, o 11 cifre se è provvisorio. Ricopialo dalla tessera sanitaria, o lascialo vuoto.",
	fiscal.RuleCheck:         "In questo codice fiscale c’è un carattere sbagliato: ricopialo dalla tessera sanitaria, o lascialo vuoto.",
	fiscal.RuleBorn:          "Il codice fiscale dice un’altra data di nascita: ricontrolla tutti e due sui documenti. Se non vanno d’accordo nemmeno lì, lascia vuoto il codice e chiedi alla persona di farlo correggere all’Agenzia delle Entrate.",
	kin.RuleBarredCalled:     "Chi non si deve informare non si chiama: togli «si può chiamare».",
	kin.RuleBarredSigns:      "Chi non si deve informare non firma per la persona.",
	kin.RuleBarredNumber:     "Questo numero è di qualcuno che non si deve informare: segnalo come «non chiamare», o togli il numero.",
	kin.RuleFile:             "Non c’è un fascicolo con questo numero che tu possa aprire: controllalo, o lascialo vuoto.",
	kin.RuleSigner:           "Scegli chi firma per la persona: chi si può scegliere è scritto nei suoi dati, tra le persone vicine.",
	kin.RuleSignsFirst:       "Per questa persona firma qualcun altro: registra prima il consenso con «Registra il consenso», dove si sceglie chi firma, poi ripeti senza questa casella.",
	speech.RuleNoPhone:       "La persona non usa il telefono: scegli un appuntamento in presenza o in video.",
	speech.RuleNeverAChild:   "Un bambino o un ragazzo non fa mai da interprete. Ripeti il colloquio con un mediatore, e scrivi allora chi ha interpretato.",
	correction.RuleBirth:     "Scrivi il giorno di nascita (12/5/1990), oppure solo l’anno (1990).",
}

// Codes of contacts in words, by field.
var contacts = map[string]map[string]string{
	"kind":    {reach.Phone: "Telefono", reach.Email: "Email"},
	"whose":   {"own": "della persona", "relative": "di un parente", "friend": "di un amico o un’amica", "operator": "di un operatore"},
	"call":    {reach.Yes: "si può chiamare", reach.No: "non chiamare"},
	"message": {reach.Yes: "si può lasciare un messaggio", reach.No: "non lasciare messaggi"},
}

// ContactCode says what a field of a contact has.
func ContactCode(field, code string) string { return contacts[field][code] }

// NoSafeContact is what is said of who cannot be reached safely.
const NoSafeContact = "Nessun contatto sicuro: non chiamare e non scrivere"

// Terms says what may be done with a contact, before its number is read: «si può chiamare,
// non lasciare messaggi, di un parente, dopo le 18».
func Terms(c reach.Way) string {
	words := []string{contacts["call"][c.Call], contacts["message"][c.Message], contacts["whose"][c.Whose], c.Hours}
	if c.Kind == reach.Email {
		words[0] = map[string]string{reach.Yes: "si può scrivere", reach.No: "non scrivere"}[c.Call]
	}
	words = slices.DeleteFunc(words, func(word string) bool { return word == "" })
	if c.Call == "" {
		words = append(words, "da chiedere se è sicuro")
	}
	return strings.Join(words, ", ")
}

// Contact says a contact in one line, what may be done with it first.
func Contact(c reach.Way) string {
	return contacts["kind"][c.Kind] + " (" + Terms(c) + "): " + c.Value
}
