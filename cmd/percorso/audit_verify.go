package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/postgres/seals"
)

func init() {
	commands = append(commands, command{"audit verify", "[--against DIGEST]", "compare the lines of audit and timeline with their seals", parseAuditVerify})
}

// hexDigest is how a seal's digest is written.
var hexDigest = regexp.MustCompile(`^[0-9a-f]{64}$`)

func parseAuditVerify(args []string) (work, error) {
	flags := newFlags()
	against := ""
	flags.Func("against", "", func(value string) error {
		if !hexDigest.MatchString(value) {
			return errors.New("a digest is 64 digits from 0 to f")
		}
		against = value
		return nil
	})
	if _, err := read(flags, args, 0, 0); err != nil {
		return nil, err
	}
	return func(ctx context.Context, out io.Writer) error {
		return onDatabase(ctx, asAuditor, func(pool *pgxpool.Pool) error { return auditVerify(ctx, pool, out, against) })
	}, nil
}

// auditVerify compares every line with its seal, and says by number what differs.
func auditVerify(ctx context.Context, pool *pgxpool.Pool, out io.Writer, against string) error {
	r, err := seals.Verify(ctx, pool, against, func(line string) { _, _ = fmt.Fprintln(out, line) })
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "%d seals over %d lines of audit and %d of timeline\n", r.Seals, r.Lines["audit"], r.Lines["timeline"])
	if n := r.Unsealed["audit"] + r.Unsealed["timeline"]; n > 0 {
		since := ""
		if r.Since != nil {
			since = ", in the audit since " + r.Since.UTC().Format(time.RFC3339)
		}
		_, _ = fmt.Fprintf(out, "%d lines are not sealed yet%s\n", n, since)
	}
	if r.Last != "" {
		_, _ = fmt.Fprintf(out, "last seal: %s\n", r.Last)
	}
	return r.Wrong()
}
