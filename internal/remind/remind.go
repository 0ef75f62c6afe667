// Package remind says how a person is reminded of an appointment: by a message where their
// contacts allow one, and else by somebody who calls.
//
// Example: a woman gives her own mobile number, which may be called and where a message may
// be left. A day before her appointment she gets a text message with day, hour, place and whom
// to call, and nothing that says why she is expected. Of a man who gave his brother's number
// the desk has a line in its list «Da chiamare per ricordare l’appuntamento».
package remind

import (
	"cmp"
	"time"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/expected"
	"percorso/internal/kin"
	"percorso/internal/reach"
	"percorso/internal/telephone"
)

// Way is how somebody is reminded.
type Way string

// The ways.
const (
	SMS   Way = "sms"
	Email Way = "email"
	Call  Way = "call" // somebody calls
	None  Way = "none" // there is no safe way
)

// Outcome is what became of a try.
type Outcome string

// What becomes of one.
const (
	Sent   Outcome = "sent"
	Later  Outcome = "later"  // it comes again
	Failed Outcome = "failed" // somebody calls, since no message arrives
	ToCall Outcome = "call"   // somebody calls
	Nobody Outcome = "none"   // there is no safe way
)

// MostTries is how often a message is tried before somebody calls: half an hour, with the
// pauses between them.
const MostTries = 6

// Due is an appointment of which the person is to be reminded, with what decides how.
type Due struct {
	ID            string       `db:"id"` // of the appointment
	Zone          string       `db:"zone"`
	Service       string       `db:"service"`
	At            time.Time    `db:"at"`
	Tries         int          `db:"tries"`
	Protected     bool         `db:"protected"` // her keepers alone may speak to her
	Languages     []string     `db:"languages"`
	Phone         string       `db:"phone"`
	Email         string       `db:"email"`
	Contacts      []reach.Way  `db:"contacts"`
	NoSafeContact bool         `db:"no_safe_contact"`
	Linked        []kin.Linked `db:"linked"`
	Speech        []string     `db:"speech"`
	AtHome        bool         `db:"-"` // somebody goes to them
}

// Taken is one that is to be tried now, with the rules of its zone.
type Taken struct {
	Due
	Policy   care.Policy
	Calendar care.Calendar
}

// Message is what leaves for one person. Its id is the appointment's, and so the same at each
// try: whoever has it already does not send it again.
type Message struct {
	ID      string
	Zone    string
	To      string // the number in the form of E.164, or the address
	Subject string
	Text    string
}

// How says how somebody is reminded, and where. A machine writes to the person's own number
// or address alone, where they said that one may write there at any hour; nobody reads before it
// who else may see that, so it writes nothing where somebody must not be told. texts says
// whether the zone has a gateway.
func How(d Due, texts bool) (way Way, to string) {
	if d.NoSafeContact {
		return None, ""
	}
	list := reach.All(d.Contacts, d.Phone, d.Email)
	if !reachable(list, d.Linked) {
		return None, ""
	}
	if d.Protected || len(kin.Barred(d.Linked)) > 0 {
		return Call, ""
	}
	for _, c := range list {
		number, mobile := telephone.Mobile(c.Value)
		if texts && mobile && c.Kind == reach.Phone && c.Message == reach.Yes && theirs(c) {
			return SMS, number
		}
	}
	for _, c := range list {
		if c.Kind == reach.Email && c.Message != reach.No && theirs(c) {
			return Email, c.Value
		}
	}
	return Call, ""
}

// theirs says whether a contact is the person's own, which may be used at any hour.
func theirs(c reach.Way) bool { return c.Whose == "own" && c.Call == reach.Yes && c.Hours == "" }

// reachable says whether somebody who calls has anybody to call.
func reachable(list []reach.Way, linked []kin.Linked) bool {
	if reach.First(list, reach.Phone) != "" || reach.First(list, reach.Email) != "" {
		return true
	}
	for _, k := range linked {
		if !k.Barred && k.Phone != "" && k.Call != reach.No {
			return true
		}
	}
	return false
}

// Called is somebody whom one calls before an appointment.
type Called struct {
	expected.Visit
	Failed     Way        `db:"failed"`     // the message that did not arrive; empty: none was sent
	Unanswered int        `db:"unanswered"` // how often nobody answered
	CalledAt   *time.Time `db:"called_at"`  // the last time
}

// RuleNotToCall refuses what is said of a call that is not in the list any more.
const RuleNotToCall = "not_to_call"

// Until is until when appointments are near in a zone.
func Until(p care.Policy, calendar care.Calendar, now time.Time) time.Time {
	lead, ok := p.Deadline(care.DeadlineAppointmentReminder)
	if !ok {
		return now
	}
	return calendar.After(now, lead.Duration)
}

// The hours of a day at which people are written to where their zone does not say.
const opens, closes = "08:00", "20:00"

// NextHour is from when on people may be written to: now, or when the next hour of an open day
// comes at which they are. Nobody's telephone wakes them, and nobody gets a message on a Sunday.
func NextHour(p care.Policy, calendar care.Calendar, now time.Time) time.Time {
	from, to := agenda.Clock(cmp.Or(p.Messages.From, opens)), agenda.Clock(cmp.Or(p.Messages.To, closes))
	there := now.In(calendar.Location())
	at := func(day time.Time, clock time.Duration) time.Time {
		return time.Date(day.Year(), day.Month(), day.Day(), 0, int(clock.Minutes()), 0, 0, day.Location())
	}
	switch {
	case calendar.IsWorkingDay(there) && there.Before(at(there, from)):
		return at(there, from)
	case calendar.IsWorkingDay(there) && there.Before(at(there, to)):
		return now
	}
	return at(calendar.NextOpen(there.AddDate(0, 0, 1)), from)
}

// LongestRest is how long a worker rests at most between two looks at what is due.
const LongestRest = 5 * time.Second

// Rest is how long one may rest in a zone with such a lead, and come in time all the same.
func Rest(lead time.Duration) time.Duration {
	return min(LongestRest, max(lead/4, 100*time.Millisecond))
}
