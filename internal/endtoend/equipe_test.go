package endtoend

import (
	"net/http"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
)

// The roles of Prato's équipe between agencies.
var between = []care.Role{care.SocialWorker, care.CPIOperator, care.InterculturalMediator, care.LabourPolicyExpert, care.ImmigrationExpert}

// patient gives an équipe of the zone "prova" the time that a busy machine
// needs to play all its roles.
var patient = []deadline{{care.DeadlineEquipeAnswer, 90}, {care.DeadlineEquipeSignOff, 90}}

// toTheAssessment walks a case to the assessment by its level-2 service.
func (s *services) toTheAssessment() (caseID string) {
	s.t.Helper()
	caseID = s.openCase()
	s.do(caseID, care.FirstListening, heard)
	s.do(caseID, care.Orientation, booked())
	s.do(caseID, care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed})
	s.do(caseID, care.Interview, care.Completion{Outcome: care.Held})
	return caseID
}

// assessedAs is an assessment with labour, housing and school needs together.
func assessedAs(outcome string) care.Completion {
	return care.Completion{Outcome: outcome, Areas: []care.AreaFinding{
		{Area: "labour", Need: "serious"}, {Area: "housing", Need: "some"}, {Area: "school", Need: "some"},
	}}
}

// takeSeats has roles take their seats in an équipe, which then asks for their opinions.
func (s *services) takeSeats(caseID string, roles []care.Role) {
	s.t.Helper()
	for _, role := range roles {
		s.doAs(role, caseID, care.EquipeInvitation, care.Completion{Outcome: care.Confirmed})
	}
	for _, role := range roles {
		s.openTask(caseID, care.EquipeOpinion, role)
	}
}

// sit has roles take their seats in an équipe and say their opinions; those that
// dissent say why.
func (s *services) sit(caseID string, roles []care.Role, dissents ...care.Role) {
	s.t.Helper()
	s.takeSeats(caseID, roles)
	for _, role := range roles {
		opinion := care.Completion{Outcome: care.Favourable, Note: "Motivi di prova"}
		for _, d := range dissents {
			if d == role {
				opinion = care.Completion{Outcome: care.Dissenting, Note: "Dissenso di prova"}
			}
		}
		s.doAs(role, caseID, care.EquipeOpinion, opinion)
	}
}

// agree has roles sign a plan, and the person agree to it.
func (s *services) agree(caseID string, roles []care.Role) {
	s.t.Helper()
	for _, role := range roles {
		s.doAs(role, caseID, care.PlanSignOff, care.Completion{Outcome: care.Signed})
	}
	s.do(caseID, care.PlanAgreement, care.Completion{Outcome: care.Agreed})
}

// firstPlan sends the person to the employment centre.
func firstPlan() *care.PlanForm {
	return &care.PlanForm{
		Goals: []care.PlanGoal{{Area: "labour", Text: "Lavoro di prova"}},
		Actions: []care.PlanAction{
			{Goal: 0, Text: "Tirocinio di prova", Agency: "cpi", Until: in(90 * 24 * time.Hour), Send: true},
			{Goal: 0, Text: "Colloqui di prova", Agency: "comune", Until: in(90 * 24 * time.Hour)},
		},
	}
}

// versions reads the versions of a plan, the newest first.
func (s *services) versions(role care.Role, caseID string) []answer {
	s.t.Helper()
	return s.get(role, "/case-files/"+caseID+"/plans").is(http.StatusOK).items()
}

// states lists the states of a plan's versions, the newest first.
func (s *services) states(caseID string) (states []string) {
	s.t.Helper()
	for _, v := range s.versions(care.SocialWorker, caseID) {
		states = append(states, v.text("state"))
	}
	return states
}

// list reads a list within an answer.
func (a answer) list(field string) (items []answer) {
	list, _ := a.body[field].([]any)
	for _, item := range list {
		items = append(items, answer{t: a.t, body: item.(map[string]any)})
	}
	return items
}

