// Package sheet says in Italian what was written in a case: its parts, and for whom each is.
package sheet

import (
	"percorso/internal/message"
	"percorso/internal/written"
)

// Kind is the heading of a kind of record.
func Kind(k written.Kind) string {
	said, _ := message.Find("record_kind", k)
	return said
}

// Circle says who reads a record.
func Circle(c written.Circle) string {
	said, _ := message.Find("record_circle", c)
	return said
}
