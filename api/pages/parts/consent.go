package parts

import (
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/completion"
	"percorso/internal/message"
)

// ContinueTo is the field that says where a consent was asked for.
const ContinueTo = "poi"

// Asked is a private agency that the person's consent is asked for, by its name.
type Asked struct {
	Agency, Name string
	For          string // what they would be told for, in words
}

// What the person says to one agency.
const (
	saysYes = "yes"
	saysNo  = "no"
)

// consents asks for the person's consent to each private agency, by its name and purpose.
// A plan is not agreed on before each was answered; an équipe begins all the same.
func (f *TaskForm) consents(o completion.TaskOutcome, id string) web.Field {
	group := web.Field{Shape: "group", Label: message.Say("task_form.private"), Hint: message.Say("task_form.private_hint")}
	without := message.Say("task_form.private_invited")
	sends := o.Code == care.Agreed
	if sends {
		without = message.Say("task_form.private_not_sent")
	}
	for _, a := range f.Private[o.Code] {
		said := f.Sent.Get(id + "-" + a.Agency)
		group.Fields = append(group.Fields, web.Field{
			Shape: "choices", Type: "radio", ID: id + "-" + a.Agency, Required: sends,
			Label: message.Say("task_form.private_data", "Agency", a.Name, "Purpose", a.For),
			Options: []web.Option{
				{Value: saysYes, Text: message.Say("task_form.consents"), Chosen: said == saysYes},
				{Value: saysNo, Text: without, Chosen: said == saysNo},
			},
		})
	}
	return group
}

// readConsents reads what the person said to each agency that was asked for, and to which
// of them nothing was said: the first of those is where a missing answer is told.
func (f *TaskForm) readConsents(done *care.Completion, o completion.TaskOutcome, id string) {
	for _, a := range f.Private[o.Code] {
		at := id + "-" + a.Agency
		switch said := f.Sent.Get(at); {
		case said == saysYes:
			done.Consents = append(done.Consents, a.Agency)
		case said == saysNo:
			done.LeftOut = append(done.LeftOut, a.Agency)
			f.places["left_out"] = at
		case f.places["consents"] == id:
			f.places["consents"] = at
		}
	}
	if f.places["consents"] == id {
		f.places["consents"] = id + "-" + f.Private[o.Code][0].Agency
	}
}
