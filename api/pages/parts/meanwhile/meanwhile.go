// Package meanwhile asks, at a suspension, what becomes of each appointment and planned
// meeting that is to come, and does it: those that move or are cancelled do so first, each
// by its own command, and the suspension keeps the rest.
package meanwhile

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"percorso/api/act"
	"percorso/api/pages/parts"
	"percorso/api/pages/parts/free"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/gathering"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/zone"
)

// whatOf begins the id of the field that asks it, and whatFree that of an appointment's new
// time. The id of the appointment or meeting follows.
const whatOf, whatFree = "what-", "free-"

// wasOf begins the id of the field that holds when the appointment was as the page was shown,
// and meetingsIn is that of the meetings' ids.
const wasOf, meetingsIn = "was-", "meetings"

// What becomes of an appointment.
const keeps, moves, cancels = "keep", "move", "cancel"

// Asked is whose case is suspended, with what was typed; nil: nothing yet.
type Asked struct {
	Who     care.Staff
	Rules   *zone.Rules
	File    ledger.Case
	Equipes []ledger.Equipe
	Now     time.Time
	Sent    url.Values
}

// Fields ask what becomes of what is to come.
func Fields(ctx context.Context, records free.Records, in Asked) (list []web.Field, err error) {
	for _, a := range in.File.Appointments {
		if !a.Stands() || !in.Now.Before(a.At) {
			continue
		}
		id := whatFree + a.ID + "-"
		day := ""
		if in.Sent.Get(id+"hour") == "" {
			day = in.Sent.Get(id + "day")
		}
		offers, err := free.Find(ctx, free.Reachable(records, in.File.PersonData.Speech), in.Who, in.Rules, day, a.Service)
		if err != nil {
			return nil, err
		}
		what := whatField(a.ID, whenOf(a.At)+": "+present.ServiceName(in.Rules.Policy, a.Service), in.Sent)
		what.Options = append(what.Options, option(what, moves, message.Say("meanwhile.moves")), option(what, cancels, message.Say("meanwhile.is_cancelled")))
		list = append(list, web.Field{Shape: "hidden", ID: wasOf + a.ID, Value: a.At.Format(time.RFC3339)}, what,
			web.Field{Shape: "group", Label: message.Say("meanwhile.new_time"), Row: true, ShownBy: what.ID + "-1", Fields: offers.When(id, in.Sent, false)})
	}
	var meetings []string
	for _, e := range in.Equipes {
		if m := gathering.Open(e.Meetings); m != nil && e.Ended == nil && in.Now.Before(m.At) {
			meetings = append(meetings, m.ID)
			list = append(list, whatField(m.ID, message.Say("meanwhile.meeting", "When", whenOf(m.At)), in.Sent))
		}
	}
	if len(meetings) > 0 {
		list = append(list, web.Field{Shape: "hidden", ID: meetingsIn, Value: strings.Join(meetings, " ")})
	}
	return list, nil
}

// whatField asks what becomes of one of them: it may stay.
func whatField(id, label string, sent url.Values) web.Field {
	f := web.Field{Shape: "choices", Type: "radio", ID: whatOf + id, Label: label, Value: sent.Get(whatOf + id), Hint: message.Say("meanwhile.before_it_goes_on")}
	f.Options = []web.Option{option(f, keeps, message.Say("meanwhile.stays"))}
	return f
}

func whenOf(at time.Time) string {
	return message.Say("pages_when.day_hour", "Day", italian.Upper(italian.Day(at)), "Hour", italian.Hour(at))
}

func option(of web.Field, value, text string) web.Option {
	return web.Option{Value: value, Text: text, Chosen: of.Value == value}
}

// Place is the field that a fault leads to which is about the appointments; empty: it is
// about another one.
func Place(path string, sent url.Values) string {
	switch id, isTime := strings.CutPrefix(path, whatFree); {
	case isTime:
		return parts.WhenPlace(whatFree+id+"-", sent)
	case strings.HasPrefix(path, whatOf):
		return path
	case path != "kept":
		return ""
	}
	for _, id := range strings.Fields(sent.Get(meetingsIn)) {
		if sent.Get(whatOf+id) == "" {
			return whatOf + id
		}
	}
	return "until" // one was fixed since the page was shown
}

