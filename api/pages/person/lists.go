package person

import (
	"fmt"
	"strings"
	"time"

	"percorso/api/pages/parts"
	"percorso/api/pages/parts/reached"
	"percorso/api/web"
	"percorso/internal/correction"
	"percorso/internal/italian"
	"percorso/internal/italian/known"
	"percorso/internal/kin"
	"percorso/internal/message"
	"percorso/internal/papers"
	"percorso/internal/reach"
)

// further is how many more of a list a form has room for.
const further = 2

// listFields asks for a list of what is known: what there is, and further ones.
func listFields(field, value string) (groups []web.Field) {
	switch field {
	case correction.Linked:
		list := kin.Read(value)
		for i := range min(len(list)+further, kin.Most) {
			group := personFields(at(field, i), item(list, i))
			group.Label = message.Say("person_page.near_number", "Number", i+1)
			groups = append(groups, folded(group, i >= len(list), message.Say("person_page.add_near")))
		}
	case correction.Papers:
		list := papers.Read(value)
		for i := range min(len(list)+further, papers.Most) {
			group := paperFields(at(field, i), item(list, i))
			group.Label = message.Say("person_page.paper_number", "Number", i+1)
			groups = append(groups, folded(group, i >= len(list), message.Say("person_page.add_paper")))
		}
	default:
		return reached.ContactsFields(reach.Read(value))
	}
	return groups
}

func at(field string, i int) string { return fmt.Sprintf("%s-%d", field, i) }

// item is one of a list, or an empty one behind it.
func item[T any](list []T, i int) (one T) {
	if i < len(list) {
		one = list[i]
	}
	return one
}

func folded(group web.Field, empty bool, words string) web.Field {
	group.Shape, group.Row = "group", true
	if empty {
		group.Folded, group.Hint = true, words
	}
	return group
}

// choice asks for one of some codes.
func choice(id, field, empty, chosen string, codes []string, word func(code string) string) web.Field {
	f := web.Field{Shape: "select", ID: id + "-" + field, Label: italian.Field(field), Empty: empty}
	for _, code := range codes {
		f.Options = append(f.Options, web.Option{Value: code, Text: italian.Upper(word(code)), Chosen: code == chosen})
	}
	return f
}

// box asks for a mark.
func box(id, field, label string, marked bool) web.Field {
	f := web.Field{Shape: "box", ID: id + "-" + field, Label: label}
	if marked {
		f.Value = "1"
	}
	return f
}

func text(id, field, value string, most int) web.Field {
	return web.Field{Shape: "input", Type: "text", ID: id + "-" + field, Label: italian.Field(field), Value: value, Max: most}
}

// personFields ask for somebody who belongs to the person.
func personFields(id string, p kin.Linked) web.Field {
	word := func(field string) func(string) string {
		return func(code string) string { return known.PersonCode(field, code) }
	}
	phone := text(id, "phone", p.Phone, 30)
	phone.Type = "tel"
	call := choice(id, "call", message.Say("contact_fields.not_asked"), p.Call, reach.Answers, func(code string) string { return known.ContactCode("call", code) })
	fields := []web.Field{
		text(id, "name", p.Name, 200), choice(id, "relation", message.Say("person_page.choose"), p.Relation, kin.Relations, word("relation")), phone, call,
		box(id, "signs", message.Say("person_page.signs"), p.Signs),
		box(id, "barred", message.Say("person_page.barred"), p.Barred),
		choice(id, "order", message.Say("person_page.no_order"), p.Order, kin.Orders, word("order")),
		{Shape: "input", Type: "date", ID: id + "-ordered", Label: italian.Field("ordered"), Value: p.Ordered, Hint: message.Say("person_page.ordered_hint")},
		text(id, "file", p.File, 50),
	}
	if p != (kin.Linked{}) {
		fields = append(fields, box(id, "gone", message.Say("person_page.drop_near"), false))
	}
	return web.Field{ID: id, Fields: fields}
}

func paperFields(id string, p papers.Paper) web.Field {
	return web.Field{ID: id, Fields: []web.Field{
		choice(id, "type", message.Say("person_page.choose"), p.Kind, papers.Kinds, known.Document), text(id, "number", p.Number, 50),
		{Shape: "input", Type: "date", ID: id + "-expires", Label: italian.Field("expires"), Value: p.Until},
	}}
}

// day is a day that was typed as what is known has it. What is none stays as it is, so that
// its rule is told.
func day(typed string) string {
	if t, ok := parts.ReadDate(typed); ok && !t.IsZero() {
		return t.Format(time.DateOnly)
	}
	return strings.TrimSpace(typed)
}

// readPeople reads who belongs to the person, as it was typed.
func readPeople(typed func(id string) string) (list []kin.Linked) {
	for i := range kin.Most {
		get := func(field string) string { return strings.TrimSpace(typed(at(correction.Linked, i) + "-" + field)) }
		p := kin.Linked{
			Name: get("name"), Relation: get("relation"), Phone: get("phone"), Call: get("call"), Signs: get("signs") != "", Barred: get("barred") != "",
			Order: get("order"), Ordered: day(get("ordered")), File: get("file"),
		}
		if p != (kin.Linked{}) && get("gone") == "" {
			list = append(list, p)
		}
	}
	return list
}

// readPapers reads the documents that were typed. One without a number is none any more.
func readPapers(typed func(id string) string) (list []papers.Paper) {
	for i := range papers.Most {
		get := func(field string) string { return strings.TrimSpace(typed(at(correction.Papers, i) + "-" + field)) }
		if p := (papers.Paper{Kind: get("type"), Number: get("number"), Until: day(get("expires"))}); p.Number != "" {
			list = append(list, p)
		}
	}
	return list
}
