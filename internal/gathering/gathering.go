// Package gathering says how a meeting of an équipe is planned, moved and minuted.
package gathering

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/names"
)

// How a meeting is held.
const (
	InPerson    = "in_person"
	ByTelephone = "by_telephone"
)

// Ways lists them.
var Ways = []string{InPerson, ByTelephone}

// What those who are invited are told by mail.
const (
	MailPlanned   = "meeting_planned"
	MailMoved     = "meeting_moved"
	MailOff       = "meeting_off"
	MailUninvited = "meeting_uninvited" // it was moved, and they are not expected any more
)

// Mails lists them, in the order in which they are written.
var Mails = []string{MailPlanned, MailMoved, MailOff, MailUninvited}

// Rules by which one is not planned, or not minuted.
const (
	RuleNoSeat  = "no_seat_there"             // who is invited has no seat in the équipe
	RuleUnknown = "meeting_unknown"           // of which the minutes are: it is none of the équipe, or was moved
	RuleItsHour = "meeting_before_its_hour"   // it has not been yet
	RuleNone    = "no_meeting_to_call_off"    // none is planned that has not been yet
	RuleChanged = "meeting_planned_meanwhile" // by somebody else, since the form was made
	RuleTells   = "place_names_the_person"    // it goes into mails and calendars
	RuleBusy    = "invited_elsewhere"         // somebody who is invited is expected at another place then
	RuleNight   = "meeting_at_night"          // no office is open at that hour
)

// Lasts is for how long those who are invited are taken to be there: how long one is to be nobody says.
const Lasts = time.Hour

// maxPlace is how long the words for a place may be, in characters.
const maxPlace = 200

// maxWhy is how long the reason for moving a meeting may be, in characters.
const maxWhy = 500

// Stands says what is wrong with the form where a meeting is planned that has not been yet,
// or none is: nil.
func (form MeetingPlan) Stands(open *Planned) []care.Fault {
	var f care.Faults
	f.Add(!form.CalledOff || open != nil, "called_off", RuleNone)
	f.Add(open == nil || care.Said(form.Why), "why", care.RuleRequired)
	return f
}

// Meanwhile says by which rule the form is about a meeting that is planned no more as it was
// when the form was made; empty: it is, or the form does not say.
func (form MeetingPlan) Meanwhile(open *Planned) (rule string) {
	if form.Seen != "" && (open == nil || open.ID != form.Seen) {
		return RuleChanged
	}
	return ""
}

// Tells says whether the words for a place, which go into mails and calendars, say whom the
// meeting is about: all their names stand there, in any order. One name alone may be a
// street's.
func Tells(place string, person ...string) bool {
	said, own := names.Words(place), names.Words(strings.Join(person, " "))
	return len(own) > 1 && !slices.ContainsFunc(own, func(name string) bool { return !slices.Contains(said, name) })
}

// Invited is whom a meeting invites.
type Invited struct {
	Role   care.Role `json:"role" doc:"Role of a seat of the équipe"`
	Agency string    `json:"agency" doc:"Code of the seat's agency"`
}

// MeetingPlan plans a meeting of an équipe. Where one is planned that has not been yet, it
// moves it, or calls it off.
type MeetingPlan struct {
	At      time.Time `json:"at,omitzero" doc:"When it is to be"`
	How     string    `json:"how,omitempty" enum:"in_person,by_telephone" doc:"Where people meet, or by telephone"`
	Place   string    `json:"place,omitempty" maxLength:"200" doc:"Where; by telephone: who calls, or which number"`
	Invited []Invited `json:"invited,omitempty" doc:"Whom, by the seats of the équipe; at least one"`
	Note    string    `json:"note,omitempty" maxLength:"4000" doc:"What it is about; its members read it"`

	CalledOff bool   `json:"called_off,omitempty" doc:"The one that is planned is not to be: nothing else is said then but why"`
	Why       string `json:"why,omitempty" maxLength:"500" doc:"Why the one that is planned is moved or called off; its members read it"`
	Anyway    bool   `json:"anyway,omitempty" doc:"It is planned although somebody who is invited is expected at another place then"`
	Seen      string `json:"seen,omitempty" doc:"Id of the meeting that is planned, as the caller has seen it: where it is moved, called off or over by now it is refused. Left out: it is not asked"`
}

