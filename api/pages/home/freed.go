package home

import (
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/italian"
	"percorso/internal/italian/queued"
	"percorso/internal/message"
)

// freed are the people to ring up for whom a place is kept, or who needed one by now; none where
// there is nobody.
func freed(d *day) func() error {
	return func() error {
		list, err := d.Waiting.ToTell(d.Request.Context(), d.who)
		var lines []web.Line
		for _, w := range list {
			if !w.Today(d.who, d.rules.Policy, d.now) {
				continue
			}
			line := web.Line{URL: "/da-chiamare#posti", Text: message.Say("home_freed.call_for_service", "Person", w.Person, "Service", present.ServiceName(d.rules.Policy, w.Service)), State: queued.TooLate(), When: w.Number}
			if w.Offered != nil && w.EndsAt != nil {
				line.Text, line.State = message.Say("home_freed.call_for_place", "Person", w.Person, "Place", italian.Lower(queued.Free(*w.Offered))), queued.Kept(*w.EndsAt, d.now)
			}
			lines = append(lines, line)
		}
		if len(lines) > 0 {
			d.add("posti-liberati", message.Say("home_freed.list"), lines, "/da-chiamare", message.Say("home_freed.all"))
		}
		return err
	}
}
