// Package deciding says of the choices of a task's form what will be done when they are
// sent: «Conferma l’appuntamento».
package deciding

import (
	"percorso/internal/care"
	"percorso/internal/message"
)

// Act says what an outcome of a task will do; empty: it is a finding, which says what was so
// («La persona non si è presentata»), before and after.
func Act(kind care.TaskKind, outcome string) string {
	said, _ := message.Find("act", string(kind)+"."+outcome)
	return said
}
