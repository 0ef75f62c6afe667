package homevisits_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/agenda"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/homevisit"
	"percorso/internal/ledger"
	"percorso/internal/postgres/homevisits"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/protection"
)

func TestMain(m *testing.M) { postgrestest.Main(m) }

const (
	maria, carla = "social_worker.prato", "social_worker_2.prato"
	desk         = "desk_operator.prato"
	supervisor   = "supervisor.prato"
	centre       = "cpi_operator.prato"
)

// play is people who live somewhere, and are expected in ten days.
type play struct {
	*postgrestest.Play
	store *homevisits.Store
	at    time.Time
}

func newPlay(t *testing.T) *play {
	p := &play{Play: postgrestest.NewPlay(t)}
	p.store = homevisits.New(p.Pool(standalone.API), calendar.New, p.Records.Clock)
	p.at = p.Now.AddDate(0, 0, 10).Truncate(time.Minute)
	return p
}

// appointment is one of a person, with the run that has it.
func (p *play) appointment(at time.Time) (run, id string) {
	p.T.Helper()
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	_, err := p.Owner.Exec(p.T.Context(), `UPDATE person SET address = 'via di Prova, 1', municipality = 'Prato'`)
	require.NoError(p.T, err)
	run, id = postgrestest.NewRun(care.RunService), uuid.NewString()
	p.Branch(caseRun, run, care.Answer{Service: "pas"}, ledger.Effects{Appointments: []ledger.AppointmentChange{{ID: id, State: care.AppointmentBooked, Service: "pas", At: at}}})
	return run, id
}

func (p *play) id(account string) string { return p.Accounts[account].ID }

// two is a visit of the two social workers, of which the desk knows.
func (p *play) two() homevisit.Going {
	return homevisit.Going{First: p.id(maria), Second: p.id(carla), Knows: p.id(desk), Phone: "333 0000001", Minutes: 60}
}

// plans plans one, and says by which rule not.
func (p *play) plans(account, appointment string, f homevisit.Going) string {
	p.T.Helper()
	return p.said(p.store.Plan(p.T.Context(), p.Accounts[account], appointment, f))
}

func (p *play) said(err error) string {
	p.T.Helper()
	if err == nil {
		return ""
	}
	if refused, ok := errors.AsType[*care.Refusal](err); ok {
		return refused.Faults[0].Field + " " + refused.Faults[0].Rule
	}
	return err.Error()
}

func (p *play) back(account, appointment string, a homevisit.Answer) string {
	p.T.Helper()
	return p.said(p.store.Returned(p.T.Context(), p.Accounts[account], appointment, a))
}

func (p *play) watched(account string) []homevisit.Visit {
	p.T.Helper()
	list, err := p.store.Watched(p.T.Context(), p.Accounts[account])
	require.NoError(p.T, err)
	return list
}

func (p *play) of(account, appointment string) *homevisit.Visit {
	p.T.Helper()
	list, err := p.store.VisitsOf(p.T.Context(), p.Accounts[account], []string{appointment})
	require.NoError(p.T, err)
	if len(list) == 0 {
		return nil
	}
	return &list[0]
}

// mails are those that wait to be sent, by their kind, and that are due by then.
func (p *play) mails(template string, by time.Time) int {
	return p.Count(`mail WHERE template = $1 AND sent_at IS NULL AND next_try <= $2`, template, by)
}

