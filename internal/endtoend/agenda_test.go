package endtoend

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/mediation"
)

// offer is the first free place of a service, as the API offers it.
func (s *services) offer(role care.Role, query string) time.Time {
	s.t.Helper()
	free := s.get(role, "/services/"+query).is(http.StatusOK).items()
	require.NotEmpty(s.t, free, query)
	at, err := time.Parse(time.RFC3339, free[0].text("at"))
	require.NoError(s.t, err)
	return at
}

// expects is the newest appointment of a case with a service.
func (s *services) expects(caseID, service string) (found answer) {
	s.t.Helper()
	s.eventually("an appointment with "+service, func() bool {
		for _, a := range s.get(care.Supervisor, "/appointments?limit=100&case_file_id="+caseID).items() {
			if a.text("service") == service && (a.text("state") == "booked" || a.text("state") == "confirmed") {
				found = a
			}
		}
		return found.body != nil
	})
	return found
}

// From the desk to an internship with places that the agenda offers: the service's own, and that
// of the block which the employment centre gives, booked with the assessment. The centre moves it
// and says why, the person is told, and accepting keeps it.
func (s *services) inTheSharedAgenda() {
	t := s.t
	id := s.openCase()
	s.do(id, care.FirstListening, heard)
	first := s.offer(care.DeskOperator, "uoc_immigrazione/offers?limit=1")
	s.do(id, care.Orientation, care.Completion{Outcome: care.Booked, Bookings: []care.Booking{{Service: "uoc_immigrazione", Matter: "housing_suitability_certificate", At: first.Add(time.Hour)}}})
	require.NotEmpty(t, s.expects(id, "uoc_immigrazione").text("id"))
	s.do(id, care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed})
	s.do(id, care.Interview, care.Completion{Outcome: care.Held})

	place := s.offer(care.SocialWorker, "cpi/offers?block=true&limit=1").Add(2 * time.Hour)
	sends := assessed
	sends.At = &place
	s.do(id, care.Assessment, sends)
	referral := s.referralTo(id, "cpi").text("id")
	booked := s.expects(id, "cpi")
	require.Equal(t, place.UTC().Format(time.RFC3339), booked.text("at"), "the referral arrives with its appointment")
	s.move(care.CPIOperator, referral, care.OpAcknowledge, catalogue.ReferralMoveForm{})
	moved := place.Add(time.Hour)
	s.post(care.CPIOperator, "/appointments/"+booked.text("id")+"/move", agenda.Moving{At: moved, By: agenda.TheService, Why: "office_cannot"}).is(http.StatusOK)
	s.do(id, care.TellPerson, care.Completion{Outcome: care.Informed})
	s.move(care.CPIOperator, referral, care.OpAccept, catalogue.ReferralMoveForm{})
	s.openTask(id, care.ServicePact, care.CPIOperator)
	kept := s.expects(id, "cpi")
	require.Equal(t, []string{booked.text("id"), moved.UTC().Format(time.RFC3339)}, []string{kept.text("id"), kept.text("at")}, "which accepting keeps")
	s.do(id, care.ServicePact, care.Completion{Outcome: care.Signed})
	s.do(id, care.Measure, care.Completion{Outcome: care.Started, Measure: "internship", Until: in(2 * time.Second), Enterprise: "Azienda Prova"})
	s.do(id, care.PlacementOutcome, care.Completion{Outcome: care.Placed})

	// Somebody else is sent from the desk, in the first talk.
	id = s.openCase()
	s.do(id, care.FirstListening, heard)
	s.openTask(id, care.Orientation, care.DeskOperator)
	place = s.offer(care.DeskOperator, "cpi/offers?block=true&limit=1").Add(4 * time.Hour)
	s.post(care.DeskOperator, "/case-files/"+id+"/cpi-referral", catalogue.SendToCPI{At: &place}).is(http.StatusOK)
	s.referralTo(id, "cpi")
	require.Equal(t, place.UTC().Format(time.RFC3339), s.expects(id, "cpi").text("at"))
}

