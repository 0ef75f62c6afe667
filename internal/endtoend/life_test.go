package endtoend

import (
	"net/http"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
)

// permitLeads has a permit whose last day is after tomorrow come near while the
// test runs: leads count back from that day, so they are set to end at times
// from now.
func permitLeads(warning, reminder, alarm time.Duration) (lastDay time.Time, leads []deadline) {
	lastDay = time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 2)
	before := func(d time.Duration) int { return int(time.Until(lastDay.Add(-d)).Seconds()) }
	return lastDay, []deadline{
		{care.DeadlinePermitWarning, before(warning)}, {care.DeadlinePermitReminder, before(reminder)}, {care.DeadlinePermitAlarm, before(alarm)},
	}
}

// What people go through, through the API and in browsers, side by side on one stack.
func TestWhatPeopleGoThrough(t *testing.T) {
	lastDay, leads := permitLeads(50*time.Second, 56*time.Second, 60*time.Second)
	// What came of a receipt is asked once the alarm would have been given.
	leads = append(leads, deadline{care.DeadlinePermitReceipt, 15}, deadline{care.DeadlineGoalEvaluation, 90}, deadline{care.DeadlineMeasureCheck, 600}, deadline{care.DeadlinePartnerLink, int(linkTerm.Seconds())})
	s := open(t, "prova", append(leads, patient...)...)
	for _, j := range []struct {
		name, zone string
		play       func(*services)
	}{
		// First, since its terms run from the start of the stack, and few journeys go side by side on a small machine.
		{"10 the permit runs out", "prova", func(s *services) { s.permitRunsOut(lastDay) }},
		{"3 the complex path", "prova", (*services).complexPath},
		{"5 consulted at once", "lucca", (*services).consultedAtOnce},
		{"in the shared agenda", "prova", (*services).inTheSharedAgenda},
		{"two no-shows", "prova", (*services).twoNoShows},
		{"no interpreter", "pistoia", (*services).noInterpreter},
		{"8 abroad", "prova", (*services).abroad},
		{"11 moving to Pistoia", "prato", (*services).movingToPistoia},
		{"12 a partner without an account", "prova", (*services).partnerWithoutAccount},
		{"3 in the browser", "prova", (*services).complexPathInTheBrowser},
		{"12 in the browser", "prova", (*services).partnerInTheBrowser},
	} {
		t.Run(j.name, func(t *testing.T) {
			t.Parallel()
			j.play(s.with(t, j.zone))
		})
	}
}

// Journey 8: abroad until a date. Nothing is late and nobody is reminded; the
// case resumes by itself, and its deadlines go on with what was left of them.
func (s *services) abroad() {
	t := s.t
	id, _ := s.toTheCPI()
	term, err := time.Parse(time.RFC3339, s.openTask(id, care.ReferralAnswer, care.CPIOperator).text("due_at"))
	require.NoError(t, err)
	asked := time.Now()
	until := asked.Add(10 * time.Second)
	suspension := agenda.SuspendForm{Until: &until, Reason: "abroad", Note: "Prova"}
	s.post(care.SocialWorker, "/case-files/"+id+"/suspension", suspension).is(http.StatusOK)
	require.Equal(t, []string{"until already_suspended"},
		s.post(care.SocialWorker, "/case-files/"+id+"/suspension", suspension).is(http.StatusConflict).rules())
	file := s.file(care.SocialWorker, id)
	require.NotEmpty(t, file.text("suspended_until"))
	waiting := file.of("waiting")
	require.Equal(t, []string{"planned", "time", "resume"}, []string{waiting.text("health"), waiting.text("for"), waiting.text("then")})
	var task answer
	suspended := func(is bool) func() bool { // the branch hears of it from its case
		return func() bool {
			task = s.openTask(id, care.ReferralAnswer, care.CPIOperator)
			return task.body["suspended"] == is
		}
	}
	s.eventually("the task stands still", suspended(true))
	stood := time.Now()
	require.Empty(t, task.text("due_at"))

	before := s.timeline(id)
	for time.Now().Before(until.Add(-time.Second)) { // longer than a reminder and a notice take
		require.NotEqual(t, "late", s.file(care.Supervisor, id).of("waiting").text("health"))
		time.Sleep(500 * time.Millisecond)
	}
	now := s.timeline(id)
	for _, moment := range []string{"reminder_sent referral_answer", "escalated referral_answer"} {
		require.Equal(t, before[moment], now[moment], moment)
	}
	s.eventually("it resumes by itself", func() bool { return s.timeline(id)["resumed"] == 1 })
	require.Empty(t, s.file(care.SocialWorker, id).text("suspended_until"))
	s.eventually("the task goes on", suspended(false))
	due, err := time.Parse(time.RFC3339, task.text("due_at"))
	require.NoError(t, err)
	require.WithinRange(t, due, term.Add(until.Sub(stood)), term.Add(time.Since(asked)), "with what was left of its time")
	s.eventually("the clocks run again", func() bool {
		now := s.timeline(id)
		return now["reminder_sent referral_answer"] > before["reminder_sent referral_answer"] &&
			now["escalated referral_answer"] > before["escalated referral_answer"]
	})
}

