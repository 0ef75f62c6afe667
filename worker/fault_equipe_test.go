package worker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
)

// run is the run of a case.
func (s *site) run(caseID string) string { return ledger.RunID(care.RunCase, caseID) }

// taskOf waits for an open task of a kind that a role is to do.
func (s *site) taskOf(caseID string, kind care.TaskKind, role care.Role) (found ledger.Task) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		for _, t := range s.tasks(caseID) {
			if t.Kind == kind && t.Role == role {
				found = t
			}
		}
		return found.ID != ""
	}, 20*time.Second, 20*time.Millisecond, "no task %s of %s", kind, role)
	return found
}

// tasks lists the open tasks of a case.
func (s *site) tasks(caseID string) []ledger.Task {
	s.t.Helper()
	page, err := s.records.Tasks(s.t.Context(), s.staff[care.Supervisor], ledger.TaskFilter{CaseID: caseID}, ledger.Paging{Limit: 100})
	require.NoError(s.t, err)
	return page.Items
}

// signing claims a role's task to sign the plan and accepts its signature,
// without waking the run.
func (s *site) signing(caseID string, role care.Role) ledger.Command {
	s.t.Helper()
	t := s.taskOf(caseID, care.PlanSignOff, role)
	s.claim(t)
	form := care.Completion{Outcome: care.Signed}
	return s.accept(role, catalogue.Complete.Command("", t.ID, form).InRun(t.Run))
}

// toTheSignOff walks a case to an équipe's plan that waits for its signatures.
// What all said in the first place is in the minutes of a meeting, and each confirms it.
func (s *site) toTheSignOff() (caseID string) {
	s.t.Helper()
	defer s.work()()
	caseID = s.open()
	s.complete(caseID, care.FirstListening, heard)
	s.task(caseID, care.Orientation)
	convened := catalogue.ConveneForm{Kind: care.BetweenAgencies}
	require.Equal(s.t, ledger.CommandWorked, s.ask(care.SocialWorker, catalogue.Convene.Command("", caseID, convened)).State)
	invitation := s.taskOf(caseID, care.EquipeInvitation, care.CPIOperator)
	minutes := catalogue.MinutesForm{At: time.Now().Add(-time.Second), Text: "Prova"}
	for role, agency := range map[care.Role]string{care.SocialWorker: "comune", care.CPIOperator: "cpi", care.ImmigrationExpert: "comune"} {
		minutes.Votes = append(minutes.Votes, catalogue.MinutedVote{Vote: care.Vote{Role: role, Agency: care.Code(agency), Outcome: care.Favourable}})
	}
	require.Equal(s.t, ledger.CommandWorked, s.ask(care.SocialWorker, catalogue.Minutes.Command("", "", minutes).InRun(invitation.Run)).State)
	for _, vote := range minutes.Votes { // each says so
		opinion := s.taskOf(caseID, care.EquipeOpinion, vote.Role)
		s.claim(opinion)
		said := s.accept(vote.Role, catalogue.Complete.Command("", opinion.ID, care.Completion{Outcome: care.Favourable}).InRun(opinion.Run))
		s.wake(said)
		require.Equal(s.t, ledger.CommandWorked, s.worked(vote.Role, said.ID).State)
	}
	until := time.Now().AddDate(0, 3, 0)
	s.complete(caseID, care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: &care.PlanForm{
		Goals:   []care.PlanGoal{{Area: "labour", Text: "Prova"}},
		Actions: []care.PlanAction{{Goal: 0, Text: "Prova", Agency: "comune", Until: &until}},
	}})
	s.taskOf(caseID, care.PlanSignOff, care.SocialWorker)
	return caseID
}

// A signature is committed and its worker dies; before the run is back another
// signature comes, or the term falls due at which those who are silent are no
// longer waited for. The quorum is counted once, and nobody is counted twice.
func TestWorkerKilledAtAQuorum(t *testing.T) {
	t.Parallel()
	const patience = 12 * time.Second
	for _, c := range []struct {
		first    string
		signed   []care.Role // before the fault
		fatal    care.Role
		then     care.Role // signs before the run is back; empty: the term falls due
		waived   int
		moreTime bool
	}{
		{first: "another signature comes first", signed: []care.Role{care.SocialWorker}, fatal: care.CPIOperator, then: care.ImmigrationExpert, moreTime: true},
		{first: "the term falls due while a seat is silent", signed: []care.Role{care.SocialWorker}, fatal: care.CPIOperator, waived: 1},
		{first: "the term falls due after the last signature", signed: []care.Role{care.SocialWorker, care.ImmigrationExpert}, fatal: care.CPIOperator},
	} {
		t.Run(c.first, func(t *testing.T) {
			policy := quick(care.Duration{N: 1, Unit: care.Hours})
			for i, d := range policy.Deadlines {
				if d.Code == care.DeadlineEquipeSignOff && !c.moreTime {
					policy.Deadlines[i].Duration = care.Duration{N: int(patience.Seconds()), Unit: care.Seconds}
				}
			}
			s := newSite(t, policy)
			id := s.toTheSignOff()
			opened := time.Now()
			stop := s.work()
			for _, role := range c.signed {
				cmd := s.signing(id, role)
				s.wake(cmd)
				require.Equal(t, ledger.CommandWorked, s.worked(role, cmd.ID).State)
			}
			stop()

			fires := s.workUnder(afterCommit)
			last := s.signing(id, c.fatal)
			s.send(last)
			fires()
			require.Equal(t, ledger.CommandWorked, s.worked(c.fatal, last.ID).State)
			// Postgres is ahead of Temporal now: with the last signature the plan is signed off.
			signatures := len(c.signed) + 1
			all := signatures == len(policy.Equipes[0].Seats)
			require.Equal(t, all, s.moments(id)["plan_signed_off"] == 1)
			if c.then != "" {
				other := s.signing(id, c.then)
				s.send(other)
				signatures++
			} else {
				time.Sleep(time.Until(opened.Add(patience)))
			}

			defer s.work()()
			s.complete(id, care.PlanAgreement, care.Completion{Outcome: care.Agreed})
			require.Eventually(t, func() bool { return s.moments(id)["plan_active"] == 1 }, 20*time.Second, 50*time.Millisecond)
			count := s.moments(id)
			require.Equal(t, signatures, count["signature signed"], "%v", count)
			require.Equal(t, c.waived, count["signature waived"], "%v", count)
			s.once(id, "plan_signed_off", "plan_agreed", "plan_active", "minutes")
			require.Zero(t, count["task_completed quorum_decision/proceed"])
			for _, task := range s.tasks(id) {
				require.NotContains(t, []care.TaskKind{care.PlanSignOff, care.QuorumDecision}, task.Kind)
			}
		})
	}
}
