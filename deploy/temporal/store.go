package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql"
	"go.temporal.io/server/tools/common/schema"
	"go.temporal.io/server/tools/sql"
)

const (
	// Each of the four services has a pool of its own for each store: 112 connections at most.
	mainConnections       = 20
	visibilityConnections = 8
	connectionLifetime    = time.Hour
)

// store turns a PostgreSQL URL into the server's own form. Query parameters (sslmode, sslrootcert …)
// are passed on to the driver as they are.
func store(text string, connections int) (*config.SQL, error) {
	parsed, err := url.Parse(text)
	if err != nil {
		// The error of url.Parse repeats the URL, and with it the password.
		return nil, errors.New("not a URL")
	}
	name := strings.TrimPrefix(parsed.Path, "/")
	if parsed.Hostname() == "" || name == "" || parsed.User.Username() == "" {
		return nil, errors.New("want postgres://user:password@host:port/database")
	}
	port := parsed.Port()
	if port == "" {
		port = "5432"
	}
	password, _ := parsed.User.Password()
	attributes := map[string]string{}
	for key, values := range parsed.Query() {
		attributes[key] = values[0]
	}
	return &config.SQL{
		PluginName:        postgresql.PluginNamePGX,
		User:              parsed.User.Username(),
		Password:          password,
		DatabaseName:      name,
		ConnectAddr:       net.JoinHostPort(parsed.Hostname(), port),
		ConnectProtocol:   "tcp",
		ConnectAttributes: attributes,
		MaxConns:          connections,
		MaxIdleConns:      connections,
		MaxConnLifetime:   connectionLifetime,
	}, nil
}

// updateSchema runs the server's own schema tool with the files embedded in it. Both of its tasks can
// be repeated, also after one that was cut off.
func updateSchema(store *config.SQL, name string, logger log.Logger) error {
	connection, err := sql.NewConnection(store, logger)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer connection.Close()

	// Version 0.0 creates only the tables that remember the version.
	setup := &schema.SetupConfig{InitialVersion: "0.0"}
	if err := schema.NewSetupSchemaTask(connection, setup, logger).Run(); err != nil {
		return fmt.Errorf("schema versions: %w", err)
	}
	update := &schema.UpdateConfig{SchemaName: name}
	if err := schema.NewUpdateSchemaTask(connection, update, logger).Run(); err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	return nil
}
