package records

import (
	"context"
	"slices"
	"time"

	"percorso/internal/care"
	"percorso/internal/finding"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/correcting"
	"percorso/internal/postgres/naming"
)

// amongFound leaves of the cases what a search finds from the cursor on, no more
// than a page; asked nil leaves all of them. by says of each what it is found by; further
// is where more may be found; nil: there is no more.
func (q *query) amongFound(ctx context.Context, tx postgres.Tx, asked []finding.Way, in order, p ledger.Paging) (by map[string]naming.File, further *naming.File, err error) {
	if asked == nil {
		return nil, nil, nil
	}
	q.andNow("f.id = ANY (?)", []string{})
	var from *naming.File
	if p.Cursor != "" {
		after, err := in.after(p.Cursor, q.mark(in))
		if err != nil {
			return nil, nil, err
		}
		from = &naming.File{ID: after.ID, Opened: after.At}
	}
	most := limitOf(p) + 1
	found, err := naming.Find(ctx, tx, asked, from, most)
	if err != nil {
		return nil, nil, err
	}
	ids := make([]string, len(found))
	by = map[string]naming.File{}
	for i, f := range found {
		ids[i], by[f.ID] = f.ID, f
	}
	q.args[len(q.args)-1] = ids
	if len(found) == most {
		further = &found[most-1]
	}
	return by, further, nil
}

// mostSame is how many files are listed that seem to be of the same person.
const mostSame = 20

// SamePerson lists the case files among those that the caller sees, open and closed,
// that may be of a person, the likeliest first and at most 20, each with in what they
// are alike and what it waits for.
func (r cases) SamePerson(ctx context.Context, s care.Staff, person ledger.Person) (files []ledger.CaseFile, err error) {
	l := reading{kind: ledger.SearchSamePerson, search: person.FamilyName + " | " + person.GivenName + " | " + person.BirthDate.Format(time.DateOnly) + finding.Code(person.FiscalCode)}
	err = r.reads(ctx, s, &l, func(tx postgres.Tx) error {
		same, err := naming.Same(ctx, tx, person, naming.All, "", mostSame)
		if err != nil {
			return err
		}
		files, err = r.alike(ctx, tx, s, same)
		l.cases = postgres.IDs(files, func(f ledger.CaseFile) string { return f.ID })
		return err
	})
	return files, err
}

// MergeCandidates lists in the same way the open ones that may be of the person of a
// case, last those of which somebody has said that they are not. ledger.ErrNotFound: the caller does not see it.
func (r cases) MergeCandidates(ctx context.Context, s care.Staff, caseID string) (files []ledger.CaseFile, err error) {
	if !care.IsID(caseID) {
		return nil, ledger.ErrNotFound
	}
	l := reading{kind: ledger.ListMergeable, of: "case", id: caseID}
	err = r.reads(ctx, s, &l, func(tx postgres.Tx) error {
		person, err := correcting.Person(ctx, tx, caseID)
		if err != nil {
			return postgres.Missing(err)
		}
		same, err := naming.Same(ctx, tx, person, naming.Open, caseID, mostSame)
		if err != nil {
			return err
		}
		apart, err := naming.Apart(ctx, tx, person, caseID)
		if err != nil {
			return err
		}
		if files, err = r.alike(ctx, tx, s, append(same, apart...)); err != nil {
			return err
		}
		for i := range files { // to be compared with it
			known, err := correcting.Shown(ctx, tx, files[i].ID)
			if err != nil {
				return err
			}
			files[i].Known = &known
		}
		l.cases = postgres.IDs(files, func(f ledger.CaseFile) string { return f.ID })
		return err
	})
	return files, err
}

// alike reads files that may be of one person, in their order.
func (r cases) alike(ctx context.Context, tx postgres.Tx, s care.Staff, same []naming.Like) ([]ledger.CaseFile, error) {
	if len(same) == 0 {
		return nil, nil
	}
	ids := postgres.IDs(same, func(l naming.Like) string { return l.Case })
	rows, err := postgres.Many[caseRow](ctx, tx, selectCase+` WHERE f.id = ANY ($1) ORDER BY array_position($1, f.id)`, ids)
	if err != nil {
		return nil, err
	}
	files, err := r.waiting(ctx, tx, s, rows)
	for i := range files {
		at := slices.IndexFunc(same, func(l naming.Like) bool { return l.Case == files[i].ID })
		files[i].Like, files[i].Known, files[i].Apart = &same[at].In, &ledger.Person{BirthDate: same[at].Born}, same[at].Apart
	}
	return files, err
}