// Journey 10: the permit runs out during an internship. The case stands out
// before the day; the receipt of the renewal moves the deadline.
func (s *services) permitRunsOut(lastDay time.Time) {
	t := s.t
	careful := s.inInternship(lastDay)
	silent := s.inInternship(lastDay)

	// The warning comes first. Who shows the receipt then hears no more of it.
	s.eventually("the warning", func() bool { return s.timeline(careful)["permit_warning"] == 1 })
	receipt := time.Now()
	s.do(careful, care.PermitRenewal, care.Completion{Outcome: care.ReceiptShown, At: &receipt})
	require.Equal(t, care.PermitRequested, s.file(care.SocialWorker, careful).of("person_data").text("permit"))

	var stuck answer
	s.eventually("the case stands out", func() bool {
		for _, c := range s.get(care.Supervisor, "/stuck-cases").items() {
			if c.text("id") == silent && c.of("waiting").text("task") == string(care.PermitRenewal) {
				stuck = c
			}
		}
		return stuck.body != nil
	})
	require.True(t, time.Now().Before(lastDay), "before the day")
	require.Equal(t, "late", stuck.of("waiting").text("health"))
	require.NotEmpty(t, stuck.text("sentence"))
	// It is late from the moment on; the notice is written when its clock has fired.
	s.eventually("the notice", func() bool { return s.timeline(silent)["escalated permit_renewal"] == 1 })
	happened := s.timeline(silent)
	for _, moment := range []string{"permit_warning", "reminder_sent permit_renewal", "escalated permit_renewal"} {
		require.Equal(t, 1, happened[moment], "%s in %v", moment, happened)
	}
	happened = s.timeline(careful)
	require.Zero(t, happened["reminder_sent permit_renewal"]+happened["escalated permit_renewal"])

	// With the receipt the case leaves the list. A while after it somebody asks
	// what came of it; the new permit is for two years.
	s.do(silent, care.PermitRenewal, care.Completion{Outcome: care.ReceiptShown, At: &receipt})
	for _, c := range s.get(care.Supervisor, "/stuck-cases").items() {
		require.False(t, c.text("id") == silent && c.of("waiting").text("task") == string(care.PermitRenewal))
	}
	renewed := today().AddDate(2, 0, 0)
	s.do(careful, care.PermitRenewal, care.Completion{Outcome: care.Renewed, Permit: "work", PermitExpiry: care.DateOf(renewed)})
	data := s.file(care.SocialWorker, careful).of("person_data")
	require.Equal(t, []string{"work", renewed.Format(time.DateOnly)}, []string{data.text("permit"), data.text("permit_expiry")})
	for _, task := range s.get(care.Supervisor, "/tasks?case_file_id="+careful).items() {
		require.NotEqual(t, string(care.PermitRenewal), task.text("kind"))
	}
}

