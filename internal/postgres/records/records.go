// Package records is the API's side of the store. It reads as the member of staff
// who asks, so that what they may not see is not there.
package records

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/absences"
	"percorso/internal/postgres/board"
	"percorso/internal/postgres/correcting"
	"percorso/internal/postgres/critical"
	"percorso/internal/postgres/deferred"
	"percorso/internal/postgres/doubles"
	"percorso/internal/postgres/notices"
	"percorso/internal/postgres/places"
	"percorso/internal/postgres/printed"
	"percorso/internal/postgres/protect"
	"percorso/internal/postgres/readers"
	"percorso/internal/postgres/reminded"
	"percorso/internal/postgres/returned"
	"percorso/internal/postgres/worklist"
	"percorso/internal/postgres/written"
	"percorso/internal/usual"
)

// Records reads and writes as the member of staff who asks. What role, zone and
// agency do not allow is not there. It is all of its parts together; its own are the
// staff and the zones' rules, which are of no person.
type Records struct {
	*store
	commands
	cases
	plans
	work
	referrals
	links
	*notices.Store
	*stuck
	*readers.Answers
	*correcting.Persons
	*protect.Orphans
	*returned.Mailboxes
	*places.Reader
	*doubles.Pairs
	*printed.Sheets
	*board.Boards
	*away
	*sheet
	*lists
	*dated
	*reminded.Calls
}

// stuck is what cannot be worked: the type gives its part of the records a name of its own.
type stuck struct{ *deferred.Store }
type sheet struct{ *written.Store } // likewise what was written
type away struct{ *absences.Store } // and who is away
type lists struct{ *worklist.Store }
type dated struct{ *critical.Store }

// New builds the records on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, calendars postgres.Calendars) *Records {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key)                                                                         // never fails
	s := &store{Clock: time.Now, SearchKey: key, pool: pool, rules: postgres.NewRules(calendars)} //nolint:forbidigo // the clock where nobody sets another
	now := func() time.Time { return s.Clock() }
	return &Records{s, commands{s}, cases{s}, plans{s}, work{s}, referrals{s}, links{s}, notices.New(pool, now), &stuck{deferred.New(pool, now)}, readers.New(pool, now, s.digest), correcting.New(pool, now), protect.New(pool, now), returned.New(pool, now), places.New(pool, s.rules, now), doubles.New(pool, now), printed.New(pool, now), board.New(pool, now), &away{absences.New(pool, s.rules, now)}, &sheet{written.New(pool, now)}, &lists{worklist.New(pool, now, s.digest)}, &dated{critical.New(pool, now)}, reminded.NewCalls(pool, now)}
}

// store is what the parts of the records share: their way to Postgres, and how a
// reading leaves its line.
type store struct {
	// Clock tells the time by which a deadline has passed. Tests that skip time set it.
	Clock func() time.Time
	// SearchKey makes the digest of what is searched. Without one of the
	// installation's own it is a new one for each process, so that nothing can be
	// told from its digests later on.
	SearchKey []byte

	pool  *pgxpool.Pool
	rules *postgres.Rules
}

func (r *store) within(ctx context.Context, s care.Staff, work func(postgres.Tx) error) error {
	return postgres.Within(ctx, r.pool, postgres.App(s, r.Clock()), nil, work)
}

// Ping says whether Postgres answers.
func (r *Records) Ping(ctx context.Context) error { return postgres.FaultOf(r.pool.Ping(ctx), false) }

const staffColumns = `id::text, subject, name, role, zone, agency, email, coalesce(identity, '') AS identity`

// Staff finds who an account of the OpenID provider is.
func (r *Records) Staff(ctx context.Context, subject string) (s care.Staff, err error) {
	err = r.within(ctx, care.Staff{}, func(tx postgres.Tx) error {
		s, err = postgres.One[care.Staff](ctx, tx, `SELECT `+staffColumns+` FROM staff WHERE subject = $1 AND active`, subject)
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		err = ledger.ErrForbidden
	}
	return s, err
}

// colleague says of a row of staff whether they are at work in the caller's zone.
const colleague = `zone = my('zone') AND active`

// Colleagues lists the staff of the caller's zone.
func (r *store) Colleagues(ctx context.Context, s care.Staff) (staff []care.Staff, err error) {
	err = r.within(ctx, s, func(tx postgres.Tx) error {
		staff, err = postgres.Many[care.Staff](ctx, tx, `SELECT `+staffColumns+` FROM staff WHERE `+colleague+` ORDER BY role, name`)
		return err
	})
	return staff, err
}

// Policy is the newest policy of a zone.
func (r *Records) Policy(ctx context.Context, zone string) (p care.Policy, err error) {
	if set := r.rules.Fresh(zone); set != nil {
		return set.Policy, nil
	}
	err = r.within(ctx, care.Staff{}, func(tx postgres.Tx) error {
		set, err := r.rules.Current(ctx, tx, zone)
		if err == nil {
			p = set.Policy
		}
		return err
	})
	return p, err
}

// Zones lists the newest policy of every zone.
func (r *Records) Zones(ctx context.Context) (policies []care.Policy, err error) {
	err = r.within(ctx, care.Staff{}, func(tx postgres.Tx) error {
		rows, _ := tx.Query(ctx, `SELECT policy FROM zone_policy WHERE current ORDER BY zone`)
		policies, err = pgx.CollectRows(rows, pgx.RowTo[care.Policy])
		for i, p := range policies {
			policies[i] = usual.Completed(p)
		}
		return err
	})
	return policies, err
}
