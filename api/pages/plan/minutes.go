package plan

import (
	"fmt"
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
	"percorso/internal/zone"
)

// minutesForm shows and reads the minutes of a meeting: a row for each seat that
// has something to say.
type minutesForm struct {
	policy care.Policy
	seats  []ledger.Seat
	sent   url.Values
	places map[string]string
	labels map[string]string

	meetings []gathering.Planned
}

func newMinutesForm(p care.Policy, equipe ledger.Equipe, sent url.Values) *minutesForm {
	f := &minutesForm{policy: p, sent: sent, meetings: equipe.Meetings}
	for _, seat := range equipe.Seats {
		if asked(equipe, seat) || sent.Get(rowOf(seat)+"-outcome")+sent.Get(rowOf(seat)+"-note") != "" {
			f.seats = append(f.seats, seat)
		}
	}
	return f
}

// asked says whether something may be awaited from a seat: its opinion, or once
// all have given theirs its signature.
func asked(equipe ledger.Equipe, seat ledger.Seat) bool {
	owes := func(s ledger.Seat) bool { return s.State == care.SeatInvited || s.State == care.SeatConfirmed }
	if slices.ContainsFunc(equipe.Seats, owes) {
		return owes(seat)
	}
	return seat.State == care.SeatSpoken
}

// rowOf names the fields of a seat: others may speak, or be replaced, while the
// form is filled in.
func rowOf(seat ledger.Seat) string { return "seat-" + seat.ID }

func (f *minutesForm) show() []web.Field {
	fields := []web.Field{
		parts.WhenField(message.Say("equipe_page.met_when"), f.sent),
		{Shape: "area", ID: "text", Label: message.Say("equipe_page.minutes"), Hint: message.Say("equipe_page.minutes_hint", "MayBeRead", italian.MayBeRead()), Value: f.sent.Get("text"), Rows: 8, Max: catalogue.MaxMinutes, Required: true},
	}
	meeting := web.Field{Shape: "select", ID: "meeting", Label: message.Say("equipe_page.which_meeting"), Empty: message.Say("equipe_page.no_meeting")}
	for _, m := range f.meetings {
		if m.Stands() {
			meeting.Options = append(meeting.Options, web.Option{Value: m.ID, Text: present.MeetingWhen(m), Chosen: f.sent.Get("meeting") == m.ID})
		}
	}
	if len(meeting.Options) > 0 {
		fields = append([]web.Field{meeting}, fields...)
	}
	votes := web.Field{Shape: "group", Label: message.Say("equipe_page.votes"), Hint: message.Say("equipe_page.votes_hint")}
	for _, seat := range f.seats {
		at := rowOf(seat)
		outcome := web.Field{Shape: "select", ID: at + "-outcome", Label: message.Say("equipe_page.opinion"), Required: true, Empty: message.Say("equipe_page.silent"), Options: present.Options(italian.Opinions(), f.sent.Get(at+"-outcome"))}
		votes.Fields = append(votes.Fields, web.Field{Shape: "group", Label: f.seat(seat), Fields: []web.Field{
			outcome,
			{Shape: "area", ID: at + "-note", Label: message.Say("equipe_page.reasons"), Hint: message.Say("equipe_page.reasons_hint", "MayBeRead", italian.MayBeRead()), Value: f.sent.Get(at + "-note"), Rows: 2},
		}})
	}
	return append(fields, votes)
}

func (f *minutesForm) seat(seat ledger.Seat) string {
	return italian.Upper(italian.Role(seat.Role)) + ", " + present.AgencyName(f.policy, seat.Agency)
}

func (f *minutesForm) read() (catalogue.MinutesForm, []care.Fault) {
	f.places = map[string]string{"at": parts.WhenID(f.sent.Get("day"), f.sent.Get("hour"), "day", "hour")}
	if len(f.seats) > 0 {
		f.places["votes"] = rowOf(f.seats[0]) + "-outcome"
	}
	f.labels = map[string]string{"at": message.Say("equipe_page.when"), "text": message.Say("equipe_page.minutes"), "votes": message.Say("equipe_page.opinions"), "meeting": message.Say("equipe_page.which_meeting")}
	minutes := catalogue.MinutesForm{Text: strings.TrimSpace(f.sent.Get("text")), Meeting: f.sent.Get("meeting")}
	at, rule := parts.ReadMoment(f.sent.Get("day"), f.sent.Get("hour"))
	if at != nil {
		minutes.At = *at
	}
	for _, seat := range f.seats {
		row := rowOf(seat)
		vote := catalogue.MinutedVote{
			Vote: care.Vote{Role: seat.Role, Agency: care.Code(seat.Agency), Outcome: care.Code(f.sent.Get(row + "-outcome"))}, Note: strings.TrimSpace(f.sent.Get(row + "-note")),
		}
		if vote.Outcome == "" && vote.Note == "" {
			continue
		}
		path := fmt.Sprintf("votes[%d].", len(minutes.Votes))
		for _, name := range []string{"role", "agency", "outcome"} {
			f.places[path+name], f.labels[path+name] = row+"-outcome", f.seat(seat)
		}
		f.places[path+"note"], f.labels[path+"note"] = row+"-note", message.Say("equipe_page.reasons_of", "Seat", f.seat(seat))
		minutes.Votes = append(minutes.Votes, vote)
	}
	return minutes, parts.FaultIf(rule, "at")
}

