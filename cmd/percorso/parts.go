package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"percorso/internal/codec"
	"percorso/internal/config"
	"percorso/internal/ledger"
	"percorso/internal/loops"
	"percorso/internal/postgres"
	"percorso/internal/spans"
)

// newLog makes a process's log: JSON lines on standard error, none left out.
func newLog(process string) *zap.Logger {
	encoder := zap.NewProductionEncoderConfig()
	encoder.TimeKey, encoder.EncodeTime = "time", zapcore.RFC3339NanoTimeEncoder
	encoder.EncodeDuration = zapcore.MillisDurationEncoder
	core := zapcore.NewCore(zapcore.NewJSONEncoder(encoder), zapcore.Lock(os.Stderr), zap.InfoLevel)
	return zap.New(core).With(zap.String("process", process))
}

// openCurrent opens a database whose schema this version can work on.
func openCurrent(ctx context.Context, d config.Database, told *spans.Spans) (*pgxpool.Pool, error) {
	var change []func(*pgxpool.Config)
	if told != nil {
		change = append(change, told.Pool)
	}
	pool, err := postgres.Open(ctx, d.URL, change...)
	if err != nil {
		return nil, err
	}
	if err := schemaFits(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}

// The roles that operators' commands take on.
const (
	asAuditor = "percorso_auditor"
	asRebuild = "percorso_rebuild"
	asSetup   = "percorso_setup"
)

// lacks says in plain words that the login may not take on the role that a command needs.
func lacks(role string, err error) error {
	var fault *ledger.Fault
	var server *pgconn.PgError
	if errors.As(err, &fault) && fault.SQLSTATE == "42501" || errors.As(err, &server) && server.Code == "42501" {
		return fmt.Errorf("the login of PERCORSO_DATABASE_URL may not do this: it needs the role %s, which deploy/postgres/roles.sql gives to percorso_ops (percorso-stack exec ops)", role)
	}
	return err
}

// onDatabase runs work that needs nothing but the database and one role of it, on a
// schema that this version can work on.
func onDatabase(ctx context.Context, role string, work func(*pgxpool.Pool) error) error {
	c, err := config.ReadDatabase()
	if err != nil {
		return err
	}
	pool, err := openCurrent(ctx, c, nil)
	if err != nil {
		return err
	}
	defer pool.Close()
	return lacks(role, work(pool))
}

// schemaFits says whether this version works on a database's schema.
func schemaFits(ctx context.Context, pool *pgxpool.Pool) error {
	schema, err := postgres.SchemaOf(ctx, pool)
	if err == nil {
		err = schema.Check()
	}
	return err
}

// ended logs why a process ends that was not asked to.
func ended(log *zap.Logger, err error) error {
	if err == nil {
		return nil
	}
	about := []zap.Field{zap.Error(err)}
	var panicked *loops.Panicked
	if errors.As(err, &panicked) {
		about = append(about, zap.ByteString("stack", panicked.Stack))
	}
	log.Error("the process ends", about...)
	return err
}

// keepingUp runs a process for as long as its version works on the schema.
func keepingUp(ctx context.Context, pool *pgxpool.Pool, process func(context.Context) error) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	go func() {
		if err := postgres.KeepUp(ctx, pool); err != nil {
			end(err)
		}
	}()
	err := process(ctx)
	if cause := context.Cause(ctx); errors.Is(cause, postgres.ErrCodeBehind) {
		return cause
	}
	return err
}

// connections are what most processes work with.
type connections struct {
	log      *zap.Logger
	pool     *pgxpool.Pool
	temporal client.Client
}

// connect opens the database and Temporal of a process.
func connect(ctx context.Context, log *zap.Logger, d config.Database, p config.Processes, told *spans.Spans, change ...func(*client.Options)) (*connections, error) {
	c := &connections{log: log}
	var err error
	if c.pool, err = openCurrent(ctx, d, told); err != nil {
		return nil, err
	}
	if c.temporal, err = dialTemporal(p, c.log, change...); err != nil {
		c.pool.Close()
		return nil, err
	}
	return c, nil
}

func (c *connections) close() {
	c.temporal.Close()
	c.pool.Close()
	_ = c.log.Sync() // standard error may not be syncable
}

// dialTemporal makes a client that encrypts. It connects when it is first used,
// so that a process starts while Temporal is away. What change does to the options
// is what is particular to one process.
func dialTemporal(p config.Processes, log *zap.Logger, change ...func(*client.Options)) (client.Client, error) {
	keys, err := codec.New(p.Keys)
	if err != nil {
		return nil, err
	}
	options := p.Options
	options.DataConverter, options.FailureConverter = keys.DataConverter(), keys.FailureConverter()
	// What is encrypted does not get smaller.
	options.ConnectionOptions.GrpcCompression = &client.GrpcCompressionNone{}
	options.Logger = temporalLog{log.Named("temporal").Sugar()}
	for _, f := range change {
		f(&options)
	}
	return client.NewLazyClient(options)
}

// temporalLog gives the SDK our log.
type temporalLog struct{ *zap.SugaredLogger }

func (l temporalLog) Debug(msg string, pairs ...any) { l.Debugw(msg, pairs...) }
func (l temporalLog) Info(msg string, pairs ...any)  { l.Infow(msg, pairs...) }
func (l temporalLog) Warn(msg string, pairs ...any)  { l.Warnw(msg, pairs...) }
func (l temporalLog) Error(msg string, pairs ...any) { l.Errorw(msg, pairs...) }
