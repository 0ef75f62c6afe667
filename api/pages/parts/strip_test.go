package parts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/pages/parts"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// A note that two lines of one act have is shown once, and leaves room for others.
func TestANoteIsShownOnce(t *testing.T) {
	at := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	var strip parts.Strip
	strip.Notes(care.Policy{}, []ledger.Moment{
		{At: at, Code: "task_completed", Detail: "confirm_appointment/confirmed", Note: "Prova uno"}, {At: at, Code: "appointment_confirmed", Note: "Prova uno"},
		{At: at.Add(-time.Hour), Code: "meeting"}, {At: at.Add(-time.Hour), Code: "meeting", Note: "Prova uno"}, {At: at.Add(-time.Hour), Code: "meeting", Note: "Prova due"},
		{At: at.Add(-2 * time.Hour), Code: "meeting", Note: "Prova tre"},
	})
	var said []string
	for _, m := range strip.Said {
		said = append(said, m.Note)
	}
	require.Equal(t, []string{"Prova uno", "Prova uno", "Prova due"}, said)
}

// Whoever is known by a year is of about an age, and was born on no day.
func TestAnAgeByTheYearIsNoAge(t *testing.T) {
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	file := ledger.Case{PersonData: ledger.Person{GivenName: "Persona", FamilyName: "Prova", BirthDate: time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC), YearOnly: true}}
	require.Equal(t, "Persona Prova, circa 36 anni", parts.StripOf(file, now).Person)
	require.Equal(t, "Persona Prova, circa 36 anni", parts.StripOfGiven(ledger.Snapshot{GivenName: "Persona", FamilyName: "Prova", BirthDate: "1990"}, now).Person)
	require.Equal(t, "Persona Prova, 36 anni", parts.StripOfGiven(ledger.Snapshot{GivenName: "Persona", FamilyName: "Prova", BirthDate: "1990-05-12"}, now).Person)
	require.Contains(t, parts.PermitThing(file.PersonData).Terms[1].Value, "il giorno non è noto")
}
