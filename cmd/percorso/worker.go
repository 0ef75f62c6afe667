package main

import (
	"context"

	"percorso/internal/calendar"
	"percorso/internal/config"
	"percorso/internal/invitation"
	"percorso/internal/postgres"
	"percorso/worker"
	"percorso/worker/post"
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
	linkKey, err := invitation.Key(c.LinkKey, c.Keys)
	if err != nil {
		return err
	}
	parts, err := connect(ctx, "worker", c.Database, c.Processes)
	if err != nil {
		return err
	}
	defer parts.close()
	return worker.Run(ctx, worker.Options{
		Temporal: parts.temporal,
		Steps:    postgres.NewSteps(parts.pool, calendar.New),
		Mailer: &post.Mailer{
			Address: c.SMTPAddress, From: c.MailFrom, PublicURL: c.PublicURL, TLS: c.SMTPTLS, LinkKey: linkKey,
		},
		Log: parts.log,
	})
}
