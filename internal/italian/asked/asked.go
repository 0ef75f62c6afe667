// Package asked says of a field that must not stay empty what to write there:
// «Scrivi il nome». It is the one place that does.
package asked

import (
	"strings"

	"percorso/internal/message"
)

// Sentence says what to write in a field, from its path or its id on a page, such as
// "bookings[0].service" or "heard-needs".
func Sentence(field string) string {
	name := field[strings.LastIndexAny(field, ".-")+1:]
	name, _, _ = strings.Cut(name, "[")
	if text, ok := message.Find("asked", name); ok {
		return text
	}
	return message.Say("required.anything")
}
