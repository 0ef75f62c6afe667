package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/deploy/bench/fill"
	"percorso/deploy/standalone"
	"percorso/internal/italian"
	"percorso/internal/postgres"
	"percorso/internal/postgres/machine"
	"percorso/internal/postgres/seals"
)

// measureFilled measures the steps, and nothing else, on a stack of its own in whose database
// there were many cases before it started:
//
//	bin/percorso-stack exec api go run ./deploy/bench filled -keep FOLDER
//
// Nothing of the filled cases is due for a month. Their processes would be started all the
// same, as lost ones: the mark that nobody works the database is back once the stack runs.
func measureFilled(ctx context.Context, args []string) (err error) {
	size := fill.Size{Now: time.Now()}
	var keep, repeats, slot string
	flags := flag.NewFlagSet("filled", flag.ExitOnError)
	flags.IntVar(&size.Cases, "cases", 100000, "open cases in the database")
	flags.Uint64Var(&size.Seed, "seed", 1, "of the made-up cases")
	flags.StringVar(&keep, "keep", "", "folder in which the filled database stays, and is measured again without being filled anew")
	flags.StringVar(&repeats, "repeats", "3", "measurements of each way")
	flags.StringVar(&slot, "slot", "20s", "length of one measurement")
	_ = flags.Parse(args)
	if flags.NArg() > 0 || size.Cases <= 0 {
		flags.Usage()
		os.Exit(2)
	}
	folder := keep
	if keep == "" {
		if folder, err = os.MkdirTemp("", "percorso-filled-"); err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(folder) }()
	}
	options, err := filledOptions(folder)
	if err != nil {
		return err
	}
	if err := fillStack(ctx, options, size); err != nil {
		return err
	}
	say("starting a stack on %d cases", size.Cases)
	stack, err := standalone.Start(ctx, options)
	if err != nil {
		return err
	}
	defer stack.Stop()
	if err := administer(ctx, stack, "INSERT INTO unattended DEFAULT VALUES"); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	steps := exec.CommandContext(ctx, self, "-repeats", repeats, "-slot", slot, "-paths", "0", "-walks", "0", "-restarts", "0", "-visits", "0", "-claims", "0", "-clicks=false", "-lists=false") // #nosec G204 -- our own binary
	steps.Env = append(os.Environ(), stack.Env(standalone.API)...)
	steps.Stdout, steps.Stderr = os.Stdout, os.Stderr
	return steps.Run()
}

// filledOptions are those of a stack in a folder: its zones have places for everybody, and
// its staff are those of the demonstration and of the filled cases.
func filledOptions(folder string) (standalone.Options, error) {
	binaries := filepath.Dir(os.Getenv("PERCORSO_STACK"))
	options := standalone.Options{
		DataDir: folder, ZoneDir: filepath.Join(folder, "zones"), StaffFile: filepath.Join(folder, "staff-filled.yaml"),
		BinDir: binaries, NodeModules: filepath.Join(binaries, "..", "node_modules"),
	}
	if err := os.MkdirAll(folder, 0o711); err != nil { // #nosec G301 -- PostgreSQL may run as another user, who passes through it
		return options, err
	}
	if err := os.Chmod(folder, 0o711); err != nil { // #nosec G302 -- as above
		return options, err
	}
	ports, err := standalone.FreePorts()
	if err != nil {
		return options, err
	}
	options.Ports = ports
	if err := os.RemoveAll(options.ZoneDir); err != nil {
		return options, err
	}
	if err := quickZones(options.ZoneDir); err != nil {
		return options, err
	}
	demo, err := os.ReadFile(filepath.Join("deploy", "standalone", "staff.yaml"))
	if err != nil {
		return options, err
	}
	staff, err := fill.StaffFile()
	if err != nil {
		return options, err
	}
	all := string(staff)
	for line := range strings.Lines(string(demo)) {
		if subject, _, _ := strings.Cut(line, ","); !strings.Contains(all, subject+",") {
			all += line
		}
	}
	return options, os.WriteFile(options.StaffFile, []byte(all), 0o600)
}

// fillStack fills the database of a stack that does not run, unless it was filled before, and
// takes away the mark that keeps processes from it.
func fillStack(ctx context.Context, options standalone.Options, size fill.Size) error {
	options.Parts = []standalone.Part{standalone.Postgres}
	stack, err := standalone.Start(ctx, options)
	if err != nil {
		return err
	}
	defer stack.Stop()
	open := func(part standalone.Part) (*pgxpool.Pool, error) {
		for _, v := range stack.Env(part) {
			if address, ok := strings.CutPrefix(v, "PERCORSO_DATABASE_URL="); ok {
				return postgres.Open(ctx, address)
			}
		}
		return nil, fmt.Errorf("%s has no database", part)
	}
	login, err := open(standalone.Migrate)
	if err != nil {
		return err
	}
	defer login.Close()
	say("filling %d cases", size.Cases)
	if err := fill.Fill(ctx, login, size, func(int) {}); errors.Is(err, fill.ErrInUse) {
		say("they are there from before")
	} else if err != nil {
		return err
	}
	watch, err := open(standalone.API)
	if err != nil {
		return err
	}
	defer watch.Close()
	say("computing how they stand")
	health := machine.NewHealth(watch, italian.Rome)
	for done := 1; done > 0; {
		if done, err = health.Refresh(ctx, 100); err != nil {
			return err
		}
	}
	say("sealing the lines of audit and timeline")
	for made := new(seals.Made); made != nil; {
		if made, err = seals.Seal(ctx, watch, sealed); err != nil {
			return err
		}
	}
	return administer(ctx, stack, "DELETE FROM unattended", "VACUUM ANALYZE")
}

// sealed is how many lines there are under each seal of what is filled in.
const sealed = 50000

// administer runs statements in the database of a stack.
func administer(ctx context.Context, stack *standalone.Stack, statements ...string) error {
	administrator, err := pgx.Connect(ctx, stack.AdministratorURL("percorso"))
	if err != nil {
		return err
	}
	defer func() { _ = administrator.Close(context.WithoutCancel(ctx)) }()
	for _, statement := range statements {
		if _, err := administrator.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}
