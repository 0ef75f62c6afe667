// Package gathering says how a meeting of an équipe is planned, moved and minuted.
package gathering

import (
	"fmt"
	"slices"
	"time"

	"percorso/internal/care"
)

// How a meeting is held.
const (
	InPerson    = "in_person"
	ByTelephone = "by_telephone"
)

// Ways lists them.
var Ways = []string{InPerson, ByTelephone}

// Rules by which one is not planned, or not minuted.
const (
	RuleNoSeat  = "no_seat_there"           // who is invited has no seat in the équipe
	RuleUnknown = "meeting_unknown"         // of which the minutes are: it is none of the équipe, or was moved
	RuleItsHour = "meeting_before_its_hour" // it has not been yet
)

// maxPlace is how long the words for a place may be, in characters.
const maxPlace = 200

// Invited is whom a meeting invites.
type Invited struct {
	Role   care.Role `json:"role" doc:"Role of a seat of the équipe"`
	Agency string    `json:"agency" doc:"Code of the seat's agency"`
}

// MeetingPlan plans a meeting of an équipe. Where one is planned that has not been yet, it moves it.
type MeetingPlan struct {
	At      time.Time `json:"at" doc:"When it is to be"`
	How     string    `json:"how" enum:"in_person,by_telephone" doc:"Where people meet, or by telephone"`
	Place   string    `json:"place,omitempty" maxLength:"200" doc:"Where; by telephone: who calls, or which number"`
	Invited []Invited `json:"invited" doc:"Whom, by the seats of the équipe; at least one"`
	Note    string    `json:"note,omitempty" maxLength:"4000" doc:"What it is about; its members read it"`
}

// Check says what is wrong with the form, but with its day.
func (form MeetingPlan) Check(p care.Policy) []care.Fault {
	var f care.Faults
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
	Moved   bool      `db:"moved"`   // another one took its place before it was
	Minuted bool      `db:"minuted"` // there are minutes of it
}

// Stands says whether the meeting is still to be, or is still without minutes.
func (m Planned) Stands() bool { return !m.Moved && !m.Minuted }

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

// Minutes says by which rule no minutes of a meeting are taken at a moment; empty: they are.
func Minutes(meeting *Planned, now time.Time) (rule string) {
	switch {
	case meeting == nil || meeting.Moved:
		return RuleUnknown
	case now.Before(meeting.At):
		return RuleItsHour
	}
	return ""
}
