// Package working says what whoever finds a person work, or a school, is told of them.
package working

import (
	"slices"
	"time"

	"percorso/internal/care"
	"percorso/internal/eligibility"
	"percorso/internal/noted"
)

// Form is under which name the records of a profile are kept.
const Form = string(care.OpWorkProfile)

// Profile is what somebody says of a person's work. A field that is left empty stays as an
// earlier one said it.
type Profile struct {
	MayWork      string `json:"may_work,omitempty" enum:"yes,limits,no" doc:"What the permit in hand says; left out: what the table says of its kind"`
	Schooling    string `json:"schooling,omitempty" enum:"no_title,primary,lower_secondary,vocational,upper_secondary,degree" doc:"Highest title, wherever it was given"`
	Recognition  string `json:"recognition,omitempty" enum:"not_recognised,recognition_asked,recognised" doc:"Whether Italy recognises it"`
	Italian      string `json:"italian,omitempty" enum:"not_yet,a1,a2,b1,b2,c1,c2" doc:"Level of Italian"`
	ItalianProof string `json:"italian_proof,omitempty" enum:"declared,certified" doc:"Whether the level is what the person says, or is certified"`
	WorkDone     string `json:"work_done,omitempty" maxLength:"1000" doc:"Work done so far"`
	Licences     string `json:"licences,omitempty" maxLength:"200" doc:"Driving and other licences"`
	FreeHours    string `json:"free_hours,omitempty" maxLength:"200" doc:"Hours in which the person can work, or attend a course"`
	DID          string `json:"did,omitempty" enum:"yes,no" doc:"Whether there is a declaration of immediate availability (DID)"`
	Pact         string `json:"pact,omitempty" enum:"yes,no" doc:"Whether there is a service pact"`
	Benefits     string `json:"benefits,omitempty" enum:"yes,no" doc:"Whether a benefit is in course; which one stays in the case file"`
	Note         string `json:"note,omitempty" maxLength:"4000" doc:"Free text; it stays in the case file"`
	// Seen are the profiles that the form was made from.
	Seen *noted.Seen `json:"seen,omitempty" ask:"seen" doc:"Id of the record of the latest profile, as the caller has seen it: where somebody has written another one since it is refused. Left out: it is not asked"`
}

// Check says what is wrong with a profile.
func (p Profile) Check() []care.Fault {
	var f care.Faults
	blank := p
	blank.Note, blank.Seen = "", nil
	f.Add(blank != Profile{}, "may_work", RuleNothing) // the first field
	for field, code := range map[string]struct {
		said  string
		known []string
	}{
		"may_work": {p.MayWork, []string{Yes, Limits, No}}, "italian_proof": {p.ItalianProof, []string{"declared", "certified"}},
		"schooling":   {p.Schooling, []string{"no_title", "primary", "lower_secondary", "vocational", "upper_secondary", "degree"}},
		"recognition": {p.Recognition, []string{"not_recognised", "recognition_asked", "recognised"}},
		"italian":     {p.Italian, []string{"not_yet", "a1", "a2", "b1", "b2", "c1", "c2"}},
		"did":         {p.DID, []string{Yes, No}}, "pact": {p.Pact, []string{Yes, No}}, "benefits": {p.Benefits, []string{Yes, No}},
	} {
		f.Add(code.said == "" || slices.Contains(code.known, code.said), field, care.RuleUnknownCode)
	}
	f.Lines("work_done", p.WorkDone, 1000)
	f.Text("licences", p.Licences, 200)
	f.Text("free_hours", p.FreeHours, 200)
	f.Note("note", p.Note)
	p.Seen.Check(&f)
	slices.SortFunc(f, func(a, b care.Fault) int { return slices.Index(fields, a.Field) - slices.Index(fields, b.Field) })
	return f
}

// fields are those of a profile, in the order in which faults are told.
var fields = []string{"may_work", "schooling", "recognition", "italian", "italian_proof", "work_done", "licences", "free_hours", "did", "pact", "benefits", "note", "seen"}

// RuleNothing is the rule by which a profile says something.
const RuleNothing = "nothing_said"

// Whether somebody may work.
const (
	Yes     = "yes"
	Limits  = "limits"
	No      = "no"
	ToCheck = "to_check" // nobody has said, and no source is sure
)

// What limits the work.
const (
	StudyHours = "study_hours" // of whoever is here to study
	Receipt    = "receipt"     // until the answer to what was asked for
)

