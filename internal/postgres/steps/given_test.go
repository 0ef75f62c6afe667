package steps_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// givenOn reads what an agency was given of the person on a run.
func (p *play) givenOn(run, agency string) (given ledger.Snapshot) {
	p.T.Helper()
	var text []byte
	require.NoError(p.T, p.Owner.QueryRow(p.T.Context(), `SELECT snapshot FROM share WHERE run_id = $1 AND agency = $2`, run, agency).Scan(&text))
	require.NoError(p.T, json.Unmarshal(text, &given))
	return given
}

// asks has a branch's run ask an agency for a referral, or continue one with another.
func (p *play) asks(run, agency, purpose, from string) (referral string) {
	p.T.Helper()
	referral = uuid.NewString()
	p.Does(run, p.Clock(), ledger.Effects{Referrals: []ledger.ReferralChange{
		{ID: referral, State: care.ReferralRequested, Agency: care.Code(agency), Purpose: care.Code(purpose), From: from}}}, nil)
	return referral
}

// TestAPlacementIsGivenWhatItWorksOn: of a person who needs a job and a home the
// employment centre is told of the job, whatever sent the person there; and a
// redirection passes on no more, be it to an agency that may have more.
func TestAPlacementIsGivenWhatItWorksOn(t *testing.T) {
	p := newPlay(t)
	caseRun, _ := p.Begin(ledger.Person{Phone: "0574 000001", FiscalCode: "PRVPSN92C01Z236Q"}, ledger.Effects{})
	placement := postgrestest.NewRun(care.RunPlacement)
	p.Branch(caseRun, placement, care.Answer{Agency: "cpi"}, ledger.Effects{})
	first := p.asks(placement, "cpi", "", "")
	given := p.givenOn(placement, "cpi")
	require.Equal(t, []string{"labour"}, given.Needs)
	require.NotEmpty(t, given.BirthDate)
	require.Equal(t, "PRVPSN92C01Z236Q", given.FiscalCode)

	shown, err := p.Records.Disclosure(t.Context(), p.Accounts["social_worker.prato"], ledger.BareID(caseRun), "cpi", "")
	require.NoError(t, err)
	require.Equal(t, given, shown.Snapshot, "what is shown before is what goes")

	// Whoever the person was sent to sees what they would pass on, and nobody else does.
	passed, err := p.Records.Disclosure(t.Context(), p.Accounts["cpi_operator.prato"], ledger.BareID(caseRun), "terzo_settore", "")
	require.NoError(t, err)
	require.False(t, passed.Consent)
	require.Equal(t, given.Needs, passed.Snapshot.Needs)
	require.Empty(t, passed.Snapshot.BirthDate)
	require.Empty(t, passed.Snapshot.FiscalCode)
	_, err = p.Records.Disclosure(t.Context(), p.Accounts["cpi_operator.lucca"], ledger.BareID(caseRun), "cpia", "")
	require.ErrorIs(t, err, ledger.ErrNotFound)

	// Later the person has another number and more needs, and the centre sends them on.
	_, err = p.Owner.Exec(t.Context(), `UPDATE case_file SET needs = '{labour,housing,health,training}' WHERE id = $1`, ledger.BareID(caseRun))
	require.NoError(t, err)
	_, err = p.Owner.Exec(t.Context(), `UPDATE person SET phone = '0574 000002' WHERE case_id = $1`, ledger.BareID(caseRun))
	require.NoError(t, err)
	p.asks(placement, "cpia", "", first)
	given.FiscalCode, given.Work = "", nil // which are for the work alone
	require.Equal(t, given, p.givenOn(placement, "cpia"))
}

