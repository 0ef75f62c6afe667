package records

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/catalogue/codes"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/gates"
	"percorso/internal/postgres/opening"
	"percorso/internal/postgres/places"
	"percorso/internal/postgres/standing"
)

// commands is what people ask, made durable: for the run that it is for, or worked
// at once.
type commands struct{ *store }

const commandColumns = `id::text, run_id, operation, target, answer, state, refusal, result, created_at, worked_at`

// digest tells whether a repeated key asks for the same.
func digest(c ledger.NewCommand) []byte {
	about := c.Target
	if about == "" && c.Operation != care.OpOpen { // whose run is made with it
		about = c.Run
	}
	sum := sha256.Sum256(append([]byte(string(c.Operation)+"\x00"+about+"\x00"), c.Data...))
	return sum[:]
}

// once works a command under its caller's key. The key is claimed before
// anything else is looked at, and until the transaction ends: whoever comes with
// the same key meanwhile waits, and is then given what the first one stored.
// Where the first one failed there is nothing stored, and the next one works.
//
// Whatever the staff ask comes through here. What first queues is sent along once
// the key is claimed; work stores the command under the id that it is given.
func (r commands) once(ctx context.Context, s care.Staff, c ledger.NewCommand, first func(*pgx.Batch), work func(tx postgres.Tx, id string) (ledger.Command, error)) (cmd ledger.Command, err error) {
	if !catalogue.MayAsk(s.Role, c.Operation) {
		return cmd, ledger.ErrForbidden
	}
	id, err := uuid.NewV7()
	if err != nil {
		return cmd, err
	}
	var earlier keyed
	var found bool
	claim := func(b *pgx.Batch) {
		claimKey(b, s.ID, c.Key)
		postgres.QueueOne(b, &earlier, &found, selectKeyed, s.ID, c.Key)
		if first != nil {
			first(b)
		}
	}
	err = postgres.Acting(ctx, r.pool, postgres.App(s, r.Clock()), claim, func(tx postgres.Tx) error {
		if found {
			cmd, err = earlier.repeated(c)
			return cmp.Or(err, gates.Tell(ctx, tx, r.rules, s.Zone, &cmd, r.Clock()))
		}
		if err := r.codesOnly(ctx, tx, s.Zone, c.Answer); err != nil {
			return err
		}
		if cmd, err = work(tx, id.String()); errors.Is(err, pgx.ErrNoRows) {
			err = ledger.ErrKeyReused // for a case that the caller must not know of any more
		}
		return err
	})
	return cmd, err
}

// codesOnly refuses an answer that holds anything but codes and times: it is about
// to be stored for a process. Whatever is asked comes through here, be it by the
// staff or by a partner's link.
func (r *store) codesOnly(ctx context.Context, tx postgres.Tx, zone string, a care.Answer) error {
	set, err := r.rules.Current(ctx, tx, zone)
	if errors.Is(err, ledger.ErrNotFound) { // a program's, which has no codes to give
		set, err = &postgres.Ruleset{}, nil
	}
	if err != nil {
		return err
	}
	var zones []string
	if a.Zone != "" {
		rows, _ := tx.Query(ctx, `SELECT zone FROM zone_policy WHERE current`)
		if zones, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
			return err
		}
	}
	if faults := codes.Check(set.Policy, zones, a); len(faults) > 0 {
		return care.Refuse(faults...)
	}
	return nil
}

// claimKey claims a caller's key until the transaction ends.
func claimKey(b *pgx.Batch, caller, key string) { b.Queue(`SELECT claim_key($1, $2)`, caller, key) }

// keyed is a command as it was stored under a key.
type keyed struct {
	ledger.Command
	Answer postgres.Accepted `db:"answer"` // its author hears what becomes of one that does not read
	Digest []byte            `db:"digest"`
}

const selectKeyed = `SELECT ` + commandColumns + `, digest FROM command WHERE caller = $1 AND key = $2`

// repeated gives the stored command to who asks for the same again.
func (k keyed) repeated(c ledger.NewCommand) (ledger.Command, error) {
	if !bytes.Equal(digest(c), k.Digest) {
		return ledger.Command{}, ledger.ErrKeyReused
	}
	return k.command(), nil
}

func (k keyed) command() ledger.Command {
	k.Command.Answer = care.Answer(k.Answer)
	return k.Command
}

// Earlier finds the command that the caller sent with the key.
func (r commands) Earlier(ctx context.Context, s care.Staff, c ledger.NewCommand) (cmd ledger.Command, err error) {
	err = r.within(ctx, s, func(tx postgres.Tx) error {
		earlier, err := postgres.One[keyed](ctx, tx, selectKeyed, s.ID, c.Key)
		if err != nil {
			return postgres.Missing(err)
		}
		cmd, err = earlier.repeated(c)
		return cmp.Or(err, gates.Tell(ctx, tx, r.rules, s.Zone, &cmd, r.Clock()))
	})
	return cmd, err
}

