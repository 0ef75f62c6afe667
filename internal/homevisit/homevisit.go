// Package homevisit makes an appointment a visit at the person's home: two go, or one with a
// reason, somebody knows about it, and after it they are asked whether they are back.
//
// Example: on Thursday from 10.00 to 11.00 Maria Prova and Carla Esempio visit somebody at
// home. At 11.30 both are asked «Siete rientrati?»; Maria answers for both. Had nobody answered
// by 12.00, the supervisors would read whom to ring, and by which number.
package homevisit

import (
	"slices"
	"strings"
	"time"

	"percorso/internal/care"
	"percorso/internal/telephone"
)

// How long a visit lasts, in minutes, and how long its texts are at most.
const (
	Shortest, Longest = 15, 480
	mostAddress       = 200
	mostReason        = 500
)

// Why a visit is not as it was asked for.
const (
	RuleSecond    = "second_or_reason"    // nobody goes with the first, and nobody says why
	RuleOne       = "second_and_reason"   // a reason to go alone, of two who go
	RuleTwice     = "goes_twice"          // one person is named as both
	RuleVisitor   = "not_a_visitor"       // they do not work with this person
	RuleBusy      = "visits_elsewhere"    // they are expected at another place at that time
	RuleAway      = "away_that_day"       // an absence is entered
	RuleKnows     = "knower_goes"         // who goes is who knows about it
	RuleKnower    = "unknown_knower"      // they do not work in this zone
	RulePhone     = "no_telephone_number" // it is none
	RuleMinutes   = "visit_minutes"       // it lasts less, or more, than visits do
	RuleDomicile  = "no_domicile"         // the person has none, and no other address is given
	RuleMoveBusy  = "visitors_elsewhere"  // of a move: who goes is expected at another place then
	RuleMoveAway  = "visitors_away"       // of a move: who goes is away that day
	RuleByPhone   = "visit_by_phone"      // the appointment is by telephone
	RuleOver      = "visit_over"          // the appointment stands no more, or its hour has come
	RuleChanged   = "visit_changed"       // somebody else has changed it meanwhile
	RuleNotBack   = "visit_not_back"      // from the visit of before, at another hour of the appointment
	RuleNotBegun  = "visit_not_begun"     // nobody is back from where nobody has gone yet
	RuleNotVisits = "visits_not"          // the caller does not go, nor knows about it, nor is told
)

// The kinds of mail: to who goes when a visit is planned or changed and when they are asked
// whether they are back, and to whoever is told that they did not answer.
const (
	MailChanged    = "home_visit_changed"
	MailReturn     = "home_visit_return"
	MailUnanswered = "home_visit_unanswered"
)

// Going is how a visit is planned: who goes, and where.
type Going struct {
	First   string `json:"goes" doc:"Id of the member of staff who goes" maxLength:"36"`
	Second  string `json:"second,omitempty" doc:"Id of who goes with them" maxLength:"36"`
	Alone   string `json:"alone,omitempty" maxLength:"500" doc:"Why one goes alone; needed where there is no second one"`
	Knows   string `json:"knows" maxLength:"36" doc:"Id of the member of staff who knows about it and does not go"`
	Phone   string `json:"phone" maxLength:"40" doc:"By which number those who go are reached"`
	Address string `json:"address,omitempty" maxLength:"200" doc:"Where it is; left out: at the person's domicile"`
	Minutes int    `json:"minutes" doc:"How long it lasts: 15 to 480"`
	Seen    int    `json:"seen,omitempty" doc:"The version that the caller has seen; 0: there was none"`
}

// Trimmed is the form without what stands around its texts.
func (f Going) Trimmed() Going {
	f.Alone, f.Phone, f.Address = strings.TrimSpace(f.Alone), strings.TrimSpace(f.Phone), strings.TrimSpace(f.Address)
	return f
}

// Check says what is wrong with the form alone.
func (f Going) Check() []care.Fault {
	var faults care.Faults
	faults.Add(f.First != "", "goes", care.RuleRequired)
	faults.Add(f.Second != "" || care.Said(f.Alone), "second", RuleSecond)
	faults.Add(f.Second == "" || f.Alone == "", "alone", RuleOne)
	faults.Add(f.Second == "" || f.Second != f.First, "second", RuleTwice)
	faults.Text("alone", f.Alone, mostReason)
	faults.Add(f.Knows != "", "knows", care.RuleRequired)
	faults.Add(f.Knows == "" || f.Knows != f.First && f.Knows != f.Second, "knows", RuleKnows)
	faults.Add(f.Phone != "", "phone", care.RuleRequired)
	faults.Add(f.Phone == "" || telephone.Is(f.Phone), "phone", RulePhone)
	faults.Text("address", f.Address, mostAddress)
	faults.Add(f.Minutes >= Shortest && f.Minutes <= Longest, "minutes", RuleMinutes)
	return faults
}

// Worker is a member of staff whom a form names, as they stand at the time of the visit.
type Worker struct {
	ID      string `db:"id"`
	Name    string `db:"name"`
	Human   string `db:"human"`   // the person behind the account: of two accounts of one person it is the same
	Visitor bool   `db:"visitor"` // they work with this person, and keep her where she is protected
	Away    bool   `db:"away"`    // on that day
	Busy    bool   `db:"busy"`    // expected at another place then, under whichever account
}

