package gates_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/after"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
	"percorso/internal/eligibility"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/postgres/records"
	"percorso/internal/testclock"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

func TestWhatConsentIsAskedFor(t *testing.T) {
	p := postgrestest.NewPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	id := ledger.BareID(run)
	worker := p.Accounts["social_worker.prato"]
	refer := func(agency string) (catalogue.ReferForm, ledger.Disclosure) {
		d, err := p.Records.Disclosure(t.Context(), worker, id, agency, "housing")
		require.NoError(t, err)
		return catalogue.ReferForm{Agency: agency, Purpose: "housing", Notice: true, Seen: d.Digest}, d
	}
	tries := func(form catalogue.ReferForm, referral string) (ledger.StepResult, ledger.Entry) {
		e := p.Ask("social_worker.prato", run, catalogue.Refer.Command("", "", form))
		return p.Tries(run, e, ledger.Effects{Tell: []ledger.Message{
			{Run: referral, Answer: care.Answer{Operation: care.OpOpen, Agency: care.Code(form.Agency), Matter: care.Code(form.Purpose)}}}}, nil), e
	}
	form, _ := refer("terzo_settore")
	res, e := tries(form, postgrestest.NewRun(care.RunReferral))
	p.Refused(res, e, "consent", care.RuleConsent)
	// What no list holds is not even accepted; a partner that the zone named since
	// is, and refused until the case goes by the new rules.
	form.Agency = "made_up"
	_, err := p.Records.Accept(t.Context(), worker, catalogue.Refer.Command("made-up", id, form).NewCommand)
	require.Equal(t, care.Refuse(care.Fault{Field: "agency", Rule: care.RuleUnknownCode}), err)
	p.Law("with-one-more", func(policy *care.Policy) {
		policy.Agencies = append(policy.Agencies, care.Agency{Code: "made_up", Name: "Ente di prova", Kind: care.KindThirdSector, Email: "ente@prova.invalid"})
	})
	p.Records = records.New(p.API, calendar.New)
	p.Records.Clock = func() time.Time { return p.Now }
	res, e = tries(form, postgrestest.NewRun(care.RunReferral))
	p.Refused(res, e, "agency", care.RuleUnknownCode)

	// What changed since the sender saw it must be seen again.
	form, _ = refer("asl")
	_, err = p.Owner.Exec(t.Context(), `UPDATE person SET phone = '0574 000000' WHERE case_id = $1`, id)
	require.NoError(t, err)
	res, e = tries(form, postgrestest.NewRun(care.RunReferral))
	p.Refused(res, e, "seen", care.RuleSeen)
	says := func(command catalogue.Command) ledger.Entry { return p.Ask("social_worker.prato", run, command) }
	consents := func() ledger.Entry {
		return says(catalogue.Consent.Command("", "", crossing.ConsentForm{Agency: "terzo_settore", Purpose: "housing"}))
	}
	withdraws := func() ledger.Entry {
		return says(catalogue.WithdrawConsent.Command("", "", crossing.WithdrawalForm{}))
	}
	e = withdraws()
	p.Refused(p.Tries(run, e, ledger.Effects{}, nil), e, "", care.RuleNoConsent)
	first, e := consents(), consents()
	p.Does(run, first, ledger.Effects{}, nil)
	p.Refused(p.Tries(run, e, ledger.Effects{}, nil), e, "purpose", care.RuleConsented)
	for _, agency := range []string{"asl", "terzo_settore"} {
		form, shown := refer(agency)
		referral := postgrestest.NewRun(care.RunReferral)
		res, _ := tries(form, referral)
		require.Equal(t, ledger.Recorded, res.Verdict)
		given := p.Row(`SELECT md5(snapshot::text) AS digest, notice_version, legal_basis FROM share WHERE run_id = $1`, referral)
		require.Equal(t, shown.Digest, given["digest"], "exactly what was shown")
		require.Equal(t, "2026-01", given["notice_version"])
		require.Equal(t, string(shown.LegalBasis), given["legal_basis"])
		require.Equal(t, []string{"housing"}, shown.Snapshot.Needs)
		require.Equal(t, agency == "terzo_settore", shown.Snapshot.BirthDate == "" && shown.Snapshot.Citizenship == "", "a private partner gets less")

		// The referral that its run makes uses the same share.
		made := ledger.ReferralChange{ID: uuid.NewString(), State: care.ReferralRequested, Agency: care.Code(agency), Purpose: "housing"}
		p.Does(referral, p.Hear(referral, care.OpOpen), ledger.Effects{Referrals: []ledger.ReferralChange{made}}, nil)
		require.Equal(t, 1, p.Count(`share WHERE run_id = $1`, referral))
		require.Equal(t, 1, p.Count(`referral r JOIN share s ON s.id = r.share_id WHERE r.id = $1 AND r.purpose = 'housing'`, made.ID))
	}
	p.Does(run, withdraws(), ledger.Effects{}, nil)

	// A plan that sends the person to a private partner asks for it too.
	equipe := p.Equipe(run)
	until := p.Now.Add(30 * postgrestest.DayLong)
	plan := uuid.NewString()
	p.Propose(equipe, plan, care.PlanForm{Goals: []care.PlanGoal{{Area: "labour", Text: "Prova"}},
		Actions: []care.PlanAction{{Text: "Prova", Agency: "terzo_settore", Until: &until, Send: true}}})
	agreement := postgrestest.Opens(equipe, "agreement", ledger.TaskChange{Kind: care.PlanAgreement})
	p.Does(equipe, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{agreement}}, nil)
	agreed := care.Completion{Outcome: care.Agreed}
	e = p.Completion("social_worker.prato", equipe, agreement.ID, agreed)
	p.Refused(p.Tries(equipe, e, ledger.Effects{}, nil), e, "consents", care.RuleConsent)
	agreed.Consent = true
	p.Does(equipe, p.Ask("social_worker.prato", equipe, catalogue.Complete.Command("", agreement.ID, agreed)), ledger.Effects{}, nil)
	require.Equal(t, 1, p.Count(`consent WHERE case_id = $1 AND withdrawn_at IS NULL`, id))
}

