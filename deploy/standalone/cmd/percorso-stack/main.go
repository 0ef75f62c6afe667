// Command percorso-stack runs Percorso on one machine.
//
//	percorso-stack run [-parts LIST]      start everything, watch it, stop it on ctrl-C
//	percorso-stack token ACCOUNT...       print a bearer token for each demo account
//	percorso-stack exec PART COMMAND...   run a command with a part's environment
//	percorso-stack demo                   fill the running stack with made-up people
//	percorso-stack clean                  delete the data folder
//
// The commands identity, mail and temporal-ui are the stack's own processes, which run starts.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"percorso/deploy/standalone"
	"percorso/deploy/standalone/identity"
)

func main() {
	stops := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		stops = append(stops, syscall.SIGHUP) // a closed terminal stops the parts in order, unless under nohup
	}
	ctx, stop := signal.NotifyContext(context.Background(), stops...)
	err := command(ctx, os.Args[1:])
	stop()
	if errors.Is(err, context.Canceled) {
		os.Exit(130)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "percorso-stack:", err)
		os.Exit(1)
	}
}

// work is a command with what came after it, ready to be done.
type work func(ctx context.Context, options standalone.Options) error

// commands are those for people, each with how its arguments are read.
var commands = map[string]func(arguments []string) (work, error){
	"run": parseRun, "token": parseToken, "exec": parseExec, "demo": parseDemo, "clean": parseClean,
}

const usage = `Usage:
  percorso-stack run [-parts LIST]      start everything, watch it, stop it on ctrl-C
  percorso-stack token ACCOUNT...       print a bearer token for each demo account
  percorso-stack exec PART COMMAND...   run a command with a part's environment
  percorso-stack demo                   fill the running stack with made-up people
  percorso-stack clean                  delete the data folder`

func command(ctx context.Context, arguments []string) error {
	if len(arguments) == 0 {
		return errors.New("want one of: run, token, exec, demo, clean")
	}
	name, arguments := arguments[0], arguments[1:]
	switch name {
	case string(standalone.Identity):
		return serveIdentity(ctx)
	case string(standalone.Mail):
		return serveMail(ctx)
	case string(standalone.TemporalUI):
		return serveGateway(ctx)
	case "help", "-h", "--help":
		fmt.Println(usage)
		return nil
	}
	parse, ok := commands[name]
	if !ok {
		return fmt.Errorf("unknown command %q: want one of run, token, exec, demo, clean", name)
	}
	do, err := parse(arguments)
	if err != nil {
		return err
	}
	options, err := standalone.OptionsFromEnvironment(os.Getenv)
	if err != nil {
		return err
	}
	return do(ctx, options)
}

func parseRun(arguments []string) (work, error) {
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	list := flags.String("parts", "", "")
	if err := flags.Parse(arguments); err != nil {
		return nil, fmt.Errorf("run: %w\n%s", err, usage)
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("run: unexpected %q", flags.Arg(0))
	}
	var parts []standalone.Part
	if *list != "" {
		var err error
		if parts, err = standalone.ParseParts(*list); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, options standalone.Options) error {
		options.Parts = parts
		return run(ctx, options)
	}, nil
}

func parseToken(accounts []string) (work, error) {
	if len(accounts) == 0 || accounts[0] == "" {
		return nil, errors.New("whose token? make -s token ACCOUNT=social_worker.prato")
	}
	return func(ctx context.Context, options standalone.Options) error {
		return token(ctx, options.DataDir, accounts)
	}, nil
}

// executable are the parts whose environment a command may be given.
var executable = []standalone.Part{standalone.API, standalone.Worker, standalone.Migrate, standalone.Ops}

func parseExec(arguments []string) (work, error) {
	if len(arguments) < 2 {
		return nil, errors.New("want: exec PART COMMAND [ARGUMENT...]")
	}
	part := standalone.Part(arguments[0])
	if !slices.Contains(executable, part) {
		return nil, fmt.Errorf("exec: unknown part %q: want one of %v", part, executable)
	}
	return func(_ context.Context, options standalone.Options) error {
		return execute(options.DataDir, part, arguments[1:])
	}, nil
}

func parseClean(arguments []string) (work, error) {
	if len(arguments) > 0 {
		return nil, fmt.Errorf("clean: unexpected %q: PERCORSO_DATA names the folder", arguments[0])
	}
	return func(_ context.Context, options standalone.Options) error { return standalone.Remove(options.DataDir) }, nil
}

// run starts the stack and keeps it until the first signal. A second one does not cut the stop short:
// parts that do not stop are killed in time anyway.
func run(ctx context.Context, options standalone.Options) error {
	options.Out = os.Stdout
	// A reader of the output that goes away must not take the stack along.
	signal.Ignore(syscall.SIGPIPE)

	began := time.Now()
	fmt.Println("Percorso on this machine, data in", options.DataDir)
	stack, err := standalone.Start(ctx, options)
	if err != nil {
		return err
	}
	if err := greet(os.Stdout, stack.Addresses(), options, time.Since(began)); err != nil {
		stack.Stop()
		return err
	}
	<-ctx.Done()
	fmt.Println("\nStopping …")
	began = time.Now()
	stack.Stop()
	fmt.Printf("Stopped in %.1f s; make run goes on where it stood.\n", time.Since(began).Seconds())
	return nil
}

func greet(out io.Writer, a standalone.Addresses, options standalone.Options, took time.Duration) error {
	_, err := fmt.Fprintf(out, `
Ready in %.1f s.

  Pages and API    %s
  Mails            %s
  Temporal UI      %s  (account %s)
  OpenID provider  %s
  Temporal         %s
  PostgreSQL       %s
  SMTP             %s
  Logs             %s/logs

  Accounts         <role>.<zone>, password %s
                   desk_operator.prato, social_worker.pistoia, cpi_operator.lucca,
                   supervisor.prato … all of them are listed on the login page
  API token        make -s token ACCOUNT=social_worker.prato

Ctrl-C stops everything; the next make run goes on where it stood.
`, took.Seconds(), a.Pages, a.MailPage, a.TemporalUI, identity.Administrator, a.Identity, a.Temporal, a.Database, a.SMTP,
		options.DataDir, identity.Password)
	return err
}

// token prints a bearer token for each account, one a line.
func token(ctx context.Context, dataDir string, accounts []string) error {
	addresses, _, err := standalone.Running(dataDir, standalone.API)
	if err != nil {
		return err
	}
	for _, account := range accounts {
		token, err := identity.Token(ctx, addresses.Identity, account, identity.Password)
		if errors.Is(err, identity.ErrRefused) {
			return fmt.Errorf("no account %q: they are listed on %s", account, addresses.Identity)
		}
		if err != nil {
			return err
		}
		fmt.Println(token)
	}
	return nil
}

// execute turns this process into another command with the environment of a part of the running stack.
func execute(dataDir string, part standalone.Part, words []string) error {
	_, environment, err := standalone.Running(dataDir, part)
	if err != nil {
		return err
	}
	path, err := exec.LookPath(words[0])
	if err != nil {
		return err
	}
	if err := syscall.Exec(path, words, environment); err != nil { // #nosec G204 G702 -- the operator's own command
		return fmt.Errorf("%s: %w", strings.Join(words, " "), err)
	}
	return nil
}
