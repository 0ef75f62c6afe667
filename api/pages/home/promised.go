package home

import (
	"percorso/api/pages/parts/promised"
	"percorso/api/web"
	"percorso/internal/message"
	"percorso/internal/promise"
)

// ahead is for how many days from today on a promise stands in «Oggi».
const ahead = 7

// promises are what somebody means to do, which nobody asks them for.
type promises struct{ *day }

// own is what the caller has promised themselves, late ones first.
func (d promises) own() error {
	list, err := d.Promises.Promises(d.Request.Context(), d.who, false)
	group := Group{ID: "promesse", Title: message.Say("home_promises.list"), All: web.Link{URL: promised.Path, Text: message.Say("home_promises.all")}}
	for _, r := range list {
		switch {
		case !r.Due(d.rules.Calendar).Before(d.midnight.AddDate(0, 0, ahead)):
		case len(group.Promised) == shortest:
			group.More = true
		default:
			group.Promised = append(group.Promised, promised.LineOf(d.Pages, d.who, r, d.rules.Calendar, d.now, "oggi"))
		}
	}
	d.groups = append(d.groups, group)
	return err
}

// leftBehind is that others had promised themselves something about whom the caller follows, and
// have to do with them no more.
func (d promises) leftBehind() error {
	list, err := d.Promises.PromisesLeft(d.Request.Context(), d.who)
	if len(list) > 0 {
		d.add("promesse-di-altri", message.Say("home_promises.of_others"), web.Each(list, func(l promise.Left) web.Line {
			return promised.LeftLine(l, d.rules.Calendar, d.now)
		}), promised.Path+"#di-altri", message.Say("home_promises.confirm"))
	}
	return err
}
