package cases

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"percorso/api/pages/parts"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
)

// plain is an operation on a case whose page follows from its form and its texts.
func plain(o catalogue.Known, a caseAction) caseAction {
	facts, fields, texts := o.About(), catalogue.FieldsOf(o.Form()), italian.TextsOf(o.About().Code)
	a.path, a.op, a.allows, a.done = facts.Slug, facts.Code, facts.Offered, texts.Done
	a.show = func(page *parts.CaseForm, in caseFormOf) {
		page.Intro, page.Danger = texts.Intro, texts.Danger
		for _, f := range fields {
			page.Fields = append(page.Fields, plainField(f, texts, in.sent.Get(f.Name)))
		}
	}
	a.read = func(key, caseID string, sent url.Values) (catalogue.Command, []care.Fault) {
		typed, faults := map[string]any{}, []care.Fault(nil)
		for _, f := range fields {
			value, rule := plainValue(f, sent.Get(f.Name))
			if value != nil {
				typed[f.Name] = value
			}
			faults = append(faults, parts.FaultIf(rule, f.Name)...)
		}
		form, err := json.Marshal(typed)
		if err != nil {
			panic(err) // texts, days and boxes can be written
		}
		command, err := o.Read(key, caseID, form)
		if err != nil {
			faults = append(faults, care.Fault{Rule: care.RuleUnknownCode})
		}
		return command, faults
	}
	return a
}

// withOthers adds the operations of the catalogue that have a page on a case and
// are not among some: it follows from their form.
func withOthers(some []caseAction) []caseAction {
	for _, o := range catalogue.All {
		facts := o.About()
		shown := func(a caseAction) bool { return a.path == facts.Slug }
		if facts.On == catalogue.OnCase && facts.Slug != "" && facts.Offered != nil && facts.Code != care.OpRefer && !slices.ContainsFunc(some, shown) {
			some = append(some, plain(o, caseAction{}))
		}
	}
	return some
}

// plainField asks for a field by its shape.
func plainField(f catalogue.Field, texts italian.OperationTexts, value string) web.Field {
	shown := web.Field{ID: f.Name, Label: texts.Label(f.Name), Hint: texts.Hint(f.Name), Value: value, Required: f.Required}
	switch f.Shape {
	case catalogue.Day:
		shown.Shape, shown.Type = "input", "date"
	case catalogue.Words:
		shown.Shape = "area"
		if f.Max != maxArea {
			shown.Max = f.Max
		}
	case catalogue.Choice:
		shown.Shape, shown.Type, shown.Value = "choices", "radio", ""
		shown.Hint = texts.Hints[f.Name]
		for _, code := range f.Choices {
			shown.Options = append(shown.Options, web.Option{Value: code, Text: italian.Upper(texts.Choice(code)), Chosen: code == value})
		}
	case catalogue.Yes:
		shown.Shape = "box"
	default:
		shown.Shape, shown.Type = "input", "text"
	}
	return shown
}

// maxArea is how many characters an area takes where nothing else is said.
const maxArea = 4000

// officesOpen is the hour that stands for a day: when the offices open.
const officesOpen = "08:00"

// plainValue reads what was typed in a field; nil: nothing.
func plainValue(f catalogue.Field, typed string) (value any, rule string) {
	typed = strings.TrimSpace(typed)
	switch {
	case typed == "":
		return nil, ""
	case f.Shape == catalogue.Yes:
		return true, ""
	case f.Shape == catalogue.Day:
		at, rule := parts.ReadMoment(typed, officesOpen)
		if at == nil {
			return nil, rule
		}
		return at.Format(time.RFC3339), rule
	}
	return typed, ""
}
