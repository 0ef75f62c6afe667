package cases

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"percorso/api/pages/cases/following"
	"percorso/api/pages/cases/seen"
	"percorso/api/pages/parts"
	"percorso/api/pages/parts/free"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/catalogue/fields"
	"percorso/internal/completion"
	"percorso/internal/italian"
	"percorso/internal/italian/jobs"
	places "percorso/internal/italian/offered"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/working"
	"percorso/internal/zone"
)

// asked is what the form of an action is made of.
type asked struct {
	rules *zone.Rules
	today time.Time // where the zone is
	file  ledger.Case
	sent  url.Values // what was typed; nil at first
	// What the way to the form says of its choices, before anything is typed.
	beforehand url.Values
	known      url.Values // what the form is filled in with at first
	lists      map[fields.List][]web.Option
	offers     free.Places   // free places, where the form books
	block      []web.Field   // free places that the employment centre gives; nil: none, or the form does not send there
	noted      *seen.Noted   // what the form takes the place of; nil: it notes nothing
	work       *working.Told // what the employment centre would be told of the person's work, where they are sent there
}

// Ids of the fields of an appointment and of a moment on a page: a form has one of
// them at most.
const (
	serviceID = "service"
	dayID     = "day"
)

// show fills in the page of an action: what happens then, the fields of its form,
// and who is given what.
func (a action) show(page *parts.CaseForm, in asked) {
	page.Intro, page.Danger, page.Button = a.texts.Intro, a.facts.Ends, a.texts.Button
	if page.Button == "" {
		page.Button = italian.Operation(a.facts.Code)
	}
	if in.block != nil {
		page.Button, page.Intro = places.SendAndFix(), places.Block()
	}
	for _, f := range a.fields {
		if f.Required && f.From != "" && len(in.lists[f.From]) == 0 {
			page.Nothing = italian.Upper(a.texts.NoneOf(f.Name))
			return
		}
		if f.From != "" && len(in.lists[f.From]) == 0 {
			continue // there is nothing to choose between
		}
		if f.Shape == fields.Unasked {
			continue
		}
		for _, shown := range a.field(f, in) {
			if f.When.Field != "" {
				shown.ShownBy = a.choiceID(f.When, in)
			}
			page.Fields = append(page.Fields, shown)
		}
	}
	page.Given = givenTo(a.facts.Gives, in)
}

// choiceID is the id of the choice that a condition asks for.
func (a action) choiceID(when fields.Condition, in asked) string {
	i := slices.IndexFunc(a.fields, func(f fields.Field) bool { return f.Name == when.Field })
	return fmt.Sprintf("%s-%d", when.Field, slices.IndexFunc(in.lists[a.fields[i].From], func(o web.Option) bool { return o.Value == when.Code }))
}

// field asks for a field of the form by its shape.
func (a action) field(f fields.Field, in asked) []web.Field {
	value := cmp.Or(in.sent.Get(f.Name), in.known.Get(f.Name))
	shown := web.Field{ID: f.Name, Label: a.texts.Label(f.Name), Hint: a.texts.Hint(f.Name), Value: value, Required: f.Required}
	switch f.Shape {
	case fields.Appointment:
		return a.appointment(f, in)
	case fields.Moment:
		return []web.Field{parts.WhenField(shown.Label, in.sent)}
	case fields.Place:
		return in.block
	case fields.Day, fields.Date:
		shown.Shape, shown.Type = "input", "date"
	case fields.Words:
		shown.Shape = "area"
		if f.Max != maxArea {
			shown.Max = f.Max
		}
	case fields.Choice:
		shown.Shape, shown.Type, shown.Value, shown.Hint = "choices", "radio", "", a.texts.OwnHint(f.Name)
		if person := in.file.PersonData; f.Name == "may_work" {
			shown.Hint = jobs.FromTable(working.Of(person.Citizenship, person.Permit, person.PermitExpiry, in.today))
		}
		shown.Options = in.lists[f.From]
		switch f.From {
		case fields.Leads:
			shown.Hint = sentences(shown.Hint, following.Hint(in.rules.Policy, in.file))
		case fields.ShownPermits:
			shown.Hint = sentences(shown.Hint, message.Say("case_acts.stands", "Value", present.Permit(in.file.PersonData)))
		}
		if slices.Contains(folded, f.From) {
			shown.Shape, shown.Type = "select", ""
		}
		if f.Name == string(completion.FieldCircle) {
			shown.Shape, shown.Type, shown.Empty, shown.Hint = "select", "", message.Say("task_form.usual_circle"), italian.FieldHelp(f.Name)
		}
		for _, code := range f.Choices {
			shown.Options = append(shown.Options, web.Option{Value: code, Text: italian.Upper(a.texts.Choice(code)), Chosen: code == value})
		}
	case fields.Yes:
		shown.Shape = "box"
	case fields.Seen:
		if in.noted != nil {
			return in.noted.Fields(f)
		}
		return []web.Field{seen.Field(f, in.file, in.rules.Policy)}
	case fields.Boxes:
		shown.Shape, shown.Type, shown.Value, shown.Options = "choices", "checkbox", "", in.lists[f.From]
	default:
		shown.Shape, shown.Type = "input", "text"
	}
	shown.Hint = sentences(shown.Hint, in.noted.Hint(f.Name))
	return []web.Field{shown}
}

