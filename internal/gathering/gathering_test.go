package gathering_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/gathering"
	"percorso/internal/testclock"
)

func TestWhatAPlannedMeetingSays(t *testing.T) {
	zone := care.Policy{Agencies: []care.Agency{{Code: "cpi"}}, Roles: []care.RoleHolder{{Role: care.CPIOperator, Agency: "cpi"}}}
	cpi := gathering.Invited{Role: care.CPIOperator, Agency: "cpi"}
	right := gathering.MeetingPlan{At: testclock.Monday, How: gathering.ByTelephone, Invited: []gathering.Invited{cpi}}
	require.Empty(t, right.Check(zone))
	somewhere := right
	somewhere.How = gathering.InPerson
	require.Equal(t, []care.Fault{{Field: "place", Rule: care.RuleRequired}}, somewhere.Check(zone))
	somewhere.Place = "Sala di prova"
	require.Empty(t, somewhere.Check(zone))
	require.Equal(t, []care.Fault{{Field: "at", Rule: care.RuleRequired}, {Field: "how", Rule: care.RuleRequired}, {Field: "invited", Rule: care.RuleRequired}}, gathering.MeetingPlan{}.Check(zone))
	right.Invited = []gathering.Invited{cpi, cpi, {Role: "nobody", Agency: "nowhere"}}
	require.Equal(t, []care.Fault{{Field: "invited[1].role", Rule: care.RuleDuplicate}, {Field: "invited[2].role", Rule: care.RuleUnknownCode}, {Field: "invited[2].agency", Rule: care.RuleUnknownCode}}, right.Check(zone))
}

func TestNobodyMeetsAtNight(t *testing.T) {
	rome, err := time.LoadLocation("Europe/Rome")
	require.NoError(t, err)
	for text, night := range map[string]bool{"03:00": true, "06:59": true, "07:00": false, "19:59": false, "20:00": true} {
		at, err := time.ParseInLocation("2006-01-02 15:04", "2026-12-15 "+text, rome)
		require.NoError(t, err)
		faults := gathering.MeetingPlan{At: at.UTC()}.Hour(rome)
		require.Equal(t, night, len(faults) == 1 && faults[0] == care.Fault{Field: "at", Rule: gathering.RuleNight}, text)
	}
	require.Empty(t, gathering.MeetingPlan{CalledOff: true}.Hour(rome))
}

func TestWhatTakesThePlaceOfAPlannedMeeting(t *testing.T) {
	social, cpi := gathering.Invited{Role: care.SocialWorker, Agency: "comune"}, gathering.Invited{Role: care.CPIOperator, Agency: "cpi"}
	open := &gathering.Planned{At: testclock.Monday, Invited: []gathering.Invited{social}}
	off := gathering.MeetingPlan{CalledOff: true}
	require.Equal(t, []care.Fault{{Field: "why", Rule: care.RuleRequired}}, off.Check(care.Policy{}))
	off.Why = "Prova"
	require.Empty(t, off.Check(care.Policy{}))
	require.Empty(t, off.Stands(open))
	require.Equal(t, []care.Fault{{Field: "called_off", Rule: gathering.RuleNone}}, off.Stands(nil))
	require.Equal(t, map[string][]gathering.Invited{gathering.MailOff: {social}}, off.Told(open))
	moves := gathering.MeetingPlan{Invited: []gathering.Invited{cpi}}
	require.Empty(t, moves.Stands(nil), "it is the first")
	require.Equal(t, []care.Fault{{Field: "why", Rule: care.RuleRequired}}, moves.Stands(open))
	require.Equal(t, map[string][]gathering.Invited{gathering.MailPlanned: {cpi}, gathering.MailUninvited: {social}}, moves.Told(open))
	moves.Invited = []gathering.Invited{social}
	require.Equal(t, map[string][]gathering.Invited{gathering.MailMoved: {social}}, moves.Told(open))
	m := gathering.Planned{At: testclock.Monday, Off: true}
	require.False(t, m.Stands())
	require.Equal(t, gathering.RuleUnknown, gathering.Minutes(&m, m.At))
}

func TestWhenMinutesAreTaken(t *testing.T) {
	m := gathering.Planned{At: testclock.Monday}
	require.Equal(t, gathering.RuleUnknown, gathering.Minutes(nil, m.At))
	require.Equal(t, gathering.RuleItsHour, gathering.Minutes(&m, m.At.Add(-time.Minute)))
	require.Empty(t, gathering.Minutes(&m, m.At))
	m.Moved = true
	require.Equal(t, gathering.RuleUnknown, gathering.Minutes(&m, m.At))
	later := gathering.Planned{ID: "2", At: testclock.Monday.AddDate(0, 0, 7)}
	require.Equal(t, "2", gathering.Open([]gathering.Planned{m, later}).ID)
	later.Minuted = true
	require.Nil(t, gathering.Open([]gathering.Planned{m, later}))
}

// TestACalendarKnowsAMeetingThatMoved: of one that was moved twice the entry is the first's,
// and the one after it is another.
func TestACalendarKnowsAMeetingThatMoved(t *testing.T) {
	day := func(n int) time.Time { return testclock.Monday.AddDate(0, 0, n) }
	meetings := []gathering.Planned{
		{ID: "next", Asked: day(9)}, {ID: "third", Asked: day(3), Minuted: true}, {ID: "first", Asked: day(1), Moved: true}, {ID: "second", Asked: day(2), Moved: true},
	}
	for _, c := range []struct {
		of    gathering.Planned
		id    string
		moved int
	}{{meetings[2], "first", 0}, {meetings[3], "first", 1}, {meetings[1], "first", 2}, {meetings[0], "next", 0}} {
		id, moved := gathering.Entry(meetings, c.of)
		require.Equal(t, c.id, id)
		require.Equal(t, c.moved, moved)
	}
}

func TestThePlaceOfAMeetingNamesNobody(t *testing.T) {
	for place, tells := range map[string]bool{
		"a casa di Prova Anna": true, "Casa ANNA  PROVA, via di Prova 1": true, "via Sant'Anna, sala 2": false, "Sala di prova": false, "": false,
	} {
		require.Equal(t, tells, gathering.Tells(place, "Anna", "Prova"), place)
	}
	require.False(t, gathering.Tells("via Rosa", "Rosa", ""))
	require.False(t, gathering.Tells("via Rosa", "", ""))
}
