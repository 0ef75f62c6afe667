// Package jobs says in Italian what is known of a person's work.
package jobs

import (
	"strings"
	"time"

	"percorso/internal/working"
)

// What the form of a profile says.
var (
	Intro = "Serve al Centro per l’Impiego per trovare un lavoro alla persona; a una scuola va solo il livello di italiano. Parti vanno con l’invio: prima di inviare vedi quali. Non scrivere salute, violenza o motivi di protezione. Quello che lasci vuoto resta com’era scritto."
	Done  = "Il profilo per il lavoro è salvato: va con il prossimo invio."

	Labels = map[string]string{
		"may_work": "Può lavorare", "schooling": "Titolo di studio", "recognition": "Riconoscimento in Italia",
		"italian": "Livello di italiano", "italian_proof": "Come si sa il livello", "work_done": "Lavori fatti", "licences": "Patenti e patentini", "free_hours": "Orari liberi",
		"did": "DID già fatta", "pact": "Patto di servizio già firmato", "benefits": "Sostegni al reddito in corso",
	}
	Hints = map[string]string{
		"recognition": "Del titolo che ha preso all’estero.", "licences": "Per esempio patente B, muletto.", "free_hours": "Per esempio: mattina fino alle 13, sabato tutto il giorno.",
		"did": "Dichiarazione di immediata disponibilità al lavoro.", "benefits": "Solo se ce ne sono: quali, resta nel fascicolo.", "note": "Resta nel fascicolo: non è tra i dati inviati.",
	}
	Choices = map[string]string{
		working.Yes: "sì", working.Limits: "sì, con limiti", working.No: "No", working.ToCheck: "da verificare",
		"no_title": "nessuno", "primary": "licenza elementare", "lower_secondary": "licenza media", "vocational": "qualifica professionale", "upper_secondary": "diploma", "degree": "laurea",
		"not_recognised": "non riconosciuto", "recognition_asked": "chiesto", "recognised": "riconosciuto",
		"not_yet": "non ancora A1", "a1": "A1", "a2": "A2", "b1": "B1", "b2": "B2", "c1": "C1", "c2": "C2", "declared": "lo dice la persona", "certified": "certificato",
	}
)

// Rules by which a profile is refused, with what to do.
var Rules = map[string]string{working.RuleNothing: "Il profilo non dice ancora niente: scrivi almeno una cosa."}

// limits are what limits somebody's work.
var limits = map[string]string{
	working.StudyHours: "permesso per studio, al massimo 20 ore a settimana e 1.040 in un anno",
	working.Receipt:    "ha la ricevuta, vale fino alla risposta della Questura",
}

// May says whether somebody may work; empty: nobody is told.
func May(a working.Answer) string {
	words := Choices[a.May]
	if limit := limits[a.Limit]; limit != "" {
		words += ": " + limit
	}
	return words
}

// FromTable says what the table answers, with its source, where the form asks for it.
func FromTable(a working.Answer, source string) string {
	words := "Se non scegli, vale quello che risulta dal permesso mostrato: " + May(a) + "."
	if source != "" {
		words += " Fonte: " + source + "."
	}
	return words
}

// Level is the level of Italian, and how it is known; empty: it is not.
func Level(t working.Told) string {
	words := Choices[t.Italian]
	if proof := Choices[t.ItalianProof]; words != "" && proof != "" {
		words += " (" + proof + ")"
	}
	return words
}

// Told lists what an agency is told, each with its name; day says a day in words.
func Told(t working.Told, day func(time.Time) string) (terms [][2]string) {
	add := func(name, value string) {
		if value != "" {
			terms = append(terms, [2]string{name, value})
		}
	}
	add("Comune di domicilio", t.Domicile)
	add(Labels["may_work"], May(t.Answer))
	if last, err := time.Parse(time.DateOnly, t.PermitExpiry); err == nil {
		add("Permesso valido fino al", day(last))
	}
	add(Labels["schooling"], Choices[t.Schooling])
	add(Labels["recognition"], Choices[t.Recognition])
	add(Labels["italian"], Level(t))
	add(Labels["work_done"], t.WorkDone)
	add(Labels["licences"], t.Licences)
	add(Labels["free_hours"], t.FreeHours)
	add(Labels["did"], Choices[t.DID])
	add(Labels["pact"], Choices[t.Pact])
	add(Labels["benefits"], Choices[t.Benefits])
	var asks []string
	for _, asked := range t.Asks {
		words := strings.TrimSuffix(asked.Text, ".")
		if asked.Until != nil {
			words += " (termine: " + day(*asked.Until) + ")"
		}
		asks = append(asks, words)
	}
	add("Che cosa chiede il progetto", strings.Join(asks, "; "))
	return terms
}
