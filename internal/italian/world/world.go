// Package world names languages and citizenships in Italian.
package world

import (
	"cmp"
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"percorso/internal/care"
	"percorso/internal/eligibility"
	"percorso/internal/message"
)

var (
	languageNames = display.Languages(language.Italian)
	countryNames  = display.Regions(language.Italian)
)

// Language is a language by its BCP 47 tag: "urdu".
func Language(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return tag
	}
	return cmp.Or(languageNames.Name(t), tag)
}

// Citizenship is that of a state by its ISO 3166-1 code: "Pakistan". What earlier
// versions recorded is readable too: territories, and states that are no more.
func Citizenship(code string) string {
	if name, ok := message.Find("country", code); ok {
		return name
	}
	r, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	return cmp.Or(countryNames.Name(r), code)
}

// offered are the languages that forms offer: those of the countries from which
// most people come, and those that operators and mediators speak. A zone's own
// languages that are missing here are added by Languages.
var offered = []string{
	"ar", "bn", "de", "en", "es", "fa", "fil", "fr", "hi", "it", "ka", "pa", "pl", "ps", "pt", "ro", "ru", "si", "so", "sq", "sr",
	"ta", "ti", "tr", "uk", "ur", "wo", "zh", "am", "bm", "ff", "ha", "ig", "mk", "vi", "yo",
}

// Languages lists the languages that forms offer, by name.
func Languages(more ...string) []care.Named {
	var list []care.Named
	for _, tag := range append(slices.Clone(offered), more...) {
		if !slices.ContainsFunc(list, func(n care.Named) bool { return n.Code == tag }) {
			list = append(list, care.Named{Code: tag, Name: Language(tag)})
		}
	}
	return sorted(list)
}

// Citizenships lists the states whose citizen one may be, by name, with statelessness
// as the last.
func Citizenships() []care.Named { return citizenships }

var citizenships = func() (list []care.Named) {
	for _, code := range eligibility.Citizenships() {
		list = append(list, care.Named{Code: code, Name: Citizenship(code)})
	}
	return append(sorted(list), care.Named{Code: eligibility.Stateless, Name: Citizenship(eligibility.Stateless)})
}()

func sorted(list []care.Named) []care.Named {
	c := collate.New(language.Italian)
	slices.SortFunc(list, func(a, b care.Named) int { return c.CompareString(a.Name, b.Name) })
	return list
}
