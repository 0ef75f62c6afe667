package desk

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/pages/parts"
	"percorso/api/pages/parts/free"
	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/duty"
	"percorso/internal/eligibility"
	"percorso/internal/italian"
	"percorso/internal/italian/offered"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/zone"
)

// talk is what the desk hears and suggests in the conversation in which it opens a case
// file, and the appointment that it gives there.
type talk struct {
	listening, suggested string
	interpreted          string
	booking              *care.Booking // nil: none
	beyond               string        // why it has a place although there is none
	faults               []care.Fault  // what is wrong with it
}

// talks says whether who opens a case file listens to the person too.
func talks(who care.Staff, p care.Policy) bool {
	role, agency, _ := duty.Of(p, care.FirstListening, "", "")
	return role == who.Role && agency == who.Agency
}

// readTalk reads the conversation. An appointment is checked before anything is done:
// nobody should have half of what they asked for.
func (s *Place) readTalk(c *gin.Context, who care.Staff, rules *zone.Rules, f caseForm) talk {
	if !talks(who, rules.Policy) {
		return talk{}
	}
	sent, now := c.Request.PostForm, s.Now().In(rules.Calendar.Location())
	t := talk{listening: web.Typed(c, "listening"), suggested: web.Typed(c, "suggested"), interpreted: web.Typed(c, "interpreted")}
	around := catalogue.Around{Policy: rules.Policy, Now: now, Task: care.FirstListening, Calendar: rules.Calendar}
	places := map[string]string{"note": "listening", "interpreted": "interpreted", "bookings[0].at": "at", "bookings[0].service": "service", "bookings[0].matter": "service", "beyond": "beyond"}
	asksBooking := sent.Get("service")+sent.Get("offer")+sent.Get("day")+sent.Get("hour") != ""
	if t.note()+t.interpreted != "" || asksBooking { // else nothing is recorded of the listening
		places["needs"] = "needs"
	}
	check := func(kind care.TaskKind, form care.Completion) {
		around.Task = kind
		for _, fault := range catalogue.Complete.Command("", "", form).Check(around) {
			if place := places[fault.Field]; place != "" {
				t.faults = append(t.faults, care.Fault{Field: place, Rule: fault.Rule})
			}
		}
	}
	check(care.FirstListening, care.Completion{Outcome: care.Heard, Needs: f.Needs, Interpreted: t.interpreted, Note: t.note()})
	if !asksBooking {
		return t
	}
	booking, faults := parts.ReadBooking(sent.Get("service"), "", sent)
	t.booking, t.beyond, t.faults = &booking, sent.Get("beyond"), append(t.faults, faults...)
	if len(faults) > 0 {
		return t
	}
	check(care.Orientation, care.Completion{Outcome: care.Booked, Bookings: []care.Booking{booking}, Beyond: t.beyond, Note: t.why()})
	for _, refusal := range eligibility.OfMatter(rules.Policy, string(booking.Matter), f.Person.Facts(rules.Policy, f.Needs), now).Refusals {
		t.faults = append(t.faults, care.Fault{Field: "service", Rule: refusal.Rule})
	}
	return t
}

// note is what is kept of the listening.
func (t talk) note() string {
	if !care.Said(t.suggested) {
		return t.listening
	}
	return strings.TrimSpace(message.Say("desk_opening.listening_and_suggested", "Listening", t.listening, "Suggested", t.suggested))
}

// why is the note of an appointment that has a place although there is none.
func (t talk) why() string {
	if t.beyond == "" {
		return ""
	}
	return t.note()
}

// talkFields ask for the conversation, with the first free places.
func (s *Place) talkFields(ctx context.Context, who care.Staff, rules *zone.Rules, sent url.Values) ([]web.Field, error) {
	if !talks(who, rules.Policy) {
		return nil, nil
	}
	day := ""
	if sent.Get("hour") == "" {
		day = sent.Get("day")
	}
	offers, err := free.Find(ctx, s.Records, who, rules, day, "")
	if err != nil {
		return nil, err
	}
	when := offers.When("", sent, false)
	if slices.ContainsFunc(rules.Services, func(s care.Service) bool { return agenda.Decides(who, rules.Policy, s.Code) }) {
		when = append(when, free.Beyond("beyond", sent.Get("beyond")))
	}
	return []web.Field{
		{Shape: "area", ID: "listening", Label: message.Say("desk_opening.listening"), Value: sent.Get("listening"), Hint: message.Say("desk_opening.may_be_read")},
		{Shape: "group", Bare: true, Fields: []web.Field{
			parts.Interpreted("interpreted", sent.Get("interpreted")),
			{Shape: "select", ID: "service", Label: message.Say("desk_opening.service"), Empty: message.Say("desk_opening.no_appointment"), Groups: parts.ServiceOptions(rules.Policy, sent.Get("service"))},
		}},
		{Shape: "area", ID: "suggested", Label: message.Say("desk_opening.suggested"), Value: sent.Get("suggested")},
		{Shape: "group", Label: message.Say("desk_opening.when"), Row: true, Fields: when},
	}, nil
}

