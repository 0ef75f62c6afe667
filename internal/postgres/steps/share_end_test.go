package steps_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// zonesCase opens a case in a zone, which the play can go on with.
func (p *play) zonesCase(zone string) (caseRun string) {
	p.T.Helper()
	id, task := p.Open(zone)
	caseRun = "case/" + id
	p.Runs[caseRun] = &postgrestest.Played{CaseRun: caseRun, Epoch: 1, Revision: 1}
	p.Does(caseRun, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{{ID: task, State: care.TaskObsolete}}}, nil)
	return caseRun
}

// readsOf names the ways by which a member of staff reads the name of a case's
// person, or what is written about them.
func (p *play) readsOf(account, caseRun string) (ways []string) {
	p.T.Helper()
	ctx, s, id := p.T.Context(), p.Accounts[account], ledger.BareID(caseRun)
	shows := func(way string, of any) {
		text, err := json.Marshal(of)
		require.NoError(p.T, err)
		if strings.Contains(strings.ReplaceAll(string(text), "Personale", ""), "Persona") || strings.Contains(string(text), "parola") {
			ways = append(ways, way)
		}
	}
	referrals, err := p.Records.Referrals(ctx, s, ledger.ReferralFilter{CaseID: id}, ledger.Paging{})
	require.NoError(p.T, err)
	shows("referrals", referrals.Items)
	for _, r := range referrals.Items {
		one, err := p.Records.Referral(ctx, s, r.ID)
		require.NoError(p.T, err)
		require.NotEmpty(p.T, one.CaseNumber, "it stays listed by its number")
		shows("referral", one)
	}
	for _, state := range []care.TaskState{"", care.TaskCompleted, care.TaskObsolete} {
		tasks, err := p.Records.Tasks(ctx, s, ledger.TaskFilter{CaseID: id, State: state}, ledger.Paging{})
		require.NoError(p.T, err)
		shows("tasks", tasks.Items)
		for _, task := range tasks.Items {
			require.NotEmpty(p.T, task.CaseNumber)
			one, err := p.Records.Task(ctx, s, task.ID)
			require.NoError(p.T, err)
			shows("task", one)
			if given, err := p.Records.Share(ctx, s, task.ID); err == nil {
				shows("share", given)
			}
		}
	}
	appointments, err := p.Records.Appointments(ctx, s, ledger.AppointmentFilter{CaseID: id}, ledger.Paging{})
	require.NoError(p.T, err)
	shows("appointments", appointments.Items)
	for _, a := range appointments.Items {
		require.NotEmpty(p.T, a.CaseNumber)
	}
	equipes, _ := p.Records.Equipes(ctx, s, id)
	shows("equipes", equipes)
	plans, _ := p.Records.Plans(ctx, s, id)
	shows("plans", plans)
	files, err := p.Records.CaseFiles(ctx, s, ledger.CaseFilter{Search: "Persona"}, ledger.Paging{})
	require.NoError(p.T, err)
	shows("search", files.Items)
	// The rows themselves are not there, whatever asks for them.
	require.NoError(p.T, pgx.BeginFunc(ctx, p.API, func(tx pgx.Tx) error {
		for _, set := range [][2]string{{"role", "percorso_app"}, {"percorso.staff", s.ID}, {"percorso.role", string(s.Role)}, {"percorso.zone", s.Zone},
			{"percorso.agency", s.Agency}, {"percorso.now", p.Records.Clock().Format(time.RFC3339Nano)}} {
			if _, err := tx.Exec(ctx, `SELECT set_config($1, $2, true)`, set[0], set[1]); err != nil {
				return err
			}
		}
		rows, _ := tx.Query(ctx, `SELECT snapshot::text FROM share WHERE case_id = $1 UNION ALL SELECT data::text FROM record WHERE case_id = $1
			UNION ALL SELECT words.note FROM referral r, referral_words(r.id) AS words WHERE r.case_id = $1`, id)
		found, err := pgx.CollectRows(rows, pgx.RowTo[string])
		shows("rows", found)
		return err
	}))
	return ways
}

