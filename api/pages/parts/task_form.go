package parts

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"

	"percorso/api/pages/parts/free"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/completion"
	"percorso/internal/italian"
	"percorso/internal/italian/deciding"
	"percorso/internal/italian/known"
	"percorso/internal/message"
	"percorso/internal/speech"
	"percorso/internal/written"
)

// bookingRows is how many appointments the form offers at once.
const bookingRows = 3

// TaskForm shows the form of a kind of task, and reads what was sent with it.
// Its fields come from completion.Forms: those that all outcomes have are shown
// once, the others below the outcome that has them. A field's id is its name,
// with the outcome before it where it is the outcome's own.
type TaskForm struct {
	completion.TaskForm
	Policy  care.Policy
	Service string             // of the task: its matters are offered
	Sent    url.Values         // what was typed
	places  map[string]string  // set by read: the ids of fields by their paths
	labels  map[string]string  // set by read: names of fields that have none of their own
	Draft   *PlanDraft         // of a plan's draft
	Goals   []care.PlanGoal    // to evaluate
	Private map[string][]Asked // agencies that the person's consent is asked for, by the outcome that tells them
	Offers  free.Places        // free places of the services, or of the task's
	Block   []web.Field        // those that the employment centre gives, where an outcome sends the person there
	Amends  bool               // what was written: for whom it is was chosen then
	Shut    string             // which matters the person cannot book, and why
}

// Books says whether an outcome of the task takes appointments.
func (f *TaskForm) Books() bool {
	return slices.ContainsFunc(f.Outcomes, func(o completion.TaskOutcome) bool { return o.Accepts(completion.FieldBookings) })
}

// SaysWhen says whether an outcome of the task gives a time to receive the person, and
// where the form has the day on which to look for one.
func (f *TaskForm) SaysWhen() (day string, says bool) {
	for _, o := range f.Outcomes {
		switch chosen := o.Code == f.Sent.Get("outcome"); {
		case o.Accepts(completion.FieldBookings):
			says = true
			for i := range bookingRows {
				if id := fmt.Sprintf("%s-%d-", f.id(o, completion.FieldBookings), i); chosen && f.Sent.Get(id+"hour") == "" {
					day = cmp.Or(day, f.Sent.Get(id+"day"))
				}
			}
		case o.Accepts(completion.FieldAt) && slices.Contains(agenda.OfServices, f.Kind):
			says = true
			if id := f.id(o, completion.FieldAt); chosen {
				day = f.Sent.Get(id + "-day")
			}
		}
	}
	return day, says
}

// SendsWith is where the form asks for a place at the employment centre; empty: no outcome sends
// the person there.
func (f *TaskForm) SendsWith() (id string) {
	for _, o := range f.Outcomes {
		if completion.Sends(f.Kind, o.Code) {
			id = f.id(o, completion.FieldAt) + "-"
		}
	}
	return id
}

// asks says whether there is something to ask in a field of an outcome.
func (f *TaskForm) asks(o completion.TaskOutcome, field completion.TaskField) bool {
	return (field != completion.FieldGoals || len(f.Goals) > 0) &&
		field != completion.FieldConsent && field != completion.FieldLeftOut && (field != completion.FieldConsents || len(f.Private[o.Code]) > 0) &&
		(field != completion.FieldAt || len(f.Block) > 0 || !completion.Sends(f.Kind, o.Code)) && (field != completion.FieldCircle || len(f.circles()) > 0)
}

// begin fills in what a form that nobody has touched begins with.
func (f *TaskForm) begin() {
	if f.Sent != nil {
		return
	}
	switch f.Kind {
	case care.PlanDraft:
		f.Sent = url.Values{"outcome": {care.Proposed}}
	case care.NextService, care.BookAgain:
		if f.Service != "" {
			f.Sent = url.Values{"outcome": {care.Booked}, "booked-bookings-0-service": {f.Service + "/"}}
		}
	}
}

