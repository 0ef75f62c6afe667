package workflows_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/deploy/standalone"
	"percorso/deploy/standalone/stacktest"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/postgres"
	"percorso/internal/postgres/machine"
	"percorso/internal/postgres/outbox"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/postgres/records"
	"percorso/internal/postgres/steps"
	"percorso/internal/testclock"
	"percorso/internal/zone"
)

// record says that the histories under testdata are to be recorded anew, from a
// real Temporal: go test ./workflows -run TestRecordHistories -record.
var record = flag.Bool("record", false, "record the histories under testdata anew")

// office is a real Postgres with the zones and their staff, and with the zone
// that has Prato's rules with every duration in seconds. One test at a time is
// in it, since a test sets its clock and does the relay's work for all of its
// cases; each test has cases of its own.
type office struct {
	stack   *standalone.Stack
	folder  string
	pools   []*pgxpool.Pool
	owner   *pgxpool.Pool // loads zones
	work    *pgxpool.Pool // the worker's
	api     *pgxpool.Pool
	records *records.Records
	steps   *steps.Steps
	outbox  *outbox.Outbox
	health  *machine.Health
	zones   map[string]care.Policy
	staff   map[string]map[care.Role]care.Staff // by zone
	keys    int                                 // given so far
}

// offices are the ones of this binary: as many as tests were at work in at once.
var offices = struct {
	sync.Mutex
	all, free []*office
	of        map[*testing.T]*office
}{of: map[*testing.T]*office{}}

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	closeOffices()
	os.Exit(code)
}

func openOffice(parts []standalone.Part) (o *office, err error) {
	ctx := context.Background()
	o = &office{staff: map[string]map[care.Role]care.Staff{}, zones: map[string]care.Policy{}}
	defer func() {
		if err != nil {
			o.close()
		}
	}()
	if o.folder, err = stacktest.NewFolder("percorso-workflows-"); err != nil {
		return o, err
	}
	ports, err := standalone.FreePorts()
	if err != nil {
		return o, err
	}
	if o.stack, err = standalone.Start(ctx, standalone.Options{DataDir: o.folder, BinDir: binaries(), NodeModules: "../node_modules", Ports: ports, Parts: parts}); err != nil {
		return o, err
	}
	policies, err := readZones()
	if err != nil {
		return o, err
	}
	if o.owner, err = o.connect(ctx, standalone.Migrate); err != nil {
		return o, err
	}
	if _, err := postgres.Migrate(ctx, o.owner); err != nil {
		return o, err
	}
	var staff []care.Staff
	for _, p := range policies {
		o.zones[p.Zone] = p
		for _, h := range p.Roles {
			subject := string(h.Role) + "." + p.Zone
			staff = append(staff, care.Staff{Subject: subject, Name: "Prova " + string(h.Role), Role: h.Role, Zone: p.Zone, Agency: h.Agency, Email: subject + "@percorso.example"})
		}
	}
	if err := postgrestest.Load(ctx, o.owner, policies, staff); err != nil {
		return o, err
	}
	if o.api, err = o.connect(ctx, standalone.API); err != nil {
		return o, err
	}
	if o.work, err = o.connect(ctx, standalone.Worker); err != nil {
		return o, err
	}
	o.records, o.steps = records.New(o.api, calendar.New), steps.New(o.work, calendar.New)
	o.outbox, o.health = outbox.New(o.work), machine.NewHealth(o.api, testclock.Rome)
	for _, s := range staff {
		known, err := o.records.Staff(ctx, s.Subject)
		if err != nil {
			return o, err
		}
		if o.staff[s.Zone] == nil {
			o.staff[s.Zone] = map[care.Role]care.Staff{}
		}
		o.staff[s.Zone][s.Role] = known
	}
	return o, nil
}

// readZones reads the zones' files, and the one that plays a year in a minute.
func readZones() ([]care.Policy, error) {
	all, err := postgrestest.Zones()
	if err != nil {
		return nil, err
	}
	quick, err := zone.Load(os.DirFS("../internal/zone/testdata"))
	if err != nil {
		return nil, err
	}
	return append(all, quick...), nil
}

// binaries is where make build puts Temporal's server.
func binaries() string {
	if dir := os.Getenv("PERCORSO_BIN_DIR"); dir != "" {
		return dir
	}
	return filepath.Join("..", "bin")
}

func (o *office) connect(ctx context.Context, part standalone.Part) (*pgxpool.Pool, error) {
	for _, v := range o.stack.Env(part) {
		if url, ok := strings.CutPrefix(v, "PERCORSO_DATABASE_URL="); ok {
			pool, err := postgres.Open(ctx, url, func(c *pgxpool.Config) {
				c.ConnConfig.RuntimeParams["synchronous_commit"] = "off" // no test here cuts the power
			})
			if err == nil {
				o.pools = append(o.pools, pool)
			}
			return pool, err
		}
	}
	return nil, fmt.Errorf("no database for %s", part)
}

// asWatch reads and changes what is kept of how cases stand.
func (o *office) asWatch(work func(pgx.Tx) error) error {
	ctx := context.Background()
	return pgx.BeginFunc(ctx, o.api, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL ROLE percorso_watch`); err != nil {
			return err
		}
		return work(tx)
	})
}

// asWorker reads of one case what the records show nobody.
func (o *office) asWorker(caseID string, read func(pgx.Tx) error) error {
	ctx := context.Background()
	return pgx.BeginFunc(ctx, o.work, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL ROLE percorso_worker`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `SELECT set_config('percorso.case', $1, true)`, caseID); err != nil {
			return err
		}
		return read(tx)
	})
}

func (o *office) close() {
	for _, pool := range o.pools {
		pool.Close()
	}
	if o.stack != nil {
		o.stack.Stop()
	}
	_ = os.RemoveAll(o.folder)
}

// enterOffice is the office of a test until it ends. It opens one when all are taken.
func enterOffice(t *testing.T) *office {
	t.Helper()
	offices.Lock()
	defer offices.Unlock()
	if o := offices.of[t]; o != nil {
		return o
	}
	if len(offices.free) == 0 {
		parts := []standalone.Part{standalone.Postgres}
		if *record {
			parts = append(parts, standalone.Temporal)
		}
		o, err := openOffice(parts)
		if err != nil {
			t.Fatal(errors.Join(errors.New("opening an office"), err))
		}
		offices.all, offices.free = append(offices.all, o), append(offices.free, o)
	}
	last := len(offices.free) - 1
	o := offices.free[last]
	offices.free, offices.of[t] = offices.free[:last], o
	t.Cleanup(func() {
		offices.Lock()
		defer offices.Unlock()
		delete(offices.of, t)
		offices.free = append(offices.free, o)
	})
	return o
}

func closeOffices() {
	for _, o := range offices.all {
		o.close()
	}
}

// key is an idempotency key that no other command has.
func (o *office) key() string {
	o.keys++
	return fmt.Sprint("key ", o.keys)
}
