package present

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/completion"
	"percorso/internal/italian"
	"percorso/internal/italian/known"
	"percorso/internal/italian/offered"
	"percorso/internal/italian/world"
	"percorso/internal/message"
)

// Typed shows a form of any operation as it was stored: each field that was filled
// in, by its name and in words. task is the kind that it completes, or empty.
func Typed(p care.Policy, op care.Operation, task care.TaskKind, form json.RawMessage) []web.Term {
	var value any
	if len(form) == 0 || json.Unmarshal(form, &value) != nil {
		return nil
	}
	t := typed{policy: p, op: op, texts: italian.TextsOf(op), task: task}
	t.add("", "", value)
	if said, ok := value.(map[string]any); ok && op == care.OpConsent && said["signed_by"] == nil {
		t.terms = append(t.terms, web.Term{Name: t.texts.Label("signed_by"), Value: message.Say("typed_form.person")})
	}
	return t.terms
}

type typed struct {
	policy care.Policy
	op     care.Operation
	texts  italian.OperationTexts
	task   care.TaskKind
	terms  []web.Term
}

// add shows a value of the form. label names what it stands in, of a part of a list
// with its number.
func (t *typed) add(name, label string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			field := snake(key)
			its := t.texts.Label(field)
			switch {
			case label != "":
				its = label + ", " + strings.ToLower(its)
			case t.task != "":
				its = italian.TaskField(t.task, completion.TaskField(field))
			}
			t.add(field, its, v[key])
		}
	case []any:
		t.list(name, label, v)
	case bool:
		if v {
			t.terms = append(t.terms, web.Term{Name: label, Value: message.Say("typed_form.yes")})
		}
	case float64:
		t.terms = append(t.terms, web.Term{Name: label, Value: strconv.FormatFloat(v, 'f', -1, 64)})
	case string:
		if words := t.words(name, v); words != "" {
			t.terms = append(t.terms, web.Term{Name: label, Value: words})
		}
	}
}

// list shows a list: of words in one line, of anything else one after the other.
func (t *typed) list(name, label string, list []any) {
	var words []string
	for i, item := range list {
		if word, ok := item.(string); ok {
			if word = t.words(name, word); word != "" {
				words = append(words, word)
			}
			continue
		}
		of := label
		if len(list) > 1 {
			of += " " + strconv.Itoa(i+1)
		}
		t.add(name, of, item)
	}
	if len(words) > 0 {
		t.terms = append(t.terms, web.Term{Name: label, Value: strings.Join(words, ", ")})
	}
}

// words says a text of the form; empty where it means nothing to people, as an id.
func (t *typed) words(name, v string) string {
	p := t.policy
	if word, ok := t.texts.OwnChoice(v); ok && name != "note" {
		return italian.Upper(word)
	}
	switch name {
	case "id", "seen", "notice_version", "meeting":
		return ""
	case "outcome":
		return italian.Upper(t.outcome(v))
	case "kind":
		return italian.Upper(italian.EquipeKind(care.EquipeKind(v)))
	case "state":
		return italian.Upper(italian.ActionState(care.ActionState(v)))
	case "zone":
		return italian.Upper(v)
	case "needs", "area":
		for _, need := range p.NeedAreas([]string{v}) {
			return need.Name
		}
	case "purpose":
		return italian.Upper(ConsentPurpose(p, v))
	case "channel":
		return NameIn(p.Desk.Channels, v)
	case "topic":
		return NameIn(p.Desk.Topics, v)
	case "measure":
		return NameIn(p.Measures, v)
	case "service":
		return ServiceName(p, v)
	case "agency", "consents", "left_out":
		return AgencyName(p, v)
	case "matter":
		return NameIn(p.Matters, v)
	case "closure_outcome":
		return NameIn(p.Outcomes, v)
	case "reason":
		if reason, ok := p.RejectReason(v); ok {
			return reason.Name
		}
		return italian.Reason(v)
	case "system":
		return italian.Upper(known.System(v))
	case "interpreted":
		return italian.Upper(known.Interpreter(v))
	case "circle":
		return italian.Circle(v)
	case "by":
		return offered.Asker(v)
	case "beyond":
		return italian.Upper(italian.BeyondWhy(v))
	case "why":
		if t.op == care.OpPlanMeeting {
			return v
		}
		return offered.Why(v)
	case "need":
		return italian.NeedLevel(v)
	case "result":
		return italian.GoalResult(v)
	case "role":
		return italian.Upper(italian.Role(care.Role(v)))
	case "stage":
		return italian.Stage(care.Stage(v))
	case "permit":
		return italian.Permit(v)
	case "notice_way":
		return known.NoticeWay(v)
	case "notice_language":
		return italian.Upper(world.Language(v))
	case "citizenship":
		return world.Citizenship(v)
	}
	if care.IsID(v) {
		return ""
	}
	if at, err := time.Parse(time.RFC3339, v); err == nil {
		if there := at.In(italian.Rome); there.Hour() == 0 && there.Minute() == 0 || at.Equal(at.Truncate(24*time.Hour)) {
			return italian.Date(at.In(italian.Rome))
		}
		return italian.Moment(at)
	}
	return v
}

// outcome says how something ended, as each form has outcomes of its own.
func (t *typed) outcome(code string) string {
	switch t.op {
	case care.OpClose:
		return NameIn(t.policy.Outcomes, code)
	case care.OpMinutes:
		return italian.Opinion(code)
	}
	return italian.Outcome(t.task, code)
}

// snake writes a name as forms do.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