// TestAnActDecides: who works under a contract for the municipality needs no consent
// of the person, an association without one does, and nobody gets anything new once
// its act has ended.
func TestAnActDecides(t *testing.T) {
	p := postgrestest.NewPlay(t)
	p.Law("with-acts", func(policy *care.Policy) {
		for _, a := range []care.Agency{
			{Code: "coop", ActsAs: care.ActsProcessor, Act: "Contratto di prova", ActEnd: p.Now.Format(time.DateOnly)},
			{Code: "past", ActsAs: care.ActsProcessor, Act: "Contratto di prova", ActEnd: p.Now.AddDate(0, 0, -1).Format(time.DateOnly)},
			{Code: "joint", ActsAs: care.ActsJointController},
			{Code: "association", ActsAs: care.ActsIndependent},
			{Code: "other"},
		} {
			a.Name, a.Kind, a.Email = "Ente di prova", care.KindThirdSector, "ente@prova.invalid"
			policy.Agencies = append(policy.Agencies, a)
		}
	})
	p.Records = records.New(p.API, calendar.New)
	p.Records.Clock = func() time.Time { return p.Now }
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	for agency, rule := range map[string]string{"coop": "", "joint": "", "past": care.RuleActOver, "association": care.RuleConsent, "other": care.RuleConsent} {
		d, err := p.Records.Disclosure(t.Context(), p.Accounts["social_worker.prato"], ledger.BareID(run), agency, "housing")
		require.NoError(t, err)
		e := p.Ask("social_worker.prato", run, catalogue.Refer.Command("", "", catalogue.ReferForm{Agency: agency, Purpose: "housing", Notice: true, Seen: d.Digest}))
		res := p.Tries(run, e, ledger.Effects{}, nil)
		if rule == "" {
			require.Equal(t, ledger.Recorded, res.Verdict, agency)
			require.Equal(t, care.PublicTask, d.LegalBasis)
			continue
		}
		field := "agency"
		if rule == care.RuleConsent {
			field = "consent"
		}
		p.Refused(res, e, field, rule)
	}
}

