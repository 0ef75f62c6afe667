package home

import (
	"context"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/homevisit"
	"percorso/internal/italian"
	"percorso/internal/italian/visiting"
	"percorso/internal/message"
)

// Visits is who visits people at home.
type Visits interface {
	// Watched are the visits that the caller goes on or knows about, and from which nobody
	// answers, for who is told.
	Watched(ctx context.Context, who care.Staff) ([]homevisit.Visit, error)
}

// visits are those that the caller goes on, or is to know about: where somebody went and nobody
// has said that they are back it says whom to ring. Who is to know nothing of the person reads
// «Visita a domicilio» alone.
func visits(d *day) func() error {
	return func() error {
		list, err := d.Visits.Watched(d.Request.Context(), d.who)
		if err != nil || len(list) == 0 {
			return err
		}
		var lines []web.Line
		for _, v := range list {
			line := web.Line{Text: message.Say("home_visits.one"), State: visiting.Today(v, d.who.ID, d.now), When: italian.When(v.At, d.now)}
			if v.CaseID != "" {
				line.URL = "/appuntamenti/" + v.Appointment + "/presenti"
				if homevisit.MayPlan(d.who, d.rules.Policy) {
					line.URL = "/appuntamenti/" + v.Appointment + "/visita"
				}
				line.Text += ": " + v.Person
			}
			say := func(a homevisit.Answer, text string) {
				if v.Returns(d.who, a, d.now) == "" {
					line.Acts = append(line.Acts, web.LineAct{Form: web.NewForm("/appuntamenti/" + v.Appointment + "/rientro"), Text: text, Value: string(a), From: todayPath})
				}
			}
			switch {
			case !v.Goes(d.who.ID) && v.Second == "":
				say(homevisit.All, message.Say("home_visits.is_back"))
			case !v.Goes(d.who.ID):
				say(homevisit.All, message.Say("home_visits.are_back"))
			case v.Second == "":
				say(homevisit.All, message.Say("home_visits.back"))
			default:
				say(homevisit.All, message.Say("home_visits.both_back"))
				if v.Waits(d.who.ID) {
					say(homevisit.Me, message.Say("home_visits.only_me"))
				}
			}
			lines = append(lines, line)
		}
		d.add("visite", message.Say("home_visits.list"), lines, "/appuntamenti", message.Say("home.all_appointments"))
		return nil
	}
}
