package problem

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"percorso/internal/italian"
)

// marker stands for what somebody typed.
const marker = "ZMarkerPersonaZ"

func TestErrorIsDescribedWithoutWhatItIsAbout(t *testing.T) {
	err := fmt.Errorf("%w: %w", ErrProviderAway, fmt.Errorf("reading %s: %w", marker, &pgconn.PgError{Code: "22P02", Message: marker}))
	said := Describe(err)
	if strings.Contains(said, marker) || !strings.Contains(said, ErrProviderAway.Error()) || !strings.Contains(said, "22P02") {
		t.Error(said)
	}
}

// TestCodesHaveWords asks Italian for every code of a problem: an unknown one
// gets a generic sentence that quotes it.
func TestCodesHaveWords(t *testing.T) {
	var words Words = italian.Words{}
	for code := range statuses {
		if text := words.Refusal(code, ""); text == "" || strings.Contains(text, "("+code+")") {
			t.Errorf("%s: %q", code, text)
		}
	}
}
