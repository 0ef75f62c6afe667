package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"

	"percorso/deploy/bench/fill"
	"percorso/deploy/bench/lists"
	"percorso/internal/postgres"
)

// commands are what the bench does besides measuring the stack.
var commands = map[string]func(context.Context, []string) error{"fill": fillDatabase, "filled": measureFilled, "lists": measureLists, "offers": measureOffers}

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

// listsPlan is what the whole bench measures of lists.
func listsPlan() lists.Plan {
	return lists.Plan{Small: 1000, Large: 100000, Seed: 1, Repeats: 3, Times: 9, Now: time.Now(), Say: say}
}

// measureLists measures lists alone:
//
//	go run ./deploy/bench lists -large 10000
func measureLists(ctx context.Context, args []string) error {
	plan := listsPlan()
	var write string
	flags := flag.NewFlagSet("lists", flag.ExitOnError)
	flags.IntVar(&plan.Small, "small", plan.Small, "open cases in the smaller database")
	flags.IntVar(&plan.Large, "large", plan.Large, "open cases in the larger one")
	flags.Uint64Var(&plan.Seed, "seed", plan.Seed, "of the made-up cases")
	flags.IntVar(&plan.Repeats, "repeats", plan.Repeats, "measurements, of which the median counts")
	flags.IntVar(&plan.Times, "times", plan.Times, "that each thing is done in one of them")
	flags.Func("only", "regular expression: measure only what has such a name", func(text string) (err error) {
		plan.Only, err = regexp.Compile(text)
		return err
	})
	flags.StringVar(&plan.Keep, "keep", "", "folder in which the filled databases stay, and are measured again the same day without being filled anew")
	flags.StringVar(&write, "write", "", "also write the result into this Markdown file, between its markers for lists")
	_ = flags.Parse(args)
	if flags.NArg() > 0 || min(plan.Small, plan.Repeats, plan.Times) <= 0 || plan.Large < plan.Small {
		flags.Usage()
		os.Exit(2)
	}
	r, err := lists.Measure(ctx, plan)
	return errors.Join(err, tellLists(r, write))
}

// offersPlan is what the whole bench measures of the places that are offered.
func offersPlan() lists.OffersPlan {
	return lists.OffersPlan{Bookings: 50000, Repeats: 3, Times: 9, Now: time.Now(), Say: say}
}

// measureOffers measures the places that are offered alone:
//
//	go run ./deploy/bench offers
func measureOffers(ctx context.Context, args []string) error {
	plan := offersPlan()
	var write string
	flags := flag.NewFlagSet("offers", flag.ExitOnError)
	flags.IntVar(&plan.Bookings, "bookings", plan.Bookings, "bookings in the database; then ten times as many")
	flags.IntVar(&plan.Repeats, "repeats", plan.Repeats, "measurements, of which the median counts")
	flags.IntVar(&plan.Times, "times", plan.Times, "that somebody asks in one of them")
	flags.StringVar(&write, "write", "", "also write the result into this Markdown file, between its markers for offers")
	_ = flags.Parse(args)
	if flags.NArg() > 0 || min(plan.Bookings, plan.Repeats, plan.Times) <= 0 {
		flags.Usage()
		os.Exit(2)
	}
	r, err := lists.MeasureOffers(ctx, plan)
	return errors.Join(err, tellOffers(r, write))
}

// tellOffers prints what was measured of the places that are offered, writes it into a file if
// one is named, and says whether the goal is missed.
func tellOffers(r *lists.OffersResult, write string) (err error) {
	if r == nil {
		return nil
	}
	fmt.Print("\n", r.Markdown())
	if write != "" {
		err = writeBetweenMarkers(write, offersMarkers, r.Markdown())
	}
	if r.Missed() {
		err = errors.Join(err, errors.New("the goal of the offers is missed"))
	}
	return err
}

// tellLists prints what was measured of lists, writes it into a file if one is named,
// and says whether a goal is missed.
func tellLists(r *lists.Result, write string) (err error) {
	if r == nil {
		return nil
	}
	fmt.Print("\n", r.Markdown())
	if write != "" {
		err = writeBetweenMarkers(write, listsMarkers, r.Markdown())
	}
	if r.Missed() {
		err = errors.Join(err, errors.New("a goal of the lists is missed"))
	}
	return err
}
