package worker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/usual"
)

// quick is a zone with everything that the straight path needs, an équipe and a
// partner without accounts.
func quick(rhythm care.Duration) care.Policy {
	days := func(n int) care.Duration { return care.Duration{N: n, Unit: care.WorkingDays} }
	clock := care.Clock{Remind: days(1), Escalate: days(2)}
	p := care.Policy{
		Zone: "prova", Version: "1", Municipality: "Comune di Prova", DayEnds: "18:00", PatronSaint: care.PatronSaint{Day: "12-26", Name: "Santo Stefano"},
		Agencies: []care.Agency{
			{Code: "comune", Name: "Comune di Prova", Kind: care.KindMunicipality, Answers: care.SocialWorker},
			{Code: "cpi", Name: "CPI di Prova", Kind: care.KindCPI, Answers: care.CPIOperator},
			{Code: "cpia", Name: "CPIA di Prova", Kind: care.KindSchool, Email: "cpia.prova@partner.example"},
		},
		Roles: []care.RoleHolder{
			{Role: care.DeskOperator, Agency: "comune"}, {Role: care.SocialWorker, Agency: "comune"},
			{Role: care.ImmigrationExpert, Agency: "comune"}, {Role: care.CPIOperator, Agency: "cpi"}, {Role: care.Supervisor, Agency: "comune"},
		},
		Needs:    []care.NeedArea{{Code: "labour", Name: "Lavoro", Difficulty: care.DifficultyLabour}, {Code: "housing", Name: "Casa"}},
		Measures: []care.Named{{Code: "internship", Name: "Tirocinio"}},
		Services: []care.Service{{
			Code: "uoc", Name: "UOC", Agency: "comune", Role: care.ImmigrationExpert,
			Sessions: []care.Session{{Days: care.Weekdays, From: "00:00", To: "24:00", Seconds: 1, Places: 1000, Mode: agenda.InPerson}}, // at whatever hour the tests run
		}},
		NoShow: care.NoShowRule{Attempts: 2},
		Equipes: []care.EquipeRule{{Kind: care.BetweenAgencies, Quorum: care.QuorumRule{Roles: 2, Agencies: 2}, Seats: []care.SeatRule{
			{Role: care.SocialWorker, IfSilent: care.WaiveSilent}, {Role: care.CPIOperator, IfSilent: care.WaiveSilent}, {Role: care.ImmigrationExpert, IfSilent: care.WaiveSilent},
		}}},
		FollowUps: []care.FollowUpRule{
			{After: care.StagePlacement, Deadline: care.DeadlineReviewAfterPlacement, Reviews: 1},
			{After: care.StageSecondLevel, Deadline: care.DeadlineReviewAfterService, Reviews: 1},
		},
	}
	for _, code := range []string{care.DeadlineReviewAfterPlacement, care.DeadlineReviewAfterService, care.DeadlineReviewAfterPlan} {
		p.Deadlines = append(p.Deadlines, care.Deadline{Code: code, Duration: rhythm})
	}
	for _, code := range []string{care.DeadlineEquipeAnswer, care.DeadlineEquipeSignOff, care.DeadlinePartnerLink} {
		p.Deadlines = append(p.Deadlines, care.Deadline{Code: code, Duration: days(5)})
	}
	for _, k := range usual.TaskKinds {
		p.Tasks = append(p.Tasks, care.TaskRule{Kind: k.Kind, Role: k.Role, Claim: clock, Complete: clock})
	}
	return p
}

func TestTheStraightPath(t *testing.T) {
	t.Parallel()
	s := newSite(t, quick(care.Duration{N: 1, Unit: care.Seconds}))
	stop := s.work()
	defer stop()
	id := s.open()
	soon := time.Now().Truncate(time.Second) // whose hour has come when it is asked how it went

	s.complete(id, care.FirstListening, care.Completion{Outcome: care.Heard, Needs: []string{"labour", "housing"}})
	s.complete(id, care.Orientation, care.Completion{Outcome: care.Booked, Bookings: []care.Booking{{Service: "uoc", At: soon}}})
	s.complete(id, care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed})
	s.complete(id, care.Interview, care.Completion{Outcome: care.Held})
	s.complete(id, care.Assessment, care.Completion{Outcome: care.ToCPI, Areas: []care.AreaFinding{{Area: "labour", Need: "serious"}}})

	task := s.task(id, care.ReferralAnswer)
	f, err := s.records.Referral(t.Context(), s.staff[care.CPIOperator], task.ReferralID)
	require.NoError(t, err)
	require.Equal(t, care.ReferralRequested, f.State)
	s.move(care.CPIOperator, f, care.OpAcknowledge, catalogue.ReferralMoveForm{})
	s.move(care.CPIOperator, f, care.OpAccept, catalogue.ReferralMoveForm{})
	s.complete(id, care.PlacementAppointment, care.Completion{Outcome: care.Fixed, At: &soon})
	s.complete(id, care.ServicePact, care.Completion{Outcome: care.Signed})
	s.complete(id, care.Measure, care.Completion{Outcome: care.Started, Measure: "internship", Until: &soon})
	s.complete(id, care.PlacementOutcome, care.Completion{Outcome: care.Placed})
	s.complete(id, care.Review, care.Completion{Outcome: care.Met})
	s.complete(id, care.Evaluation, care.Completion{Outcome: care.ProposeClose, ClosureOutcome: care.OutcomePlaced})
	s.complete(id, care.Closure, care.Completion{Outcome: care.Closed, ClosureOutcome: care.OutcomePlaced})

	file, err := s.records.CaseFile(t.Context(), s.staff[care.SocialWorker], id)
	require.NoError(t, err)
	require.Equal(t, care.StageClosed, file.Stage)
	require.Equal(t, care.OutcomePlaced, file.Outcome)
	for _, b := range file.Branches {
		require.NotNil(t, b.Ended, b.Run)
	}
}

// A reminder whose recipient the mail server does not know is seen in its case, once.
func TestMailThatComesBack(t *testing.T) {
	t.Parallel()
	policy := quick(care.Duration{N: 1, Unit: care.Seconds})
	for i := range policy.Tasks {
		policy.Tasks[i].Claim = care.Clock{Remind: care.Duration{N: 1, Unit: care.Seconds}, Escalate: care.Duration{N: 9, Unit: care.WorkingDays}}
	}
	s := newSite(t, policy)
	s.mailer = rejecting{}
	defer s.work()()
	id := s.open()
	require.Eventually(t, func() bool { return s.moments(id)["mail_bounced"] == 1 }, 20*time.Second, 50*time.Millisecond)
	s.once(id, "reminder_sent first_listening", "mail_bounced")
}
