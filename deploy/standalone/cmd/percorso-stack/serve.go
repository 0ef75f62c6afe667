package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/emersion/go-smtp"

	"percorso/deploy/standalone"
	"percorso/deploy/standalone/gateway"
	"percorso/deploy/standalone/identity"
	"percorso/deploy/standalone/mailbox"
)

const (
	headerTimeout = 10 * time.Second
	// stopLimit is how long requests under way may take to end.
	stopLimit = 3 * time.Second
)

func newLogger() *slog.Logger { return slog.New(slog.NewJSONHandler(os.Stdout, nil)) }

// serveIdentity is the process of the OpenID provider.
func serveIdentity(ctx context.Context) error {
	accounts, err := identity.LoadAccounts(os.Getenv("STACK_IDENTITY_STAFF"))
	if err != nil {
		return err
	}
	addresses := standalone.Addresses{
		Pages:      os.Getenv("STACK_PAGES_URL"),
		TemporalUI: os.Getenv("STACK_TEMPORAL_UI_URL"),
	}
	handler, err := identity.New(identity.Config{
		Issuer:   os.Getenv("STACK_IDENTITY_ISSUER"),
		Accounts: accounts,
		Clients:  addresses.Clients(os.Getenv("STACK_PRODUCT_SECRET"), os.Getenv("STACK_GATEWAY_SECRET")),
		KeyFile:  os.Getenv("STACK_IDENTITY_KEY"),
		Logger:   newLogger(),
	})
	if err != nil {
		return err
	}
	return serveHTTP(ctx, os.Getenv("STACK_IDENTITY_LISTEN"), handler)
}

// serveGateway is the process in front of Temporal's Web UI.
func serveGateway(ctx context.Context) error {
	handler, err := gateway.New(gateway.Config{
		PublicURL:      os.Getenv("STACK_TEMPORAL_UI_URL"),
		Socket:         os.Getenv("STACK_UI_SOCKET"),
		Issuer:         os.Getenv("STACK_IDENTITY_ISSUER"),
		ClientID:       standalone.GatewayClient,
		ClientSecret:   os.Getenv("STACK_GATEWAY_SECRET"),
		Administrators: []string{identity.Administrator},
		Logger:         newLogger(),
	})
	if err != nil {
		return err
	}
	return serveHTTP(ctx, os.Getenv("STACK_GATEWAY_LISTEN"), handler)
}

// serveMail is the process of the mail receiver with its page.
func serveMail(ctx context.Context) error {
	box, err := mailbox.Open(os.Getenv("STACK_MAIL_FOLDER"))
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", os.Getenv("STACK_SMTP_LISTEN"))
	if err != nil {
		return err
	}
	receiver := mailbox.NewSMTP(box, "localhost")
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		if err := receiver.Serve(listener); !errors.Is(err, smtp.ErrServerClosed) {
			cancel(err)
		}
	}()
	err = serveHTTP(ctx, os.Getenv("STACK_MAIL_PAGE_LISTEN"), mailbox.Pages(box))
	limit, cancelLimit := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancelLimit()
	if receiver.Shutdown(limit) != nil {
		_ = receiver.Close()
	}
	if cause := context.Cause(ctx); err == nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	return err
}

// serveHTTP serves until ctx ends, and lets the requests under way end.
func serveHTTP(ctx context.Context, address string, handler http.Handler) error {
	server := &http.Server{Addr: address, Handler: handler, ReadHeaderTimeout: headerTimeout}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
		defer cancel()
		if server.Shutdown(limit) != nil {
			_ = server.Close()
		}
		return nil
	}
}
