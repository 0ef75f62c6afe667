package present_test

import (
	"strings"
	"testing"
	"time"

	"percorso/api/present"
	"percorso/internal/care"
	"percorso/internal/italian"
)

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
