package rest

import (
	"context"

	"percorso/api/rest/pairs"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Doubles lists the pairs of case files that may be of one person, and takes it when somebody
// says that they are two.
type Doubles interface {
	Doubles(ctx context.Context, s care.Staff, p ledger.Paging) (ledger.Page[ledger.Double], error)
	TellApart(ctx context.Context, s care.Staff, file, other string) error
}

func registerDoubles(a *API) {
	register(a, query("/likely-doubles", "list-likely-doubles", tagCases, "Pairs of case files that may be of one person",
		"For who may merge files. The pair that was found last comes first; a page may have fewer pairs than it could. The read is recorded."),
		func(ctx context.Context, who care.Staff, in *PagingInput) (*listOutput[pairs.DoubleJSON], error) {
			page, err := a.doubles.Doubles(ctx, who, in.paging())
			return listed(page, err, pairs.DoubleOf)
		})
	register(a, answers(204, command("/case-files/{id}/told-apart", "tell-apart", tagCases, "Say that two case files are of two people",
		"They are not taken for one person's again. Said once more it changes nothing.")), func(ctx context.Context, who care.Staff, in *struct {
		IDInput
		KeyInput
		Body struct {
			Other string `json:"other" format:"uuid" doc:"The other file of a pair"`
		}
	}) (*struct{}, error) {
		return nil, a.doubles.TellApart(ctx, who, in.ID, in.Body.Other)
	})
}
