package main

import (
	"context"
	"errors"
	"flag"
	"os"
	"os/signal"
	"syscall"
	"time"

	"percorso/deploy/bench/fill"
	"percorso/internal/postgres"
)

// commands are what the bench does besides measuring the stack.
var commands = map[string]func(context.Context, []string) error{"fill": fillDatabase}

// command runs one of them, if that is what is asked.
func command() {
	if len(os.Args) < 2 {
		return
	}
	run, ok := commands[os.Args[1]]
	if !ok {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[2:])
	stop()
	end(err)
}

// fillDatabase fills an empty database with made-up cases:
//
//	go run ./deploy/bench fill -cases 100000 -seed 1 postgres://…
func fillDatabase(ctx context.Context, args []string) error {
	size := fill.Size{Now: time.Now()}
	flags := flag.NewFlagSet("fill", flag.ExitOnError)
	flags.IntVar(&size.Cases, "cases", 1000, "open cases")
	flags.Uint64Var(&size.Seed, "seed", 1, "the same seed and size make the same people")
	_ = flags.Parse(args)
	if flags.NArg() != 1 || size.Cases <= 0 {
		return errors.New("fill [-cases N] [-seed N] URL: the address of an empty database, with the login that owns it")
	}
	pool, err := postgres.Open(ctx, flags.Arg(0))
	if err != nil {
		return err
	}
	defer pool.Close()
	return fill.Fill(ctx, pool, size, func(done int) {
		if done%10000 == 0 || done == size.Cases {
			say("%d of %d cases", done, size.Cases)
		}
	})
}
