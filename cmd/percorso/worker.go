package main

import (
	"context"

	"percorso/activities"
	"percorso/internal/calendar"
	"percorso/internal/config"
	"percorso/internal/postgres"
	"percorso/worker"
)

func init() {
	commands = append(commands, command{"worker", "", "work the processes and relay what they tell", runWorker})
}

func runWorker(ctx context.Context, args []string) error {
	if len(args) > 0 {
		return errUsage
	}
	c, err := config.ReadWorker()
	if err != nil {
		return err
	}
	log := newLog("worker")
	defer func() { _ = log.Sync() }()
	pool, err := postgres.Open(ctx, c.URL)
	if err != nil {
		return err
	}
	defer pool.Close()
	temporal, err := dialTemporal(c.Processes, log)
	if err != nil {
		return err
	}
	defer temporal.Close()
	return worker.Run(ctx, worker.Options{
		Temporal: temporal,
		Steps:    postgres.NewSteps(pool, calendar.New),
		Mailer:   &activities.Mailer{Address: c.SMTPAddress, From: c.MailFrom, PublicURL: c.PublicURL, TLS: c.SMTPTLS},
		Log:      log,
	})
}
