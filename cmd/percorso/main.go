// Command percorso is all of Percorso in one binary: its processes and the
// commands of its operators. Each command has a file of its own here, which
// only assembles; `percorso` alone lists them.
package main

import (
	"context"
	"errors"
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
	name string // as typed; it may be two words
	args string // what comes after it, for the list
	does string // in one line
	run  func(ctx context.Context, args []string) error
}

// commands is the list of commands; each file adds its own.
var commands []command

// errUsage: what comes after the command is not what it takes.
var errUsage = errors.New("unexpected arguments")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := percorso(ctx, os.Args[1:], os.Stderr)
	stop()
	os.Exit(code)
}

// percorso runs the command that args name. It answers the exit code: 0 done,
// 1 failed, 2 asked for in the wrong way.
func percorso(ctx context.Context, args []string, out io.Writer) int {
	c, rest, ok := find(args)
	if !ok {
		usage(out)
		return 2
	}
	switch err := c.run(ctx, rest); {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintf(out, "percorso %s %s\n", c.name, c.args)
		return 2
	default:
		fmt.Fprintf(out, "percorso %s: %v\n", c.name, err)
		return 1
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
	fmt.Fprintln(out, "Usage: percorso COMMAND")
	for _, c := range list {
		fmt.Fprintf(out, "  %-24s %s\n", strings.TrimSpace(c.name+" "+c.args), c.does)
	}
}
