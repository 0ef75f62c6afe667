// Package known says in Italian what is wrong with what is known of a person.
package known

import (
	"slices"
	"strings"

	"percorso/internal/correction"
	"percorso/internal/fiscal"
	"percorso/internal/kin"
	"percorso/internal/message"
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

// ContactCode says what a field of a contact has.
func ContactCode(field, code string) string {
	said, _ := message.Find("reach", field+"."+code)
	return said
}

// NoSafeContact is what is said of who cannot be reached safely.
func NoSafeContact() string { return message.Say("known.no_safe_contact") }

// Terms says what may be done with a contact, before its number is read: «si può chiamare,
// non lasciare messaggi, di un parente, dopo le 18».
func Terms(c reach.Way) string {
	call := "call"
	if c.Kind == reach.Email {
		call = "email"
	}
	words := []string{ContactCode(call, c.Call), ContactCode("message", c.Message), ContactCode("whose", c.Whose), c.Hours}
	words = slices.DeleteFunc(words, func(word string) bool { return word == "" })
	if c.Call == "" {
		words = append(words, message.Say("known.ask_if_safe"))
	}
	return strings.Join(words, ", ")
}

// Contact says a contact in one line, what may be done with it first.
func Contact(c reach.Way) string {
	return message.Say("known.contact", "Kind", ContactCode("kind", c.Kind), "Terms", Terms(c), "Value", c.Value)
}
