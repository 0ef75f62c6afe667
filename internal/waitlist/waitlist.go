// Package waitlist says who waits for a place of a service, and who gets one that becomes free.
//
// Say that a woman who speaks Urdu needs the Punto PAS before Christmas, and that it has no
// place until January. She is put on its list, for a morning. On Tuesday somebody cancels half
// past nine on Thursday: the place is hers for a working day, and somebody is to ring her up.
// She is not reached: the next one in the list is asked, and she keeps her turn.
package waitlist

import (
	"slices"
	"time"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/intake"
	"percorso/internal/kin"
	"percorso/internal/ledger"
	"percorso/internal/reach"
)

// Rules that a wish may break, beside those of package care.
const (
	RuleTwice   = "waits_already"      // she is on this list
	RuleHasOne  = "has_an_appointment" // with this service, for this matter
	RuleHours   = "receives_any_hour"  // the service has no sessions, so that it is never full
	RuleOver    = "offer_over"         // the place is not offered to her any more
	RuleLeft    = "waits_no_more"      // somebody took her off meanwhile, or she has a place
	RuleNotOpen = "case_not_open"
)

// Hours at which somebody can come.
const (
	Morning   = "morning"
	Afternoon = "afternoon"
)

// The closed lists of a wish; empty is any.
var (
	HoursOf      = []string{Morning, Afternoon}
	Interpreters = []string{"woman", "man"}
)

// noon parts the day.
const noon = 13

// Wish is what somebody waits for.
type Wish struct {
	Service     string     `db:"service"`
	Matter      string     `db:"matter"`      // empty: none in particular
	Language    string     `db:"language"`    // of the interpreter; empty: none is needed
	Interpreter string     `db:"interpreter"` // a woman or a man alone; empty: either
	Mode        string     `db:"mode"`        // of package agenda; empty: in person or by telephone
	Hours       string     `db:"hours"`       // empty: at any hour
	WithChild   bool       `db:"with_child"`  // she comes with one
	By          *time.Time `db:"before_day"`  // the last day on which it is not too late, midnight UTC; nil: it never is
}

// Check says what is wrong with a wish. now is in the zone's calendar.
func (w Wish) Check(p care.Policy, now time.Time) []care.Fault {
	var f care.Faults
	f.Booking(p, "", care.Booking{Service: care.Code(w.Service), Matter: care.Code(w.Matter), At: now})
	if _, known := p.Service(w.Service); known {
		f.Add(len(agenda.Sessions(p, w.Service)) > 0, "service", RuleHours)
	}
	if w.Language != "" {
		intake.CheckLanguage(&f, "language", w.Language)
	}
	f.Add(w.Interpreter == "" || slices.Contains(Interpreters, w.Interpreter), "interpreter", care.RuleUnknownCode)
	f.Add(w.Interpreter == "" || w.Language != "", "language", care.RuleRequired)
	f.Add(w.Mode == "" || slices.Contains(agenda.Modes, w.Mode), "mode", care.RuleUnknownCode)
	f.Add(w.Hours == "" || slices.Contains(HoursOf, w.Hours), "hours", care.RuleUnknownCode)
	f.Add(w.By == nil || !w.By.Before(care.DayOf(now)), "by", care.RuleInThePast)
	return f
}

// MayKeep says whether somebody may put people on the list of a service, and take them off: who
// may book there, and who works there.
func MayKeep(who care.Staff, p care.Policy, service string) bool {
	return MayCall(who) || agenda.Decides(who, p, service)
}

// MayCall says whether somebody may tell a person of a place, and so book it.
func MayCall(who care.Staff) bool { return catalogue.Book.MayAsk(who.Role) }

// Waiting is somebody in a list as the places that are free are given out.
type Waiting struct {
	ID string `db:"id"`
	Wish
	PUA       bool           `db:"pua"`          // the place would be one of those that the PUA has
	NoPhone   bool           `db:"no_phone"`     // she does not use a telephone to speak
	Refused   []time.Time    `db:"refused"`      // that were offered to her before
	Busy      []agenda.Taken `db:"busy"`         // when she is expected, wherever it is
	Unreached *time.Time     `db:"unreached_at"` // when somebody last rang her up in vain
}

// Fits says whether a place suits the person. now is in the zone's calendar.
func (w Waiting) Fits(s agenda.Slot, now time.Time) bool {
	there := s.At.In(now.Location())
	in := agenda.Taken{At: s.At, Until: s.Until}
	switch {
	case s.At.Sub(now) < agenda.AtOnce: // nobody could come
		return false
	case w.Mode != "" && s.Mode != w.Mode, w.NoPhone && s.Mode == agenda.ByPhone:
		return false
	case w.Hours == Morning && there.Hour() >= noon, w.Hours == Afternoon && there.Hour() < noon:
		return false
	case w.By != nil && care.DayOf(there).After(*w.By):
		return false
	case slices.ContainsFunc(w.Refused, s.At.Equal), slices.ContainsFunc(w.Busy, in.Overlaps):
		return false
	}
	return true
}

// rests says whether somebody rang her up in vain today: she is asked again tomorrow.
func (w Waiting) rests(now time.Time) bool {
	return w.Unreached != nil && !care.DayOf(w.Unreached.In(now.Location())).Before(care.DayOf(now))
}

