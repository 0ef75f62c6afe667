package web

// Agenda is the appointments by day.
type Agenda struct {
	Frame
	From     string // as in a date field
	Services []Option
	Days     []AgendaDay
	Filtered bool   // a service or another day is chosen
	More     string // address; empty: there are no more
}

// Template names the page's file.
func (Agenda) Template() string { return "appointments" }

// AgendaDay is the appointments of a day.
type AgendaDay struct {
	Day   string
	Items []AgendaItem
}

// AgendaItem is an appointment.
type AgendaItem struct {
	Time, Person, Service, Matter string
	State                         Badge
	Case                          string // number
	URL                           string // of the case file; empty where the caller may not see it
	Sight                         string // that the person's data are out of sight; empty: they are not
}
