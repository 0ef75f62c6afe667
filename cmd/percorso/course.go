package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/postgres/machine"
	"percorso/workflows"
)

func init() {
	commands = append(commands, command{
		"course", "[--move KIND [--case ID]]",
		"show which courses the open runs follow; --move brings those of a kind to the newest that this version knows", course,
	})
}

// course shows the courses of the open runs, or has some of them brought to the
// newest. That is asked for like anything else: each run gets an entry, which its
// worker works as one step.
func course(args []string) (work, error) {
	flags := newFlags()
	kind, caseID := flags.String("move", "", ""), flags.String("case", "", "")
	_, err := read(flags, args, 0, 0)
	newest, known := workflows.Courses()[care.RunKind(*kind)]
	switch {
	case err != nil:
		return nil, err
	case *kind != "" && !known:
		return nil, fmt.Errorf("%w: KIND is one of %s", errUsage, strings.Join(kinds(), ", "))
	case *caseID != "" && *kind == "":
		return nil, fmt.Errorf("%w: --case goes with --move", errUsage)
	case *caseID != "" && !care.IsID(*caseID):
		return nil, fmt.Errorf("%w: --case takes the id of a case file, as its page's address has it", errUsage)
	}
	return func(ctx context.Context, out io.Writer) error {
		return onDatabase(ctx, asRebuild, func(pool *pgxpool.Pool) error {
			if *kind == "" {
				return showCourses(ctx, pool, out)
			}
			return askForCourse(ctx, pool, care.RunKind(*kind), newest, *caseID, out)
		})
	}, nil
}

// askForCourse asks the open runs of a kind, of one case or of all, to go over to a course.
func askForCourse(ctx context.Context, pool *pgxpool.Pool, kind care.RunKind, newest int, caseID string, out io.Writer) error {
	asked, err := machine.AskNewCourse(ctx, pool, kind, newest, caseID)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d runs asked to go over to course %d\n", asked, newest)
	return err
}

// showCourses shows how many open runs of each kind follow which course.
func showCourses(ctx context.Context, pool *pgxpool.Pool, out io.Writer) error {
	open, err := machine.OpenCourses(ctx, pool)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "KIND\tCOURSE\tOPEN RUNS\tNEWEST HERE")
	for _, o := range open {
		_, _ = fmt.Fprintf(table, "%s\t%d\t%d\t%d\n", o.Kind, o.Course, o.Runs, workflows.Courses()[o.Kind])
	}
	return table.Flush()
}

// kinds are the kinds of runs.
func kinds() (all []string) {
	for kind := range workflows.Courses() {
		all = append(all, string(kind))
	}
	slices.Sort(all)
	return all
}
