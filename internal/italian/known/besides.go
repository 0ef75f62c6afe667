package known

import (
	"maps"
	"slices"
	"strings"
	"time"

	"percorso/internal/elsewhere"
	"percorso/internal/kin"
	"percorso/internal/papers"
	"percorso/internal/reach"
	"percorso/internal/speech"
)

// Codes of who belongs to a person in words, by field.
var people = map[string]map[string]string{
	"relation": {
		"mother": "madre", "father": "padre", kin.Guardian: "tutore o tutrice", kin.Administrator: "amministratore di sostegno", "spouse": "coniuge o convivente",
		"child": "figlio o figlia", "sibling": "fratello o sorella", "relative": "altro parente", "carer": "chi se ne prende cura", "other": "altra persona",
	},
	"order": {
		"juvenile_court": "tribunale per i minorenni", "court": "tribunale ordinario", "prosecutor": "procura", "social_service": "servizio sociale",
		"police": "forze dell’ordine", "person": "richiesta della persona, maggiorenne",
	},
}

// PersonCode says what a field of somebody who belongs to a person has.
func PersonCode(field, code string) string { return people[field][code] }

// Person says who somebody is to a person: «Nome Prova (madre, firma)».
func Person(p kin.Linked) string {
	words := []string{people["relation"][p.Relation]}
	if p.Signs {
		words = append(words, "firma")
	}
	if p.Barred {
		words = append(words, "non si deve informare, "+ordered(p))
	}
	return p.Name + " (" + strings.Join(words, ", ") + ")"
}

// Barred says of somebody that they must not be told, and who ordered it.
func Barred(p kin.Linked) string {
	return "Non si deve informare " + p.Name + " (" + people["relation"][p.Relation] + "): niente telefonate, lettere o messaggi; " + ordered(p)
}

// AllBarred says it of each of somebody's people who must not be told: it is read before any
// number, and before anything is given into a hand.
func AllBarred(list []kin.Linked) (lines []string) {
	for _, p := range kin.Barred(list) {
		lines = append(lines, Barred(p))
	}
	return lines
}

// ordered says who ordered it and when, and nothing of what the order says.
func ordered(p kin.Linked) string { return people["order"][p.Order] + ", " + day(p.Ordered) }

// day says a day shortly.
func day(text string) string {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return text
	}
	return t.Format("2/1/2006")
}

var ways = map[string]string{
	speech.Signs: "lingua dei segni italiana", speech.ReadsLips: "legge le labbra", speech.Writes: "scrive", speech.LargePrint: "ha bisogno di caratteri grandi",
	speech.NoPhone: "non usa il telefono",
}

// Way says a way of communicating.
func Way(code string) string { return ways[code] }

// Speech says how somebody communicates, but for what is said before the numbers; empty:
// nobody said.
func Speech(codes []string) string {
	var words []string
	for _, code := range codes {
		if code != speech.NoPhone {
			words = append(words, ways[code])
		}
	}
	return strings.Join(words, ", ")
}

// systems are those in which a person may be known.
var systems = map[string]string{
	elsewhere.SocialRecord: "cartella sociale", elsewhere.DID: "DID del Centro per l’Impiego", elsewhere.SIISL: "SIISL", elsewhere.Health: "sistema dell’ASL",
}

// System says in which system a person is known.
func System(code string) string { return systems[code] }

// Systems says it by the code.
func Systems() map[string]string { return maps.Clone(systems) }

// interpreters are who interpreted. A child is not among them.
var interpreters = map[string]string{
	speech.NotNeeded: "non serviva", speech.Mediator: "il mediatore o la mediatrice", speech.Colleague: "un collega",
	speech.Relative: "un parente o un amico, maggiorenne", speech.Telephone: "un mediatore, al telefono",
}

// Interpreter says who interpreted.
func Interpreter(code string) string { return interpreters[code] }

// Interpreters says it by the code.
func Interpreters() map[string]string { return maps.Clone(interpreters) }

// NoPhone is said before the numbers of who does not use a telephone.
const NoPhone = "Non usa il telefono: niente telefonate, e niente appuntamenti telefonici"

// NoAbode is said in the place of an address.
const NoAbode = "senza fissa dimora"

var documents = map[string]string{
	"passport": "passaporto", "identity_card": "carta d’identità", "travel_document": "titolo di viaggio", "consular": "attestazione consolare", "licence": "patente", "other": "altro documento",
}

// Document says a kind of document.
func Document(code string) string { return documents[code] }

// Paper says a document in one line.
func Paper(p papers.Paper) string {
	said := documents[p.Kind] + " n. " + p.Number
	if p.Until != "" {
		said += ", fino al " + day(p.Until)
	}
	return said
}

// Calls says whom one may call of those who belong to a person, and what may be done.
func Calls(p kin.Linked) string {
	if p.Phone == "" {
		return ""
	}
	return Terms(reach.Way{Kind: reach.Phone, Call: p.Call})
}

// Besides says what a correction has in a field of what is known besides; not ok: it is
// another field.
func Besides(field, said string) (words string, ok bool) {
	var list []string
	switch field {
	case "linked":
		for _, p := range kin.Read(said) {
			list = append(list, Person(p))
		}
	case "papers":
		for _, p := range papers.Read(said) {
			list = append(list, Paper(p))
		}
	case "speech":
		for _, code := range strings.Fields(said) {
			list = append(list, ways[code])
		}
	case "no_abode":
		list = []string{"sì"}
	default:
		return "", false
	}
	list = slices.DeleteFunc(list, func(word string) bool { return word == "" })
	return strings.Join(list, "; "), true
}