// Two go, both are asked half an hour after the end, and where nobody answers the supervisors
// are told; each answers alone, or one for both.
func TestTwoGoAndAreAskedWhetherTheyAreBack(t *testing.T) {
	p := newPlay(t)
	_, id := p.appointment(p.at)
	require.Equal(t, "", p.plans(maria, id, p.two()))
	require.Equal(t, "", p.plans(maria, id, p.two()), "the form sent twice plans one")
	v := p.of(maria, id)
	require.Equal(t, []any{1, "via di Prova, 1, Prato", true, true}, []any{v.Version, v.Where(), v.AskAt.Equal(p.at.Add(90 * time.Minute)), v.AlarmAt.Equal(p.at.Add(2 * time.Hour))})
	require.Nil(t, p.of(centre, id), "who does not read the person reads no address")
	require.Equal(t, 1, p.mails(homevisit.MailChanged, p.Now), "the other one who goes is told")
	require.Equal(t, []int{0, 2, 0}, []int{p.mails(homevisit.MailReturn, v.Until), p.mails(homevisit.MailReturn, v.AskAt), p.mails(homevisit.MailUnanswered, v.AskAt)})
	require.Equal(t, 3, p.mails(homevisit.MailUnanswered, v.AlarmAt), "two supervisors, and who knows")
	require.Empty(t, p.watched(supervisor))
	require.Equal(t, " "+homevisit.RuleNotBegun, p.back(maria, id, homevisit.Me))
	require.Equal(t, ledger.ErrNotFound.Error(), p.back(centre, id, homevisit.All))

	p.Now = v.AskAt
	require.Equal(t, "answer "+care.RuleUnknownCode, p.back(maria, id, "forse"))
	require.Equal(t, "", p.back(maria, id, homevisit.Me))
	require.Equal(t, homevisit.Asked, p.of(maria, id).State(p.Now))
	require.Equal(t, 1, p.mails(homevisit.MailReturn, v.AskAt), "the other one is asked still")
	p.Now = v.AlarmAt
	require.Len(t, p.watched(supervisor), 1)
	require.Equal(t, homevisit.Unanswered, p.watched(supervisor)[0].State(p.Now))
	require.Equal(t, " "+homevisit.RuleNotVisits, p.back(supervisor, id, homevisit.Me))
	require.Equal(t, "", p.back(supervisor, id, homevisit.All), "who was told has rung them")
	require.Empty(t, p.watched(supervisor))
	require.Empty(t, p.watched(carla))
	require.Zero(t, p.mails(homevisit.MailReturn, v.AlarmAt)+p.mails(homevisit.MailUnanswered, v.AlarmAt))

	_, other := p.appointment(p.at.AddDate(0, 0, 1))
	require.Equal(t, "", p.plans(maria, other, p.two()))
	p.Now = p.at.AddDate(0, 0, 1)
	require.Equal(t, "", p.back(carla, other, homevisit.All), "one for both")
	require.Zero(t, p.mails(homevisit.MailUnanswered, p.Now.AddDate(0, 0, 1)))
}

