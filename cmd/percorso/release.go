package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"go.uber.org/zap"

	"percorso/internal/config"
	"percorso/internal/ledger"
	"percorso/internal/postgres/machine"
	"percorso/internal/versions"
)

func init() {
	commands = append(commands, command{
		"release", "[--list | --build BUILD | --unversioned] [--wait DURATION] [--force]",
		"give the runs to the workers of this version, or of another one that stands by; --list shows which there are", release,
	})
}

// releaseWait is how long release waits for a worker of the version, unless it is told.
const releaseWait = time.Minute

// release makes a version current once a worker of it polls, and shows how the versions stand.
func release(args []string) (work, error) {
	flags := newFlags()
	list, unversioned, force := flags.Bool("list", false, ""), flags.Bool("unversioned", false, ""), flags.Bool("force", false, "")
	build, wait := flags.String("build", "", ""), flags.Duration("wait", releaseWait, "")
	_, err := read(flags, args, 0, 0)
	switch {
	case err != nil:
		return nil, err
	case *unversioned && *build != "" || *list && len(args) > 1:
		return nil, fmt.Errorf("%w: --list, --build and --unversioned exclude each other", errUsage)
	case *wait <= 0:
		return nil, fmt.Errorf("%w: --wait is a time such as 90s", errUsage)
	case *build != "" && !config.IsBuild(*build):
		return nil, fmt.Errorf("%w: --build %s", errUsage, config.BuildRule)
	}
	patient := false
	flags.Visit(func(f *flag.Flag) { patient = patient || f.Name == "wait" })
	return func(ctx context.Context, out io.Writer) error {
		c, err := config.ReadRelease()
		if err != nil {
			return err
		}
		wanted := *build // empty: Unversioned
		if *build == "" && !*unversioned {
			if wanted, err = buildOf(c.Versions); err != nil {
				return err
			}
		}
		temporal, err := dialTemporal(c.Processes, zap.NewNop())
		if err != nil {
			return err
		}
		defer temporal.Close()
		v := versions.New(temporal)
		if c.URL == "" {
			_, _ = fmt.Fprintln(out, "PERCORSO_DATABASE_URL is not set: Temporal alone is asked who works, and notices more than a minute late that a worker is gone")
		} else {
			pool, err := openCurrent(ctx, c.Database, nil)
			if err != nil {
				return err
			}
			defer pool.Close()
			v.Workers = func(ctx context.Context) (ledger.Workers, error) {
				said, err := machine.WorkersForRelease(ctx, pool)
				return said, lacks(asRebuild, err)
			}
		}
		if !*list {
			if err := releaseOne(ctx, v, wanted, *force, *wait, patient, out); err != nil {
				return err
			}
		}
		return showVersions(ctx, v, out)
	}, nil
}

// releaseOne makes one version current, and says what was so before. A patient one
// waits too where all workers of the version are gone, since some may be starting.
func releaseOne(ctx context.Context, v *versions.Versions, build string, force bool, wait time.Duration, patient bool, out io.Writer) error {
	bounded, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	before, err := v.Release(bounded, build, force)
	for patient && errors.Is(err, versions.ErrGone) && bounded.Err() == nil {
		select {
		case <-bounded.Done():
		case <-time.After(time.Second):
			before, err = v.Release(bounded, build, force)
		}
	}
	switch {
	case errors.Is(err, versions.ErrNoWorker) || errors.Is(err, versions.ErrGone):
		_ = showVersions(ctx, v, out)
		return fmt.Errorf("%w. Nothing was changed: start a worker of it first, and repeat this with --wait if it has only just been started; with --force it becomes current all the same, and nothing is worked until one polls", err)
	case err != nil:
		return fmt.Errorf("%s is not current: %w", versions.Named(build), err)
	case before == build:
		_, err = fmt.Fprintf(out, "%s was current already\n", versions.Named(build))
	default:
		_, err = fmt.Fprintf(out, "%s is current, before it was %s\n", versions.Named(build), versions.Named(before))
	}
	if err == nil && force {
		_, err = fmt.Fprintf(out, "Warning: it was not asked whether a worker of it is there. Until one polls, nothing of the runs is worked.\n")
	}
	return err
}

// showVersions lists the versions, and how each stands.
func showVersions(ctx context.Context, v *versions.Versions, out io.Writer) error {
	list, err := v.List(ctx, time.Now())
	if err != nil {
		return err
	}
	var doubtful []string
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "BUILD\tSTANDS\tWORKERS\tKNOWN SINCE")
	for _, version := range list {
		stands, since := "gone", "-"
		switch {
		case version.Current && version.Workers == 0:
			stands = "current, no worker"
		case version.Current:
			stands = "current"
		case version.Workers > 0:
			stands = "stands by"
		}
		if !version.Created.IsZero() {
			since = version.Created.UTC().Format(time.RFC3339)
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%d\t%s\n", versions.Named(version.Build), stands, version.Workers, since)
		if version.Workers == 0 && version.Polling > 0 {
			doubtful = append(doubtful, fmt.Sprintf("%s: Temporal still lists %d that polled of late, but all have ended or grown silent", versions.Named(version.Build), version.Polling))
		}
	}
	err = table.Flush()
	for _, line := range doubtful {
		_, _ = fmt.Fprintln(out, line)
	}
	return err
}
