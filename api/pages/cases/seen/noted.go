package seen

import (
	"context"
	"encoding/json"
	"strings"

	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue/fields"
	"percorso/internal/elsewhere"
	"percorso/internal/italian"
	"percorso/internal/italian/jobs"
	"percorso/internal/italian/known"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/written"
)

// Noted is what holds of what a form notes: a later one takes its place.
type Noted struct {
	ids   []string          // of the records that hold
	whole bool              // there are no more of them than were read
	now   map[string]string // what holds, in words, by the field that changes it
}

// Records are those that somebody may know of.
type Records interface {
	WrittenIn(ctx context.Context, s care.Staff, caseID string, kind written.Kind, p ledger.Paging) (ledger.Page[ledger.Record], error)
}

// mostRead is how many records are looked at.
const mostRead = 100

// Find reads what holds of what an operation notes; nil: it notes nothing.
func Find(ctx context.Context, records Records, who care.Staff, p care.Policy, caseID string, op care.Operation) (*Noted, error) {
	if op != care.OpWorkProfile && op != care.OpElsewhere {
		return nil, nil
	}
	page, err := records.WrittenIn(ctx, who, caseID, written.KindOf(string(op)), ledger.Paging{Limit: mostRead})
	if err != nil {
		return nil, err
	}
	n := &Noted{ids: []string{}, whole: page.Next == "", now: map[string]string{}}
	if op == care.OpElsewhere {
		n.numbers(page.Items)
	} else {
		n.profile(p, page.Items)
	}
	return n, nil
}

func (n *Noted) numbers(list []ledger.Record) {
	var all []elsewhere.Kept
	for _, r := range list {
		kept := elsewhere.Kept{ID: r.ID}
		if r.Readable && json.Unmarshal(r.Fields, &kept.Number) == nil {
			all = append(all, kept)
		}
	}
	hold, _ := elsewhere.Standing(all)
	var words []string
	for _, k := range hold {
		n.ids = append(n.ids, k.ID)
		words = append(words, known.System(k.System)+" "+k.Number.Number)
	}
	n.now["system"] = strings.Join(words, "; ")
}

func (n *Noted) profile(p care.Policy, list []ledger.Record) {
	texts := italian.TextsOf(care.OpWorkProfile)
	for _, r := range list {
		if r.Form != string(care.OpWorkProfile) {
			continue
		}
		if len(n.ids) == 0 { // the latest
			n.ids = append(n.ids, r.ID)
		}
		for _, said := range present.Typed(p, care.OpWorkProfile, "", r.Fields) {
			for _, field := range jobs.Fields {
				if texts.Label(field) == said.Name && n.now[field] == "" {
					n.now[field] = said.Value
				}
			}
		}
	}
}

// Hint says beside a field what holds now; empty: nothing does.
func (n *Noted) Hint(field string) string {
	if n == nil || n.now[field] == "" {
		return ""
	}
	return message.Say("case_acts.stands", "Value", strings.TrimSuffix(n.now[field], "."))
}

// Fields is the hidden field by which the form says what stood when it was made; none, where
// there is more than can be said.
func (n *Noted) Fields(f fields.Field) []web.Field {
	if !n.whole {
		return nil
	}
	return []web.Field{{Shape: "hidden", ID: f.Name, Value: strings.Join(n.ids, " ")}}
}
