package amending_test

import (
	"encoding/json"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/amending"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/correction"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/postgrestest"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

type play struct{ *postgrestest.Play }

func (p play) amends(account, record string, form amending.Amended) error {
	if form.Why == "" {
		form.Why = "Prova: letto male"
	}
	_, err := p.Records.Assign(p.T.Context(), p.Accounts[account], catalogue.Amend.Command(uuid.NewString(), record, form).NewCommand)
	return err
}

// refused says by which code, and which rules of its fields.
func (p play) refused(err error, code string, faults ...care.Fault) {
	p.T.Helper()
	var refusal *care.Refusal
	require.ErrorAs(p.T, err, &refusal)
	require.Equal(p.T, code, refusal.Code)
	require.Equal(p.T, faults, refusal.Faults)
}

func (p play) reads(account, caseRun, id string) ledger.Record {
	p.T.Helper()
	r, err := p.Records.RecordIn(p.T.Context(), p.Accounts[account], ledger.BareID(caseRun), id)
	require.NoError(p.T, err)
	return r
}

func (p play) needs(caseRun string) (list []string) {
	p.T.Helper()
	require.NoError(p.T, p.Owner.QueryRow(p.T.Context(), `SELECT needs FROM case_file WHERE id = $1`, ledger.BareID(caseRun)).Scan(&list))
	return list
}

// assessed is a case with an assessment by social_worker, and the assessment's record.
func (p play) assessed() (run, id string) {
	run, _ = p.Begin(ledger.Person{}, ledger.Effects{})
	p.Does(run, p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
	task := postgrestest.Opens(run, "assessment", ledger.TaskChange{Kind: care.Assessment, Role: care.SocialWorker, Agency: "comune"})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{task}}, nil)
	p.Complete("social_worker.prato", run, task.ID, care.Completion{Outcome: care.Resolved, Note: "Prima nota di prova",
		Areas: []care.AreaFinding{{Area: "labour", Need: "some", Note: "Prova"}}}, ledger.Effects{}, nil)
	page, err := p.Records.WrittenIn(p.T.Context(), p.Accounts["social_worker.prato"], ledger.BareID(run), "assessment", ledger.Paging{})
	require.NoError(p.T, err)
	require.Len(p.T, page.Items, 1)
	return run, page.Items[0].ID
}

func said(text string) *string { return &text }

// The author corrects an assessment: the newest version is read, what differs stands beside
// it with who and why, the case has the needs that it says now, and the first version stays.
func TestWhatWasWrittenIsAmended(t *testing.T) {
	p := play{postgrestest.NewPlay(t)}
	run, id := p.assessed()
	require.Equal(t, []string{"labour", "housing"}, p.needs(run))
	first := p.reads("social_worker.prato", run, id)
	require.True(t, first.MayAmend)
	require.Equal(t, 1, first.Version)
	require.Empty(t, first.Amended)

	areas := []care.AreaFinding{{Area: "labour", Need: "none"}, {Area: "school", Need: "serious", Note: "Seconda prova"}}
	require.NoError(t, p.amends("social_worker.prato", id, amending.Amended{Seen: 1, Note: said("Seconda nota di prova"), Areas: &areas}))
	r := p.reads("social_worker.prato", run, id)
	require.Equal(t, 2, r.Version)
	var now care.Completion
	require.NoError(t, json.Unmarshal(r.Fields, &now))
	require.Equal(t, care.Completion{Outcome: care.Resolved, Note: "Seconda nota di prova", Areas: areas}, now, "with what was not amended")
	require.Len(t, r.Amended, 1)
	require.Equal(t, "Prova: letto male", r.Amended[0].Why)
	require.Equal(t, p.Accounts["social_worker.prato"].Name, r.Amended[0].ByName)
	require.Equal(t, []string{"areas", "note"}, []string{r.Amended[0].Changes[0].Field, r.Amended[0].Changes[1].Field})
	require.JSONEq(t, `"Prima nota di prova"`, string(r.Amended[0].Changes[1].Old))
	require.JSONEq(t, `"Seconda nota di prova"`, string(r.Amended[0].Changes[1].New))
	require.Equal(t, []string{"housing", "school"}, p.needs(run), "what else was found stays")
	require.Contains(t, p.Moments(run), "record_amended")

	// Outside of its circle nobody reads any version, or amends it.
	for _, account := range []string{"social_worker_2.prato", "supervisor.prato", "desk_operator.prato"} {
		other := p.reads(account, run, id)
		require.Empty(t, other.Fields, account)
		require.Empty(t, other.Amended, account)
		require.False(t, other.MayAmend, account)
		p.refused(p.amends(account, id, amending.Amended{Seen: 2, Note: said("Prova")}), care.RefusedForbidden)
		require.NoError(t, postgres.Within(t.Context(), p.API, postgres.App(p.Accounts[account], p.Now), nil, func(tx postgres.Tx) (err error) {
			var n int
			err = tx.QueryRow(t.Context(), `SELECT count(*) FROM record_version`).Scan(&n)
			require.Zero(t, n, account)
			return err
		}))
	}
	for _, account := range []string{"cpi_operator.prato", "social_worker.firenze"} {
		require.ErrorIs(t, p.amends(account, id, amending.Amended{Seen: 2, Note: said("Prova")}), ledger.ErrNotFound, account)
	}

	p.refused(p.amends("social_worker.prato", id, amending.Amended{Seen: 2, Note: said("Seconda nota di prova")}), care.RefusedInvalid, care.Fault{Rule: amending.RuleNothing})
	p.refused(p.amends("social_worker.prato", id, amending.Amended{Seen: 2, Needs: &[]string{"labour"}}), care.RefusedInvalid, care.Fault{Field: "needs", Rule: care.RuleNotAllowed})
	for _, sql := range []string{`UPDATE record_version SET data = '{}'`, `DELETE FROM record_version`} {
		_, err := p.Owner.Exec(t.Context(), sql)
		require.ErrorContains(t, err, "only inserted", sql)
	}
}