// TestAReferralGivesWhatItsSenderIsShown: whatever the agency was given on the run before.
func TestAReferralGivesWhatItsSenderIsShown(t *testing.T) {
	p := newPlay(t)
	var caseRun string
	shown := func() ledger.Snapshot {
		d, err := p.Records.Disclosure(t.Context(), p.Accounts["social_worker.prato"], ledger.BareID(caseRun), "cpi", "")
		require.NoError(t, err)
		return d.Snapshot
	}
	purpose := func(run string) (given string) {
		require.NoError(t, p.Owner.QueryRow(t.Context(), `SELECT string_agg(s.purpose, ' ') FROM share s WHERE s.run_id = $1 AND s.agency = 'cpi'`, run).Scan(&given))
		return given
	}
	place := ledger.AppointmentChange{State: care.AppointmentBooked, Service: "cpi", At: p.Now.Add(postgrestest.DayLong)}
	ask := ledger.ReferralChange{State: care.ReferralRequested, Agency: "cpi"}
	books := func() ledger.Effects {
		place.ID = uuid.NewString()
		return ledger.Effects{Appointments: []ledger.AppointmentChange{place}}
	}
	sends := func() ledger.Effects {
		ask.ID = uuid.NewString()
		return ledger.Effects{Referrals: []ledger.ReferralChange{ask}}
	}
	for name, steps := range map[string][]ledger.Effects{
		"with a place":                             {{Appointments: books().Appointments, Referrals: sends().Referrals}},
		"after an appointment":                     {books(), sends()},
		"before an appointment, as a placement is": {sends(), books()},
	} {
		caseRun, _ = p.Begin(ledger.Person{Phone: "0574 000001", FiscalCode: "PRVPSN92C01Z236Q"}, ledger.Effects{})
		run := postgrestest.NewRun(care.RunPlacement)
		p.Branch(caseRun, run, care.Answer{Agency: "cpi"}, steps[0])
		for _, effects := range steps[1:] {
			p.Does(run, p.Clock(), effects, nil)
		}
		require.Equal(t, shown(), p.givenOn(run, "cpi"), name)
		require.Equal(t, "PRVPSN92C01Z236Q", p.givenOn(run, "cpi").FiscalCode, name)
		require.NotNil(t, p.givenOn(run, "cpi").Work, name)
		require.Equal(t, "referral", purpose(run), name)

		// Rejected, and sent again: what stands by now goes, and it stays where it comes again.
		p.Does(run, p.Clock(), ledger.Effects{Referrals: []ledger.ReferralChange{{ID: ask.ID, State: care.ReferralRejected}}}, nil)
		_, err := p.Owner.Exec(t.Context(), `UPDATE person SET phone = phone || '1' WHERE case_id = $1`, ledger.BareID(caseRun))
		require.NoError(t, err)
		require.NotEqual(t, shown(), p.givenOn(run, "cpi"), name)
		again := p.asks(run, "cpi", "", "")
		require.Equal(t, shown(), p.givenOn(run, "cpi"), name)

		// Passed on, and back: no more than was passed on.
		there := p.asks(run, "cpia", "", again)
		p.asks(run, "cpi", "", there)
		back := p.givenOn(run, "cpi")
		require.Empty(t, back.FiscalCode, name)
		require.Equal(t, shown().Phone, back.Phone, name)
	}
}

// TestARedirectionPassesNoMoreThanWasGiven: neither to a public body after a private
// one, nor to a private one after a public body.
func TestARedirectionPassesNoMoreThanWasGiven(t *testing.T) {
	p := newPlay(t)
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	for _, said := range []crossing.ConsentForm{{Agency: "terzo_settore", Purpose: "housing"}, {Agency: "terzo_settore", Purpose: "school"}, {Agency: "centri_sociali", Purpose: "housing"}} {
		p.Does(caseRun, p.Ask("social_worker.prato", caseRun, catalogue.Consent.Command("", "", said)), ledger.Effects{}, nil)
	}
	run := postgrestest.NewRun(care.RunReferral)
	p.Branch(caseRun, run, care.Answer{Agency: "terzo_settore", Matter: "housing"}, ledger.Effects{})
	first := p.asks(run, "terzo_settore", "housing", "")
	private := p.givenOn(run, "terzo_settore")
	require.Empty(t, private.BirthDate)
	second := p.asks(run, "asl", "housing", first)
	require.Equal(t, private, p.givenOn(run, "asl"))
	p.asks(run, "centri_sociali", "housing", second)
	require.Equal(t, private, p.givenOn(run, "centri_sociali"))

	run = postgrestest.NewRun(care.RunReferral)
	p.Branch(caseRun, run, care.Answer{Agency: "asl", Matter: "school"}, ledger.Effects{})
	first = p.asks(run, "asl", "school", "")
	require.NotEmpty(t, p.givenOn(run, "asl").BirthDate)
	p.asks(run, "terzo_settore", "school", first)
	require.Empty(t, p.givenOn(run, "terzo_settore").BirthDate)
}

