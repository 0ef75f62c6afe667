package problem

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"

	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/offered"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// RefusedForm tells in the form why act said no, and with what status the page
// is shown again. An error that no form can help with comes back.
//
// naming gives a field's id on the page and its label, from its path.
func (t *Teller) RefusedForm(form *web.Form, err error, naming func(path string) (id, label string)) (status int, _ error) {
	var refused *care.Refusal
	switch {
	case errors.Is(err, ledger.ErrKeyReused):
		form.Alert = message.Say("problem.sent_otherwise")
		return http.StatusConflict, nil
	case !errors.As(err, &refused):
		return 0, err
	case refused.Code == care.RefusedForbidden:
		return 0, err
	case refused.Code == care.RefusedHeld: // the frame says so
		return http.StatusOK, nil
	case saysByRule(refused.Code) && len(refused.Faults) > 0:
		status = http.StatusConflict
	case refused.Code != care.RefusedInvalid:
		form.Alert = t.Words.Refusal(*refused)
		return http.StatusConflict, nil
	}
	offers := refused.Offers
	for _, f := range refused.Faults {
		if f.Field == "" && saysByRule(refused.Code) { // about no field of the form
			form.Alert = t.Words.Rule(f.Rule)
			continue
		}
		of, part, _ := web.DatePart(f.Field)
		id, label := naming(of)
		if label == of { // the field's id on the page, which no form knows by another name
			label = labelIn(of)
		}
		id += part
		if f.Rule == care.RuleRequired && web.Fault(form.Faults, id) != "" {
			continue // what cannot be read is not also missing
		}
		if slices.ContainsFunc(form.Faults, func(told web.FieldFault) bool { day, _, is := web.DatePart(told.Field); return is && day == id }) {
			continue // it is said which part of the day is missing
		}
		text := t.Words.Fault(f)
		if agenda.Offers(f.Rule) { // the first one that is told of other places is told of its own service's
			text += offered.Next(offers)
			offers = nil
		}
		form.Faults = append(form.Faults, web.FieldFault{Field: id, Label: label, Text: text})
	}
	return cmp.Or(status, http.StatusUnprocessableEntity), nil
}

// labelIn is the label of a field by the end of its id, as "heard-note"; empty: it
// has none.
func labelIn(id string) string {
	name := id[strings.LastIndexByte(id, '-')+1:]
	if label := italian.Field(name); label != name {
		return label
	}
	return ""
}
