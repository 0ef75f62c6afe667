package expected_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/expected"
)

// The number is always the same for an appointment, and three digits for any.
func TestByWhichNumberSomebodyIsCalled(t *testing.T) {
	require.Equal(t, expected.Number("6d7f2a7e-0000-4000-8000-000000000001"), expected.Number("6d7f2a7e-0000-4000-8000-000000000001"))
	different := map[string]bool{}
	for range 200 {
		number := expected.Number(uuid.NewString())
		require.Regexp(t, `^[1-9]\d\d$`, number)
		different[number] = true
	}
	require.Greater(t, len(different), 100)
}

func TestWhoIsUnderstoodAndHow(t *testing.T) {
	desk := care.Desk{
		OperatorLanguages: []string{"en"},
		Mediators:         []care.Mediator{{Language: "ur", Band: care.Band{Weekday: "tue", From: "09:00", To: "12:00"}}},
	}
	tuesday := time.Date(2026, 12, 1, 9, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		speaks   []string
		at       time.Time
		means    expected.Means
		language string
	}{
		{nil, tuesday, expected.Unknown, ""},
		{[]string{"ur", "it"}, tuesday, expected.Alone, "it"},
		{[]string{"en", "ur"}, tuesday, expected.Mediator, "ur"}, // who interprets comes before who knows some of it
		{[]string{"ur", "en"}, tuesday.Add(3 * time.Hour), expected.Operators, "en"},
		{[]string{"ur"}, tuesday.AddDate(0, 0, 1), expected.Asked, "ur"},
	} {
		means, language := expected.Understood(desk, c.speaks, c.at)
		require.Equal(t, []any{c.means, c.language}, []any{means, language}, c)
	}
}
