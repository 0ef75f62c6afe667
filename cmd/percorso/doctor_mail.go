package main

import (
	"context"
	"errors"
	"io"

	"percorso/internal/config"
	"percorso/worker/post"
)

func init() {
	commands = append(commands, command{"doctor mail", "", "check what the process worker needs to send mails: settings, mail server, login", alone(doctorMail)})
}

// doctorMail checks the mail server with the worker's own settings, and says in
// one line what is to be mended. It sends nothing.
func doctorMail(ctx context.Context, out io.Writer) error {
	c, err := config.ReadMail()
	tell(out, "settings", "", err)
	if err != nil {
		return errors.New("without settings nothing else can be checked")
	}
	mailer := &post.Mailer{Server: mailServer(c), From: c.MailFrom}
	err = mailer.Check(ctx)
	found := c.SMTPAddress + ", encryption " + c.SMTPTLS
	if c.SMTPUser != "" {
		found += ", with login"
	}
	tell(out, "mail", found, err)
	if err != nil {
		return errors.New("mails cannot be sent")
	}
	return nil
}
