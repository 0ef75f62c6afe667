package main

import (
	"context"
	"errors"
	"io"
	"math"
	"os"

	"percorso/internal/zone"
)

func init() {
	commands = append(commands, command{"zone check", "FILE|FOLDER…", "check zone files together: line, field and rule of every fault", zoneCheck})
}

// zoneCheck tells the faults of zone files, also those that only show where
// several are loaded together; it needs no database.
func zoneCheck(args []string) (work, error) {
	files, err := read(newFlags(), args, 1, math.MaxInt)
	return func(_ context.Context, out io.Writer) error {
		if zone.Command(files, out, os.Stderr) != 0 {
			return errors.New("the files have faults, or cannot be read")
		}
		return nil
	}, err
}
