package main

import (
	"context"
	"fmt"
	"os"

	"percorso/internal/zone"
)

func init() {
	commands = append(commands, command{"zone check", "FILE…", "check zone files: line, field and rule of every fault", zoneCheck})
}

// zoneCheck tells the faults of zone files; it needs no database.
func zoneCheck(_ context.Context, args []string) error {
	if len(args) == 0 {
		return errUsage
	}
	faults := 0
	for _, name := range args {
		data, err := os.ReadFile(name) //nolint:gosec // the operator names the file
		if err != nil {
			return err
		}
		for _, f := range zone.Check(name, data) {
			fmt.Println(f)
			faults++
		}
	}
	if faults > 0 {
		return fmt.Errorf("%d faults", faults)
	}
	fmt.Println("ok")
	return nil
}