// Who goes is free then, works with the person, and does not go alone without a reason.
func TestWhoGoes(t *testing.T) {
	p := newPlay(t)
	run, id := p.appointment(p.at)
	form := func(change func(*homevisit.Going)) homevisit.Going {
		f := p.two()
		change(&f)
		return f
	}
	for want, f := range map[string]homevisit.Going{
		"second " + homevisit.RuleSecond:   form(func(f *homevisit.Going) { f.Second = "" }),
		"alone " + homevisit.RuleOne:       form(func(f *homevisit.Going) { f.Alone = "Prova" }),
		"second " + homevisit.RuleTwice:    form(func(f *homevisit.Going) { f.Second = f.First }),
		"second " + homevisit.RuleVisitor:  form(func(f *homevisit.Going) { f.Second = p.id(centre) }),
		"goes " + homevisit.RuleVisitor:    form(func(f *homevisit.Going) { f.First = uuid.NewString() }),
		"knows " + homevisit.RuleKnows:     form(func(f *homevisit.Going) { f.Knows = f.First }),
		"knows " + homevisit.RuleKnower:    form(func(f *homevisit.Going) { f.Knows = p.id("desk_operator.pistoia") }),
		"phone " + homevisit.RulePhone:     form(func(f *homevisit.Going) { f.Phone = "Prova" }),
		"minutes " + homevisit.RuleMinutes: form(func(f *homevisit.Going) { f.Minutes = 5 }),
	} {
		require.Equal(t, want, p.plans(maria, id, f))
	}
	require.Equal(t, ledger.ErrForbidden.Error(), p.plans(centre, id, p.two()))
	require.Equal(t, ledger.ErrNotFound.Error(), p.plans(maria, uuid.NewString(), p.two()))
	require.Equal(t, "", p.plans(maria, id, form(func(f *homevisit.Going) {
		f.Second, f.Alone = "", "La persona è conosciuta, e la collega aspetta in auto"
	})))
	require.Equal(t, " "+homevisit.RuleChanged, p.plans(carla, id, p.two()), "changed by somebody else")
	require.Equal(t, "", p.plans(carla, id, form(func(f *homevisit.Going) { f.Seen = 1 })))

	// Beside this one, before its end, neither goes anywhere else; after it both do.
	_, beside := p.appointment(p.at.Add(30 * time.Minute))
	require.Equal(t, "goes "+homevisit.RuleBusy, p.plans(desk, beside, p.two()))
	_, after := p.appointment(p.at.Add(time.Hour))
	require.Equal(t, "", p.plans(desk, after, p.two()))
	visitors, err := p.store.Visitors(t.Context(), p.Accounts[maria], id)
	require.NoError(t, err)
	goes := map[string]bool{}
	for _, v := range visitors {
		goes[v.ID] = v.Visits
	}
	require.True(t, goes[p.id(maria)])
	require.NotContains(t, goes, p.id(centre))

	_, err = p.Owner.Exec(t.Context(), `INSERT INTO absence (id, staff, first_day, last_day) VALUES ($1, $2, day_of($3), day_of($3))`, uuid.NewString(), p.id(carla), p.at.AddDate(0, 0, 3))
	require.NoError(t, err)
	_, away := p.appointment(p.at.AddDate(0, 0, 3))
	require.Equal(t, "second "+homevisit.RuleAway, p.plans(maria, away, p.two()))

	// An appointment like any other again leaves them free.
	require.Equal(t, " "+homevisit.RuleChanged, p.said(p.store.Drop(t.Context(), p.Accounts[maria], id, 1)))
	require.NoError(t, p.store.Drop(t.Context(), p.Accounts[maria], id, 2))
	require.Nil(t, p.of(maria, id))
	require.Zero(t, p.Count(`mail WHERE record_id = $1 AND template <> $2`, id, homevisit.MailChanged))
	p.Does(run, p.Clock(), ledger.Effects{Appointments: []ledger.AppointmentChange{{ID: id, State: care.AppointmentConfirmed}}}, nil)
	require.Nil(t, p.of(maria, id), "what was taken back stays so")
	require.Equal(t, "", p.plans(maria, id, p.two()))

	// A visit that has begun stays when the appointment gets another hour: first it is said who is back.
	_, err = p.Owner.Exec(t.Context(), `UPDATE home_visit SET at = $2 WHERE appointment_id = $1`, id, p.Now.Add(-2*time.Hour))
	require.NoError(t, err)
	_, err = p.Owner.Exec(t.Context(), `UPDATE appointment SET at = at + interval '1 day' WHERE id = $1`, id)
	require.NoError(t, err)
	require.Nil(t, p.of(maria, id))
	require.Equal(t, " "+homevisit.RuleNotBack, p.plans(maria, id, p.two()))
	require.Equal(t, "", p.back(carla, id, homevisit.All))
	require.Equal(t, "", p.plans(maria, id, p.two()))
	require.Nil(t, p.of(maria, id).FirstBack)
}

// Of two who want the same worker at one time one has them.
func TestTwoVisitsWantTheSameWorker(t *testing.T) {
	p := newPlay(t)
	_, one := p.appointment(p.at)
	_, two := p.appointment(p.at.Add(45 * time.Minute))
	said := make([]string, 2)
	var both sync.WaitGroup
	for i, id := range []string{one, two} {
		both.Go(func() { said[i] = p.said(p.store.Plan(t.Context(), p.Accounts[[]string{maria, desk}[i]], id, p.two())) })
	}
	both.Wait()
	require.ElementsMatch(t, []string{"", "goes " + homevisit.RuleBusy}, said)
}

