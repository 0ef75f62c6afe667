package italian

import (
	"percorso/internal/finding"
	"percorso/internal/names"
)

// Likeness says in what two people are alike: "nomi simili, giorno e mese di nascita
// scambiati".
func Likeness(l names.Likeness) string {
	return namesAlike[l.Names] + ", " + birthsAlike[l.Born]
}

var namesAlike = map[names.OfNames]string{
	names.SameNames: "stessi nomi", names.LikeNames: "nomi simili", names.SameFamily: "stesso cognome",
}

var birthsAlike = map[names.OfBirth]string{
	names.SameBirth: "stessa data di nascita", names.SwappedBirth: "giorno e mese di nascita scambiati",
	names.LikeBirth: "data di nascita simile", names.OtherBirth: "altra data di nascita",
}

var foundBy = map[string]string{
	string(finding.ByName): "nome", string(finding.ByNumber): "numero del fascicolo", string(finding.ByBirth): "data di nascita",
	string(finding.BySwapped): "data di nascita, con giorno e mese scambiati", string(finding.ByPhone): "telefono",
}

// FoundBy says why a file that was searched is offered.
func FoundBy(by finding.By) string { return say(foundBy, string(by)) }