// The person misses two appointments, one of them with a good reason; the third attempt fails too,
// and nobody finds her: closed. Later she is back, and the case goes on with an appointment.
func (s *services) twoNoShows() {
	t := s.t
	id := s.openCase()
	s.do(id, care.FirstListening, heard)
	s.do(id, care.Orientation, booked())
	for i, missed := range []care.Completion{
		{Reason: care.GoodReason}, {Reason: "no_reason_given"}, {Reason: "no_reason_given"},
	} {
		s.do(id, care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed})
		missed.Outcome = care.NoShow
		if i < 2 {
			again := soon().Add(time.Duration(i+1) * time.Hour)
			missed.At = &again
		}
		s.do(id, care.Interview, missed)
	}
	s.do(id, care.FindPerson, care.Completion{Outcome: care.NotReached, Note: "Prova"})
	s.closes(id, care.OutcomeUnreachable)
	file := s.file(care.SocialWorker, id)
	require.Equal(t, []string{"closed", care.OutcomeUnreachable}, []string{file.text("stage"), file.text("outcome")})
	s.nothingHangs(id)

	at := s.offer(care.DeskOperator, "pas/offers?limit=1").Add(time.Hour)
	again := catalogue.ReopenForm{Stage: care.StageSecondLevel, Bookings: []care.Booking{{Service: "pas", Matter: "housing_support", At: at}}, Note: "È tornata"}
	s.post(care.DeskOperator, "/case-files/"+id+"/reopening", again).is(http.StatusOK)
	s.openTask(id, care.ConfirmAppointment, care.SocialWorker)
	require.Equal(t, "second_level", s.file(care.SocialWorker, id).text("stage"))
	require.Equal(t, at.UTC().Format(time.RFC3339), s.expects(id, "pas").text("at"))
}

// mediator waits for the link with which the coordinator of a provider is asked, that is none of
// the known ones.
func (s *services) mediator(address string, known ...string) (link string) {
	s.t.Helper()
	s.eventually("a link to "+address, func() bool {
		for _, m := range s.mailsTo(address, "") {
			for _, found := range linkInMail.FindAllString(m.Text, -1) {
				seen := false
				for _, k := range known {
					seen = seen || k == found
				}
				if !seen {
					link = found
				}
			}
		}
		return link != ""
	})
	return link
}

// coordinator answers through a coordinator's link.
func (s *services) coordinator(link string, form url.Values) {
	s.t.Helper()
	require.Equal(s.t, http.StatusOK, s.opens(link, form).status)
}

