package mediation_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/agenda"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/ledger"
	rules "percorso/internal/mediation"
	"percorso/internal/postgres"
	"percorso/internal/postgres/mediation"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/testclock"
)

func TestMain(m *testing.M) { postgrestest.Main(m) }

// zone is Pistoia's requests on a real Postgres, with people who make them.
type zone struct {
	*postgrestest.Archive
	*mediation.Store
	now             time.Time
	worker, another care.Staff
}

func newZone(t *testing.T) *zone {
	z := &zone{Archive: postgrestest.NewArchive(t)}
	z.now = z.Today()
	z.worker, z.another = z.Accounts["social_worker.pistoia"], z.Accounts["desk_operator.pistoia"]
	z.Store = mediation.New(z.Pool(standalone.API), postgres.NewRules(calendar.New), func() time.Time { return z.now })
	return z
}

// friday is an open day after the coming week.
func (z *zone) friday() time.Time {
	day := z.now.In(testclock.Rome).AddDate(0, 0, 8)
	for day.Weekday() != time.Friday {
		day = day.AddDate(0, 0, 1)
	}
	policy := care.Policy{Zone: "pistoia", DayEnds: "18:00", PatronSaint: care.PatronSaint{Day: "07-25", Name: "San Jacopo"}}
	cal, err := calendar.New(policy)
	require.NoError(z.T, err)
	day = cal.NextOpen(day)
	return time.Date(day.Year(), day.Month(), day.Day(), 10, 0, 0, 0, testclock.Rome)
}

func (z *zone) form() rules.Form {
	return rules.Form{Language: "bn", Place: "via di Prova, 1", Mode: agenda.InPerson, At: z.friday(), Minutes: 60, Lot: "lingue_asiatiche"}
}

func (z *zone) asks(key string, f rules.Form) rules.Request {
	z.T.Helper()
	r, err := z.AskMediator(z.T.Context(), z.worker, key, f)
	require.NoError(z.T, err)
	return r
}

func (z *zone) answers(r rules.Request, a rules.Answer) rules.Request {
	z.T.Helper()
	answered, err := z.Answer(z.T.Context(), r.Link, a)
	require.NoError(z.T, err)
	return answered
}

func (z *zone) of(id string) rules.Request {
	z.T.Helper()
	r, _, err := z.Mediation(z.T.Context(), z.worker, id)
	require.NoError(z.T, err)
	return r
}

func (z *zone) balance(lot string) rules.Balance {
	z.T.Helper()
	all, err := z.Balances(z.T.Context(), z.worker)
	require.NoError(z.T, err)
	for _, b := range all {
		if b.Lot.Code == lot {
			return b
		}
	}
	z.T.Fatalf("no lot %s", lot)
	return rules.Balance{}
}

func (z *zone) do(sql string, args ...any) {
	z.T.Helper()
	_, err := z.Owner().Exec(z.T.Context(), sql, args...)
	require.NoError(z.T, err)
}

// mails are the kinds of mails that a provider got with a link, in their order.
func (z *zone) mails(link string) (kinds []string) {
	z.T.Helper()
	rows, err := z.Owner().Query(z.T.Context(), `SELECT template FROM mail WHERE link = $1 AND case_id IS NULL ORDER BY created_at`, rules.Path+link)
	require.NoError(z.T, err)
	for rows.Next() {
		var kind string
		require.NoError(z.T, rows.Scan(&kind))
		kinds = append(kinds, kind)
	}
	require.NoError(z.T, rows.Err())
	return kinds
}

func (z *zone) appointment(at time.Time) string {
	z.T.Helper()
	caseID, _ := z.Open("pistoia")
	id := uuid.NewString()
	z.do(`INSERT INTO appointment (id, run_id, case_id, zone, agency, service, state, at) VALUES ($1, $2, $3, 'pistoia', 'comune', 'social_service', 'booked', $4)`, id, ledger.CaseRun(caseID), caseID, at)
	return id
}

