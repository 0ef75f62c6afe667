package parts

import (
	"percorso/internal/care"
	"percorso/internal/completion"
	"percorso/internal/italian"
	"percorso/internal/message"
)

// FormOf says which form a record is: that of a kind of task, or of an operation.
func FormOf(name string) (care.Operation, care.TaskKind) {
	if _, ok := completion.FormOf(care.TaskKind(name)); ok || care.TaskKind(name) == care.ReferralAnswer {
		return care.OpComplete, care.TaskKind(name)
	}
	return care.Operation(name), ""
}

// FormTitle is what a record is called.
func FormTitle(form string) string {
	op, task := FormOf(form)
	if task != "" {
		return italian.Upper(italian.TaskKind(task))
	}
	if done, ok := message.Find("record_title", op); ok {
		return done
	}
	return italian.Upper(italian.Operation(op))
}
