package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/pressly/goose/v3"
)

// Schema is how a database's schema stands, as this binary sees it. Migrations are
// told by their numbers.
type Schema struct {
	Own     int64   // the newest that the binary knows
	Missing []int64 // that the binary knows and the database lacks
	Newest  int64   // in the database; 0: the database is empty
	Needs   int64   // the least that code must know to work on it

	Unattended bool // it was only filled to be measured: no process stands behind its rows
}

// What keeps code from working on a database.
var (
	ErrSchemaBehind = errors.New("the schema of the database is behind this version of Percorso")
	ErrCodeBehind   = errors.New("this version of Percorso is too old for the schema of the database")
	ErrUnattended   = errors.New("this database was only filled to be measured: its cases are nobody's, and no process may be started for them")
)

// Check says why the binary cannot work on the database, and what to do. That the
// database has newer migrations is no reason: they say so where they are one.
func (s Schema) Check() error {
	switch {
	case s.Unattended:
		return ErrUnattended
	case len(s.Missing) > 0:
		numbers := make([]string, len(s.Missing))
		for i, n := range s.Missing {
			numbers[i] = strconv.FormatInt(n, 10)
		}
		return fmt.Errorf("%w: it lacks the migrations %s; run percorso migrate of this version first", ErrSchemaBehind, strings.Join(numbers, ", "))
	case s.Own < s.Needs:
		return fmt.Errorf("%w: code must know migration %d, and this one knows no more than %d; start a newer version", ErrCodeBehind, s.Needs, s.Own)
	}
	return nil
}

// SchemaOf asks how the schema stands; every login may.
func SchemaOf(ctx context.Context, pool *pgxpool.Pool) (Schema, error) {
	own, err := ownMigrations()
	if err != nil {
		return Schema{}, err
	}
	// Of a database that is empty, or older than the marks, nothing is known.
	var applied []int64
	var needs int64
	err = pool.QueryRow(ctx, `SELECT ARRAY(SELECT version_id FROM goose_db_version WHERE is_applied AND version_id > 0 ORDER BY 1),
		coalesce((SELECT max(needs) FROM schema_mark), 0)`).Scan(&applied, &needs)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && slices.Contains([]string{undefinedTable, insufficientPrivilege}, refused.Code) {
		applied, needs, err = nil, 0, nil
	}
	if err != nil {
		return Schema{}, fmt.Errorf("asking how the schema stands: %w", FaultOf(err, false))
	}
	s := schemaOf(own, applied, needs)
	if len(s.Missing) > 0 {
		return s, nil
	}
	if err := pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM unattended)`).Scan(&s.Unattended); err != nil {
		return Schema{}, fmt.Errorf("asking whether anybody works the database: %w", FaultOf(err, false))
	}
	return s, nil
}

// What Postgres answers where the schema is older than the marks.
const (
	undefinedTable        = "42P01"
	insufficientPrivilege = "42501"
)

func schemaOf(own, applied []int64, needs int64) Schema {
	s := Schema{Own: slices.Max(own), Needs: needs}
	if len(applied) > 0 {
		s.Newest = slices.Max(applied)
	}
	for _, n := range own {
		if !slices.Contains(applied, n) {
			s.Missing = append(s.Missing, n)
		}
	}
	return s
}

// NewestMigration is the newest migration that this binary knows.
func NewestMigration() (int64, error) {
	own, err := ownMigrations()
	if err != nil {
		return 0, err
	}
	return slices.Max(own), nil
}

// ownMigrations are the numbers of the migrations in this binary.
func ownMigrations() ([]int64, error) {
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		return nil, err
	}
	numbers := make([]int64, 0, len(files))
	for _, f := range files {
		n, err := goose.NumericComponent(f.Name())
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}

// markPeriod is how often a process at work asks whether the schema has left it behind.
const markPeriod = 5 * time.Second

// KeepUp returns ErrCodeBehind once a migration says that this version no longer
// works on the database, so that the process can end; nil when ctx ends. While
// Postgres does not answer, nothing is known.
func KeepUp(ctx context.Context, pool *pgxpool.Pool) error {
	ticker := time.NewTicker(markPeriod)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if s, err := SchemaOf(ctx, pool); err == nil {
				if err := s.Check(); errors.Is(err, ErrCodeBehind) {
					return err
				}
			}
		}
	}
}
