package worker_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
)

// redirecting walks a case to the request to the employment centre, which
// redirects it to the adult school: accepted, and not yet brought to its run.
func (s *site) redirecting() (caseID string, cmd ledger.Command) {
	s.t.Helper()
	stop := s.work()
	caseID = s.open()
	s.complete(caseID, care.FirstListening, heard)
	s.task(caseID, care.Orientation)
	sent := catalogue.SendToCPI{}
	require.Equal(s.t, ledger.CommandWorked, s.ask(care.SocialWorker, catalogue.ReferToCPI.Command("", caseID, sent)).State)
	s.task(caseID, care.ReferralAnswer)
	stop()
	form := catalogue.ReferralMoveForm{Agency: "cpia", Note: "Prova"}
	asked := s.referrals(caseID)[0]
	return caseID, s.accept(care.CPIOperator, catalogue.Redirect.Command("", asked.ID, form).InRun(asked.Run))
}

// referrals lists the referrals of a case, the newest first.
func (s *site) referrals(caseID string) []ledger.Referral {
	s.t.Helper()
	page, err := s.records.Referrals(s.t.Context(), s.staff[care.SocialWorker], ledger.ReferralFilter{CaseID: caseID}, ledger.Paging{Limit: 100})
	require.NoError(s.t, err)
	return page.Items
}

// redirected asserts that the redirection happened once, and that the school's
// answer moves the referral that continues the first.
func (s *site) redirected(caseID string) {
	s.t.Helper()
	all := s.referrals(caseID)
	require.Len(s.t, all, 2)
	require.Equal(s.t, care.ReferralRedirected, all[1].State)
	require.Equal(s.t, "cpia", all[0].ToAgency)
	require.Equal(s.t, all[1].ID, all[0].Continues)
	require.Equal(s.t, care.ReferralReceived, all[0].State)
	count := s.moments(caseID)
	require.Equal(s.t, 2, count["referral_requested"], "%v", count)
	s.once(caseID, "referral_redirected", "referral_received", "link_sent cpia")
}

// The redirection is committed and its worker dies; the school's answer comes
// before the run is back.
func TestWorkerKilledAfterARedirection(t *testing.T) {
	t.Parallel()
	s := newSite(t, quick(care.Duration{N: 1, Unit: care.Seconds}))
	id, redirect := s.redirecting()
	fires := s.workUnder(afterRedirect)
	s.send(redirect)
	fires()
	require.Equal(t, ledger.CommandWorked, s.worked(care.CPIOperator, redirect.ID).State)

	next := s.referrals(id)[0]
	acknowledged := s.accept(care.SocialWorker, // as the school says by telephone
		catalogue.Acknowledge.Command("", next.ID, catalogue.ReferralMoveForm{}).InRun(next.Run))
	s.send(acknowledged)
	defer s.work()()
	require.Equal(t, ledger.CommandWorked, s.worked(care.SocialWorker, acknowledged.ID).State)
	s.redirected(id)
}

// The redirection is accepted, and whoever was to bring it to its run dies with
// it in hand: it comes again.
func TestWorkerKilledBeforeARedirectionIsDelivered(t *testing.T) {
	t.Parallel()
	s := newSite(t, quick(care.Duration{N: 1, Unit: care.Seconds}))
	id, redirect := s.redirecting()
	fires := s.workUnder(beforeDelivery)
	fires()
	cmd, err := s.records.Command(t.Context(), s.staff[care.CPIOperator], redirect.ID)
	require.NoError(t, err)
	require.Equal(t, ledger.CommandAccepted, cmd.State)

	defer s.work()()
	require.Equal(t, ledger.CommandWorked, s.worked(care.CPIOperator, redirect.ID).State)
	next := s.referrals(id)[0]
	s.move(care.SocialWorker, next, care.OpAcknowledge, catalogue.ReferralMoveForm{})
	s.redirected(id)
}