// TestAnAppointmentGivesNoNeeds: its matter says what it is for.
func TestAnAppointmentGivesNoNeeds(t *testing.T) {
	p := newPlay(t)
	p.Law("with-a-private-service", func(policy *care.Policy) {
		for _, code := range []string{"mediation", "interpreting"} {
			policy.Services = append(policy.Services, care.Service{Code: code, Name: "Prova", Agency: "terzo_settore", Role: care.SocialWorker})
		}
	})
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	books := func(service string) (run string) {
		run = postgrestest.NewRun(care.RunService)
		p.Branch(caseRun, run, care.Answer{Service: care.Code(service)}, ledger.Effects{Appointments: []ledger.AppointmentChange{
			{ID: uuid.NewString(), State: care.AppointmentBooked, Service: care.Code(service), At: p.Now.Add(postgrestest.DayLong)}}})
		return run
	}
	require.Equal(t, []string{"labour"}, p.givenOn(books("cpi"), "cpi").Needs)
	// A private service asks for the person's consent, and is given nothing without it.
	form := catalogue.BookingForm{Booking: care.Booking{Service: "mediation", At: p.Now.Add(2 * postgrestest.DayLong).Truncate(time.Hour)}}
	e := p.Ask("social_worker.prato", caseRun, catalogue.Book.Command("", "", form))
	p.Refused(p.Tries(caseRun, e, ledger.Effects{}, nil), e, "service", care.RuleConsent)
	require.Equal(t, ledger.Snapshot{}, p.givenOn(books("mediation"), "terzo_settore"))
	p.Does(caseRun, p.Ask("social_worker.prato", caseRun, catalogue.Consent.Command("", "", crossing.ConsentForm{Agency: "terzo_settore", Purpose: "appointment"})), ledger.Effects{}, nil)
	given := p.givenOn(books("interpreting"), "terzo_settore")
	require.NotEmpty(t, given.GivenName)
	require.Empty(t, given.Needs)
}

// TestAPlanGivesItsGoals: a partner whom a plan sends the person to is told of the
// needs of the goals that it works towards.
func TestAPlanGivesItsGoals(t *testing.T) {
	p := newPlay(t)
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	equipe, plan, until := p.Equipe(caseRun), uuid.NewString(), p.Now.Add(30*postgrestest.DayLong)
	p.Propose(equipe, plan, care.PlanForm{Goals: []care.PlanGoal{{Area: "housing", Text: "Prova"}, {Area: "training", Text: "Prova"}}, Actions: []care.PlanAction{
		{Goal: 1, Text: "Prova", Agency: "cpia", Until: &until, Send: true}, {Goal: 0, Text: "Prova", Agency: "comune", Until: &until}}})
	for _, state := range []care.PlanState{care.PlanSignedOff, care.PlanAgreed} {
		p.Becomes(equipe, plan, state)
	}
	referral := postgrestest.NewRun(care.RunReferral)
	p.Does(caseRun, p.Clock(), ledger.Effects{Plan: &ledger.PlanChange{ID: plan, State: care.PlanActive}, Tell: []ledger.Message{
		{Run: referral, Answer: care.Answer{Operation: care.OpOpen, Agency: "cpia"}}}}, nil)
	p.Does(referral, p.Hear(referral, care.OpOpen), ledger.Effects{Referrals: []ledger.ReferralChange{
		{ID: uuid.NewString(), State: care.ReferralRequested, Agency: "cpia"}}}, nil)
	require.Equal(t, []string{"training"}, p.givenOn(referral, "cpia").Needs)
}

// TestAReferralSaysWhenThePersonComes, until it is answered.
func TestAReferralSaysWhenThePersonComes(t *testing.T) {
	p := newPlay(t)
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	run, id, at := postgrestest.NewRun(care.RunPlacement), uuid.NewString(), p.Now.Add(postgrestest.DayLong)
	p.Branch(caseRun, run, care.Answer{Agency: "cpi"}, ledger.Effects{
		Referrals:    []ledger.ReferralChange{{ID: id, State: care.ReferralRequested, Agency: "cpi"}},
		Appointments: []ledger.AppointmentChange{{ID: uuid.NewString(), State: care.AppointmentBooked, Service: "cpi", At: at}},
		Tasks:        []ledger.TaskChange{postgrestest.Opens(run, "answer", ledger.TaskChange{Kind: care.ReferralAnswer, Agency: "cpi", Referral: id})},
	})
	list, err := p.Records.Referrals(t.Context(), p.Accounts["cpi_operator.prato"], ledger.ReferralFilter{Incoming: true, Open: true}, ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	require.NotNil(t, list.Items[0].Meeting)
	require.True(t, at.Equal(*list.Items[0].Meeting))
}
