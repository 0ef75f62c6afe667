package home

import (
	"percorso/api/web"
	"percorso/internal/message"
)

// displaced is that people are expected at hours at which their service receives nobody any more.
func displaced(d *day) func() error {
	return func() error {
		list, err := d.Records.Displaced(d.Request.Context(), d.who)
		if len(list) > 0 {
			to := "/da-chiamare#spostare"
			d.add("spostare", message.Say("home_displaced.list"), []web.Line{{URL: to, Text: message.Count("home_displaced.persons", len(list)), State: message.Say("home_displaced.state")}}, to, message.Say("home_displaced.all"))
		}
		return err
	}
}
