package steps_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
	"percorso/internal/kin"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// says has the person of a case say something about consent.
func (p *play) says(caseRun string, command catalogue.Command) {
	p.T.Helper()
	p.Now = p.Now.Add(time.Minute)
	p.Does(caseRun, p.Ask("social_worker.prato", caseRun, command), ledger.Effects{}, nil)
}

func (p *play) consentsTo(caseRun, agency string, purposes ...string) {
	p.T.Helper()
	for _, purpose := range purposes {
		p.says(caseRun, catalogue.Consent.Command("", "", crossing.ConsentForm{Agency: agency, Purpose: purpose}))
	}
}

func (p *play) withdrawsFrom(caseRun, agency string) {
	p.T.Helper()
	p.says(caseRun, catalogue.WithdrawConsent.Command("", "", crossing.WithdrawalForm{Agency: agency}))
}

// mayGo says whether the person consents to an agency being sent them for an area of need.
func (p *play) mayGo(caseRun, agency, area string) bool {
	p.T.Helper()
	seen, err := p.Records.Disclosure(p.T.Context(), p.Accounts["social_worker.prato"], ledger.BareID(caseRun), agency, area)
	require.NoError(p.T, err)
	return seen.Consent
}

// refers tries to send the person to an agency for an area of need.
func (p *play) refers(caseRun, agency, area string, agrees bool) (ledger.StepResult, ledger.Entry, string) {
	p.T.Helper()
	seen, err := p.Records.Disclosure(p.T.Context(), p.Accounts["social_worker.prato"], ledger.BareID(caseRun), agency, area)
	require.NoError(p.T, err)
	run := postgrestest.NewRun(care.RunReferral)
	e := p.Ask("social_worker.prato", caseRun, catalogue.Refer.Command("", "", catalogue.ReferForm{Agency: agency, Purpose: area, Notice: true, Seen: seen.Digest, Consent: agrees}))
	res := p.Tries(caseRun, e, ledger.Effects{Tell: []ledger.Message{
		{Run: run, Answer: care.Answer{Operation: care.OpOpen, Agency: care.Code(agency), Matter: care.Code(area)}}}}, nil)
	return res, e, run
}

// sent says how what an agency was given on a run stands: whether something was given
// at all, and why it has ended.
func (p *play) sent(run string) (given bool, end string) {
	p.T.Helper()
	row := p.Row(`SELECT snapshot <> '{}' AS given, end_reason FROM share WHERE run_id = $1`, run)
	return row["given"].(bool), row["end_reason"].(string)
}

// TestAConsentIsToOneAgencyForOnePurpose: it opens nothing else, may be given with the
// form of the sending, and its withdrawal from one agency ends what that one was given.
func TestAConsentIsToOneAgencyForOnePurpose(t *testing.T) {
	p := newPlay(t)
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	p.consentsTo(caseRun, "terzo_settore", "housing")
	for _, other := range [][2]string{{"terzo_settore", "school"}, {"centri_sociali", "housing"}} {
		res, e, _ := p.refers(caseRun, other[0], other[1], false)
		p.Refused(res, e, "consent", care.RuleConsent)
	}
	res, _, first := p.refers(caseRun, "terzo_settore", "housing", false)
	require.Equal(t, ledger.Recorded, res.Verdict)
	res, _, second := p.refers(caseRun, "centri_sociali", "school", true)
	require.Equal(t, ledger.Recorded, res.Verdict)
	res, _, public := p.refers(caseRun, "asl", "school", true)
	require.Equal(t, ledger.Recorded, res.Verdict)
	for _, run := range []string{first, second, public} {
		given, end := p.sent(run)
		require.True(t, given)
		require.Empty(t, end)
	}
	require.Equal(t, []map[string]any{{"agency": "centri_sociali", "purpose": "school"}, {"agency": "terzo_settore", "purpose": "housing"}},
		p.Rows(`SELECT agency, purpose FROM consent WHERE withdrawn_at IS NULL ORDER BY agency`), "none is kept to whom none is asked for")

	// What is withdrawn from one goes on for the others.
	refused := p.Ask("social_worker.prato", caseRun, catalogue.WithdrawConsent.Command("", "", crossing.WithdrawalForm{Agency: "asl"}))
	p.Refused(p.Tries(caseRun, refused, ledger.Effects{}, nil), refused, "agency", care.RuleNoConsent)
	p.withdrawsFrom(caseRun, "terzo_settore")
	_, end := p.sent(first)
	require.Equal(t, string(care.EndConsent), end)
	_, end = p.sent(second)
	require.Empty(t, end)
	require.False(t, p.mayGo(caseRun, "terzo_settore", "housing"))
	require.True(t, p.mayGo(caseRun, "centri_sociali", "school"))
	p.withdrawsFrom(caseRun, "")
	require.False(t, p.mayGo(caseRun, "centri_sociali", "school"))
	_, end = p.sent(second)
	require.Equal(t, string(care.EndConsent), end)
	_, end = p.sent(public)
	require.Empty(t, end)
}