// inInternship walks a case to an internship of days, of somebody whose permit
// is good until a day.
func (s *services) inInternship(lastDay time.Time) (caseID string) {
	s.t.Helper()
	caseID = s.post(care.DeskOperator, "/case-files", opening(person(func(p map[string]any) {
		p["permit_expiry"] = lastDay.Format(time.DateOnly)
	}), "labour", "housing")).is(http.StatusCreated).text("id")
	s.do(caseID, care.FirstListening, heard)
	s.do(caseID, care.Orientation, booked())
	s.do(caseID, care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed})
	s.do(caseID, care.Interview, care.Completion{Outcome: care.Held})
	s.do(caseID, care.Assessment, assessed)
	referral := s.referralTo(caseID, "cpi").text("id")
	s.move(care.CPIOperator, referral, care.OpAcknowledge, catalogue.ReferralMoveForm{})
	s.move(care.CPIOperator, referral, care.OpAccept, catalogue.ReferralMoveForm{})
	s.do(caseID, care.PlacementAppointment, care.Completion{Outcome: care.Fixed, At: in(time.Second)})
	s.do(caseID, care.ServicePact, care.Completion{Outcome: care.Signed})
	s.do(caseID, care.Measure, care.Completion{Outcome: care.Started, Measure: "internship", Until: in(30 * 24 * time.Hour), Enterprise: "Azienda Prova"})
	return caseID
}