// stands is what the list of appointments says of the mediator.
func (z *zone) stands(appointment string) (state string) {
	z.T.Helper()
	require.NoError(z.T, z.Owner().QueryRow(z.T.Context(), `SELECT mediator_of(id, at) FROM appointment WHERE id = $1`, appointment).Scan(&state))
	return state
}

func refusedBy(t *testing.T, err error, rule string) {
	t.Helper()
	refused, ok := errors.AsType[*care.Refusal](err)
	require.True(t, ok, "%v", err)
	require.Len(t, refused.Faults, 1)
	require.Equal(t, rule, refused.Faults[0].Rule)
}

// TestAMediatorIsFound: the first provider declines, the next one proposes another hour, which
// is taken; the minutes are used in units of its lot.
func TestAMediatorIsFound(t *testing.T) {
	z := newZone(t)
	form := z.form()
	r := z.asks("una", form)
	require.Equal(t, rules.Requested, r.State)
	require.Equal(t, r.ID, z.asks("una", form).ID, "the same key asks nobody twice")
	for what, change := range map[string]func(*rules.Form){
		"hour": func(f *rules.Form) { f.At = f.At.Add(time.Hour) }, "place": func(f *rules.Form) { f.Place = "via di Prova, 2" }, "lot": func(f *rules.Form) { f.Lot = "lingue_rare" },
		"mode": func(f *rules.Form) { f.Mode = agenda.ByPhone }, "matter": func(f *rules.Form) { f.Matter = "housing" }, "language": func(f *rules.Form) { f.Language = "ur" },
	} {
		other := form
		change(&other)
		_, err := z.AskMediator(t.Context(), z.worker, "una", other)
		require.ErrorIs(t, err, ledger.ErrKeyReused, what)
	}
	require.Equal(t, []string{rules.MailRequest}, z.mails(r.Link))
	refusedBy(t, z.AskNext(t.Context(), z.worker, r.ID, r.ID, "lingue_rare"), care.RuleUnknownCode) // nobody was asked by that id, and nothing has changed
	require.Equal(t, 60, z.balance("lingue_asiatiche").Held)

	z.answers(r, rules.Answer{What: rules.Declined})
	z.answers(r, rules.Answer{What: rules.Declined})
	require.Equal(t, 0, z.balance("lingue_asiatiche").Held)
	refusedBy(t, z.AskNext(t.Context(), z.worker, r.ID, r.Link, "telefono"), rules.RuleLot)
	require.NoError(t, z.AskNext(t.Context(), z.worker, r.ID, r.Link, "lingue_rare"))
	require.NoError(t, z.AskNext(t.Context(), z.worker, r.ID, r.Link, "lingue_rare"), "pressed twice")
	next := z.of(r.ID)
	require.Equal(t, "mediazione_a_distanza", next.Provider)
	require.NotEqual(t, r.Link, next.Link)
	refusedBy(t, z.AskNext(t.Context(), z.another, r.ID, r.Link, "lingue_asiatiche"), rules.RuleState)

	// The link of before shows what was answered through it, and opens nothing more.
	shown, asked, err := z.MediationByLink(t.Context(), r.Link)
	require.NoError(t, err)
	require.Nil(t, shown)
	require.Equal(t, rules.Declined, asked.Answer)
	_, err = z.Answer(t.Context(), r.Link, rules.Answer{What: rules.Confirmed})
	require.ErrorIs(t, err, ledger.ErrNotFound)
	_, _, err = z.MediationByLink(t.Context(), uuid.NewString())
	require.ErrorIs(t, err, ledger.ErrNotFound)

	later := form.At.Add(5 * time.Hour)
	z.answers(next, rules.Answer{What: rules.Proposed, At: later, Mediator: "Mediatrice Prova"})
	z.answers(next, rules.Answer{What: rules.Proposed, At: later.Add(time.Hour), Mediator: "Mediatrice Prova"})
	refusedBy(t, z.AcceptProposal(t.Context(), z.worker, r.ID, later), rules.RuleState) // of which the caller has not seen that it is another one
	z.answers(next, rules.Answer{What: rules.Proposed, At: later, Mediator: "Mediatrice Prova"})
	require.NoError(t, z.AcceptProposal(t.Context(), z.worker, r.ID, later))
	require.NoError(t, z.AcceptProposal(t.Context(), z.worker, r.ID, later))
	require.True(t, later.Equal(z.of(r.ID).At))
	require.Equal(t, []string{rules.MailRequest, rules.MailAccepted}, z.mails(next.Link))

	refusedBy(t, z.NoteHeld(t.Context(), z.worker, r.ID, 40), rules.RuleNotYet)
	z.now = later.Add(time.Hour)
	require.NoError(t, z.NoteHeld(t.Context(), z.worker, r.ID, 40))
	require.NoError(t, z.NoteHeld(t.Context(), z.worker, r.ID, 40))
	done := z.of(r.ID)
	require.Equal(t, []any{rules.Done, 40, 60}, []any{done.State, done.Used, done.Counted})
	require.Equal(t, 60, z.balance("lingue_rare").Used)
	over, err := z.Mediations(t.Context(), z.worker, true)
	require.NoError(t, err)
	require.Len(t, over, 1)
	open, err := z.Mediations(t.Context(), z.worker, false)
	require.NoError(t, err)
	require.Empty(t, open)
}

