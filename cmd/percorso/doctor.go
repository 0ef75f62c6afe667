package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"percorso/internal/calendar"
	"percorso/internal/config"
	"percorso/internal/postgres"
	"percorso/internal/postgres/records"
	"percorso/internal/runs"
)

func init() {
	commands = append(commands, command{"doctor", "", "check what the process api needs: settings, Postgres, Temporal, login", alone(doctor)})
}

// checkTime bounds each check of the doctor.
const checkTime = 5 * time.Second

// doctor checks the surroundings of the process api with the process's own
// settings, and says of each part whether it is well. It changes nothing.
func doctor(ctx context.Context, out io.Writer) error {
	c, err := config.ReadAPI()
	tell(out, "settings", "", err)
	if err != nil {
		return errors.New("without settings nothing else can be checked")
	}
	ill := 0
	for _, check := range []struct {
		part string
		look func(context.Context, config.API) (string, error)
	}{
		{"Postgres", checkPostgres}, {"schema", checkSchema}, {"records", checkRecords}, {"Temporal", checkTemporal}, {"login", checkLogin}, {"traces", checkTraces},
	} {
		ctx, cancel := context.WithTimeout(ctx, checkTime)
		found, err := check.look(ctx, c)
		cancel()
		tell(out, check.part, found, err)
		if err != nil {
			ill++
		}
	}
	if ill > 0 {
		return fmt.Errorf("%d parts are not well", ill)
	}
	return nil
}

func tell(out io.Writer, part, found string, err error) {
	if err != nil {
		_, _ = fmt.Fprintf(out, "fails  %-9s %v\n", part, err)
		return
	}
	_, _ = fmt.Fprintf(out, "ok     %-9s %s\n", part, found)
}

// checkPostgres connects; a login that is above row-level security is refused there.
func checkPostgres(ctx context.Context, c config.API) (string, error) {
	pool, err := postgres.Open(ctx, c.URL)
	if err != nil {
		return "", err
	}
	defer pool.Close()
	var login, version string
	err = pool.QueryRow(ctx, `SELECT current_user, current_setting('server_version')`).Scan(&login, &version)
	return fmt.Sprintf("%s, as %s, bound by row-level security", version, login), err
}

// checkSchema compares the database's schema with what this version knows.
func checkSchema(ctx context.Context, c config.API) (string, error) {
	pool, err := postgres.Open(ctx, c.URL)
	if err != nil {
		return "", err
	}
	defer pool.Close()
	schema, err := postgres.SchemaOf(ctx, pool)
	if err == nil {
		err = schema.Check()
	}
	return fmt.Sprintf("at %d, works with code that knows %d or more; this version knows %d", schema.Newest, schema.Needs, schema.Own), err
}

// checkRecords reads what is there once the schema and the zones are.
func checkRecords(ctx context.Context, c config.API) (string, error) {
	pool, err := postgres.Open(ctx, c.URL)
	if err != nil {
		return "", err
	}
	defer pool.Close()
	zones, err := records.New(pool, calendar.New).Zones(ctx)
	switch {
	case err != nil:
		return "", fmt.Errorf("what the schema holds cannot be read: %w", err)
	case len(zones) == 0:
		return "", errors.New("no zone is loaded (percorso zone load --apply)")
	}
	return fmt.Sprintf("%d zones", len(zones)), nil
}

func checkTemporal(ctx context.Context, c config.API) (string, error) {
	temporal, err := dialTemporal(c.Processes, zap.NewNop())
	if err != nil {
		return "", err
	}
	defer temporal.Close()
	if _, err := temporal.CheckHealth(ctx, &client.CheckHealthRequest{}); err != nil {
		return "", err
	}
	_, workers, err := runs.New(temporal).Pollers(ctx, time.Now())
	if err != nil {
		return "", fmt.Errorf("namespace %s: %w", c.Options.Namespace, err)
	}
	return fmt.Sprintf("namespace %s, %d pollers seen of late", c.Options.Namespace, workers), nil
}

// checkTraces asks whether anybody listens where spans are sent.
func checkTraces(ctx context.Context, c config.API) (string, error) {
	if c.Traces == "" {
		return "no spans are sent (OTEL_EXPORTER_OTLP_ENDPOINT)", nil
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.Traces)
	if err != nil {
		return "", err
	}
	return c.Traces, conn.Close()
}

func checkLogin(ctx context.Context, c config.API) (string, error) {
	ctx = oidc.ClientContext(ctx, &http.Client{Timeout: checkTime})
	if _, err := oidc.NewProvider(ctx, c.OIDC.Issuer); err != nil {
		return "", err
	}
	return c.OIDC.Issuer, nil
}
