package parts

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// The draft of a plan is a form of rows: goals, and the actions that lead to
// them. It offers some empty rows and a button for one more, so that it works
// without JavaScript; a row that is left empty counts for nothing. The value of
// each row is kept under its own ids: <id>-goal-0-text, <id>-action-3-agency.

// Rows that a new plan begins with, and the most that a form may have.
const (
	firstGoals, firstActions = 2, 3
	mostGoals, mostActions   = 20, 50
)

// AddRow is the name of the buttons that ask for one more row.
const AddRow = "add"

// PlanDraft shows and reads the content of a plan.
type PlanDraft struct {
	Policy care.Policy
	id     string       // begins the ids of its fields
	From   *ledger.Plan // the version that it begins from; nil: none
	Active bool         // there is an active version, so that what changes must be said
	sent   url.Values
	places map[string]string // ids of fields by their paths
	labels map[string]string // names of fields by their paths
}

// begin fills the rows with the version that the draft begins from.
func (d *PlanDraft) begin() {
	if d.sent.Has(d.id + "-goals") {
		return
	}
	d.sent = cloneValues(d.sent)
	goals, actions := 0, 0
	if d.From != nil {
		for i, g := range d.From.Content.Goals {
			at := d.goal(i)
			d.sent.Set(at+"-id", g.ID)
			d.sent.Set(at+"-area", g.Area)
			d.sent.Set(at+"-text", g.Text)
		}
		for i, a := range d.From.Content.Actions {
			at := d.action(i)
			d.sent.Set(at+"-id", a.ID)
			d.sent.Set(at+"-goal", strconv.Itoa(a.Goal))
			d.sent.Set(at+"-text", a.Text)
			d.sent.Set(at+"-agency", a.Agency)
			if a.Until != nil {
				d.sent.Set(at+"-until", a.Until.In(italian.Rome).Format(time.DateOnly))
			}
			if a.Send {
				d.sent.Set(at+"-send", "1")
			}
		}
		goals, actions = len(d.From.Content.Goals), len(d.From.Content.Actions)
		d.sent.Set(d.id+"-changes", d.From.Changes)
	}
	d.sent.Set(d.id+"-goals", strconv.Itoa(max(firstGoals, goals+1)))
	d.sent.Set(d.id+"-actions", strconv.Itoa(max(firstActions, actions+1)))
}

func cloneValues(v url.Values) url.Values {
	c := url.Values{}
	for name, values := range v {
		c[name] = slices.Clone(values)
	}
	return c
}

func (d *PlanDraft) goal(i int) string   { return fmt.Sprintf("%s-goal-%d", d.id, i) }
func (d *PlanDraft) action(i int) string { return fmt.Sprintf("%s-action-%d", d.id, i) }

// rows is how many rows of goals or actions the form has, with the one more
// that was asked for.
func (d *PlanDraft) rows(of string, most int) int {
	n, err := strconv.Atoi(d.sent.Get(d.id + "-" + of + "s"))
	if err != nil || n < 1 {
		n = 1
	}
	if d.sent.Get(AddRow) == of {
		n++
	}
	return min(n, most)
}

// show lays the rows out.
func (d *PlanDraft) show() web.Field {
	d.begin()
	goals, actions := d.rows("goal", mostGoals), d.rows("action", mostActions)
	plan := web.Field{Shape: "group", Label: message.Say("plan_draft.plan"), Hint: message.Say("plan_draft.hint")}
	plan.Fields = append(plan.Fields, d.hidden("-goals", strconv.Itoa(goals)), d.hidden("-actions", strconv.Itoa(actions)))
	for i := range goals {
		plan.Fields = append(plan.Fields, d.showGoal(i, goals))
	}
	plan.Fields = append(plan.Fields, web.Field{Shape: "button", ID: AddRow, Value: "goal", Label: message.Say("plan_draft.add_goal")})
	for i := range actions {
		plan.Fields = append(plan.Fields, d.showAction(i, goals))
	}
	plan.Fields = append(plan.Fields, web.Field{Shape: "button", ID: AddRow, Value: "action", Label: message.Say("plan_draft.add_action")})
	if d.Active {
		plan.Fields = append(plan.Fields, web.Field{
			Shape: "area", ID: d.id + "-changes", Label: message.Say("plan_draft.changes"), Hint: message.Say("plan_draft.changes_hint"),
			Value: d.sent.Get(d.id + "-changes"), Required: true,
		})
	}
	return plan
}