// of reads an object within an answer.
func (a answer) of(field string) answer {
	object, _ := a.body[field].(map[string]any)
	return answer{t: a.t, body: object}
}

// Journey 3: the complex path. The équipe's plan, the employment centre's no
// with its reason, the revised plan with a course and an Italian course side by
// side, the placement, and the closure that a second pair of eyes approves.
func (s *services) complexPath() {
	t := s.t
	id := s.toTheAssessment()
	s.do(id, care.Assessment, assessedAs(care.ToEquipeBetween))
	s.openTask(id, care.EquipeInvitation, care.CPIOperator)
	require.Equal(t, "equipe", s.file(care.SocialWorker, id).text("stage"))

	s.sit(id, between, care.LabourPolicyExpert)
	s.do(id, care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: firstPlan()})
	// Who dissents may withhold the signature too: a quorum signs.
	s.doAs(care.LabourPolicyExpert, id, care.PlanSignOff, care.Completion{Outcome: care.Dissenting, Note: "Dissenso di prova"})
	s.agree(id, []care.Role{care.SocialWorker, care.CPIOperator, care.InterculturalMediator, care.ImmigrationExpert})
	placement := s.referralTo(id, "cpi").text("id")
	require.Equal(t, []string{"active"}, s.states(id))
	equipes := s.get(care.InterculturalMediator, "/case-files/"+id+"/equipes").is(http.StatusOK).items() // a member reads it
	require.Len(t, equipes, 1)
	require.Equal(t, care.PlanActivated, equipes[0].text("outcome"))
	seats := equipes[0].list("seats")
	require.Len(t, seats, len(between))
	for _, seat := range seats {
		require.Equal(t, "spoken", seat.text("state"))
		dissents := seat.text("role") == string(care.LabourPolicyExpert)
		require.Equal(t, dissents, seat.text("opinion") == care.Dissenting)
		require.Equal(t, dissents, seat.text("opinion_note") == "Dissenso di prova", "dissent is kept with its reasons")
		require.Equal(t, dissents, seat.text("signature") == care.Dissenting)
	}

	// The employment centre says no, and why; the équipe hears of it.
	s.move(care.CPIOperator, placement, care.OpAcknowledge, catalogue.ReferralMoveForm{})
	s.move(care.CPIOperator, placement, care.OpReject, catalogue.ReferralMoveForm{Reason: "no_availability", Note: "Prova"})
	s.do(id, care.NextStepAfterRejection, care.Completion{Outcome: care.ToEquipe, Note: "Prova"})
	s.openTask(id, care.EquipeInvitation, care.CPIOperator)
	equipes = s.get(care.SocialWorker, "/case-files/"+id+"/equipes").items()
	require.Len(t, equipes, 2)
	require.Equal(t, "no_availability", equipes[0].text("reason"))

	// It meets: all take their seats, and confirm what the minutes say of them.
	s.takeSeats(id, between)
	minutes := catalogue.MinutesForm{At: time.Now().Add(-time.Second), Text: "Verbale di prova"}
	for _, seat := range equipes[0].list("seats") {
		minutes.Votes = append(minutes.Votes, catalogue.MinutedVote{Vote: care.Vote{
			Role: care.Role(seat.text("role")), Agency: care.Code(seat.text("agency")), Outcome: care.Favourable,
		}})
	}
	s.post(care.SocialWorker, "/equipes/"+equipes[0].text("id")+"/minutes", minutes).is(http.StatusOK)
	for _, role := range between { // each says so
		s.doAs(role, id, care.EquipeOpinion, care.Completion{Outcome: care.Favourable, Note: "Prova"})
	}
	revised := s.revisedPlan(id)
	task, role := s.task(id, care.PlanDraft)
	s.post(role, "/tasks/"+task+"/claim", nil).is(http.StatusOK)
	unsaid := *revised
	unsaid.Changes = ""
	require.Equal(t, []string{"plan.changes required"},
		s.post(role, "/tasks/"+task+"/complete", care.Completion{Outcome: care.Proposed, Plan: &unsaid}).is(http.StatusUnprocessableEntity).rules())
	s.post(role, "/tasks/"+task+"/complete", care.Completion{Outcome: care.Proposed, Plan: revised}).is(http.StatusOK)
	s.agree(id, between)

	// A course at the employment centre and Italian at the adult school, side by side.
	school := s.referralTo(id, "cpia").text("id")
	require.Equal(t, []string{"active", "revised"}, s.states(id))
	now, before := s.versions(care.CPIOperator, id)[0], s.versions(care.SocialWorker, id)[1] // who has a part reads the plan
	require.Equal(t, before.list("actions")[1].text("id"), now.list("actions")[1].text("id"), "an action keeps its id")
	placement = s.referralTo(id, "cpi", placement).text("id")
	s.move(care.SocialWorker, school, care.OpAcknowledge, catalogue.ReferralMoveForm{}) // as the school says by telephone
	s.move(care.CPIOperator, placement, care.OpAcknowledge, catalogue.ReferralMoveForm{})
	s.move(care.SocialWorker, school, care.OpAccept, catalogue.ReferralMoveForm{})
	s.move(care.CPIOperator, placement, care.OpAccept, catalogue.ReferralMoveForm{})
	s.do(id, care.PlacementAppointment, care.Completion{Outcome: care.Fixed, At: in(time.Second)})
	s.do(id, care.ServicePact, care.Completion{Outcome: care.Signed})
	s.do(id, care.Measure, care.Completion{Outcome: care.Started, Measure: "training", Until: in(time.Second)})
	s.post(care.CPIOperator, "/case-files/"+id+"/plan-actions/"+now.list("actions")[0].text("id")+"/progress",
		catalogue.ProgressForm{State: care.ActionDone}).is(http.StatusOK)
	s.do(id, care.ReferralOutcome, care.Completion{Outcome: care.Completed})
	s.do(id, care.PlacementOutcome, care.Completion{Outcome: care.Placed, Enterprise: "Azienda Prova"})
	require.Equal(t, "completed", s.get(care.SocialWorker, "/referrals/"+school).text("state"))
	require.Equal(t, "done", s.versions(care.SocialWorker, id)[0].list("actions")[0].of("progress").text("state"))

	// Two reviews, then all who have a part in the plan say how far its goals are reached.
	s.do(id, care.Review, care.Completion{Outcome: care.Met})
	s.do(id, care.Review, care.Completion{Outcome: care.Met})
	goals := []care.GoalFinding{{Goal: now.list("goals")[0].text("id"), Result: "reached"}, {Goal: now.list("goals")[1].text("id"), Result: "partly"}}
	s.do(id, care.GoalEvaluation, care.Completion{Outcome: care.Evaluated, Goals: goals[:1]})
	s.do(id, care.Evaluation, care.Completion{Outcome: care.ProposeClose, ClosureOutcome: care.OutcomePlaced, Goals: goals})
	require.Len(t, s.get(care.SocialWorker, "/case-files/"+id+"/goal-findings").is(http.StatusOK).items(), 3)

	// The first look at the closure sends it back.
	s.do(id, care.Closure, care.Completion{Outcome: care.Closed, ClosureOutcome: care.OutcomePlaced})
	s.do(id, care.ClosureApproval, care.Completion{Outcome: care.NotApproved, Note: "Prova"})
	// Then the supervisor proposes it: somebody else is to approve.
	reassigned := func(to care.Role) {
		task, _ := s.task(id, care.Closure)
		s.post(care.Supervisor, "/tasks/"+task+"/reassign", catalogue.Assignment{Role: to, Note: "Prova"}).is(http.StatusOK)
	}
	reassigned(care.Supervisor)
	s.do(id, care.Closure, care.Completion{Outcome: care.Closed, ClosureOutcome: care.OutcomePlaced})
	// There is nobody else in the zone: another zone's supervisor is asked, and sees it for as long.
	s.eventually("asked elsewhere", func() bool { return s.timeline(id)["approval_elsewhere lucca"] == 1 })
	elsewhere := s.with(t, "lucca")
	task, _ = elsewhere.task(id, care.ClosureApproval)
	require.Equal(t, http.StatusNotFound, s.call(care.Supervisor, http.MethodPost, "/tasks/"+task+"/claim", nil).status)
	elsewhere.do(id, care.ClosureApproval, care.Completion{Outcome: care.NotApproved, Note: "Prova"})
	s.task(id, care.Closure)
	elsewhere.get(care.Supervisor, "/case-files/"+id).is(http.StatusNotFound)
	reassigned(care.SocialWorker)
	s.do(id, care.Closure, care.Completion{Outcome: care.Closed, ClosureOutcome: care.OutcomePlaced})
	s.do(id, care.ClosureApproval, care.Completion{Outcome: care.Approved})
	file := s.file(care.SocialWorker, id)
	require.Equal(t, care.OutcomePlaced, file.text("outcome"))
	require.Equal(t, []string{"completed", "revised"}, s.states(id))
	require.Empty(t, s.get(care.Supervisor, "/tasks?case_file_id="+id).items())
	happened := s.timeline(id)
	for moment, times := range map[string]int{
		"equipe_convened between_agencies": 2, "minutes": 1, "plan_active": 2, "referral_rejected no_availability": 1, "case_closed placed": 1,
	} {
		require.Equal(t, times, happened[moment], "%s in %v", moment, happened)
	}
}