// TestWhereAReferralMayBeRedirected: neither back to who sent it nor to who had it,
// and nobody gets a new term by it.
func TestWhereAReferralMayBeRedirected(t *testing.T) {
	p := postgrestest.NewPlay(t)
	_, run, referral, task := p.Referred()
	redirects := func(from, to string) ledger.Entry {
		return p.Ask("social_worker.prato", run, catalogue.Redirect.Command("", from, catalogue.ReferralMoveForm{Agency: to, Note: "Prova"}))
	}
	term := func(task string) any { return p.Row(`SELECT escalate_at FROM task WHERE id = $1`, task)["escalate_at"] }
	refused := func(from string, rules map[string]string) {
		for to, rule := range rules {
			e := redirects(from, to)
			p.Refused(p.Tries(run, e, ledger.Effects{}, nil), e, "agency", rule)
		}
	}
	refused(referral, map[string]string{"asl": care.RuleToItself, "comune": care.RuleToSender})
	e := redirects(referral, "terzo_settore")
	p.Refused(p.Tries(run, e, ledger.Effects{}, nil), e, "consent", care.RuleConsent)
	first := term(task)
	p.Now = p.Now.Add(postgrestest.DayLong)

	second := uuid.NewString()
	answer := postgrestest.Opens(run, "answer/2", ledger.TaskChange{Kind: care.ReferralAnswer, Agency: "cpi", Referral: second})
	p.Does(run, redirects(referral, "cpi"), ledger.Effects{
		Tasks: []ledger.TaskChange{{ID: task, State: care.TaskCompleted}, answer},
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRedirected},
			{ID: second, State: care.ReferralRequested, Agency: "cpi", Purpose: "health", From: referral}},
	}, nil)
	require.Equal(t, first, term(answer.ID))
	e = p.Ask("cpi_operator.prato", run, catalogue.Redirect.Command("", second, catalogue.ReferralMoveForm{Agency: "asl"}))
	p.Refused(p.Tries(run, e, ledger.Effects{}, nil), e, "agency", care.RuleAskedBefore)
	shown, err := p.Records.Referral(t.Context(), p.Accounts["cpi_operator.prato"], second)
	require.NoError(t, err)
	require.Equal(t, []string{"asl", "cpi"}, shown.Asked, "whoever is asked now does not see the referral of before")
	for code, may := range map[string]bool{"asl": false, "comune": false, "cpi": false, "cpia": true} {
		require.Equal(t, may, shown.RedirectsTo(care.Agency{Code: code, Email: "ente@prova.invalid"}), code)
	}
}

