// Package feeds keeps the addresses of people's calendars, and reads what these give.
package feeds

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/feed"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Calendars keeps them. Row-level security shows each address to whose it is.
type Calendars struct {
	pool  *pgxpool.Pool
	clock func() time.Time
}

// New builds the store on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, clock func() time.Time) *Calendars { return &Calendars{pool, clock} }

// Feed is the caller's. ledger.ErrNotFound: they have none.
func (c *Calendars) Feed(ctx context.Context, who care.Staff) (f feed.Feed, err error) {
	err = c.within(ctx, who, func(tx postgres.Tx) error {
		f, err = postgres.One[feed.Feed](ctx, tx, `SELECT id::text, made_at, read_at FROM feed`)
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		err = ledger.ErrNotFound
	}
	return f, err
}

// MakeFeed gives the caller a new one; the one of before opens nothing any more.
func (c *Calendars) MakeFeed(ctx context.Context, who care.Staff) error {
	return c.within(ctx, who, func(tx postgres.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO feed (staff, id, made_at) VALUES ($1, $2, $3)
			ON CONFLICT (staff) DO UPDATE SET id = excluded.id, made_at = excluded.made_at, read_at = NULL`, who.ID, uuid.NewString(), c.clock())
		return err
	})
}

// EndFeed takes the caller's away; none is well.
func (c *Calendars) EndFeed(ctx context.Context, who care.Staff) error {
	return c.within(ctx, who, func(tx postgres.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM feed`)
		return err
	})
}

// opened is whose calendar an address opens.
type opened struct {
	ID      string    `db:"id"`
	Subject string    `db:"subject"`
	Name    string    `db:"name"`
	Role    care.Role `db:"role"`
	Zone    string    `db:"zone"`
	Agency  string    `db:"agency"`
	Email   string    `db:"email"`
}

// OpenFeed says whose calendar an address opens. ledger.ErrNotFound: nobody's, or of somebody
// who does not work here any more.
func (c *Calendars) OpenFeed(ctx context.Context, id string) (who care.Staff, err error) {
	err = postgres.Within(ctx, c.pool, postgres.Anyone(), nil, func(tx postgres.Tx) error {
		row, err := postgres.One[opened](ctx, tx, `SELECT id::text, subject, name, role, zone, agency, email FROM open_feed($1, $2)`, id, c.clock())
		who = care.Staff{ID: row.ID, Subject: row.Subject, Name: row.Name, Role: row.Role, Zone: row.Zone, Agency: row.Agency, Email: row.Email}
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		err = ledger.ErrNotFound
	}
	return who, err
}

// FeedEvents are the appointments that stand of the people whom somebody follows, of what they
// have taken on, and those in which they take part; the visits at home that they go on; and the
// meetings of équipes in which they sit. A protected person is in no calendar, not even in that of
// her keepers. The reading leaves a line.
func (c *Calendars) FeedEvents(ctx context.Context, who care.Staff) (events []feed.Event, err error) {
	from, to := feed.Span(c.clock())
	err = c.within(ctx, who, func(tx postgres.Tx) error {
		events, err = postgres.Many[feed.Event](ctx, tx, `SELECT a.id::text, a.case_id::text, a.service, a.at, EXISTS (SELECT FROM home_visit v WHERE v.appointment_id = a.id AND v.at = a.at AND NOT v.called_off) AS at_home, '' AS meeting, '' AS how, '' AS place FROM appointment a
			WHERE a.state IN ('booked', 'confirmed') AND a.at >= $1 AND a.at < $2 AND (
				a.case_id = ANY (ARRAY(SELECT l.case_id FROM lead l WHERE l.staff = $3 AND l.until IS NULL))
				OR a.case_id = ANY (ARRAY(SELECT t.case_id FROM task t WHERE t.holder = $3 AND t.ended_at IS NULL))
				OR a.id = ANY (ARRAY(SELECT v.appointment_id FROM home_visit v WHERE v.zone = my('zone') AND NOT v.called_off AND v.at >= $1 AND $3 IN (v.first, v.second)))
				OR a.id = ANY (ARRAY(SELECT p.appointment_id FROM participant p WHERE p.staff = $3 AND p.ended_at IS NULL)))
				AND NOT EXISTS (SELECT FROM protection p WHERE p.case_id = a.case_id)
			UNION ALL SELECT m.id, m.case_id, '', m.at, false, substr(m.run_id, 8), m.how, m.place FROM meetings_of($3, $1, $2) m WHERE NOT EXISTS (SELECT FROM protection p WHERE p.case_id = m.case_id::uuid)
			ORDER BY 4, 1 LIMIT 1000`, from, to, who.ID)
		if err != nil || len(events) == 0 {
			return err
		}
		_, err := tx.Exec(ctx, `SELECT note_reading($1, $2, 'feed', NULL, $3, '')`, ledger.ListAppointments, ledger.ReadingPurposes[ledger.ListAppointments],
			postgres.IDs(events, func(e feed.Event) string { return e.CaseID }))
		return err
	})
	return events, err
}

func (c *Calendars) within(ctx context.Context, who care.Staff, work func(postgres.Tx) error) error {
	return postgres.Within(ctx, c.pool, postgres.App(who, c.clock()), nil, work)
}