// revisedPlan is version 2 of firstPlan: what it had is kept, a course and an
// Italian course come with it.
func (s *services) revisedPlan(caseID string) *care.PlanForm {
	s.t.Helper()
	plan := firstPlan()
	for _, v := range s.versions(care.SocialWorker, caseID) {
		if v.text("state") != string(care.PlanActive) {
			continue
		}
		plan.Goals[0].ID = v.list("goals")[0].text("id")
		for i, a := range v.list("actions") {
			plan.Actions[i].ID, plan.Actions[i].Send = a.text("id"), false
		}
	}
	require.NotEmpty(s.t, plan.Goals[0].ID)
	plan.Goals = append(plan.Goals, care.PlanGoal{Area: "school", Text: "Italiano di prova"})
	plan.Actions = append(plan.Actions,
		care.PlanAction{Goal: 0, Text: "Corso di prova", Agency: "cpi", Until: in(90 * 24 * time.Hour), Send: true},
		care.PlanAction{Goal: 1, Text: "Italiano di prova", Agency: "cpia", Until: in(90 * 24 * time.Hour), Send: true})
	plan.Changes = "Un corso prima del tirocinio (prova)"
	return plan
}

// Journey 5: Lucca. The social worker is consulted at the desk, the services
// follow each other while the desk stays the person's link, a third-sector
// project is reached on consent, and an équipe within the agency makes a plan.
func (s *services) consultedAtOnce() {
	t := s.t
	form := opening(person(nil), "social_inclusion")
	form["channel"], form["topic"] = "front_office", "social_inclusion"
	id := s.post(care.DeskOperator, "/case-files", form).is(http.StatusCreated).text("id")
	s.do(id, care.FirstListening, care.Completion{Outcome: care.Heard, Needs: []string{"social_inclusion"}})
	s.rungToTheDesk(id)
	s.do(id, care.SocialConsult, care.Completion{Outcome: care.Consulted, Note: "Prova"})
	services := []string{"segretariato_sociale", "professional_social_service", "partner_projects"}
	next := func(service string) care.Completion {
		return care.Completion{Outcome: care.Booked, Bookings: []care.Booking{{Service: care.Code(service), At: soon()}}}
	}
	s.do(id, care.Orientation, next(services[0]))
	social := func(outcome string) care.Completion {
		return care.Completion{Outcome: outcome, Areas: []care.AreaFinding{{Area: "social_inclusion", Need: "serious"}, {Area: "labour", Need: "some"}}}
	}
	for i, service := range services {
		confirm := s.openTask(id, care.ConfirmAppointment, "")
		require.Equal(t, service, confirm.text("service"))
		s.do(id, care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed})
		s.do(id, care.Interview, care.Completion{Outcome: care.Held})
		if i+1 == len(services) {
			break
		}
		s.do(id, care.Assessment, social(care.Onward))
		booking := s.openTask(id, care.NextService, care.DeskOperator)
		require.Equal(t, services[i+1], booking.text("service"))
		s.do(id, care.NextService, next(services[i+1]))
	}

	// The project of a third-sector body: it gets what the sender saw, with consent.
	seen := s.get(care.SocialWorker, "/case-files/"+id+"/disclosures/terzo_settore?purpose=social_inclusion").is(http.StatusOK)
	require.Equal(t, "consent", seen.text("legal_basis"))
	refer := catalogue.ReferForm{Agency: "terzo_settore", Purpose: "social_inclusion", Notice: true, Seen: seen.text("digest")}
	require.Equal(t, []string{"consent consent_required"},
		s.post(care.SocialWorker, "/case-files/"+id+"/referrals", refer).is(http.StatusUnprocessableEntity).rules())
	refer.Consent = true
	s.post(care.SocialWorker, "/case-files/"+id+"/referrals", refer).is(http.StatusOK)
	project := s.referralTo(id, "terzo_settore").text("id")
	got := s.get(care.ThirdSectorOperator, "/referrals/"+project).is(http.StatusOK)
	require.Equal(t, seen.body["snapshot"], got.body["snapshot"], "exactly what the sender saw")
	require.Empty(t, got.of("snapshot").text("citizenship"), "and no more than consent is for")
	s.get(care.ThirdSectorOperator, "/case-files/"+id).is(http.StatusNotFound)
	s.move(care.ThirdSectorOperator, project, care.OpAcknowledge, catalogue.ReferralMoveForm{})
	s.move(care.ThirdSectorOperator, project, care.OpAccept, catalogue.ReferralMoveForm{})
	s.doAs(care.ThirdSectorOperator, id, care.ReferralOutcome, care.Completion{Outcome: care.Completed})

	// The last service finds the need complex: an équipe of the municipality's own.
	s.do(id, care.Assessment, social(care.ToEquipeWithin))
	within := []care.Role{care.SocialWorker, care.AdministrativeExpert, care.InterculturalMediator}
	s.sit(id, within)
	s.do(id, care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: &care.PlanForm{
		Goals:   []care.PlanGoal{{Area: "social_inclusion", Text: "Prova"}},
		Actions: []care.PlanAction{{Goal: 0, Text: "Prova", Agency: "comune", Until: in(90 * 24 * time.Hour)}},
	}})
	s.agree(id, within)
	s.eventually("the follow-up is all that goes on", func() bool { return s.file(care.SocialWorker, id).text("stage") == "follow_up" })
	file := s.file(care.SocialWorker, id)
	require.Equal(t, "planned", file.of("waiting").text("health"))
	require.Equal(t, []string{"active"}, s.states(id))
	ended := map[string]string{}
	for _, b := range file.list("branches") {
		ended[b.text("kind")+" "+b.text("service")+b.text("agency")] = b.text("outcome")
	}
	require.Len(t, ended, 6, "%v", ended) // three services, a referral, an équipe, the follow-up
	require.Equal(t, care.Completed, s.get(care.ThirdSectorOperator, "/referrals/"+project).text("outcome"))
}
