package zone

import (
	"context"
	"time"

	"percorso/internal/care"
	"percorso/internal/recent"
)

// Rules are a zone's newest policy with its calendar.
type Rules struct {
	care.Policy
	Calendar care.Calendar
}

// Policies is where the policies are kept.
type Policies interface {
	// Policy is the newest loaded policy of a zone. ledger.ErrNotFound: no such zone.
	Policy(ctx context.Context, zone string) (care.Policy, error)
}

// Book gives the rules of zones. It remembers them for a moment, so that an
// edited file is in force within it.
type Book struct {
	policies Policies
	calendar func(care.Policy) (care.Calendar, error)
	known    *recent.Cache[*Rules]
}

// rulesAge is how long a zone's rules are remembered, and rulesKept of how many zones.
const (
	rulesAge  = 5 * time.Second
	rulesKept = 256
)

// NewBook makes a book of the policies that are kept and the calendars that they
// make; now is the clock.
func NewBook(policies Policies, calendar func(care.Policy) (care.Calendar, error), now func() time.Time) *Book {
	return &Book{policies: policies, calendar: calendar, known: recent.New[*Rules](rulesAge, rulesKept, now)}
}

// Rules finds the rules of a zone. An error is that of Policies.
func (b *Book) Rules(ctx context.Context, zone string) (*Rules, error) {
	return b.known.Get(zone, func() (*Rules, error) {
		policy, err := b.policies.Policy(ctx, zone)
		if err != nil {
			return nil, err
		}
		calendar, err := b.calendar(policy)
		if err != nil {
			return nil, err
		}
		return &Rules{policy, calendar}, nil
	})
}

// Policy finds the policy of a zone. An error is that of Policies.
func (b *Book) Policy(ctx context.Context, zone string) (care.Policy, error) {
	rules, err := b.Rules(ctx, zone)
	if err != nil {
		return care.Policy{}, err
	}
	return rules.Policy, nil
}