// Check says what is wrong with the form, but with its day.
func (form MeetingPlan) Check(p care.Policy) []care.Fault {
	var f care.Faults
	f.Text("why", form.Why, maxWhy)
	f.Add(form.Seen == "" || care.IsID(form.Seen), "seen", care.RuleUnknownCode)
	if form.CalledOff {
		f.Add(care.Said(form.Why), "why", care.RuleRequired)
		return f
	}
	f.Add(!form.At.IsZero(), "at", care.RuleRequired)
	f.Add(form.How != "", "how", care.RuleRequired)
	f.Add(form.How == "" || slices.Contains(Ways, form.How), "how", care.RuleUnknownCode)
	f.Add(form.How != InPerson || care.Said(form.Place), "place", care.RuleRequired)
	f.Text("place", form.Place, maxPlace)
	f.Add(len(form.Invited) > 0, "invited", care.RuleRequired)
	for i, s := range form.Invited {
		at := fmt.Sprintf("invited[%d].", i)
		_, known := p.Agency(s.Agency)
		f.Add(p.HasRole(s.Role), at+"role", care.RuleUnknownCode)
		f.Add(known, at+"agency", care.RuleUnknownCode)
		f.Add(!slices.Contains(form.Invited[:i], s), at+"role", care.RuleDuplicate)
	}
	f.Note("note", form.Note)
	return f
}

// Hour says whether the hour that the form says is one of the offices', in some place's time.
func (form MeetingPlan) Hour(there *time.Location) []care.Fault {
	var f care.Faults
	f.Add(form.At.IsZero() || agenda.InHours(form.At.In(there)), "at", RuleNight)
	return f
}

// Planned is a meeting as it was planned.
type Planned struct {
	ID      string    `db:"id"`
	Run     string    `db:"run_id"` // of the équipe
	At      time.Time `db:"at"`
	How     string    `db:"how"`
	Place   string    `db:"place"`
	Invited []Invited `db:"invited"`
	Note    string    `db:"note"`
	Asked   time.Time `db:"asked_at"`
	ByName  string    `db:"by_name"`
	Moved   bool      `db:"moved"` // another one took its place before it was
	Off     bool      `db:"called_off"`
	Why     string    `db:"why"`     // it was moved, or called off
	Minuted bool      `db:"minuted"` // there are minutes of it
}

// Told says which seats are told of what by mail, when a form takes the place of a meeting
// that is planned; nil: of none.
func (form MeetingPlan) Told(open *Planned) map[string][]Invited {
	told := map[string][]Invited{}
	was := []Invited(nil)
	if open != nil {
		was = open.Invited
	}
	if form.CalledOff {
		told[MailOff] = was
		return told
	}
	for _, s := range form.Invited {
		template := MailPlanned
		if slices.Contains(was, s) {
			template = MailMoved
		}
		told[template] = append(told[template], s)
	}
	for _, s := range was {
		if !slices.Contains(form.Invited, s) {
			told[MailUninvited] = append(told[MailUninvited], s)
		}
	}
	return told
}

// Stands says whether the meeting is still to be, or is still without minutes.
func (m Planned) Stands() bool { return !m.Moved && !m.Off && !m.Minuted }

// Open gives the meeting that stands, of those of an équipe; nil: none does. Of several the
// earliest is what comes first.
func Open(meetings []Planned) (open *Planned) {
	for i, m := range meetings {
		if m.Stands() && (open == nil || m.At.Before(open.At)) {
			open = &meetings[i]
		}
	}
	return open
}

// Invites says whether a meeting invites the seat of somebody's role and agency.
func (m Planned) Invites(who care.Staff) bool {
	return slices.Contains(m.Invited, Invited{Role: who.Role, Agency: who.Agency})
}

// Entry is by which id a calendar knows a meeting of an équipe, and how often it was moved
// until it stood as it does: the id of the first time that was planned for it.
func Entry(meetings []Planned, open Planned) (id string, moved int) {
	before := slices.SortedFunc(slices.Values(meetings), func(a, b Planned) int { return a.Asked.Compare(b.Asked) })
	for _, m := range before {
		if id == "" {
			id, moved = m.ID, -1
		}
		if moved++; m.ID == open.ID {
			return id, moved
		}
		if !m.Moved {
			id = ""
		}
	}
	return open.ID, 0
}

// Minutes says by which rule no minutes of a meeting are taken at a moment; empty: they are.
func Minutes(meeting *Planned, now time.Time) (rule string) {
	switch {
	case meeting == nil || meeting.Moved || meeting.Off:
		return RuleUnknown
	case now.Before(meeting.At):
		return RuleItsHour
	}
	return ""
}
