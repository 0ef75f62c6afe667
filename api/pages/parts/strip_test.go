package parts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/pages/parts"
	"percorso/internal/care"
	"percorso/internal/kin"
	"percorso/internal/ledger"
	"percorso/internal/speech"
	"percorso/internal/testclock"
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

	// It stands with what was done, whatever that led to.
	strip = parts.Strip{}
	strip.Notes(care.Policy{}, []ledger.Moment{
		{At: at, Code: "equipe_drafting", Note: "Prova"}, {At: at, Code: "task_completed", Detail: "equipe_opinion/contrary", Note: "Prova"}, {At: at, Code: "opinion", Detail: "contrary", Note: "Prova"},
	})
	require.Len(t, strip.Said, 1)
	require.Contains(t, strip.Said[0].Text, "Parere per l’équipe")
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

// Who must not be told is read before any number, and whom one may call behind the person's own.
func TestWhoMustNotBeToldComesFirst(t *testing.T) {
	file := ledger.Case{PersonData: ledger.Person{GivenName: "Persona", FamilyName: "Prova", Phone: "000 0000001", Speech: []string{speech.Signs, speech.NoPhone}, Linked: []kin.Linked{
		{Name: "Madre Prova", Relation: "mother", Phone: "000 0000002", Call: "yes", Signs: true},
		{Name: "Padre Prova", Relation: "father", Phone: "000 0000003", Barred: true, Order: "juvenile_court", Ordered: "2026-05-04"},
		{Name: "Sorella Prova", Relation: "sibling"},
	}}}
	strip := parts.StripOf(file, time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC))
	require.Contains(t, strip.Facts, "Lingua dei segni italiana")
	var said []string
	for _, r := range strip.Reached {
		said = append(said, strings.TrimSpace(r.Icon+" "+r.Name+" "+r.Terms+" "+r.Value))
	}
	require.Equal(t, []string{
		"it-ban  Non si deve informare Padre Prova (padre): niente telefonate, lettere o messaggi; tribunale per i minorenni, 4/5/2026",
		"it-hearing  Non usa il telefono: niente telefonate, e niente appuntamenti telefonici",
		"it-telephone Telefono da chiedere se è sicuro 000 0000001",
		"it-telephone Madre Prova (madre, firma) si può chiamare 000 0000002",
	}, said)
	file.PersonData.NoSafeContact = true
	require.Len(t, parts.StripOf(file, testclock.Monday).Reached, 3, "where no way is safe, nobody else is one")
}
