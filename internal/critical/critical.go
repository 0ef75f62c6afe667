// Package critical says which days of a person's life matter so much that something is lost
// after them, and who watches that they are seen to.
//
// Say that a family is evicted on Thursday: who heard of it writes the day and how they know
// it, and a social worker watches it. From ten days before the case comes before all that is late.
package critical

import (
	"slices"
	"time"

	"percorso/internal/care"
)

// Kind is what happens on such a day.
type Kind string

// The kinds. That of a permit is in none of these forms: it follows from the permit.
const (
	Eviction   Kind = "eviction"
	Reception  Kind = "reception_end" // the place where the person lives takes them no longer
	Hearing    Kind = "hearing"
	Birth      Kind = "birth"
	BenefitEnd Kind = "benefit_end"
	Permit     Kind = "permit"
)

// Kinds lists those that people write down.
var Kinds = []Kind{Eviction, Reception, Hearing, Birth, BenefitEnd}

// Date is a date of a case, as one of its readers sees it.
type Date struct {
	ID         string     `db:"id" json:"id,omitempty" doc:"Left out: it follows from the permit"`
	Kind       Kind       `db:"kind" json:"kind,omitempty" enum:"eviction,reception_end,hearing,birth,benefit_end,permit" doc:"Left out: it is for those alone whom what was written is for"`
	On         time.Time  `db:"on_day" json:"-"`
	Day        care.Date  `db:"-" json:"on" format:"date"`
	Source     string     `db:"source" json:"source,omitempty" doc:"Who said it, or which paper"`
	Note       string     `db:"note" json:"note,omitempty" doc:"Of one that was corrected: why"`
	WatcherID  string     `db:"watcher" json:"watcher_id,omitempty"`
	Watcher    string     `db:"watcher_name" json:"watcher,omitempty" doc:"Who watches it now: while they are away, their substitute. Left out: whoever has the role there"`
	Role       care.Role  `db:"watch_role" json:"watcher_role,omitempty"`
	Agency     string     `db:"watch_agency" json:"watcher_agency,omitempty"`
	ByName     string     `db:"by_name" json:"by_name,omitempty"`
	At         *time.Time `db:"at" json:"at,omitempty"`
	Replaces   string     `db:"replaces" json:"replaces,omitempty" doc:"The date that it corrects"`
	Ended      *time.Time `db:"ended_at" json:"ended_at,omitempty"`
	Outcome    string     `db:"outcome" json:"outcome,omitempty" enum:"corrected,over"`
	What       string     `db:"what" json:"what,omitempty" doc:"What happened, of one that is over"`
	EndedBy    string     `db:"ended_by" json:"ended_by,omitempty"`
	ReadsAll   bool       `db:"reads" json:"reads" doc:"The caller reads what was written of it"`
	ReadsEnded bool       `db:"reads_end" json:"-"`
}

// Open says whether it is still to be watched, and can be corrected.
func (d Date) Open() bool { return d.ID != "" && d.Ended == nil }

// Watched is a day that somebody watches; the person is empty where they do not read the file.
type Watched struct {
	ID     string    `db:"id"`
	CaseID string    `db:"case_id"`
	Kind   Kind      `db:"kind"` // empty: it is for few to know
	On     time.Time `db:"on_day"`
	Number string    `db:"number"`
	Person string    `db:"person"`
}

// Added is a date that somebody learnt of.
type Added struct {
	Kind    string     `json:"kind" enum:"eviction,reception_end,hearing,birth,benefit_end" doc:"What happens that day"`
	On      *care.Date `json:"on" format:"date"`
	Source  string     `json:"source" maxLength:"200" doc:"Who said it, or which paper"`
	Watcher string     `json:"watcher" from:"watchers" doc:"Id of the member of staff who watches it"`
	Note    string     `json:"note,omitempty" maxLength:"4000"`
	Circle  string     `json:"circle,omitempty" enum:"social,equipe,agency" doc:"Who reads it; left out: as usual"`
}

// Moved corrects one.
type Moved struct {
	Date    string     `json:"date" from:"dates" doc:"Id of the date"`
	On      *care.Date `json:"on" format:"date"`
	Source  string     `json:"source" maxLength:"200" doc:"Who said it, or which paper"`
	Watcher string     `json:"watcher" from:"watchers" doc:"Id of the member of staff who watches it"`
	Note    string     `json:"note" maxLength:"4000" doc:"Why it is corrected"`
	Circle  string     `json:"circle,omitempty" enum:"social,equipe,agency" doc:"Who reads it; left out: as usual"`
}

// Passed says that one is past, or is one no more.
type Passed struct {
	Date   string `json:"date" from:"dates" doc:"Id of the date"`
	Note   string `json:"note" maxLength:"4000" doc:"What happened"`
	Circle string `json:"circle,omitempty" enum:"social,equipe,agency" doc:"Who reads it; left out: as usual"`
}

// maxSource is how long it may be how a date is known, in characters.
const maxSource = 200

// Rules by which it is not done, as the function of the schema answers them.
const (
	UnknownCase = "unknown_case" // the caller does not work on it
	Ended       = "ended"        // it is closed
	There       = "date_there"   // the case has the same already
	NotOpen     = "date_not_open"
	ReadsNoFile = "watcher_reads_no_file" // who is to watch would be led nowhere
)

// Field is the field that a rule is about.
func Field(rule string) string {
	switch rule {
	case There:
		return "on"
	case NotOpen:
		return "date"
	}
	return "watcher"
}

// Check says what is wrong with the form, but for whom it is.
func (form Added) Check() care.Faults {
	var f care.Faults
	f.Add(form.Kind != "", "kind", care.RuleRequired)
	f.Add(form.Kind == "" || slices.Contains(Kinds, Kind(form.Kind)), "kind", care.RuleUnknownCode)
	check(&f, form.On, form.Source, form.Watcher)
	f.Note("note", form.Note)
	return f
}

// Check says what is wrong with the form, but for whom it is.
func (form Moved) Check() care.Faults {
	var f care.Faults
	checkID(&f, "date", form.Date)
	check(&f, form.On, form.Source, form.Watcher)
	checkWhy(&f, form.Note)
	return f
}

// Check says what is wrong with the form, but for whom it is.
func (form Passed) Check() care.Faults {
	var f care.Faults
	checkID(&f, "date", form.Date)
	checkWhy(&f, form.Note)
	return f
}

func checkID(f *care.Faults, field, id string) {
	f.Add(id != "", field, care.RuleRequired)
	f.Add(id == "" || care.IsID(id), field, care.RuleUnknownCode)
}

func checkWhy(f *care.Faults, note string) {
	f.Add(care.Said(note), "note", care.RuleRequired)
	f.Note("note", note)
}

func check(f *care.Faults, on *care.Date, source, watcher string) {
	f.Add(on != nil, "on", care.RuleRequired)
	f.Add(care.Said(source), "source", care.RuleRequired)
	f.Lines("source", source, maxSource)
	checkID(f, "watcher", watcher)
}

// Dates says what the day means: it lies no further off than what others do for the person.
func (form Added) Dates() []care.Dated { return dates(form.On) }

// Dates says what the day means, as of one that is added.
func (form Moved) Dates() []care.Dated { return dates(form.On) }

func dates(on *care.Date) []care.Dated {
	return []care.Dated{{Field: "on", Meaning: care.ServiceDay, At: on.Time()}}
}