// TestWhoSignsAConsent: on the file of a minor one who signs, and who must not be told never
// does; a form that does not say who signs is not the way to consent.
func TestWhoSignsAConsent(t *testing.T) {
	p := newPlay(t)
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	_, err := p.Owner.Exec(t.Context(), `UPDATE person SET birth_date = '2012-01-01', birth_year_only = true, linked =
		'[{"name": "Madre Prova", "relation": "mother", "signs": true}, {"name": "Padre Prova", "relation": "father", "barred": true, "order": "court", "ordered": "2026-05-04"}]'`)
	require.NoError(t, err)
	consent := func(by string) ledger.Entry {
		return p.Ask("social_worker.prato", caseRun, catalogue.Consent.Command("", "", crossing.ConsentForm{Agency: "terzo_settore", Purpose: "housing", SignedBy: by}))
	}
	for by, rule := range map[string]string{"": care.RuleRequired, "Padre Prova": kin.RuleSigner} {
		e := consent(by)
		p.Refused(p.Tries(caseRun, e, ledger.Effects{}, nil), e, "signed_by", rule)
	}
	res, e, _ := p.refers(caseRun, "terzo_settore", "housing", true)
	p.Refused(res, e, "consent", kin.RuleSignsFirst)
	p.Does(caseRun, consent("Madre Prova"), ledger.Effects{}, nil)
	require.True(t, p.mayGo(caseRun, "terzo_settore", "housing"))
	require.Equal(t, "Madre Prova", p.Row(`SELECT data ->> 'signed_by' AS by FROM record WHERE kind = 'consent'`)["by"])
	res, _, _ = p.refers(caseRun, "terzo_settore", "housing", false)
	require.Equal(t, ledger.Recorded, res.Verdict)
}

// TestAConsentOfBeforeAgenciesWereNamed counts for what was sent by it, and opens nothing;
// withdrawn from one agency it goes on for the others.
func TestAConsentOfBeforeAgenciesWereNamed(t *testing.T) {
	p := newPlay(t)
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	_, err := p.Owner.Exec(t.Context(), `INSERT INTO consent (id, case_id, zone, given_at, given_to) VALUES (gen_random_uuid(), $1, 'prato', $2, $3)`,
		ledger.BareID(caseRun), p.Now, p.Accounts["social_worker.prato"].ID)
	require.NoError(t, err)
	first, _, _ := p.sentTo(caseRun, "terzo_settore") // had been decided on when it was given
	second, _, _ := p.sentTo(caseRun, "centri_sociali")
	for _, run := range []string{first, second} {
		given, end := p.sent(run)
		require.True(t, given)
		require.Empty(t, end)
	}
	other, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	_, err = p.Owner.Exec(t.Context(), `INSERT INTO consent (id, case_id, zone, given_at, given_to) SELECT gen_random_uuid(), $1, zone, given_at, given_to FROM consent`, ledger.BareID(other))
	require.NoError(t, err)
	res, e, _ := p.refers(other, "terzo_settore", "housing", false)
	p.Refused(res, e, "consent", care.RuleConsent)
	p.withdrawsFrom(caseRun, "terzo_settore")
	_, end := p.sent(first)
	require.Equal(t, string(care.EndConsent), end)
	_, end = p.sent(second)
	require.Empty(t, end)
	refused := p.Ask("social_worker.prato", caseRun, catalogue.WithdrawConsent.Command("", "", crossing.WithdrawalForm{Agency: "terzo_settore"}))
	p.Refused(p.Tries(caseRun, refused, ledger.Effects{}, nil), refused, "agency", care.RuleNoConsent)
	p.withdrawsFrom(caseRun, "")
	_, end = p.sent(second)
	require.Equal(t, string(care.EndConsent), end)
}

