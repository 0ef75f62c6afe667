// Package queue gives a number to whoever comes to a desk without an appointment.
//
// Example: somebody comes who speaks Urdu and asks about school. The desk gives them S7, and
// writes down no name. Whoever speaks Urdu calls S7, and says when they have been served; on
// the next day the first is S1 again, and of S7 nothing is left but that one was served.
package queue

import (
	"slices"
	"strconv"
	"time"

	"percorso/internal/care"
	"percorso/internal/intake"
)

// State is how it stands with a number.
type State string

// A number waits, is called, then whoever has it was served, or is gone.
const (
	Waiting State = "waiting"
	Called  State = "called"
	Served  State = "served"
	Gone    State = "gone"
)

// follows is what may become of a number.
var follows = map[State][]State{Waiting: {Called, Gone}, Called: {Waiting, Served, Gone}}

// Why a number cannot become what is asked.
const (
	NotNow  = "number_not_so" // somebody has called it, or served who has it, meanwhile
	Nobody  = "nobody_waits"
	NoState = "unknown_state"
)

// Roles may give, call and end numbers: whoever receives people at a desk.
var Roles = []care.Role{care.DeskOperator, care.SocialWorker, care.InterculturalMediator}

// MayWork says whether somebody gives and calls numbers.
func MayWork(who care.Staff) bool { return slices.Contains(Roles, who.Role) }

// MayCount says whether somebody reads how many wait: whoever works there, and supervisors.
func MayCount(who care.Staff) bool { return MayWork(who) || who.Role == care.Supervisor }

// NewNumber asks for a number: in which language, and what about. It has no field for a name.
type NewNumber struct {
	Topic    string `json:"topic" maxLength:"100" doc:"Code of a topic of the zone's desk"`
	Language string `json:"language" maxLength:"35" doc:"That the person speaks, BCP 47"`
}

// Check says what is wrong with it.
func (n NewNumber) Check(p care.Policy) []care.Fault {
	var f care.Faults
	_, known := care.ByCode(p.Desk.Topics, n.Topic)
	f.Add(known, "topic", care.RuleUnknownCode)
	intake.CheckLanguage(&f, "language", n.Language)
	return f
}

// Ticket is a number of today.
type Ticket struct {
	ID       string     `db:"id"`
	Number   int        `db:"number"`
	Topic    string     `db:"topic"`
	Language string     `db:"language"`
	State    State      `db:"state"`
	Taken    time.Time  `db:"taken_at"`
	Called   *time.Time `db:"called_at"`
}

// Said is the number as it is called: an S before it tells it from that of an appointment.
func (t Ticket) Said() string { return "S" + strconv.Itoa(t.Number) }

// Here says whether who has it is here.
func (t Ticket) Here() bool { return t.State == Waiting || t.State == Called }

// Refuses says by which rule a number does not become something; empty: it does.
func (t Ticket) Refuses(to State) string {
	if !slices.Contains([]State{Waiting, Called, Served, Gone}, to) {
		return NoState
	}
	if !slices.Contains(follows[t.State], to) {
		return NotNow
	}
	return ""
}

// Day is what is left of the numbers of a day that is over.
type Day struct {
	Day    time.Time `db:"day"`
	Taken  int       `db:"taken"`
	Served int       `db:"served"`
	Gone   int       `db:"gone"` // or never called
}

// Waits is how many are here who speak a language.
type Waits struct {
	Language string // empty: nobody knows
	Count    int
	Booked   int       // of them, with an appointment
	Since    time.Time // when the first of them came
}

// Present counts who is here by language, whoever waits longest first: each is given by what
// they speak and since when.
func Present(here []Waits) (list []Waits) {
	for _, one := range here {
		i := slices.IndexFunc(list, func(w Waits) bool { return w.Language == one.Language })
		if i < 0 {
			list = append(list, one)
			continue
		}
		list[i].Count += one.Count
		list[i].Booked += one.Booked
		if one.Since.Before(list[i].Since) {
			list[i].Since = one.Since
		}
	}
	slices.SortStableFunc(list, func(a, b Waits) int { return a.Since.Compare(b.Since) })
	return list
}
