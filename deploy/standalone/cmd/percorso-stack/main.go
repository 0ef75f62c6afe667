// Command percorso-stack runs Percorso on one machine.
//
//	percorso-stack run [-parts LIST]      start everything, watch it, stop it on ctrl-C
//	percorso-stack token ACCOUNT...       print a bearer token for each demo account
//	percorso-stack exec PART COMMAND...   run a command with a part's environment
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

func command(ctx context.Context, arguments []string) error {
	if len(arguments) == 0 {
		return errors.New("want one of: run, token, exec, clean")
	}
	name, arguments := arguments[0], arguments[1:]
	switch standalone.Part(name) {
	case standalone.Identity:
		return serveIdentity(ctx)
	case standalone.Mail:
		return serveMail(ctx)
	case standalone.TemporalUI:
		return serveGateway(ctx)
	}
	options, err := standalone.OptionsFromEnvironment(os.Getenv)
	if err != nil {
		return err
	}
	switch name {
	case "run":
		return run(ctx, options, arguments)
	case "token":
		return token(ctx, options.DataDir, arguments)
	case "exec":
		return execute(options.DataDir, arguments)
	case "clean":
		return standalone.Remove(options.DataDir)
	default:
		return fmt.Errorf("unknown command %q: want one of run, token, exec, clean", name)
	}
}

// run starts the stack and keeps it until the first signal. A second one does not cut the stop short:
// parts that do not stop are killed in time anyway.
func run(ctx context.Context, options standalone.Options, arguments []string) error {
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	parts := flags.String("parts", "", "comma-separated parts to start, all when empty")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if *parts != "" {
		var err error
		if options.Parts, err = standalone.ParseParts(*parts); err != nil {
			return err
		}
	}
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
	if len(accounts) == 0 || accounts[0] == "" {
		return errors.New("whose token? make -s token ACCOUNT=social_worker.prato")
	}
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
func execute(dataDir string, arguments []string) error {
	if len(arguments) < 2 {
		return errors.New("want: exec PART COMMAND [ARGUMENT...]")
	}
	_, environment, err := standalone.Running(dataDir, standalone.Part(arguments[0]))
	if err != nil {
		return err
	}
	path, err := exec.LookPath(arguments[1])
	if err != nil {
		return err
	}
	if err := syscall.Exec(path, arguments[1:], environment); err != nil { // #nosec G204 G702 -- the operator's own command
		return fmt.Errorf("%s: %w", strings.Join(arguments[1:], " "), err)
	}
	return nil
}