// goOn records what was heard in a case file that was just opened, and fixes the
// appointment; it says what was done, and where its sheet is (empty: it is
// not fixed). What the path asks for first comes first.
func (s *Place) goOn(ctx context.Context, who care.Staff, key, caseID string, f caseForm, t talk) (words, slip string, err error) {
	if t.booking == nil && t.note()+t.interpreted == "" {
		return s.nextWords(ctx, who, caseID), "", nil
	}
	state, err := s.answer(ctx, who, key, caseID, care.FirstListening, care.Completion{Outcome: care.Heard, Needs: f.Needs, Interpreted: t.interpreted, Note: t.note()})
	switch {
	case err != nil:
		return "", "", err
	case state == "":
		return " " + message.Say("desk_opening.not_heard") + s.nextWords(ctx, who, caseID), "", nil
	case t.booking == nil:
		return " " + message.Say("desk_opening.heard") + s.nextWords(ctx, who, caseID), "", nil
	}
	state, err = s.answer(ctx, who, key, caseID, care.Orientation, care.Completion{Outcome: care.Booked, Bookings: []care.Booking{*t.booking}, Beyond: t.beyond, Note: t.why()})
	if err != nil {
		return "", "", err
	}
	switch state {
	case ledger.CommandWorked:
		return " " + message.Say("desk_opening.heard_and_booked", "Place", offered.Place(t.booking.At)), "/fascicoli/" + caseID + "/foglio", nil
	case ledger.CommandAccepted:
		return " " + message.Say("desk_opening.heard_and_asked"), "", nil
	}
	return " " + message.Say("desk_opening.heard_not_booked") + s.nextWords(ctx, who, caseID), "", nil
}

// answer does the caller's task of a kind in a case; empty: it is not there, or is refused.
func (s *Place) answer(ctx context.Context, who care.Staff, key, caseID string, kind care.TaskKind, form care.Completion) (ledger.CommandState, error) {
	tasks, err := s.Records.Tasks(ctx, who, ledger.TaskFilter{CaseID: caseID}, ledger.Paging{})
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(tasks.Items, func(t ledger.Task) bool { return t.Kind == kind && parts.MayWork(who, t) })
	if i < 0 {
		return "", nil
	}
	task := tasks.Items[i]
	if task.HolderID != who.ID {
		_, err = s.Door.Do(ctx, who, catalogue.Claim.Command(ledger.DerivedID(key, "claim "+string(kind)), task.ID, catalogue.None{}))
	}
	var cmd ledger.Command
	if err == nil {
		cmd, err = s.Door.Do(ctx, who, catalogue.Complete.Command(ledger.DerivedID(key, string(kind)), task.ID, form))
	}
	var refused *care.Refusal
	if errors.As(err, &refused) {
		return "", nil
	}
	return cmd.State, err
}

// nextWords say what comes next in a case; empty: nothing is known.
func (s *Place) nextWords(ctx context.Context, who care.Staff, caseID string) string {
	tasks, err := s.Records.Tasks(ctx, who, ledger.TaskFilter{CaseID: caseID}, ledger.Paging{Limit: 1})
	if err != nil || len(tasks.Items) == 0 {
		return ""
	}
	return " " + message.Say("desk_opening.next_step", "Task", italian.TaskKind(tasks.Items[0].Kind))
}

// showOpening shows the form of a case file again, or at first.
func (s *Place) showOpening(c *gin.Context, who care.Staff, rules *zone.Rules, status int, page CaseOpening) error {
	var err error
	if page.Talk, err = s.talkFields(c.Request.Context(), who, rules, c.Request.PostForm); err != nil {
		return err
	}
	s.Pages.Render(c, status, page)
	return nil
}
