// Package setup says what loading a file of a zone's rules or of its staff would
// change in an installation. It stores nothing: who loads a file shows the
// difference, then writes it.
package setup

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// Difference is what loading a file changes in one zone, with the words for it in
// Italian. The words hold what the file says, accounts and codes: never a name or
// an address that is stored.
type Difference struct {
	Zone     string
	Change   ledger.SetupChange
	Lines    []string
	Warnings []string // what the change leaves behind
}

// String is the difference as the one who loads the file reads it.
func (d Difference) String() string {
	var b strings.Builder
	if d.Change.Empty() {
		fmt.Fprintln(&b, message.Say("loaded.no_difference", "Zone", d.Zone))
	} else {
		fmt.Fprintf(&b, "%s:\n", d.Zone)
	}
	for _, line := range d.Lines {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	for _, warning := range d.Warnings {
		fmt.Fprintln(&b, "  "+message.Say("loaded.warning", "What", warning))
	}
	return b.String()
}

// Staff compares the staff of a zone with a list that was read and checked: who is
// not on it any more is switched off.
func Staff(stored ledger.Setup, zone string, wanted []care.Staff) Difference {
	d := Difference{Zone: zone}
	wanted = slices.SortedFunc(slices.Values(wanted), func(a, b care.Staff) int { return cmp.Compare(a.Subject, b.Subject) })
	for _, s := range wanted {
		known, ok := stored.Account(s.Subject)
		changes := changesOf(known.Staff, s)
		switch {
		case !ok:
			d.Lines = append(d.Lines, message.Say("loaded.new_account", "Subject", s.Subject, "Role", s.Role, "Agency", s.Agency))
		case !known.Active:
			d.Lines = append(d.Lines, message.Say("loaded.active_again", "Who", strings.Join(append([]string{s.Subject}, changes...), "; ")))
		case len(changes) > 0:
			d.Lines = append(d.Lines, message.Say("loaded.account_changes", "Who", strings.Join(append([]string{s.Subject}, changes...), "; ")))
		default:
			continue
		}
		d.Change.Staff = append(d.Change.Staff, s)
	}
	for _, known := range stored.Accounts {
		if known.Zone != zone || !known.Active || slices.ContainsFunc(wanted, func(s care.Staff) bool { return s.Subject == known.Subject }) {
			continue
		}
		line := message.Say("loaded.switched_off", "Subject", known.Subject)
		if held := heldBy(stored, known.ID); held > 0 {
			line = message.Say("loaded.switched_off_with_tasks", "Subject", known.Subject, "Number", held)
		}
		d.Lines = append(d.Lines, line)
		d.Change.Off = append(d.Change.Off, known.Subject)
	}
	d.Warnings = leftAlone(stored, zone, wanted)
	return d
}

// changesOf says in what a member of staff changes. Name and address are not said:
// the old ones stand in no file.
func changesOf(from, to care.Staff) (changes []string) {
	for _, c := range []struct{ what, from, to string }{
		{message.Say("loaded.what_zone"), from.Zone, to.Zone}, {message.Say("loaded.what_role"), string(from.Role), string(to.Role)}, {message.Say("loaded.what_agency"), from.Agency, to.Agency},
	} {
		if c.from != c.to {
			changes = append(changes, fmt.Sprintf("%s %s → %s", c.what, c.from, c.to))
		}
	}
	if from.Name != to.Name {
		changes = append(changes, message.Say("loaded.what_name"))
	}
	if from.Email != to.Email {
		changes = append(changes, message.Say("loaded.what_email"))
	}
	if from.Identity != to.Identity {
		changes = append(changes, message.Say("loaded.what_identity"))
	}
	return changes
}

func heldBy(stored ledger.Setup, id string) (count int) {
	for _, t := range stored.Tasks {
		if t.Holder == id {
			count += t.Count
		}
	}
	return count
}

// leftAlone names the roles of the zone that somebody has today, or that have open
// tasks, and that nobody has any more after the change.
func leftAlone(stored ledger.Setup, zone string, wanted []care.Staff) (warnings []string) {
	policy, _ := stored.Policy(zone)
	for _, h := range policy.Roles {
		if slices.ContainsFunc(wanted, func(s care.Staff) bool { return s.Role == h.Role && s.Agency == h.Agency }) {
			continue
		}
		had := slices.ContainsFunc(stored.Accounts, func(a ledger.Account) bool {
			return a.Active && a.Zone == zone && a.Role == h.Role && a.Agency == h.Agency
		})
		open := 0
		for _, t := range stored.Tasks {
			if t.Zone == zone && t.Role == h.Role && t.Agency == h.Agency {
				open += t.Count
			}
		}
		if had || open > 0 {
			warnings = append(warnings, message.Say("loaded.role_without_anybody", "Role", h.Role, "Agency", h.Agency, "Number", open))
		}
	}
	return warnings
}

// OfZone gives those of a list who are of a zone.
func OfZone(staff []care.Staff, zone string) []care.Staff {
	return slices.DeleteFunc(slices.Clone(staff), func(s care.Staff) bool { return s.Zone != zone })
}

// storedDigest is the digest of a zone's staff as they are stored. Empty: nobody
// ever was staff there.
func storedDigest(stored ledger.Setup, zone string) string {
	var active []care.Staff
	ever := false
	for _, a := range stored.Accounts {
		if a.Zone == zone {
			ever = true
			if a.Active {
				active = append(active, a.Staff)
			}
		}
	}
	if !ever {
		return ""
	}
	return digest(active)
}

// digest tells two lists of a zone's staff apart: who is active, and as what.
func digest(staff []care.Staff) string {
	staff = slices.SortedFunc(slices.Values(staff), func(a, b care.Staff) int { return cmp.Compare(a.Subject, b.Subject) })
	type entry struct {
		care.Staff
		Identity string `json:"identity,omitempty"`
	}
	entries := make([]entry, len(staff))
	for i, s := range staff {
		s.ID = ""
		entries[i] = entry{s, s.Identity}
	}
	text, err := json.Marshal(entries)
	if err != nil {
		panic(err) // plain data
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
