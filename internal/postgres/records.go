package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Records reads and writes as the member of staff who asks. What role, zone and
// agency do not allow is not there.
type Records struct {
	// Clock tells the time by which a deadline has passed. Tests that skip time set it.
	Clock func() time.Time

	pool  *pgxpool.Pool
	rules *rules
}

// NewRecords builds the records on a pool whose login may join the API's role.
func NewRecords(pool *pgxpool.Pool, calendars Calendars) *Records {
	return &Records{Clock: time.Now, pool: pool, rules: newRules(calendars)}
}

func (r *Records) within(ctx context.Context, s care.Staff, work func(querier) error) error {
	return within(ctx, r.pool, roleApp, asStaff(s, r.Clock()), nil, work)
}

// Ping says whether Postgres answers.
func (r *Records) Ping(ctx context.Context) error { return faultOf(r.pool.Ping(ctx), false) }

const staffColumns = `id::text, subject, name, role, zone, agency, email`

type staffRow struct {
	ID      string    `db:"id"`
	Subject string    `db:"subject"`
	Name    string    `db:"name"`
	Role    care.Role `db:"role"`
	Zone    string    `db:"zone"`
	Agency  string    `db:"agency"`
	Email   string    `db:"email"`
}

// Staff finds who an account of the OpenID provider is.
func (r *Records) Staff(ctx context.Context, subject string) (s care.Staff, err error) {
	err = r.within(ctx, care.Staff{}, func(tx querier) error {
		row, err := one[staffRow](ctx, tx, `SELECT `+staffColumns+` FROM staff WHERE subject = $1 AND active`, subject)
		s = care.Staff(row)
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		err = ledger.ErrForbidden
	}
	return s, err
}

// Colleagues lists the staff of the caller's zone.
func (r *Records) Colleagues(ctx context.Context, s care.Staff) (staff []care.Staff, err error) {
	err = r.within(ctx, s, func(tx querier) error {
		rows, err := many[staffRow](ctx, tx, `SELECT `+staffColumns+` FROM staff WHERE zone = my('zone') AND active ORDER BY role, name`)
		for _, row := range rows {
			staff = append(staff, care.Staff(row))
		}
		return err
	})
	return staff, err
}

// Policy is the newest policy of a zone.
func (r *Records) Policy(ctx context.Context, zone string) (p care.Policy, err error) {
	if set := r.rules.fresh(zone); set != nil {
		return set.Policy, nil
	}
	err = r.within(ctx, care.Staff{}, func(tx querier) error {
		set, err := r.rules.current(ctx, tx, zone)
		if err == nil {
			p = set.Policy
		}
		return err
	})
	return p, err
}

// Zones lists the newest policy of every zone.
func (r *Records) Zones(ctx context.Context) (policies []care.Policy, err error) {
	err = r.within(ctx, care.Staff{}, func(tx querier) error {
		rows, _ := tx.Query(ctx, `SELECT policy FROM zone_policy WHERE current ORDER BY zone`)
		policies, err = pgx.CollectRows(rows, pgx.RowTo[care.Policy])
		return err
	})
	return policies, err
}

const commandColumns = `id::text, run_id, operation, target, answer, state, refusal, result, created_at, worked_at`

// digest tells whether a repeated key asks for the same.
func digest(c ledger.NewCommand) ([]byte, []byte, error) {
	var data []byte
	if c.Data != nil {
		var err error
		if data, err = json.Marshal(c.Data); err != nil {
			return nil, nil, err
		}
	}
	about := c.Target
	if about == "" && c.Operation != care.OpOpen { // whose run is made with it
		about = c.Run
	}
	sum := sha256.Sum256(append([]byte(string(c.Operation)+"\x00"+about+"\x00"), data...))
	return sum[:], data, nil
}

// Earlier finds the command that the caller sent with the key.
func (r *Records) Earlier(ctx context.Context, s care.Staff, c ledger.NewCommand) (cmd ledger.Command, err error) {
	err = r.within(ctx, s, func(tx querier) error {
		cmd, err = r.earlier(ctx, tx, s, c)
		return err
	})
	return cmd, err
}

func (r *Records) earlier(ctx context.Context, tx querier, s care.Staff, c ledger.NewCommand) (ledger.Command, error) {
	sum, _, err := digest(c)
	if err != nil {
		return ledger.Command{}, err
	}
	var same bool
	if err := tx.QueryRow(ctx, `SELECT digest = $3 FROM command WHERE caller = $1 AND key = $2`, s.ID, c.Key, sum).Scan(&same); err != nil {
		return ledger.Command{}, missing(err)
	}
	if !same {
		return ledger.Command{}, ledger.ErrKeyReused
	}
	cmd, err := one[ledger.Command](ctx, tx, `SELECT `+commandColumns+` FROM command WHERE caller = $1 AND key = $2`, s.ID, c.Key)
	return cmd, missing(err)
}

// Command reads a command of the caller's own.
func (r *Records) Command(ctx context.Context, s care.Staff, id string) (cmd ledger.Command, err error) {
	if !ledger.IsID(id) {
		return cmd, ledger.ErrNotFound
	}
	err = r.within(ctx, s, func(tx querier) error {
		cmd, err = one[ledger.Command](ctx, tx, `SELECT `+commandColumns+` FROM command WHERE id = $1`, id)
		return missing(err)
	})
	return cmd, err
}

// Accept makes a command durable. The relay wakes its run should the caller not
// come to do it.
func (r *Records) Accept(ctx context.Context, s care.Staff, c ledger.NewCommand) (cmd ledger.Command, err error) {
	if !s.Role.MayAsk(c.Operation) {
		return cmd, ledger.ErrForbidden
	}
	if c.Target != "" && !ledger.IsID(c.Target) {
		return cmd, ledger.ErrNotFound
	}
	id, err := uuid.NewV7()
	if err != nil {
		return cmd, err
	}
	about := runCase{CaseID: id.String()}
	found := true
	first := func(b *pgx.Batch) {
		switch {
		case c.Run == "":
			queueOne(b, &about, &found, selectTargetCase, c.Target)
		case c.Operation == care.OpMeet || c.Operation == care.OpMinutes:
			queueOne(b, &about, &found, selectRunAtWork, c.Run)
		default:
			queueOne(b, &about, &found, selectRunCase, c.Run, c.Target != "")
		}
	}
	if c.Operation == care.OpOpen {
		c.Run, first = ledger.RunID(care.RunCase, about.CaseID), nil
	}
	err = within(ctx, r.pool, roleApp, asStaff(s, r.Clock()), first, func(tx querier) error {
		if !found {
			return ledger.ErrNotFound
		}
		if c.Run == "" {
			c.Run = about.Run
		}
		state, refusal := ledger.CommandAccepted, (*care.Refusal)(nil)
		if about.Ended && c.Operation != care.OpReopen {
			state, refusal = ledger.CommandRefused, &care.Refusal{Code: care.RefusedEnded}
		}
		cmd, err = r.insert(ctx, tx, s, c, id.String(), about.CaseID, state, refusal)
		if err != nil || cmd.ID != id.String() || c.Operation != care.OpOpen {
			return err
		}
		policy, err := r.rules.current(ctx, tx, s.Zone)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO run (id, kind, case_id, zone, agency, policy_version, course_version, started_at) VALUES ($1, $2, $3, $4, $5, $6, $6, now())`,
			c.Run, care.RunCase, about.CaseID, s.Zone, s.Agency, policy.Version)
		return err
	})
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

// selectTargetCase finds it by a referral or a task of the run.
const selectTargetCase = `SELECT r.id, r.case_id::text, r.ended_at IS NOT NULL AS ended
	FROM (SELECT run_id FROM referral WHERE id = $1 UNION ALL SELECT run_id FROM task WHERE id = $1) AS of JOIN run r ON r.id = of.run_id`

// insert stores a command, or finds the one that the same key stored before.
func (r *Records) insert(ctx context.Context, tx querier, s care.Staff, c ledger.NewCommand, id, caseID string, state ledger.CommandState, refusal *care.Refusal) (ledger.Command, error) {
	sum, data, err := digest(c)
	if err != nil {
		return ledger.Command{}, err
	}
	if form, ok := c.Data.(care.MergeForm); ok {
		c.Answer.Case = ledger.RunID(care.RunCase, form.Into) // the one that is kept
	} else if c.Answer.Case = ""; caseID != "" {
		c.Answer.Case = ledger.RunID(care.RunCase, caseID)
	}
	cmd, err := one[ledger.Command](ctx, tx, `INSERT INTO command
		(id, run_id, case_id, zone, agency, caller, role, key, digest, operation, target, answer, data, state, refusal, worked_at, wake_at)
		VALUES ($1, $2, nullif($3, '')::uuid, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
			CASE WHEN $14 <> 'accepted' THEN clock_timestamp() END, CASE WHEN $14 = 'accepted' THEN clock_timestamp() + interval '2 seconds' END)
		ON CONFLICT (caller, key) DO NOTHING RETURNING `+commandColumns,
		id, c.Run, caseID, s.Zone, s.Agency, s.ID, s.Role, c.Key, sum, c.Operation, c.Target, c.Answer, orNull(data), state, refusal)
	if errors.Is(err, pgx.ErrNoRows) {
		return r.earlier(ctx, tx, s, c)
	}
	return cmd, err
}

// missing turns "no row" into what callers know.
func missing(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return ledger.ErrNotFound
	}
	return err
}

// audit notes that a member of staff read or did something.
func (r *Records) audit(ctx context.Context, tx querier, s care.Staff, action, caseID string) error {
	_, err := tx.Exec(ctx, `INSERT INTO audit (at, staff, role, agency, zone, action, case_id)
		VALUES (clock_timestamp(), $1, $2, $3, $4, $5, nullif($6, '')::uuid)`, s.ID, s.Role, s.Agency, s.Zone, action, caseID)
	return err
}
