package steps_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// Who is not asked is told that, and not what the other agency would have to do before.
func TestWhoIsNotAskedIsNotToldWhatToDoBefore(t *testing.T) {
	p := newPlay(t)
	sent, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	run, referral := postgrestest.NewRun(care.RunPlacement), uuid.NewString()
	p.Branch(sent, run, care.Answer{Agency: "cpi", Matter: "labour"}, ledger.Effects{
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: "cpi", Purpose: "labour"}},
		Tasks:     []ledger.TaskChange{postgrestest.Opens(run, "answer", ledger.TaskChange{Kind: care.ReferralAnswer, Agency: "cpi", Referral: referral})},
	})
	for _, c := range []struct {
		account string
		op      care.Operation
		want    care.Refusal
	}{
		{"social_worker.prato", care.OpAccept, care.Refusal{Code: care.RefusedForbidden, Operation: care.OpAccept}},
		{"cpi_operator.prato", care.OpAccept, care.Refusal{Code: care.RefusedNotAwaited, Operation: care.OpAccept, Now: string(care.ReferralRequested)}},
		{"cpi_operator.prato", care.OpSupply, care.Refusal{Code: care.RefusedForbidden, Operation: care.OpSupply}},
		{"social_worker.prato", care.OpSupply, care.Refusal{Code: care.RefusedNotAwaited, Operation: care.OpSupply, Now: string(care.ReferralRequested)}},
	} {
		e := p.Ask(c.account, run, catalogue.Moves[c.op].Command("", referral, catalogue.ReferralMoveForm{Note: "Nota di prova"}))
		require.Equal(t, ledger.Refused, p.brings(run, e, false, ledger.Effects{}).Verdict)
		require.Equal(t, c.want, p.Refusal(e.ID), c.account, c.op)
	}
}