// Named says what is wrong with whom a form names, as they were found.
func (f Going) Named(found []Worker) []care.Fault {
	var faults care.Faults
	of := func(id string) (w Worker, known bool) {
		i := slices.IndexFunc(found, func(w Worker) bool { return w.ID == id })
		if i < 0 {
			return w, false
		}
		return found[i], true
	}
	first, _ := of(f.First)
	second, two := of(f.Second)
	faults = append(faults, first.goes("goes")...)
	if f.Second != "" {
		faults = append(faults, second.goes("second")...)
	}
	faults.Add(!two || first.Human != second.Human, "second", RuleTwice)
	knows, known := of(f.Knows)
	faults.Add(known, "knows", RuleKnower)
	faults.Add(!known || knows.Human != first.Human && (!two || knows.Human != second.Human), "knows", RuleKnows)
	return faults
}

// goes says why somebody cannot go, if so.
func (w Worker) goes(field string) []care.Fault {
	switch {
	case !w.Visitor:
		return []care.Fault{{Field: field, Rule: RuleVisitor}}
	case w.Away:
		return []care.Fault{{Field: field, Rule: RuleAway}}
	case w.Busy:
		return []care.Fault{{Field: field, Rule: RuleBusy}}
	}
	return nil
}

// Moves says by which rule a visit is not moved to a time, at which those who go were found so;
// empty: it is.
func Moves(found []Worker) string {
	for _, w := range found {
		switch {
		case w.Away:
			return RuleMoveAway
		case w.Busy:
			return RuleMoveBusy
		}
	}
	return ""
}

// Visitor is a member of staff whom a form may name.
type Visitor struct {
	ID     string    `db:"id"`
	Name   string    `db:"name"`
	Role   care.Role `db:"role"`
	Visits bool      `db:"visits"` // they may go; else they may know about it
}

// Visit is one at the home of a person, as far as its reader knows of her.
type Visit struct {
	Appointment string     `db:"appointment"`
	Version     int        `db:"version"`
	CaseID      string     `db:"case_id"` // empty: the reader does not see the case
	Number      string     `db:"number"`
	Person      string     `db:"person"`
	First       string     `db:"first"`
	FirstName   string     `db:"first_name"`
	Second      string     `db:"second"` // empty: one goes alone
	SecondName  string     `db:"second_name"`
	Alone       string     `db:"alone"` // why
	Knows       string     `db:"knows"`
	KnowsName   string     `db:"knows_name"`
	Phone       string     `db:"phone"`
	Address     string     `db:"address"` // empty: at the domicile
	Domicile    string     `db:"domicile"`
	At          time.Time  `db:"at"`
	Until       time.Time  `db:"until"`
	AskAt       time.Time  `db:"ask_at"`   // when they are asked whether they are back
	AlarmAt     time.Time  `db:"alarm_at"` // when others are told that nobody answered
	FirstBack   *time.Time `db:"first_back"`
	SecondBack  *time.Time `db:"second_back"`
}

// Where is the address.
func (v Visit) Where() string {
	if v.Address != "" {
		return v.Address
	}
	return v.Domicile
}

// Back says whether all who went are back.
func (v Visit) Back() bool {
	return v.FirstBack != nil && (v.Second == "" || v.SecondBack != nil)
}

// Waits says whether somebody goes and has not said that they are back.
func (v Visit) Waits(who string) bool {
	return v.First == who && v.FirstBack == nil || v.Second == who && v.SecondBack == nil
}

// Goes says whether somebody is one of those who go.
func (v Visit) Goes(who string) bool { return v.First == who || v.Second == who }

// State is how it stands with a visit.
type State string

// A visit is ahead, under way, to be asked about, unanswered, or everybody is back.
const (
	Ahead      State = "ahead"
	Out        State = "out"
	Asked      State = "asked"
	Unanswered State = "unanswered"
	Returned   State = "returned"
)

// State says how it stands now.
func (v Visit) State(now time.Time) State {
	switch {
	case v.Back():
		return Returned
	case now.Before(v.At):
		return Ahead
	case now.Before(v.AskAt):
		return Out
	case now.Before(v.AlarmAt):
		return Asked
	}
	return Unanswered
}

// MayPlan says whether somebody plans visits: who reads cases, and so domiciles.
func MayPlan(who care.Staff, p care.Policy) bool { return care.ReadsCases(who, p) }

// Answer is who is back.
type Answer string

// Who answers is back themselves, or everybody who went is.
const (
	Me  Answer = "me"
	All Answer = "all"
)

// Answers lists them.
var Answers = []Answer{Me, All}

// Returns says by which rule somebody does not say now that they are back; empty: they do. Who
// knows about the visit, and who was told that nobody answered, says it of all; also where
// somebody else has said so meanwhile.
func (v Visit) Returns(who care.Staff, a Answer, now time.Time) string {
	told := who.Role == care.Supervisor && !now.Before(v.AlarmAt) || v.Knows == who.ID
	switch {
	case !slices.Contains(Answers, a):
		return care.RuleUnknownCode
	case !v.Goes(who.ID) && (!told || a == Me):
		return RuleNotVisits
	case now.Before(v.At):
		return RuleNotBegun
	}
	return ""
}

// Clocks are when those who go are asked whether they are back, and when others are told that
// nobody answered, by what the zone sets.
func Clocks(p care.Policy, calendar care.Calendar, until time.Time) (ask, alarm time.Time) {
	ask = until
	if d, ok := p.Deadline(care.DeadlineVisitReturn); ok {
		ask = calendar.After(until, d.Duration)
	}
	alarm = ask
	if d, ok := p.Deadline(care.DeadlineVisitAlarm); ok {
		alarm = calendar.After(ask, d.Duration)
	}
	return ask, alarm
}
