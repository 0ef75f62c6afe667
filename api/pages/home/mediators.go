package home

import (
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/italian"
	"percorso/internal/italian/mediating"
	"percorso/internal/mediation"
	"percorso/internal/message"
)

const allMediators = "/mediatori"

// unconfirmed are the mediators who were asked for, and of whom nobody has said yet that they
// come: where the zone has providers.
func unconfirmed(d *day) func() error {
	return func() error {
		if len(d.rules.Providers) == 0 {
			return nil
		}
		list, err := d.Mediators.Mediations(d.Request.Context(), d.who, false)
		var lines []web.Line
		for _, r := range list {
			if r.State != mediation.Confirmed {
				state := italian.Upper(mediating.State(r.State))
				if r.Unsent && r.State == mediation.Requested {
					state = message.Say("home_mediators.mail_failed")
				}
				lines = append(lines, web.Line{
					URL: allMediators + "/" + r.ID, Text: italian.Upper(mediating.Language(r.Language)), State: state, When: italian.When(r.At.In(italian.Rome), d.now),
				})
			}
		}
		d.add("mediatori", message.Say("home_mediators.list"), lines, allMediators, message.Say("home_mediators.all"))
		return err
	}
}

// low are the lots of mediation that come to an end, where there are any.
func low(d *day) func() error {
	return func() error {
		if len(d.rules.Providers) == 0 {
			return nil
		}
		all, err := d.Mediators.Balances(d.Request.Context(), d.who)
		var lines []web.Line
		for _, b := range all {
			if b.Low() {
				lines = append(lines, present.LotLine(b))
			}
		}
		if len(lines) > 0 {
			d.add("lotti", message.Say("home_mediators.hours_low"), lines, allMediators, message.Say("home_mediators.lots"))
		}
		return err
	}
}
