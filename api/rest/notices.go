package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"percorso/api/problem"
	"percorso/api/rest/deferred"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Notices is what the API reads and writes of notices.
type Notices interface {
	// Notices lists what the caller is still to be told of, the newest first.
	Notices(ctx context.Context, s care.Staff) ([]ledger.Notice, error)
	// DismissNotice says that the caller knows. ledger.ErrNotFound: it is none of theirs.
	DismissNotice(ctx context.Context, s care.Staff, id string) error
	// DeferredEntries lists the entries of the supervisor's zone that cannot be worked.
	DeferredEntries(ctx context.Context, s care.Staff) ([]ledger.DeferredEntry, error)
}

func registerNotices(a *API) {
	register(a, query("/deferred-entries", "list-deferred-entries", tagMachine, "Accepted entries that cannot be worked",
		"Of the supervisor's zone, the oldest first, a hundred at most. What was typed is its author's alone."),
		func(ctx context.Context, who care.Staff, _ *struct{}) (*listOutput[deferred.DeferredJSON], error) {
			list, err := a.records.DeferredEntries(ctx, who)
			return whole(list, err, deferred.Of)
		})
	register(a, query("/notices", "list-notices", tagMachine, "What the caller is to be told of",
		"Of what they wrote: what was accepted and refused later, or opened by others, until they dismiss it. Mistakes that wait for them to confirm, until the term is over; those of their own that nobody has confirmed. The newest first."),
		func(ctx context.Context, who care.Staff, _ *struct{}) (*listOutput[deferred.NoticeJSON], error) {
			list, err := a.records.Notices(ctx, who)
			return whole(list, err, deferred.NoticeOf(func(p *problem.Problem) { a.problems.Word(ctx, p) }))
		})
	register(a, huma.Operation{
		Method: http.MethodDelete, Path: "/notices/{id}", OperationID: "dismiss-notice", Tags: []string{tagMachine}, Summary: "Dismiss a notice",
		Description: "The caller knows. The command itself stays as it is.", DefaultStatus: http.StatusNoContent,
	},
		func(ctx context.Context, who care.Staff, in *IDInput) (*struct{}, error) {
			return nil, a.records.DismissNotice(ctx, who, in.ID)
		})
}
