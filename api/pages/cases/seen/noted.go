package seen

import (
	"context"
	"encoding/json"
	"strings"

	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/catalogue/fields"
	"percorso/internal/elsewhere"
	"percorso/internal/italian"
	"percorso/internal/italian/jobs"
	"percorso/internal/italian/known"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/written"
)

// Noted is what holds of what a form takes the place of, or goes by.
type Noted struct {
	ids   []string          // of the records that hold, or of the files that a merge shows side by side
	whole bool              // there are no more of them than were read
	now   map[string]string // what holds, in words, by the field that changes it
}

// Records are those that somebody may know of.
type Records interface {
	MergeCandidates(ctx context.Context, s care.Staff, caseID string) ([]ledger.CaseFile, error)
	WrittenIn(ctx context.Context, s care.Staff, caseID string, kind written.Kind, p ledger.Paging) (ledger.Page[ledger.Record], error)
}

// mostRead is how many records are looked at.
const mostRead = 100

// Find reads what holds of what an operation notes, or goes by; nil: nothing.
func Find(ctx context.Context, records Records, who care.Staff, p care.Policy, file ledger.Case, op care.Operation) (*Noted, error) {
	switch op {
	case care.OpWorkProfile, care.OpElsewhere:
	case care.OpMerge:
		return sides(ctx, records, who, file)
	default:
		return nil, nil
	}
	page, err := records.WrittenIn(ctx, who, file.ID, written.KindOf(string(op)), ledger.Paging{Limit: mostRead})
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

// sides are a file and those that it may be merged into, as they stand.
func sides(ctx context.Context, records Records, who care.Staff, file ledger.Case) (*Noted, error) {
	n := &Noted{ids: []string{catalogue.SeenOf(file.ID, file.PersonData.Version)}, whole: true}
	others, err := records.MergeCandidates(ctx, who, file.ID)
	for _, o := range others {
		if o.Known != nil {
			n.ids = append(n.ids, catalogue.SeenOf(o.ID, o.Known.Version))
		}
	}
	return n, err
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