// common says whether every outcome has a field, with the same choices.
func (f *TaskForm) common(field completion.TaskField) bool {
	for _, o := range f.Outcomes {
		if !o.Accepts(field) || field == completion.FieldReason && !slices.Equal(o.Reasons, f.Outcomes[0].Reasons) {
			return false
		}
	}
	return true
}

// id is the id of a field under an outcome.
func (f *TaskForm) id(o completion.TaskOutcome, field completion.TaskField) string {
	if f.common(field) {
		return string(field)
	}
	return o.Code + "-" + string(field)
}

// Show lays the form out.
func (f *TaskForm) Show(form web.Form) *CompletionForm {
	f.begin()
	page := &CompletionForm{Form: form, Button: message.Say("task_form.complete")}
	for _, field := range completion.Fields {
		if !f.common(field) || !f.asks(f.Outcomes[0], field) {
			continue
		}
		shown := f.field(f.Outcomes[0], field)
		if field == completion.FieldNote {
			f.sayWhenNeeded(&shown)
		}
		if field == completion.FieldNote || field == completion.FieldCircle || field == completion.FieldInterpreted {
			page.After = append(page.After, shown)
		} else {
			page.Before = append(page.Before, shown)
		}
	}
	if len(f.Outcomes) == 1 {
		page.Only = f.Outcomes[0].Code
		page.Button = cmp.Or(deciding.Act(f.Kind, page.Only), page.Button)
		return page
	}
	for _, o := range f.Outcomes {
		choice := OutcomeChoice{ID: "outcome-" + o.Code, Option: web.Option{
			Value: o.Code, Text: f.choice(o.Code), Chosen: f.Sent.Get("outcome") == o.Code,
		}}
		for _, field := range completion.Fields {
			if o.Accepts(field) && !f.common(field) && f.asks(o, field) {
				choice.Fields = append(choice.Fields, f.field(o, field))
			}
		}
		page.Outcomes = append(page.Outcomes, choice)
	}
	return page
}

// choice says an outcome before it is chosen: what it will do, or what was found.
func (f *TaskForm) choice(outcome string) string {
	return cmp.Or(deciding.Act(f.Kind, outcome), italian.Outcome(f.Kind, outcome))
}

// sayWhenNeeded says for which outcomes a note must be written.
func (f *TaskForm) sayWhenNeeded(note *web.Field) {
	var needed []string
	for _, o := range f.Outcomes {
		if slices.Contains(o.Requires, completion.FieldNote) {
			needed = append(needed, message.Say("case_pages.quoted", "Text", f.choice(o.Code)))
		}
	}
	note.Required = len(needed) > 0
	if len(needed) > 0 && len(needed) < len(f.Outcomes) {
		note.Hint = message.Say("task_form.note_needed", "Hint", note.Hint, "Outcomes", present.Alternatives(needed))
	}
}

