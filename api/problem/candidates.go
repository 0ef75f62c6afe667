package problem

import (
	"time"

	"percorso/internal/italian/alike"
	"percorso/internal/ledger"
	"percorso/internal/undoing"
)

// Candidate is a case file that may be of the person whose file is to be opened: what
// tells one from another, and no more until it is opened.
type Candidate struct {
	ID         string     `json:"id"`
	Number     string     `json:"number"`
	Person     string     `json:"person" doc:"Name"`
	BirthYear  int        `json:"birth_year,omitempty"`
	Why        string     `json:"why" example:"nomi simili, stessa data di nascita" doc:"In what the two are alike, in Italian"`
	ClosedAt   *time.Time `json:"closed_at,omitempty"`
	Reopenable bool       `json:"reopenable" doc:"Closed with an outcome after which it may be reopened"`
	Location   string     `json:"location" doc:"Where to look at it"`
}

// SamePersonAs is the problem of who opens a file for somebody who may have one.
func SamePersonAs(files []ledger.CaseFile) *Problem {
	p := New(SamePerson)
	for _, file := range files {
		c := Candidate{
			ID: file.ID, Number: file.Number, Person: file.Person, ClosedAt: file.Closed, Location: Resources + "/case-files/" + file.ID,
			Reopenable: file.Closed != nil && undoing.MayReopen(file.Outcome),
		}
		if file.Known != nil && !file.Known.BirthDate.IsZero() {
			c.BirthYear = file.Known.BirthDate.Year()
		}
		if file.Like != nil {
			c.Why = alike.People(*file.Like)
		}
		p.Candidates = append(p.Candidates, c)
	}
	return p
}
