package italian

import (
	"percorso/internal/care"
	"percorso/internal/message"
)

// OperationTexts are what the page of an operation on a case says besides the
// names of its fields.
type OperationTexts struct {
	op     care.Operation
	Intro  string // what happens then
	Done   string // what is said afterwards
	Button string // empty: as the operation is called
}

// TextsOf are the texts of an operation's page; of one that has none they are empty.
func TextsOf(op care.Operation) OperationTexts {
	t := OperationTexts{op: op}
	t.Intro, _ = message.Find("operation_intro", op)
	t.Done, _ = message.Find("operation_done", op)
	t.Button, _ = message.Find("operation_button", op)
	return t
}

// of is the key of a field or a code of the operation.
func (t OperationTexts) of(name string) string { return string(t.op) + "." + name }

// Label names a field of the operation's form; a path is said by its last part.
func (t OperationTexts) Label(path string) string {
	name := lastName(path)
	if own, ok := message.Find("operation_label", t.of(name)); ok {
		return own
	}
	return Field(path)
}

// Hint helps to fill in a field of the operation's form.
func (t OperationTexts) Hint(name string) string {
	own := t.OwnHint(name)
	switch {
	case own != "" && name == "note":
		return own + " " + MayBeRead()
	case own != "" || t.op == care.OpTransfer && name == "notice_given": // whose label says it all
		return own
	}
	return FieldHelp(name)
}

// OwnHint is what helps with a field that means something of its own here; empty: it does not.
func (t OperationTexts) OwnHint(name string) string {
	own, _ := message.Find("operation_hint", t.of(name))
	return own
}

// Choice says a code of the operation's form.
func (t OperationTexts) Choice(code string) string {
	if circle, ok := message.Find("circle", code); ok {
		return circle
	}
	if own, ok := t.OwnChoice(code); ok {
		return own
	}
	return spaced(code)
}

// OwnChoice says a code of the operation's own lists.
func (t OperationTexts) OwnChoice(code string) (said string, ok bool) {
	if said, ok = message.Find("operation_choice", t.of(code)); ok {
		return said, ok
	}
	switch t.op { // whose codes others say as well
	case care.OpBook, care.OpReopen:
		return message.Find("beyond_why", code)
	case care.OpElsewhere:
		return message.Find("system", code)
	case care.OpMeet:
		return message.Find("interpreter", code)
	case care.OpSuspend:
		return message.Find("suspend_reason", code)
	case care.OpAddDate:
		return message.Find("day_kind", code)
	}
	return "", false
}

// NoneOf says that a field of the operation's form has nothing to choose from.
func (t OperationTexts) NoneOf(name string) string {
	if own, ok := message.Find("operation_none", t.of(name)); ok {
		return own
	}
	return message.Say("operations.nothing_to_choose", "Field", t.Label(name))
}
