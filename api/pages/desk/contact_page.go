package desk

import (
	"html/template"

	"percorso/api/web"
)

// ContactForm records a contact at the desk. What was typed comes back in it.
type ContactForm struct {
	web.Frame
	Form      web.Form
	Topics    []web.Option
	Channels  []web.Option
	Languages []web.Option
	Countries []web.OptionGroup
	Outcomes  []web.Option
	Note      string
}

// Template names the page's file.
func (ContactForm) Template() *template.Template { return templates["contact"] }

// ContactList is the desk's contacts, the newest first.
type ContactList struct {
	web.Frame
	Days []ContactDay
	More string // address; empty: there are no more
}

// Template names the page's file.
func (ContactList) Template() *template.Template { return templates["contacts"] }

// ContactDay is the contacts of a day.
type ContactDay struct {
	Day   string
	Items []ContactItem
}

// ContactItem is a contact in the list.
type ContactItem struct {
	Time, Topic, Outcome string
	Facts                []string
	Note                 string
	Case                 string // address of the case file that grew from it
}
