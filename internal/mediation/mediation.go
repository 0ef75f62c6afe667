// Package mediation says how a mediator is asked of a provider, and what that takes from its lots.
//
// Say that somebody who speaks Bengali is expected on Friday at ten. The co-operative has a
// lot with that language: its coordinator is asked through a link, and has nobody. The next
// provider proposes Thursday at three, which suits; on the day forty minutes are used, and of
// a lot that is counted by the half hour one hour is gone.
package mediation

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/names"
)

// State is how a request stands.
type State string

// The states of a request.
const (
	Requested State = "requested" // the provider has not answered yet
	Proposed  State = "proposed"  // it can at another time, and waits for who asked
	Confirmed State = "confirmed"
	Declined  State = "declined" // it has nobody, or no more: the next one may be asked
	Done      State = "done"
	Cancelled State = "cancelled" // in time, or by the provider: it costs nothing
	Late      State = "late"      // called off too late: it counts as if it had been held
)

// States lists them.
var States = []State{Requested, Proposed, Confirmed, Declined, Done, Cancelled, Late}

// Open says whether something is still to be done about it.
func (s State) Open() bool { return slices.Contains(States[:4], s) }

// Where the pages of a coordinator are, below those of partners' links; what stands before the id that is signed in their
// address, so that no link passes for one of another kind; and the mails that bring them.
const (
	Path, Signed            = "/invito/mediatore/", "mediazione-"
	MailRequest, MailCalled = "mediator_request", "mediator_called_off"
	MailAccepted            = "mediator_accepted"
)

// Rules that what is asked may break, beside those of package care.
const (
	RuleLot      = "lot_does_not_serve"     // language, mode or day are none of the lot's
	RuleUsedUp   = "lot_used_up"            // so many hours are left of it no more
	RuleTwice    = "mediator_twice"         // the mediator is at another place then
	RuleParallel = "lot_parallel"           // all mediators of the lot are at other places then
	RuleAsked    = "mediator_asked"         // for this appointment one is asked for already
	RuleOver     = "appointment_not_open"   // nobody is expected any more
	RuleState    = "request_elsewhere"      // somebody else has answered or ended it meanwhile
	RuleNoYes    = "mediator_not_confirmed" // of one who was there, of whom nobody has said that they come
	RuleNotYet   = "mediator_not_yet"       // of one who was there, whose hour has not come
	RuleNoOffer  = "nothing_proposed"       // the provider proposes no other hour
	RuleHourPast = "mediator_hour_past"     // when one was to be there, or was proposed to be
	RuleTells    = "place_tells_the_person" // the provider reads it
	RuleSameTime = "proposed_same_time"
	RuleMinutes  = "minutes_of_a_talk" // fewer or more than one lasts
)

// Changed refuses what cannot be done any more, as a request now stands.
func Changed() *care.Refusal {
	return care.RefuseChanged(RuleState)
}

// Request is a mediator who is asked for. It names nobody who is helped.
type Request struct {
	ID          string     `db:"id"`
	Zone        string     `db:"zone"`
	Agency      string     `db:"agency"`      // of who asked
	Appointment string     `db:"appointment"` // its id; empty: for a day and an hour alone
	Language    string     `db:"language"`
	Matter      string     `db:"matter"` // code; empty: nothing in particular
	Place       string     `db:"place"`
	Mode        string     `db:"mode"`
	At          time.Time  `db:"at"`
	Until       time.Time  `db:"until"`
	State       State      `db:"state"`
	Provider    string     `db:"provider"` // codes of who was asked last
	Lot         string     `db:"lot"`
	Link        string     `db:"link"`     // id of the coordinator's
	Mediator    string     `db:"mediator"` // by name, where the provider gives one
	ProposedAt  *time.Time `db:"proposed_at"`
	CancelBy    time.Time  `db:"cancel_by"` // until when it is called off in time
	Used        int        `db:"used"`      // minutes; 0: it was not held
	Counted     int        `db:"counted"`   // minutes that the lot is charged with
	Unsent      bool       `db:"unsent"`    // the mail with the link came back
	Elsewhen    bool       `db:"elsewhen"`  // its appointment is at another time
}

// Minutes is how long it is to last.
func (r Request) Minutes() int { return int(r.Until.Sub(r.At).Minutes()) }

// Asked is one provider who was asked.
type Asked struct {
	Provider string     `db:"provider"`
	Lot      string     `db:"lot"`
	At       time.Time  `db:"asked_at"`
	Answer   State      `db:"answer"` // empty: none yet
	Answered *time.Time `db:"answered_at"`
}

// Form asks for a mediator.
type Form struct {
	Appointment string
	Language    string
	Matter      string
	Place       string
	Mode        string
	At          time.Time
	Minutes     int
	Lot         string
}

// Digest is the same for two forms that ask for the same. An appointment says itself when it is.
func (f Form) Digest() string {
	if f.At = f.At.UTC(); f.Appointment != "" {
		f.At = time.Time{}
	}
	text, _ := json.Marshal(f) // of texts, a number and a time alone
	return fmt.Sprintf("%x", sha256.Sum256(text))
}

