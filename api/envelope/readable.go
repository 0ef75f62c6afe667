package envelope

import (
	"bytes"
	"encoding/json"
	"fmt"

	"percorso/api/problem"
	"percorso/internal/care"
	"percorso/internal/legible"
)

// What a body may hold at most: more than any form has, and so little that nothing
// takes long over it.
const (
	deepest  = 20  // values within values
	mostEach = 500 // items of a list, fields of an object
)

// readable looks at all of a body for what Go's JSON would mend or overlook
// without a word: a field that comes twice, bytes that are no text, half of a pair
// of surrogates. The fault is the first one; false: the body is not one JSON value.
func readable(body []byte) (*care.Fault, bool) {
	if !json.Valid(body) {
		return nil, false
	}
	w := walker{in: json.NewDecoder(bytes.NewReader(body))}
	w.in.UseNumber()
	return w.value("", 0), true
}

// walker goes once through JSON that is valid.
type walker struct{ in *json.Decoder }

// value walks a value, which has a path; the fault is the first one in it.
func (w walker) value(path string, depth int) *care.Fault {
	token, err := w.in.Token()
	if err != nil {
		return &care.Fault{Field: path, Rule: problem.RuleJSON}
	}
	switch v := token.(type) {
	case json.Delim:
		if depth == deepest {
			return &care.Fault{Field: path, Rule: problem.RuleTooDeep}
		}
		if v == '{' {
			return w.object(path, depth+1)
		}
		return w.list(path, depth+1)
	case string:
		if !legible.IsText(v) {
			return &care.Fault{Field: path, Rule: care.RuleIllegible}
		}
	case json.Number:
		if _, err := v.Float64(); err != nil {
			return &care.Fault{Field: path, Rule: "out_of_range"}
		}
	}
	return nil
}

func (w walker) list(path string, depth int) *care.Fault {
	for i := 0; w.in.More(); i++ {
		if i == mostEach {
			return &care.Fault{Field: path, Rule: care.RuleTooMany}
		}
		if fault := w.value(fmt.Sprintf("%s[%d]", path, i), depth); fault != nil {
			return fault
		}
	}
	return w.end(path)
}

func (w walker) object(path string, depth int) *care.Fault {
	names := map[string]bool{}
	for w.in.More() {
		token, err := w.in.Token()
		name, _ := token.(string)
		at := problem.FieldIn(path, name)
		switch {
		case err != nil:
			return &care.Fault{Field: path, Rule: problem.RuleJSON}
		case len(names) == mostEach:
			return &care.Fault{Field: path, Rule: care.RuleTooMany}
		case !legible.IsText(name):
			return &care.Fault{Field: path, Rule: care.RuleIllegible}
		case names[name]:
			return &care.Fault{Field: at, Rule: problem.RuleRepeated}
		}
		names[name] = true
		if fault := w.value(at, depth); fault != nil {
			return fault
		}
	}
	return w.end(path)
}

// end walks the bracket that closes a list or an object.
func (w walker) end(path string) *care.Fault {
	if _, err := w.in.Token(); err != nil {
		return &care.Fault{Field: path, Rule: problem.RuleJSON}
	}
	return nil
}