// Answer says whether somebody may work, with what limits it.
type Answer struct {
	May   string `json:"may_work"`
	Limit string `json:"limit,omitempty"`
}

// Rule says of some kinds of permit whether their holders may work.
type Rule struct {
	Kinds []string
	Answer
	Source string // empty: none that is sure
}

// Rules are the rules of all kinds.
var Rules = []Rule{
	{[]string{"work"}, Answer{May: Yes}, "Art. 14, c. 1, lett. a e b, d.P.R. 394/1999. Quello stagionale vale per il lavoro stagionale: art. 24, d.lgs. 286/1998"},
	{[]string{"family"}, Answer{May: Yes}, "Art. 30, c. 2, d.lgs. 286/1998"},
	{[]string{"study"}, Answer{Limits, StudyHours}, "Art. 14, c. 4, d.P.R. 394/1999"},
	{[]string{"protection"}, Answer{May: Yes}, "Art. 25, d.lgs. 251/2007, per lo status di rifugiato e la protezione sussidiaria"},
	{[]string{"long_term"}, Answer{May: Yes}, "Art. 9, c. 12, d.lgs. 286/1998"},
	{[]string{care.PermitRequested}, Answer{Limits, Receipt}, "Art. 5, c. 9-bis, d.lgs. 286/1998"},
	{[]string{"humanitarian", "minor_age", "other"}, Answer{May: ToCheck}, ""},
}

// FreeToWork is where it stands that citizens of the European Union need no permit to work.
const FreeToWork = "Art. 19, c. 1, d.lgs. 30/2007: i cittadini dell’Unione europea lavorano senza permesso"

// Of is what is so of a person on a day by their citizenship and permit, with its source.
func Of(citizenship, permit string, expiry *time.Time, on time.Time) (Answer, string) {
	switch {
	case slices.Contains(eligibility.FreeCitizens(), citizenship):
		return Answer{May: Yes}, FreeToWork
	case !care.PermitValid(expiry, on):
		return Answer{May: ToCheck}, ""
	}
	for _, r := range Rules {
		if slices.Contains(r.Kinds, permit) {
			return r.Answer, r.Source
		}
	}
	return Answer{May: ToCheck}, ""
}

// Told is what an agency is told: that somebody may work, and never with which kind of
// permit, which may say why they are here.
type Told struct {
	Answer
	Domicile     string  `json:"domicile,omitempty"`      // municipality
	PermitExpiry string  `json:"permit_expiry,omitempty"` // a day
	Schooling    string  `json:"schooling,omitempty"`
	Recognition  string  `json:"recognition,omitempty"`
	Italian      string  `json:"italian,omitempty"`
	ItalianProof string  `json:"italian_proof,omitempty"`
	WorkDone     string  `json:"work_done,omitempty"`
	Licences     string  `json:"licences,omitempty"`
	FreeHours    string  `json:"free_hours,omitempty"`
	DID          string  `json:"did,omitempty"`
	Pact         string  `json:"pact,omitempty"`
	Benefits     string  `json:"benefits,omitempty"`
	Asks         []Asked `json:"asks,omitempty"` // what the plan in force asks of the agency
}

// Asked is something that a plan asks of an agency.
type Asked struct {
	Text  string     `json:"text"`
	Until *time.Time `json:"until,omitempty"`
}

// Extent is how much an agency is told.
type Extent string

// The extents.
const (
	Nothing  Extent = ""
	Language Extent = "language" // the level of Italian
	Work     Extent = "work"     // all of Told
)

// Question asks the store what an agency is told on a day. The table goes with it, so that
// it stands here alone.
type Question struct {
	Extent Extent            `json:"extent"`
	Agency string            `json:"agency,omitempty"` // whose part of the plan it is
	On     string            `json:"on,omitempty"`
	Free   []string          `json:"free,omitempty"`
	Kinds  map[string]Answer `json:"kinds,omitempty"`
}

// Ask makes the question.
func Ask(extent Extent, agency string, on time.Time) Question {
	q := Question{Extent: extent}
	if extent == Work {
		q.Agency, q.On, q.Free, q.Kinds = agency, on.Format(time.DateOnly), eligibility.FreeCitizens(), map[string]Answer{}
		for _, r := range Rules {
			for _, kind := range r.Kinds {
				q.Kinds[kind] = r.Answer
			}
		}
	}
	return q
}
