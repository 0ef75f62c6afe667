package present_test

import (
	"slices"
	"testing"

	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

func TestABirthIsGivenAsItIsKnown(t *testing.T) {
	for said, snapshot := range map[string]ledger.Snapshot{
		"12 maggio 1990":                 {BirthDate: "1990-05-12"},
		"nel 1990, il giorno non è noto": {BirthDate: "1990-01-01", BirthYearOnly: true},
	} {
		if terms := present.DisclosedTerms(care.Policy{}, snapshot); !slices.ContainsFunc(terms, func(term web.Term) bool { return term.Value == said }) {
			t.Errorf("%+v, want %q", terms, said)
		}
	}
}
