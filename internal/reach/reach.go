// Package reach says how somebody can be reached without harm: by which number or address,
// whose it is, and what may be done with it.
//
// Example: a woman gives her sister's telephone. «It is a relative's, you may call, do not
// leave a message, after six». Whoever is to ring her up reads that before the number. A
// number that must not be called is proposed to nobody, and goes to no other agency.
package reach

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"slices"

	"percorso/internal/care"
	"percorso/internal/telephone"
)

// Way is one way of reaching somebody.
type Way struct {
	Kind    string `json:"kind" enum:"phone,email"`
	Value   string `json:"value" maxLength:"200" doc:"The number, or the address"`
	Whose   string `json:"whose,omitempty" enum:"own,relative,friend,operator" doc:"Left out: nobody asked"`
	Call    string `json:"call,omitempty" enum:"yes,no" doc:"Whether it may be called, or written to; left out: nobody asked"`
	Message string `json:"message,omitempty" enum:"yes,no" doc:"Whether a message may be left; left out: nobody asked"`
	Hours   string `json:"hours,omitempty" maxLength:"200" doc:"When, in words"`
}

// Terms are what may be done with a number, without the number itself.
type Terms struct {
	Whose   string `json:"whose,omitempty" enum:"own,relative,friend,operator" doc:"Left out: nobody asked"`
	Call    string `json:"call,omitempty" enum:"yes,no" doc:"Whether it may be called; left out: nobody asked"`
	Message string `json:"message,omitempty" enum:"yes,no" doc:"Whether a message may be left; left out: nobody asked"`
	Hours   string `json:"hours,omitempty" maxLength:"200" doc:"When, in words"`
}

// Of is a number with its terms.
func (t Terms) Of(phone string) Way {
	return Way{Kind: Phone, Value: phone, Whose: t.Whose, Call: t.Call, Message: t.Message, Hours: t.Hours}
}

// Kinds of contacts.
const (
	Phone = "phone"
	Email = "email"
)

// Yes and no, where somebody asked.
const (
	Yes = "yes"
	No  = "no"
)

// The codes that a contact's fields may have.
var (
	Kinds   = []string{Phone, Email}
	Owners  = []string{"own", "relative", "friend", "operator"}
	Answers = []string{Yes, No}
)

// Rules by which contacts are refused.
const (
	RuleEmail  = "no_email"     // what was typed is no address of mails
	RuleNumber = "no_telephone" // nor a telephone number
)

// Most is how many contacts somebody has at most.
const Most = 10

const (
	maxPhone = 30 // characters
	maxLine  = 200
)

// Check says what is wrong with some contacts, in a field of that name.
func Check(field string, list []Way) []care.Fault {
	var f care.Faults
	f.Add(len(list) <= Most, field, care.RuleTooMany)
	known := func(path, code string, codes []string) {
		f.Add(code == "" || slices.Contains(codes, code), path, care.RuleUnknownCode)
	}
	for i, c := range list {
		at := fmt.Sprintf("%s[%d].", field, i)
		f.Add(c.Kind != "", at+"kind", care.RuleRequired)
		known(at+"kind", c.Kind, Kinds)
		known(at+"whose", c.Whose, Owners)
		known(at+"call", c.Call, Answers)
		known(at+"message", c.Message, Answers)
		f.Add(c.Value != "", at+"value", care.RuleRequired)
		switch {
		case c.Value == "":
		case c.Kind == Email:
			address, err := mail.ParseAddress(c.Value)
			f.Add(err == nil && address.Address == c.Value, at+"value", RuleEmail)
			f.Text(at+"value", c.Value, maxLine)
		default:
			f.Add(telephone.Is(c.Value), at+"value", RuleNumber)
			f.Text(at+"value", c.Value, maxPhone)
		}
		f.Add(!slices.ContainsFunc(list[:i], c.same), at+"value", care.RuleDuplicate)
		f.Text(at+"hours", c.Hours, maxLine)
	}
	return f
}

// same says whether two are the same number or address.
func (c Way) same(other Way) bool { return c.Kind == other.Kind && c.Value == other.Value }

// All are the contacts of somebody of whom a number and an address are known besides, as
// they were before contacts were kept: what is not among them is put first.
func All(list []Way, phone, email string) []Way {
	for _, c := range []Way{{Kind: Email, Value: email}, {Kind: Phone, Value: phone}} {
		if c.Value != "" && !slices.ContainsFunc(list, c.same) {
			list = append([]Way{c}, list...)
		}
	}
	return list
}

// Replaced are some contacts with another number or address of a kind in the place of one;
// empty: with none. Of the new one nobody has asked what may be done with it.
func Replaced(list []Way, kind, old, value string) []Way {
	list = slices.DeleteFunc(slices.Clone(list), Way{Kind: kind, Value: old}.same)
	if kind == Email {
		return All(list, "", value)
	}
	return All(list, value, "")
}

// First is the first number or address of a kind that may be called, or written to.
func First(list []Way, kind string) string {
	for _, c := range list {
		if c.Kind == kind && c.Call != No {
			return c.Value
		}
	}
	return ""
}

// Of is what is known of a number or address, which may be that it is one.
func Of(list []Way, kind, value string) Way {
	c := Way{Kind: kind, Value: value}
	if at := slices.IndexFunc(list, c.same); at >= 0 {
		return list[at]
	}
	return c
}

// Text is some contacts as one text, as a correction keeps them; empty: there are none.
func Text(list []Way) string {
	if len(list) == 0 {
		return ""
	}
	text, _ := json.Marshal(list) // of texts alone
	return string(text)
}

// Read reads such a text. What is none gives no contacts.
func Read(text string) (list []Way) {
	if json.Unmarshal([]byte(text), &list) != nil {
		return nil
	}
	return list
}
