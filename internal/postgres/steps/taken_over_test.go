package steps_test

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/takeover"
)

// The step with which a person is taken over keeps that day's answers, once; how they were
// told is said of one that there is.
func TestATakeOverIsKept(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	kept := func() (records []takeover.Record) {
		page, err := p.Records.WrittenIn(t.Context(), p.Accounts["desk_operator.prato"], ledger.BareID(run), "take_over", ledger.Paging{})
		require.NoError(t, err)
		for _, r := range page.Items {
			if r.Form != takeover.Form {
				continue
			}
			var record takeover.Record
			require.True(t, r.Readable)
			require.NoError(t, json.Unmarshal(r.Fields, &record))
			records = append(records, record)
		}
		return records
	}
	tells := func(account string) error {
		_, err := p.Records.Assign(t.Context(), p.Accounts[account],
			catalogue.TellTakeOver.Command(uuid.NewString(), ledger.BareID(run), takeover.Telling{How: "in_person"}).NewCommand)
		return err
	}
	var refusal *care.Refusal
	require.ErrorAs(t, tells("social_worker.prato"), &refusal)
	require.Equal(t, []care.Fault{{Rule: takeover.NotTaken}}, refusal.Faults)
	require.ErrorIs(t, tells("social_worker.lucca"), ledger.ErrNotFound)

	placement, referral := postgrestest.NewRun(care.RunPlacement), uuid.NewString()
	p.Branch(run, placement, care.Answer{Agency: "cpi"}, ledger.Effects{
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: "cpi", Purpose: "labour"}}})
	require.Empty(t, kept())
	p.Does(placement, p.Clock(), ledger.Effects{Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralAccepted}}}, nil)
	first := kept()
	require.Len(t, first, 1)
	require.Equal(t, takeover.Placement, first[0].With)
	require.Equal(t, []string{"open", "adult", "third_country", "valid"}, []string{first[0].Gate, first[0].Age, first[0].Citizenship, first[0].Permit})

	// A plan that follows takes over nobody anew.
	equipe, plan := p.Equipe(run), uuid.NewString()
	p.Propose(equipe, plan, care.PlanForm{Goals: []care.PlanGoal{{Area: "labour", Text: "Un lavoro (prova)"}}, Actions: []care.PlanAction{{Text: "Prova", Agency: "cpi", Until: new(p.Now.AddDate(0, 1, 0))}}})
	p.Becomes(equipe, plan, care.PlanAgreed)
	require.Equal(t, first, kept())
	require.Equal(t, 1, p.Count(`timeline WHERE case_id = $1 AND code = 'taken_over'`, ledger.BareID(run)))
	require.NoError(t, tells("social_worker.prato"))
}
