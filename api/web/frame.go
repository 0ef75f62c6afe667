package web

import (
	"crypto/rand"
	"strings"
)

// Frame is what every page has around its content. A page embeds it.
type Frame struct {
	Title   string // what the page is about; the browser's title and the page's h1
	Name    string // of whoever is logged in; empty: nobody
	Role    string // theirs, in words
	Place   string // their zone and agency, in words
	Nav     []Link
	Search  bool // they may look for people's files, in the header
	Flash   *Flash
	Rung    *Link // that they are called to a desk at this moment; nil: they are not
	Notices *Link // what they are still to be told of; nil: nothing
	Drafts  *Link // what they have begun and not sent; nil: nothing
	Draft   *Link // the one that was begun on this page
	Idle    int   // seconds without a request after which the session ends; 0: there is none
	Logins  *Link // where they are logged in
	Refresh int   // seconds after which the page loads itself again; 0: never
	Blank   int   // seconds after which whom it names are not to be seen any more; 0: they stay
	Back    *Link // the page above this one
	Apart   bool  // for somebody without an account: nothing leads into the product, and nobody indexes it
}

// Link is a place to go to.
type Link struct {
	URL, Text string
	Current   bool // the page is, or belongs to, this place
}

// Mark says which of some links the page belongs to, by its place.
func Mark(links []Link, place string) {
	for i := range links {
		links[i].Current = links[i].URL == place
	}
}

// LinkIf is a link that is there where something holds, seen from a page of a place; nil: it is not.
func LinkIf(holds bool, url, text, place string) *Link {
	if !holds {
		return nil
	}
	page, _, _ := strings.Cut(url, "#")
	return &Link{URL: url, Text: text, Current: page == place}
}

// Flash tells once what came of the last action.
type Flash struct {
	Good bool
	Text string
	Link *Link // what may be done with it now; nil: nothing
}

// Form is what the form of every page has beside its own fields.
type Form struct {
	Action string       // where it is sent
	Key    string       // makes the same form sent twice one action
	Faults []FieldFault // of what was sent, in the order of the fields
	Alert  string       // why it could not be, where no field is at fault
}

// NewForm makes a form whose sending has one effect however often it is sent.
func NewForm(action string) Form { return Form{Action: action, Key: rand.Text()} }

// FieldFault says what is wrong with a field. Field is its id on the page; Label
// names it where the text stands alone, in the summary.
type FieldFault struct{ Field, Label, Text string }

// Option is a choice of a field.
type Option struct {
	Value, Text string
	Hint        string
	Chosen      bool
}

// Term is a line of a list of names and values.
type Term struct{ Name, Value string }

// Badge is a word that stands out; Tone is danger, warning, success, info or
// neutral, and only underlines what Text says.
type Badge struct{ Tone, Icon, Text string }

// More leads to the next page of a list; URL is empty on the last.
type More struct{ URL string }

// Fault finds what is wrong with a field; empty: nothing.
func Fault(faults []FieldFault, field string) string {
	for _, f := range faults {
		if f.Field == field {
			return f.Text
		}
	}
	return ""
}

// Field is a field of a form that is not known until it is shown. Shape says
// which part of parts.html it becomes: input, area, select, choices, box (one
// checkbox), hidden, words (a line to read), button (another way to send the
// form), or group, which has fields of its own and may be folded.
type Field struct {
	Shape, ID, Label, Hint, Value string
	Type                          string // of an input; radio or checkbox of choices
	Rows                          int    // of an area; 0: four
	Max                           int    // characters of an area; 0: 4000
	Required                      bool
	Focus                         bool   // the page opens here
	ShownBy                       string // id of the choice that the field belongs to; empty: it is always there
	Empty                         string // of a select: the text of no choice
	Options                       []Option
	Groups                        []OptionGroup // of a select, instead of Options
	Fields                        []Field       // of a group
	Folded, Open                  bool          // of a group
	Row                           bool          // of a group: its fields go side by side
	Bare                          bool          // of a group: it has no name of its own
}

// OptionGroup is a labelled part of a select.
type OptionGroup struct {
	Label   string
	Options []Option
}

// Each shows each of a list.
func Each[T, S any](list []T, show func(T) S) []S {
	shown := make([]S, 0, len(list))
	for _, item := range list {
		shown = append(shown, show(item))
	}
	return shown
}

// Moment is a line of a history: of a case or of a referral.
type Moment struct{ When, Text, By, Note string }

// Line is a line of a short list.
type Line struct {
	URL, Text, State, When string
	Acts                   []LineAct // what can be done at once
}

// LineAct is a button of a line.
type LineAct struct {
	Form
	Text  string
	From  string // the page that its reader stays on
	Value string // of the field answer; empty: there is none
}