// Of two who amend the same version one is told what the other did; where the author works
// there no more, a colleague of the same role who follows the case amends in their place.
func TestTwoAmendAtOnce(t *testing.T) {
	p := play{postgrestest.NewPlay(t)}
	run, id := p.assessed()
	errs := make([]error, 2)
	var both sync.WaitGroup
	for i, note := range []string{"Prova di una", "Prova di due"} {
		both.Go(func() { errs[i] = p.amends("social_worker.prato", id, amending.Amended{Seen: 1, Note: said(note)}) })
	}
	both.Wait()
	lost := errs[0]
	if lost == nil {
		lost = errs[1]
	}
	require.True(t, errs[0] == nil || errs[1] == nil, "%v, %v", errs[0], errs[1])
	p.refused(lost, care.RefusedChanged, care.Fault{Rule: amending.RuleMeanwhile})
	require.Equal(t, 2, p.reads("social_worker.prato", run, id).Version)

	next := postgrestest.Opens(run, "practice", ledger.TaskChange{Kind: care.SocialService})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{next}}, nil)
	require.NoError(t, p.Claim("social_worker_2.prato", next.ID))
	p.refused(p.amends("social_worker_2.prato", id, amending.Amended{Seen: 2, Note: said("Prova")}), care.RefusedForbidden)
	_, err := p.Owner.Exec(t.Context(), `UPDATE staff SET active = false WHERE id = $1`, p.Accounts["social_worker.prato"].ID)
	require.NoError(t, err)
	p.refused(p.amends("desk_operator.prato", id, amending.Amended{Seen: 2, Note: said("Prova")}), care.RefusedForbidden)
	require.NoError(t, p.amends("social_worker_2.prato", id, amending.Amended{Seen: 2, Note: said("Prova in sua vece")}))
	require.Equal(t, 3, p.reads("social_worker_2.prato", run, id).Version)
}

