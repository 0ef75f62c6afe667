// Package reached shows how a person can be reached, and reads what a form says of it.
package reached

import (
	"fmt"
	"strings"

	"percorso/api/web"
	"percorso/internal/italian"
	"percorso/internal/italian/known"
	"percorso/internal/kin"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/reach"
	"percorso/internal/speech"
)

// Shown is a way of reaching a person: what may be done with it is read before its number.
type Shown struct {
	Icon  string
	Name  string // Telefono, Email; empty: there is no safe way
	Terms string
	Value string
}

// Of lists the ways of reaching a person. Who must not be told comes before any
// number, and whom one may call in their place behind their own. Where no way is safe it
// says so alone.
func Of(p ledger.Person) (list []Shown) {
	for _, k := range kin.Barred(p.Linked) {
		list = append(list, Shown{Icon: "it-ban", Terms: known.Barred(k)})
	}
	if !speech.OnThePhone(p.Speech) {
		list = append(list, Shown{Icon: "it-hearing", Terms: known.NoPhone()})
	}
	if p.NoSafeContact {
		return append(list, Shown{Icon: "it-ban", Terms: known.NoSafeContact()})
	}
	list = append(list, web.Each(p.Reached(), By)...)
	for _, k := range p.Linked {
		if shown := By(reach.Way{Kind: reach.Phone, Value: k.Phone, Call: k.Call}); !k.Barred && (k.Signs || k.Phone != "") {
			if k.Phone == "" {
				shown.Icon = "it-user"
			}
			shown.Name, shown.Terms = known.Person(k), known.Calls(k)
			list = append(list, shown)
		}
	}
	return list
}

// Proposed are those that somebody who is to reach the person is offered: none that must
// not be called, but that there is one.
func Proposed(p ledger.Person) (list []Shown) {
	for _, r := range Of(p) {
		if r.Icon == "it-ban" && r.Name != "" {
			r.Value = ""
		}
		list = append(list, r)
	}
	return list
}

func By(c reach.Way) Shown {
	r := Shown{Icon: "it-telephone", Name: italian.Upper(known.ContactCode("kind", c.Kind)), Terms: known.Terms(c), Value: c.Value}
	switch {
	case c.Call == reach.No:
		r.Icon = "it-ban"
	case c.Kind == reach.Email:
		r.Icon = "it-mail"
	}
	return r
}

// contactPart is the id of a field of a contact.
func contactPart(prefix, field string) string { return prefix + "-" + field }

// ContactTerms asks what may be done with a contact.
func ContactTerms(prefix string, c reach.Way) []web.Field {
	choice := func(field, label, empty, chosen string, codes []string) web.Field {
		f := web.Field{Shape: "select", ID: contactPart(prefix, field), Label: label, Empty: empty}
		for _, code := range codes {
			f.Options = append(f.Options, web.Option{Value: code, Text: italian.Upper(known.ContactCode(field, code)), Chosen: code == chosen})
		}
		return f
	}
	return []web.Field{
		choice("whose", message.Say("contact_fields.whose"), message.Say("contact_fields.not_asked"), c.Whose, reach.Owners),
		choice("call", message.Say("contact_fields.call"), message.Say("contact_fields.not_asked"), c.Call, reach.Answers),
		choice("message", message.Say("contact_fields.message"), message.Say("contact_fields.not_asked"), c.Message, reach.Answers),
		{Shape: "input", ID: contactPart(prefix, "hours"), Label: message.Say("contact_fields.hours"), Value: c.Hours, Max: 200},
	}
}

// contactRows is how many further contacts a form has room for.
const contactRows = 2

// ContactsFields asks for the contacts of a person: those that are known, and further ones.
func ContactsFields(list []reach.Way) (groups []web.Field) {
	for i := range min(len(list)+contactRows, reach.Most) {
		var c reach.Way
		if i < len(list) {
			c = list[i]
		}
		prefix := fmt.Sprintf("contacts-%d", i)
		kind := web.Field{Shape: "select", ID: contactPart(prefix, "kind"), Label: message.Say("contact_fields.kind")}
		for _, code := range reach.Kinds {
			kind.Options = append(kind.Options, web.Option{Value: code, Text: known.ContactCode("kind", code), Chosen: code == c.Kind})
		}
		group := web.Field{Shape: "group", ID: prefix, Label: message.Say("contact_fields.contact", "Number", i+1), Row: true, Fields: append([]web.Field{
			kind, {Shape: "input", Type: "text", ID: contactPart(prefix, "value"), Label: message.Say("contact_fields.value"), Value: c.Value, Max: 200},
		}, ContactTerms(prefix, c)...)}
		if i >= len(list) {
			group.Folded, group.Hint = true, message.Say("contact_fields.add")
		}
		groups = append(groups, group)
	}
	return groups
}

// ReadContactTerms reads what was typed of what may be done with a contact.
func ReadContactTerms(typed func(id string) string, prefix string) reach.Way {
	get := func(field string) string { return strings.TrimSpace(typed(contactPart(prefix, field))) }
	return reach.Way{Whose: get("whose"), Call: get("call"), Message: get("message"), Hours: get("hours")}
}

// ReadContacts reads the contacts that were typed. One without a number is none any more.
func ReadContacts(typed func(id string) string) (list []reach.Way) {
	for i := range reach.Most {
		prefix := fmt.Sprintf("contacts-%d", i)
		c := ReadContactTerms(typed, prefix)
		c.Kind, c.Value = typed(contactPart(prefix, "kind")), strings.TrimSpace(typed(contactPart(prefix, "value")))
		if c.Value != "" {
			list = append(list, c)
		}
	}
	return list
}

// ContactField is the id of a field of a list from its path: contacts[0].value is contacts-0-value.
func ContactField(path string) (id string, ok bool) {
	list, rest, ok := strings.Cut(path, "[")
	at, field, in := strings.Cut(rest, "].")
	return contactPart(list+"-"+at, field), ok && in
}
