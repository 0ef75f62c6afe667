package plan

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/act"
	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/gathering"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// meetingForm shows and reads the form that plans a meeting of an équipe: it begins with
// what is planned, and else with all who sit there.
type meetingForm struct {
	policy care.Policy
	seats  []ledger.Seat
	open   *gathering.Planned // that is moved; nil: none is to be
	sent   url.Values
	warned bool // somebody who is invited is expected at another place then
}

// sits says whether a seat may be invited.
func sits(seat ledger.Seat) bool {
	return slices.Contains([]care.SeatState{care.SeatInvited, care.SeatConfirmed, care.SeatSpoken}, seat.State)
}

// boxOf names the box to tick of a seat.
func boxOf(seat ledger.Seat) string { return "invited-" + seat.ID }

func newMeetingForm(p care.Policy, equipe ledger.Equipe, sent url.Values) *meetingForm {
	f := &meetingForm{policy: p, sent: sent, open: gathering.Open(equipe.Meetings)}
	for _, seat := range equipe.Seats {
		if sits(seat) {
			f.seats = append(f.seats, seat)
		}
	}
	if f.sent != nil {
		return f
	}
	f.sent = url.Values{"how": {gathering.InPerson}}
	for _, seat := range f.seats {
		if f.open == nil || slices.Contains(f.open.Invited, gathering.Invited{Role: seat.Role, Agency: seat.Agency}) {
			f.sent.Set(boxOf(seat), "1")
		}
	}
	if m := f.open; m != nil {
		f.sent.Set("how", m.How)
		f.sent.Set("place", m.Place)
		f.sent.Set("note", m.Note)
	}
	return f
}

func (f *meetingForm) show() []web.Field {
	how := web.Field{Shape: "choices", Type: "radio", ID: "how", Label: meetingTexts.Label("how"), Required: true}
	for _, way := range gathering.Ways {
		how.Options = append(how.Options, web.Option{Value: way, Text: italian.Upper(meetingTexts.Choice(way)), Chosen: f.sent.Get("how") == way})
	}
	invited := web.Field{Shape: "group", Label: meetingTexts.Label("invited")}
	for _, seat := range f.seats {
		invited.Fields = append(invited.Fields, web.Field{Shape: "box", ID: boxOf(seat), Label: seatName(f.policy, seat.Role, seat.Agency), Value: f.sent.Get(boxOf(seat))})
	}
	fields := []web.Field{
		parts.WhenField(meetingTexts.Label("at"), f.sent), how,
		{Shape: "input", Type: "text", ID: "place", Label: meetingTexts.Label("place"), Hint: meetingTexts.Hint("place"), Value: f.sent.Get("place")},
		invited,
		{Shape: "area", ID: "note", Label: meetingTexts.Label("note"), Hint: meetingTexts.Hint("note"), Value: f.sent.Get("note")},
	}
	if f.warned {
		fields = append([]web.Field{{Shape: "box", ID: "anyway", Label: meetingTexts.Label("anyway"), Value: f.sent.Get("anyway")}}, fields...)
	}
	if f.open != nil {
		fields = append(fields, web.Field{Shape: "hidden", ID: "seen", Value: f.open.ID})
	}
	if f.open == nil && f.sent.Get("called_off") == "" {
		return fields
	}
	return append([]web.Field{
		{Shape: "box", ID: "called_off", Label: meetingTexts.Label("called_off"), Value: f.sent.Get("called_off")},
		{Shape: "input", Type: "text", ID: "why", Label: meetingTexts.Label("why"), Hint: meetingTexts.Hint("why"), Value: f.sent.Get("why"), Required: true},
	}, fields...)
}

func (f *meetingForm) read() (gathering.MeetingPlan, []care.Fault) {
	if f.sent.Get("called_off") != "" { // what else stands in the form is the meeting that is not to be
		return gathering.MeetingPlan{CalledOff: true, Why: strings.TrimSpace(f.sent.Get("why")), Seen: f.sent.Get("seen")}, nil
	}
	form := gathering.MeetingPlan{Anyway: f.sent.Get("anyway") != "", Seen: f.sent.Get("seen"), Why: strings.TrimSpace(f.sent.Get("why")), How: f.sent.Get("how"), Place: strings.TrimSpace(f.sent.Get("place")), Note: strings.TrimSpace(f.sent.Get("note"))}
	at, rule := parts.ReadMoment(f.sent.Get("day"), f.sent.Get("hour"))
	if at != nil {
		form.At = *at
	}
	for _, seat := range f.seats {
		if f.sent.Get(boxOf(seat)) != "" {
			form.Invited = append(form.Invited, gathering.Invited{Role: seat.Role, Agency: seat.Agency})
		}
	}
	return form, parts.FaultIf(rule, "at")
}