// field shows one field of an outcome.
func (f *TaskForm) field(o completion.TaskOutcome, field completion.TaskField) web.Field {
	id := f.id(o, field)
	shown := web.Field{
		Shape: "input", ID: id, Label: italian.TaskField(f.Kind, field), Value: f.Sent.Get(id), Required: slices.Contains(o.Requires, field),
	}
	switch field {
	case completion.FieldNeeds:
		shown.Shape, shown.Type, shown.Hint = "choices", "checkbox", italian.FieldHelp("needs")
		for _, n := range f.Policy.Needs {
			shown.Options = append(shown.Options, web.Option{Value: n.Code, Text: n.Name, Chosen: slices.Contains(f.Sent[id], n.Code)})
		}
	case completion.FieldAreas:
		return f.areas(id)
	case completion.FieldBookings:
		return f.bookings(id, shown.Required)
	case completion.FieldBeyond:
		return free.Beyond(id, shown.Value)
	case completion.FieldMatter:
		shown.Shape, shown.Options = "select", present.Options(f.matters(f.Service), shown.Value)
	case completion.FieldMeasure:
		shown.Shape, shown.Options = "select", present.Options(f.Policy.Measures, shown.Value)
	case completion.FieldClosureOutcome:
		shown.Shape, shown.Options = "select", present.Options(present.ClosureOutcomes(f.Policy), shown.Value)
	case completion.FieldReason:
		shown.Shape, shown.Type = "choices", "radio"
		for _, code := range o.Reasons {
			shown.Options = append(shown.Options, web.Option{Value: code, Text: italian.Reason(code), Chosen: shown.Value == code})
		}
	case completion.FieldAt:
		if f.Kind == care.PermitRenewal { // a day, that of the receipt
			shown.Type, shown.Hint = "date", italian.TaskFieldHelp(f.Kind, field)
			break
		}
		if completion.Sends(f.Kind, o.Code) {
			shown.Shape, shown.Row, shown.Fields = "group", true, f.Block
			break
		}
		shown.Shape, shown.Row, shown.Fields = "group", true, f.Offers.When(id+"-", f.Sent, shown.Required)
		if !shown.Required {
			shown.Label = message.Say("task_form.new_appointment")
		}
	case completion.FieldUntil:
		shown.Type, shown.Hint = "date", message.Say("task_form.until_hint")
	case completion.FieldPlan:
		f.Draft.id, f.Draft.sent = id, f.Sent
		return f.Draft.show()
	case completion.FieldGoals:
		return f.findings(id)
	case completion.FieldStage:
		stages := slices.DeleteFunc(slices.Clone(care.BeginStages), func(s care.Stage) bool { return s == care.StageSecondLevel })
		shown.Shape, shown.Type, shown.Options = "choices", "radio", present.StageOptions(stages, shown.Value)
	case completion.FieldPermit:
		shown.Shape, shown.Options = "select", slices.DeleteFunc(present.PermitOptions(shown.Value), func(o web.Option) bool { return o.Value == care.PermitRequested })
	case completion.FieldPermitExpiry:
		shown.Type, shown.Hint = "date", message.Say("task_form.permit_hint")
	case completion.FieldConsents:
		return f.consents(o, id)
	case completion.FieldInterpreted:
		shown = Interpreted(id, shown.Value)
	case completion.FieldLate:
		shown.Hint = italian.FieldHelp("late")
	case completion.FieldNote:
		shown.Shape, shown.Hint = "area", italian.FieldHelp("note")
	case completion.FieldCircle:
		shown.Empty, shown.Hint = message.Say("task_form.usual_circle"), italian.FieldHelp("circle")
		if f.Kind == care.Assessment && !f.Amends {
			return f.readers(shown, f.id(o, completion.FieldAreas))
		}
		shown = circleOf(shown, f.circles())
	}
	return shown
}

// Interpreted asks who interpreted in a conversation.
func Interpreted(id, chosen string) web.Field {
	shown := web.Field{Shape: "select", ID: id, Label: italian.Field("interpreted"), Hint: italian.FieldHelp("interpreted"), Empty: message.Say("task_form.not_yet_written")}
	for _, code := range speech.Interpreters {
		shown.Options = append(shown.Options, web.Option{Value: code, Text: italian.Upper(known.Interpreter(code)), Chosen: code == chosen})
	}
	return shown
}

// circles are those that the author of the form chooses from.
func (f *TaskForm) circles() []string {
	if f.Amends {
		return nil
	}
	return written.Choices(string(f.Kind))
}

// areas asks of each area of need of the zone how serious it is.
func (f *TaskForm) areas(id string) web.Field {
	group := web.Field{Shape: "group", Label: italian.Field("areas"), Hint: message.Say("task_form.areas_hint")}
	for _, n := range f.Policy.Needs {
		at := id + "-" + n.Code
		level := web.Field{Shape: "select", ID: at + "-need", Label: italian.Field("need"), Required: true, Empty: message.Say("task_form.area_not_assessed")}
		for _, code := range care.NeedLevels {
			level.Options = append(level.Options, web.Option{Value: code, Text: italian.NeedLevel(code), Chosen: f.Sent.Get(level.ID) == code})
		}
		note := web.Field{Shape: "input", ID: at + "-note", Label: italian.Field("note"), Value: f.Sent.Get(at + "-note")}
		group.Fields = append(group.Fields, web.Field{Shape: "group", Label: n.Name, Row: true, Fields: []web.Field{level, note}})
	}
	return group
}

