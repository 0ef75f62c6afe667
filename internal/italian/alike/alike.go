// Package alike says in Italian in what two people are alike, and by what a file was found.
package alike

import (
	"percorso/internal/finding"
	"percorso/internal/message"
	"percorso/internal/names"
)

// People says in what two people are alike: "nomi simili, giorno e mese di nascita
// scambiati".
func People(l names.Likeness) string {
	alike, ok := message.Find("names_alike", l.Names)
	if !ok {
		alike = message.Say("alike.other_names")
	}
	births, _ := message.Find("births_alike", l.Born)
	if l.Code {
		return message.Say("alike.with_code", "Names", alike, "Births", births)
	}
	return message.Say("alike.without_code", "Names", alike, "Births", births)
}

// FoundBy says why a file that was searched is offered.
func FoundBy(by finding.By) string {
	said, _ := message.Find("found_by", by)
	return said
}
