package endtoend

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
)

// Journey 1: an Italian citizen asks about school enrolment. A contact, no case file.
func TestInformationOnly(t *testing.T) {
	t.Parallel()
	s := open(t, "prato")
	contact := map[string]any{"topic": "school", "language": "it", "channel": "in_person", "citizenship": "IT", "outcome": "information"}
	made := s.post(care.DeskOperator, "/contacts", contact).is(http.StatusCreated)
	list := s.get(care.DeskOperator, "/contacts").items()
	require.Len(t, list, 1)
	require.Equal(t, made.text("id"), list[0].text("id"))
	require.Empty(t, s.get(care.DeskOperator, "/case-files").items())

	// More than information is for foreign citizens, and so is a case file.
	contact["outcome"] = "consultation"
	require.Equal(t, []string{"citizenship level_1.foreign_citizen"}, s.post(care.DeskOperator, "/contacts", contact).is(http.StatusUnprocessableEntity).rules())
	italian := person(func(p map[string]any) { p["citizenship"] = "IT" })
	require.Equal(t, []string{"person.citizenship level_1.foreign_citizen"},
		s.post(care.DeskOperator, "/case-files", opening(italian, "school")).is(http.StatusUnprocessableEntity).rules())
}

// Journey 2: the straight path, from the desk to a closure as placed.
func TestStraightPath(t *testing.T) {
	t.Parallel()
	s := open(t, "prova")
	id, referral := s.toTheCPI()

	// The CPI sees the referral with what it was given, and not the case file.
	got := s.get(care.CPIOperator, "/referrals/"+referral).is(http.StatusOK)
	require.Equal(t, "public_task", got.text("legal_basis"))
	require.Equal(t, "Prova 0001", got.body["snapshot"].(map[string]any)["family_name"])
	s.get(care.CPIOperator, "/case-files/"+id).is(http.StatusNotFound)

	s.move(care.CPIOperator, referral, care.OpAcknowledge, catalogue.ReferralMoveForm{})
	s.move(care.CPIOperator, referral, care.OpAccept, catalogue.ReferralMoveForm{})
	s.do(id, care.PlacementAppointment, care.Completion{Outcome: care.Fixed, At: in(time.Second)})
	s.do(id, care.ServicePact, care.Completion{Outcome: care.Signed})
	s.do(id, care.Measure, care.Completion{Outcome: care.Started, Measure: "internship", Until: in(2 * time.Second), Enterprise: "Azienda Prova"})
	s.do(id, care.PlacementOutcome, care.Completion{Outcome: care.Placed})

	s.do(id, care.Review, care.Completion{Outcome: care.Met})
	file := s.file(care.SocialWorker, id)
	require.Equal(t, "follow_up", file.text("stage"))
	s.do(id, care.Review, care.Completion{Outcome: care.ProposeClose, ClosureOutcome: care.OutcomePlaced})
	s.closes(id, care.OutcomePlaced)

	file = s.file(care.SocialWorker, id)
	require.Equal(t, "closed", file.text("stage"))
	require.Equal(t, care.OutcomePlaced, file.text("outcome"))
	for _, b := range file.body["branches"].([]any) {
		require.NotEmpty(t, b.(map[string]any)["ended_at"])
	}
	require.Equal(t, "completed", s.get(care.CPIOperator, "/referrals/"+referral).text("state"))
	require.Empty(t, s.get(care.Supervisor, "/tasks?case_file_id="+id).items())
	// Each read and each write is in the audit.
	actions := map[string]bool{}
	for _, r := range s.get(care.Supervisor, "/case-files/"+id+"/reads?limit=100").items() {
		actions[r.text("action")] = true
	}
	require.True(t, actions["read_case"] && actions["open"] && actions["complete"] && actions["acknowledge"], "%v", actions)
}

// Journey 6: the CPI stays silent.
func TestSilentCPI(t *testing.T) {
	t.Parallel()
	s := open(t, "prova")
	id, referral := s.toTheCPI()
	var stuck answer
	require.Eventually(t, func() bool {
		for _, c := range s.get(care.Supervisor, "/stuck-cases").items() {
			if c.text("id") == id {
				stuck = c
			}
		}
		return stuck.body != nil && stuck.body["waiting"].(map[string]any)["then"] == "escalated"
	}, 30*time.Second, 200*time.Millisecond)
	waiting := stuck.body["waiting"].(map[string]any)
	require.Equal(t, "late", waiting["health"])
	require.Equal(t, "cpi_operator", waiting["role"])
	require.Contains(t, stuck.text("sentence"), "un operatore del Centro per l’Impiego legga la segnalazione")
	happened := s.timeline(id)
	require.Equal(t, 1, happened["reminder_sent referral_answer"])
	require.Equal(t, 1, happened["escalated referral_answer"])
	s.get(care.CPIOperator, "/stuck-cases").is(http.StatusForbidden)

	// The answer stays in the agency that was asked. It acknowledges, and the case leaves the list.
	task := stuck.text("task_id")
	s.post(care.CPIOperator, "/tasks/"+task+"/reassign", catalogue.Assignment{Role: care.LabourPolicyExpert}).is(http.StatusForbidden)
	require.Equal(t, []string{"role " + care.RuleOtherAgency},
		s.post(care.Supervisor, "/tasks/"+task+"/reassign", catalogue.Assignment{Role: care.LabourPolicyExpert}).is(http.StatusUnprocessableEntity).rules())
	s.move(care.CPIOperator, referral, care.OpAcknowledge, catalogue.ReferralMoveForm{})
	until := opensAfter(s.t, time.Hour)
	s.post(care.Supervisor, "/tasks/"+task+"/extend", catalogue.Assignment{Until: &until, Note: "Prova"}).is(http.StatusOK)
	for _, c := range s.get(care.Supervisor, "/stuck-cases").items() {
		require.NotEqual(t, id, c.text("id"))
	}
}

