package undoing

import (
	"time"

	"percorso/internal/care"
)

// Parted is why somebody is to decide what is next after two files were taken apart again,
// and how a branch that went back with its own file ends for the one that stays.
const Parted care.Code = "parted"

// Rules by which a merge is not taken back.
const (
	RuleLateToPart     = "too_late_to_part"     // the term is over
	RuleMergedOn       = "merged_on"            // the file that stays was merged into a third
	RuleAskedElsewhere = "asked_elsewhere"      // another zone is asked to take over the file that stays
	RuleNotRemembered  = "merge_not_remembered" // it is of before merges were remembered
)

// Merge is that a file was merged into another one, of which somebody may say that it was a
// mistake, as of a closure.
type Merge struct {
	At             time.Time
	Remembered     bool     // what it changed, as it was
	MergedOn       bool     // the file that stays is merged itself
	AskedElsewhere bool     // another zone has yet to answer whether it takes that over
	SaidBy         []string // ids of who has said since that it was a mistake
}

// Until is when it can no longer be taken back.
func (m Merge) Until() time.Time { return m.At.Add(Term) }

// Stands says why it cannot be taken back at a moment, whoever asks; empty: it can.
func (m Merge) Stands(now time.Time) (rule string) {
	switch {
	case now.After(m.Until()):
		return RuleLateToPart
	case m.MergedOn:
		return RuleMergedOn
	case m.AskedElsewhere:
		return RuleAskedElsewhere
	case !m.Remembered:
		return RuleNotRemembered
	}
	return ""
}

// Said says why somebody may not say that it was a mistake; empty: they may.
func (m Merge) Said(by string, now time.Time) (rule string) { return said(m.Stands(now), m.SaidBy, by) }

// Confirmed says why somebody may not confirm it, which takes the merge back; empty: they
// may. It takes somebody else than who has said it.
func (m Merge) Confirmed(by string, now time.Time) (rule string) {
	return confirmed(m.Stands(now), m.SaidBy, by)
}

// FileMerge is a merge as one of its two files tells of it.
type FileMerge struct {
	Other     string     `db:"other" json:"other" doc:"Id of the other file"`
	Number    string     `db:"number" json:"number" doc:"Of the other file"`
	Stays     bool       `db:"stays" json:"stays" doc:"It is the other one that was merged into this one"`
	At        time.Time  `db:"at" json:"at"`
	Remembers bool       `db:"remembers" json:"-"`
	Until     *time.Time `db:"-" json:"undo_until,omitempty" doc:"Until when two people may take it back; left out: they may not"`
	Undone    *time.Time `db:"undone_at" json:"undone_at,omitempty"`
	KeptSince []Kept     `db:"kept_since" json:"kept_since" nullable:"false" doc:"Of one that was taken back: what was recorded while the files were one, and stays in the one that stayed"`
	Proposed  []Proposed `db:"proposed" json:"proposed" nullable:"false" doc:"Of one that was taken back: what the merge had ended, and the person is to be asked again"`
}

// Lasts says whether it may be taken back at a moment, as far as one file tells, and keeps
// until when.
func (m *FileMerge) Lasts(now time.Time) bool {
	until := m.At.Add(Term)
	if m.Undone != nil || !m.Remembers || now.After(until) {
		return false
	}
	m.Until = &until
	return true
}

// Told says whether what came of its undoing is still told.
func (m FileMerge) Told(now time.Time) bool { return m.Undone != nil && !now.After(m.Undone.Add(Term)) }

// Kept is something that was recorded while two files were one.
type Kept struct {
	What   string    `json:"what" enum:"record,branch"`
	Kind   string    `json:"kind" doc:"Code of the form, or of the kind of the branch"`
	Agency string    `json:"agency,omitempty"`
	At     time.Time `json:"at"`
}

// KeptBranch is what a branch is that began while two files were one.
const KeptBranch = "branch"

// Proposed is something that a merge had ended.
type Proposed struct {
	What    string `json:"what" doc:"consent, or the kind of a branch"`
	Case    string `json:"case_id" doc:"Of the two files the one that it is of"`
	Agency  string `json:"agency,omitempty"`
	Purpose string `json:"purpose,omitempty"`
}

// ProposedConsent is what a consent is that a merge had withdrawn.
const ProposedConsent = "consent"
