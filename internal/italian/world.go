package italian

import (
	"cmp"
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"percorso/internal/care"
	"percorso/internal/eligibility"
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

// Country is a country by its ISO 3166-1 code: "Pakistan".
func Country(code string) string {
	if code == eligibility.Stateless {
		return "Apolide"
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

// Countries lists the countries by name, with statelessness as the last.
func Countries() []care.Named { return countries }

var countries = func() []care.Named {
	var list []care.Named
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string(a) + string(b)
			r, err := language.ParseRegion(code)
			// What the record takes: a country under its own, present code.
			if err != nil || !r.IsCountry() || r.String() != code || r.Canonicalize() != r || notCountries[code] {
				continue
			}
			if name := countryNames.Name(r); name != "" {
				list = append(list, care.Named{Code: code, Name: name})
			}
		}
	}
	return append(sorted(list), care.Named{Code: eligibility.Stateless, Name: Country(eligibility.Stateless)})
}()

// notCountries have a code but no citizens: islands and bases, and unions.
var notCountries = map[string]bool{
	"AC": true, "AQ": true, "BV": true, "CP": true, "DG": true, "EA": true, "EU": true, "EZ": true, "GS": true, "HM": true, "IC": true,
	"IO": true, "QO": true, "TA": true, "TF": true, "UM": true, "UN": true, "XA": true, "XB": true, "ZZ": true,
}

func sorted(list []care.Named) []care.Named {
	c := collate.New(language.Italian)
	slices.SortFunc(list, func(a, b care.Named) int { return c.CompareString(a.Name, b.Name) })
	return list
}
