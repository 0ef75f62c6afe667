package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/deploy"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/setup"
	"percorso/internal/zone"
)

func init() {
	commands = append(commands, command{
		"zone load", loadFlags + " [FILE|FOLDER]", "show what zones' files would change, by default the delivered ones; --apply does it", zoneLoad,
	})
}

func zoneLoad(args []string) (work, error) {
	l := loading{what: "policy", command: "zone load"}
	err := l.read(args, 0)
	return func(ctx context.Context, out io.Writer) error {
		policies, err := zoneFiles(l.from)
		if err != nil {
			return err
		}
		return onDatabase(ctx, asSetup, func(pool *pgxpool.Pool) error {
			return l.run(ctx, pool, policiesOf{policies, l.zone}, out)
		})
	}, err
}

func zoneFiles(name string) ([]care.Policy, error) {
	if name == "" {
		return zone.Load(deploy.Zones())
	}
	return zone.LoadPath(name)
}

// policiesOf are those of zones' files, or of one zone of theirs.
type policiesOf struct {
	policies []care.Policy
	only     string
}

// zones lists those that the files are of, the lead last: until then another one may have been it.
func (f policiesOf) zones(ledger.Setup) (zones []string, _ error) {
	for _, lead := range []bool{false, true} {
		for _, p := range f.policies {
			if p.Lead == lead && (f.only == "" || p.Zone == f.only) {
				zones = append(zones, p.Zone)
			}
		}
	}
	if len(zones) == 0 {
		return nil, fmt.Errorf("no file is of the zone %q", f.only)
	}
	return zones, nil
}

// check asks what the files alone cannot say: that with the zones that stay as
// they are stored there is still one lead at most.
func (f policiesOf) check(stored ledger.Setup, zone string) error {
	var leads []string
	changes := func(of string) bool { return zone == of || zone == "" && f.of(of) >= 0 }
	for _, p := range f.policies {
		if p.Lead && changes(p.Zone) {
			leads = append(leads, p.Zone)
		}
	}
	for _, p := range stored.Policies {
		if p.Lead && len(leads) > 0 && !changes(p.Zone) {
			return errors.New(message.Say("loaded.two_leads", "One", leads[0], "Other", p.Zone))
		}
	}
	return nil
}

func (f policiesOf) difference(stored ledger.Setup, zone string) setup.Difference {
	return setup.Policy(stored, f.policy(zone))
}

func (f policiesOf) owned(m setup.Memory, stored ledger.Setup, zone string) bool {
	return m.OwnsPolicy(stored, f.policy(zone))
}

func (f policiesOf) remember(m setup.Memory, zone string) { m.LoadedPolicy(f.policy(zone)) }

func (f policiesOf) policy(zone string) care.Policy { return f.policies[f.of(zone)] }

// of finds the policy of a zone; -1: no file is of it.
func (f policiesOf) of(zone string) int {
	return slices.IndexFunc(f.policies, func(p care.Policy) bool { return p.Zone == zone })
}
