// Package alike says in Italian in what two people are alike, and by what a file was found.
package alike

import (
	"percorso/internal/finding"
	"percorso/internal/names"
)

// People says in what two people are alike: "nomi simili, giorno e mese di nascita
// scambiati".
func People(l names.Likeness) string {
	said := namesAlike[l.Names] + ", " + birthsAlike[l.Born]
	if l.Code {
		said = "stesso codice fiscale, " + said
	}
	return said
}

var namesAlike = map[names.OfNames]string{
	names.SameNames: "stessi nomi", names.LikeNames: "nomi simili", names.SameFamily: "stesso cognome", "": "altri nomi",
}

var birthsAlike = map[names.OfBirth]string{
	names.SameBirth: "stessa data di nascita", names.SwappedBirth: "giorno e mese di nascita scambiati",
	names.LikeBirth: "data di nascita simile", names.OtherBirth: "altra data di nascita", names.UnknownBirth: "data di nascita non nota",
}

var foundBy = map[finding.By]string{
	finding.ByName: "nome", finding.ByHeard: "nome simile", finding.ByNumber: "numero del fascicolo", finding.ByBirth: "data di nascita",
	finding.BySwapped: "data di nascita, con giorno e mese scambiati", finding.ByPhone: "telefono", finding.ByCode: "codice fiscale",
}

// FoundBy says why a file that was searched is offered.
func FoundBy(by finding.By) string { return foundBy[by] }
