package main

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/postgres/machine"
	"percorso/internal/setup"
)

// loadFlags are the flags of the commands that load a file.
const loadFlags = "[--zone ZONE] [--apply | --unless-changed MEMORY]"

// loading is what the commands share that load a file: the whole file is checked,
// compared with what is stored zone by zone, and the difference is shown; it is
// applied one zone at a time, each in one transaction.
type loading struct {
	zone    string // this one alone; empty: all that the file names
	apply   bool
	memory  string // file: apply where nobody else has changed what was loaded last
	what    string // is loaded, in one word
	command string // that applies it, but for its flags
	from    string // file or folder; may be empty
}

// contents are those of a file that was read.
type contents interface {
	// zones lists those that the file is about.
	zones(stored ledger.Setup) ([]string, error)
	// check says what hinders a zone, or with none any zone, from being loaded.
	check(stored ledger.Setup, zone string) error
	// difference is what loading a zone would change.
	difference(stored ledger.Setup, zone string) setup.Difference
	// owned says whether nobody else has changed what is stored of a zone.
	owned(m setup.Memory, stored ledger.Setup, zone string) bool
	// remember keeps in mind that a zone is stored as in the file.
	remember(m setup.Memory, zone string)
}

// read reads what comes after the command.
func (l *loading) read(args []string, least int) error {
	flags := newFlags()
	flags.StringVar(&l.zone, "zone", "", "")
	flags.StringVar(&l.memory, "unless-changed", "", "")
	flags.BoolVar(&l.apply, "apply", false, "")
	found, err := read(flags, args, least, 1)
	if err != nil {
		return err
	}
	if l.apply && l.memory != "" {
		return fmt.Errorf("%w: --apply and --unless-changed exclude each other", errUsage)
	}
	if len(found) > 0 {
		l.from = found[0]
	}
	return nil
}

// again is the command that applies a zone, or all of the file.
func (l *loading) again(zone string) string {
	words := []string{"percorso", l.command, "--apply"}
	if zone != "" {
		words = append(words, "--zone", zone)
	}
	if l.from != "" {
		words = append(words, quoted(l.from))
	}
	return strings.Join(words, " ")
}

// plain is what a shell reads as it stands.
var plain = regexp.MustCompile(`^[\w./~+@%:][\w./~+@%:-]*$`)

// quoted is a file's name as one types it.
func quoted(name string) string {
	if plain.MatchString(name) {
		return name
	}
	if strings.HasPrefix(name, "-") {
		name = "./" + name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}

// run loads a file as asked for.
func (l *loading) run(ctx context.Context, pool *pgxpool.Pool, c contents, out io.Writer) error {
	stored, err := machine.Setup(ctx, pool)
	if err != nil {
		return err
	}
	zones, err := c.zones(stored)
	if err != nil {
		return err
	}
	if l.memory != "" {
		return l.unlessChanged(ctx, pool, c, zones, out)
	}
	if err := c.check(stored, l.zone); err != nil {
		return err
	}
	differs := false
	for _, zone := range zones {
		d := c.difference(stored, zone)
		if l.apply {
			if d, err = applied(ctx, pool, c, zone); err != nil {
				return err
			}
		}
		differs = differs || !d.Change.Empty()
		if _, err := fmt.Fprint(out, d); err != nil {
			return err
		}
	}
	switch {
	case !differs:
		return nil
	case l.apply:
		_, err = fmt.Fprintln(out, message.Say("loaded.done"))
		return err
	}
	if _, err := fmt.Fprintln(out, message.Say("loaded.shown_alone", "Command", l.again(l.zone))); err != nil {
		return err
	}
	return errShown
}

// applied changes one zone, and says what it changed: what is shown is what is
// done, since both are decided under one lock.
func applied(ctx context.Context, pool *pgxpool.Pool, c contents, zone string) (d setup.Difference, err error) {
	err = machine.ChangeSetup(ctx, pool, func(stored ledger.Setup) (ledger.SetupChange, error) {
		if err := c.check(stored, zone); err != nil {
			return ledger.SetupChange{}, err
		}
		d = c.difference(stored, zone)
		return d.Change, nil
	})
	return d, err
}

// unlessChanged loads the zones that are as they were loaded last, or that there
// are not yet, and says which it leaves alone and why. So a start brings what came
// with a new version, and overwrites nothing that somebody else decided.
func (l *loading) unlessChanged(ctx context.Context, pool *pgxpool.Pool, c contents, zones []string, out io.Writer) error {
	memory, err := setup.ReadMemory(l.memory)
	if err != nil {
		return err
	}
	for _, zone := range zones {
		var why string
		err := machine.ChangeSetup(ctx, pool, func(stored ledger.Setup) (change ledger.SetupChange, _ error) {
			if !c.owned(memory, stored, zone) {
				why = "somebody else changed it"
				return change, nil
			}
			if err := c.check(stored, zone); err != nil {
				why = "the file does not fit what is stored (" + strings.ReplaceAll(err.Error(), "\n", "; ") + ")"
				return change, nil
			}
			return c.difference(stored, zone).Change, nil
		})
		if err != nil {
			return err
		}
		if why == "" {
			c.remember(memory, zone)
			continue
		}
		if _, err := fmt.Fprintf(out, "%s: %s left as stored, %s; to overwrite it: %s\n", zone, l.what, why, l.again(zone)); err != nil {
			return err
		}
	}
	return memory.Write(l.memory)
}
