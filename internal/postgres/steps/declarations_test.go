package steps_test

import (
	"strings"
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

// A person declares things in two files, of which nobody knows that they are one
// person's: A+ is a consent given in file A, B- one withdrawn in file B, each an hour
// after the one before. After a merge, in either direction, the latest counts.
func TestAfterAMergeTheLatestDeclarationOnConsentCounts(t *testing.T) {
	p := newPlay(t)
	for said, inForce := range map[string]bool{
		"":                  false,
		"A+":                true,
		"A+ A-":             false,
		"B+ A+ A-":          false, // given in B, and then given and withdrawn in A
		"A+ B+ A-":          false,
		"A+ A- B+":          true,
		"A+ B+":             true,
		"B+ A+":             true,
		"A+ B+ B- A-":       false,
		"A+ B+ A- B-":       false,
		"A+ A- B+ B-":       false,
		"A+ A- B+ B- A+":    true,
		"B+ A+ A- A+ B-":    false,
		"A+ A- A+ B+ B-":    false,
		"A+ A- A+ A- B+":    true,
		"B+ B- B+ A+ A- B-": false,
	} {
		for _, into := range []string{"A", "B"} {
			t.Run(said+" into "+into, func(t *testing.T) {
				p.T = t
				files := map[string]string{}
				for _, name := range []string{"A", "B"} {
					files[name], _ = p.Begin(ledger.Person{}, ledger.Effects{})
					p.Does(files[name], p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
				}
				var since time.Time
				for _, word := range strings.Fields(said) {
					p.Now = p.Now.Add(time.Hour)
					p.declares(files[word[:1]], word[1:] == "+")
					since = p.Now
				}
				kept, merged := files[into], files[map[string]string{"A": "B", "B": "A"}[into]]
				p.Now = p.Now.Add(time.Hour)
				res, _ := p.Merge("supervisor.prato", merged, kept)
				require.Equal(t, ledger.Recorded, res.Verdict)

				file, err := p.Records.CaseFile(t.Context(), p.Accounts["supervisor.prato"], ledger.BareID(kept))
				require.NoError(t, err)
				require.Equal(t, inForce, file.Consent != nil)
				if inForce {
					require.False(t, file.Consent.After(since))
				}
				over, err := p.Records.CaseFile(t.Context(), p.Accounts["supervisor.prato"], ledger.BareID(merged))
				require.NoError(t, err)
				require.Nil(t, over.Consent, "the merged file says nothing of its own")
				require.Equal(t, strings.Count(said, "+"), p.Count(`consent WHERE case_id = $1`, ledger.BareID(kept)), "nothing of it is lost")

				// What comes after the merge is later than all that came before it.
				p.Now = p.Now.Add(time.Hour)
				p.declares(kept, !inForce)
				file, err = p.Records.CaseFile(t.Context(), p.Accounts["supervisor.prato"], ledger.BareID(kept))
				require.NoError(t, err)
				require.Equal(t, !inForce, file.Consent != nil)
			})
		}
	}
}

// declares has the person of a case give a consent, or withdraw it.
func (p *play) declares(caseRun string, consents bool) {
	p.T.Helper()
	command := catalogue.WithdrawConsent.Command("", "", crossing.WithdrawalForm{})
	if consents {
		command = catalogue.Consent.Command("", "", crossing.ConsentForm{Agency: "terzo_settore", Purpose: "housing"})
	}
	p.Does(caseRun, p.Ask("desk_operator.prato", caseRun, command), ledger.Effects{}, nil)
}

// Three files of one person are merged one after the other: a consent that another took
// the place of is no withdrawal.
func TestAConsentThatWasRenewedWasNotWithdrawn(t *testing.T) {
	p := newPlay(t)
	var files []string
	for range 3 {
		file, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		p.Does(file, p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
		p.Now = p.Now.Add(time.Hour)
		p.declares(file, true)
		files = append(files, file)
	}
	for _, merged := range files[:2] {
		res, _ := p.Merge("supervisor.prato", merged, files[2])
		require.Equal(t, ledger.Recorded, res.Verdict)
	}
	kept := ledger.BareID(files[2])
	require.Equal(t, 1, p.Count(`consent WHERE case_id = $1 AND withdrawn_at IS NULL`, kept))
	require.Equal(t, 2, p.Count(`consent WHERE case_id = $1 AND renewed_by IS NOT NULL AND withdrawn_to IS NULL`, kept))
}

// A referral to a private partner that stands on the consent of one file ends when the
// person has withdrawn it in the other one, whichever of the two is kept.
func TestWhatStandsOnAConsentEndsWithTheMergeThatEndsIt(t *testing.T) {
	for _, keeps := range []bool{true, false} {
		p := newPlay(t)
		sent, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		other, _ := p.Begin(ledger.Person{}, ledger.Effects{})
		for _, file := range []string{sent, other} {
			p.Does(file, p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
			p.declares(file, true)
		}
		run := postgrestest.NewRun(care.RunReferral)
		p.Branch(sent, run, care.Answer{Agency: "terzo_settore", Matter: "housing"}, ledger.Effects{
			Referrals: []ledger.ReferralChange{{ID: uuid.NewString(), State: care.ReferralRequested, Agency: "terzo_settore", Purpose: "housing"}},
		})
		p.Now = p.Now.Add(time.Hour)
		p.declares(other, false)
		kept, merged := sent, other
		if !keeps {
			kept, merged = other, sent
		}
		res, _ := p.Merge("supervisor.prato", merged, kept)
		require.Equal(t, ledger.Recorded, res.Verdict)
		require.Equal(t, kept, p.Hear(run, care.OpUnconsent).Answer.Case)
	}
}

// A declaration that is on its way to the merged file reaches the one that stays.
func TestADeclarationOnItsWayGoesAlongWithAMerge(t *testing.T) {
	p := newPlay(t)
	merged, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	kept, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	p.Does(kept, p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
	p.declares(merged, true)
	p.Now = p.Now.Add(time.Hour)
	p.Ask("desk_operator.prato", merged, catalogue.WithdrawConsent.Command("", "", crossing.WithdrawalForm{}))
	res, _ := p.Merge("supervisor.prato", merged, kept)
	require.Equal(t, ledger.Recorded, res.Verdict)
	withdrawal := p.Hear(kept, care.OpUnconsent)
	p.Does(kept, withdrawal, ledger.Effects{}, nil)
	require.Zero(t, p.Count(`consent WHERE withdrawn_at IS NULL`))
}

// A consent that was on its way for long is as old as it is, and is not in force where
// a later withdrawal came with a merge meanwhile.
func TestAConsentThatIsWorkedLateIsNoLaterThanItWas(t *testing.T) {
	p := newPlay(t)
	kept, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	merged, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	p.Does(kept, p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
	late := p.Ask("desk_operator.prato", kept, catalogue.Consent.Command("", "", crossing.ConsentForm{Agency: "terzo_settore", Purpose: "housing"}))
	_, err := p.Owner.Exec(t.Context(), `UPDATE command SET created_at = $2 WHERE id = $1`, late.ID, p.Now.Add(-time.Hour))
	require.NoError(t, err)
	p.declares(merged, true)
	p.declares(merged, false)
	res, _ := p.Merge("supervisor.prato", merged, kept)
	require.Equal(t, ledger.Recorded, res.Verdict)
	p.Does(kept, late, ledger.Effects{}, nil)
	require.Zero(t, p.Count(`consent WHERE withdrawn_at IS NULL`))
	require.Equal(t, 2, p.Count(`consent WHERE case_id = $1`, ledger.BareID(kept)))
}

// The private member of an équipe is given what it needs where the consent stands in
// the other file.
func TestAPrivateMemberIsGivenWhatItNeedsByTheOtherFilesConsent(t *testing.T) {
	p := newPlay(t)
	merged, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	kept, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	p.Does(kept, p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
	equipe := p.Equipe(merged, ledger.SeatChange{ID: uuid.NewString(), Role: care.ThirdSectorOperator, Agency: "terzo_settore", State: care.SeatInvited})
	p.Does(kept, p.Ask("desk_operator.prato", kept, catalogue.Consent.Command("", "", crossing.ConsentForm{Agency: "terzo_settore", Purpose: "equipe"})), ledger.Effects{}, nil)
	require.Zero(t, p.Count(`share WHERE run_id = $1`, equipe))
	res, _ := p.Merge("supervisor.prato", merged, kept)
	require.Equal(t, ledger.Recorded, res.Verdict)
	require.Equal(t, 1, p.Count(`share WHERE run_id = $1 AND case_id = $2 AND legal_basis = 'consent' AND end_reason = ''`, equipe, ledger.BareID(kept)))
	require.Subset(t, []string{"labour", "housing"}, p.givenOn(equipe, "terzo_settore").Needs, "what a take-over is for, and not all needs")
}