// Found is a place for somebody who waits.
type Found struct {
	Waiting string
	PUA     bool
	agenda.Slot
}

// Give gives the places that are free to those who wait, in their order: each has the first that
// suits them, and one at most. of is the agenda of the service, and taken what is taken of it.
func Give(list []Waiting, of agenda.Agenda, taken []agenda.Taken, now time.Time) (given []Found) {
	taken = slices.Clone(taken)
	free := map[bool][]agenda.Slot{} // for the PUA or not, looked up anew after each that is given
	for _, w := range list {
		if w.rests(now) {
			continue
		}
		slots, known := free[w.PUA]
		if !known {
			slots = open(w.PUA, of, taken, now)
			free[w.PUA] = slots
		}
		if slot, ok := w.first(slots, now); ok {
			given = append(given, Found{w.ID, w.PUA, slot})
			taken = append(taken, agenda.Taken{At: slot.At, Until: slot.Until, PUA: w.PUA})
			clear(free)
		}
	}
	return given
}

// looked is how many free places are looked through for one that suits somebody.
const looked = 500

// open are the places that are free.
func open(pua bool, of agenda.Agenda, taken []agenda.Taken, now time.Time) []agenda.Slot {
	if pua {
		of = of.ForPUA()
	}
	return of.Next(now, looked, taken)
}

// First is the first free place that suits somebody.
func First(w Waiting, of agenda.Agenda, taken []agenda.Taken, now time.Time) (agenda.Slot, bool) {
	return w.first(open(w.PUA, of, taken, now), now)
}

func (w Waiting) first(free []agenda.Slot, now time.Time) (slot agenda.Slot, ok bool) {
	i := slices.IndexFunc(free, func(s agenda.Slot) bool { return w.Fits(s, now) })
	if i < 0 {
		return slot, false
	}
	return free[i], true
}

// Until is until when a place is kept for who is offered it: as long as the zone says, and never
// beyond its own hour. Then it is late that nobody has called, and whoever asks for it has it.
func Until(p care.Policy, calendar care.Calendar, at, now time.Time) time.Time {
	keeps, _ := p.Deadline(care.DeadlineWaitingOffer)
	if until := calendar.After(now, keeps.Duration); until.Before(at) {
		return until
	}
	return at
}

// Why somebody has left a list.
const (
	Booked   = "booked"
	Unwanted = "unwanted" // she wants it no more
	Closed   = "closed"   // her case was
	Merged   = "merged"   // she was on it twice, in two files
)

// Outcome is what came of a call.
type Outcome string

// The outcomes. A place that she wants is booked, which says so by itself.
const (
	Declined  Outcome = "declined"  // not this one; she keeps her turn
	Leaves    Outcome = "leaves"    // nor any other
	Unreached Outcome = "unreached" // she keeps her turn
)

// Outcomes lists them.
var Outcomes = []Outcome{Declined, Leaves, Unreached}

// Entry is somebody in a list, as who may know of her reads it.
type Entry struct {
	ID     string `db:"id"`
	CaseID string `db:"case_id"`
	Number string `db:"number"`
	Person string `db:"person"`
	Wish
	Since   time.Time  `db:"since"`
	PutBy   string     `db:"put_by"`
	ByName  string     `db:"by_name"`
	Speech  []string   `db:"speech"`
	Offered *time.Time `db:"offered_at"` // the place that is kept for her; nil: none is
	Place   int        `db:"place"`      // in the list of the service; 1: the first who is asked; 0: she is not read in the list
}

// Call is somebody who is to be rung up: a place is kept for her, or the last day on which one
// would not have been too late is over.
type Call struct {
	Entry
	Offer         string       `db:"offer"`   // empty: no place is offered
	EndsAt        *time.Time   `db:"ends_at"` // until then the place is kept
	Phone         string       `db:"phone"`
	Email         string       `db:"email"`
	Contacts      []reach.Way  `db:"contacts"`
	NoSafeContact bool         `db:"no_safe_contact"`
	Linked        []kin.Linked `db:"linked"`
	Languages     []string     `db:"languages"`
	Protected     bool         `db:"protected"`
	Stage         care.Stage   `db:"stage"` // of the case
}

// ByItself says whether the place is booked by itself: before the second level the orientation
// books it, as it ends.
func (c Call) ByItself() bool { return c.Stage != care.StageFirstLevel }

// Reached is the person as far as it says how they are reached.
func (c Call) Reached() ledger.Person {
	return ledger.Person{Phone: c.Phone, Email: c.Email, Contacts: c.Contacts, NoSafeContact: c.NoSafeContact, Linked: c.Linked, Speech: c.Speech, Languages: c.Languages}
}

// Late says whether nobody has called in time.
func (c Call) Late(now time.Time) bool { return c.EndsAt == nil || !now.Before(*c.EndsAt) }

// Today says whether a call stands among what somebody has to do today: whoever put her on the
// list, who works in the service, and who receives at a desk calls; of a protected person any of
// her keepers does; and the supervisor is told of what is late.
func (c Call) Today(who care.Staff, p care.Policy, now time.Time) bool {
	if who.Role == care.Supervisor {
		return c.Late(now)
	}
	return c.Protected || c.PutBy == who.ID || who.Role == care.DeskOperator || agenda.Decides(who, p, c.Service)
}
