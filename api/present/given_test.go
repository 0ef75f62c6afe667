package present_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
)

// TestABirthIsGivenAsItIsKnown: a year is no day.
func TestABirthIsGivenAsItIsKnown(t *testing.T) {
	for given, said := range map[string]string{"1990-05-12": "12 maggio 1990", "1990": "nel 1990, il giorno non è noto"} {
		if terms := present.DisclosedTerms(care.Policy{}, ledger.Snapshot{BirthDate: given}); !slices.ContainsFunc(terms, func(term web.Term) bool { return term.Value == said }) {
			t.Errorf("%+v, want %q", terms, said)
		}
	}
}

// TestAnActsEndIsWarnedOf: from two months before its last day on, and once it is past.
func TestAnActsEndIsWarnedOf(t *testing.T) {
	agency := care.Agency{Act: "Contratto di prova", ActEnd: "2027-06-30"}
	for day, want := range map[string]string{
		"2027-04-30T12:00": "", "2027-05-02T12:00": "scade il", "2027-06-30T23:59": "scade il", "2027-07-01T00:01": "è scaduto",
	} {
		now, err := time.ParseInLocation("2006-01-02T15:04", day, italian.Rome)
		if err != nil {
			t.Fatal(err)
		}
		said := present.ActEnd(agency, now.UTC())
		if want == "" && said != "" || !strings.Contains(said, want) {
			t.Errorf("%s: %q", day, said)
		}
	}
	if said := present.ActEnd(care.Agency{}, time.Date(2027, 6, 30, 0, 0, 0, 0, time.UTC)); said != "" {
		t.Errorf("an agency without an end: %q", said)
	}
}
