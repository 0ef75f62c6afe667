// Package lists measures what people look at, on a database of a thousand open cases
// and on one of a hundred thousand, side by side: what grows with the number of cases
// is seen by comparing the two.
package lists

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/deploy/bench/fill"
	"percorso/deploy/standalone"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/postgres"
	"percorso/internal/postgres/machine"
	"percorso/internal/postgres/records"
	"percorso/internal/postgres/steps"
)

// server is a Postgres of the measurement's own, set up as that of the stack.
type server struct {
	stack  *standalone.Stack
	folder string
	kept   bool // after the measurement, with its databases
}

// startServer starts one in a folder that is deleted at the end, unless one is named,
// which is kept.
func startServer(ctx context.Context, binaries, modules, keep string) (s *server, err error) {
	s = &server{folder: keep, kept: keep != ""}
	if s.kept {
		err = os.MkdirAll(keep, 0o711) //nolint:gosec // see below
	} else {
		s.folder, err = os.MkdirTemp("", "percorso-lists-")
	}
	if err != nil {
		return nil, err
	}
	// Postgres refuses root: the launcher starts it as another user, who has to come through here.
	if err := os.Chmod(s.folder, 0o711); err != nil { //nolint:gosec // see above
		return nil, err
	}
	ports, err := standalone.FreePorts()
	if err == nil {
		s.stack, err = standalone.Start(ctx, standalone.Options{
			DataDir: s.folder, BinDir: binaries, NodeModules: modules, Ports: ports, Parts: []standalone.Part{standalone.Postgres},
		})
	}
	if err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

func (s *server) stop() {
	if s.stack != nil {
		s.stack.Stop()
	}
	if !s.kept {
		_ = os.RemoveAll(s.folder)
	}
}

// place is one filled database, and the people who look at it.
type place struct {
	size          fill.Size
	records       *records.Records
	steps         *steps.Steps
	watch         *machine.Watch
	troubles      *machine.Troubles
	api           *pgxpool.Pool
	administrator *pgx.Conn
	staff         map[care.Role]care.Staff
	aged          int64    // lines of the audit up to here are older than those that count as the same
	unused        []string // runs of cases that no act has changed
	pools         []*pgxpool.Pool
}

// databaseOf names the database of a size.
func databaseOf(size fill.Size) string { return fmt.Sprintf("percorso_%d_%d", size.Cases, size.Seed) }

// open makes a database of a size and fills it, unless it is there from before, and
// lets people in.
func (s *server) open(ctx context.Context, size fill.Size, say func(string, ...any)) (*place, error) {
	name := databaseOf(size)
	server, err := pgx.Connect(ctx, s.stack.AdministratorURL("postgres"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = server.Close(context.WithoutCancel(ctx)) }()
	p := &place{size: size, staff: map[care.Role]care.Staff{}}
	var there bool
	if err := server.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&there); err != nil {
		return nil, err
	}
	if there {
		say("%d cases are there from before", size.Cases)
		return p, p.enter(ctx, s, name)
	}
	// As deploy/standalone makes the stack's own.
	for _, statement := range []string{
		"CREATE DATABASE " + name + " OWNER percorso_owner",
		"REVOKE ALL ON DATABASE " + name + " FROM PUBLIC",
		"GRANT CONNECT ON DATABASE " + name + " TO percorso_migrate, percorso_api, percorso_work, percorso_ops",
	} {
		if _, err := server.Exec(ctx, statement); err != nil {
			return nil, err
		}
	}
	login, err := p.pool(ctx, s.url(standalone.Migrate, name))
	if err != nil {
		return nil, err
	}
	say("filling %d cases", size.Cases)
	if err := fill.Fill(ctx, login, size, func(int) {}); err != nil {
		return nil, err
	}
	return p, p.enter(ctx, s, name)
}

// enter connects as API and worker do.
func (p *place) enter(ctx context.Context, s *server, name string) (err error) {
	if p.api, err = p.pool(ctx, s.url(standalone.API, name)); err != nil {
		return err
	}
	work, err := p.pool(ctx, s.url(standalone.Worker, name))
	if err != nil {
		return err
	}
	p.records, p.steps, p.watch = records.New(p.api, calendar.New), steps.New(work, calendar.New), machine.NewWatch(p.api)
	p.troubles = machine.NewTroubles(p.api)
	if p.administrator, err = pgx.Connect(ctx, s.stack.AdministratorURL(name)); err != nil {
		return err
	}
	kept := machine.NewHealth(p.api, italian.Rome)
	for done := 1; done > 0; {
		if done, err = kept.Refresh(ctx, 100); err != nil {
			return err
		}
	}
	if err := kept.Look(ctx); err != nil { // as the refresher does, which folds the counts
		return err
	}
	for _, role := range []care.Role{care.Supervisor, care.SocialWorker, care.DeskOperator, care.CPIOperator, care.PrivacyOfficer} {
		if p.staff[role], err = p.records.Staff(ctx, fill.Account(role, theZone, 1)); err != nil {
			return err
		}
	}
	// What was just written is still being tidied up otherwise while others are measured.
	// The last two: see age, and the measurement's own look is no reading from end to end.
	for _, statement := range []string{"VACUUM ANALYZE", "CHECKPOINT", "SET session_replication_role = replica", "SET enable_seqscan = off"} {
		if _, err := p.administrator.Exec(ctx, statement); err != nil {
			return err
		}
	}
	if err := p.administrator.QueryRow(ctx, `SELECT max(id) FROM audit`).Scan(&p.aged); err != nil {
		return err
	}
	rows, _ := p.administrator.Query(ctx, `SELECT r.id FROM case_file f JOIN run r ON r.id = 'case/' || f.id AND r.ended_at IS NULL AND r.revision = $2
		WHERE f.zone = $1 AND f.suspended_at IS NULL AND NOT EXISTS (SELECT FROM command c WHERE c.case_id = f.id AND c.state = 'accepted') ORDER BY f.opened_at DESC OFFSET 30 LIMIT 500`, theZone, fill.Worked)
	p.unused, err = pgx.CollectRows(rows, pgx.RowTo[string])
	return err
}

func (p *place) pool(ctx context.Context, address string) (*pgxpool.Pool, error) {
	pool, err := postgres.Open(ctx, address)
	if err == nil {
		p.pools = append(p.pools, pool)
	}
	return pool, err
}

func (p *place) close() {
	for _, pool := range p.pools {
		pool.Close()
	}
	if p.administrator != nil {
		_ = p.administrator.Close(context.Background())
	}
}

// age makes the lines of the audit older that were written since, so that the next
// reading leaves a line of its own, as everybody's first look does. The administrator
// passes by the trigger that refuses changes.
func (p *place) age(ctx context.Context) error {
	return p.administrator.QueryRow(ctx, `WITH aged AS (UPDATE audit SET at = at - interval '1 hour' WHERE id > $1 RETURNING id)
		SELECT coalesce(max(id), $1) FROM aged`, p.aged).Scan(&p.aged)
}

// url is how a part logs in to a database of the server.
func (s *server) url(part standalone.Part, database string) string {
	for _, v := range s.stack.Env(part) {
		if text, ok := strings.CutPrefix(v, "PERCORSO_DATABASE_URL="); ok {
			if address, err := url.Parse(text); err == nil {
				address.Path = "/" + database
				return address.String()
			}
		}
	}
	return ""
}

// theZone is whose people look.
const theZone = "prato"

// startLimit is how long Postgres may take to start.
const startLimit = 2 * time.Minute

// binDir and modules are where the stack has its binaries and the package of Postgres.
func binDir() string {
	if dir := os.Getenv("PERCORSO_BIN_DIR"); dir != "" {
		return dir
	}
	return "bin"
}

func modules() string { return filepath.Join(filepath.Dir(binDir()), "node_modules") }
