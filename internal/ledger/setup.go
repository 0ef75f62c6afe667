package ledger

import (
	"slices"

	"percorso/internal/care"
)

// Setup is what an installation is set up with, as it is stored: the zones' rules
// and everybody who is or was staff.
type Setup struct {
	Policies []care.Policy // the newest of each zone
	Accounts []Account
	Tasks    []OpenTasks
}

// Account is a member of staff as stored. Who left is no longer active; what they
// did keeps their name.
type Account struct {
	care.Staff
	Active bool
}

// OpenTasks says how many tasks are open that somebody holds, or that wait for
// somebody of a role and an agency (Holder empty).
type OpenTasks struct {
	Zone, Agency string
	Role         care.Role
	Holder       string // id of staff
	Count        int
}

// SetupChange is what loading a file changes in one zone.
type SetupChange struct {
	Policy *care.Policy // becomes the newest; nil: it stays
	Staff  []care.Staff // new, changed, or active again
	Off    []string     // accounts that are no longer active
}

// Empty says whether it changes nothing.
func (c SetupChange) Empty() bool { return c.Policy == nil && len(c.Staff) == 0 && len(c.Off) == 0 }

// Policy finds the newest policy of a zone.
func (s Setup) Policy(zone string) (care.Policy, bool) {
	i := slices.IndexFunc(s.Policies, func(p care.Policy) bool { return p.Zone == zone })
	if i < 0 {
		return care.Policy{}, false
	}
	return s.Policies[i], true
}

// Account finds a member of staff by their account with the provider.
func (s Setup) Account(subject string) (Account, bool) {
	i := slices.IndexFunc(s.Accounts, func(a Account) bool { return a.Subject == subject })
	if i < 0 {
		return Account{}, false
	}
	return s.Accounts[i], true
}