// Who takes part in another appointment then does not go, nor is a visit moved there.
func TestWhoTakesPartElsewhereDoesNotGo(t *testing.T) {
	p := newPlay(t)
	run, id := p.appointment(p.at)
	_, other := p.appointment(p.at.Add(45 * time.Minute))
	_, err := p.Owner.Exec(t.Context(), `INSERT INTO participant (id, appointment_id, zone, staff, agency, added_by, added_at) VALUES (gen_random_uuid(), $1, 'prato', $2, $3, $4, $5)`,
		other, p.id(carla), p.Accounts[carla].Agency, p.id(maria), p.Now)
	require.NoError(t, err)
	require.Equal(t, "second "+homevisit.RuleBusy, p.plans(maria, id, p.two()))
	f := p.two()
	f.Minutes = 45
	require.Equal(t, "", p.plans(maria, id, f), "she is there in time")
	require.Equal(t, "at "+homevisit.RuleMoveBusy, p.moves(run, id, p.at.Add(15*time.Minute)))
}

// moves asks for another hour of an appointment, and says by which rule it is not given.
func (p *play) moves(run, id string, at time.Time) string {
	p.T.Helper()
	c := catalogue.MoveAppointment.Command(uuid.NewString(), id, agenda.Moving{At: at, By: agenda.TheService, Why: "office_cannot"})
	c.Run = run
	cmd, err := p.Records.Accept(p.T.Context(), p.Accounts[maria], c.NewCommand)
	require.NoError(p.T, err)
	if cmd.State == ledger.CommandRefused {
		return p.said(new(p.Refusal(cmd.ID)))
	}
	return ""
}

// A visit moves and is called off with its appointment, and is not moved to where those who go
// are elsewhere.
func TestAVisitMovesWithItsAppointment(t *testing.T) {
	p := newPlay(t)
	run, id := p.appointment(p.at)
	require.Equal(t, "", p.plans(maria, id, p.two()))
	_, other := p.appointment(p.at.AddDate(0, 0, 7))
	require.Equal(t, "", p.plans(maria, other, p.two()))
	moves := func(at time.Time) (ledger.Entry, string) {
		c := catalogue.MoveAppointment.Command(uuid.NewString(), id, agenda.Moving{At: at, By: agenda.TheService, Why: "office_cannot"})
		c.Run = run
		cmd, err := p.Records.Accept(t.Context(), p.Accounts[maria], c.NewCommand)
		require.NoError(t, err)
		if cmd.State == ledger.CommandRefused {
			return ledger.Entry{}, p.said(new(p.Refusal(cmd.ID)))
		}
		return ledger.Entry{ID: cmd.ID, Answer: cmd.Answer, Target: id}, ""
	}
	_, said := moves(p.at.AddDate(0, 0, 7).Add(45 * time.Minute))
	require.Equal(t, "at "+homevisit.RuleMoveBusy, said)
	to := p.at.AddDate(0, 0, 14)
	entry, said := moves(to)
	require.Empty(t, said)
	// Until the move is done they are at neither time elsewhere.
	for _, then := range []time.Time{p.at.Add(45 * time.Minute), to.Add(45 * time.Minute)} {
		_, beside := p.appointment(then)
		require.Equal(t, "goes "+homevisit.RuleBusy, p.plans(desk, beside, p.two()), then)
	}
	p.Does(run, entry, ledger.Effects{Appointments: []ledger.AppointmentChange{{ID: id, State: care.AppointmentBooked, At: to}}}, nil)
	v := p.of(maria, id)
	require.Equal(t, []bool{true, true, true}, []bool{v.At.Equal(to), v.AskAt.Equal(to.Add(90 * time.Minute)), v.AlarmAt.Equal(to.Add(2 * time.Hour))})
	require.Zero(t, p.Count(`mail WHERE record_id = $1 AND template = $2 AND next_try < $3`, id, homevisit.MailReturn, v.AskAt))
	require.Equal(t, 2, p.Count(`mail WHERE record_id = $1 AND template = $2 AND next_try = $3`, id, homevisit.MailReturn, v.AskAt))

	p.Does(run, p.Clock(), ledger.Effects{Appointments: []ledger.AppointmentChange{{ID: id, State: care.AppointmentCancelled}}}, nil)
	require.Nil(t, p.of(maria, id))
	require.Zero(t, p.Count(`mail WHERE record_id = $1 AND template <> $2`, id, homevisit.MailChanged))
	_, again := p.appointment(to)
	require.Equal(t, "", p.plans(desk, again, p.two()), "they are free again")
}

