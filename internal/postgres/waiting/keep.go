package waiting

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/health"
	"percorso/internal/postgres"
)

// Commit sends what a step writes of one case, and with the end of the transaction how
// the case stands after it; there is where its days are counted. The row is locked
// before the facts are read, so that of two that change the same case at once the
// second one sees what the first one did: the transaction must be read committed, in
// which each statement sees what was committed before it. Of a case that is closed
// there is no row to change.
func Commit(ctx context.Context, tx postgres.Tx, b *pgx.Batch, caseID string, now time.Time, there *time.Location) error {
	var facts []factsRow
	b.Queue(`SELECT FROM case_health WHERE case_id = $1 FOR UPDATE`, caseID)
	queueFacts(b, []string{caseID}, &facts)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	if err := rest(ctx, tx, facts); err != nil {
		return err
	}
	last := &pgx.Batch{}
	for _, r := range facts {
		queueKept(last, r, now, there)
	}
	last.Queue("COMMIT")
	return tx.SendBatch(ctx, last).Close()
}

// queueKept writes what is kept of a case.
func queueKept(b *pgx.Batch, r factsRow, now time.Time, there *time.Location) {
	kept := health.Keep(r.at(now), there)
	w := kept.Waiting
	b.Queue(`UPDATE case_health SET health = $2, cause = $3, waiting = $4, task_id = nullif($5, '')::uuid, harm = $6, late_day = $7, goes_on = $8,
			computed_at = $9, changes_at = $10 WHERE case_id = $1`,
		r.Case, w.Health, w.Cause, w, w.TaskID, kept.Harm.Class, kept.Harm.LateDay, kept.Harm.GoesOn, now, kept.ChangesAt)
}

// QueueMark has the health of a case computed anew if it waits for the machinery,
// which has just refused something of it.
func QueueMark(b *pgx.Batch, caseID string) {
	b.Queue(`UPDATE case_health SET changes_at = 'epoch' WHERE case_id = $1 AND cause <> '' AND changes_at > 'epoch'`, caseID)
}

// due are the cases whose health is to be computed anew, locked; those that a step is
// at work on are left to it. Where all are due at once, as after a change of a zone's rules,
// any order among them would sort them all for each hundred.
const due = `SELECT case_id::text FROM case_health WHERE changes_at <= $1 ORDER BY changes_at LIMIT $2 FOR UPDATE SKIP LOCKED`

// dueAlone is one of them.
const dueAlone = `SELECT case_id::text FROM case_health WHERE changes_at <= $1 AND case_id = $2 FOR UPDATE SKIP LOCKED`

// Refresh computes the health of cases whose time has come, the longest due first, and
// says which those were. there is where days are counted.
func Refresh(ctx context.Context, tx postgres.Tx, there *time.Location, now time.Time, most int) (cases []string, err error) {
	return refresh(ctx, tx, there, now, due, most)
}

// RefreshOne computes the health of one case, if its time has come.
func RefreshOne(ctx context.Context, tx postgres.Tx, there *time.Location, now time.Time, caseID string) error {
	_, err := refresh(ctx, tx, there, now, dueAlone, caseID)
	return err
}

// PutOff has the health of a case computed no earlier than at a time.
func PutOff(ctx context.Context, tx postgres.Tx, caseID string, until time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE case_health SET changes_at = $2 WHERE case_id = $1 AND changes_at < $2`, caseID, until)
	return err
}

func refresh(ctx context.Context, tx postgres.Tx, there *time.Location, now time.Time, which string, by any) (cases []string, err error) {
	rows, _ := tx.Query(ctx, which, now, by)
	cases, err = pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(cases) == 0 {
		return nil, err
	}
	facts, err := readFacts(ctx, tx, cases)
	if err != nil {
		return cases, err
	}
	batch := &pgx.Batch{}
	for _, r := range facts {
		queueKept(batch, r, now, there)
	}
	return cases, tx.SendBatch(ctx, batch).Close()
}