// Either side adds notes to a referral, which both read with how they were corrected, until
// what it is for is over; nobody else does.
func TestNotesOnAReferral(t *testing.T) {
	p := play{postgrestest.NewPlay(t)}
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	branch, referral := postgrestest.NewRun(care.RunReferral), uuid.NewString()
	p.Branch(run, branch, care.Answer{Agency: "cpi"}, ledger.Effects{Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: "cpi", Purpose: "labour"}}})
	notes := func(account, text string) (string, error) {
		cmd, err := p.Records.Assign(t.Context(), p.Accounts[account], catalogue.NoteReferral.Command(uuid.NewString(), referral, catalogue.ReasonForm{Note: text}).NewCommand)
		return cmd.ID, err
	}
	first, err := notes("social_worker.prato", "Prova: lavora di notte")
	require.NoError(t, err)
	_, err = notes("cpi_operator.prato", "Prova: ci vediamo di pomeriggio")
	require.NoError(t, err)
	require.NoError(t, p.amends("social_worker.prato", first, amending.Amended{Seen: 1, Note: said("Prova: lavora di mattina")}))
	for account, why := range map[string]string{"social_worker.prato": "Prova: letto male", "cpi_operator.prato": ""} {
		r, err := p.Records.Referral(t.Context(), p.Accounts[account], referral)
		require.NoError(t, err)
		require.Len(t, r.Notes, 2, account)
		hers := r.Notes[slices.IndexFunc(r.Notes, func(n ledger.ReferralNote) bool { return n.ID == first })]
		require.Equal(t, "Prova: lavora di mattina", hers.Note)
		require.Len(t, hers.Amended, 1)
		require.Equal(t, why, hers.Amended[0].Why)
		require.JSONEq(t, `"Prova: lavora di notte"`, string(hers.Amended[0].Changes[0].Old))
		require.JSONEq(t, `"Prova: lavora di mattina"`, string(hers.Amended[0].Changes[0].New))
	}
	require.Contains(t, p.Moments(run), "referral_noted")
	_, err = notes("third_sector_operator.prato", "Prova")
	require.ErrorIs(t, err, ledger.ErrNotFound)

	p.Does(branch, p.Clock(), ledger.Effects{Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRejected}}, Ending: care.Rejected}, nil)
	for _, account := range []string{"social_worker.prato", "cpi_operator.prato"} {
		_, err = notes(account, "Prova")
		p.refused(err, care.RefusedEnded)
	}
	_, err = p.Owner.Exec(t.Context(), `UPDATE share SET seen_until = '2020-01-01'`)
	require.NoError(t, err)
	r, err := p.Records.Referral(t.Context(), p.Accounts["cpi_operator.prato"], referral)
	require.NoError(t, err)
	require.Empty(t, r.Notes, "out of sight with the data")
}

// The employment centre is shown what was corrected of what it was given, as long as that
// stands, and nothing that it was not given.
func TestWhoWasGivenDataIsShownWhatWasCorrected(t *testing.T) {
	p := play{postgrestest.NewPlay(t)}
	run, _ := p.Begin(ledger.Person{Phone: "000 0000001"}, ledger.Effects{})
	branch, referral := postgrestest.NewRun(care.RunReferral), uuid.NewString()
	p.Branch(run, branch, care.Answer{Agency: "cpi"}, ledger.Effects{Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: "cpi", Purpose: "labour"}}})
	corrects := func(form correction.PersonCorrection) {
		form.Note = "Prova"
		_, err := p.Records.Assign(t.Context(), p.Accounts["social_worker.prato"], catalogue.Correct.Command(uuid.NewString(), ledger.BareID(run), form).NewCommand)
		require.NoError(t, err)
	}
	corrects(correction.PersonCorrection{Phone: said("000 0000002"), Address: said("Via di Prova 1")})
	for _, account := range []string{"cpi_operator.prato", "social_worker.prato"} {
		r, err := p.Records.Referral(t.Context(), p.Accounts[account], referral)
		require.NoError(t, err)
		require.Len(t, r.Corrected, 1, account)
		require.Equal(t, "phone", r.Corrected[0].Field)
		require.JSONEq(t, `"000 0000001"`, string(r.Corrected[0].Old))
		require.JSONEq(t, `"000 0000002"`, string(r.Corrected[0].New))
		require.NotContains(t, string(r.Snapshot), "Via di Prova")
	}
	p.Does(branch, p.Clock(), ledger.Effects{Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRejected}}, Ending: care.Rejected}, nil)
	corrects(correction.PersonCorrection{Phone: said("000 0000003")})
	r, err := p.Records.Referral(t.Context(), p.Accounts["cpi_operator.prato"], referral)
	require.NoError(t, err)
	require.Empty(t, r.Corrected, "what it was given for is over")
}
