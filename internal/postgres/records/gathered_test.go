package records_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/gathering"
	"percorso/internal/ledger"
	"percorso/internal/postgres/outbox"
)

// TestAMeetingIsPlannedMovedAndMinuted: who sits in the équipe or works on the case reads
// when and where it is and who is invited; one that has not been yet is moved by the next;
// and its minutes are taken from its hour on.
func TestAMeetingIsPlannedMovedAndMinuted(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{GivenName: "Anna", FamilyName: "Prova"}, ledger.Effects{})
	social, cpi := gathering.Invited{Role: care.SocialWorker, Agency: "comune"}, gathering.Invited{Role: care.CPIOperator, Agency: "cpi"}
	equipe := p.Equipe(run, ledger.SeatChange{ID: uuid.NewString(), Role: social.Role, Agency: care.Code(social.Agency), State: care.SeatInvited},
		ledger.SeatChange{ID: uuid.NewString(), Role: cpi.Role, Agency: care.Code(cpi.Agency), State: care.SeatInvited})
	why, place := "", "Sala di prova"
	plans := func(account string, at time.Time, invited ...gathering.Invited) error {
		form := gathering.MeetingPlan{At: at, How: gathering.InPerson, Place: place, Invited: invited, Why: why}
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
	place = "a casa di Anna Prova"
	require.Equal(t, care.Refuse(care.Fault{Field: "place", Rule: gathering.RuleTells}), plans("social_worker.prato", week, social), "which goes into mails")
	place = "Sala di prova"
	require.NoError(t, plans("social_worker.prato", week, social, cpi))
	p.Now = p.Now.Add(time.Hour)
	require.Equal(t, care.Refuse(care.Fault{Field: "why", Rule: care.RuleRequired}), plans("supervisor.prato", week.AddDate(0, 0, 1), cpi), "the one that is planned is moved for a reason")
	why = "Prova: la sala è occupata"
	require.NoError(t, plans("supervisor.prato", week.AddDate(0, 0, 1), cpi))
	for _, account := range []string{"social_worker.prato", "cpi_operator.prato"} { // who is invited to a seat
		list := meetings(account)
		require.Len(t, list, 2)
		require.Equal(t, []bool{false, true}, []bool{list[0].Moved, list[1].Moved}, "the later one stands")
		require.Equal(t, []gathering.Invited{social, cpi}, list[1].Invited)
		require.Equal(t, "Sala di prova", list[0].Place)
		require.Equal(t, []string{"", why}, []string{list[0].Why, list[1].Why})
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

	// The end of the équipe calls off what is planned for later, and tells whom it invites.
	require.NoError(t, plans("social_worker.prato", p.Now.AddDate(0, 0, 7), social))
	planned := meetings("social_worker.prato")[0]
	require.True(t, planned.Stands())
	p.Does(equipe, p.Clock(), ledger.Effects{Ending: care.NoPlan}, nil)
	over := meetings("social_worker.prato")
	require.True(t, over[0].Off)
	require.Nil(t, gathering.Open(over))
	require.False(t, over[1].Off, "what has been stays as it was")
	require.Equal(t, p.Count(`mail WHERE record_id = $1 AND template = 'meeting_planned'`, planned.ID), p.Count(`mail WHERE record_id = $1 AND template = 'meeting_off'`, planned.ID))
	require.NotZero(t, p.Count(`mail WHERE record_id = $1 AND template = 'meeting_off'`, planned.ID))
	refused := (*care.Refusal)(nil)
	require.ErrorAs(t, plans("social_worker.prato", p.Now.AddDate(0, 0, 7), social), &refused)
	require.Equal(t, care.RefusedEnded, refused.Code)
}

// TestWhoIsInvitedIsTold: a mail of each meeting goes to who is invited, of its being moved
// or called off to who was, and never to who is away; of a protected person's to her keepers
// alone.
func TestWhoIsInvitedIsTold(t *testing.T) {
	social, cpi := gathering.Invited{Role: care.SocialWorker, Agency: "comune"}, gathering.Invited{Role: care.CPIOperator, Agency: "cpi"}
	for _, protected := range []bool{false, true} {
		p := newPlay(t)
		run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		equipe := p.Equipe(run, ledger.SeatChange{ID: uuid.NewString(), Role: social.Role, Agency: care.Code(social.Agency), State: care.SeatInvited},
			ledger.SeatChange{ID: uuid.NewString(), Role: cpi.Role, Agency: care.Code(cpi.Agency), State: care.SeatInvited})
		colleagues := []string{"social_worker.prato", "social_worker_2.prato"}
		if protected {
			_, err := p.Owner.Exec(t.Context(), `WITH p AS (INSERT INTO protection (case_id, file, zone, number, agencies, reason, since, by_staff) SELECT $1, $1, 'prato', 'PROVA-1', '{comune}', 'Prova', $4, $2::uuid RETURNING file)
				INSERT INTO keeper (file, staff, agency, named_at, named_by) SELECT p.file, k, 'comune', $4, $2::uuid FROM p, unnest(ARRAY[$2, $3]::uuid[]) k`, ledger.BareID(run), p.Accounts["social_worker.prato"].ID, p.Accounts["social_worker_2.prato"].ID, p.Now)
			require.NoError(t, err)
		}
		asks := func(form gathering.MeetingPlan) error {
			p.Now = p.Now.Add(time.Minute)
			_, err := p.assigns("social_worker.prato", catalogue.PlanMeeting.Command("", "", form).InRun(equipe).NewCommand)(uuid.NewString())
			return err
		}
		mailed := func(template string) (accounts []string) {
			for _, row := range p.Rows(`SELECT DISTINCT s.subject FROM mail m JOIN staff s ON s.email = m.recipient WHERE m.template = $1 ORDER BY 1`, template) {
				accounts = append(accounts, row["subject"].(string))
			}
			return accounts
		}
		with := func(accounts []string, cpi ...string) []string {
			if protected {
				return accounts
			}
			return append(slices.Clone(cpi), accounts...)
		}
		week := p.Now.AddDate(0, 0, 7)
		require.Error(t, asks(gathering.MeetingPlan{CalledOff: true, Why: "Prova"}), "none is planned")
		require.NoError(t, asks(gathering.MeetingPlan{At: week, How: gathering.ByTelephone, Invited: []gathering.Invited{social}}))
		require.Equal(t, colleagues, mailed(gathering.MailPlanned))
		require.NoError(t, asks(gathering.MeetingPlan{At: week.AddDate(0, 0, 1), How: gathering.InPerson, Place: "Sala di prova", Invited: []gathering.Invited{social, cpi}, Why: "Prova"}))
		require.Equal(t, colleagues, mailed(gathering.MailMoved))
		require.Equal(t, with(colleagues, "cpi_operator.prato", "cpi_operator_2.prato"), mailed(gathering.MailPlanned), "who was not invited before")
		mails, err := outbox.New(p.Pool(standalone.Worker)).TakeMails(t.Context(), 100)
		require.NoError(t, err)
		for _, m := range mails {
			if m.Template == gathering.MailMoved {
				require.Equal(t, "Sala di prova", m.About.Where)
				require.True(t, week.AddDate(0, 0, 1).Equal(*m.About.Meets))
				require.Equal(t, p.Accounts["social_worker.prato"].Name, m.About.By)
				require.Equal(t, "/equipe/"+ledger.BareID(equipe), m.Link)
			}
		}
		_, err = p.Owner.Exec(t.Context(), `INSERT INTO absence (id, staff, first_day, last_day) SELECT gen_random_uuid(), $1, $2::date, $2::date`, p.Accounts["social_worker_2.prato"].ID, p.Now)
		require.NoError(t, err)
		require.Error(t, asks(gathering.MeetingPlan{CalledOff: true}), "why is not said")
		require.NoError(t, asks(gathering.MeetingPlan{CalledOff: true, Why: "Prova"}))
		require.Equal(t, with(colleagues[:1], "cpi_operator.prato", "cpi_operator_2.prato"), mailed(gathering.MailOff), "but who is away")
		e, err := p.Records.Equipe(t.Context(), p.Accounts["social_worker.prato"], equipe)
		require.NoError(t, err)
		require.Len(t, e.Meetings, 2, "the form that calls one off is none")
		require.True(t, e.Meetings[0].Off)
		require.Nil(t, gathering.Open(e.Meetings))
		require.Error(t, asks(gathering.MeetingPlan{CalledOff: true, Why: "Prova"}), "it is called off once")
	}
}

// Of two who move or call off the same meeting at once the second is told.
func TestTheSecondWhoMovesAMeetingIsTold(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	social := gathering.Invited{Role: care.SocialWorker, Agency: "comune"}
	equipe := p.Equipe(run, ledger.SeatChange{ID: uuid.NewString(), Role: social.Role, Agency: care.Code(social.Agency), State: care.SeatInvited})
	asks := func(form gathering.MeetingPlan) error {
		_, err := p.assigns("social_worker.prato", catalogue.PlanMeeting.Command("", "", form).InRun(equipe).NewCommand)(uuid.NewString())
		return err
	}
	planned := func() string {
		equipes, err := p.Records.Equipes(t.Context(), p.Accounts["social_worker.prato"], ledger.BareID(run))
		require.NoError(t, err)
		return gathering.Open(equipes[0].Meetings).ID
	}
	week := p.Now.AddDate(0, 0, 7)
	require.NoError(t, asks(gathering.MeetingPlan{At: week, How: gathering.ByTelephone, Invited: []gathering.Invited{social}}))
	seen := planned()
	p.Now = p.Now.Add(time.Minute)
	forms := []gathering.MeetingPlan{
		{At: week.AddDate(0, 0, 1), How: gathering.ByTelephone, Invited: []gathering.Invited{social}, Why: "Prova", Seen: seen},
		{CalledOff: true, Why: "Prova", Seen: seen},
	}
	var group sync.WaitGroup
	errs := make([]error, 2)
	for i, form := range forms {
		group.Go(func() { errs[i] = asks(form) })
	}
	group.Wait()
	won := slices.Index(errs, nil)
	require.NotEqual(t, -1, won, "%v", errs)
	var refused *care.Refusal
	require.ErrorAs(t, errs[1-won], &refused)
	require.Equal(t, care.Refusal{Code: care.RefusedChanged, Faults: []care.Fault{{Rule: gathering.RuleChanged}}}, *refused)
	if won == 0 {
		require.NotEqual(t, seen, planned())
		forms[1].Seen = planned()
		require.NoError(t, asks(forms[1]))
	}
}
