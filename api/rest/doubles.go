package rest

import (
	"context"
	"time"

	"percorso/api/rest/persons"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/names"
)

// Doubles lists the pairs of case files that may be of one person, and takes it when somebody
// says that they are two.
type Doubles interface {
	Doubles(ctx context.Context, s care.Staff, p ledger.Paging) (ledger.Page[ledger.Double], error)
	TellApart(ctx context.Context, s care.Staff, file, other string) error
}

type doubleJSON struct {
	Files []doubleFileJSON `json:"files" doc:"Two of them, the older one first"`
	Code  bool             `json:"same_fiscal_code,omitempty"`
	Names names.OfNames    `json:"names,omitempty" doc:"In what the names are alike: same_names, like_names; left out: they are other ones"`
	Born  names.OfBirth    `json:"birth" doc:"same_birth, swapped_birth (day and month), like_birth, unknown_birth, other_birth"`
}

type doubleFileJSON struct {
	ID         string     `json:"id"`
	Number     string     `json:"number"`
	GivenName  string     `json:"given_name"`
	FamilyName string     `json:"family_name"`
	BirthDate  string     `json:"birth_date" doc:"The year alone where no more is known"`
	OpenedAt   time.Time  `json:"opened_at"`
	ClosedAt   *time.Time `json:"closed_at,omitempty"`
}

func registerDoubles(a *API) {
	register(a, query("/likely-doubles", "list-likely-doubles", tagCases, "Pairs of case files that may be of one person",
		"For who may merge files. The pair that was found last comes first; a page may have fewer pairs than it could. The read is recorded."),
		func(ctx context.Context, who care.Staff, in *PagingInput) (*listOutput[doubleJSON], error) {
			page, err := a.doubles.Doubles(ctx, who, in.paging())
			return listed(page, err, func(d ledger.Double) doubleJSON {
				j := doubleJSON{Code: d.Like.Code, Names: d.Like.Names, Born: d.Like.Born}
				for _, f := range d.Files {
					day := persons.Day(f.BirthDate)
					if f.YearOnly {
						day = f.BirthDate.Format("2006")
					}
					j.Files = append(j.Files, doubleFileJSON{f.ID, f.Number, f.GivenName, f.FamilyName, day, f.OpenedAt, f.ClosedAt})
				}
				return j
			})
		})
	apart := command("/case-files/{id}/told-apart", "tell-apart", tagCases, "Say that two case files are of two people",
		"They are not taken for one person's again. Said once more it changes nothing.")
	apart.DefaultStatus, apart.Responses = 204, nil
	register(a, apart, func(ctx context.Context, who care.Staff, in *struct {
		IDInput
		KeyInput
		Body struct {
			Other string `json:"other" format:"uuid" doc:"The other file of a pair"`
		}
	}) (*struct{}, error) {
		return nil, a.doubles.TellApart(ctx, who, in.ID, in.Body.Other)
	})
}