// sentences are those of some that say something, in one line.
func sentences(list ...string) string {
	return strings.Join(slices.DeleteFunc(list, func(s string) bool { return s == "" }), " ")
}

// appointment asks for a service that is not under way, with a day and an hour.
func (a action) appointment(f fields.Field, in asked) []web.Field {
	service := web.Field{Shape: "select", ID: serviceID, Label: a.texts.Label("service"), Required: true, Groups: freeServices(in)}
	service.Hint = parts.ShutMatters(in.rules.Policy, in.file.PersonData.Facts(in.rules.Policy, in.file.Needs), in.today)
	when := web.Field{Shape: "group", Label: a.texts.Label("at"), Row: true, Fields: in.offers.When("", in.sent, true)}
	if !f.Several {
		return []web.Field{service, when}
	}
	when.Bare = true
	return []web.Field{{Shape: "group", Label: a.texts.Label(f.Name), Fields: []web.Field{service, when}}}
}

// maxArea is how many characters an area takes where nothing else is said.
const maxArea = 4000

// officesOpen is the hour that stands for a day: when the offices open.
const officesOpen = "08:00"

// read makes the operation's form of what was sent. The faults are of what cannot
// be read at all.
func (a action) read(key, caseID string, sent url.Values) (catalogue.Command, []care.Fault) {
	typed, faults := map[string]any{}, []care.Fault(nil)
	for _, f := range a.fields {
		if f.When.Field == "" || sent.Get(f.When.Field) == f.When.Code {
			faults = append(faults, readField(f, sent, typed)...)
		}
	}
	form, err := json.Marshal(typed)
	if err != nil {
		panic(err) // texts, times and boxes can be written
	}
	command, err := a.asked.Read(key, caseID, form)
	if err != nil {
		faults = append(faults, care.Fault{Rule: care.RuleUnknownCode})
	}
	return command, faults
}

// readField reads what was typed in a field into the form.
func readField(f fields.Field, sent url.Values, typed map[string]any) []care.Fault {
	value := strings.TrimSpace(sent.Get(f.Name))
	var at *time.Time
	var rule string
	switch f.Shape {
	case fields.Appointment:
		return readAppointment(f, sent, typed)
	case fields.Moment:
		at, rule = parts.ReadMoment(sent.Get(dayID), sent.Get("hour"))
	case fields.Place:
		at, rule = parts.ReadPlace("", sent)
	case fields.Day, fields.Date:
		day, ok := parts.ReadDate(value)
		switch {
		case !ok:
			rule = parts.RuleDate
		case f.Shape == fields.Date && !day.IsZero():
			at = &day
		case !day.IsZero():
			at, rule = parts.ReadMoment(day.Format(time.DateOnly), officesOpen)
		}
	case fields.Yes:
		typed[f.Name] = value != ""
	case fields.Boxes:
		typed[f.Name] = sent[f.Name]
	case fields.Seen:
		typed[f.Name] = seen.Read(f, sent[f.Name])
	case fields.Unasked:
	default:
		typed[f.Name] = value
	}
	if at != nil {
		typed[f.Name] = at.Format(time.RFC3339)
	}
	return parts.FaultIf(rule, f.Name)
}

// readAppointment reads an appointment: of a form that takes several it may be none.
func readAppointment(f fields.Field, sent url.Values, typed map[string]any) []care.Fault {
	choice := sent.Get(serviceID)
	if f.Several && choice+sent.Get("offer")+sent.Get(dayID)+sent.Get("hour") == "" {
		return nil
	}
	booking, faults := parts.ReadBooking(choice, "", sent)
	read := map[string]any{"service": booking.Service, "matter": booking.Matter, "at": booking.At.Format(time.RFC3339)}
	if !f.Several {
		maps.Copy(typed, read)
		return faults
	}
	typed[f.Name] = []any{read}
	for i := range faults {
		faults[i].Field = f.Name + "[0]." + faults[i].Field
	}
	return faults
}

// place is the id, on the page, of the field that a path of the form leads to.
func (a action) place(path string, sent url.Values) string {
	whenID := parts.WhenPlace("", sent)
	for _, f := range a.fields {
		switch inside := f.Several && strings.HasPrefix(path, f.Name); {
		case f.Shape == fields.Place && path == f.Name:
			return free.Field
		case f.Shape == fields.Moment && path == f.Name:
			return whenID
		case f.Shape == fields.Appointment && (inside || !f.Several) && strings.HasSuffix(path, "at"):
			return whenID
		case f.Shape == fields.Appointment && (inside || !f.Several && slices.Contains([]string{"service", "matter"}, path)):
			return serviceID
		}
	}
	return path
}
