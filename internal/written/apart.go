package written

import (
	"encoding/json"

	"percorso/internal/care"
)

// AreaNote is under which name the note on an area of an assessment is kept that is for others
// than the rest: it is no form that people fill in.
const AreaNote = "area_note"

// Noted is such a note.
type Noted struct {
	Area   string `json:"area"`
	Note   string `json:"note"`
	Circle string `json:"circle"`
}

// Apart takes out of a form of an assessment the notes on areas that are for others than the
// rest, which are records of their own: whoever reads one does not read the other by that. How
// serious the need is stays with the rest, and so do notes of any other form.
func Apart(form string, role care.Role, data json.RawMessage) (rest json.RawMessage, notes []Noted, err error) {
	var said care.Completion
	fields := map[string]json.RawMessage{}
	if form != string(care.Assessment) || len(data) == 0 {
		return data, nil, nil
	}
	if err = json.Unmarshal(data, &said); err != nil {
		return nil, nil, err
	}
	usual := said.Circle
	if usual == "" {
		usual = string(CircleOf(form, role))
	}
	for i, a := range said.Areas {
		if a.Circle == "" || a.Circle == usual {
			continue
		}
		if a.Note != "" {
			notes = append(notes, Noted{a.Area, a.Note, a.Circle})
		}
		said.Areas[i].Note, said.Areas[i].Circle = "", ""
	}
	if len(notes) == 0 {
		return data, nil, nil
	}
	if err = json.Unmarshal(data, &fields); err != nil {
		return nil, nil, err
	}
	if fields["areas"], err = json.Marshal(said.Areas); err != nil {
		return nil, nil, err
	}
	rest, err = json.Marshal(fields)
	return rest, notes, err
}
