// Package worklist says what stands on the list that people work from, how it is cut
// into pages and groups, and what a filter leaves of it.
//
// Say that a social worker has 143 tasks and filters by "late" and "Urdu": of the rows
// that she sees those are left which are past their term and whose person speaks Urdu,
// and the page says "1-25 of 31".
package worklist

import (
	"slices"
	"strings"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/names"
)

// Tab is one of the lists that somebody's work is on.
type Tab string

// The tabs, in the order in which they are shown.
const (
	Mine     Tab = "mine"     // tasks that the caller holds, or that are free and theirs first
	OnBehalf Tab = "behalf"   // tasks of who is away, which the caller may do for them
	Free     Tab = "free"     // other tasks that they may take
	Followed Tab = "followed" // people whose lead they are, those first with whom nobody may go on, then by what is due
	Recent   Tab = "recent"   // people for whom they did something in the last days
)

// Tabs are all of them.
var Tabs = []Tab{Mine, OnBehalf, Free, Followed, Recent}

// Limits of the list. A list is looked at so far and no further, so that it costs the
// same however many cases there are; whoever has more is told so.
const (
	Most      = 500
	Counted   = 99 // of the lists that are not looked at: what one has more of is a heap
	PerPage   = 25
	RecentFor = 7 * 24 * time.Hour
)

// When says when a row is due, as the list is grouped.
type When string

// The groups, in the order in which they come.
const (
	Late    When = "late"
	Today   When = "today"
	Week    When = "week" // until Sunday
	Later   When = "later"
	Undated When = "undated" // it stands still, or has no term
	// Stepless is of the people whom somebody follows: nobody may go on with them as things stand.
	Stepless When = "stepless"
)

// Whens are those that one can filter by.
var Whens = []When{Late, Today, Week, Later}

// Due is the group of what is due at a time, where the offices are. nil: at no time.
func Due(due *time.Time, now time.Time, there *time.Location) When {
	if due == nil {
		return Undated
	}
	year, month, day := now.In(there).Date()
	midnight := func(days int) time.Time { return time.Date(year, month, day+days, 0, 0, 0, 0, there) }
	toSunday := (7 - int(now.In(there).Weekday())) % 7
	switch {
	case due.Before(now):
		return Late
	case due.Before(midnight(1)):
		return Today
	case due.Before(midnight(toSunday + 1)):
		return Week
	}
	return Later
}

// Filter leaves some rows of a list. What is empty leaves all.
type Filter struct {
	Kind     care.TaskKind `json:"kind,omitempty"`
	Service  string        `json:"service,omitempty"`
	When     When          `json:"when,omitempty"`
	Language string        `json:"language,omitempty"`
	Person   string        `json:"person,omitempty"` // words of a name or of a number, as they are typed
}

// Ask is what somebody wants to see.
type Ask struct {
	Tab    Tab
	Filter Filter
	Page   int // from 1
	There  *time.Location
}

// Entry is a row as far as it says whether and where it stands in the list.
type Entry struct {
	CaseID    string        `db:"case_id"`
	TaskID    string        `db:"task_id"` // empty: nothing is open that the caller sees
	Kind      care.TaskKind `db:"kind"`
	Service   string        `db:"service"`
	Due       *time.Time    `db:"due"` // nil: it stands still, or nothing is open
	Number    string        `db:"number"`
	Person    string        `db:"person"`
	Languages []string      `db:"languages"`
	Touched   *time.Time    `db:"touched"` // when the caller last did something for the person
	Code      string        `db:"code"`    // of the line that says what
	Detail    string        `db:"detail"`
	Stepless  bool          `db:"stepless"` // nobody may go on, as the case stands
}

// Row is a row as it is shown.
type Row struct {
	Entry
	Task    ledger.Task // zero: nothing is open that the caller sees
	Next    *time.Time  // the next appointment that they see
	NextAt  string      // the service that it is at
	Day     *time.Time  // that is near, or past, after which something is lost; nil: none is
	DayKind string      // what happens then; empty: it is for few to know
	Grouped When
}

// List is one page of a list, with what stands around it.
type List struct {
	Rows     []Row
	First    int         // number of the first row; 0: there is none
	Total    int         // rows that the filter leaves
	More     bool        // there are more than Most, of which the first are looked at
	Counts   map[Tab]int // rows of each list, filtered or not, each up to one more than it is counted to
	Kinds    []care.TaskKind
	Services []string // what there is to filter by
}

// Any says whether the filter leaves anything out.
func (f Filter) Any() bool { return f != Filter{} }

// leaves says whether a row stays.
func (f Filter) leaves(e Entry, now time.Time, there *time.Location) bool {
	return (f.Kind == "" || f.Kind == e.Kind) && (f.Service == "" || f.Service == e.Service) &&
		(f.When == "" || f.When == Due(e.Due, now, there)) && (f.Language == "" || slices.Contains(e.Languages, f.Language)) && named(f.Person, e)
}

// named says whether each word that was typed begins one of a person's name, or of the number.
func named(text string, e Entry) bool {
	have := names.Words(e.Person + " " + e.Number)
	for _, word := range names.Words(text) {
		if !slices.ContainsFunc(have, func(h string) bool { return strings.HasPrefix(h, word) }) {
			return false
		}
	}
	return true
}

// Cut makes the page of a list that is asked for, of its first entries and one more
// where there are more. A page past the last is the last.
func (a Ask) Cut(all []Entry, now time.Time) (page List) {
	if page.More = len(all) > Most; page.More {
		all = all[:Most]
	}
	var left []Entry
	for _, e := range all {
		page.Kinds, page.Services = put(page.Kinds, e.Kind), put(page.Services, e.Service)
		if a.Filter.leaves(e, now, a.There) {
			left = append(left, e)
		}
	}
	page.Total = len(left)
	from := (max(a.Page, 1) - 1) * PerPage
	if from >= len(left) {
		from = max(len(left)-1, 0) / PerPage * PerPage
	}
	for _, e := range left[from:min(from+PerPage, len(left))] {
		row := Row{Entry: e, Grouped: Due(e.Due, now, a.There)}
		if e.Stepless {
			row.Grouped = Stepless
		}
		page.Rows = append(page.Rows, row)
	}
	if page.Total > 0 {
		page.First = from + 1
	}
	return page
}

// put adds what is not there yet.
func put[T ~string](list []T, one T) []T {
	if one == "" || slices.Contains(list, one) {
		return list
	}
	return append(list, one)
}
