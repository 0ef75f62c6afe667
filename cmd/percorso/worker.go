package main

import (
	"context"
	"crypto/x509"
	"io"
	"net/http"
	"time"

	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"

	"percorso/internal/calendar"
	"percorso/internal/config"
	"percorso/internal/invitation"
	"percorso/internal/loops"
	"percorso/internal/observed"
	"percorso/internal/postgres"
	"percorso/internal/postgres/machine"
	"percorso/internal/postgres/outbox"
	"percorso/internal/postgres/reminded"
	"percorso/internal/postgres/steps"
	"percorso/internal/postgres/waitlist"
	"percorso/internal/probe"
	"percorso/internal/runs"
	"percorso/internal/versions"
	"percorso/worker"
	"percorso/worker/offering"
	"percorso/worker/post"
	"percorso/worker/reminding"
)

func init() {
	commands = append(commands, command{"worker", "", "work the processes and relay what they tell", alone(runWorker)})
}

func runWorker(ctx context.Context, _ io.Writer) error {
	c, err := config.ReadWorker()
	if err != nil {
		return err
	}
	linkKey, err := invitation.Key(c.LinkKey, c.Keys)
	if err != nil {
		return err
	}
	build, err := buildOf(c.Versions)
	if err != nil {
		return err
	}
	log := newLog("worker")
	counts, err := observed.Counts(c.Metrics, "worker", build, log)
	if err != nil {
		return err
	}
	told, end, err := observed.Traces(ctx, c.Traces != "", "worker", build, log)
	if err != nil {
		return err
	}
	defer end()
	polls, set := &worker.Polls{}, &loops.Set{}
	parts, err := connect(ctx, log, c.Database, c.Processes, told, counts.Temporal, func(o *client.Options) {
		o.ConnectionOptions.DialOptions = append(o.ConnectionOptions.DialOptions, grpc.WithChainUnaryInterceptor(polls.See))
	})
	if err != nil {
		return err
	}
	defer parts.close()
	knows, err := postgres.NewestMigration()
	if err != nil {
		return err
	}
	if err := counts.Pool("main", parts.pool); err != nil {
		return err
	}
	written := steps.New(parts.pool, calendar.New)
	writes := counts.Steps(written)
	if told != nil {
		writes = told.Steps(writes, written)
	}
	mailer := &post.Mailer{Server: mailServer(c.Mail), From: c.MailFrom, PublicURL: c.PublicURL, LinkKey: linkKey}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go workerPort(c.Health, parts, set, polls).Serve(ctx)
	go observed.Serve(ctx, c.Metrics, counts, log)
	return ended(parts.log, keepingUp(ctx, parts.pool, func(ctx context.Context) error {
		return worker.Run(ctx, worker.Options{
			Temporal: parts.temporal,
			Steps:    writes,
			Outbox:   outbox.New(parts.pool),
			Mailer:   counts.Mails(mailer),
			Reminder: &reminding.Reminding{Outbox: reminded.NewOutbox(parts.pool, calendar.New), Texts: reminding.NewGateways(c.Texts, time.Now), Mailer: mailer, Log: parts.log, Now: time.Now}, //nolint:forbidigo // the clock of what is due
			Offering: &offering.Offering{Lists: waitlist.NewOffering(parts.pool, calendar.New), Log: parts.log, Now: time.Now},                                                                   //nolint:forbidigo // the clock of what is free
			Log:      parts.log,

			Build: build, ByRelease: c.Mode == config.VersionsByRelease,

			Presence: machine.NewWorkers(parts.pool),
			Polls:    polls,
			Loops:    set,
			Schema:   knows,
		})
	}))
}

// workerPort is where a worker is looked at from outside.
func workerPort(address string, parts *connections, set *loops.Set, polls *worker.Polls) *probe.Port {
	processes := runs.New(parts.temporal)
	look := &probe.Probe{
		Still: func() []string { return worker.Still(set, polls) },
		Needs: []probe.Need{
			{Name: "postgres", Ask: parts.pool.Ping},
			{Name: "schema", Ask: func(ctx context.Context) error { return schemaFits(ctx, parts.pool) }},
			{Name: "temporal", Ask: func(ctx context.Context) error {
				_, _, err := processes.Pollers(ctx, time.Now())
				return err
			}},
		},
	}
	handler := http.NewServeMux()
	handler.HandleFunc("GET /livez", look.Live)
	handler.HandleFunc("GET /readyz", look.Ready)
	return &probe.Port{Address: address, Variable: "PERCORSO_HEALTH_LISTEN", Handler: handler, Log: parts.log}
}

// buildOf is the version that a worker with these settings is: as it is told, else as it was built.
func buildOf(c config.Versions) (string, error) {
	switch {
	case c.Mode == config.VersionsOff:
		return versions.Unversioned, nil
	case c.Build != "":
		return c.Build, nil
	}
	return versions.Own()
}

// mailServer is the mail server of some settings.
func mailServer(c config.Mail) post.Server {
	s := post.Server{Address: c.SMTPAddress, Security: post.Security(c.SMTPTLS), User: c.SMTPUser, Password: c.SMTPPassword}
	if c.SMTPRoots != "" {
		s.Roots = x509.NewCertPool()
		s.Roots.AppendCertsFromPEM([]byte(c.SMTPRoots))
	}
	return s
}
