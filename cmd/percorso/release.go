package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"go.uber.org/zap"

	"percorso/internal/config"
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

// release makes a version current once a worker of it polls, and shows how the
// versions stand.
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
	}
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
		if !*list {
			if err := releaseOne(ctx, v, wanted, *force, *wait, out); err != nil {
				return err
			}
		}
		return showVersions(ctx, v, out)
	}, nil
}

// releaseOne makes one version current, and says what was so before.
func releaseOne(ctx context.Context, v *versions.Versions, build string, force bool, wait time.Duration, out io.Writer) error {
	bounded, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	before, err := v.Release(bounded, build, force)
	switch {
	case errors.Is(err, versions.ErrNoWorker):
		_ = showVersions(ctx, v, out)
		return fmt.Errorf("%w, and nothing was changed: start one first; with --force it becomes current all the same, and nothing is worked until one polls", err)
	case err != nil:
		return fmt.Errorf("%s is not current: %w", versions.Named(build), err)
	case before == build:
		_, err = fmt.Fprintf(out, "%s was current already\n", versions.Named(build))
	default:
		_, err = fmt.Fprintf(out, "%s is current, before it was %s\n", versions.Named(build), versions.Named(before))
	}
	return err
}

// showVersions lists the versions, and how each stands.
func showVersions(ctx context.Context, v *versions.Versions, out io.Writer) error {
	list, err := v.List(ctx, time.Now())
	if err != nil {
		return err
	}
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
	}
	return table.Flush()
}
