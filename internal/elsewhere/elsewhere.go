// Package elsewhere says under which numbers a person is known in other systems, and what
// each of those wants of them.
//
// Example: the social record has number 1234 since March; whoever fills it in copies name,
// birth, codice fiscale and needs as one text, and types none of it again.
package elsewhere

import (
	"slices"
	"time"

	"percorso/internal/care"
	"percorso/internal/noted"
)

// Systems that a person may be known in.
const (
	SocialRecord = "social_record" // of the municipality
	DID          = "did"           // the declaration of immediate availability, at the employment centre
	SIISL        = "siisl"         // the platform for social and labour inclusion
	Health       = "health"        // of the local health authority
)

// Systems lists them.
var Systems = []string{SocialRecord, DID, SIISL, Health}

// Number is a number that a person has in one. A later one of the same system stands in its
// place, which corrects it; what was there is read with it.
type Number struct {
	System string     `json:"system" enum:"social_record,did,siisl,health"`
	Number string     `json:"number" maxLength:"50"`
	On     *care.Date `json:"on,omitempty" format:"date" doc:"The day on which it was given"`
	// Seen are the numbers that stood when the form was made.
	Seen *noted.Seen `json:"seen,omitempty" ask:"seen" doc:"Ids of the records of numbers that hold, as the caller has seen them: where that system has another one by now it is refused. Left out: it is not asked"`
}

// maxNumber is how many characters a number has at most.
const maxNumber = 50

// Check says what is wrong with a number.
func (n Number) Check() []care.Fault {
	var f care.Faults
	f.Add(n.System != "", "system", care.RuleRequired)
	f.Add(n.System == "" || slices.Contains(Systems, n.System), "system", care.RuleUnknownCode)
	f.Add(care.Said(n.Number), "number", care.RuleRequired)
	f.Text("number", n.Number, maxNumber)
	n.Seen.Check(&f)
	return f
}

// Dates lists its day, which has been.
func (n Number) Dates() []care.Dated {
	return []care.Dated{{Field: "on", Meaning: care.BirthDay, At: n.On.Time()}}
}

// Kept is a number with when it was written, and by whom.
type Kept struct {
	Number
	ID     string // of its record
	At     time.Time
	ByName string
}

// Standing are the numbers that hold, of each system the last one that was written, and those
// that they took the place of. The list has the latest first.
func Standing(list []Kept) (now, before []Kept) {
	for _, k := range list {
		if slices.ContainsFunc(now, func(n Kept) bool { return n.System == k.System }) {
			before = append(before, k)
		} else {
			now = append(now, k)
		}
	}
	slices.SortStableFunc(now, func(a, b Kept) int { return slices.Index(Systems, a.System) - slices.Index(Systems, b.System) })
	return now, before
}

// Field is something that a system wants of a person.
type Field string

// What systems want.
const (
	Name        Field = "name"
	Birth       Field = "birth_date"
	FiscalCode  Field = "fiscal_code"
	Citizenship Field = "citizenship"
	Permit      Field = "permit"
	Lives       Field = "municipality"
	Languages   Field = "languages"
	Telephone   Field = "phone"
	Needs       Field = "needs"
	OwnNumber   Field = "number" // there
	CaseNumber  Field = "case_number"
)

// wants are the fields by system: what its form asks for, and no more.
var wants = map[string][]Field{
	SocialRecord: {OwnNumber, Name, Birth, FiscalCode, Citizenship, Permit, Lives, Languages, Telephone, Needs, CaseNumber},
	DID:          {OwnNumber, Name, Birth, FiscalCode, Citizenship, Permit, Lives, Telephone, CaseNumber},
	SIISL:        {OwnNumber, Name, Birth, FiscalCode, Lives, Telephone, CaseNumber},
	Health:       {OwnNumber, Name, Birth, FiscalCode, Citizenship, Lives, Languages, Telephone, CaseNumber},
}

// Wants lists what a system wants; not ok: it is none.
func Wants(system string) (fields []Field, ok bool) {
	fields, ok = wants[system]
	return fields, ok
}
