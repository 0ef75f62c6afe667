package main

import (
	"context"
	"errors"

	"percorso/internal/config"
	"percorso/worker/post"
)

func init() {
	commands = append(commands, command{"doctor mail", "", "check what the process worker needs to send mails: settings, mail server, login", doctorMail})
}

// doctorMail checks the mail server with the worker's own settings, and says in
// one line what is to be mended. It sends nothing.
func doctorMail(ctx context.Context, args []string) error {
	if len(args) > 0 {
		return errUsage
	}
	c, err := config.ReadMail()
	tell("settings", "", err)
	if err != nil {
		return errors.New("without settings nothing else can be checked")
	}
	mailer := &post.Mailer{Server: mailServer(c), From: c.MailFrom}
	err = mailer.Check(ctx)
	found := c.SMTPAddress + ", encryption " + c.SMTPTLS
	if c.SMTPUser != "" {
		found += ", with login"
	}
	tell("mail", found, err)
	if err != nil {
		return errors.New("mails cannot be sent")
	}
	return nil
}
