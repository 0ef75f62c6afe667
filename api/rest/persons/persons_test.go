package persons_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/rest/persons"
)

// Of a day of birth of which the year alone is known the rest does not count.
func TestABirthInAYear(t *testing.T) {
	first := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, typed := range []string{"1990-01-01", "1990-05-12"} {
		p := persons.NewPersonJSON{BirthDate: typed, BirthYearOnly: true}.Person()
		require.True(t, p.YearOnly)
		require.Equal(t, first, p.BirthDate)
	}
	require.Equal(t, 12, persons.NewPersonJSON{BirthDate: "1990-05-12"}.Person().BirthDate.Day())
	require.True(t, persons.ReadBirth("", true).IsZero())
	require.False(t, persons.ReadBirth("0001-01-01", true).IsZero(), "which is refused as no day of birth")
	require.True(t, persons.Of(persons.NewPersonJSON{BirthDate: "1990-05-12", BirthYearOnly: true}.Person()).BirthYearOnly)
}
