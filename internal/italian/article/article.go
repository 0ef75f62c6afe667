// Package article puts nouns after their articles and prepositions, as Italian
// does: "al Centro per l’Impiego", "dalla Cooperativa di Prova".
package article

import "strings"

// nouns are the first words of the names of agencies, with the article that each takes.
var nouns = map[string]string{
	"comune": "il ", "centro": "il ", "consorzio": "il ", "sindacato": "il ", "patronato": "il ", "servizio": "il ", "cpia": "il ", "caf": "il ", "ministero": "il ", "distretto": "il ", "terzo": "il ", "consultorio": "il ",
	"sportello": "lo ", "studio": "lo ", "spazio": "lo ",
	"cooperativa": "la ", "scuola": "la ", "società": "la ", "fondazione": "la ", "caritas": "la ", "misericordia": "la ", "questura": "la ", "prefettura": "la ", "provincia": "la ", "regione": "la ", "casa": "la ", "parrocchia": "la ", "polisportiva": "la ", "rete": "la ", "croce": "la ",
	"associazione": "l’", "azienda": "l’", "agenzia": "l’", "ente": "l’", "unione": "l’", "ufficio": "l’", "università": "l’", "istituto": "l’", "ospedale": "l’", "asl": "l’", "arci": "l’", "anci": "l’", "inps": "l’", "opera": "l’",
}

// The puts its article before the name of an agency: "il Comune di Prova". A name that
// begins with no word that it knows has none.
func The(name string) string {
	first, _, _ := strings.Cut(name, " ")
	return nouns[strings.ToLower(first)] + name
}

// To, From and Of are the name of an agency after a, da and di: "al Comune di Prova",
// "dal Comune di Prova", "del Comune di Prova".
func To(name string) string   { return Contract("a ", The(name)) }
func From(name string) string { return Contract("da ", The(name)) }
func Of(name string) string   { return Contract("di ", The(name)) }

// Contract puts a preposition before a noun with its article, and makes one word of
// it with the article: "al responsabile", "dall’assistente sociale".
func Contract(preposition, noun string) string {
	stem := strings.TrimSpace(preposition)
	if stem == "di" {
		stem = "de"
	}
	for _, with := range [...]string{"il ", "lo ", "la ", "l’"} {
		rest, ok := strings.CutPrefix(noun, with)
		switch {
		case !ok:
			continue
		case with == "il ":
			return stem + "l " + rest
		}
		return stem + "l" + with + rest
	}
	return preposition + noun
}
