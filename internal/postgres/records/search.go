package records

import (
	"context"

	"percorso/internal/ledger"
	"percorso/internal/names"
	"percorso/internal/postgres"
	"percorso/internal/postgres/naming"
)

// amongFound leaves of the cases what a search finds from the cursor on, no more
// than a page; asked nil leaves all of them. further is where more may be found; nil:
// there is no more.
func (q *query) amongFound(ctx context.Context, tx postgres.Tx, asked *names.Asked, by order, p ledger.Paging) (further *naming.File, err error) {
	if asked == nil {
		return nil, nil
	}
	q.andNow("f.id = ANY (?)", []string{})
	var from *naming.File
	if p.Cursor != "" {
		after, err := by.after(p.Cursor, q.mark(by))
		if err != nil {
			return nil, err
		}
		from = &naming.File{ID: after.ID, Opened: after.At}
	}
	most := limitOf(p) + 1
	found, err := naming.Find(ctx, tx, *asked, from, most)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(found))
	for i, f := range found {
		ids[i] = f.ID
	}
	q.args[len(q.args)-1] = ids
	if len(found) == most {
		further = &found[most-1]
	}
	return further, nil
}
