package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/setup"
	"percorso/internal/zone"
	"percorso/internal/zone/fault"
)

func init() {
	commands = append(commands, command{
		"staff load", loadFlags + " FILE", "show what a list of staff would change in its zones; --apply does it", staffLoad,
	})
}

func staffLoad(args []string) (work, error) {
	l := loading{what: "staff", command: "staff load"}
	err := l.read(args, 1)
	return func(ctx context.Context, out io.Writer) error {
		data, err := zone.ReadFile(l.from)
		if err != nil {
			return err
		}
		list := zone.ReadStaff(l.from, data)
		if l.memory != "" && len(list.Broken()) > 0 {
			return &fault.Invalid{Faults: list.Broken()}
		}
		return onDatabase(ctx, asSetup, func(pool *pgxpool.Pool) error {
			return l.run(ctx, pool, staffOf{list, l.zone}, out)
		})
	}, err
}

// staffOf is a list of staff, or what it says of one zone.
type staffOf struct {
	list *zone.StaffList
	only string
}

// zones lists those that the list names, in its order. An empty list is of the
// zone that was asked for; one that names other zones alone is a mistake.
func (f staffOf) zones(stored ledger.Setup) (zones []string, err error) {
	for _, s := range f.list.Staff() {
		if s.Zone != "" && !slices.Contains(zones, s.Zone) {
			zones = append(zones, s.Zone)
		}
	}
	_, known := stored.Policy(f.only)
	switch {
	case len(f.list.Broken()) > 0:
		return zones, nil // which check tells
	case f.only == "" && len(zones) == 0:
		return nil, errors.New("the list is empty: with --zone ZONE it switches off all staff of that zone")
	case f.only == "":
		return zones, nil
	case !known:
		return nil, fmt.Errorf("there is no zone %q (percorso zone load)", f.only)
	case len(zones) > 0 && !slices.Contains(zones, f.only):
		return nil, fmt.Errorf("the list has nobody of the zone %q: only an empty list switches all of them off", f.only)
	}
	return []string{f.only}, nil
}

func (f staffOf) check(stored ledger.Setup, name string) error {
	if faults := f.list.Faults(stored, name); len(faults) > 0 {
		return &fault.Invalid{Faults: faults}
	}
	return nil
}

func (f staffOf) difference(stored ledger.Setup, zone string) setup.Difference {
	return setup.Staff(stored, zone, f.of(zone))
}

func (f staffOf) owned(m setup.Memory, stored ledger.Setup, zone string) bool {
	return m.OwnsStaff(stored, zone, f.of(zone))
}

func (f staffOf) remember(m setup.Memory, zone string) { m.LoadedStaff(zone, f.of(zone)) }

func (f staffOf) of(zone string) []care.Staff { return setup.OfZone(f.list.Staff(), zone) }