// TestNobodyIsPromisedTwiceAtOnce: of two who get a yes for the same mediator at the same
// moment one has her; without a name as many as the lot gives at one time.
func TestNobodyIsPromisedTwiceAtOnce(t *testing.T) {
	z := newZone(t)
	both := func(a, b func() error) (errs []error) {
		answers := make(chan error, 2)
		for _, one := range []func() error{a, b} {
			go func() { answers <- one() }()
		}
		return []error{<-answers, <-answers}
	}
	yes := func(link, mediator string) func() error {
		return func() error {
			_, err := z.Answer(context.Background(), link, rules.Answer{What: rules.Confirmed, Mediator: mediator})
			return err
		}
	}
	one, two := z.asks("una", z.form()), z.asks("due", z.form())
	errs := both(yes(one.Link, "Mediatrice Prova"), yes(two.Link, "mediatrice prova"))
	require.Equal(t, 1, count(errs, nil))
	for _, err := range errs {
		if err != nil {
			refusedBy(t, err, rules.RuleTwice)
		}
	}
	// Whoever is free of the two takes another mediator; then the lot has nobody more.
	if z.of(one.ID).State == rules.Confirmed {
		one = two
	}
	require.NoError(t, yes(one.Link, "")())
	refusedBy(t, yes(z.asks("tre", z.form()).Link, "")(), rules.RuleParallel)

	// For one appointment one is asked for, whoever presses first; the place names nobody.
	f := z.form()
	f.Appointment, f.Lot, f.Place = z.appointment(f.At), "lingue_rare", "da Persona Prova 0001"
	z.do(`UPDATE person SET given_name = 'Persona', family_name = 'Prova 0001' WHERE case_id = (SELECT case_id FROM appointment WHERE id = $1)`, f.Appointment)
	_, err := z.AskMediator(t.Context(), z.worker, "nome", f)
	refusedBy(t, err, rules.RuleTells)
	f.Place = "via di Prova, 1"
	ask := func(key string) func() error {
		return func() error {
			_, err := z.AskMediator(context.Background(), z.worker, key, f)
			return err
		}
	}
	errs = both(ask("quattro"), ask("cinque"))
	require.Equal(t, 1, count(errs, nil))
	for _, err := range errs {
		if err != nil {
			refusedBy(t, err, rules.RuleAsked)
		}
	}
}

func count(errs []error, want error) (n int) {
	for _, err := range errs {
		if errors.Is(err, want) {
			n++
		}
	}
	return n
}