func TestWhatTheStateOfACaseForbids(t *testing.T) {
	p := postgrestest.NewPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	closure, approval := postgrestest.Opens(run, "closure", ledger.TaskChange{Kind: care.Closure}), postgrestest.Opens(run, "approval", ledger.TaskChange{Kind: care.ClosureApproval, Role: care.Supervisor})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{closure, approval}}, nil)
	p.Complete("supervisor.prato", run, closure.ID, care.Completion{Outcome: care.Closed, ClosureOutcome: "placed"}, ledger.Effects{}, nil)
	approve := care.Completion{Outcome: care.Approved}
	e := p.Completion("supervisor.prato", run, approval.ID, approve)
	p.Refused(p.Tries(run, e, ledger.Effects{}, nil), e, "outcome", care.RuleOtherPerson)
	_, err := p.Records.Assign(t.Context(), p.Accounts["supervisor.prato"], catalogue.Release.Command("r", approval.ID, catalogue.None{}).NewCommand)
	require.NoError(t, err)
	p.Complete("supervisor_2.prato", run, approval.ID, approve, ledger.Effects{}, nil)

	// Who asks for an early closure does not approve it either, whoever gives it to them.
	early := postgrestest.Opens(run, "early", ledger.TaskChange{Kind: care.ClosureApproval, Role: care.Supervisor})
	asks := p.Ask("supervisor.prato", run, catalogue.Close.Command("", "", catalogue.EarlyClosure{Outcome: care.OutcomeWithdrew, Note: "Prova"}))
	p.Does(run, asks, ledger.Effects{Tasks: []ledger.TaskChange{early}}, nil)
	_, err = p.Records.Assign(t.Context(), p.Accounts["supervisor_2.prato"], catalogue.Reassign.Command("g", early.ID, catalogue.Assignment{To: p.Accounts["supervisor.prato"].ID, Note: "Prova"}).NewCommand)
	require.Equal(t, care.Refuse(care.Fault{Field: "to", Rule: care.RuleOtherPerson}), err)
	e = p.Completion("supervisor.prato", run, early.ID, approve)
	p.Refused(p.Tries(run, e, ledger.Effects{}, nil), e, "outcome", care.RuleOtherPerson)
	// Back to them, with their role, it goes where it is not approved.
	_, err = p.Records.Assign(t.Context(), p.Accounts["supervisor.prato"], catalogue.Release.Command("r2", early.ID, catalogue.None{}).NewCommand)
	require.NoError(t, err)
	returned := postgrestest.Opens(run, "returned", ledger.TaskChange{Kind: care.ClosureReturned, Like: early.ID})
	p.Complete("supervisor_2.prato", run, early.ID, care.Completion{Outcome: care.NotApproved, Note: "Prova"}, ledger.Effects{Tasks: []ledger.TaskChange{returned}}, nil)
	row := p.Row(`SELECT holder::text AS holder, role FROM task WHERE id = $1`, returned.ID)
	require.Equal(t, p.Accounts["supervisor.prato"].ID, row["holder"])
	require.Equal(t, "supervisor", row["role"])

	form := catalogue.TransferForm{Zone: "lucca", Notice: true, Note: "Prova"}
	first := p.Ask("social_worker.prato", run, catalogue.Transfer.Command("", "", form))
	e = p.Ask("social_worker.prato", run, catalogue.Transfer.Command("", "", form))
	p.Does(run, first, ledger.Effects{
		Tell: []ledger.Message{{Run: postgrestest.NewRun(care.RunTransfer), Answer: care.Answer{Operation: care.OpOpen, Zone: "lucca"}}}}, nil)
	p.Refused(p.Tries(run, e, ledger.Effects{}, nil), e, "zone", care.RuleTransfer)
}

// The take-over is for people of 16 to 65: an équipe is one, wherever it is asked for.
func TestWhoMayNotBeTakenOver(t *testing.T) { testclock.Each(t, isNotTakenOver) }

func isNotTakenOver(t *testing.T, now time.Time) {
	p := postgrestest.NewPlayAt(t, now)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	_, err := p.Owner.Exec(t.Context(), `UPDATE person SET birth_date = $2 WHERE case_id = $1`, ledger.BareID(run), p.Now.In(testclock.Rome).AddDate(-66, 0, -1))
	require.NoError(t, err)
	convene := catalogue.ConveneForm{Kind: care.BetweenAgencies}
	e := p.Ask("social_worker.prato", run, catalogue.Convene.Command("", "", convene))
	shut(p, "social_worker.prato", run, e, "kind", eligibility.RuleTakeOverAgeMax)
	assess := postgrestest.Opens(run, "assessment", ledger.TaskChange{Kind: care.Assessment, Role: care.SocialWorker})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{assess}}, nil)
	e = p.Completion("social_worker.prato", run, assess.ID, care.Completion{Outcome: care.ToEquipeWithin})
	shut(p, "social_worker.prato", run, e, "outcome", eligibility.RuleTakeOverAgeMax)
	rejected := postgrestest.Opens(run, "rejected", ledger.TaskChange{Kind: care.NextStepAfterRejection, Role: care.SocialWorker})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{rejected}}, nil)
	e = p.Completion("social_worker.prato", run, rejected.ID, care.Completion{Outcome: care.ToEquipe, Note: "Prova"})
	shut(p, "social_worker.prato", run, e, "outcome", eligibility.RuleTakeOverAgeMax)
	p.Does(run, p.Clock(), ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomeWithdrew, Ending: care.OutcomeWithdrew}, nil)
	for _, stage := range []care.Stage{care.StageEquipe, care.StagePlacement} {
		reopen := catalogue.ReopenForm{Stage: stage, Note: "Prova"}
		e = p.Ask("social_worker.prato", run, catalogue.Reopen.Command("", "", reopen))
		shut(p, "social_worker.prato", run, e, "stage", eligibility.RuleTakeOverAgeMax)
	}
	reopen := catalogue.ReopenForm{Stage: care.StageFirstLevel, Note: "Prova"}
	p.Does(run, p.Ask("social_worker.prato", run, catalogue.Reopen.Command("", "", reopen)), ledger.Effects{}, nil)
}

