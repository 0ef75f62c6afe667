package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/deploy/standalone"
	"percorso/deploy/standalone/demo"
	"percorso/internal/postgres"
)

// demoLimit bounds the whole run, should the stack not answer.
const demoLimit = 10 * time.Minute

func parseDemo(arguments []string) (work, error) {
	if len(arguments) > 0 {
		return nil, fmt.Errorf("demo: unexpected %q", arguments[0])
	}
	return func(ctx context.Context, options standalone.Options) error { return fill(ctx, options.DataDir) }, nil
}

// fill fills the running stack with made-up people.
func fill(ctx context.Context, dataDir string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, demoLimit, fmt.Errorf("not done within %s", demoLimit))
	defer cancel()
	var logins demo.Logins
	for part, pool := range map[standalone.Part]**pgxpool.Pool{standalone.API: &logins.API, standalone.Worker: &logins.Worker, standalone.Ops: &logins.Ops} {
		opened, err := open(ctx, dataDir, part)
		if err != nil {
			return err
		}
		defer opened.Close()
		*pool = opened
	}
	there, err := demo.There(ctx, logins)
	if err != nil {
		return err
	}
	if there {
		fmt.Println("The made-up people are there already, and nothing was added. To begin anew: stop the stack, make clean-data, make run, make demo.")
		return nil
	}
	began := time.Now()
	fmt.Println("Nine months of work in three zones are played now; the pages are away meanwhile.")
	var played demo.Played
	err = standalone.Aside(ctx, dataDir, func() (err error) {
		played, err = demo.Play(ctx, logins, time.Now(), os.Stdout)
		return err
	})
	if err != nil {
		return err
	}
	for _, person := range played.Behind {
		fmt.Println("Not yet as far as they were to come:", person)
	}
	fmt.Println("The worker takes their processes up.")
	if err := played.TakenUp(ctx, logins.Ops); err != nil {
		return err
	}
	addresses, _, err := standalone.Running(dataDir, standalone.API)
	if err != nil {
		return err
	}
	fmt.Printf("Done in %.0f s: %d people with a case file. Log in on %s.\n", time.Since(began).Seconds(), played.People, addresses.Pages)
	return nil
}

// open opens the stack's database with the login of a part.
func open(ctx context.Context, dataDir string, part standalone.Part) (*pgxpool.Pool, error) {
	_, environment, err := standalone.Running(dataDir, part)
	if err != nil {
		return nil, err
	}
	for _, variable := range environment {
		if url, ok := strings.CutPrefix(variable, "PERCORSO_DATABASE_URL="); ok {
			return postgres.Open(ctx, url)
		}
	}
	return nil, fmt.Errorf("%s has no database", part)
}
