// Package standalone is Percorso on one machine: it starts every process of the stack as a real part,
// watches and restarts them, and lets none outlive it.
//
// The command cmd/percorso-stack runs it for people; end-to-end tests run it through package stacktest,
// beside whatever else is running, and kill, pause and restart single parts.
package standalone

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// Options say what a stack is made of. The zero value of a field stands for its default.
type Options struct {
	// DataDir keeps everything that outlives a restart (required). One stack at a time uses it.
	DataDir string
	// BinDir holds the binaries percorso, percorso-temporal and percorso-stack (required).
	BinDir string
	// Ports are DefaultPorts when zero.
	Ports Ports
	// DatabaseURL is an administrator's URL of a PostgreSQL to use instead of a private cluster.
	DatabaseURL string
	// NodeModules is where the npm package of PostgreSQL may be, for machines without binaries.
	NodeModules string
	// Parts to start, all when empty. What percorso does once at a start happens when Worker or API is
	// among them.
	Parts []Part
	// ZoneDir holds zone files to load instead of those that percorso embeds.
	ZoneDir string
	// StaffFile lists the accounts instead of the demo staff.
	StaffFile string
	// Environment adds variables to a part's own, and wins over them: KEY=value.
	Environment map[Part][]string
	// Out is told in short lines what happens; nothing when nil.
	Out io.Writer
}

// OptionsFromEnvironment reads what make run lets people set: PERCORSO_DATA, PERCORSO_BIN_DIR,
// PERCORSO_DATABASE_URL, PERCORSO_NODE_MODULES and the ports.
func OptionsFromEnvironment(lookup func(string) string) (Options, error) {
	ports, err := readPorts(lookup)
	if err != nil {
		return Options{}, err
	}
	options := Options{
		DataDir:     lookup("PERCORSO_DATA"),
		BinDir:      lookup("PERCORSO_BIN_DIR"),
		DatabaseURL: lookup("PERCORSO_DATABASE_URL"),
		NodeModules: lookup("PERCORSO_NODE_MODULES"),
		Ports:       ports,
	}
	if options.DataDir == "" {
		options.DataDir = ".percorso"
	}
	if options.NodeModules == "" {
		options.NodeModules = "node_modules"
	}
	if options.BinDir == "" {
		executable, err := os.Executable()
		if err != nil {
			return Options{}, err
		}
		options.BinDir = filepath.Dir(executable)
	}
	return options, nil
}

// complete fills in defaults and makes paths absolute, since parts run in the data folder.
func (o *Options) complete() error {
	if o.DataDir == "" || o.BinDir == "" {
		return errors.New("standalone: DataDir and BinDir are required")
	}
	if o.Ports == (Ports{}) {
		o.Ports = DefaultPorts()
	}
	if len(o.Parts) == 0 {
		o.Parts = AllParts()
	}
	if o.Out == nil {
		o.Out = io.Discard
	}
	for _, path := range []*string{&o.DataDir, &o.BinDir, &o.NodeModules, &o.ZoneDir, &o.StaffFile} {
		if *path == "" {
			continue
		}
		absolute, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = absolute
	}
	for part, binary := range map[Part]string{Temporal: temporalBinary, API: productBinary, Identity: stackBinary} {
		if !o.has(part) {
			continue
		}
		if _, err := os.Stat(filepath.Join(o.BinDir, binary)); err != nil {
			return fmt.Errorf("%s is not built: run make build", filepath.Join(o.BinDir, binary))
		}
	}
	return nil
}

// has says whether a part is started; with a given database there is no PostgreSQL to start.
func (o *Options) has(part Part) bool {
	if part == Postgres && o.DatabaseURL != "" {
		return false
	}
	return slices.Contains(o.Parts, part)
}

// The binaries of the stack.
const (
	productBinary  = "percorso"
	temporalBinary = "percorso-temporal"
	stackBinary    = "percorso-stack"
)

func (o *Options) binary(name string) string { return filepath.Join(o.BinDir, name) }