// A need that an assessment finds counts for what it leads to, is one of the case's from
// then on, and goes to whom the person is sent for it; one that it does not find is none.
func TestAnAssessmentFindsTheNeed(t *testing.T) {
	p := postgrestest.NewPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	listening := postgrestest.Opens(run, "listening", ledger.TaskChange{Kind: care.FirstListening})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{listening}}, nil)
	p.Complete("desk_operator.prato", run, listening.ID, care.Completion{Outcome: care.Heard, Needs: []string{"school"}}, ledger.Effects{}, nil)
	needs := func() any { return p.Row(`SELECT needs FROM case_file WHERE id = $1`, ledger.BareID(run))["needs"] }
	require.Equal(t, []any{"school"}, needs())

	for i, found := range []struct {
		need string
		open bool
	}{{"none", false}, {"some", true}} {
		assess := postgrestest.Opens(run, fmt.Sprint("assessment ", i), ledger.TaskChange{Kind: care.Assessment, Role: care.SocialWorker})
		p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{assess}}, nil)
		e := p.Completion("social_worker.prato", run, assess.ID, care.Completion{Outcome: care.ToCPI,
			Areas: []care.AreaFinding{{Area: "school", Need: "some"}, {Area: "labour", Need: found.need}}})
		if !found.open {
			shut(p, "social_worker.prato", run, e, "outcome", eligibility.RuleTakeOverNeed)
			require.Equal(t, []any{"school"}, needs())
			continue
		}
		p.Does(run, e, ledger.Effects{Tasks: []ledger.TaskChange{{ID: assess.ID, State: care.TaskCompleted, Outcome: care.ToCPI}}}, nil)
		require.Equal(t, []any{"school", "labour"}, needs())
	}
}

// TestAMatterIsBookedByItsGate: what needs a permit stays shut to whom it is not shown,
// or whose has expired, whatever way it is booked; what does not is open.
func TestAMatterIsBookedByItsGate(t *testing.T) {
	p := postgrestest.NewPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	is := func(birth time.Time, citizenship, permit string, expiry *time.Time) {
		_, err := p.Owner.Exec(t.Context(), `UPDATE person SET birth_date = $2, citizenship = $3, permit = $4, permit_expiry = $5 WHERE case_id = $1`,
			ledger.BareID(run), birth, citizenship, permit, expiry)
		require.NoError(t, err)
	}
	at := p.Now.Add(postgrestest.DayLong)
	booking := func(service, matter string) care.Booking {
		return care.Booking{Service: care.Code(service), Matter: care.Code(matter), At: at}
	}
	refused := func(rules map[string]string) {
		for matter, rule := range rules {
			e := p.Ask("desk_operator.prato", run, catalogue.Book.Command("", "", catalogue.BookingForm{Booking: booking("uoc_immigrazione", matter)}))
			if rule == "" {
				require.Equal(t, ledger.Recorded, p.Tries(run, e, ledger.Effects{}, nil).Verdict, matter)
				continue
			}
			shut(p, "desk_operator.prato", run, e, "service", rule)
		}
	}
	yesterday := p.Now.AddDate(0, 0, -1)
	adult := p.Now.AddDate(-34, 0, 0)
	is(adult, "PK", "work", &yesterday)
	refused(map[string]string{"permit_renewal": "", "family_reunification": eligibility.RuleLevel2PermitExpired, "": eligibility.RuleLevel2PermitExpired})
	is(p.Now.AddDate(-8, 0, 0), "CN", "", nil)
	refused(map[string]string{"school_inclusion": "", "permit_renewal": eligibility.RuleLevel2Permit, "language_mediation": eligibility.RuleLevel2Permit})
	is(p.Now.AddDate(-66, 0, -1), "AL", "long_term", nil)
	refused(map[string]string{"housing_suitability_certificate": ""})
	is(adult, "RO", "", nil)
	refused(map[string]string{"family_reunification": "", "permit_renewal": eligibility.RuleLevel2ThirdCountry})

	// Of several, each is asked about.
	orientation := postgrestest.Opens(run, "orientation", ledger.TaskChange{Kind: care.Orientation, Role: care.DeskOperator})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{orientation}}, nil)
	later := booking("pas", "housing_support")
	later.At = at.Add(time.Hour) // nobody is in two places at once
	e := p.Completion("desk_operator.prato", run, orientation.ID, care.Completion{Outcome: care.Booked, Bookings: []care.Booking{booking("uoc_immigrazione", "language_mediation"), later}})
	shut(p, "desk_operator.prato", run, e, "bookings[1].service", eligibility.RuleLevel2ThirdCountry)
	p.Does(run, p.Clock(), ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomeWithdrew, Ending: care.OutcomeWithdrew}, nil)
	e = p.Ask("desk_operator.prato", run, catalogue.Reopen.Command("", "", catalogue.ReopenForm{
		Stage: care.StageSecondLevel, Note: "Prova", Bookings: []care.Booking{booking("spac", "housing_support")},
	}))
	shut(p, "desk_operator.prato", run, e, "bookings[0].service", eligibility.RuleLevel2ThirdCountry)
}

