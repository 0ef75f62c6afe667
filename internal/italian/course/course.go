// Package course says in Italian what each stage of the path is for, and what comes after it.
package course

import (
	"percorso/internal/care"
	"percorso/internal/message"
)

// Help is what somebody new needs to know of a stage; Then goes on after a colon.
type Help struct{ For, Then string }

// Of is the help for a stage.
func Of(s care.Stage) (help Help) {
	help.For, _ = message.Find("stage_help", s)
	help.Then, _ = message.Find("stage_then", s)
	return help
}