// TestWhatIsCalledOff costs nothing in time or by the provider, and too late as much as it
// would have taken.
func TestWhatIsCalledOff(t *testing.T) {
	z := newZone(t)
	r := z.answers(z.asks("una", z.form()), rules.Answer{What: rules.Confirmed})
	late := r.CancelBy.Add(time.Minute)
	becomes, err := z.CallOff(t.Context(), z.worker, r.ID, false)
	require.NoError(t, err)
	require.Equal(t, rules.Cancelled, becomes)
	require.Equal(t, []string{rules.MailRequest, rules.MailCalled}, z.mails(r.Link))
	require.Zero(t, z.balance(r.Lot).Used)

	second := z.answers(z.asks("due", z.form()), rules.Answer{What: rules.Confirmed})
	third := z.answers(z.asks("tre", z.form()), rules.Answer{What: rules.Confirmed})
	z.now = late
	becomes, err = z.CallOff(t.Context(), z.worker, second.ID, true)
	require.NoError(t, err)
	require.Equal(t, rules.Cancelled, becomes, "by the provider")
	for range 2 {
		becomes, err = z.CallOff(t.Context(), z.worker, third.ID, false)
		require.NoError(t, err)
		require.Equal(t, rules.Late, becomes)
	}
	require.Equal(t, 60, z.balance(r.Lot).Used)
	refusedBy(t, z.NoteHeld(t.Context(), z.worker, third.ID, 40), rules.RuleState)
	_, err = z.Answer(t.Context(), third.Link, rules.Answer{What: rules.Declined})
	refusedBy(t, err, rules.RuleState)
}

// TestWhatBecomesOfAnAppointmentBecomesOfItsMediator: cancelled or moved, the mediator is
// called off; moved to the hour that the provider proposes, the proposal stands.
func TestWhatBecomesOfAnAppointmentBecomesOfItsMediator(t *testing.T) {
	z := newZone(t)
	f := z.form()
	at := f.At
	asks := func(key string) (r rules.Request) {
		f.Appointment = z.appointment(at)
		return z.asks(key, f)
	}
	moves := func(r rules.Request, to time.Time) {
		z.do(`UPDATE appointment SET at = $2 WHERE id = $1`, r.Appointment, to)
	}
	r := asks("una")
	require.Equal(t, "requested", z.stands(r.Appointment))
	z.do(`UPDATE appointment SET state = 'confirmed' WHERE id = $1`, r.Appointment)
	z.answers(r, rules.Answer{What: rules.Confirmed})
	require.Equal(t, "confirmed", z.stands(r.Appointment))
	z.do(`UPDATE appointment SET state = 'cancelled' WHERE id = $1`, r.Appointment)
	require.Equal(t, rules.Cancelled, z.of(r.ID).State)
	require.Equal(t, []string{rules.MailRequest, rules.MailCalled}, z.mails(r.Link))
	_, err := z.AskMediator(t.Context(), z.worker, "ancora", f)
	refusedBy(t, err, rules.RuleOver)

	r = asks("due")
	moves(r, at.Add(time.Hour))
	require.Equal(t, rules.Cancelled, z.of(r.ID).State)
	require.Empty(t, z.stands(r.Appointment))

	// Accepted before it is moved, or moved before it is accepted.
	later := at.Add(5 * time.Hour)
	for _, first := range []bool{true, false} {
		r = asks(map[bool]string{true: "tre", false: "quattro"}[first])
		z.answers(r, rules.Answer{What: rules.Proposed, At: later})
		if !first {
			moves(r, later)
		}
		require.NoError(t, z.AcceptProposal(t.Context(), z.worker, r.ID, time.Time{}))
		if first {
			require.True(t, z.of(r.ID).Elsewhen)
			require.Equal(t, "proposed", z.stands(r.Appointment), "not at the hour that the appointment has")
			moves(r, later)
		}
		require.Equal(t, "confirmed", z.stands(r.Appointment))
		require.False(t, z.of(r.ID).Elsewhen)
	}

	// Too late it counts.
	r = z.answers(asks("cinque"), rules.Answer{What: rules.Confirmed})
	z.do(`UPDATE mediation SET cancel_by = now() - interval '1 minute' WHERE id = $1`, r.ID)
	z.do(`UPDATE appointment SET state = 'cancelled' WHERE id = $1`, r.Appointment)
	require.Equal(t, []any{rules.Late, 60}, []any{z.of(r.ID).State, z.of(r.ID).Counted})
}

