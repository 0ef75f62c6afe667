package home

import (
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/homevisit"
	"percorso/internal/italian"
	"percorso/internal/message"
	"percorso/internal/together"
)

// vacant is what is to come and was planned for somebody who is away then: whoever planned it
// says who stands in.
func vacant(d *day) func() error {
	return func() error {
		list, err := d.Together.Vacancies(d.Request.Context(), d.who)
		if err != nil || len(list) == 0 {
			return err
		}
		d.add("mancano", message.Say("home_vacant.list"), web.Each(list, func(v together.Vacancy) web.Line {
			line := web.Line{URL: "/appuntamenti/" + v.Appointment + "/presenti", Text: message.Say("home_vacant.appointment"), State: present.Vacant(v), When: italian.When(v.At, d.now)}
			if v.As != together.TakesPart {
				line.Text = message.Say("home_visits.one")
				if homevisit.MayPlan(d.who, d.rules.Policy) {
					line.URL = "/appuntamenti/" + v.Appointment + "/visita"
				}
			}
			return line
		}), "/appuntamenti", message.Say("home.all_appointments"))
		return nil
	}
}