// Suspend moves and cancels what the form says, and then suspends the case. Nothing is done
// before the form is right, and what becomes of each is said that falls into the time.
func Suspend(ctx context.Context, door *act.Door, in Asked, command catalogue.Command) (cmd ledger.Command, err error) {
	form, err := catalogue.Suspend.Decode(command.Data)
	if err != nil {
		return cmd, err
	}
	first, faults := changesBefore(command.Key, in.File, &form, in.Sent, in.Now)
	command = catalogue.Suspend.Command(command.Key, in.File.ID, form)
	ctx = act.WithUnreadable(ctx, faults...)
	around := catalogue.Around{Policy: in.Rules.Policy, Now: in.Now, Calendar: in.Rules.Calendar}
	if len(act.Unreadable(ctx)) > 0 || len(command.Check(around)) > 0 {
		first = nil
	}
	for _, change := range first {
		if cmd, err = door.Do(ctx, in.Who, change); err != nil {
			return cmd, aboutOne(change.Target, err)
		}
	}
	return door.Do(ctx, in.Who, command)
}

// changesBefore are the commands that move and cancel what the form says, which keeps the
// rest; or what is wrong with it. Sent again it is the same, whatever was done meanwhile.
func changesBefore(key string, file ledger.Case, form *agenda.SuspendForm, sent url.Values, now time.Time) (first []catalogue.Command, faults []care.Fault) {
	for _, a := range file.Appointments {
		asked := agenda.Cancelling{By: agenda.TheService, Why: agenda.Whys[0]}
		if was, err := time.Parse(time.RFC3339, sent.Get(wasOf+a.ID)); err == nil {
			asked.Was = &was
		}
		switch sent.Get(whatOf + a.ID) {
		case cancels:
			form.Tell = true
			first = append(first, catalogue.CancelAppointment.Command(ledger.DerivedID(key, a.ID), a.ID, asked).InRun(a.Run))
		case moves:
			form.Kept = append(form.Kept, a.ID)
			service, at, rule := parts.ReadWhen(whatFree+a.ID+"-", sent)
			if rule == "" && service != "" && service != a.Service {
				rule = agenda.OtherService
			}
			if rule == "" && at == nil {
				rule = care.RuleRequired
			}
			if rule != "" {
				faults = append(faults, care.Fault{Field: whatFree + a.ID, Rule: rule})
				continue
			}
			moving := agenda.Moving{At: *at, By: asked.By, Why: asked.Why, Was: asked.Was}
			first = append(first, catalogue.MoveAppointment.Command(ledger.DerivedID(key, a.ID), a.ID, moving).InRun(a.Run))
		case keeps:
			form.Kept = append(form.Kept, a.ID)
		default:
			if a.Stands() && now.Before(a.At) && form.Until != nil && a.At.Before(*form.Until) {
				faults = append(faults, care.Fault{Field: whatOf + a.ID, Rule: agenda.Unsaid})
			}
		}
	}
	for _, id := range strings.Fields(sent.Get(meetingsIn)) {
		if sent.Get(whatOf+id) == keeps {
			form.Kept = append(form.Kept, id)
		}
	}
	return first, faults
}

// aboutOne is a refusal to move or cancel an appointment, said where it was asked.
func aboutOne(id string, err error) error {
	var refused *care.Refusal
	if !errors.As(err, &refused) || len(refused.Faults) == 0 {
		return err
	}
	told := *refused
	told.Faults = slices.Clone(refused.Faults)
	for i, f := range told.Faults {
		told.Faults[i].Field = whatOf + id
		if f.Field == "at" {
			told.Faults[i].Field = whatFree + id
		}
	}
	return &told
}
