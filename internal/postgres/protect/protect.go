// Package protect keeps a person from everybody but her keepers.
package protect

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/protection"
)

// Work protects the person of a case, changes who keeps it, or lifts the protection, as a
// member of staff asks; or says why not. The functions of the schema look at who asks.
func Work(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string, at time.Time) (*care.Refusal, error) {
	own := ledger.BareID(c.Run)
	if !care.IsID(own) {
		return nil, ledger.ErrNotFound
	}
	// Of a case that they do not see nobody is told what their form says: naming a keeper
	// of one that nobody keeps is asked by its number alone, in another place.
	var sees bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM case_file WHERE id = $1) OR EXISTS (SELECT FROM unkept_here() u WHERE u.id = $1)`, own).Scan(&sees); err != nil || !sees {
		return nil, errors.Join(err, ledger.ErrNotFound)
	}
	rule, moment, err := ask(ctx, tx, s, c, own, at)
	switch {
	case err != nil:
		return nil, err
	case rule == protection.UnknownCase:
		return nil, ledger.ErrNotFound
	case rule != "":
		return care.Refuse(care.Fault{Field: protection.FieldOf(c.Operation, rule), Rule: rule}), nil
	}
	return nil, postgres.TellMoment(ctx, tx, s, id, own, c.Run, at, moment, "")
}

// ask asks the schema's function for an operation. It gives the rule by which that
// refuses it, or what the timeline says of it.
func ask(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, own string, at time.Time) (rule, moment string, err error) {
	var row pgx.Row
	switch c.Operation {
	case care.OpProtect:
		form, err := postgres.FormOf(catalogue.Protect, c.Data)
		if err != nil {
			return "", "", err
		}
		named := []string{form.Keeper}
		if form.Elsewhere != "" {
			named = append(named, form.Elsewhere)
		}
		moment, row = "person_protected", tx.QueryRow(ctx, `SELECT protect($1, $2, $3, $4)`, own, named, form.Reason, at)
	case care.OpNameKeeper:
		form, err := postgres.FormOf(catalogue.NameKeeper, c.Data)
		if err != nil {
			return "", "", err
		}
		var self bool // who names somebody for a file that nobody keeps does not come to read it
		if err := tx.QueryRow(ctx, `SELECT coalesce(same_identity($1, $2), false)`, form.Keeper, s.ID).Scan(&self); err != nil || self {
			return protection.UnknownKeeper, "", err
		}
		moment, row = "keeper_named", tx.QueryRow(ctx, `SELECT name_keeper($1, $2, $3)`, own, form.Keeper, at)
	case care.OpDismissKeeper:
		form, err := postgres.FormOf(catalogue.DismissKeeper, c.Data)
		if err != nil {
			return "", "", err
		}
		moment, row = "keeper_dismissed", tx.QueryRow(ctx, `SELECT dismiss_keeper($1, $2)`, own, form.Keeper)
	case care.OpAskLifting:
		moment, row = "lifting_asked", tx.QueryRow(ctx, `SELECT lift_protection($1, false, $2)`, own, at)
	default:
		moment, row = "protection_lifted", tx.QueryRow(ctx, `SELECT lift_protection($1, true, $2)`, own, at)
	}
	var refused *string
	if err := row.Scan(&refused); err != nil || refused == nil {
		return "", moment, err
	}
	return *refused, moment, nil
}

// Of reads who keeps a case from the others, where somebody does.
func Of(ctx context.Context, tx postgres.Tx, c *ledger.Case) error {
	var p ledger.Protection
	err := tx.QueryRow(ctx, `SELECT since, reason, coalesce(lifting_by::text, ''), lifting_at FROM protection WHERE case_id = $1 AND file = $1`, c.ID).
		Scan(&p.Since, &p.Reason, &p.AskedBy, &p.AskedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	p.Keepers, err = postgres.Many[ledger.Keeper](ctx, tx, `SELECT s.id::text, s.name, s.role, s.agency FROM keeper k
		JOIN staff s ON s.id = k.staff AND s.active AND s.agency = k.agency WHERE k.file = $1 ORDER BY k.named_at, s.name, s.id`, c.ID)
	if err != nil {
		return err
	}
	p.Likeness, err = postgres.Many[ledger.Likeness](ctx, tx, `SELECT f.id::text, f.number, f.opened_at FROM likeness l JOIN case_file f ON f.id = l.twin
		WHERE l.file = $1 ORDER BY f.opened_at DESC, f.id`, c.ID)
	c.Protection = &p
	return err
}

// Orphans reads which protected persons' files nobody keeps any more.
type Orphans struct {
	pool  *pgxpool.Pool
	clock func() time.Time
}

// New builds the store on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, clock func() time.Time) *Orphans { return &Orphans{pool, clock} }

// Unkept lists those of the supervisor's zone, by their number alone, so that they may
// name somebody. ledger.ErrForbidden: the caller is none.
func (p *Orphans) Unkept(ctx context.Context, s care.Staff) (list []ledger.Unkept, err error) {
	if s.Role != care.Supervisor {
		return nil, ledger.ErrForbidden
	}
	err = postgres.Within(ctx, p.pool, postgres.App(s, p.clock()), nil, func(tx postgres.Tx) error {
		list, err = postgres.Many[ledger.Unkept](ctx, tx, `SELECT id::text, number FROM unkept_here()`)
		return err
	})
	return list, err
}