// Command reads a command of the caller's own.
func (r commands) Command(ctx context.Context, s care.Staff, id string) (cmd ledger.Command, err error) {
	if !care.IsID(id) {
		return cmd, ledger.ErrNotFound
	}
	err = r.within(ctx, s, func(tx postgres.Tx) error {
		stored, err := postgres.One[keyed](ctx, tx, `SELECT `+commandColumns+`, digest FROM command WHERE id = $1`, id)
		cmd = stored.command()
		return cmp.Or(postgres.Missing(err), gates.Tell(ctx, tx, r.rules, s.Zone, &cmd, r.Clock()))
	})
	return cmd, err
}

// Accept makes a command durable. The relay wakes its run should the caller not
// come to do it.
func (r commands) Accept(ctx context.Context, s care.Staff, c ledger.NewCommand) (ledger.Command, error) {
	if c.Target != "" && !care.IsID(c.Target) {
		return ledger.Command{}, ledger.ErrNotFound
	}
	switch c.Operation {
	case care.OpOpen:
		return r.once(ctx, s, c, nil, func(tx postgres.Tx, id string) (ledger.Command, error) { return openRun(ctx, tx, r.rules, s, c, id) })
	case care.OpMailBounced:
		return r.once(ctx, s, c, nil, func(tx postgres.Tx, id string) (ledger.Command, error) { return bounce(ctx, tx, s, c, id) })
	}
	var about runCase
	found, answered := true, false
	first := func(b *pgx.Batch) {
		if c.Target != "" {
			b.Queue(`SELECT begin_answer($1, $2)`, c.Operation, c.Target).QueryRow(func(row pgx.Row) error { return row.Scan(&answered) })
		}
		switch {
		case c.Run == "":
			postgres.QueueOne(b, &about, &found, selectTargetCase, c.Target)
		case c.Operation == care.OpMeet:
			postgres.QueueOne(b, &about, &found, selectRunAtWork, c.Run)
		case c.Operation == care.OpMinutes:
			postgres.QueueOne(b, &about, &found, selectRunOfEquipe, c.Run)
		default:
			postgres.QueueOne(b, &about, &found, selectRunCase, c.Run, c.Target != "")
		}
	}
	return r.once(ctx, s, c, first, func(tx postgres.Tx, id string) (ledger.Command, error) {
		if !found {
			return ledger.Command{}, ledger.ErrNotFound
		}
		c.Run = about.Run
		if about.Ended && c.Operation != care.OpReopen {
			refusal, err := standing.Ended(ctx, tx, about.CaseID, c.Operation)
			if err != nil {
				return ledger.Command{}, err
			}
			return insert(ctx, tx, s, c, id, about.CaseID, ledger.CommandRefused, refusal)
		}
		if answered {
			return insert(ctx, tx, s, c, id, about.CaseID, ledger.CommandRefused, &care.Refusal{Code: care.RefusedInFlight, Operation: c.Operation})
		}
		rules, err := r.rules.Current(ctx, tx, s.Zone)
		if err != nil {
			return ledger.Command{}, err
		}
		// The process asks again, under lock; what is plain by now need not wait for it.
		if c.Operation == care.OpMeet || c.Operation == care.OpMinutes {
			faults, err := standing.AtWork(ctx, tx, about.CaseID, s)
			switch {
			case err != nil:
				return ledger.Command{}, err
			case len(faults) > 0:
				return insert(ctx, tx, s, c, id, about.CaseID, ledger.CommandRefused, care.Refuse(faults...))
			}
		}
		refusal, err := standing.Second(ctx, tx, rules.Policy, about.CaseID, c.Run, c.Answer, c.Data, s.Agency)
		if err == nil && refusal == nil {
			refusal, err = places.Hold(ctx, tx, r.rules, s, c, id, about.CaseID, r.Clock())
		}
		switch {
		case err != nil:
			return ledger.Command{}, err
		case refusal != nil:
			return insert(ctx, tx, s, c, id, about.CaseID, ledger.CommandRefused, refusal)
		}
		return insert(ctx, tx, s, c, id, about.CaseID, ledger.CommandAccepted, nil)
	})
}

