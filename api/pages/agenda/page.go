package agenda

import (
	"embed"
	"html/template"

	"percorso/api/pages/parts"
	"percorso/api/web"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files, parts.Pieces())

// Agenda is the appointments by day.
type Agenda struct {
	web.Frame
	Form      web.Form // of the filters
	From      string   // as in a date field
	Services  []web.Option
	Whose     []web.Option // whose agenda the caller may look at
	Days      []AgendaDay
	Week      string // address of the week of the service that is chosen; empty: none is
	Month     string // address of its month; empty as well
	Mediators bool   // the zone has providers of them
	Filtered  bool   // a service or another day is chosen
	More      string // address; empty: there are no more
}

// Template names the page's file.
func (Agenda) Template() *template.Template { return templates["appointments"] }

// AgendaDay is the appointments of a day.
type AgendaDay struct {
	Day   string
	Print string // address of the day's list on paper
	Items []AgendaItem
}

// AgendaItem is an appointment.
type AgendaItem struct {
	Time, Person, Service, Matter string
	State                         web.Badge
	Case                          string    // number
	URL                           string    // of the case file; empty where the caller may not see it
	Mediator                      string    // whether one who was asked for comes; empty: none was
	AskMediator                   string    // address of the form that asks for one, or of the request; empty: the zone has no providers
	Visit                         string    // who goes, where it is a visit at home; empty: it is none
	Change                        string    // address of the form that moves or cancels it; empty: neither can be
	Asked                         string    // who asked that it be moved or cancelled, and why
	With                          string    // who takes part besides, and whose part has nobody; empty: nobody does
	Beside                        string    // who else is expected at the same place; empty: nobody is
	Together                      string    // address of who takes part
	Beyond                        string    // that it has a place although there was none, and why; empty: it has one of those
	Kept                          string    // that it stands although the case stands still; empty: that does not
	Here                          string    // since when the person is here; empty: nobody has marked that they are
	Arrive, Back                  *web.Form // marks that they are, takes it back; nil: there is nothing to mark
	Came                          string    // asks whether the person came, and by when that is to be said; empty: not yet, or it is said
	Sight                         string    // that the person's data are out of sight; empty: they are not
}