// TestWhoSeesARequest: whoever sees its appointment, in the zone; a coordinator the one that
// their link is for; the officer for privacy none. What a lot has left counts them all.
func TestWhoSeesARequest(t *testing.T) {
	z := newZone(t)
	f := z.form()
	f.Appointment = z.appointment(f.At)
	r := z.asks("una", f)
	alone := z.asks("due", z.form())
	sees := func(who care.Staff, id string) bool {
		_, _, err := z.Mediation(t.Context(), who, id)
		if err != nil {
			require.ErrorIs(t, err, ledger.ErrNotFound)
		}
		return err == nil
	}
	require.True(t, sees(z.another, r.ID))
	for _, who := range []string{"social_worker.prato", "privacy_officer.pistoia"} {
		require.False(t, sees(z.Accounts[who], r.ID), who)
		require.False(t, sees(z.Accounts[who], alone.ID), who)
	}
	var caseID string
	require.NoError(t, z.Owner().QueryRow(t.Context(), `SELECT case_id FROM appointment WHERE id = $1`, f.Appointment).Scan(&caseID))
	z.do(`INSERT INTO protection (case_id, file, zone, number, agencies, reason, since, by_staff) VALUES ($1, $1, 'pistoia', 'PT-0', '{comune}', 'Prova', $2, $3)`, caseID, z.now, z.worker.ID)
	z.do(`INSERT INTO keeper (file, staff, agency, named_at, named_by) VALUES ($1, $2, 'comune', $3, $2)`, caseID, z.worker.ID, z.now)
	require.True(t, sees(z.worker, r.ID), "her keeper")
	require.False(t, sees(z.another, r.ID), "of a protected person")
	require.True(t, sees(z.another, alone.ID))
	found, err := z.MediationFor(t.Context(), z.another, f.Appointment)
	require.NoError(t, err)
	require.Nil(t, found)
	require.Equal(t, 120, z.balance(r.Lot).Held)
	all, err := z.Balances(t.Context(), z.another)
	require.NoError(t, err)
	require.Equal(t, 120, all[0].Held, "whoever asks")
	shown, _, err := z.MediationByLink(t.Context(), r.Link)
	require.NoError(t, err)
	require.Equal(t, r.ID, shown.ID)
	// A program that has a link gets no more than it.
	err = postgres.Within(t.Context(), z.Pool(standalone.API), postgres.Asked(alone.Link), nil, func(tx postgres.Tx) error {
		var n int
		require.NoError(t, tx.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM mediation) + (SELECT count(*) FROM appointment)`).Scan(&n))
		require.Equal(t, 1, n)
		return nil
	})
	require.NoError(t, err)
}

// TestALotIsUsedUp: nothing is promised of what is not there, and a call that was made counts
// all the same.
func TestALotIsUsedUp(t *testing.T) {
	z := newZone(t)
	f := rules.Form{Language: "bn", Minutes: 50, Lot: "telefono"}
	r, err := z.NoteCall(t.Context(), z.worker, "una", f)
	require.NoError(t, err)
	require.Equal(t, []any{rules.Done, 60, agenda.ByPhone}, []any{r.State, r.Counted, r.Mode})
	_, err = z.NoteCall(t.Context(), z.worker, "una", f)
	require.NoError(t, err)
	require.Equal(t, 60, z.balance("telefono").Used, "noted once")
	require.False(t, z.balance("telefono").Low())
	z.do(`UPDATE mediation SET counted = 1190`)
	require.True(t, z.balance("telefono").Low())
	f.Mode, f.At = agenda.ByPhone, z.friday()
	_, err = z.AskMediator(t.Context(), z.worker, "due", f)
	refusedBy(t, err, rules.RuleUsedUp)
	_, err = z.NoteCall(t.Context(), z.worker, "tre", f)
	require.NoError(t, err)
	_, err = z.NoteCall(t.Context(), z.worker, "quattro", rules.Form{Language: "sq", Minutes: 5, Lot: "telefono"})
	refusedBy(t, err, rules.RuleLot)
}

// TestThePostSignsWhatACoordinatorGets: the mail says who asks and whom to call, and its link
// is good until after the hour.
func TestThePostSignsWhatACoordinatorGets(t *testing.T) {
	z := newZone(t)
	r := z.asks("una", z.form())
	mails, err := z.Outbox.TakeMails(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, mails, 1)
	m := mails[0]
	require.Equal(t, []string{rules.MailRequest, rules.Path + r.Link, "mediazione.pistoia@partner.example", "Comune di Pistoia"}, []string{m.Template, m.Link, m.Recipient, m.About.Asker})
	require.NotNil(t, m.Expires)
	require.True(t, m.Expires.After(r.At))
	_, err = z.Outbox.MailTried(t.Context(), m.ID, ledger.MailResult{Outcome: ledger.MailFailed, Cause: ledger.MailRecipient})
	require.NoError(t, err)
	require.True(t, z.of(r.ID).Unsent)
}

// TestOneMediatorForTwoServices: two services ask for her at one hour. One has her yes, and
// before that is written the other one gets theirs, and waits: nobody is promised twice. So it
// is with two hours, of which the second is moved onto the first by a proposal.
func TestOneMediatorForTwoServices(t *testing.T) {
	z := newZone(t)
	gates := z.Gates()
	gates.Put(`CREATE FUNCTION placed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM gate('yes', NEW.id::text); RETURN NEW; END $$`,
		`CREATE TRIGGER placed BEFORE UPDATE ON mediation FOR EACH ROW EXECUTE FUNCTION placed()`)
	asks := func(key, service string, at time.Time) rules.Request {
		f := z.form()
		f.Appointment, f.At, f.Lot = z.appointment(at), at, "lingue_rare"
		z.do(`UPDATE appointment SET service = $2 WHERE id = $1`, f.Appointment, service)
		return z.asks(key, f)
	}
	yes := func(r rules.Request, into *error) func() {
		return func() {
			_, *into = z.Answer(context.Background(), r.Link, rules.Answer{What: rules.Confirmed, Mediator: "Mediatrice Prova"})
		}
	}
	var first, second error
	one, two := asks("una", "social_service", z.friday()), asks("due", "cpi", z.friday())
	gates.Wait("yes", one.ID, yes(one, &first), yes(two, &second))
	require.NoError(t, first)
	refusedBy(t, second, rules.RuleTwice)

	three := asks("tre", "cpi", z.friday().Add(3*time.Hour))
	three = z.answers(three, rules.Answer{What: rules.Proposed, Mediator: "Mediatrice Prova", At: z.friday().Add(5 * time.Hour)})
	four := asks("quattro", "social_service", z.friday().Add(5*time.Hour))
	gates.Wait("yes", four.ID, yes(four, &first), func() { second = z.AcceptProposal(context.Background(), z.worker, three.ID, time.Time{}) })
	require.NoError(t, first)
	refusedBy(t, second, rules.RuleTwice)
	require.Equal(t, []rules.State{rules.Confirmed, rules.Requested, rules.Proposed, rules.Confirmed},
		[]rules.State{z.of(one.ID).State, z.of(two.ID).State, z.of(three.ID).State, z.of(four.ID).State})
}