func (f *minutesForm) naming(path string) (id, label string) {
	id, label = path, italian.Field(path)
	if place, ok := f.places[path]; ok {
		id = place
	}
	if name, ok := f.labels[path]; ok {
		label = name
	}
	return id, label
}

func (s *Place) showMinutes(c *gin.Context, who care.Staff) error {
	equipe, form, err := s.minutesOf(c, who, nil)
	if err != nil {
		return err
	}
	return s.minutesPage(c, who, http.StatusOK, equipe, form, web.NewForm(c.Request.URL.Path))
}

// recordMinutes takes the minutes of a meeting with what was said there.
func (s *Place) recordMinutes(c *gin.Context, who care.Staff) error {
	equipe, form, err := s.minutesOf(c, who, c.Request.PostForm)
	if err != nil {
		return err
	}
	minutes, faults := form.read()
	cmd, err := s.Door.Do(act.WithUnreadable(c.Request.Context(), faults...), who, catalogue.Minutes.Command(c.PostForm("key"), "", minutes).InRun(equipe.Run))
	if err == nil {
		return s.Pages.Done(c, cmd, "/equipe/"+c.Param("id"), message.Say("equipe_page.minutes_done"))
	}
	again := web.NewForm(c.Request.URL.Path)
	status, err := s.Problems.RefusedForm(&again, err, form.naming)
	if err != nil {
		return err
	}
	return s.minutesPage(c, who, status, equipe, form, again)
}

// minutesOf reads the équipe that met, with the form of its minutes as far as it
// was filled in.
func (s *Place) minutesOf(c *gin.Context, who care.Staff, sent url.Values) (ledger.Equipe, *minutesForm, error) {
	rules, equipe, err := s.equipeFor(c, who, catalogue.Minutes.Facts)
	if err != nil {
		return equipe, nil, err
	}
	return equipe, newMinutesForm(rules.Policy, equipe, sent), nil
}

// equipeFor reads the équipe of the address, for who may ask for an operation on it.
func (s *Place) equipeFor(c *gin.Context, who care.Staff, asked catalogue.Facts) (rules *zone.Rules, equipe ledger.Equipe, err error) {
	if !asked.MayAsk(who.Role) {
		return nil, equipe, ledger.ErrForbidden
	}
	if rules, err = s.Book.Rules(c.Request.Context(), who.Zone); err != nil {
		return nil, equipe, err
	}
	equipe, err = s.Records.Equipe(c.Request.Context(), who, equipeRun(c))
	return rules, equipe, err
}

func (s *Place) minutesPage(c *gin.Context, who care.Staff, status int, equipe ledger.Equipe, minutes *minutesForm, form web.Form) error {
	about := parts.Thing{Title: italian.Upper(italian.EquipeKind(equipe.Kind)), Terms: []web.Term{
		{Name: message.Say("equipe_page.convened_on"), Value: italian.Date(equipe.Convened.In(italian.Rome))}, {Name: message.Say("case_pages.stands"), Value: present.EquipeBadge(equipe).Text},
	}}
	strip, err := parts.StripOfCase(c.Request.Context(), s.Records, who, minutes.policy, equipe.CaseID, s.Now(), about)
	if err != nil {
		return err
	}
	page := parts.CaseForm{
		Frame: s.Pages.Frame(c, message.Say("equipe_page.minutes_title"), "/fascicoli"), Form: form, Button: message.Say("equipe_page.record_minutes"),
		Intro: message.Say("equipe_page.minutes_intro"), Fields: minutes.show(), Strip: strip,
	}
	page.Back = &web.Link{URL: "/equipe/" + c.Param("id"), Text: italian.Upper(italian.EquipeKind(equipe.Kind))}
	s.Pages.Render(c, status, page)
	return nil
}
