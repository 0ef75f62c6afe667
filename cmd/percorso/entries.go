package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres/machine"
)

func init() {
	commands = append(commands, command{
		"entries", "[--retry ID | --refuse ID]",
		"list the accepted entries that cannot be written; --retry has one tried again now, --refuse takes it away and tells its author", entries,
	})
}

// entries lists what is deferred, or mends one of them.
func entries(args []string) (work, error) {
	flags := newFlags()
	retry, refuse := flags.String("retry", "", ""), flags.String("refuse", "", "")
	_, err := read(flags, args, 0, 0)
	id := *retry + *refuse
	switch {
	case err != nil:
		return nil, err
	case *retry != "" && *refuse != "":
		return nil, fmt.Errorf("%w: --retry and --refuse exclude each other", errUsage)
	case len(args) > 0 && !care.IsID(id):
		return nil, fmt.Errorf("%w: ID is that of an entry, as the list has it", errUsage)
	}
	return func(ctx context.Context, out io.Writer) error {
		return onDatabase(ctx, asRebuild, func(pool *pgxpool.Pool) error {
			if id == "" {
				return showDeferred(ctx, pool, out)
			}
			err := machine.MendEntry(ctx, pool, id, *refuse != "")
			switch {
			case errors.Is(err, ledger.ErrNotFound):
				return fmt.Errorf("no entry %s is deferred: it may have been worked, or refused, meanwhile", id)
			case err != nil:
				return err
			case *refuse != "":
				_, err = fmt.Fprintf(out, "%s is refused: its author has a notice with what was typed\n", id)
			default:
				_, err = fmt.Fprintf(out, "%s is tried again now: percorso entries shows whether it could be written\n", id)
			}
			return err
		})
	}, nil
}

// showDeferred lists the deferred entries of all zones, the oldest first.
func showDeferred(ctx context.Context, pool *pgxpool.Pool, out io.Writer) error {
	all, err := machine.AllDeferred(ctx, pool)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		_, err = fmt.Fprintln(out, "every accepted entry can be written")
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "ID\tCASE\tRUN\tZONE\tOPERATION\tSINCE\tCODE\tTRIES\tNEXT TRY\tBEHIND IT")
	for _, e := range all {
		number := e.CaseNumber
		if number == "" {
			number = "-"
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%d\n", e.ID, number, e.Run, e.Zone, e.Operation,
			e.Since.UTC().Format(time.RFC3339), e.Code, e.Tries, e.Next.UTC().Format(time.RFC3339), e.Behind)
	}
	return table.Flush()
}
