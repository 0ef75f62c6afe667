// Package dates shows the days of a case after which something is lost.
package dates

import (
	"net/url"
	"slices"
	"time"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/critical"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// Shown is such a day.
type Shown struct {
	Text, Who  string
	Known      []string // how it is known, and what else is written, to those whom that is for
	Move, Over string   // addresses of what can be done; empty: it follows from the permit
}

// Of tells the days of a case after which something is lost, and then those that are over.
func Of(p care.Policy, file ledger.Case, now time.Time) (open []Shown, before []web.Moment) {
	for _, d := range file.Dates {
		text := italian.Upper(italian.CriticalDate(string(d.Kind), d.On, now))
		if d.Ended != nil {
			before = append(before, overOf(d, text))
			continue
		}
		shown := Shown{Text: text}
		if d.Source != "" {
			shown.Known = append(shown.Known, message.Say("important_dates.source", "Source", d.Source))
		}
		if d.Note != "" {
			shown.Known = append(shown.Known, d.Note)
		}
		if d.Open() {
			shown.Who = italian.Upper(italian.Watches(d.Watcher, d.Role, d.Agency, p))
			if file.Closed == nil {
				shown.Move, shown.Over = dateURL(file.ID, catalogue.MoveDate.Slug, d.ID), dateURL(file.ID, catalogue.EndDate.Slug, d.ID)
			}
		}
		open = append(open, shown)
	}
	return open, before
}

// overOf tells what became of a day.
func overOf(d critical.Date, text string) web.Moment {
	m := web.Moment{Text: text, When: italian.Moment(*d.Ended), By: d.EndedBy, Note: d.What}
	if d.Outcome == "corrected" {
		m.Text = message.Say("case_page.date_corrected", "Date", text)
	}
	return m
}

func dateURL(caseID, slug, date string) string {
	return "/fascicoli/" + caseID + "/" + slug + "?date=" + date
}

// Options are the days that can be corrected, or are over.
func Options(file ledger.Case, now time.Time, chosen string) (options []web.Option) {
	for _, d := range file.Dates {
		if d.Open() {
			options = append(options, web.Option{Value: d.ID, Text: italian.Upper(italian.CriticalDate(string(d.Kind), d.On, now)), Chosen: d.ID == chosen})
		}
	}
	return options
}

// Watcher is who watches a day that can be corrected; empty: there is none of this id.
func Watcher(file ledger.Case, date string) string {
	i := slices.IndexFunc(file.Dates, func(d critical.Date) bool { return d.ID == date && d.Open() })
	if i < 0 {
		return ""
	}
	return file.Dates[i].WatcherID
}

// Known is what a day is corrected from: when it is, and how that is known.
func Known(file ledger.Case, date string) url.Values {
	i := slices.IndexFunc(file.Dates, func(d critical.Date) bool { return d.ID == date && d.Open() })
	if i < 0 {
		return nil
	}
	return url.Values{"on": {file.Dates[i].On.Format(time.DateOnly)}, "source": {file.Dates[i].Source}}
}