// sentTo refers the person of a case to an agency with accounts, which has
// acknowledged it.
func (p *play) sentTo(caseRun, agency string) (run, referral, task string) {
	p.T.Helper()
	run = postgrestest.NewRun(care.RunReferral)
	referral = uuid.NewString()
	ask := postgrestest.Opens(run, "answer", ledger.TaskChange{Kind: care.ReferralAnswer, Agency: care.Code(agency), Referral: referral})
	p.Branch(caseRun, run, care.Answer{Agency: care.Code(agency)}, ledger.Effects{
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: care.Code(agency), Purpose: "labour"}},
		Tasks:     []ledger.TaskChange{ask},
	})
	_, err := p.Owner.Exec(p.T.Context(), `UPDATE referral SET note = 'una parola sulla persona' WHERE id = $1`, referral)
	require.NoError(p.T, err)
	return run, referral, ask.ID
}

// TestAReferralsDataEndWithIt: what the addressee was given of the person goes
// out of sight when its reason ends, at once or after the zone's term.
func TestAReferralsDataEndWithIt(t *testing.T) {
	for _, c := range []struct {
		state   care.ReferralState
		end     care.EndReason
		atOnce  bool
		closure string
	}{
		{state: care.ReferralRejected, end: care.EndRejected, atOnce: true},
		{state: care.ReferralWithdrawn, end: care.EndWithdrawn, atOnce: true},
		{state: care.ReferralRedirected, end: care.EndRedirected, atOnce: true},
		{state: care.ReferralCompleted, end: care.EndCompleted},
		{state: care.ReferralFailed, end: care.EndCompleted},
		{state: care.ReferralCompleted, end: care.EndCompleted, closure: care.OutcomePlaced},
		{state: care.ReferralCompleted, end: care.EndMistake, closure: care.OutcomeOpenedByMistake, atOnce: true},
	} {
		t.Run(string(c.state)+c.closure, func(t *testing.T) {
			p := newPlay(t)
			p.Records.Clock = func() time.Time { return p.Now }
			caseRun := p.zonesCase("prato")
			run, referral, task := p.sentTo(caseRun, "cpi")
			const cpi = "cpi_operator.prato"
			require.Equal(t, []string{"referrals", "referral", "tasks", "task", "share", "rows"}, p.readsOf(cpi, caseRun))
			for _, state := range []care.ReferralState{care.ReferralReceived, care.ReferralOnHold, care.ReferralAccepted, care.ReferralInProgress} {
				p.Does(run, p.Clock(), ledger.Effects{Referrals: []ledger.ReferralChange{{ID: referral, State: state}}}, nil)
				require.Contains(t, p.readsOf(cpi, caseRun), "referral", state)
			}
			p.Does(run, p.Clock(), ledger.Effects{
				Referrals: []ledger.ReferralChange{{ID: referral, State: c.state}},
				Tasks:     []ledger.TaskChange{{ID: task, State: care.TaskObsolete}}, Ending: care.ReferralEnded,
			}, nil)
			if c.closure != "" {
				p.Does(caseRun, p.Clock(), ledger.Effects{Stage: care.StageClosed, Closure: care.Code(c.closure), Ending: care.Code(c.closure)}, nil)
			}
			if !c.atOnce {
				require.Contains(t, p.readsOf(cpi, caseRun), "referral", "the zone's term runs")
				p.Now = p.Now.Add(30*postgrestest.DayLong - time.Minute)
				require.Contains(t, p.readsOf(cpi, caseRun), "referral")
				p.Now = p.Now.Add(2 * time.Minute)
			}
			require.Empty(t, p.readsOf(cpi, caseRun))

			// It stays listed, with what is no longer seen and why.
			listed, err := p.Records.Referral(t.Context(), p.Accounts[cpi], referral)
			require.NoError(t, err)
			require.Equal(t, c.state, listed.State)
			require.Equal(t, c.end, listed.Why)
			require.False(t, listed.SeenUntil.After(p.Now))
			require.Empty(t, listed.Note)
			require.Empty(t, listed.Purpose)
			given, err := p.Records.Share(t.Context(), p.Accounts[cpi], task)
			require.NoError(t, err)
			require.Nil(t, given.Snapshot)
			require.Equal(t, c.end, given.Why)

			// Who works on the case still reads what was given.
			require.Contains(t, p.readsOf("social_worker.prato", caseRun), "referral")
		})
	}
}

