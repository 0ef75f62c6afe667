package records_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/gathering"
	"percorso/internal/ledger"
)

// TestAMeetingIsPlannedMovedAndMinuted: who sits in the équipe or works on the case reads
// when and where it is and who is invited; one that has not been yet is moved by the next;
// and its minutes are taken from its hour on.
func TestAMeetingIsPlannedMovedAndMinuted(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	social, cpi := gathering.Invited{Role: care.SocialWorker, Agency: "comune"}, gathering.Invited{Role: care.CPIOperator, Agency: "cpi"}
	equipe := p.Equipe(run, ledger.SeatChange{ID: uuid.NewString(), Role: social.Role, Agency: care.Code(social.Agency), State: care.SeatInvited},
		ledger.SeatChange{ID: uuid.NewString(), Role: cpi.Role, Agency: care.Code(cpi.Agency), State: care.SeatInvited})
	plans := func(account string, at time.Time, invited ...gathering.Invited) error {
		form := gathering.MeetingPlan{At: at, How: gathering.InPerson, Place: "Sala di prova", Invited: invited}
		cmd, err := p.assigns(account, catalogue.PlanMeeting.Command("", "", form).InRun(equipe).NewCommand)(uuid.NewString())
		if err == nil && cmd.State != ledger.CommandWorked {
			return cmd.Refusal
		}
		return err
	}
	meetings := func(account string) []gathering.Planned {
		e, err := p.Records.Equipe(t.Context(), p.Accounts[account], equipe)
		require.NoError(t, err)
		return e.Meetings
	}
	week := p.Now.AddDate(0, 0, 7)
	require.Equal(t, care.Refuse(care.Fault{Field: "invited[0].role", Rule: gathering.RuleNoSeat}), plans("social_worker.prato", week, gathering.Invited{Role: care.ImmigrationExpert, Agency: "comune"}))
	require.ErrorIs(t, plans("social_worker.lucca", week, social), ledger.ErrNotFound)
	require.NoError(t, plans("social_worker.prato", week, social, cpi))
	p.Now = p.Now.Add(time.Hour)
	require.NoError(t, plans("supervisor.prato", week.AddDate(0, 0, 1), cpi))
	for _, account := range []string{"social_worker.prato", "cpi_operator.prato"} { // who is invited to a seat
		list := meetings(account)
		require.Len(t, list, 2)
		require.Equal(t, []bool{false, true}, []bool{list[0].Moved, list[1].Moved}, "the later one stands")
		require.Equal(t, []gathering.Invited{social, cpi}, list[1].Invited)
		require.Equal(t, "Sala di prova", list[0].Place)
	}
	require.Equal(t, []map[string]any{{"code": "meeting_planned"}, {"code": "meeting_moved"}}, p.Rows(`SELECT code FROM timeline WHERE code LIKE 'meeting_%' ORDER BY id`))

	// Its minutes.
	open := gathering.Open(meetings("social_worker.prato"))
	minutes := func(meeting string) (ledger.StepResult, ledger.Entry) {
		form := catalogue.MinutesForm{At: p.Now, Text: "Verbale di prova", Meeting: meeting,
			Votes: []catalogue.MinutedVote{{Vote: care.Vote{Role: social.Role, Agency: care.Code(social.Agency), Outcome: care.Favourable}}}}
		e := p.Ask("social_worker.prato", equipe, catalogue.Minutes.Command("", "", form))
		return p.Tries(equipe, e, ledger.Effects{}, nil), e
	}
	res, e := minutes(open.ID)
	p.Refused(res, e, "meeting", gathering.RuleItsHour)
	p.Now = open.At
	for _, other := range []string{uuid.NewString(), meetings("social_worker.prato")[1].ID} {
		res, e = minutes(other)
		p.Refused(res, e, "meeting", gathering.RuleUnknown)
	}
	res, _ = minutes(open.ID)
	require.Equal(t, ledger.Recorded, res.Verdict)
	require.True(t, meetings("social_worker.prato")[0].Minuted)
	require.Nil(t, gathering.Open(meetings("social_worker.prato")))

	p.Does(equipe, p.Clock(), ledger.Effects{Ending: care.NoPlan}, nil)
	refused := (*care.Refusal)(nil)
	require.ErrorAs(t, plans("social_worker.prato", p.Now.AddDate(0, 0, 7), social), &refused)
	require.Equal(t, care.RefusedEnded, refused.Code)
}