// Journey 9: who may have what, and the rule that says so.
func TestNotEligible(t *testing.T) {
	t.Parallel()
	s := open(t, "prato")
	today := today()
	aged := func(years, months int) func(map[string]any) {
		return func(p map[string]any) { p["birth_date"] = today.AddDate(-years, months, 0).Format(time.DateOnly) }
	}
	for name, c := range map[string]struct {
		change   func(map[string]any)
		takeOver []string
	}{
		"15, and 16 next month": {aged(16, 1), []string{"outcome take_over.age_min"}},
		"66":                    {aged(66, -1), []string{"outcome take_over.age_max"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &services{t: t, stack: s.stack, zone: s.zone, tokens: s.tokens}
			id := s.post(care.DeskOperator, "/case-files", opening(person(c.change), "labour", "housing")).is(http.StatusCreated).text("id")
			s.do(id, care.FirstListening, heard)
			s.do(id, care.Orientation, booked()) // a housing certificate may be booked at any age
			s.do(id, care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed})
			s.do(id, care.Interview, care.Completion{Outcome: care.Held})
			task, role := s.task(id, care.Assessment)
			s.post(role, "/tasks/"+task+"/claim", nil).is(http.StatusOK)
			refused := s.post(role, "/tasks/"+task+"/complete", assessed).is(http.StatusUnprocessableEntity)
			require.Equal(t, c.takeOver, refused.rules())
			// The refusal leaves the task with its holder, and another way on.
			practice := care.Completion{Outcome: care.PracticeOpen, Areas: assessed.Areas, Matter: "housing_suitability_certificate"}
			s.post(role, "/tasks/"+task+"/complete", practice).is(http.StatusOK)
			s.task(id, care.FollowPractice)
		})
	}
	noPermit := func(p map[string]any) { p["permit"] = "not_shown"; delete(p, "permit_expiry") }
	for name, c := range map[string]struct {
		change     func(map[string]any)
		shut, open care.Booking
		rules      []string
	}{
		"citizen of the EU": {func(p map[string]any) { noPermit(p); p["citizenship"] = "RO" },
			care.Booking{Service: "pas", Matter: "housing_support"}, care.Booking{Service: "uoc_immigrazione", Matter: "housing_suitability_certificate"},
			[]string{"bookings[0].service level_2.third_country"}},
		"no permit": {noPermit, care.Booking{Service: "uoc_immigrazione", Matter: "housing_suitability_certificate"}, care.Booking{},
			[]string{"bookings[0].service level_2.permit_not_shown"}},
		"8 years old, no permit": {func(p map[string]any) { noPermit(p); aged(8, 0)(p) },
			care.Booking{Service: "uoc_immigrazione", Matter: "permit_renewal"}, care.Booking{Service: "pas", Matter: "school_inclusion"},
			[]string{"bookings[0].service level_2.permit_not_shown"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &services{t: t, stack: s.stack, zone: s.zone, tokens: s.tokens}
			id := s.post(care.DeskOperator, "/case-files", opening(person(c.change), "labour")).is(http.StatusCreated).text("id")
			s.do(id, care.FirstListening, heard)
			task, role := s.task(id, care.Orientation)
			s.post(role, "/tasks/"+task+"/claim", nil).is(http.StatusOK)
			books := func(b care.Booking) care.Completion {
				b.At = soon()
				return care.Completion{Outcome: care.Booked, Bookings: []care.Booking{b}}
			}
			require.Equal(t, c.rules, s.post(role, "/tasks/"+task+"/complete", books(c.shut)).is(http.StatusUnprocessableEntity).rules())
			if c.open.Service != "" {
				s.post(role, "/tasks/"+task+"/complete", books(c.open)).is(http.StatusOK)
				s.task(id, care.ConfirmAppointment)
				return
			}
			s.post(role, "/tasks/"+task+"/complete", care.Completion{Outcome: care.Informed}).is(http.StatusOK)
			s.task(id, care.Closure)
		})
	}
	gates := s.post(care.DeskOperator, "/eligibility-checks", map[string]any{
		"birth_date": today.AddDate(-16, 1, 0).Format(time.DateOnly), "citizenship": "PK", "permit": "minor_age", "needs": []string{"labour"},
	}).is(http.StatusOK).body["gates"].([]any)
	last := gates[len(gates)-1].(map[string]any)
	require.Equal(t, "take_over", last["gate"])
	require.Equal(t, false, last["allowed"])
	require.Equal(t, today.AddDate(0, 1, 0).Format(time.DateOnly), last["refusals"].([]any)[0].(map[string]any)["from"])
}
