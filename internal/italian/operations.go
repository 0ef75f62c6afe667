package italian

import (
	"percorso/internal/care"
	"percorso/internal/italian/dated"
	"percorso/internal/italian/jobs"
	"percorso/internal/italian/known"
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

// lent are texts of operations that stand with what the operation is about.
type lent struct {
	dated.Form
	Labels, Choices, Nothing map[string]string // of fields, codes, and fields that have nothing to choose from
}

var lentTo = map[care.Operation]lent{
	care.OpElsewhere:   {Choices: known.Systems()},
	care.OpWorkProfile: {Form: dated.Form{Intro: jobs.Intro, Done: jobs.Done, Hints: jobs.Hints}, Labels: jobs.Labels, Choices: jobs.Choices},
	care.OpAddDate:     {Form: dated.Adds, Labels: dated.Labels, Choices: dated.Kinds, Nothing: dated.Nothing},
	care.OpMoveDate:    {Form: dated.Corrects, Labels: dated.Labels, Nothing: dated.Nothing},
	care.OpEndDate:     {Form: dated.Ends, Labels: dated.Labels, Nothing: dated.Nothing},
	care.OpMeet:        {Choices: known.Interpreters()},
	care.OpSuspend:     {Choices: suspendReasons},
}

// TextsOf are the texts of an operation's page; of one that has none they are empty.
func TextsOf(op care.Operation) OperationTexts {
	t := OperationTexts{op: op, Intro: lentTo[op].Intro, Done: lentTo[op].Done}
	if said, ok := message.Find("operation_intro", op); ok {
		t.Intro = said
	}
	if said, ok := message.Find("operation_done", op); ok {
		t.Done = said
	}
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
	if own, ok := lentTo[t.op].Labels[name]; ok {
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
	if own, ok := message.Find("operation_hint", t.of(name)); ok {
		return own
	}
	return lentTo[t.op].Hints[name]
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
	if t.op == care.OpBook {
		return message.Find("beyond_why", code)
	}
	said, ok = lentTo[t.op].Choices[code]
	return said, ok
}

// NoneOf says that a field of the operation's form has nothing to choose from.
func (t OperationTexts) NoneOf(name string) string {
	if own, ok := message.Find("operation_none", t.of(name)); ok {
		return own
	}
	if own, ok := lentTo[t.op].Nothing[name]; ok {
		return own
	}
	return message.Say("operations.nothing_to_choose", "Field", t.Label(name))
}
