package present

import (
	"encoding/json"
	"slices"
	"strings"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/completion"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// Amended is how something that was written became another version.
type Amended struct {
	By, Why string // who and when, and for what reason
	Changes []Changed
}

// Changed is a field as it was and as it is; empty: nothing stood or stands there.
type Changed struct{ Field, Old, New string }

// AmendedOf shows how a record was amended: field by field, as it was and as it is. It takes
// the operation of its form, or the kind of task.
func AmendedOf(p care.Policy, op care.Operation, task care.TaskKind, a ledger.Amendment) Amended {
	shown := Amended{By: message.Say("amended.by", "Day", italian.Dated("", a.At.In(italian.Rome)), "Name", a.ByName, "Role", italian.Role(a.ByRole)), Why: a.Why}
	for _, change := range a.Changes {
		if change.Field == string(completion.FieldAreas) {
			shown.Changes = append(shown.Changes, areasOf(p, change)...)
			continue
		}
		words := func(value json.RawMessage) string {
			text, err := json.Marshal(map[string]json.RawMessage{change.Field: value})
			if len(value) == 0 || err != nil {
				return ""
			}
			return strings.Join(web.Each(Typed(p, op, task, text), func(t web.Term) string { return t.Value }), ", ")
		}
		shown.Changes = append(shown.Changes, Changed{Field: italian.TaskField(task, completion.TaskField(change.Field)), Old: words(change.Old), New: words(change.New)})
	}
	return shown
}

// areasOf shows of which areas something else was found.
func areasOf(p care.Policy, change ledger.RecordChange) (list []Changed) {
	found := func(value json.RawMessage, area string) string {
		var all []care.AreaFinding
		if len(value) > 0 && json.Unmarshal(value, &all) != nil {
			return ""
		}
		i := slices.IndexFunc(all, func(a care.AreaFinding) bool { return a.Area == area })
		switch {
		case i < 0:
			return ""
		case all[i].Note != "":
			return italian.NeedLevel(all[i].Need) + " (" + all[i].Note + ")"
		}
		return italian.NeedLevel(all[i].Need)
	}
	for _, n := range p.Needs {
		if was, is := found(change.Old, n.Code), found(change.New, n.Code); was != is {
			list = append(list, Changed{Field: n.Name, Old: was, New: is})
		}
	}
	return list
}
