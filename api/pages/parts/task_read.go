package parts

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"percorso/api/pages/parts/free"
	"percorso/internal/arrival"
	"percorso/internal/care"
	"percorso/internal/completion"
	"percorso/internal/italian"
	"percorso/internal/message"
)

// Read makes a completion of what was sent: the fields of the chosen outcome
// alone, since without JavaScript those of the others are sent too. The faults
// are of what cannot be read at all; the rules are asked afterwards.
func (f *TaskForm) Read() (care.Completion, []care.Fault) {
	f.places, f.labels = map[string]string{}, map[string]string{}
	done := care.Completion{Outcome: f.Sent.Get("outcome")}
	o, ok := f.Outcome(done.Outcome)
	if !ok {
		return done, nil
	}
	var faults []care.Fault
	for _, field := range completion.Fields {
		if !o.Accepts(field) || !f.asks(o, field) {
			continue
		}
		id := f.id(o, field)
		f.places[string(field)] = id
		value := strings.TrimSpace(f.Sent.Get(id))
		switch field {
		case completion.FieldNeeds:
			done.Needs = f.Sent[id]
		case completion.FieldAreas:
			done.Areas = f.readAreas(id)
		case completion.FieldBookings:
			var wrong []care.Fault
			done.Bookings, wrong = f.readBookings(id)
			faults = append(faults, wrong...)
		case completion.FieldBeyond:
			done.Beyond = value
		case completion.FieldMatter:
			done.Matter = value
		case completion.FieldMeasure:
			done.Measure = value
		case completion.FieldEnterprise:
			done.Enterprise = value
		case completion.FieldAt:
			if f.Kind == care.PermitRenewal {
				var wrong []care.Fault
				done.At, wrong = readDay(value, "at")
				faults = append(faults, wrong...)
				break
			}
			f.places["at"] = WhenPlace(id+"-", f.Sent)
			_, at, rule := ReadWhen(id+"-", f.Sent)
			if completion.Sends(f.Kind, o.Code) {
				f.places["at"] = id + "-" + free.Field
				at, rule = ReadPlace(id+"-", f.Sent)
			}
			done.At = at
			if rule != "" {
				faults = append(faults, care.Fault{Field: "at", Rule: rule})
			}
		case completion.FieldUntil:
			if value == "" {
				break
			}
			until, rule := ReadMoment(value, f.Policy.DayEnds)
			done.Until = until
			if rule != "" {
				faults = append(faults, care.Fault{Field: "until", Rule: rule})
			}
		case completion.FieldReason:
			done.Reason = value
		case completion.FieldClosureOutcome:
			done.ClosureOutcome = value
		case completion.FieldPlan:
			var wrong []care.Fault
			f.Draft.id, f.Draft.sent = id, f.Sent
			done.Plan, wrong = f.Draft.read()
			maps.Copy(f.places, f.Draft.places)
			maps.Copy(f.labels, f.Draft.labels)
			faults = append(faults, wrong...)
		case completion.FieldGoals:
			done.Goals = f.readFindings(id)
		case completion.FieldStage:
			done.Stage = care.Stage(value)
		case completion.FieldPermit:
			done.Permit = value
		case completion.FieldPermitExpiry:
			var wrong []care.Fault
			done.PermitExpiry, wrong = readDate(value, "permit_expiry")
			faults = append(faults, wrong...)
		case completion.FieldConsents:
			f.readConsents(&done, o, id)
		case completion.FieldInterpreted:
			done.Interpreted = value
		case completion.FieldLate:
			done.Late = arrival.Minutes(value)
		case completion.FieldNote:
			done.Note = value
		case completion.FieldCircle:
			done.Circle = value
		}
	}
	return done, faults
}

// readDate reads a day as a document has it; nil: none is given.
func readDate(value, field string) (*care.Date, []care.Fault) {
	day, faults := readDay(value, field)
	if day == nil {
		return nil, faults
	}
	return care.DateOf(*day), nil
}

// readDay reads a day, whatever its hour; nil: none is given.
func readDay(value, field string) (*time.Time, []care.Fault) {
	day, ok := ReadDate(value)
	switch {
	case !ok:
		return nil, FaultIf(RuleDate, field)
	case day.IsZero():
		return nil, nil
	}
	return &day, nil
}

func (f *TaskForm) readFindings(id string) []care.GoalFinding {
	var found []care.GoalFinding
	for i, g := range f.Goals {
		at := fmt.Sprintf("%s-%d", id, i)
		result, note := f.Sent.Get(at+"-result"), strings.TrimSpace(f.Sent.Get(at+"-note"))
		if result == "" && note == "" {
			continue
		}
		path := fmt.Sprintf("goals[%d].", len(found))
		for _, name := range []string{"goal", "result"} {
			f.places[path+name], f.labels[path+name] = at+"-result", message.Say("task_form.goal_number", "Number", i+1)
		}
		f.places[path+"note"], f.labels[path+"note"] = at+"-note", message.Say("task_form.goal_note", "Number", i+1)
		found = append(found, care.GoalFinding{Goal: g.ID, Result: result, Note: note})
	}
	return found
}

func (f *TaskForm) readAreas(id string) []care.AreaFinding {
	var found []care.AreaFinding
	for i, n := range f.Policy.Needs {
		at := id + "-" + n.Code
		if i == 0 {
			f.places["areas"] = at + "-need" // where none is assessed
		}
		need, note := f.Sent.Get(at+"-need"), strings.TrimSpace(f.Sent.Get(at+"-note"))
		if need == "" && note == "" {
			continue
		}
		path := fmt.Sprintf("areas[%d].", len(found))
		f.places[path+"need"], f.places[path+"note"], f.places[path+"area"], f.places[path+"circle"] = at+"-need", at+"-note", at+"-need", at+"-circle"
		found = append(found, care.AreaFinding{Area: n.Code, Need: need, Note: note, Circle: f.Sent.Get(at + "-circle")})
	}
	return found
}

func (f *TaskForm) readBookings(id string) (list []care.Booking, faults []care.Fault) {
	f.places["bookings"] = id + "-0-service"
	for i := range bookingRows {
		at := fmt.Sprintf("%s-%d", id, i)
		choice := f.Sent.Get(at + "-service")
		if choice+f.Sent.Get(at+"-offer")+f.Sent.Get(at+"-day")+f.Sent.Get(at+"-hour") == "" {
			continue
		}
		path := fmt.Sprintf("bookings[%d].", len(list))
		f.places[path+"service"], f.places[path+"matter"], f.places[path+"at"] = at+"-service", at+"-service", WhenPlace(at+"-", f.Sent)
		booking, wrong := ReadBooking(choice, at+"-", f.Sent)
		for _, w := range wrong {
			faults = append(faults, care.Fault{Field: path + w.Field, Rule: w.Rule})
		}
		list = append(list, booking)
	}
	return list, faults
}

// Naming gives a field's id on the page, and its label.
func (f *TaskForm) Naming(path string) (id, label string) {
	id, label = path, italian.Field(path)
	if place, ok := f.places[path]; ok {
		id = place
	}
	if slices.Contains(completion.Fields, completion.TaskField(path)) {
		label = italian.TaskField(f.Kind, completion.TaskField(path))
	}
	if name, ok := f.labels[path]; ok {
		label = name
	}
	return id, label
}