// TestARedirectionAsksForItsOwnConsent: of whom it goes to, for what the person was sent
// for; and what is sent again asks for that of whom it was first sent to.
func TestARedirectionAsksForItsOwnConsent(t *testing.T) {
	p := newPlay(t)
	caseRun, run, referral, _ := p.Referred() // to asl, for health
	p.consentsTo(caseRun, "terzo_settore", "housing")
	redirects := func(agrees bool) (ledger.StepResult, ledger.Entry) {
		form := catalogue.ReferralMoveForm{Agency: "terzo_settore", Note: "Prova", Consent: agrees}
		e := p.Ask("social_worker.prato", run, catalogue.Redirect.Command("", referral, form))
		return p.Tries(run, e, ledger.Effects{Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRedirected},
			{ID: uuid.NewString(), State: care.ReferralRequested, Agency: "terzo_settore", Purpose: "health", From: referral}}}, nil), e
	}
	res, e := redirects(false)
	p.Refused(res, e, "consent", care.RuleConsent)
	res, _ = redirects(true)
	require.Equal(t, ledger.Recorded, res.Verdict)
	require.Equal(t, 1, p.Count(`consent WHERE agency = 'terzo_settore' AND purpose = 'health' AND withdrawn_at IS NULL`))
	require.Equal(t, 1, p.Count(`share WHERE run_id = $1 AND agency = 'terzo_settore' AND end_reason = '' AND snapshot <> '{}'`, run))

	// Sent first to a private one, whose consent is withdrawn, and then by it to a public one.
	again := postgrestest.NewRun(care.RunReferral)
	p.Branch(caseRun, again, care.Answer{Agency: "centri_sociali", Matter: "housing"}, ledger.Effects{})
	last := uuid.NewString()
	next := postgrestest.Opens(again, "next", ledger.TaskChange{Kind: care.NextStepAfterRejection, Role: care.SocialWorker, Referral: last})
	p.Does(again, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{next},
		Referrals: []ledger.ReferralChange{{ID: last, State: care.ReferralRequested, Agency: "cpia", Purpose: "housing"}}}, nil)
	resubmits := func() (ledger.StepResult, ledger.Entry) {
		e := p.Completion("social_worker.prato", again, next.ID, care.Completion{Outcome: care.Resubmit, Note: "Prova"})
		return p.Tries(again, e, ledger.Effects{}, nil), e
	}
	res, e = resubmits()
	p.Refused(res, e, "outcome", care.RuleConsent)
	p.consentsTo(caseRun, "centri_sociali", "housing")
	res, _ = resubmits()
	require.Equal(t, ledger.Recorded, res.Verdict)
}

// TestAMembersConsentIsForTheEquipe: one for a referral to the same agency seats nobody.
func TestAMembersConsentIsForTheEquipe(t *testing.T) {
	p := newPlay(t)
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	_, err := p.Owner.Exec(t.Context(), `UPDATE case_file SET needs = '{labour,housing,school}' WHERE id = $1`, ledger.BareID(caseRun))
	require.NoError(t, err)
	equipe := p.Equipe(caseRun, ledger.SeatChange{ID: uuid.NewString(), Role: care.ThirdSectorOperator, Agency: "terzo_settore", State: care.SeatInvited})
	p.consentsTo(caseRun, "terzo_settore", "housing", "school")
	require.Zero(t, p.Count(`share WHERE run_id = $1`, equipe))
	p.consentsTo(caseRun, "terzo_settore", "equipe")
	require.ElementsMatch(t, []string{"labour", "housing"}, p.givenOn(equipe, "terzo_settore").Needs)
	p.withdrawsFrom(caseRun, "terzo_settore")
	_, end := p.sent(equipe)
	require.Equal(t, string(care.EndConsent), end)
}

// TestAMergeCountsDeclarationsByAgencyAndPurpose: what is withdrawn from one agency in one
// file ends what the other file has to it, and nothing else.
func TestAMergeCountsDeclarationsByAgencyAndPurpose(t *testing.T) {
	for _, c := range []struct {
		name string
		said func(p *play, kept, merged string)
		want [][2]string
	}{
		{"to two agencies in two files", func(p *play, kept, merged string) {
			p.consentsTo(kept, "terzo_settore", "housing")
			p.consentsTo(merged, "centri_sociali", "housing")
		}, [][2]string{{"centri_sociali", "housing"}, {"terzo_settore", "housing"}}},
		{"for two purposes in two files", func(p *play, kept, merged string) {
			p.consentsTo(kept, "terzo_settore", "housing")
			p.consentsTo(merged, "terzo_settore", "housing", "school")
		}, [][2]string{{"terzo_settore", "housing"}, {"terzo_settore", "school"}}},
		{"withdrawn from one of them in the other file", func(p *play, kept, merged string) {
			p.consentsTo(kept, "terzo_settore", "housing")
			p.consentsTo(kept, "centri_sociali", "housing")
			p.consentsTo(merged, "terzo_settore", "school")
			p.withdrawsFrom(merged, "terzo_settore")
		}, [][2]string{{"centri_sociali", "housing"}}},
		{"withdrawn from all in the other file", func(p *play, kept, merged string) {
			p.consentsTo(kept, "centri_sociali", "housing")
			p.consentsTo(merged, "terzo_settore", "school")
			p.withdrawsFrom(merged, "")
			p.consentsTo(kept, "terzo_settore", "housing")
		}, [][2]string{{"terzo_settore", "housing"}}},
	} {
		p := newPlay(t)
		var files []string
		for range 2 {
			file, _ := p.Begin(ledger.Person{}, ledger.Effects{})
			p.Does(file, p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
			files = append(files, file)
		}
		c.said(p, files[0], files[1])
		p.Now = p.Now.Add(time.Minute)
		res, _ := p.Merge("supervisor.prato", files[1], files[0])
		require.Equal(t, ledger.Recorded, res.Verdict)
		var found [][2]string
		for _, row := range p.Rows(`SELECT agency, purpose FROM consent WHERE case_id = $1 AND withdrawn_at IS NULL ORDER BY agency, purpose`, ledger.BareID(files[0])) {
			found = append(found, [2]string{row["agency"].(string), row["purpose"].(string)})
		}
		require.Equal(t, c.want, found, c.name)
	}
}