// TestASentAgainReferralIsSeenAgain: who rejected it sees it again when it comes
// again, and its end is the end of both.
func TestASentAgainReferralIsSeenAgain(t *testing.T) {
	p := newPlay(t)
	p.Records.Clock = func() time.Time { return p.Now }
	caseRun := p.zonesCase("prato")
	run, referral, _ := p.sentTo(caseRun, "cpi")
	p.Does(run, p.Clock(), ledger.Effects{Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRejected, Reason: "other"}}}, nil)
	require.NotContains(t, p.readsOf("cpi_operator.prato", caseRun), "referral")
	again := uuid.NewString()
	p.Now = p.Now.Add(time.Hour)
	p.Does(run, p.Clock(), ledger.Effects{Referrals: []ledger.ReferralChange{{ID: again, State: care.ReferralRequested, Agency: "cpi"}}}, nil)
	listed, err := p.Records.Referral(t.Context(), p.Accounts["cpi_operator.prato"], again)
	require.NoError(t, err)
	require.NotNil(t, listed.Snapshot)
	require.Nil(t, listed.Ended)
	p.Does(run, p.Clock(), ledger.Effects{Referrals: []ledger.ReferralChange{{ID: again, State: care.ReferralWithdrawn}}, Ending: care.ReferralEnded}, nil)
	require.Empty(t, p.readsOf("cpi_operator.prato", caseRun))
}

// TestAWithdrawnConsentEndsAtOnce: whatever stands on it, be it in its last days.
func TestAWithdrawnConsentEndsAtOnce(t *testing.T) {
	p := newPlay(t)
	caseRun := p.zonesCase("lucca")
	worker := "social_worker.lucca"
	says := func(command catalogue.Command) {
		p.Does(caseRun, p.Ask(worker, caseRun, command), ledger.Effects{}, nil)
	}
	consents := func(purposes ...string) {
		for _, purpose := range purposes {
			says(catalogue.Consent.Command("", "", crossing.ConsentForm{Agency: "terzo_settore", Purpose: purpose}))
		}
	}
	const private = "third_sector_operator.lucca"
	seat := ledger.SeatChange{ID: uuid.NewString(), Role: care.ThirdSectorOperator, Agency: "terzo_settore", State: care.SeatInvited}
	equipe := p.Equipe(caseRun, seat)
	_, err := p.Records.Equipe(t.Context(), p.Accounts[private], equipe)
	require.ErrorIs(t, err, ledger.ErrNotFound, "a private member without the person's consent")
	consents("equipe", "labour")
	_, err = p.Records.Equipe(t.Context(), p.Accounts[private], equipe)
	require.NoError(t, err)
	plan := uuid.NewString()
	p.Does(equipe, p.Clock(), ledger.Effects{Plan: &ledger.PlanChange{ID: plan, State: care.PlanDrafting}}, nil)
	p.Becomes(equipe, plan, care.PlanActive)
	_, err = p.Owner.Exec(t.Context(), `UPDATE plan SET agencies = '{terzo_settore,cpi}', content = '{"goals": [{"id": "1", "area": "labour", "text": "una parola"}], "actions": []}' WHERE id = $1`, plan)
	require.NoError(t, err)
	run, referral, _ := p.sentTo(caseRun, "terzo_settore")
	require.Equal(t, []string{"referrals", "referral", "tasks", "task", "share", "plans", "rows"}, p.readsOf(private, caseRun))

	says(catalogue.WithdrawConsent.Command("", "", crossing.WithdrawalForm{}))
	require.Empty(t, p.readsOf(private, caseRun))
	require.Contains(t, p.readsOf("cpi_operator.lucca", caseRun), "plans", "a public body needs none")
	listed, err := p.Records.Referral(t.Context(), p.Accounts[private], referral)
	require.NoError(t, err)
	require.Equal(t, care.EndConsent, listed.Why)
	_, err = p.Records.Equipe(t.Context(), p.Accounts[private], equipe)
	require.ErrorIs(t, err, ledger.ErrNotFound)

	// What was over does not come back with a new consent; what stands does.
	p.Does(run, p.Clock(), ledger.Effects{Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralWithdrawn}}, Ending: care.ReferralEnded}, nil)
	consents("equipe", "labour")
	require.Equal(t, []string{"plans", "rows"}, p.readsOf(private, caseRun))
	_, err = p.Records.Equipe(t.Context(), p.Accounts[private], equipe)
	require.NoError(t, err)
}

