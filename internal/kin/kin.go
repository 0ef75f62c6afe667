// Package kin says who belongs to a person: who signs for them, whom one may call, and who
// must not be told anything of them.
//
// Example: of a girl of 12 the mother signs and may be called; the father must not be told,
// as the juvenile court ordered in May. Whoever is about to ring somebody up reads that
// before any number. Who belongs to somebody is a record of their file: it opens no other.
package kin

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"percorso/internal/care"
	"percorso/internal/reach"
	"percorso/internal/telephone"
)

// Linked is somebody who belongs to the person of a file.
type Linked struct {
	Name     string `json:"name" maxLength:"200"`
	Relation string `json:"relation" enum:"mother,father,guardian,administrator,spouse,child,sibling,relative,carer,other" doc:"To the person of the file; guardian: by law, as of a minor; administrator: named by a court for an adult"`
	Phone    string `json:"phone,omitempty" maxLength:"30"`
	Call     string `json:"call,omitempty" enum:"yes,no" doc:"Whether the telephone may be called; left out: nobody asked"`
	Signs    bool   `json:"signs,omitempty" doc:"Signs for the person"`
	Barred   bool   `json:"barred,omitempty" doc:"Must not be told anything: nobody calls or writes to them"`
	Order    string `json:"order,omitempty" enum:"juvenile_court,court,prosecutor,social_service,police,person" doc:"Who ordered that they must not be told; person: who is of age and asked for it"`
	Ordered  string `json:"ordered,omitempty" format:"date" doc:"The day of the order. Its text stands nowhere"`
	File     string `json:"file,omitempty" maxLength:"50" doc:"Number of their own case file, if the caller sees it"`
}

// The codes that fields may have.
var (
	Relations = []string{"mother", "father", Guardian, Administrator, "spouse", "child", "sibling", "relative", "carer", "other"}
	Orders    = []string{"juvenile_court", "court", "prosecutor", "social_service", "police", "person"}
)

// Those who sign by an office.
const (
	Guardian      = "guardian"
	Administrator = "administrator"
)

// Rules by which somebody is refused.
const (
	RuleBarredCalled = "barred_called" // who must not be told is nobody to call
	RuleBarredSigns  = "barred_signs"  // nor one who signs
	RuleBarredNumber = "barred_number" // the number of somebody who must not be told may be called
	RuleFile         = "unknown_file"  // no file with that number, that the caller sees
	RuleSigner       = "who_signs"     // on this file somebody else signs
	RuleSignsFirst   = "signs_first"   // and says so where the consent is recorded
)

// Most is how many people belong to somebody at most.
const Most = 12

// maxLine is how many characters a line may have.
const maxLine = 200

// Check says what is wrong with some people, in a field of that name.
func Check(field string, list []Linked, now time.Time) []care.Fault {
	var f care.Faults
	f.Add(len(list) <= Most, field, care.RuleTooMany)
	for i, p := range list {
		at := fmt.Sprintf("%s[%d].", field, i)
		f.Add(p.Name != "", at+"name", care.RuleRequired)
		f.Text(at+"name", p.Name, maxLine)
		f.Add(p.Relation != "", at+"relation", care.RuleRequired)
		f.Add(p.Relation == "" || slices.Contains(Relations, p.Relation), at+"relation", care.RuleUnknownCode)
		f.Add(p.Phone == "" || telephone.Is(p.Phone), at+"phone", reach.RuleNumber)
		f.Add(p.Call == "" || slices.Contains(reach.Answers, p.Call), at+"call", care.RuleUnknownCode)
		f.Text(at+"file", p.File, maxLine)
		f.Add(!slices.Contains(list[:i], p), at+"name", care.RuleDuplicate)
		f.Add(p.Barred || p.Order == "", at+"order", care.RuleNotAllowed)
		f.Add(p.Barred || p.Ordered == "", at+"ordered", care.RuleNotAllowed)
		if !p.Barred {
			continue
		}
		f.Add(p.Call != reach.Yes, at+"call", RuleBarredCalled)
		f.Add(!p.Signs, at+"signs", RuleBarredSigns)
		f.Add(p.Order != "", at+"order", care.RuleRequired)
		f.Add(p.Order == "" || slices.Contains(Orders, p.Order), at+"order", care.RuleUnknownCode)
		day, err := time.Parse(time.DateOnly, p.Ordered)
		f.Add(err == nil, at+"ordered", care.RuleRequired)
		if err == nil {
			f.Dates([]care.Dated{{Field: at + "ordered", Meaning: care.BirthDay, At: &day}}, now)
		}
	}
	return f
}

// Barred are those who must not be told.
func Barred(list []Linked) (barred []Linked) {
	for _, p := range list {
		if p.Barred {
			barred = append(barred, p)
		}
	}
	return barred
}

// Calls says whether one of some ways of reaching somebody rings up one who must not be
// told: a number of theirs that is not marked as one that must not be called.
func Calls(list []Linked, ways []reach.Way) bool {
	return slices.ContainsFunc(Barred(list), func(p Linked) bool {
		return p.Phone != "" && slices.ContainsFunc(ways, func(w reach.Way) bool {
			return w.Kind == reach.Phone && w.Call != reach.No && telephone.Same(w.Value, p.Phone)
		})
	})
}

// Signers are those who sign for somebody, by name.
func Signers(list []Linked) (names []string) {
	for _, p := range list {
		if p.Signs && !p.Barred {
			names = append(names, p.Name)
		}
	}
	return names
}

// MaySign says why somebody may not be the one who signs; empty: they may. Nobody named is
// the person themself, who signs where they are surely of age and nobody is named for them
// by law.
func MaySign(list []Linked, adult bool, name string) (rule string) {
	named := slices.ContainsFunc(list, func(p Linked) bool {
		return p.Signs && (p.Relation == Guardian || p.Relation == Administrator)
	})
	switch {
	case name == "" && (!adult || named):
		return care.RuleRequired
	case name != "" && !slices.Contains(Signers(list), name):
		return RuleSigner
	}
	return ""
}

// Shown are some people without the numbers of files that their reader does not see: to
// them these would tell that there is one.
func Shown(list []Linked, sees func(number string) bool) []Linked {
	shown := slices.Clone(list)
	for i, p := range shown {
		if !sees(p.File) {
			shown[i].File = ""
		}
	}
	return shown
}

// Kept are some people as somebody gives them who does not see each number that was there:
// these stay with who had them.
func Kept(given, were []Linked, sees func(number string) bool) []Linked {
	kept := slices.Clone(given)
	for i, p := range kept {
		had := slices.IndexFunc(were, func(was Linked) bool {
			return was.Name == p.Name && was.Relation == p.Relation && was.File != "" && !sees(was.File)
		})
		if p.File == "" && had >= 0 {
			kept[i].File = were[had].File
		}
	}
	return kept
}

// Text is some people as one text, as a correction keeps them; empty: there are none.
func Text(list []Linked) string {
	if len(list) == 0 {
		return ""
	}
	text, _ := json.Marshal(list) // of texts and marks alone
	return string(text)
}

// Read reads such a text. What is none gives nobody.
func Read(text string) (list []Linked) {
	if json.Unmarshal([]byte(text), &list) != nil {
		return nil
	}
	return list
}
