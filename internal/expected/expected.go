// Package expected says who comes on a day, with what who receives them must know first.
//
// Example: on the desk's list of Tuesday stands, at 9.30, a woman who speaks Urdu: the
// mediator is there until noon, and before her number it says that the father must not be
// told.
package expected

import (
	"slices"
	"time"

	"percorso/internal/care"
	"percorso/internal/kin"
	"percorso/internal/ledger"
	"percorso/internal/reach"
)

// Visit is an appointment with how its person is reached. Of whom the reader
// knows by what their agency was given, it has what that says.
type Visit struct {
	ledger.Appointment
	Phone         string       `db:"phone"`
	Email         string       `db:"email"`
	Contacts      []reach.Way  `db:"contacts"`
	NoSafeContact bool         `db:"no_safe_contact"`
	Linked        []kin.Linked `db:"linked"`
	Speech        []string     `db:"speech"`
}

// Reached is the person as far as it says how they are reached.
func (v Visit) Reached() ledger.Person {
	return ledger.Person{Phone: v.Phone, Email: v.Email, Contacts: v.Contacts, NoSafeContact: v.NoSafeContact, Linked: v.Linked, Speech: v.Speech, Languages: v.Languages}
}

// Means is how somebody is understood.
type Means string

// The ways to be understood.
const (
	Alone     Means = "alone"     // they speak Italian
	Operators Means = "operators" // the desk's operators speak a language of theirs
	Mediator  Means = "mediator"  // one is at the desk at that hour
	Asked     Means = "asked"     // a mediator is still to be asked for
	Unknown   Means = "unknown"   // nobody wrote down what they speak
)

// Understood says how somebody with some languages is understood at the desk at an hour,
// and in which language.
func Understood(desk care.Desk, languages []string, there time.Time) (means Means, language string) {
	if len(languages) == 0 {
		return Unknown, ""
	}
	if slices.Contains(languages, "it") {
		return Alone, "it"
	}
	day, clock := care.Weekdays[(int(there.Weekday())+6)%7], there.Format("15:04") // care's week begins on Monday; times are written alike, so that they compare as text
	for _, l := range languages {
		if slices.ContainsFunc(desk.Mediators, func(m care.Mediator) bool {
			return m.Language == l && m.Weekday == day && m.From <= clock && clock < m.To
		}) {
			return Mediator, l
		}
	}
	for _, l := range languages {
		if slices.Contains(desk.OperatorLanguages, l) {
			return Operators, l
		}
	}
	return Asked, languages[0]
}