// What a form may hold at most.
const (
	shortest, longest   = 5, 8 * 60 // minutes
	mostPlace, mostName = 200, 100  // characters
)

// Check says what is wrong with the form. now is in the zone's calendar.
func (f Form) Check(p care.Policy, cal care.Calendar, now time.Time) []care.Fault {
	faults := append(f.about(p), expected(p, cal, f.At, now)...)
	faults.Add(f.Mode == agenda.ByPhone || care.Said(f.Place), "place", care.RuleRequired)
	return append(faults, f.lot(p)...)
}

// expected says what is wrong with when a mediator is to be there: that is no day on which the
// offices are closed, nor in the night.
func expected(p care.Policy, cal care.Calendar, at, now time.Time) (faults care.Faults) {
	if at.IsZero() {
		faults.Add(false, "at", care.RuleRequired)
		return faults
	}
	dated := []care.Dated{{Field: "at", Meaning: care.AppointmentTime, At: &at}}
	faults.Dates(dated, now)
	if len(faults) == 0 {
		faults.OpenDays(dated, cal, now)
	}
	var sessions []care.Session
	for _, s := range p.Services {
		sessions = append(sessions, agenda.Sessions(p, s.Code)...)
	}
	if len(faults) == 0 {
		faults.Add(agenda.InHours(at.In(cal.Location()), sessions...), "at", agenda.OutsideHours)
	}
	return faults
}

// CheckCall says what is wrong with the record of a mediator who was rung up there and then.
func (f Form) CheckCall(p care.Policy) []care.Fault {
	f.Mode = agenda.ByPhone
	return append(f.about(p), f.lot(p)...)
}

func (f Form) about(p care.Policy) (faults care.Faults) {
	faults.Add(f.Language != "", "language", care.RuleRequired)
	faults.Code(p.Matters, "matter", f.Matter, care.RuleUnknownCode)
	faults.Text("place", f.Place, mostPlace)
	faults.Add(slices.Contains(agenda.Modes, f.Mode), "mode", care.RuleRequired)
	return append(faults, CheckMinutes(f.Minutes)...)
}

// CheckMinutes says what is wrong with how long a talk is, or was.
func CheckMinutes(minutes int) (faults care.Faults) {
	faults.Add(minutes >= shortest && minutes <= longest, "minutes", RuleMinutes)
	return faults
}

// lot says whether the lot serves what is asked.
func (f Form) lot(p care.Policy) (faults care.Faults) {
	if f.Lot == "" {
		faults.Add(false, "lot", care.RuleRequired)
		return faults
	}
	_, lot, ok := LotOf(p, f.Lot)
	faults.Add(ok && (f.Language == "" || Serves(lot, f.Language, f.Mode, f.At)), "lot", RuleLot)
	return faults
}

// LotOf finds a lot of the zone, with who gives it.
func LotOf(p care.Policy, code string) (care.Provider, care.Lot, bool) {
	for _, provider := range p.Providers {
		if i := slices.IndexFunc(provider.Lots, func(l care.Lot) bool { return l.Code == code }); i >= 0 {
			return provider, provider.Lots[i], true
		}
	}
	return care.Provider{}, care.Lot{}, false
}

// Serves says whether a lot may be used for a language in a mode at a time. Who asks for a
// language is served by a variety of it, and who asks for a variety by that alone.
func Serves(lot care.Lot, language, mode string, at time.Time) bool {
	return slices.Contains(lot.Modes, mode) && (lot.Ends == "" || at.Format(time.DateOnly) <= lot.Ends) &&
		slices.ContainsFunc(lot.Languages, func(l string) bool { return l == language || strings.HasPrefix(l, language+"-") })
}

