package asked_test

import (
	"testing"

	"percorso/internal/completion"
	"percorso/internal/italian/asked"
)

// TestEachFieldSaysWhatToWrite: no field of a task's form is left to the general word.
func TestEachFieldSaysWhatToWrite(t *testing.T) {
	general := asked.Sentence("nothing_known")
	for _, field := range completion.Fields {
		if asked.Sentence(string(field)) == general {
			t.Errorf("%s says only %q", field, general)
		}
	}
	for path, want := range map[string]string{
		"person.given_name": "Scrivi il nome.", "bookings[0].service": "Scegli il servizio.", "outcome": "Scegli com’è andata.", "rifiuta-reason": "Indica il motivo.", "plan.goals[1].text": "Scrivi il testo.",
	} {
		if got := asked.Sentence(path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
