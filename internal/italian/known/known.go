// Package known says in Italian what is known of a person besides, and how they can be reached.
package known

import (
	"slices"
	"strings"

	"percorso/internal/message"
	"percorso/internal/reach"
)

// ContactCode says what a field of a contact has.
func ContactCode(field, code string) string {
	said, _ := message.Find("reach", field+"."+code)
	return said
}

// NoSafeContact is what is said of who cannot be reached safely.
func NoSafeContact() string { return message.Say("known.no_safe_contact") }

// Terms says what may be done with a contact, before its number is read: «si può chiamare,
// non lasciare messaggi, di un parente, dopo le 18».
func Terms(c reach.Way) string {
	call := "call"
	if c.Kind == reach.Email {
		call = "email"
	}
	words := []string{ContactCode(call, c.Call), ContactCode("message", c.Message), ContactCode("whose", c.Whose), c.Hours}
	words = slices.DeleteFunc(words, func(word string) bool { return word == "" })
	if c.Call == "" {
		words = append(words, message.Say("known.ask_if_safe"))
	}
	return strings.Join(words, ", ")
}

// Contact says a contact in one line, what may be done with it first.
func Contact(c reach.Way) string {
	return message.Say("known.contact", "Kind", ContactCode("kind", c.Kind), "Terms", Terms(c), "Value", c.Value)
}