// To a protected person's home her keepers alone go, and a supervisor who does not keep her reads
// that there is a visit from which nobody answers, and not whose.
func TestAProtectedPersonsVisit(t *testing.T) {
	p := newPlay(t)
	run, id := p.appointment(p.at)
	_, err := p.Records.Assign(t.Context(), p.Accounts[maria], catalogue.Protect.Command(uuid.NewString(), ledger.BareID(p.Runs[run].CaseRun),
		protection.Form{Keeper: p.id(carla), Reason: "sought"}).NewCommand)
	require.NoError(t, err)
	f := p.two()
	f.Second = p.id(desk)
	f.Knows = p.id(supervisor)
	require.Equal(t, "second "+homevisit.RuleVisitor, p.plans(maria, id, f))
	require.Equal(t, ledger.ErrNotFound.Error(), p.plans(desk, id, f))
	f.Second = p.id(carla)
	require.Equal(t, "", p.plans(maria, id, f))
	require.Equal(t, "Prato", p.watched(carla)[0].Domicile[len("via di Prova, 1, "):])
	require.Nil(t, p.of(supervisor, id))
	p.Now = p.of(maria, id).AlarmAt
	seen := p.watched(supervisor)
	require.Len(t, seen, 1)
	require.Equal(t, []string{"", "", "", "", p.Accounts[maria].Name}, []string{seen[0].CaseID, seen[0].Number, seen[0].Person, seen[0].Where(), seen[0].FirstName})
	require.Equal(t, 1, p.Count(`mail WHERE template = $1 AND recipient = $2`, homevisit.MailUnanswered, p.Accounts[supervisor].Email))
	require.Equal(t, "", p.back(supervisor, id, homevisit.All))
}

// A visit that was planned before a person was protected is for who does not keep her as one that
// never was: until its hour for who goes, and for the others until they are told that nobody answers.
func TestAVisitFromBeforeTheProtection(t *testing.T) {
	p := newPlay(t)
	run, id := p.appointment(p.at)
	require.Equal(t, "", p.plans(maria, id, p.two()))
	require.Len(t, p.watched(desk), 1)
	require.Equal(t, ledger.ErrNotFound.Error(), p.back(supervisor, id, homevisit.All), "nobody has told them")
	_, err := p.Records.Assign(t.Context(), p.Accounts[maria], catalogue.Protect.Command(uuid.NewString(), ledger.BareID(p.Runs[run].CaseRun),
		protection.Form{Keeper: p.id(supervisor), Reason: "sought"}).NewCommand)
	require.NoError(t, err)
	gone := ledger.ErrNotFound.Error()

	for _, account := range []string{carla, desk, "supervisor_2.prato"} {
		require.Empty(t, p.watched(account), account)
		require.Equal(t, gone, p.back(account, id, homevisit.All), account)
	}
	require.Len(t, p.watched(maria), 1)
	require.Equal(t, " "+homevisit.RuleNotBegun, p.back(maria, id, homevisit.Me))

	v := p.of(maria, id)
	p.Now = v.At
	require.Len(t, p.watched(carla), 1, "she is there")
	require.Equal(t, []string{"", ""}, []string{p.watched(carla)[0].Person, p.watched(carla)[0].Where()})
	require.Equal(t, gone, p.back(desk, id, homevisit.All))
	p.Now = v.AlarmAt
	require.Len(t, p.watched(desk), 1, "told that nobody answers")
	require.Equal(t, "", p.back(desk, id, homevisit.All))
}
