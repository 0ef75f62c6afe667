package parts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/pages/parts"
	"percorso/internal/care"
	"percorso/internal/eligibility"
	"percorso/internal/italian"
)

// TestAFormSaysWhatIsShut: each reason once, with the matters that it shuts and the day
// that opens them.
func TestAFormSaysWhatIsShut(t *testing.T) {
	p := care.Policy{
		Matters: []care.Named{{Code: "casa", Name: "Casa"}, {Code: "scuola", Name: "Scuola"}, {Code: "sociale", Name: "Sociale"}, {Code: "lavoro", Name: "Lavoro"}},
		Gates: []care.MatterGate{
			{Matter: "scuola", Permit: eligibility.PermitNotAsked}, {Matter: "lavoro", Permit: eligibility.PermitNotAsked, AgeMin: 16},
		},
	}
	today := time.Date(2026, 11, 23, 10, 0, 0, 0, italian.Rome)
	young := eligibility.PersonFacts{BirthDate: time.Date(2010, 12, 15, 0, 0, 0, 0, time.UTC), Citizenship: "CN"}
	require.Equal(t,
		"Oggi non si può prenotare «Casa», «Sociale». "+italian.Rule(eligibility.RuleLevel2Permit)+
			" Oggi non si può prenotare «Lavoro». "+italian.Rule(eligibility.RuleLevel2AgeMin)+" Sarà possibile dal 15 dicembre 2026.",
		parts.ShutMatters(p, young, today))
	young.Permit = "family"
	young.BirthDate = young.BirthDate.AddDate(-1, 0, 0)
	require.Empty(t, parts.ShutMatters(p, young, today))
}
