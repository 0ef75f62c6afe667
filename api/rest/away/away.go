// Package away is who is away, as it goes over the wire.
package away

import (
	"context"

	"percorso/internal/absence"
	"percorso/internal/care"
)

// Records is what the API reads and writes of who is away.
type Records interface {
	Absences(ctx context.Context, s care.Staff) ([]absence.Entry, error)
	EnterAbsence(ctx context.Context, s care.Staff, key, of string, form absence.Days) (absence.Entry, error)
	ChangeAbsence(ctx context.Context, s care.Staff, id string, form absence.Days) (absence.Entry, error)
	EndAbsence(ctx context.Context, s care.Staff, id, seen string) error
}

// AbsenceJSON is when somebody is away.
type AbsenceJSON struct {
	ID             string    `json:"id"`
	StaffID        string    `json:"staff_id" doc:"Who is away"`
	Name           string    `json:"name"`
	Role           care.Role `json:"role"`
	Agency         string    `json:"agency"`
	First          care.Date `json:"first" format:"date"`
	Last           care.Date `json:"last" format:"date" doc:"Included: on the next day they are back"`
	SubstituteID   string    `json:"substitute_id,omitempty" doc:"Who works their tasks meanwhile; not there: whoever has the role"`
	SubstituteName string    `json:"substitute_name,omitempty"`
}

// Of is an absence as it goes over the wire.
func Of(a absence.Entry) AbsenceJSON {
	return AbsenceJSON{a.ID, a.StaffID, a.Name, a.Role, a.Agency, *care.DateOf(a.First), *care.DateOf(a.Last), a.SubstituteID, a.SubstituteName}
}

// NewAbsence says who is away besides when. It is exported since huma embeds no other.
type NewAbsence struct {
	absence.Days
	StaffID string `json:"staff_id,omitempty" doc:"Who is away, where a supervisor enters it; left out: the caller"`
}

// Ending is which absence ends, as the caller has seen it.
type Ending struct {
	ID   string `path:"id" pattern:"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" doc:"Opaque id"`
	Seen string `query:"seen" maxLength:"100" doc:"first, last and substitute_id as the caller has seen them, with a blank between them. Where they are others by now it is refused. Left out: it is not asked"`
}
