// Package pairs is how the API tells of two case files that may be of one person.
package pairs

import (
	"time"

	"percorso/api/rest/persons"
	"percorso/internal/ledger"
	"percorso/internal/names"
)

// DoubleJSON is two files that may be of one person.
type DoubleJSON struct {
	Files []DoubleFileJSON `json:"files" doc:"Two of them, the older one first"`
	Code  bool             `json:"same_fiscal_code,omitempty"`
	Names names.OfNames    `json:"names,omitempty" doc:"In what the names are alike: same_names, like_names; left out: they are other ones"`
	Born  names.OfBirth    `json:"birth" doc:"same_birth, swapped_birth (day and month), like_birth, unknown_birth, other_birth"`
}

// DoubleFileJSON is one of them.
type DoubleFileJSON struct {
	ID         string     `json:"id"`
	Number     string     `json:"number"`
	GivenName  string     `json:"given_name"`
	FamilyName string     `json:"family_name"`
	BirthDate  string     `json:"birth_date" doc:"The year alone where no more is known"`
	OpenedAt   time.Time  `json:"opened_at"`
	ClosedAt   *time.Time `json:"closed_at,omitempty"`
}

// DoubleOf converts.
func DoubleOf(d ledger.Double) DoubleJSON {
	j := DoubleJSON{Code: d.Like.Code, Names: d.Like.Names, Born: d.Like.Born}
	for _, f := range d.Files {
		day := persons.Day(f.BirthDate)
		if f.YearOnly {
			day = f.BirthDate.Format("2006")
		}
		j.Files = append(j.Files, DoubleFileJSON{f.ID, f.Number, f.GivenName, f.FamilyName, day, f.OpenedAt, f.ClosedAt})
	}
	return j
}
