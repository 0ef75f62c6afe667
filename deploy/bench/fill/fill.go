// Package fill fills a database that nobody works with, so that lists can be measured
// at the size of years: open cases of made-up people, all alike for the same seed.
//
// The rows are such as steps write them, but no process stands behind them. So a
// database is marked before it gets its first row, and neither API nor worker starts
// on a marked one.
package fill

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/deploy"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/machine"
	"percorso/internal/zone"
)

// Size is how much is filled in. The same size, seed and day make the same rows.
type Size struct {
	Cases int
	Seed  uint64
	Now   time.Time
}

// ErrInUse says that there are cases in the database.
var ErrInUse = errors.New("there are cases in this database: only an empty one is filled for a benchmark")

// chunk is how many cases are written with one COPY of each table.
const chunk = 1000

// Fill fills an empty database. The login is that of the migrations, which may act as
// the owner of the tables.
// All of it is one transaction: what is cut off leaves nothing.
func Fill(ctx context.Context, login *pgxpool.Pool, size Size, say func(done int)) error {
	if _, err := postgres.Migrate(ctx, login); err != nil {
		return err
	}
	owner, err := postgres.AsOwner(ctx, login)
	if err != nil {
		return err
	}
	defer owner.Close()
	if err := empty(ctx, owner); err != nil {
		return err
	}
	staff, policies, err := setUp(ctx, login)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, owner, func(tx pgx.Tx) error {
		if err := begin(ctx, tx); err != nil {
			return err
		}
		town := newTown(policies, staff, size)
		for from := 0; from < size.Cases; from += chunk {
			to := min(from+chunk, size.Cases)
			rows := table{}
			for i := from; i < to; i++ {
				town.write(rows, i)
			}
			if err := rows.copy(ctx, tx); err != nil {
				return err
			}
			say(to)
		}
		return finish(ctx, tx, size.Cases)
	})
}

// setUp loads the delivered zones, and staff for each of their roles.
func setUp(ctx context.Context, login *pgxpool.Pool) ([]ledger.Account, []care.Policy, error) {
	policies, err := zone.Load(deploy.Zones())
	if err != nil {
		return nil, nil, err
	}
	for _, p := range policies {
		change := ledger.SetupChange{Policy: &p, Staff: staffOf(p)}
		if err := machine.ChangeSetup(ctx, login, func(ledger.Setup) (ledger.SetupChange, error) {
			return change, nil
		}); err != nil {
			return nil, nil, err
		}
	}
	stored, err := machine.Setup(ctx, login)
	return stored.Accounts, stored.Policies, err
}

// colleagues is how many of each role there are in a zone.
const colleagues = 6

// portfolio is how many people the first of them, and the last, who is away, may have at the
// same time, however many cases there are: a hundred, as somebody in an office. The others
// share all the rest.
const portfolio = 100

// Account is the account of a made-up member of staff, the first of a role being 1.
func Account(role care.Role, zone string, n int) string {
	return fmt.Sprintf("%s_%d.%s", role, n, zone)
}

func staffOf(p care.Policy) (staff []care.Staff) {
	officer := care.RoleHolder{Role: care.PrivacyOfficer, Agency: p.RoleAgency(care.DeskOperator)}
	for _, h := range append(slices.Clone(p.Roles), officer) {
		for n := 1; n <= colleagues; n++ {
			subject := Account(h.Role, p.Zone, n)
			staff = append(staff, care.Staff{
				Subject: subject, Name: "Personale Prova " + subject, Role: h.Role, Zone: p.Zone, Agency: h.Agency, Email: subject + "@percorso.example",
			})
		}
	}
	return staff
}

// StaffFile lists them as percorso staff load reads it: a stack that starts on a filled
// database switches off whom its file does not have.
func StaffFile() (text []byte, err error) {
	policies, err := zone.Load(deploy.Zones())
	for _, p := range policies {
		for _, s := range staffOf(p) {
			text = fmt.Appendf(text, "- {subject: %s, role: %s, zone: %s, agency: %s, name: %q, email: %s}\n", s.Subject, s.Role, s.Zone, s.Agency, s.Name, s.Email)
		}
	}
	return text, err
}

// empty refuses a database that was used.
func empty(ctx context.Context, db interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}) error {
	var used bool
	err := db.QueryRow(ctx, `SELECT EXISTS (SELECT FROM case_file) OR EXISTS (SELECT FROM run) OR EXISTS (SELECT FROM command) OR EXISTS (SELECT FROM contact)`).Scan(&used)
	if err == nil && used {
		err = ErrInUse
	}
	return err
}

// filled are the tables that are filled, in the order of their foreign keys.
var filled = []string{
	"case_file", "person", "person_key", "case_grant", "run", "command", "share", "referral", "task", "wait", "appointment", "reminder", "called_off", "called_off_person", "mediation", "mediation_ask",
	"desk_number", "absence", "promise", "critical_date", "record", "meeting", "consent", "timeline", "audit", "audit_shown",
}

// begin marks the database, and opens its tables to COPY, which row-level security
// does not let through: it is forced upon the owner again before anybody sees a row.
func begin(ctx context.Context, tx pgx.Tx) error {
	if err := empty(ctx, tx); err != nil { // still
		return err
	}
	// How the cases stand is computed when all of it is there, not with each row.
	if _, err := tx.Exec(ctx, `SELECT set_config('percorso.keeps', 'yes', true)`); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO unattended DEFAULT VALUES`); err != nil {
		return err
	}
	return each(ctx, tx, `ALTER TABLE %s NO FORCE ROW LEVEL SECURITY`)
}

// finish closes the tables again, and lets numbers go on after those that were used.
func finish(ctx context.Context, tx pgx.Tx, cases int) error {
	if _, err := tx.Exec(ctx, `SET CONSTRAINTS ALL IMMEDIATE`); err != nil {
		return err
	}
	if err := each(ctx, tx, `ALTER TABLE %s FORCE ROW LEVEL SECURITY`); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `SELECT setval('case_number', $1), setval(pg_get_serial_sequence('audit', 'id'), (SELECT max(id) FROM audit))`, cases); err != nil {
		return err
	}
	return each(ctx, tx, `ANALYZE %s`)
}

func each(ctx context.Context, tx pgx.Tx, statement string) error {
	for _, name := range filled {
		if _, err := tx.Exec(ctx, fmt.Sprintf(statement, name)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// table is rows by the table that they are of.
type table map[string][][]any

func (t table) add(name string, values ...any) { t[name] = append(t[name], values) }

func (t table) copy(ctx context.Context, tx pgx.Tx) error {
	for _, name := range filled {
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{name}, columns[name], pgx.CopyFromRows(t[name])); err != nil {
			return fmt.Errorf("%s: %w", name, postgres.FaultOf(err, false))
		}
	}
	return nil
}

// staffBy gives the staff of a role in a zone, in one order.
func staffBy(all []ledger.Account) map[string][]string {
	by := map[string][]string{}
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b ledger.Account) int { return strings.Compare(a.Subject, b.Subject) })
	for _, a := range sorted {
		if a.Active {
			key := a.Zone + "/" + string(a.Role)
			by[key] = append(by[key], a.ID)
		}
	}
	return by
}