// On a Wednesday the desk is closed, and the next opening is said. The person speaks a language
// that nobody at the desk does: a mediator is asked for with the appointment, which says that none
// is confirmed until one is. The first provider has nobody, the next one proposes another day; on
// the day she is ill, the interview goes by telephone, and the minutes count in the lot until it
// is low.
func (s *services) noInterpreter() {
	t := s.t
	zone := s.get(care.DeskOperator, "/zones/pistoia").is(http.StatusOK)
	opens, err := time.Parse(time.RFC3339, zone.of("next_opening").text("from"))
	require.NoError(t, err)
	require.NotEqual(t, time.Wednesday, opens.In(italian.Rome).Weekday())

	form := opening(person(func(p map[string]any) { p["citizenship"], p["languages"] = "BD", []string{"bn"} }), "labour")
	form["channel"] = zone.of("desk").list("channels")[0].text("code")
	id := s.post(care.DeskOperator, "/case-files", form).is(http.StatusCreated).text("id")
	s.do(id, care.FirstListening, care.Completion{Outcome: care.Heard, Needs: []string{"labour"}})
	at := s.offer(care.DeskOperator, "internship_matching/offers?limit=1&from="+url.QueryEscape(opensAfter(t, 4*24*time.Hour).Format(time.RFC3339)))
	s.do(id, care.Orientation, care.Completion{Outcome: care.Booked, Bookings: []care.Booking{{Service: "internship_matching", Matter: "internship_matching", At: at}}})
	s.do(id, care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed})
	appointment := s.expects(id, "internship_matching").text("id")
	confirmed := func() string { return s.expects(id, "internship_matching").text("mediator") }

	asks := map[string]any{"appointment_id": appointment, "language": "bn", "minutes": 45, "mode": agenda.InPerson, "place": "Ufficio di prova", "lot": "lingue_asiatiche"}
	request := s.post(care.LabourPolicyExpert, "/mediations", asks).is(http.StatusCreated)
	of := "/mediations/" + request.text("id")
	require.Equal(t, string(mediation.Requested), confirmed())
	s.coordinator(s.mediator("mediazione.pistoia@partner.example"), url.Values{"what": {"declined"}})
	require.Equal(t, string(mediation.Declined), confirmed())
	s.post(care.LabourPolicyExpert, of+"/next", map[string]any{"lot": "lingue_rare", "seen": request.text("asked_id")}).is(http.StatusOK)
	link := s.mediator("distanza.pistoia@partner.example")
	other := opensAfter(t, 7*24*time.Hour)
	other = time.Date(other.Year(), other.Month(), other.Day(), 10, 0, 0, 0, italian.Rome)
	s.coordinator(link, url.Values{"what": {"proposed"}, "mediator": {"Mediatrice Prova"}, "hour": {"10.00"},
		"day-day": {strconv.Itoa(other.Day())}, "day-month": {strconv.Itoa(int(other.Month()))}, "day-year": {strconv.Itoa(other.Year())}})
	s.post(care.LabourPolicyExpert, of+"/accept", map[string]any{"proposed_at": other.UTC()}).is(http.StatusOK)
	require.NotEqual(t, string(mediation.Confirmed), confirmed(), "the appointment has another hour")
	s.post(care.LabourPolicyExpert, "/appointments/"+appointment+"/move", agenda.Moving{At: other, By: agenda.TheService, Why: "interpreter_missing"}).is(http.StatusOK)
	s.eventually("the mediator is confirmed", func() bool { return confirmed() == string(mediation.Confirmed) })
	s.coordinator(link, url.Values{"what": {"declined"}})
	require.Equal(t, string(mediation.Declined), confirmed(), "she is ill")
	s.post(care.LabourPolicyExpert, of+"/cancel", map[string]any{"by": "provider"}).is(http.StatusOK)

	s.do(id, care.Interview, care.Completion{Outcome: care.Held, Interpreted: "telephone"})
	left := func() answer {
		for _, lot := range s.get(care.Supervisor, "/mediation-lots").items() {
			if lot.text("lot") == "telefono" {
				return lot
			}
		}
		return answer{}
	}
	require.Nil(t, left().body["low"])
	for range 2 {
		s.post(care.LabourPolicyExpert, "/mediator-calls", map[string]any{"language": "bn", "minutes": 480, "lot": "telefono"}).is(http.StatusCreated)
	}
	require.Equal(t, true, left().body["low"], "80 of a hundred")
}

// rungToTheDesk has the desk ring whoever is on duty for a consult, who says that they come.
func (s *services) rungToTheDesk(caseID string) {
	task := s.openTask(caseID, care.SocialConsult, care.SocialWorker).text("id")
	s.post(care.DeskOperator, "/consult-calls/"+task+"/ring", nil).is(http.StatusNoContent)
	coming := 0
	for _, who := range []care.Role{care.SocialWorker, care.SocialWorker + "_2"} { // by their accounts
		for _, call := range s.get(who, "/consult-calls").is(http.StatusOK).items() {
			for _, ring := range call.list("rings") {
				if call.text("task_id") == task && s.post(who, "/consult-rings/"+ring.text("id")+"/answer", map[string]any{"answer": "coming"}).status == http.StatusNoContent {
					coming++
				}
			}
		}
	}
	require.Equal(s.t, 1, coming, "whoever was rung, and nobody else")
}