func (f *meetingForm) naming(path string) (id, label string) {
	name, _, _ := strings.Cut(path, "[")
	switch id = name; {
	case name == "at":
		id = parts.WhenID(f.sent.Get("day"), f.sent.Get("hour"), "day", "hour")
	case name == "invited" && len(f.seats) > 0:
		id = boxOf(f.seats[0])
	}
	return id, meetingTexts.Label(name)
}

// meetingTexts are what is said of the form.
var meetingTexts = italian.TextsOf(care.OpPlanMeeting)

func seatName(p care.Policy, role care.Role, agency string) string {
	return italian.Upper(italian.Role(role)) + ", " + present.AgencyName(p, agency)
}

func (s *Place) showMeeting(c *gin.Context, who care.Staff) error {
	equipe, form, err := s.meetingIn(c, who, nil)
	if err != nil {
		return err
	}
	return s.meetingPage(c, who, http.StatusOK, equipe, form, web.NewForm(c.Request.URL.Path))
}

// planMeeting plans a meeting, or moves or calls off the one that is planned.
func (s *Place) planMeeting(c *gin.Context, who care.Staff) error {
	equipe, form, err := s.meetingIn(c, who, c.Request.PostForm)
	if err != nil {
		return err
	}
	meeting, faults := form.read()
	cmd, err := s.Door.Do(act.WithUnreadable(c.Request.Context(), faults...), who, catalogue.PlanMeeting.Command(c.PostForm("key"), "", meeting).InRun(equipe.Run))
	if err == nil {
		return s.Pages.Done(c, cmd, "/equipe/"+c.Param("id"), meetingTexts.Done)
	}
	again := web.NewForm(c.Request.URL.Path)
	status, err := s.Problems.RefusedForm(&again, err, form.naming)
	if err != nil {
		return err
	}
	form.warned = meeting.Anyway || slices.ContainsFunc(again.Faults, func(f web.FieldFault) bool { return f.Field == "anyway" })
	return s.meetingPage(c, who, status, equipe, form, again)
}

func (s *Place) meetingIn(c *gin.Context, who care.Staff, sent url.Values) (ledger.Equipe, *meetingForm, error) {
	rules, equipe, err := s.equipeFor(c, who, catalogue.PlanMeeting.Facts)
	if err != nil {
		return equipe, nil, err
	}
	form := newMeetingForm(rules.Policy, equipe, sent)
	if form.open != nil && !s.Now().Before(form.open.At) {
		form.open = nil // it has been: this is another one
	}
	return equipe, form, nil
}

func (s *Place) meetingPage(c *gin.Context, who care.Staff, status int, equipe ledger.Equipe, meeting *meetingForm, form web.Form) error {
	about := parts.Thing{Title: italian.Upper(italian.EquipeKind(equipe.Kind)), Terms: []web.Term{{Name: message.Say("case_pages.stands"), Value: present.EquipeBadge(equipe).Text}}}
	title := italian.Operation(care.OpPlanMeeting)
	if m := meeting.open; m != nil {
		title = message.Say("equipe_page.move_meeting")
		about.Terms = append(about.Terms, web.Term{Name: message.Say("equipe_page.meeting_planned"), Value: present.MeetingWhen(*m)})
	}
	strip, err := parts.StripOfCase(c.Request.Context(), s.Records, who, meeting.policy, equipe.CaseID, s.Now(), about)
	if err != nil {
		return err
	}
	page := parts.CaseForm{Frame: s.Pages.Frame(c, title, "/fascicoli"), Form: form, Button: title, Intro: meetingTexts.Intro, Fields: meeting.show(), Strip: strip}
	page.Back = &web.Link{URL: "/equipe/" + c.Param("id"), Text: italian.Upper(italian.EquipeKind(equipe.Kind))}
	s.Pages.Render(c, status, page)
	return nil
}
