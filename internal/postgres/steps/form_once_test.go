package steps_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// written marks what the test writes; it is found in whatever row it stands in.
const written = "Parola di prova 4711"

// holding lists the tables that have a row with what was written, once for each row.
func (p *play) holding() (tables []string) {
	p.T.Helper()
	for _, t := range p.Rows(`SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname`) {
		table := t["name"].(string)
		for range p.Count(`"`+table+`" r WHERE to_jsonb(r)::text LIKE '%' || $1 || '%'`, written) {
			tables = append(tables, table)
		}
	}
	return tables
}

// A command has what was written until it is worked. From then on the records have
// it, and who the person is stands in the person's row alone.
func TestAFormStandsOnce(t *testing.T) {
	p := newPlayToday(t)
	desk := p.Accounts["desk_operator.prato"]
	person := ledger.Person{GivenName: "Persona", FamilyName: written, BirthDate: time.Date(1992, 3, 1, 0, 0, 0, 0, time.UTC), Citizenship: "PK", Permit: "work"}
	opening := ledger.CaseOpening{Person: person, NoticeGiven: true, NoticeVersion: "2026-01"}
	key := uuid.NewString()
	cmd, err := p.Records.Accept(t.Context(), desk, catalogue.Open.Command(key, "", opening).NewCommand)
	require.NoError(t, err)
	require.Equal(t, []string{"command"}, p.holding())
	run := cmd.Run
	listening := postgrestest.Opens(run, "first_listening", ledger.TaskChange{Kind: care.FirstListening})
	p.Does(run, ledger.Entry{ID: cmd.ID, Answer: cmd.Answer}, ledger.Effects{Stage: care.StageFirstLevel, Tasks: []ledger.TaskChange{listening}}, nil)
	require.Equal(t, []string{"person"}, p.holding())
	require.Equal(t, map[string]any{"permit": "work"}, p.Row(`SELECT data #>> '{Person,permit}' AS permit FROM record WHERE id = $1`, cmd.ID))

	// The key is known by the digest: the same again is answered, another form is not taken.
	again, err := p.Records.Accept(t.Context(), desk, catalogue.Open.Command(key, "", opening).NewCommand)
	require.NoError(t, err)
	require.Equal(t, cmd.ID, again.ID)
	opening.Person.GivenName = "Altra"
	_, err = p.Records.Accept(t.Context(), desk, catalogue.Open.Command(key, "", opening).NewCommand)
	require.ErrorIs(t, err, ledger.ErrKeyReused)
	p.erase(`person SET family_name = 'Prova'`)

	// A completed task.
	e := p.Completion("desk_operator.prato", run, listening.ID, care.Completion{Outcome: care.Heard, Needs: []string{"housing"}, Note: written})
	require.Equal(t, []string{"command"}, p.holding())
	p.Does(run, e, ledger.Effects{Tasks: []ledger.TaskChange{{ID: listening.ID, State: care.TaskCompleted, Outcome: care.Heard}}}, nil)
	require.Equal(t, []string{"record"}, p.holding())
	p.erase(`record SET data = '{}'`)

	// The minutes of a meeting.
	equipe := p.Equipe(run, ledger.SeatChange{ID: uuid.NewString(), Role: care.SocialWorker, Agency: "comune", State: care.SeatInvited})
	e = p.Ask("social_worker.prato", equipe, catalogue.Minutes.Command("", "", catalogue.MinutesForm{At: p.Now, Text: written,
		Votes: []catalogue.MinutedVote{{Vote: care.Vote{Role: care.SocialWorker, Agency: "comune", Outcome: care.Favourable}}}}))
	require.Equal(t, []string{"command"}, p.holding())
	p.Does(equipe, e, ledger.Effects{}, nil)
	require.Equal(t, []string{"minutes"}, p.holding())
	p.erase(`minutes SET text = ''`)

	// What is worked at once, and what is refused: nobody else has the words of a refused one.
	task := postgrestest.Opens(run, "interview", ledger.TaskChange{Kind: care.Interview, Service: "uoc_immigrazione"})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{task}}, nil)
	assign := func(account string, c catalogue.Command) (ledger.Command, error) {
		c.Key = uuid.NewString()
		return p.Records.Assign(t.Context(), p.Accounts[account], c.NewCommand)
	}
	_, err = assign("supervisor.prato", catalogue.Remind.Command("", task.ID, catalogue.Assignment{Note: written}))
	require.NoError(t, err)
	require.Equal(t, []string{"record"}, p.holding())
	page, err := p.Records.Timeline(t.Context(), p.Accounts["supervisor.prato"], ledger.BareID(run), ledger.Paging{})
	require.NoError(t, err)
	require.Equal(t, written, page.Items[0].Note, "why somebody was reminded can be read")
	p.erase(`record SET data = '{}'`)
	_, err = assign("desk_operator.prato", catalogue.Contact.Command("", "", ledger.NewContact{Topic: "school", Language: "it", Channel: "phone", Outcome: "information", Note: written}))
	require.NoError(t, err)
	require.Equal(t, []string{"contact"}, p.holding())
	p.erase(`contact SET note = ''`)
	e = p.Ask("social_worker.prato", run, catalogue.Close.Command("", "", catalogue.EarlyClosure{Outcome: care.OutcomeWithdrew, Note: written}))
	require.Equal(t, care.RefusedNotAwaited, p.brings(run, e, false, ledger.Effects{}).Result.Refusal)
	require.Equal(t, []string{"command"}, p.holding())
}

// What a partner writes through its link is kept as what the staff write, and the
// link still knows its answer when that is sent again.
func TestWhatAPartnerWroteStandsOnce(t *testing.T) {
	p := newPlayToday(t)
	_, run, referral, task := p.Referred()
	link := p.Mailed(run, "partner_request")[0]
	p.Does(run, p.through(run, link, catalogue.Acknowledge.Command("", "", catalogue.ReferralMoveForm{})), ledger.Effects{
		Tasks:     []ledger.TaskChange{{ID: task, State: care.TaskReserved}},
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralReceived}},
	}, nil)
	links := p.Mailed(run, "partner_request")
	link = links[len(links)-1]
	answer := catalogue.Hold.Command("", "", catalogue.ReferralMoveForm{Note: written})
	e := p.through(run, link, answer)
	require.Equal(t, []string{"command"}, p.holding())
	p.Does(run, e, ledger.Effects{Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralOnHold}}}, nil)
	require.Equal(t, []string{"record", "referral"}, p.holding(), "the record has what was written, the referral what was said last")

	again, err := p.Records.UseLink(t.Context(), link, answer.Operation, answer.Answer, answer.Data)
	require.ErrorIs(t, err, ledger.ErrNotFound)
	require.Equal(t, e.ID, again.ID)
	other := catalogue.Hold.Command("", "", catalogue.ReferralMoveForm{Note: "Altro"})
	again, err = p.Records.UseLink(t.Context(), link, other.Operation, other.Answer, other.Data)
	require.ErrorIs(t, err, ledger.ErrNotFound)
	require.Empty(t, again.ID)
}

// erase takes the mark out of what has been looked at.
func (p *play) erase(change string) {
	p.T.Helper()
	_, err := p.Owner.Exec(p.T.Context(), `ALTER TABLE record DISABLE TRIGGER only_inserted; UPDATE `+change+`; ALTER TABLE record ENABLE TRIGGER only_inserted`)
	require.NoError(p.T, err)
	require.Empty(p.T, p.holding())
}
