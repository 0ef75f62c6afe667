package main

import (
	"context"
	"crypto/x509"
	"io"

	"percorso/internal/calendar"
	"percorso/internal/config"
	"percorso/internal/invitation"
	"percorso/internal/postgres/outbox"
	"percorso/internal/postgres/steps"
	"percorso/internal/versions"
	"percorso/worker"
	"percorso/worker/post"
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
	parts, err := connect(ctx, "worker", c.Database, c.Processes)
	if err != nil {
		return err
	}
	defer parts.close()
	return keepingUp(ctx, parts.pool, func(ctx context.Context) error {
		return worker.Run(ctx, worker.Options{
			Temporal: parts.temporal,
			Steps:    steps.New(parts.pool, calendar.New),
			Outbox:   outbox.New(parts.pool),
			Mailer:   &post.Mailer{Server: mailServer(c.Mail), From: c.MailFrom, PublicURL: c.PublicURL, LinkKey: linkKey},
			Log:      parts.log,

			Build: build, ByRelease: c.Mode == config.VersionsByRelease,
		})
	})
}

// buildOf is the version that a worker with these settings is: as it is told, else
// as it was built.
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
