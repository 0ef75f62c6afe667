package problem_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/problem"
	"percorso/internal/ledger"
)

// TestACandidateIsOfAYearThatIsKnown: who has no day of birth yet was not born in the year 1.
func TestACandidateIsOfAYearThatIsKnown(t *testing.T) {
	of := func(born time.Time) int {
		return problem.SamePersonAs([]ledger.CaseFile{{Known: &ledger.Person{BirthDate: born}}}).Candidates[0].BirthYear
	}
	require.Equal(t, 1990, of(time.Date(1990, 5, 12, 0, 0, 0, 0, time.UTC)))
	require.Zero(t, of(time.Time{}))
}
