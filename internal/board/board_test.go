package board_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/absence"
	"percorso/internal/board"
	"percorso/internal/calendar"
	"percorso/internal/calledoff"
	"percorso/internal/care"
	"percorso/internal/testclock"
)

// A service is uncovered on the days on which it receives and all who do its work are away;
// one without sessions where somebody has an appointment.
func TestUncovered(t *testing.T) {
	monday := testclock.Monday.In(testclock.Rome)
	policy := care.Policy{
		Zone: "prova", PatronSaint: care.PatronSaint{Name: "Santo Prova", Day: "12-26"}, DayEnds: "18:00",
		Services: []care.Service{
			{Code: "legale", Name: "Prova legale", Agency: "comune", Role: care.ImmigrationExpert, Sessions: []care.Session{{Days: []care.Weekday{"tue"}, From: "09:00", To: "12:00", Seconds: 1800, Places: 1, Mode: "in_person"}}},
			{Code: "sociale", Name: "Prova sociale", Agency: "comune", Role: care.SocialWorker},
		},
	}
	offices, err := calendar.New(policy)
	require.NoError(t, err)
	expert, worker := care.Staff{ID: "a", Role: care.ImmigrationExpert, Agency: "comune"}, care.Staff{ID: "b", Role: care.SocialWorker, Agency: "comune"}
	elsewhere := care.Staff{ID: "c", Role: care.ImmigrationExpert, Agency: "asl"}
	tuesday, friday := care.DayOf(monday.AddDate(0, 0, 1)), care.DayOf(monday.AddDate(0, 0, 4))
	away := func(who care.Staff, first, last time.Time) absence.Entry {
		return absence.Entry{StaffID: who.ID, First: first, Last: last}
	}
	expected := []board.At{{Service: "sociale", At: monday.AddDate(0, 0, 4)}, {Service: "legale", At: monday.AddDate(0, 0, 1)}, {Service: "legale", At: monday.AddDate(0, 0, 1)}}
	for name, test := range map[string]struct {
		staff    []care.Staff
		away     []absence.Entry
		off      []calledoff.Entry
		expected []board.At
		want     []string
	}{
		"all are there":                 {staff: []care.Staff{expert, worker}, expected: expected},
		"on the day of the sessions":    {staff: []care.Staff{expert, worker}, away: []absence.Entry{away(expert, tuesday, tuesday)}, want: []string{"legale tue 0"}},
		"on a day that is called off":   {staff: []care.Staff{worker}, off: []calledoff.Entry{{Service: "legale", First: tuesday, Last: friday}}},
		"on a day that is taken back":   {staff: []care.Staff{worker}, off: []calledoff.Entry{{Service: "legale", First: tuesday, Last: friday, Back: &tuesday}}, want: []string{"legale tue 0"}},
		"with people who come":          {staff: []care.Staff{expert, worker}, away: []absence.Entry{away(expert, tuesday, friday)}, expected: expected, want: []string{"legale tue 2"}},
		"on another day":                {staff: []care.Staff{expert, worker}, away: []absence.Entry{away(expert, friday, friday)}, expected: expected},
		"without sessions, nobody come": {staff: []care.Staff{expert, worker}, away: []absence.Entry{away(worker, tuesday, friday)}},
		"without sessions":              {staff: []care.Staff{expert, worker}, away: []absence.Entry{away(worker, tuesday, friday)}, expected: expected, want: []string{"sociale fri 1"}},
		"of another agency":             {staff: []care.Staff{elsewhere, worker}, want: []string{"legale tue 0"}},
	} {
		var found []string
		for _, gap := range board.Uncovered(policy, offices, monday, 7, test.staff, test.away, test.off, test.expected) {
			found = append(found, gap.Service.Code+" "+map[time.Weekday]string{time.Tuesday: "tue", time.Friday: "fri"}[gap.Day.Weekday()]+" "+string(rune('0'+gap.Expects)))
		}
		require.Equal(t, test.want, found, name)
	}
}

// Stuck cases are counted by why they are, and by for how long what is an agency's turn has waited;
// where that could be told of one person it is not.
func TestCausesAndAges(t *testing.T) {
	offices, err := calendar.New(care.Policy{Zone: "prova", PatronSaint: care.PatronSaint{Name: "Santo Prova", Day: "12-26"}, DayEnds: "18:00"})
	require.NoError(t, err)
	day := func(ago int) time.Time { return care.DayOf(testclock.Monday.AddDate(0, 0, -ago)) }
	held := []board.Held{
		{Cause: board.Nobody, Since: day(30), Cases: 3},
		{Cause: board.Agency("cpi"), Role: care.CPIOperator, Since: day(0), Cases: 2},
		{Cause: board.Agency("cpi"), Role: care.CPIOperator, Since: day(4), Cases: 1}, // on a Thursday: two working days
		{Cause: board.Agency("cpi"), Role: care.CPIOperator, Since: day(5), Cases: 4},
		{Cause: board.Agency("cpi"), Role: care.CPIOperator, Since: day(40), Cases: 1},
		{Cause: board.Agency("comune"), Role: care.SocialWorker, Since: day(0), Cases: 4},
	}
	require.Equal(t, []board.Counted{{board.Agency("cpi"), 8}, {board.Agency("comune"), 4}, {board.Nobody, 3}}, board.Causes(held))
	people := 3
	ages := func() []board.Age {
		return board.Ages(held, offices, testclock.Monday, func(care.Role, string) int { return people })
	}
	few := board.Age{Agency: "comune", Role: care.SocialWorker, Cases: 4}
	require.Equal(t, []board.Age{{Agency: "cpi", Role: care.CPIOperator, Cases: 8, Bands: []int{3, 4, 0, 1}}, few}, ages())
	people = 2
	require.Equal(t, []board.Age{{Agency: "cpi", Role: care.CPIOperator, Cases: 8}, few}, ages())
	require.Equal(t, "cpi", board.Agency("cpi").Of())
	require.Empty(t, board.Nobody.Of())
	require.False(t, board.Cause("altro").Known())
}