// readers asks who reads an assessment, and the note on each of its areas where that is somebody
// else.
func (f *TaskForm) readers(rest web.Field, areas string) web.Field {
	circles := f.circles()
	fold := web.Field{Shape: "group", Label: rest.Label, Row: true, Folded: true, Open: rest.Value != "", Hint: message.Say("task_form.readers_hint", "Readers", rest.Label)}
	rest.Label, rest.Hint = message.Say("task_form.what_you_write"), ""
	fold.Fields = append(fold.Fields, circleOf(rest, circles))
	for _, n := range f.Policy.Needs {
		note := web.Field{ID: areas + "-" + n.Code + "-circle", Label: n.Name, Empty: message.Say("task_form.circle_of_the_rest")}
		note.Value = f.Sent.Get(note.ID)
		fold.Open = fold.Open || note.Value != ""
		fold.Fields = append(fold.Fields, circleOf(note, circles))
	}
	return fold
}

// circleOf asks who reads what is written.
func circleOf(shown web.Field, circles []string) web.Field {
	shown.Shape = "select"
	for _, code := range circles {
		shown.Options = append(shown.Options, web.Option{Value: code, Text: italian.Circle(code), Chosen: shown.Value == code})
	}
	return shown
}

// findings asks of each goal of the plan how far it was reached.
func (f *TaskForm) findings(id string) web.Field {
	group := web.Field{Shape: "group", Label: italian.Field("goals"), Hint: message.Say("task_form.goals_hint")}
	for i, g := range f.Goals {
		at := fmt.Sprintf("%s-%d", id, i)
		result := web.Field{Shape: "select", ID: at + "-result", Label: italian.Field("result"), Required: true, Empty: message.Say("task_form.goal_not_assessed")}
		for _, code := range care.GoalResults {
			result.Options = append(result.Options, web.Option{Value: code, Text: italian.Upper(italian.GoalResult(code)), Chosen: f.Sent.Get(result.ID) == code})
		}
		note := web.Field{Shape: "input", ID: at + "-note", Label: italian.Field("note"), Value: f.Sent.Get(at + "-note")}
		group.Fields = append(group.Fields, web.Field{Shape: "group", Label: message.Say("task_form.goal", "Number", i+1, "Text", g.Text), Row: true, Fields: []web.Field{result, note}})
	}
	return group
}

// bookings offers some appointments; all but the first are folded away.
func (f *TaskForm) bookings(id string, required bool) web.Field {
	group := web.Field{Shape: "group", Label: italian.Field("bookings"), Hint: f.Shut}
	for i := range bookingRows {
		at := fmt.Sprintf("%s-%d", id, i)
		needed := required && i == 0
		service := web.Field{Shape: "select", ID: at + "-service", Label: message.Say("task_form.service_and_matter"), Required: needed}
		service.Groups = ServiceOptions(f.Policy, f.Sent.Get(service.ID))
		row := web.Field{
			Shape: "group", Label: message.Say("task_form.appointment", "Number", i+1), Row: true, Fields: append([]web.Field{service}, f.Offers.When(at+"-", f.Sent, needed)...),
		}
		if i > 0 {
			row.Folded, row.Hint = true, message.Say("task_form.another_appointment")
			row.Open = f.Sent.Get(service.ID)+f.Sent.Get(at+"-day")+f.Sent.Get(at+"-offer") != ""
		}
		group.Fields = append(group.Fields, row)
	}
	return group
}

// matters are those of a service, or all where the task has none.
func (f *TaskForm) matters(service string) []care.Named {
	s, ok := f.Policy.Service(service)
	if !ok || len(s.Matters) == 0 {
		return f.Policy.Matters
	}
	var list []care.Named
	for _, code := range s.Matters {
		list = append(list, care.Named{Code: code, Name: present.NameIn(f.Policy.Matters, code)})
	}
	return list
}