// Journey 11: moving to Pistoia, which accepts. What Pistoia may see, the end of
// Prato's access, and nothing left hanging.
func (s *services) movingToPistoia() {
	t := s.t
	there := s.with(t, "pistoia")
	id := s.toTheAssessment()
	s.do(id, care.Assessment, assessedAs(care.ToEquipeBetween))
	s.sit(id, between)
	plan := firstPlan()
	plan.Goals = append(plan.Goals, care.PlanGoal{Area: "school", Text: "Italiano di prova"})
	plan.Actions = append(plan.Actions, care.PlanAction{Goal: 1, Text: "Corso di prova", Agency: "cpia", Until: in(90 * 24 * time.Hour), Send: true})
	s.do(id, care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: plan})
	s.agree(id, between)
	placement, school := s.referralTo(id, "cpi").text("id"), s.referralTo(id, "cpia").text("id")
	s.move(care.CPIOperator, placement, care.OpAcknowledge, catalogue.ReferralMoveForm{})

	form := catalogue.TransferForm{Zone: "pistoia", Notice: true, Note: "Trasloco di prova"}
	s.post(care.SocialWorker, "/case-files/"+id+"/transfer", form).is(http.StatusOK)
	s.eventually("it is known that Pistoia is asked", func() bool { return s.file(care.SocialWorker, id).text("transfer_to") == "pistoia" })
	s.get(care.CPIOperator, "/referrals/"+placement).is(http.StatusOK) // the case goes on meanwhile

	// Pistoia decides by the person, the plan and the reason; not by the file.
	var asked answer
	s.eventually("Pistoia is asked", func() bool {
		for _, task := range there.get(care.SocialWorker, "/tasks?team=true").items() {
			asked = task
		}
		return asked.body != nil
	})
	require.Equal(t, string(care.TransferAnswer), asked.text("kind"))
	there.get(care.SocialWorker, "/case-files/"+id).is(http.StatusNotFound)
	share := there.get(care.SocialWorker, "/tasks/"+asked.text("id")+"/share").is(http.StatusOK)
	require.Equal(t, "Prova 0001", share.of("snapshot").text("family_name"))
	require.Equal(t, "Trasloco di prova", share.text("note"))
	require.Len(t, share.of("plan").list("actions"), 3)
	there.post(care.SocialWorker, "/tasks/"+asked.text("id")+"/claim", nil).is(http.StatusOK)
	there.post(care.SocialWorker, "/tasks/"+asked.text("id")+"/complete", care.Completion{Outcome: care.Accepted, Stage: care.StagePlacement}).is(http.StatusOK)

	// The case goes on in Pistoia, with its plan, at its employment centre.
	var moved string
	s.eventually("the case is Pistoia's", func() bool {
		for _, c := range there.get(care.SocialWorker, "/case-files").items() {
			moved = c.text("id")
		}
		return moved != ""
	})
	require.NotEqual(t, id, moved)
	file := there.file(care.SocialWorker, moved)
	require.Equal(t, "placement", file.text("stage"))
	require.Equal(t, "Prova 0001", file.of("person_data").text("family_name"))
	require.Equal(t, []string{"active"}, there.states(moved))
	there.move(care.CPIOperator, there.referralTo(moved, "cpi").text("id"), care.OpAcknowledge, catalogue.ReferralMoveForm{})

	// Prato sees nothing of it any more.
	for _, role := range []care.Role{care.DeskOperator, care.SocialWorker, care.Supervisor, care.CPIOperator} {
		for _, case_ := range []string{id, moved} {
			s.get(role, "/case-files/"+case_).is(http.StatusNotFound)
			s.get(role, "/case-files/"+case_+"/plans").is(http.StatusNotFound)
			s.get(role, "/case-files/"+case_+"/equipes").is(http.StatusNotFound)
			require.Empty(t, s.get(role, "/tasks?case_file_id="+case_).items())
			require.Empty(t, s.get(role, "/referrals?case_file_id="+case_).items())
		}
		require.Empty(t, s.get(role, "/tasks").items())
		s.get(role, "/tasks/"+asked.text("id")).is(http.StatusNotFound)
		s.get(role, "/referrals/"+placement).is(http.StatusNotFound)
		s.get(role, "/referrals/"+school).is(http.StatusNotFound)
	}
	for _, role := range []care.Role{care.DeskOperator, care.SocialWorker, care.Supervisor} {
		require.Empty(t, s.get(role, "/case-files").items())
		require.Empty(t, s.post(role, "/case-file-searches", map[string]any{"search": "Prova 0001"}).is(http.StatusOK).items())
	}
	s.nothingHangs(id)
	s.eventually("who asked is told", func() bool {
		return len(s.mailsTo("social_worker.prato@percorso.example", "passato a un'altra zona")) > 0
	})
}

// nothingHangs asserts that a case has nothing open any more.
func (s *services) nothingHangs(caseID string) {
	s.t.Helper()
	conn, err := pgx.Connect(s.t.Context(), s.stack.AdministratorURL("percorso"))
	require.NoError(s.t, err)
	defer func() { _ = conn.Close(s.t.Context()) }()
	for what, query := range map[string]string{
		"runs":         `SELECT count(*) FROM run WHERE case_id = $1 AND ended_at IS NULL`,
		"tasks":        `SELECT count(*) FROM task WHERE case_id = $1 AND ended_at IS NULL`,
		"referrals":    `SELECT count(*) FROM referral WHERE case_id = $1 AND state NOT IN ('withdrawn', 'rejected', 'completed', 'failed', 'redirected')`,
		"appointments": `SELECT count(*) FROM appointment WHERE case_id = $1 AND state IN ('booked', 'confirmed')`,
		"plans":        `SELECT count(*) FROM plan WHERE case_id = $1 AND ended_at IS NULL`,
		"commands":     `SELECT count(*) FROM command WHERE case_id = $1 AND state = 'accepted'`,
	} {
		var n int
		require.NoError(s.t, conn.QueryRow(s.t.Context(), query, caseID).Scan(&n), what)
		require.Zero(s.t, n, "%s are left hanging", what)
	}
}