// TestAnAppointmentsDataEndWithTheServicesWork: a cancelled one at once, one that
// was kept or missed with the service's last task and the zone's term.
func TestAnAppointmentsDataEndWithTheServicesWork(t *testing.T) {
	for state, atOnce := range map[care.AppointmentState]bool{care.AppointmentCancelled: true, care.AppointmentHeld: false, care.AppointmentNoShow: false} {
		t.Run(string(state), func(t *testing.T) {
			p := newPlay(t)
			p.Records.Clock = func() time.Time { return p.Now }
			caseRun := p.zonesCase("prato")
			service, appointment := postgrestest.NewRun(care.RunService), uuid.NewString()
			confirm := postgrestest.Opens(service, "confirm", ledger.TaskChange{Kind: care.ConfirmAppointment, Agency: "cpi", Role: care.CPIOperator})
			p.Branch(caseRun, service, care.Answer{}, ledger.Effects{
				Appointments: []ledger.AppointmentChange{{ID: appointment, State: care.AppointmentBooked, Service: "cpi", Matter: "una parola", At: p.Now.Add(postgrestest.DayLong)}},
			})
			const cpi = "cpi_operator.prato"
			require.Equal(t, []string{"appointments", "rows"}, p.readsOf(cpi, caseRun))
			_, err := p.Owner.Exec(t.Context(), `UPDATE task SET agency = 'cpi' WHERE id = $1`, confirm.ID)
			require.NoError(t, err)
			interview := postgrestest.Opens(service, "interview", ledger.TaskChange{Kind: care.Assessment, Agency: "cpi", Role: care.CPIOperator})
			p.Does(service, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{interview}}, nil)
			_, err = p.Owner.Exec(t.Context(), `UPDATE task SET agency = 'cpi' WHERE id = $1`, interview.ID)
			require.NoError(t, err)
			p.Does(service, p.Clock(), ledger.Effects{Appointments: []ledger.AppointmentChange{{ID: appointment, State: state}}}, nil)
			require.Contains(t, p.readsOf(cpi, caseRun), "task", "the service has still to say something")
			p.Does(service, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{{ID: interview.ID, State: care.TaskObsolete}}, Ending: care.NotReached}, nil)
			if !atOnce {
				require.Contains(t, p.readsOf(cpi, caseRun), "appointments")
				p.Now = p.Now.Add(30*postgrestest.DayLong + time.Minute)
			}
			require.Empty(t, p.readsOf(cpi, caseRun))
			all, err := p.Records.Appointments(t.Context(), p.Accounts[cpi], ledger.AppointmentFilter{}, ledger.Paging{})
			require.NoError(t, err)
			require.Len(t, all.Items, 1)
			require.Equal(t, string(state), all.Items[0].State)
		})
	}
}

