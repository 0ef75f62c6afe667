package arrivals_test

import (
	"errors"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/arrival"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/protection"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// play is a day on which somebody is expected.
type play struct {
	*postgrestest.Play
	caseRun, run, appointment, task string
	at                              time.Time
}

// expects has somebody expected in an hour, with the task to say how it went.
func expects(t *testing.T) *play {
	p := &play{Play: postgrestest.NewPlay(t), run: postgrestest.NewRun(care.RunService), appointment: uuid.NewString()}
	p.at = p.Now.Add(time.Hour)
	p.caseRun, _ = p.Begin(ledger.Person{Languages: []string{"ur"}}, ledger.Effects{})
	interview := postgrestest.Opens(p.run, "interview", ledger.TaskChange{Kind: care.Interview, Service: "uoc_immigrazione"})
	p.task = interview.ID
	p.Branch(p.caseRun, p.run, care.Answer{}, ledger.Effects{Tasks: []ledger.TaskChange{interview},
		Appointments: []ledger.AppointmentChange{{ID: p.appointment, State: care.AppointmentBooked, Service: "uoc_immigrazione", At: p.at}}})
	return p
}

// marks marks that the person is here, or takes it back; it gives why not.
func (p *play) marks(account string, back bool) string {
	p.T.Helper()
	_, err := p.Records.Assign(p.T.Context(), p.Accounts[account], catalogue.Arrive.Command(uuid.NewString(), p.appointment, arrival.Mark{Back: back}).NewCommand)
	if err == nil {
		return ""
	}
	var refusal *care.Refusal
	if !errors.As(err, &refusal) {
		return err.Error()
	}
	require.Equal(p.T, care.RefusedChanged, refusal.Code)
	return refusal.Faults[0].Rule
}

func (p *play) reads(account string) []ledger.Appointment {
	p.T.Helper()
	page, err := p.Records.Appointments(p.T.Context(), p.Accounts[account], ledger.AppointmentFilter{ID: p.appointment}, ledger.Paging{})
	require.NoError(p.T, err)
	return page.Items
}

// The desk marks that she is here, and the professional sees it, with what she speaks. It is
// marked once, taken back once, and of its day alone.
func TestWhoIsHere(t *testing.T) {
	p := expects(t)
	require.Equal(t, arrival.NotMarked, p.marks("desk_operator.prato", true))
	came := p.Now
	require.Empty(t, p.marks("desk_operator.prato", false))
	list := p.reads("immigration_expert.prato")
	require.Len(t, list, 1)
	require.True(t, list[0].Arrived.Equal(came))
	require.Equal(t, []string{"ur"}, list[0].Languages)
	require.Equal(t, arrival.Already, p.marks("social_worker.prato", false))
	require.Empty(t, p.marks("immigration_expert.prato", true))
	require.Nil(t, p.reads("immigration_expert.prato")[0].Arrived)
	require.Equal(t, []map[string]any{{"code": "person_arrived"}, {"code": "arrival_taken_back"}},
		p.Rows(`SELECT code FROM timeline WHERE code IN ('person_arrived', 'arrival_taken_back') ORDER BY id`))

	p.Now = p.Now.AddDate(0, 0, -1)
	require.Equal(t, arrival.OtherDay, p.marks("desk_operator.prato", false))
	p.Now = came

	// What gets another hour is not marked any more.
	require.Empty(t, p.marks("desk_operator.prato", false))
	p.Does(p.run, p.Clock(), ledger.Effects{Appointments: []ledger.AppointmentChange{{ID: p.appointment, At: p.at.AddDate(0, 0, 7)}}}, nil)
	require.Nil(t, p.reads("immigration_expert.prato")[0].Arrived)
	p.Does(p.run, p.Clock(), ledger.Effects{Appointments: []ledger.AppointmentChange{{ID: p.appointment, State: care.AppointmentCancelled}}}, nil)
	require.Equal(t, agenda.NotStanding, p.marks("desk_operator.prato", false))
}

// Of two who mark it at the same moment one has done it, and the other is told so.
func TestTwoMarkItAtOnce(t *testing.T) {
	p := expects(t)
	said := make([]string, 2)
	var both sync.WaitGroup
	for i, account := range []string{"desk_operator.prato", "immigration_expert.prato"} {
		both.Go(func() { said[i] = p.marks(account, false) })
	}
	both.Wait()
	require.ElementsMatch(t, []string{"", arrival.Already}, said)
	require.Equal(t, 1, p.Count(`timeline WHERE code = 'person_arrived'`))
}

// Whoever was here is no absence that counts without a word of why.
func TestWhoWasHereIsNoAbsence(t *testing.T) {
	p := expects(t)
	require.Empty(t, p.marks("desk_operator.prato", false))
	p.Now = p.at.Add(time.Hour)
	for _, c := range []struct {
		form care.Completion
		rule string
	}{
		{care.Completion{Outcome: care.NoShow, Reason: "no_reason_given"}, arrival.Came},
		{care.Completion{Outcome: care.NoShow, Reason: care.OfficeUnable}, ""},
		{care.Completion{Outcome: care.NoShow, Reason: "no_reason_given", Note: "Prova: è andata via prima"}, ""},
		{care.Completion{Outcome: care.Held, Late: 12}, ""},
	} {
		e := p.Completion("immigration_expert.prato", p.run, p.task, c.form)
		res := p.Tries(p.run, e, ledger.Effects{}, nil)
		if c.rule != "" {
			p.Refused(res, e, "note", c.rule)
			continue
		}
		require.Equal(t, ledger.Recorded, res.Verdict, c.form)
	}
	require.Equal(t, "12", p.Row(`SELECT data ->> 'late' AS late FROM record WHERE data ->> 'outcome' = 'held'`)["late"])
}

// A protected person is marked by her keepers alone: to the desk there is no such appointment.
func TestAProtectedPersonIsMarkedByHerKeepers(t *testing.T) {
	p := expects(t)
	_, err := p.Records.Assign(t.Context(), p.Accounts["social_worker.prato"], catalogue.Protect.Command(uuid.NewString(), ledger.BareID(p.caseRun),
		protection.Form{Keeper: p.Accounts["supervisor.prato"].ID, Reason: "sought"}).NewCommand)
	require.NoError(t, err)
	require.Equal(t, ledger.ErrNotFound.Error(), p.marks("desk_operator.prato", false))
	require.Empty(t, p.reads("desk_operator.prato"))
	require.Empty(t, p.marks("social_worker.prato", false))
	require.NotNil(t, p.reads("supervisor.prato")[0].Arrived)
}
