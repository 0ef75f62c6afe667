// Command percorso-temporal is Temporal on one machine: its server with all four services in one
// process, kept in two PostgreSQL databases, and its Web UI on a Unix socket.
//
// It is a module apart from the product, so that the server's dependencies are none of Percorso's.
// On more than one machine Temporal's own cluster, or its cloud, takes its place.
//
// Everything is read from the environment:
//
//	TEMPORAL_DATABASE_URL             main store, a PostgreSQL URL whose role owns the database
//	TEMPORAL_VISIBILITY_DATABASE_URL  visibility store; another database, since their tables clash
//	TEMPORAL_ADDRESS                  where clients connect, host:port (127.0.0.1:7233)
//	TEMPORAL_NAMESPACE                registered when missing (percorso)
//	TEMPORAL_RETENTION                how long closed runs are kept, set at registration (720h)
//	TEMPORAL_UI_SOCKET                path of the Web UI's Unix socket; no UI when empty
//	TEMPORAL_UI_ORIGIN                the UI's address in a browser, behind whatever guards the socket
//
// The ports of the inner services are chosen free at each start: nobody but this process uses them.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.temporal.io/server/common/log"
)

const (
	defaultAddress   = "127.0.0.1:7233"
	defaultNamespace = "percorso"
	// defaultRetention leaves a month to look at the history of a closed case.
	defaultRetention = 30 * 24 * time.Hour
)

type settings struct {
	address          string
	databaseURL      string
	visibilityURL    string
	namespace        string
	retention        time.Duration
	uiSocket, origin string
}

func main() {
	logger := log.NewZapLogger(log.BuildZapLogger(log.Config{Stdout: true, Level: "warn", Format: "json"}))
	settings, err := readSettings()
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		err = run(ctx, settings, logger)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "percorso-temporal:", err)
		os.Exit(1)
	}
}

// run brings the schema up to date, serves until ctx ends and then stops in order.
func run(ctx context.Context, s settings, logger log.Logger) error {
	main, err := store(s.databaseURL, mainConnections)
	if err != nil {
		return fmt.Errorf("TEMPORAL_DATABASE_URL: %w", err)
	}
	visibility, err := store(s.visibilityURL, visibilityConnections)
	if err != nil {
		return fmt.Errorf("TEMPORAL_VISIBILITY_DATABASE_URL: %w", err)
	}
	if err := updateSchema(main, "postgresql/v12/temporal", logger); err != nil {
		return fmt.Errorf("main store: %w", err)
	}
	if err := updateSchema(visibility, "postgresql/v12/visibility", logger); err != nil {
		return fmt.Errorf("visibility store: %w", err)
	}

	server, err := newServer(s.address, main, visibility, logger)
	if err != nil {
		return err
	}
	if err := server.Start(); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	defer func() { _ = server.Stop() }()

	if err := registerNamespace(ctx, s.address, s.namespace, s.retention); err != nil {
		return fmt.Errorf("namespace %s: %w", s.namespace, err)
	}
	fmt.Println("serving on", s.address)

	if s.uiSocket == "" {
		<-ctx.Done()
		return nil
	}
	return serveUI(ctx, s)
}

func readSettings() (settings, error) {
	s := settings{
		address:       fallback(os.Getenv("TEMPORAL_ADDRESS"), defaultAddress),
		databaseURL:   os.Getenv("TEMPORAL_DATABASE_URL"),
		visibilityURL: os.Getenv("TEMPORAL_VISIBILITY_DATABASE_URL"),
		namespace:     fallback(os.Getenv("TEMPORAL_NAMESPACE"), defaultNamespace),
		retention:     defaultRetention,
		uiSocket:      os.Getenv("TEMPORAL_UI_SOCKET"),
		origin:        os.Getenv("TEMPORAL_UI_ORIGIN"),
	}
	if text := os.Getenv("TEMPORAL_RETENTION"); text != "" {
		retention, err := time.ParseDuration(text)
		if err != nil {
			return settings{}, fmt.Errorf("TEMPORAL_RETENTION: %w", err)
		}
		s.retention = retention
	}
	if s.databaseURL == s.visibilityURL {
		return settings{}, errors.New("TEMPORAL_DATABASE_URL and TEMPORAL_VISIBILITY_DATABASE_URL must name two databases")
	}
	return s, nil
}

func fallback(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
