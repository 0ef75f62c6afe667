package main

import (
	"context"
	"errors"
	"os"

	"percorso/internal/zone"
)

func init() {
	commands = append(commands, command{"zone check", "FILE…", "check zone files together: line, field and rule of every fault", zoneCheck})
}

// zoneCheck tells the faults of zone files, also those that only show where
// several are loaded together; it needs no database.
func zoneCheck(_ context.Context, args []string) error {
	if len(args) == 0 {
		return errUsage
	}
	if zone.Command(args, os.Stdout, os.Stderr) != 0 {
		return errors.New("the files have faults, or cannot be read")
	}
	return nil
}