// TestASeatsDataEndWithIt: one that is waived or replaced at once, one that was
// heard with the équipe, or with the plan that it made and has a part in.
func TestASeatsDataEndWithIt(t *testing.T) {
	const cpi = "cpi_operator.prato"
	begin := func(t *testing.T) (p *play, caseRun, equipe string, seat ledger.SeatChange) {
		p = newPlay(t)
		p.Records.Clock = func() time.Time { return p.Now }
		caseRun = p.zonesCase("prato")
		seat = ledger.SeatChange{ID: uuid.NewString(), Role: care.CPIOperator, Agency: "cpi", State: care.SeatInvited}
		equipe = p.Equipe(caseRun, seat)
		_, err := p.Owner.Exec(t.Context(), `UPDATE seat SET opinion_note = 'una parola' WHERE id = $1`, seat.ID)
		require.NoError(t, err)
		require.Equal(t, []string{"equipes", "rows"}, p.readsOf(cpi, caseRun))
		return p, caseRun, equipe, seat
	}
	moves := func(p *play, equipe, seat string, state care.SeatState) {
		p.Does(equipe, p.Clock(), ledger.Effects{Seats: []ledger.SeatChange{{ID: seat, State: state}}}, nil)
	}
	for _, state := range []care.SeatState{care.SeatWaived, care.SeatReplaced} {
		t.Run(string(state), func(t *testing.T) {
			p, caseRun, equipe, seat := begin(t)
			moves(p, equipe, seat.ID, state)
			require.Empty(t, p.readsOf(cpi, caseRun))
			// Who is asked again in another sitting sees it again.
			p.Does(equipe, p.Clock(), ledger.Effects{Seats: []ledger.SeatChange{seat}}, nil)
			require.Equal(t, []string{"equipes", "rows"}, p.readsOf(cpi, caseRun))
		})
	}
	t.Run("no plan", func(t *testing.T) {
		p, caseRun, equipe, seat := begin(t)
		moves(p, equipe, seat.ID, care.SeatSpoken)
		p.Does(equipe, p.Clock(), ledger.Effects{Ending: care.NoPlan}, nil)
		require.Equal(t, []string{"equipes", "rows"}, p.readsOf(cpi, caseRun))
		p.Now = p.Now.Add(30*postgrestest.DayLong + time.Minute)
		require.Empty(t, p.readsOf(cpi, caseRun))
	})
	t.Run("a part in its plan", func(t *testing.T) {
		p, caseRun, equipe, seat := begin(t)
		moves(p, equipe, seat.ID, care.SeatSpoken)
		plan, until := uuid.NewString(), p.Now.Add(90*postgrestest.DayLong)
		p.Propose(equipe, plan, care.PlanForm{Goals: []care.PlanGoal{{Area: "labour", Text: "una parola"}}, Actions: []care.PlanAction{{Text: "Prova", Agency: "cpi", Until: &until}}})
		p.Becomes(equipe, plan, care.PlanAgreed)
		p.Does(equipe, p.Clock(), ledger.Effects{Ending: care.PlanActivated}, nil)
		p.Becomes(caseRun, plan, care.PlanActive)
		p.Now = p.Now.Add(60 * postgrestest.DayLong)
		require.Equal(t, []string{"equipes", "plans", "rows"}, p.readsOf(cpi, caseRun), "for as long as it has its part")
		p.Does(caseRun, p.Clock(), ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomePlaced, Ending: care.OutcomePlaced}, nil)
		require.Equal(t, []string{"equipes", "plans", "rows"}, p.readsOf(cpi, caseRun))
		p.Now = p.Now.Add(30*postgrestest.DayLong + time.Minute)
		require.Empty(t, p.readsOf(cpi, caseRun))
	})
}

// TestWhatIsKnownOfAShareIsItsAgencys: another zone's agency of the same name sees none of it.
func TestWhatIsKnownOfAShareIsItsAgencys(t *testing.T) {
	p := newPlay(t)
	caseRun := p.zonesCase("prato")
	_, referral, task := p.sentTo(caseRun, "cpi")
	for _, account := range []string{"cpi_operator.lucca", "supervisor.lucca", "social_worker.pistoia"} {
		_, err := p.Records.Referral(t.Context(), p.Accounts[account], referral)
		require.ErrorIs(t, err, ledger.ErrNotFound)
		_, err = p.Records.Share(t.Context(), p.Accounts[account], task)
		require.ErrorIs(t, err, ledger.ErrNotFound)
		require.Empty(t, p.readsOf(account, caseRun))
	}
}

// TestALinkShowsWhatStands: nothing of the person once the referral is over, or
// the consent that it stands on is withdrawn.
func TestALinkShowsWhatStands(t *testing.T) {
	p := newPlay(t)
	_, run, referral, _ := p.Referred()
	link := p.Mailed(run, "partner_request")[0]
	shows := func() bool {
		opened, err := p.Records.OpenLink(t.Context(), link)
		require.NoError(t, err)
		return opened.Snapshot != nil
	}
	for state, sees := range map[care.ReferralState]bool{
		care.ReferralReceived: true, care.ReferralOnHold: true, care.ReferralAccepted: true, care.ReferralInProgress: true,
		care.ReferralCompleted: false, care.ReferralFailed: false, care.ReferralRejected: false, care.ReferralWithdrawn: false,
	} {
		p.Does(run, p.Clock(), ledger.Effects{Referrals: []ledger.ReferralChange{{ID: referral, State: state}}}, nil)
		require.Equal(t, sees, shows(), state)
	}
	p.Does(run, p.Clock(), ledger.Effects{Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralReceived}}}, nil)
	require.True(t, shows())
	_, err := p.Owner.Exec(t.Context(), `UPDATE share SET legal_basis = 'consent' WHERE run_id = $1`, run)
	require.NoError(t, err)
	p.Does(run, p.Clock(), ledger.Effects{Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralOnHold}}}, nil)
	require.False(t, shows())
}