func (d *PlanDraft) hidden(name, value string) web.Field {
	return web.Field{Shape: "hidden", ID: d.id + name, Value: value}
}

func (d *PlanDraft) showGoal(i, goals int) web.Field {
	at := d.goal(i)
	row := web.Field{Shape: "group", Label: message.Say("plan_draft.goal", "Number", i+1), Fields: []web.Field{
		{Shape: "select", ID: at + "-area", Label: message.Say("plan_draft.area"), Required: true, Empty: message.Say("plan_draft.choose_area"), Options: present.NeedOptions(d.Policy, []string{d.sent.Get(at + "-area")}),
			Focus: d.sent.Get(AddRow) == "goal" && i == goals-1},
		{Shape: "area", ID: at + "-text", Label: message.Say("plan_draft.goal_text"), Rows: 2, Value: d.sent.Get(at + "-text"), Required: true},
	}}
	if id := d.sent.Get(at + "-id"); id != "" {
		row.Fields = append(row.Fields, web.Field{Shape: "hidden", ID: at + "-id", Value: id},
			web.Field{Shape: "box", ID: at + "-drop", Label: message.Say("plan_draft.drop_goal"), Value: d.sent.Get(at + "-drop")})
	}
	return row
}

func (d *PlanDraft) showAction(i, goals int) web.Field {
	at := d.action(i)
	row := web.Field{Shape: "group", Label: message.Say("plan_draft.action", "Number", i+1)}
	kept, id := d.known(d.sent.Get(at+"-id")), d.sent.Get(at+"-id")
	if kept != nil {
		row.Fields = append(row.Fields, web.Field{Shape: "words", Value: message.Say("plan_draft.progress", "Progress", present.Progress(*kept))})
	}
	goal := web.Field{Shape: "select", ID: at + "-goal", Label: message.Say("plan_draft.of_goal"), Required: true, Empty: message.Say("plan_draft.choose_goal")}
	for g := range goals {
		value := strconv.Itoa(g)
		goal.Options = append(goal.Options, web.Option{Value: value, Text: message.Say("plan_draft.goal", "Number", g+1), Chosen: d.sent.Get(goal.ID) == value})
	}
	agency := web.Field{Shape: "select", ID: at + "-agency", Label: message.Say("plan_draft.agency"), Required: true, Empty: message.Say("plan_draft.choose_agency")}
	for _, a := range d.Policy.Agencies {
		agency.Options = append(agency.Options, web.Option{Value: a.Code, Text: a.Name, Chosen: d.sent.Get(agency.ID) == a.Code})
	}
	row.Fields = append(row.Fields,
		web.Field{Shape: "area", ID: at + "-text", Label: message.Say("plan_draft.action_text"), Rows: 2, Value: d.sent.Get(at + "-text"), Required: true,
			Focus: d.sent.Get(AddRow) == "action" && i == d.rows("action", mostActions)-1},
		web.Field{Shape: "group", Bare: true, Row: true, Fields: []web.Field{
			goal, agency, {Shape: "input", Type: "date", ID: at + "-until", Label: message.Say("plan_draft.until"), Value: d.sent.Get(at + "-until"), Required: true},
		}})
	if kept != nil && kept.Routed {
		row.Fields = append(row.Fields, web.Field{Shape: "words", Value: message.Say("plan_draft.already_sent")})
	} else {
		row.Fields = append(row.Fields, web.Field{
			Shape: "box", ID: at + "-send", Label: message.Say("plan_draft.send"), Value: d.sent.Get(at + "-send"),
			Hint: message.Say("plan_draft.send_hint"),
		})
	}
	if id != "" {
		row.Fields = append(row.Fields, web.Field{Shape: "hidden", ID: at + "-id", Value: id},
			web.Field{Shape: "box", ID: at + "-drop", Label: message.Say("plan_draft.drop_action"), Value: d.sent.Get(at + "-drop")})
	}
	return row
}