// openRun accepts the command that opens a case, whose id is the command's own,
// and makes the case's run.
func openRun(ctx context.Context, tx postgres.Tx, rules *postgres.Rules, s care.Staff, c ledger.NewCommand, id string) (ledger.Command, error) {
	c.Run = ledger.RunID(care.RunCase, id)
	policy, err := rules.Current(ctx, tx, s.Zone)
	if err != nil {
		return ledger.Command{}, err
	}
	refusal, err := opening.Prepare(ctx, tx, c, id)
	if err != nil {
		return ledger.Command{}, err
	}
	if refusal != nil {
		c.Run = ""
		return insert(ctx, tx, s, c, id, "", ledger.CommandRefused, refusal)
	}
	cmd, err := insert(ctx, tx, s, c, id, id, ledger.CommandAccepted, nil)
	if err != nil {
		return cmd, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO run (id, kind, case_id, zone, agency, policy_version, path_policy_version, started_at) VALUES ($1, $2, $3, $4, $5, $6, $6, now())`,
		c.Run, care.RunCase, id, s.Zone, s.Agency, policy.Version)
	return cmd, err
}

// runCase is the case of a run that the caller may see.
type runCase struct {
	Run    string `db:"id"`
	CaseID string `db:"case_id"`
	Ended  bool   `db:"ended"`
}

// selectRunCase finds it. What concerns the case as a whole, and no task or
// referral of it, is asked by those who work on the case.
const selectRunCase = `SELECT id, case_id::text, ended_at IS NOT NULL AS ended FROM run
	WHERE id = $1 AND ($2 OR EXISTS (SELECT FROM case_file f WHERE f.id = case_id))`

// selectRunAtWork finds it for who is at work on the case without its file: a
// member of an équipe, or an agency that the plan names, meets the person too.
const selectRunAtWork = `SELECT id, case_id, ended FROM run_at_work($1)`

// selectRunOfEquipe finds that of an équipe for who reads it: of an agency with a seat, who
// sits there, and no colleague.
const selectRunOfEquipe = selectRunAtWork + ` WHERE EXISTS (SELECT FROM equipe e WHERE e.run_id = id)`

// selectTargetCase finds it by a referral, a task or an appointment of the run.
const selectTargetCase = `SELECT r.id, r.case_id::text, r.ended_at IS NOT NULL AS ended
	FROM (SELECT run_id FROM referral WHERE id = $1 UNION ALL SELECT run_id FROM task WHERE id = $1 UNION ALL SELECT run_id FROM appointment WHERE id = $1) AS of JOIN run r ON r.id = of.run_id`

// insert stores a command, whole: nobody whom the API lets in may change one. The
// form of one that is worked already stands in the records.
// pgx.ErrNoRows: there is one of that id, or key.
func insert(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id, caseID string, state ledger.CommandState, refusal *care.Refusal) (ledger.Command, error) {
	if c.Operation != care.OpMerge { // which names the one that is kept
		c.Answer.Case = ""
		if caseID != "" {
			c.Answer.Case = ledger.CaseRun(caseID)
		}
	}
	if refusal != nil {
		if err := standing.Explain(ctx, tx, refusal, c.Operation, c.Run, c.Target); err != nil {
			return ledger.Command{}, err
		}
	}
	return postgres.One[ledger.Command](ctx, tx, `INSERT INTO command
		(id, run_id, case_id, zone, agency, caller, role, key, digest, operation, target, answer, data, state, refusal, result, worked_at, wake_at)
		VALUES ($1, $2, nullif($3, '')::uuid, $4, $5, $6, $7, $8, $9, $10, $11, $12, CASE WHEN $14 <> 'worked' THEN $13::jsonb END, $14, $15, $16,
			CASE WHEN $14 <> 'accepted' THEN clock_timestamp() END, CASE WHEN $14 = 'accepted' THEN clock_timestamp() + interval '2 seconds' END)
		ON CONFLICT DO NOTHING RETURNING `+commandColumns,
		id, c.Run, caseID, s.Zone, s.Agency, s.ID, s.Role, c.Key, digest(c), c.Operation, c.Target, c.Answer, postgres.OrNull(c.Data), state, refusal, postgres.OrNull(c.Result))
}

// bounce takes the report that a mail about a run came back. It is worked at
// once, since nothing of a path hangs on it: the case's timeline gets its line,
// whether or not the run has ended, one for each mail, whoever reports it and
// however often. ledger.ErrNotFound: no such mail was sent for that run.
// Of one that reminded a person somebody calls them.
func bounce(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string) (ledger.Command, error) {
	var caseID string // empty: the mail is about none
	if err := tx.QueryRow(ctx, `SELECT coalesce(about::text, '') FROM mail_reported($1, $2)`, c.Run, c.Target).Scan(&caseID); err != nil {
		return ledger.Command{}, postgres.Missing(err)
	}
	return insert(ctx, tx, s, c, id, caseID, ledger.CommandWorked, nil)
}
