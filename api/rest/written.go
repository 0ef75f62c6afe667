package rest

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/written"
)

// Written reads the records of a case, and opens one for a day to somebody outside of its circle.
type Written interface {
	WrittenIn(ctx context.Context, s care.Staff, caseID string, kind written.Kind, p ledger.Paging) (ledger.Page[ledger.Record], error)
	OpenRecord(ctx context.Context, s care.Staff, key, id, reason string) error
}

func registerWritten(a *API) {
	register(a, query("/case-files/{id}/records", "list-case-records", tagCases, "What was written in a case",
		"The newest first. Outside of a record's circle one sees by whom and when it was written. The read is recorded."),
		func(ctx context.Context, who care.Staff, in *struct {
			IDInput
			PagingInput
			Kind written.Kind `query:"kind" enum:"needs,assessment,practice,appointment,plan,equipe,referral,pact,measure,meeting,permit,consent,course,work" doc:"Left out: all"`
		}) (*listOutput[ledger.Record], error) {
			page, err := a.records.WrittenIn(ctx, who, in.ID, in.Kind, in.paging())
			return listed(page, err, func(r ledger.Record) ledger.Record { r.Fields = named(r.Fields); return r })
		})
	register(a, answers(204, command("/records/{id}/openings", "open-record", tagCases, "Open a record all the same",
		"To somebody outside of its circle, for a day. Its author is told who did so and why; the reading is recorded.")), func(ctx context.Context, who care.Staff, in *struct {
		IDInput
		KeyInput
		Body written.OpeningReason
	}) (*struct{}, error) {
		if faults := written.CheckReason(in.Body.Reason); len(faults) > 0 {
			return nil, care.Refuse(faults...)
		}
		return nil, a.records.OpenRecord(ctx, who, in.Key, in.ID, in.Body.Reason)
	})
}

// named gives the fields of a form the names that forms have in the API: those of an
// opening are stored under the names of the code.
func named(form json.RawMessage) json.RawMessage {
	var value any
	if len(form) == 0 || json.Unmarshal(form, &value) != nil {
		return form
	}
	again, err := json.Marshal(inSnake(value))
	if err != nil {
		panic(err) // what was read can be written
	}
	return again
}

func inSnake(value any) any {
	switch v := value.(type) {
	case map[string]any:
		fields := make(map[string]any, len(v))
		for name, field := range v {
			fields[strings.ToLower(afterLower.ReplaceAllString(name, "${1}_${2}"))] = inSnake(field)
		}
		return fields
	case []any:
		for i := range v {
			v[i] = inSnake(v[i])
		}
	}
	return value
}

// afterLower is where a word of a name begins.
var afterLower = regexp.MustCompile(`([a-z])([A-Z])`)
