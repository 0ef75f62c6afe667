package setup

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/usual"
)

// Policy compares the rules of a zone with those of a file that was read and checked.
func Policy(stored ledger.Setup, wanted care.Policy) Difference {
	d := Difference{Zone: wanted.Zone}
	now, ok := stored.Policy(wanted.Zone)
	if ok && now.Version == wanted.Version {
		return d
	}
	d.Change.Policy = &wanted
	switch {
	case !ok:
		d.Lines = []string{message.Say("loaded.new_zone", "Municipality", wanted.Municipality)}
	default:
		// An older version of the code may have stored it.
		d.Lines = differences("", plain(usual.Completed(now)), plain(wanted))
		if len(d.Lines) == 0 {
			d.Lines = []string{message.Say("loaded.same_rules")}
		}
	}
	d.Warnings = orphaned(stored, wanted)
	return d
}

// SameRules says whether two policies say the same, be it that an older version of
// the code stored one of them.
func SameRules(a, b care.Policy) bool {
	return a.Version == b.Version || len(differences("", plain(usual.Completed(a)), plain(usual.Completed(b)))) == 0
}

// orphaned names the staff and the open tasks whose role or agency the zone would
// not have any more.
func orphaned(stored ledger.Setup, wanted care.Policy) (warnings []string) {
	known := func(role care.Role, agency string) bool {
		_, ok := wanted.Agency(agency)
		return ok && (!slices.Contains(care.Roles, role) || wanted.RoleAgency(role) == agency)
	}
	for _, a := range stored.Accounts {
		if a.Active && a.Zone == wanted.Zone && !known(a.Role, a.Agency) {
			warnings = append(warnings, message.Say("loaded.role_gone", "Subject", a.Subject, "Role", a.Role, "Agency", a.Agency))
		}
	}
	open := map[string]int{}
	for _, t := range stored.Tasks {
		if t.Zone == wanted.Zone && !known(t.Role, t.Agency) {
			open[message.Say("loaded.of_role", "Role", t.Role, "Agency", t.Agency)] += t.Count
		}
	}
	for _, whose := range slices.Sorted(maps.Keys(open)) {
		warnings = append(warnings, message.Say("loaded.tasks_of_role_gone", "Whose", whose, "Number", open[whose]))
	}
	return warnings
}

// plain is a policy as the objects and lists of its JSON, without its version.
func plain(p care.Policy) any {
	p.Version = ""
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // a policy is plain data
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		panic(err)
	}
	return value
}

// keys are the fields that tell the entries of a list apart.
var keys = []string{"code", "kind", "after", "role", "matter"}

// differences says in what two values differ, a line for each place.
func differences(path string, from, to any) []string {
	switch from := from.(type) {
	case map[string]any:
		if to, ok := to.(map[string]any); ok {
			return ofObjects(path, from, to)
		}
	case []any:
		if to, ok := to.([]any); ok {
			return ofLists(path, from, to)
		}
	}
	if text(from) == text(to) {
		return nil
	}
	switch {
	case path == "email" || strings.HasSuffix(path, ".email"):
		return []string{message.Say("loaded.changes_untold", "Path", path)} // the stored one stands in no file of today
	case empty(from):
		return []string{message.Say("loaded.value_added", "Path", path, "To", text(to))}
	case empty(to):
		return []string{message.Say("loaded.value_removed", "Path", path, "From", text(from))}
	}
	return []string{fmt.Sprintf("%s: %s → %s", path, text(from), text(to))}
}

func ofObjects(path string, from, to map[string]any) (lines []string) {
	names := maps.Clone(from)
	maps.Copy(names, to)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		lines = append(lines, differences(strings.TrimPrefix(path+"."+name, "."), from[name], to[name])...)
	}
	return lines
}

// ofLists compares the entries of two lists by their key, or as a whole where they
// have none.
func ofLists(path string, from, to []any) (lines []string) {
	before, after := entries(from), entries(to)
	for _, key := range slices.Sorted(maps.Keys(before)) {
		if _, stays := after[key]; !stays {
			lines = append(lines, message.Say("loaded.entry_removed", "Path", path, "Key", key))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(after)) {
		if old, there := before[key]; there {
			lines = append(lines, differences(path+"."+key, old, after[key])...)
		} else {
			lines = append(lines, message.Say("loaded.entry_added", "Path", path, "Key", key))
		}
	}
	if len(lines) == 0 && text(from) != text(to) {
		lines = append(lines, message.Say("loaded.another_order", "Path", path))
	}
	return lines
}

// entries gives a list's entries by their key, else by what they say.
func entries(list []any) map[string]any {
	named := map[string]any{}
	for _, key := range keys {
		for _, item := range list {
			if fields, ok := item.(map[string]any); ok {
				if name, ok := fields[key].(string); ok {
					named[name] = item
				}
			}
		}
		if len(named) == len(list) {
			return named
		}
		clear(named)
	}
	for _, item := range list {
		named[text(item)] = item
	}
	return named
}

func empty(value any) bool { return value == nil || value == "" || value == false }

func text(value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	raw, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(raw)
}
