package api

import (
	"fmt"
	"strings"
	"time"

	"percorso/internal/care"
	"percorso/internal/italian"
)

// read makes a completion of what was sent: the fields of the chosen outcome
// alone, since without JavaScript those of the others are sent too. The faults
// are of what cannot be read at all; the rules are asked afterwards.
func (f *taskForm) read() (care.Completion, []care.Fault) {
	f.places = map[string]string{}
	done := care.Completion{Outcome: f.sent.Get("outcome")}
	o, ok := f.Outcome(done.Outcome)
	if !ok {
		return done, nil
	}
	var faults []care.Fault
	for _, field := range care.Fields {
		if !o.Accepts(field) {
			continue
		}
		id := f.id(o, field)
		f.places[string(field)] = id
		value := strings.TrimSpace(f.sent.Get(id))
		switch field {
		case care.FieldNeeds:
			done.Needs = f.sent[id]
		case care.FieldAreas:
			done.Areas = f.readAreas(id)
		case care.FieldBookings:
			var wrong []care.Fault
			done.Bookings, wrong = f.readBookings(id)
			faults = append(faults, wrong...)
		case care.FieldMatter:
			done.Matter = value
		case care.FieldMeasure:
			done.Measure = value
		case care.FieldEnterprise:
			done.Enterprise = value
		case care.FieldAt:
			f.places["at"] = id + "-day"
			at, rule := moment(f.sent.Get(id+"-day"), f.sent.Get(id+"-hour"))
			done.At = at
			if rule != "" {
				faults = append(faults, care.Fault{Field: "at", Rule: rule})
			}
		case care.FieldUntil:
			if value == "" {
				break
			}
			until, rule := moment(value, f.policy.DayEnds)
			done.Until = until
			if rule != "" {
				faults = append(faults, care.Fault{Field: "until", Rule: rule})
			}
		case care.FieldReason:
			done.Reason = value
		case care.FieldClosureOutcome:
			done.ClosureOutcome = value
		case care.FieldNote:
			done.Note = value
		}
	}
	return done, faults
}

func (f *taskForm) readAreas(id string) []care.AreaFinding {
	var found []care.AreaFinding
	for i, n := range f.policy.Needs {
		at := id + "-" + n.Code
		if i == 0 {
			f.places["areas"] = at + "-need" // where none is assessed
		}
		need, note := f.sent.Get(at+"-need"), strings.TrimSpace(f.sent.Get(at+"-note"))
		if need == "" && note == "" {
			continue
		}
		path := fmt.Sprintf("areas[%d].", len(found))
		f.places[path+"need"], f.places[path+"note"], f.places[path+"area"] = at+"-need", at+"-note", at+"-need"
		found = append(found, care.AreaFinding{Area: n.Code, Need: need, Note: note})
	}
	return found
}

func (f *taskForm) readBookings(id string) (list []care.Booking, faults []care.Fault) {
	f.places["bookings"] = id + "-0-service"
	for i := range bookingRows {
		at := fmt.Sprintf("%s-%d", id, i)
		choice, day, hour := f.sent.Get(at+"-service"), f.sent.Get(at+"-day"), f.sent.Get(at+"-hour")
		if choice == "" && day == "" && hour == "" {
			continue
		}
		path := fmt.Sprintf("bookings[%d].", len(list))
		f.places[path+"service"], f.places[path+"matter"], f.places[path+"at"] = at+"-service", at+"-service", at+"-day"
		booking, wrong := readBooking(choice, day, hour)
		for _, w := range wrong {
			faults = append(faults, care.Fault{Field: path + w.Field, Rule: w.Rule})
		}
		list = append(list, booking)
	}
	return list, faults
}

// readBooking reads the choice of serviceOptions with its day and hour.
func readBooking(choice, day, hour string) (b care.Booking, faults []care.Fault) {
	b.Service, b.Matter, _ = strings.Cut(choice, "/")
	if b.Service == "" {
		faults = append(faults, care.Fault{Field: "service", Rule: care.RuleRequired})
	}
	at, rule := moment(day, hour)
	switch {
	case rule != "":
		faults = append(faults, care.Fault{Field: "at", Rule: rule})
	case at == nil:
		faults = append(faults, care.Fault{Field: "at", Rule: care.RuleRequired})
	default:
		b.At = *at
	}
	return b, faults
}

// moment reads a day and an hour of the people's clocks. Nil: neither is given;
// rule: what is wrong with them.
func moment(day, hour string) (at *time.Time, rule string) {
	switch {
	case day == "" && hour == "":
		return nil, ""
	case day == "" || hour == "":
		return nil, care.RuleRequired
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", day+" "+hour, italian.Rome)
	if err != nil {
		return nil, "format"
	}
	return &t, ""
}

// naming gives a field's id on the page, and its label.
func (f *taskForm) naming(path string) (id, label string) {
	if place, ok := f.places[path]; ok {
		return place, italian.Field(path)
	}
	return path, italian.Field(path)
}
