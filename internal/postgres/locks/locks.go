// Package locks says in which order rows are locked, and takes the locks that a step
// needs before that of its own run.
//
// Whoever locks several rows takes them in this order, so that no two ever wait for
// each other:
//
//  1. the key of a command, by an advisory lock; then the keys by which the person of a
//     file is found that it opens, in their own order, likewise
//  2. the runs of cases, by id
//  3. the runs of branches, by id
//  4. tasks, then mails, then what was said of actions of a plan, each by id; then the
//     days of services in which places are asked for, as lock_places has them
//  5. the files of cases, by id; whoever adds a row to a case locks its file too, for
//     as long as the row is not committed
//  6. all the rest of a case, of which nobody locks anything without what is above it;
//     what more than one run of a case changes is taken by id
//  7. how a case is kept to stand (case_health), when a transaction ends
//
// A step locks its run first. Only a merge needs what other runs have, and lock_merge
// takes all of that before anything else.
//
// Should two cross all the same, Postgres undoes one of them, and it begins anew.
package locks

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Before queues the locks that a step takes before that of its own run.
func Before(b *pgx.Batch, step ledger.Step) {
	switch kept := ledger.BareID(step.Effects.MergeInto); {
	case care.IsID(kept):
		b.Queue(`SELECT lock_merge($1, $2)`, ledger.BareID(step.Case), kept)
	case len(TakenBack(step)) > 0:
		b.Queue(`SELECT FROM run WHERE id = $1 FOR UPDATE`, step.Run)
		b.Queue(`SELECT FROM run WHERE id = ANY ($1) ORDER BY id FOR UPDATE`, TakenBack(step))
	case ofItsCase(step.Entry.Answer):
		b.Queue(`SELECT FROM run WHERE id = $1 FOR UPDATE`, step.Case)
	}
}

// TakenBack are the runs by which another zone was asked to take the case over, and that
// the step tells to end. They are locked, so that the other zone does not accept at the
// same moment.
func TakenBack(step ledger.Step) (transfers []string) {
	for _, m := range step.Effects.Tell {
		if m.Answer.Operation == care.OpEnd && ledger.KindOf(m.Run) == care.RunTransfer {
			transfers = append(transfers, m.Run)
		}
	}
	return transfers
}

// ofItsCase says whether a step of a branch changes what is its case's: it addresses
// the person to somebody anew, as steps of the case do, or changes runs beside it.
func ofItsCase(a care.Answer) bool {
	return a.Operation == care.OpRedirect || a.Operation == care.OpRenewPolicy || a.Operation == care.OpComplete && a.Outcome == care.Resubmit
}

// Follow brings an entry to the case that the worker sees, where it was accepted for
// one that was merged into it in the same moment: the merge did not see it yet.
func Follow(ctx context.Context, tx postgres.Tx, entry string) (moved bool, err error) {
	if !care.IsID(entry) {
		return false, nil
	}
	err = tx.QueryRow(ctx, `SELECT follow_merge($1)`, entry).Scan(&moved)
	return moved, err
}

// MergedInto gives the run of the case that a case was merged into; empty: none.
func MergedInto(ctx context.Context, tx postgres.Tx, caseRun string) (kept string, err error) {
	err = tx.QueryRow(ctx, `SELECT 'case/' || merged_into FROM case_file WHERE id = $1 AND merged_into IS NOT NULL`,
		ledger.BareID(caseRun)).Scan(&kept)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return kept, err
}

// CaseNow gives the run of the case that another run is of, which is not in the one that it
// names: that was merged, or what was merged into it was taken back. Empty: none. A branch
// goes on where its case is, and does not know.
func CaseNow(ctx context.Context, tx postgres.Tx, run, caseRun string) (now string, err error) {
	if now, err = MergedInto(ctx, tx, caseRun); err != nil || now != "" {
		return now, err
	}
	err = tx.QueryRow(ctx, `SELECT coalesce('case/' || case_now($1, $2), '')`, run, ledger.BareID(caseRun)).Scan(&now)
	return now, err
}
