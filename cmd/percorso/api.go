package main

import (
	"context"
	"errors"
	"io"

	"percorso/api"
	"percorso/internal/calendar"
	"percorso/internal/config"
	"percorso/internal/invitation"
	"percorso/internal/italian"
	"percorso/internal/italian/words"
	"percorso/internal/loops"
	"percorso/internal/observed"
	"percorso/internal/postgres"
	"percorso/internal/postgres/changes"
	"percorso/internal/postgres/consults"
	"percorso/internal/postgres/drafts"
	"percorso/internal/postgres/feeds"
	"percorso/internal/postgres/homevisits"
	"percorso/internal/postgres/logins"
	"percorso/internal/postgres/machine"
	"percorso/internal/postgres/mediation"
	"percorso/internal/postgres/promises"
	"percorso/internal/postgres/queues"
	"percorso/internal/postgres/records"
	"percorso/internal/postgres/seals"
	"percorso/internal/postgres/together"
	"percorso/internal/postgres/waitlist"
	"percorso/internal/runs"
	"percorso/internal/secret"
	"percorso/internal/versions"
	"percorso/internal/watch"
)

func init() {
	commands = append(commands, command{"api", "", "serve the REST API and the pages, and watch the machinery", alone(runAPI)})
}

func runAPI(ctx context.Context, _ io.Writer) error {
	c, err := config.ReadAPI()
	if err != nil {
		return err
	}
	log := newLog("api")
	defer func() { _ = log.Sync() }()
	build, err := versions.Own()
	if err != nil {
		return err
	}
	told, end, err := observed.Traces(ctx, c.Traces != "", "api", build, log)
	if err != nil {
		return err
	}
	defer end()
	pool, err := openCurrent(ctx, c.Database, told)
	if err != nil {
		return err
	}
	defer pool.Close()
	sessions, err := logins.Open(ctx, c.URL)
	if err != nil {
		return err
	}
	defer sessions.Close()
	counts, err := observed.Counts(c.Metrics, "api", build, log)
	if err != nil {
		return err
	}
	temporal, err := dialTemporal(c.Processes, log, counts.Temporal)
	if err != nil {
		return err
	}
	defer temporal.Close()
	linkKey, err := invitation.Key(c.LinkKey, c.Keys)
	if err != nil {
		return err
	}
	store := records.New(pool, calendar.New)
	if store.SearchKey, err = secret.Key(c.SearchKey, c.Keys, "searches"); err != nil {
		return err
	}
	loginKey, err := secret.Key("", c.Keys, "logins")
	if err != nil {
		return err
	}
	kept := logins.New(sessions, c.Idle)
	set, seen := &loops.Set{}, machine.NewWatch(pool)
	if err := errors.Join(counts.Pool("main", pool), counts.Pool("sessions", sessions), counts.Store(seen)); err != nil {
		return err
	}
	options := api.Options{
		Listen:    c.Listen,
		PublicURL: c.PublicURL,
		Records:   store,
		Mails:     machine.NewMails(pool),
		Temporal:  temporal,
		OIDC:      api.OIDC(c.OIDC),
		Sessions:  kept,
		Lines:     logins.NewLines(pool, loginKey, store.Clock),
		Drafts:    drafts.New(pool, store.Clock),
		Feeds:     feeds.New(pool, store.Clock),
		Promises:  promises.New(pool, store.Clock),
		Requests:  mediation.New(pool, postgres.NewRules(calendar.New), store.Clock),
		Waiting:   waitlist.New(pool, postgres.NewRules(calendar.New), store.Clock),
		Together:  together.New(pool, postgres.NewRules(calendar.New), store.Clock),
		Numbers:   queues.New(pool, calendar.New, store.Clock),
		Consults:  consults.New(pool, calendar.New, store.Clock),
		Visits:    homevisits.New(pool, calendar.New, store.Clock),
		Words:     words.Words{},
		Calendar:  calendar.New,
		Log:       log,
		LinkKey:   linkKey, LoginKey: loginKey,
		Brakes: api.Brakes{Logins: c.Logins, Tokens: c.Tokens, Links: c.Links, Sources: c.Sources}, Proxies: c.Proxies,
		Idle: c.Idle, Life: c.Life,
		Changes:  changes.New(pool),
		Workers:  seen,
		Loops:    set,
		Meter:    counts,
		Schema:   func(ctx context.Context) error { return schemaFits(ctx, pool) },
		Unsealed: func(ctx context.Context) (bool, error) { return seals.Late(ctx, pool) },
	}
	if told != nil {
		options.Spans = told
	}
	server, err := api.New(options)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go observed.Serve(ctx, c.Metrics, counts, log)
	processes := runs.New(temporal)
	mender := watch.NewMender(machine.NewTroubles(pool), processes, log)
	mender.Started = counts.Restarts()
	watching := loops.Loop{Name: "watch", Run: watch.New(seen, processes, mender, log).Run}
	refreshing := loops.Loop{Name: "refresher", Run: watch.NewRefresher(machine.NewHealth(pool, italian.Rome), log).Run}
	return ended(log, keepingUp(ctx, pool, func(ctx context.Context) error {
		// Server, watch and refresher end with one another, whichever way that goes.
		old := func(ctx context.Context) error {
			return errors.Join(drafts.Forgetting(pool)(ctx), promises.Forgetting(pool)(ctx))
		}
		cleaning := func(ctx context.Context) error { kept.CleanUp(ctx, log, old); return nil }
		sealing := func(ctx context.Context) error { seals.Run(ctx, pool, log); return nil }
		return loops.Together(ctx, server.Run, sealing, cleaning, func(ctx context.Context) error { return set.Run(ctx, watching, refreshing) })
	}))
}