// shut tries what a gate is shut to: its author is told why, which is not stored.
func shut(p *postgrestest.Play, who, run string, e ledger.Entry, field, rule string) {
	p.T.Helper()
	p.Refused(p.Tries(run, e, ledger.Effects{}, nil), e, field, eligibility.RuleShut)
	told, err := p.Records.Command(p.T.Context(), p.Accounts[who], e.ID)
	require.NoError(p.T, err)
	require.Equal(p.T, []care.Fault{{Field: field, Rule: rule}}, told.Refusal.Faults)
}

// TestNoRecordSaysThatNoPermitWasShown: whoever is refused the take-over without a
// permit, or with an old one, is refused it in no row with that reason.
func TestNoRecordSaysThatNoPermitWasShown(t *testing.T) {
	p := postgrestest.NewPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	refuses := func(rule string) ledger.Entry {
		e := p.Ask("social_worker.prato", run, catalogue.ReferToCPI.Command("", "", catalogue.SendToCPI{}))
		shut(p, "social_worker.prato", run, e, "", rule)
		return e
	}
	_, err := p.Owner.Exec(t.Context(), `UPDATE person SET permit = '', permit_expiry = NULL WHERE case_id = $1`, ledger.BareID(run))
	require.NoError(t, err)
	refuses(eligibility.RuleTakeOverPermit)
	_, err = p.Owner.Exec(t.Context(), `UPDATE person SET permit = 'work', permit_expiry = '2020-01-01' WHERE case_id = $1`, ledger.BareID(run))
	require.NoError(t, err)
	e := refuses(eligibility.RuleTakeOverPermitExpired)
	for _, row := range p.Rows(`SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`) {
		require.Zero(t, p.Count(fmt.Sprint(row["name"])+` AS t WHERE to_jsonb(t)::text ~ 'permit_(not_shown|expired|missing)'`), row["name"])
	}

	// Nor what was stored before: whatever else was at fault stays.
	files, err := filepath.Glob("../migrations/*_gate_shut.sql")
	require.NoError(t, err)
	require.Len(t, files, 1)
	migration, err := os.ReadFile(files[0])
	require.NoError(t, err)
	before := `{"code": "invalid", "faults": [{"rule": "required", "field": "note"}, {"rule": "take_over.permit_missing", "field": "outcome"}]}`
	_, err = p.Owner.Exec(t.Context(), `UPDATE command SET refusal = $2 WHERE id = $1`, e.ID, before)
	require.NoError(t, err)
	up, _, _ := strings.Cut(string(migration), "-- +goose Down")
	_, err = p.Owner.Exec(t.Context(), up)
	require.NoError(t, err)
	require.Equal(t, []care.Fault{{Field: "note", Rule: "required"}, {Field: "outcome", Rule: eligibility.RuleShut}}, p.Refusal(e.ID).Faults)

	// Once the facts are others, that there was a reason is all that is told.
	_, err = p.Owner.Exec(t.Context(), `UPDATE person SET permit_expiry = NULL WHERE case_id = $1`, ledger.BareID(run))
	require.NoError(t, err)
	told, err := p.Records.Command(t.Context(), p.Accounts["social_worker.prato"], e.ID)
	require.NoError(t, err)
	require.Contains(t, told.Refusal.Faults, care.Fault{Field: "outcome", Rule: eligibility.RuleShut})
}

