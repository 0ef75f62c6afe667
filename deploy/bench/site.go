package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"percorso/internal/calendar"
	"percorso/internal/care"
	api "percorso/internal/client"
	"percorso/internal/codec"
	"percorso/internal/config"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/records"
	"percorso/internal/walk"
	"percorso/workflows/contract"
)

// site is a running stack: what its API has, and its API as others have it.
type site struct {
	data     string // the stack's data folder, by which its processes are found
	address  string // of its pages
	temporal client.Client
	pool     *pgxpool.Pool
	records  *records.Records
	town     *walk.Town               // the API as others have it
	staff    map[care.Role]care.Staff // the same people, as the records know them
}

// openSite connects with the environment of the API.
func openSite(ctx context.Context, zone string) (*site, error) {
	s := &site{data: os.Getenv("PERCORSO_DATA"), staff: map[care.Role]care.Staff{}}
	if s.data == "" {
		return nil, errors.New("PERCORSO_DATA is not set: make bench runs this beside the stack of one machine")
	}
	c, err := config.ReadAPI()
	if err != nil {
		return nil, err
	}
	if s.temporal, err = dial(c.Processes); err != nil {
		return nil, err
	}
	if s.pool, err = postgres.Open(ctx, c.URL); err != nil {
		s.temporal.Close()
		return nil, err
	}
	s.address, s.records = c.PublicURL, records.New(s.pool, calendar.New)
	if err := s.meet(ctx, zone, c.PublicURL); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// meet reads the zone and logs its demo accounts in.
func (s *site) meet(ctx context.Context, zone, address string) (err error) {
	if s.town, err = walk.Enter(ctx, address, zone, api.Tokens, lanes[len(lanes)-1]); err != nil {
		return err
	}
	for role := range s.town.Staff {
		account := string(role) + "." + zone
		if s.staff[role], err = s.records.Staff(ctx, account); err != nil {
			return fmt.Errorf("%s: %w", account, err)
		}
	}
	return nil
}

func (s *site) close() {
	s.pool.Close()
	s.temporal.Close()
}

// dial connects to Temporal with the product's codec.
func dial(p config.Processes) (client.Client, error) {
	keys, err := codec.New(p.Keys)
	if err != nil {
		return nil, err
	}
	options := p.Options
	options.DataConverter, options.FailureConverter = keys.DataConverter(), keys.FailureConverter()
	options.ConnectionOptions.GrpcCompression = &client.GrpcCompressionNone{} // as the processes do
	options.Logger = silent{}
	return client.Dial(options)
}

// update brings an entry to a run and waits for what becomes of it.
func (s *site) update(ctx context.Context, run string, e ledger.Entry) (res ledger.Result, err error) {
	handle, err := s.temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		UpdateID: e.ID, WorkflowID: run, UpdateName: contract.Work, Args: []any{e},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return res, err
	}
	err = handle.Get(ctx, &res)
	return res, err
}

// silent drops the SDK's log: a killed worker is part of the measurement.
type silent struct{}

var _ log.Logger = silent{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}
func (silent) Error(string, ...any) {}
