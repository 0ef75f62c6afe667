package steps_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// TestWhoReadAHandedOverCaseStaysAnswerable: to the supervisor of each zone, for the
// time that the case was there, by day, agency, role and purpose.
func TestWhoReadAHandedOverCaseStaysAnswerable(t *testing.T) {
	p := newPlayToday(t)
	run := p.zonesCase("prato")
	id, ctx := ledger.BareID(run), t.Context()
	_, referral, _ := p.sentTo(run, "cpi")
	_, err := p.Records.Referral(ctx, p.Accounts["cpi_operator.prato"], referral)
	require.NoError(t, err)
	_, err = p.Records.CaseFile(ctx, p.Accounts["social_worker.prato"], id)
	require.NoError(t, err)
	officer, tomorrow := p.Accounts["privacy_officer.prato"], p.Today().In(italian.Rome).AddDate(0, 0, 1)
	here, err := p.Records.Readers(ctx, officer, id, tomorrow)
	require.NoError(t, err)
	require.Nil(t, here.HandedAt)
	require.NotEmpty(t, here.Lines)
	transfer, task := p.transferred(run)
	_, err = p.Records.Share(ctx, p.Accounts["social_worker.lucca"], task)
	require.NoError(t, err)
	p.Complete("social_worker.lucca", transfer, task, care.Completion{Outcome: care.Accepted, Stage: care.StageFollowUp}, ledger.Effects{Ending: care.Accepted}, nil)
	next := postgrestest.NewRun(care.RunCase)
	p.Does(run, p.Clock(), ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomeTransferred, Ending: care.OutcomeTransferred,
		Handover: &ledger.Handover{Zone: "lucca", Run: next, Stage: care.StageFollowUp}}, nil)
	_, err = p.Records.CaseFile(ctx, p.Accounts["social_worker.lucca"], ledger.BareID(next))
	require.NoError(t, err)

	reads, err := p.Records.Reads(ctx, p.Accounts["supervisor.prato"], id, ledger.Paging{})
	require.NoError(t, err)
	type line struct{ zone, agency, role, action, purpose string }
	var told []line
	for _, r := range reads.Items {
		require.WithinDuration(t, p.Today(), r.At, time.Hour)
		told = append(told, line{r.ByZone, r.ByAgency, string(r.ByRole), r.Action, string(r.Purpose)})
	}
	require.Contains(t, told, line{"prato", "cpi", "cpi_operator", string(ledger.ReadReferral), string(ledger.ReadingPurposes[ledger.ReadReferral])})
	require.Contains(t, told, line{"prato", "comune", "social_worker", string(ledger.ReadCase), string(ledger.ReadingPurposes[ledger.ReadCase])})
	require.Contains(t, told, line{"lucca", "comune", "social_worker", string(ledger.ReadShare), "transfer"}, "who decided the transfer read it too")
	one, err := p.Records.Reads(ctx, p.Accounts["supervisor.prato"], id, ledger.Paging{Limit: 1})
	require.NoError(t, err)
	require.NotEmpty(t, one.Next)
	require.Equal(t, string(ledger.ReadReads), one.Items[0].Action, "that one asked is a reading itself")

	handed, err := p.Records.HandedOver(ctx, p.Accounts["supervisor.prato"])
	require.NoError(t, err)
	require.Len(t, handed, 1)
	require.Equal(t, id, handed[0].ID)
	none, err := p.Records.HandedOver(ctx, p.Accounts["supervisor.lucca"])
	require.NoError(t, err)
	require.Empty(t, none)
	_, err = p.Records.HandedOver(ctx, p.Accounts["social_worker.prato"])
	require.ErrorIs(t, err, ledger.ErrForbidden)

	// The zone's privacy officer finds it by its number, and is told the same without a name.
	found, err := p.Records.FindReadCase(ctx, officer, handed[0].Number)
	require.NoError(t, err)
	require.Equal(t, id, found)
	byDay, err := p.Records.Readers(ctx, officer, id, tomorrow)
	require.NoError(t, err)
	require.NotNil(t, byDay.HandedAt)
	require.Equal(t, handed[0].Number, byDay.Number)
	told = nil
	for _, r := range byDay.Lines {
		require.Equal(t, p.Today().In(italian.Rome).Format(time.DateOnly), r.Day.Format(time.DateOnly))
		require.Positive(t, r.Times)
		told = append(told, line{r.ByZone, r.ByAgency, string(r.ByRole), r.Action, string(r.Purpose)})
	}
	require.Contains(t, told, line{"prato", "cpi", "cpi_operator", string(ledger.ReadReferral), string(ledger.ReadingPurposes[ledger.ReadReferral])})
	require.Contains(t, told, line{"lucca", "comune", "social_worker", string(ledger.ReadShare), "transfer"})
	require.Contains(t, told, line{"prato", "comune", "privacy_officer", string(ledger.ReadReads), "accountability"}, "the officer's own look before the transfer")
	since, err := p.Records.Readers(ctx, p.Accounts["privacy_officer.lucca"], ledger.BareID(next), tomorrow)
	require.NoError(t, err)
	require.Nil(t, since.HandedAt)
	require.NotEmpty(t, since.Lines)

	// The other zone answers for its own time, and nobody else for either.
	there, err := p.Records.Reads(ctx, p.Accounts["supervisor.lucca"], ledger.BareID(next), ledger.Paging{})
	require.NoError(t, err)
	for _, r := range there.Items {
		require.Equal(t, "lucca", r.ByZone)
	}
	require.NotEmpty(t, there.Items)
	for account, of := range map[string]string{"supervisor.lucca": id, "supervisor.pistoia": id, "social_worker.prato": id, "desk_operator.prato": id,
		"cpi_operator.prato": id, "supervisor.prato": ledger.BareID(next)} {
		_, err := p.Records.Reads(ctx, p.Accounts[account], of, ledger.Paging{})
		require.ErrorIs(t, err, ledger.ErrNotFound, account)
	}
	for account, of := range map[string]string{"privacy_officer.lucca": id, "privacy_officer.pistoia": id, "privacy_officer.prato": ledger.BareID(next)} {
		_, err := p.Records.Readers(ctx, p.Accounts[account], of, tomorrow)
		require.ErrorIs(t, err, ledger.ErrNotFound, account)
	}
	for account, number := range map[string]string{"privacy_officer.lucca": handed[0].Number, "privacy_officer.pistoia": handed[0].Number, "privacy_officer.prato": since.Number} {
		_, err := p.Records.FindReadCase(ctx, p.Accounts[account], number)
		require.ErrorIs(t, err, ledger.ErrNotFound, account)
	}
	_, err = p.Records.CaseFile(ctx, p.Accounts["supervisor.prato"], id)
	require.ErrorIs(t, err, ledger.ErrNotFound, "the file itself stays with the other zone")
}
