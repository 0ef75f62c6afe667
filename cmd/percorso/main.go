// Command percorso is all of Percorso in one binary: its processes and the
// commands of its operators. Each command has a file of its own here, which
// only assembles; `percorso` alone lists them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

// command is what the binary can be asked to do.
type command struct {
	name  string // as typed; it may be two words
	args  string // what comes after it, for the list
	does  string // in one line
	parse func(args []string) (work, error)
}

// work is a command with what came after it, ready to be done; out is for what
// was asked for, and messages come back as the error.
type work func(ctx context.Context, out io.Writer) error

// commands is the list of commands; each file adds its own.
var commands []command

var (
	// errUsage: what comes after the command is not what it takes.
	errUsage = errors.New("unexpected arguments")
	// errShown: a difference was shown and not applied.
	errShown = errors.New("shown, not applied")
	// errCutOff: what was begun was cut off, and can be gone on with.
	errCutOff = errors.New("cut off")
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := percorso(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// The exit codes.
const (
	codeDone     = 0
	codeFailed   = 1
	codeUsage    = 2 // asked for in the wrong way
	codeShown    = 3 // a difference was shown that is not applied
	codeCutOff   = 4 // cut off on the way; the same command goes on
	helpArgument = "--help"
)

// percorso runs the command that args name, and answers the exit code.
func percorso(ctx context.Context, args []string, out, messages io.Writer) int {
	if len(args) == 1 && slices.Contains([]string{helpArgument, "-h", "help"}, args[0]) {
		usage(out)
		return codeDone
	}
	c, rest, ok := find(args)
	if !ok {
		usage(messages)
		return codeUsage
	}
	if slices.Contains(rest, helpArgument) || slices.Contains(rest, "-h") {
		_, _ = fmt.Fprintf(out, "Usage: percorso %s\n%s\n", strings.TrimSpace(c.name+" "+c.args), c.does)
		return codeDone
	}
	do, err := c.parse(rest)
	if err == nil {
		err = do(ctx, out)
	}
	switch {
	case err == nil:
		return codeDone
	case errors.Is(err, errUsage):
		_, _ = fmt.Fprintf(messages, "%v\nUsage: percorso %s\n", err, strings.TrimSpace(c.name+" "+c.args))
		return codeUsage
	case errors.Is(err, errShown):
		return codeShown
	case errors.Is(err, errCutOff):
		_, _ = fmt.Fprintf(messages, "percorso %s: %v\n", c.name, err)
		return codeCutOff
	default:
		_, _ = fmt.Fprintf(messages, "percorso %s: %v\n", c.name, err)
		return codeFailed
	}
}

// find takes the command of the most words, and what comes after it.
func find(args []string) (command, []string, bool) {
	for words := min(2, len(args)); words > 0; words-- {
		name := strings.Join(args[:words], " ")
		if i := slices.IndexFunc(commands, func(c command) bool { return c.name == name }); i >= 0 {
			return commands[i], args[words:], true
		}
	}
	return command{}, nil, false
}

func usage(out io.Writer) {
	list := slices.SortedFunc(slices.Values(commands), func(a, b command) int { return strings.Compare(a.name, b.name) })
	_, _ = fmt.Fprintln(out, "Usage: percorso COMMAND; percorso COMMAND --help says what it takes")
	for _, c := range list {
		_, _ = fmt.Fprintf(out, "  %-12s %s\n", c.name, c.does)
	}
}

// alone is the parse of a command that takes nothing.
func alone(do work) func([]string) (work, error) {
	return func(args []string) (work, error) {
		_, err := read(newFlags(), args, 0, 0)
		return do, err
	}
}

// newFlags makes an empty set of flags, which says nothing itself.
func newFlags() *flag.FlagSet {
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	return flags
}

// once is a flag that is given once, and not without anything in it.
type once struct {
	flag.Value
	given bool
}

// Set takes the value.
func (o *once) Set(value string) error {
	switch {
	case o.given:
		return errors.New("it is given twice")
	case strings.TrimSpace(value) == "":
		return errors.New("it is empty")
	}
	o.given = true
	return o.Value.Set(value)
}

// IsBoolFlag says whether the flag may stand without a value.
func (o *once) IsBoolFlag() bool {
	alone, ok := o.Value.(interface{ IsBoolFlag() bool })
	return ok && alone.IsBoolFlag()
}

// read reads flags, wherever they stand, and gives what else there is: so many
// arguments, none of them empty.
func read(flags *flag.FlagSet, args []string, least, most int) (found []string, err error) {
	flags.VisitAll(func(f *flag.Flag) { f.Value = &once{Value: f.Value} })
	for len(args) > 0 {
		if err := flags.Parse(args); err != nil {
			return nil, fmt.Errorf("%w: %w", errUsage, err)
		}
		rest := flags.Args()
		if read := len(args) - len(rest); read > 0 && args[read-1] == "--" {
			found = append(found, rest...)
			break
		}
		if len(rest) == 0 {
			break
		}
		found, args = append(found, rest[0]), rest[1:]
	}
	if len(found) < least || len(found) > most {
		return nil, errUsage
	}
	if slices.ContainsFunc(found, func(argument string) bool { return strings.TrimSpace(argument) == "" }) {
		return nil, fmt.Errorf("%w: an argument is empty", errUsage)
	}
	return found, nil
}