// known finds an action of the version that the draft begins from.
func (d *PlanDraft) known(id string) *ledger.PlannedAction {
	if d.From == nil || id == "" {
		return nil
	}
	i := slices.IndexFunc(d.From.Content.Actions, func(a ledger.PlannedAction) bool { return a.ID == id })
	if i < 0 {
		return nil
	}
	return &d.From.Content.Actions[i]
}

// read makes the content of what was sent. The faults are of what cannot be read.
func (d *PlanDraft) read() (*care.PlanForm, []care.Fault) {
	d.places, d.labels = map[string]string{}, map[string]string{}
	plan := &care.PlanForm{Changes: strings.TrimSpace(d.sent.Get(d.id + "-changes"))}
	d.name("plan", d.goal(0)+"-text", message.Say("plan_draft.name_plan"))
	d.name("plan.goals", d.goal(0)+"-text", message.Say("plan_draft.name_goals"))
	d.name("plan.actions", d.action(0)+"-text", message.Say("plan_draft.name_actions"))
	d.name("plan.changes", d.id+"-changes", message.Say("plan_draft.name_changes"))

	goals := map[string]int{} // index in the plan, by the row's number
	for i := range d.rows("goal", mostGoals) {
		at := d.goal(i)
		g := care.PlanGoal{ID: d.sent.Get(at + "-id"), Area: d.sent.Get(at + "-area"), Text: strings.TrimSpace(d.sent.Get(at + "-text"))}
		if d.sent.Get(at+"-drop") != "" || g.ID == "" && g.Area == "" && g.Text == "" {
			continue
		}
		path := fmt.Sprintf("plan.goals[%d].", len(plan.Goals))
		label := func(field string) string {
			return message.Say("plan_draft.name_in_goal", "Number", i+1, "Field", field)
		}
		d.name(path+"area", at+"-area", label(message.Say("plan_draft.field_area")))
		d.name(path+"text", at+"-text", label(message.Say("plan_draft.field_text")))
		goals[strconv.Itoa(i)] = len(plan.Goals)
		plan.Goals = append(plan.Goals, g)
	}
	var faults []care.Fault
	for i := range d.rows("action", mostActions) {
		at := d.action(i)
		a := care.PlanAction{
			ID: d.sent.Get(at + "-id"), Text: strings.TrimSpace(d.sent.Get(at + "-text")), Agency: d.sent.Get(at + "-agency"), Send: d.sent.Get(at+"-send") != "",
		}
		goal, until := d.sent.Get(at+"-goal"), d.sent.Get(at+"-until")
		if d.sent.Get(at+"-drop") != "" || a.ID == "" && a.Text == "" && a.Agency == "" && goal == "" && until == "" && !a.Send {
			continue
		}
		path := fmt.Sprintf("plan.actions[%d].", len(plan.Actions))
		label := func(field string) string {
			return message.Say("plan_draft.name_in_action", "Number", i+1, "Field", field)
		}
		d.name(path+"text", at+"-text", label(message.Say("plan_draft.field_action_text")))
		d.name(path+"goal", at+"-goal", label(message.Say("plan_draft.field_goal")))
		d.name(path+"agency", at+"-agency", label(message.Say("plan_draft.field_agency")))
		d.name(path+"until", at+"-until", label(message.Say("plan_draft.field_until")))
		d.name(path+"send", at+"-send", label(message.Say("plan_draft.field_send")))
		a.Goal = -1
		if index, ok := goals[goal]; ok {
			a.Goal = index
		}
		if until != "" {
			var rule string
			if a.Until, rule = ReadMoment(until, d.Policy.DayEnds); rule != "" {
				faults = append(faults, care.Fault{Field: path + "until", Rule: rule})
			}
		}
		plan.Actions = append(plan.Actions, a)
	}
	return plan, faults
}

func (d *PlanDraft) name(path, id, label string) { d.places[path], d.labels[path] = id, label }
