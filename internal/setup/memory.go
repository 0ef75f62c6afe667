package setup

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Memory is what a program that loads files at each of its starts loaded last: by
// it the program knows what somebody else has changed since, and leaves that alone.
type Memory struct {
	Policies map[string]string `json:"policies"` // by zone: the version
	Staff    map[string]string `json:"staff"`    // by zone: the digest
}

// ReadMemory reads a memory from its file; one that is not there yet is empty.
func ReadMemory(file string) (Memory, error) {
	data, err := os.ReadFile(file) // #nosec G304 -- named by who runs the command
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Memory{Policies: map[string]string{}, Staff: map[string]string{}}, nil
	case err != nil:
		return Memory{}, err
	}
	var m Memory
	if err := json.Unmarshal(data, &m); err != nil || m.Policies == nil || m.Staff == nil {
		return m, fmt.Errorf("%s is no memory of what was loaded: delete it, and what is stored is compared with the files", file)
	}
	return m, nil
}

// Write keeps the memory: the file is the old one or the new one, never half of it.
func (m Memory) Write(file string) error {
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", append(data, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// OwnsPolicy says whether the stored rules of a zone are what was loaded last, or
// what would be loaded: whether nobody else has changed them.
func (m Memory) OwnsPolicy(stored ledger.Setup, wanted care.Policy) bool {
	now, ok := stored.Policy(wanted.Zone)
	return !ok || now.Version == m.Policies[wanted.Zone] || SameRules(now, wanted)
}

// OwnsStaff is OwnsPolicy for the staff of a zone. Where nothing is remembered of it, a
// list that only adds to what is stored changes nobody that somebody else has changed.
func (m Memory) OwnsStaff(stored ledger.Setup, zone string, wanted []care.Staff) bool {
	now := storedDigest(stored, zone)
	_, remembered := m.Staff[zone]
	return now == "" || now == m.Staff[zone] || now == digest(wanted) || !remembered && onlyAdds(stored, zone, wanted)
}

// onlyAdds says whether all who are or were staff of a zone stand in a list as they are
// stored.
func onlyAdds(stored ledger.Setup, zone string, wanted []care.Staff) bool {
	return !slices.ContainsFunc(stored.Accounts, func(a ledger.Account) bool {
		a.ID = ""
		return a.Zone == zone && (!a.Active || !slices.Contains(wanted, a.Staff))
	})
}

// LoadedPolicy remembers rules that are stored now.
func (m Memory) LoadedPolicy(p care.Policy) { m.Policies[p.Zone] = p.Version }

// LoadedStaff remembers a zone's list that is stored now.
func (m Memory) LoadedStaff(zone string, staff []care.Staff) { m.Staff[zone] = digest(staff) }