// Languages are those of all lots of the zone, each once.
func Languages(p care.Policy) (all []string) {
	for _, provider := range p.Providers {
		for _, lot := range provider.Lots {
			all = append(all, lot.Languages...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Charged are the minutes that a lot is charged with: what is begun of a unit is used.
func Charged(lot care.Lot, minutes int) int {
	unit := max(1, lot.Unit)
	return (minutes + unit - 1) / unit * unit
}

// CancelBy is until when what is asked for a time is called off at no cost. Working days are
// those after the one on which it is called off, up to that of the time itself: of two, what
// is for Monday is called off until the Thursday before, when the offices close.
func CancelBy(cal care.Calendar, lot care.Lot, at time.Time) time.Time {
	if lot.Notice.Unit != care.WorkingDays {
		return at.Add(at.Sub(cal.After(at, lot.Notice)))
	}
	day := at.In(cal.Location()).AddDate(0, 0, -1)
	for cal.WorkingDaysBetween(day, at) < lot.Notice.N {
		day = day.AddDate(0, 0, -1)
	}
	return cal.After(cal.LastOpen(day), care.Duration{Unit: care.WorkingDays})
}

// CalledOff is what becomes of a request that is called off. By its provider, or before it was
// confirmed, that costs nothing.
func (r Request) CalledOff(byProvider bool, now time.Time) State {
	if r.State == Confirmed && !byProvider && now.After(r.CancelBy) {
		return Late
	}
	return Cancelled
}

// Taken is where a mediator of a lot is, or is about to be.
type Taken struct {
	Provider string    `db:"provider"`
	Lot      string    `db:"lot"`
	Mediator string    `db:"mediator"`
	At       time.Time `db:"at"`
	Until    time.Time `db:"until"`
}

// Clash says by which rule nobody can be there then, beside where mediators are: by name is
// nobody at two places, whatever the lot, and of a lot no more than it gives at one time.
func Clash(lot care.Lot, r Request, taken []Taken) string {
	n := 0
	for _, t := range taken {
		if !t.At.Before(r.Until) || !r.At.Before(t.Until) {
			continue
		}
		if t.Provider == r.Provider && r.Mediator != "" && names.Plain(t.Mediator) == names.Plain(r.Mediator) {
			return RuleTwice
		}
		if t.Lot == r.Lot {
			n++
		}
	}
	if n >= max(1, lot.Parallel) {
		return RuleParallel
	}
	return ""
}

// Answer is what a coordinator says.
type Answer struct {
	What     State // Confirmed, Proposed or Declined
	Mediator string
	At       time.Time // of a proposal
}

// Check says what is wrong with an answer to a request. now is in the zone's calendar.
func (a Answer) Check(r Request, p care.Policy, cal care.Calendar, now time.Time) []care.Fault {
	var f care.Faults
	f.Add(a.What == Confirmed || a.What == Proposed || a.What == Declined, "what", care.RuleRequired)
	if a.What != Declined {
		f.Text("mediator", a.Mediator, mostName)
	}
	if a.What != Proposed {
		return f
	}
	f = append(f, expected(p, cal, a.At, now)...)
	f.Add(!a.At.Equal(r.At), "at", RuleSameTime)
	return f
}

// Answers are what a coordinator may say as it stands: who has said yes may still have nobody
// on the day, as when the mediator is ill.
func (r Request) Answers(now time.Time) []State {
	switch {
	case !now.Before(r.At):
		return nil
	case r.State == Requested:
		return []State{Confirmed, Proposed, Declined}
	case r.State == Proposed:
		return []State{Proposed, Declined}
	case r.State == Confirmed:
		return []State{Declined}
	}
	return nil
}

// Act is what the staff may do with a request.
type Act string

// What may be done with one.
const (
	Accept Act = "accept" // what the provider proposes
	Ask    Act = "ask"    // the next provider
	Call   Act = "call_off"
	Held   Act = "held" // with the minutes that it took
)

// Acts are what the staff may do as it stands; the first is what comes next.
func (r Request) Acts(now time.Time) []Act {
	ahead := now.Before(r.At)
	switch {
	case r.State == Proposed && now.Before(*r.ProposedAt):
		return []Act{Accept, Ask, Call}
	case r.State == Confirmed && !ahead:
		return []Act{Held, Call}
	case r.State == Confirmed:
		return []Act{Call}
	case r.State.Open() && ahead:
		return []Act{Ask, Call}
	case r.State.Open():
		return []Act{Call}
	}
	return nil
}

// Refuses says by which rule the staff do not do something as it stands; empty: they may.
func (r Request) Refuses(act Act, now time.Time) string {
	switch {
	case slices.Contains(r.Acts(now), act):
		return ""
	case !r.State.Open() || act == Ask && r.State == Confirmed:
		return RuleState
	case act == Held && r.State == Confirmed:
		return RuleNotYet
	case act == Held:
		return RuleNoYes
	case act == Accept && r.State != Proposed:
		return RuleNoOffer
	}
	return RuleHourPast
}

// Balance is what is left of a lot, in minutes.
type Balance struct {
	Provider care.Provider
	Lot      care.Lot
	Used     int // held, and called off too late
	Held     int // promised
}

// Spent is what was used of some lot, and what of it is promised.
type Spent struct {
	Lot  string `db:"lot"`
	Used int    `db:"used"`
	Held int    `db:"held"`
}

// Balances are those of all lots of a zone.
func Balances(p care.Policy, spent []Spent) (all []Balance) {
	for _, provider := range p.Providers {
		for _, lot := range provider.Lots {
			b := Balance{Provider: provider, Lot: lot}
			if i := slices.IndexFunc(spent, func(s Spent) bool { return s.Lot == lot.Code }); i >= 0 {
				b.Used, b.Held = spent[i].Used, spent[i].Held
			}
			all = append(all, b)
		}
	}
	return all
}

// Total is what was bought.
func (b Balance) Total() int { return b.Lot.Hours * 60 }

// Left is what may still be promised.
func (b Balance) Left() int { return b.Total() - b.Used - b.Held }

// warned is how much of a lot, of a hundred, is used when the supervisor is told.
const warned = 80

// Percent is how much of it is used.
func (b Balance) Percent() int { return b.Used * 100 / b.Total() }

// Low says whether the supervisor is told that it comes to an end.
func (b Balance) Low() bool { return b.Percent() >= warned }
