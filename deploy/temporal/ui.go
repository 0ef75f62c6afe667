package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"github.com/temporalio/ui-server/v2/server/config"
	"github.com/temporalio/ui-server/v2/server/route"
	"github.com/temporalio/ui-server/v2/ui"
)

// uiStopLimit is how long open requests of the Web UI may take to end.
const uiStopLimit = 2 * time.Second

// serveUI serves the Web UI on its socket until ctx ends.
//
// The UI's own login only looks whether a header is there, so it is not used. A Unix socket with mode
// 0600 instead of a port means that nobody reaches the UI except through the gateway, which runs as the
// same user and lets administrators in.
func serveUI(ctx context.Context, s settings) error {
	handler, err := newUI(s)
	if err != nil {
		return fmt.Errorf("web UI: %w", err)
	}
	listener, err := listenPrivately(s.uiSocket)
	if err != nil {
		return fmt.Errorf("web UI: %w", err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("web UI: %w", err)
	case <-ctx.Done():
		limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), uiStopLimit)
		defer cancel()
		if err := server.Shutdown(limit); err != nil {
			_ = server.Close()
		}
		return nil
	}
}

// newUI assembles the UI server's own routes. Its constructor is not used because it can only listen
// on a port.
func newUI(s settings) (http.Handler, error) {
	provider, err := config.NewConfigProviderWithRefresh(&config.Config{
		TemporalGRPCAddress: s.address,
		DefaultNamespace:    s.namespace,
		EnableUI:            true,
		DisableNewsFetch:    true,
		HideLogs:            true,
		CORS:                config.CORS{AllowOrigins: []string{s.origin}},
	})
	if err != nil {
		return nil, err
	}
	assets, err := ui.Assets()
	if err != nil {
		return nil, err
	}
	assets, err = fs.Sub(assets, "local")
	if err != nil {
		return nil, err
	}
	e := echo.New()
	e.Use(middleware.Recover(), middleware.Gzip(), middleware.Secure())
	route.SetHealthRoute(e)
	if err := route.SetAPIRoutes(e, provider, nil); err != nil {
		return nil, err
	}
	if err := route.SetUIRoutes(e, "", assets); err != nil {
		return nil, err
	}
	route.SetRenderRoute(e, "")
	return e, nil
}

// listenPrivately opens a Unix socket for this user alone, in the place of one left by an earlier run.
func listenPrivately(path string) (net.Listener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = listener.Close()
		return nil, err
	}
	return listener, nil
}
