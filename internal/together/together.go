// Package together says who takes part in an appointment beside whom the person comes to, and
// what each agency says of its part.
//
// Say that a social worker has an appointment with a woman on Thursday at ten, and wants the
// employment centre's operator to be there. The centre has had a referral, so that it has a
// part in the case: the operator is added by name, has the hour in her own agenda, and
// afterwards says that her part took place. She cannot be at another place then.
package together

import (
	"slices"
	"time"

	"percorso/internal/care"
	"percorso/internal/written"
)

// Professional is somebody who may be asked to take part.
type Professional struct {
	ID     string    `db:"id"`
	Name   string    `db:"name"`
	Role   care.Role `db:"role"`
	Agency string    `db:"agency"`
}

// Participant is one who takes part in an appointment, or did until they were taken out.
type Participant struct {
	ID          string     `db:"id"`
	Appointment string     `db:"appointment"`
	Staff       string     `db:"staff"`
	Name        string     `db:"name"`
	Role        care.Role  `db:"role"`
	Agency      string     `db:"agency"`
	AddedBy     string     `db:"added_by"` // by name
	EndedBy     string     `db:"ended_by"` // by name; empty: nobody has taken them out
	EndedAt     *time.Time `db:"ended_at"`
	Why         string     `db:"why"`
	Uncovered   Gap        `db:"uncovered"`
}

// MayLook says whether somebody may look at the agenda of another: their own, that of whoever
// has their role in their agency, and as a supervisor those of the zone. What it shows is what
// they see of it anywhere.
func MayLook(who, of care.Staff) bool {
	return who.ID == of.ID || who.Zone == of.Zone && (who.Role == care.Supervisor || who.Agency == of.Agency && who.Role == of.Role)
}

// MayTakeOut says whether somebody may take a professional out of an appointment: who organizes
// it any of them, and whoever takes part themselves.
func MayTakeOut(who care.Staff, organizes bool, staff string) bool {
	return organizes || staff == who.ID
}

// Meeting is one of an équipe in which somebody sits.
type Meeting struct {
	ID     string    `db:"id"`
	Run    string    `db:"run_id"`
	CaseID string    `db:"case_id"`
	At     time.Time `db:"at"`
	How    string    `db:"how"`
	Place  string    `db:"place"`
}

// Gap is why the part of one who takes part has nobody; empty: it has.
type Gap string

// Why a part has nobody.
const (
	Away      Gap = "away"       // they are, on that day
	CalledOff Gap = "called_off" // their services receive nobody on that day
	NoPart    Gap = "no_part"    // their agency has none in the case any more, or they work there no more
)

// Whys are why somebody is taken out: never why they are away.
var Whys = []string{"cannot_come", "somebody_else", "not_needed", "by_mistake"}

// Rules that these may break, beside those of package care.
const (
	RulePart     = "no_part_in_case"        // their agency has none
	RuleTwice    = "professional_elsewhere" // they are expected at another place then
	RuleMeets    = "professional_meets"     // an équipe in which they sit meets then
	RuleAway     = "professional_away"      // on that day
	RuleOff      = "professional_off"       // their services receive nobody on that day
	RuleThere    = "takes_part_already"
	RuleOver     = "appointment_over"       // nobody is expected any more, or the hour has come
	RuleMoves    = "appointment_moves"      // it is about to get another hour
	RuleOut      = "takes_part_no_more"     // they were taken out meanwhile
	RuleItsHour  = "part_before_its_hour"   // it has not been yet
	RuleSaid     = "part_said"              // somebody of the agency has said it
	RuleNoneHere = "agency_takes_no_part"   // of the caller's agency nobody takes part
	RuleNotYours = "participants_not_yours" // who takes part alone may take themselves out alone
)

// Asked is an appointment as somebody finds it who adds a professional.
type Asked struct {
	Stands, Came bool // it is still in the agenda; its hour has come
	Moves        bool // another hour is asked for at this moment
	May          bool // the professional's agency has a part in the case
	There        bool // they take part already
	Gap          Gap  // why their part would have nobody
	Busy, Meets  bool // they are expected somewhere else; in a meeting
}

// Refuse says why the professional is not added; nil: they are.
func (a Asked) Refuse() error {
	switch {
	case !a.Stands || a.Came:
		return care.RefuseChanged(RuleOver)
	case a.Moves:
		return care.RefuseChanged(RuleMoves)
	}
	rule := ""
	switch {
	case !a.May:
		rule = RulePart
	case a.There:
		rule = RuleThere
	case a.Gap == Away:
		rule = RuleAway
	case a.Gap == CalledOff:
		rule = RuleOff
	case a.Busy:
		rule = RuleTwice
	case a.Meets:
		rule = RuleMeets
	default:
		return nil
	}
	return care.Refuse(care.Fault{Field: "staff", Rule: rule})
}

// CheckWhy says what is wrong with why somebody is taken out.
func CheckWhy(why string) (f care.Faults) {
	f.Add(why != "", "why", care.RuleRequired)
	f.Add(why == "" || slices.Contains(Whys, why), "why", care.RuleReason)
	return f
}

// Circles are for whom an agency's note on its part may be.
var Circles = []written.Circle{written.Agency, written.Equipe, written.Case}

// Outcome is what an agency says of its part.
type Outcome struct {
	Held   *bool
	Note   string
	Circle written.Circle
}

// Check says what is wrong with it.
func (o Outcome) Check() (f care.Faults) {
	f.Add(o.Held != nil, "held", care.RuleRequired)
	f.Note("note", o.Note)
	f.Add(slices.Contains(Circles, o.Circle), "circle", care.RuleRequired)
	return f
}

// Said is an appointment as an agency finds it that says what became of its part.
type Said struct {
	Part  bool // it receives the person, or somebody of it takes part
	Gone  bool // the appointment was moved away or cancelled
	Came  bool // its hour has come
	There bool // the agency has said it
}

// Refuses says by which rule the agency says nothing; empty: it does.
func (s Said) Refuses() string {
	switch {
	case s.There:
		return RuleSaid
	case s.Gone:
		return RuleOver
	case !s.Part:
		return RuleNoneHere
	case !s.Came:
		return RuleItsHour
	}
	return ""
}

// Part is what an agency has said of its part.
type Part struct {
	Appointment string         `db:"appointment"`
	Agency      string         `db:"agency"`
	Held        bool           `db:"held"`
	Note        string         `db:"note"` // empty: there is none, or it is not for the reader
	Circle      written.Circle `db:"circle"`
	ByName      string         `db:"by_name"`
	At          time.Time      `db:"at"`
}

// Parts are the agencies that take part in an appointment: the one that receives the person,
// and those of whoever was added.
func Parts(receives string, list []Participant) []string {
	parts := []string{receives}
	for _, p := range list {
		if p.EndedAt == nil && !slices.Contains(parts, p.Agency) {
			parts = append(parts, p.Agency)
		}
	}
	return parts
}
