package catalogue

import (
	"percorso/internal/amending"
	"percorso/internal/care"
)

// Amend corrects what somebody wrote. What the record says before and whose it is are asked under lock.
var Amend = Operation[amending.Amended]{
	Facts: Facts{Code: care.OpAmend, On: OnRecord, AtOnce: true, Path: "amendments"},
	Check: func(form amending.Amended, around Around) []care.Fault { return form.Check(around.Policy) },
	Example: func(World) amending.Amended {
		note := exampleText
		return amending.Amended{Seen: 1, Why: exampleText, Note: &note}
	},
}

// NoteReferral adds a note to a referral that was sent, which both sides read.
var NoteReferral = Operation[ReasonForm]{
	Facts:   Facts{Code: care.OpNoteReferral, On: OnReferral, AtOnce: true, Path: "notes"},
	Check:   checkReason,
	Example: exampleReason,
}
