package home

import (
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/world"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/queue"
)

// hereNow is how many are at the desk now, by language: with a number, and who has come for
// an appointment. A supervisor is told how many have a number. Who is not at the desk all day
// is told nothing where nobody is there.
func hereNow(d *day) func() error {
	return func() error {
		if !queue.MayCount(d.who) {
			return nil
		}
		numbers, err := d.Numbers.Numbers(d.Request.Context(), d.who)
		if err != nil {
			return err
		}
		var here []queue.Waits
		for _, t := range numbers {
			if t.Here() {
				here = append(here, queue.Waits{Language: t.Language, Count: 1, Since: t.Taken})
			}
		}
		all := web.Link{URL: "/sportello/numeri", Text: message.Say("home_here.numbers")}
		if queue.MayWork(d.who) {
			list, err := d.Records.Appointments(d.Request.Context(), d.who, ledger.AppointmentFilter{From: d.midnight, To: d.midnight.AddDate(0, 0, 1)}, ledger.Paging{Limit: looked})
			if err != nil {
				return err
			}
			here = append(here, arrived(list.Items)...)
		} else {
			all = web.Link{URL: "/appuntamenti", Text: message.Say("home.all_appointments")}
		}
		if len(here) == 0 && d.who.Role != care.DeskOperator {
			return nil
		}
		d.groups = append(d.groups, Group{ID: "qui", Title: message.Say("home_here.list"), Nothing: message.Say("home_here.nobody"), Lines: web.Each(queue.Present(here), hereLine), All: all})
		return nil
	}
}

// arrived are those who have come for an appointment, and of whom it is not said yet how it
// went, by the language that each speaks first.
func arrived(list []ledger.Appointment) (here []queue.Waits) {
	for _, a := range list {
		if a.Arrived == nil || !a.Stands() {
			continue
		}
		one := queue.Waits{Count: 1, Booked: 1, Since: *a.Arrived}
		if len(a.Languages) > 0 {
			one.Language = a.Languages[0]
		}
		here = append(here, one)
	}
	return here
}

func hereLine(w queue.Waits) web.Line {
	line := web.Line{Text: message.Say("home_here.language_unknown"), State: message.Count("home_here.people", w.Count), When: message.Say("home_here.since", "Since", italian.Hour(w.Since))}
	if w.Language != "" {
		line.Text = italian.Upper(world.Language(w.Language))
	}
	if w.Booked > 0 {
		line.State += message.Count("home_here.booked", w.Booked)
	}
	return line
}