// TestADayTypedInLaterFollowsWhatCameBefore: a meeting the file, minutes the équipe, what a partner
// does for the person the referral; on the same day each is well. A receipt follows the birth.
func TestADayTypedInLaterFollowsWhatCameBefore(t *testing.T) {
	p := postgrestest.NewPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	earlier, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	const worker = "social_worker.prato"
	p.Now = p.Now.AddDate(0, 0, 3)
	equipe := p.Equipe(run, ledger.SeatChange{ID: uuid.NewString(), Role: care.SocialWorker, Agency: "comune", State: care.SeatConfirmed})
	referral := postgrestest.NewRun(care.RunReferral)
	p.Branch(run, referral, care.Answer{Agency: "cpi", Matter: "labour"}, ledger.Effects{Referrals: []ledger.ReferralChange{{ID: uuid.NewString(), State: care.ReferralRequested, Agency: "cpi", Purpose: "labour"}}})
	p.Now = p.Now.AddDate(0, 0, 3)
	day := func(ago int) time.Time { return p.Now.AddDate(0, 0, -ago) }
	for name, c := range map[string]struct {
		run     string
		command func(at time.Time) catalogue.Command
		since   int // days ago
		fault   care.Fault
	}{
		"a meeting": {run, func(at time.Time) catalogue.Command {
			return catalogue.Meet.Command("", "", catalogue.MeetingForm{At: at})
		}, 6, care.Fault{Field: "at", Rule: after.Opened}},
		"minutes": {equipe, func(at time.Time) catalogue.Command {
			return catalogue.Minutes.Command("", "", catalogue.MinutesForm{At: at, Text: "Prova", Votes: []catalogue.MinutedVote{{Vote: care.Vote{Role: care.SocialWorker, Agency: "comune", Outcome: care.Favourable}}}})
		}, 3, care.Fault{Field: "at", Rule: after.Convened}},
		"a course": {referral, func(at time.Time) catalogue.Command {
			return catalogue.Accept.Command("", "", catalogue.ReferralMoveForm{Starts: care.DateOf(at), Note: "Prova"})
		}, 3, care.Fault{Field: "starts", Rule: after.Sent}},
	} {
		t.Run(name, func(t *testing.T) {
			e := p.Ask(worker, c.run, c.command(day(c.since+1)))
			p.Refused(p.Tries(c.run, e, ledger.Effects{}, nil), e, c.fault.Field, c.fault.Rule)
			res := p.Tries(c.run, p.Ask(worker, c.run, c.command(day(c.since))), ledger.Effects{}, nil)
			require.Equal(t, ledger.Recorded, res.Verdict, res.Result.Refusal)
		})
	}

	// Of two files that were merged the earlier one counts.
	later, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	res, _ := p.Merge(worker, earlier, later)
	require.Equal(t, ledger.Recorded, res.Verdict, res.Result.Refusal)
	held := func(ago int) ledger.Entry {
		return p.Ask(worker, later, catalogue.Meet.Command("", "", catalogue.MeetingForm{At: day(ago)}))
	}
	e := held(7)
	p.Refused(p.Tries(later, e, ledger.Effects{}, nil), e, "at", after.Opened)
	require.Equal(t, ledger.Recorded, p.Tries(later, held(6), ledger.Effects{}, nil).Verdict)

	_, err := p.Owner.Exec(t.Context(), `UPDATE person SET birth_date = $2 WHERE case_id = $1`, ledger.BareID(run), day(20))
	require.NoError(t, err)
	renewal := postgrestest.Opens(run, "renewal", ledger.TaskChange{Kind: care.PermitRenewal})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{renewal}}, nil)
	before := day(21)
	e = p.Completion(worker, run, renewal.ID, care.Completion{Outcome: care.ReceiptShown, At: &before})
	p.Refused(p.Tries(run, e, ledger.Effects{}, nil), e, "at", after.Birth)
}
