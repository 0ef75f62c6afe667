package fill

import "math/rand/v2"

// Stems that nobody is called by, and what makes them look like names of many
// spellings: accents, apostrophes, blanks and hyphens.
var (
	stems = []string{
		"Prov", "Esemp", "Fint", "Immagin", "Ipotet", "Campion", "Simul", "Modell", "Fitt", "Invent", "Dimostr", "Verosim", "Astratt", "Sintet", "Gener", "Facsim",
	}
	familyEnds = []string{
		"etti", "ini", "oni", "aye", "ez", "éz", "ić", "escu", "ová", "ò", "ì", "ian", "owa", "enko", "ali", "ado", "acci", "ucci", "ese", "ano", "isi", "ola",
		"ente", "ardo", "ingo", "uma", "ebe", "oku", "ari", "itz",
	}
	givenEnds = []string{
		"a", "o", "ia", "io", "ina", "ino", "età", "é", "ana", "ano", "ella", "ello", "issa", "ura", "imo", "eda", "aldo", "ena", "iku", "oya",
	}
	before = []string{"N'", "N’", "D'", "D’", "Al-", "Al ", "De ", "El ", "Ben-", "O'"}
)

// names makes a person's two names. Some stems are far more common than others, as
// with real names.
func names(r *rand.Rand) (given, family string) {
	family = common(r, stems) + familyEnds[r.IntN(len(familyEnds))]
	switch r.IntN(10) {
	case 0, 1:
		family = before[r.IntN(len(before))] + family
	case 2:
		family += []string{" ", "-"}[r.IntN(2)] + common(r, stems) + familyEnds[r.IntN(len(familyEnds))]
	}
	given = common(r, stems) + givenEnds[r.IntN(len(givenEnds))]
	if r.IntN(5) == 0 {
		given += []string{" ", "-"}[r.IntN(2)] + common(r, stems) + givenEnds[r.IntN(len(givenEnds))]
	}
	if r.IntN(40) == 0 { // whoever typed it took one for the other
		given, family = family, given
	}
	return given, family
}

// common picks one of a list, the first ones more often.
func common(r *rand.Rand, list []string) string {
	return list[min(r.IntN(len(list)), r.IntN(len(list)))]
}
