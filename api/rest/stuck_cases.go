package rest

import (
	"context"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

type stuckCaseJSON struct {
	CaseFileJSON
	TaskID string `json:"task_id,omitempty" doc:"The task that can be reminded of, reassigned or extended"`
}

func (a *API) registerStuckCases() {
	register(a, query("/case-counts", "count-cases", tagCases, "How many open cases stand how", "Of the supervisor's zone, as it was last computed: within a second of any change. Unknown are those that are still to be computed, as for a while after an upgrade."),
		func(ctx context.Context, who care.Staff, _ *struct{}) (*output[ledger.HealthCounts], error) {
			n, err := a.records.HealthCounts(ctx, who)
			return &output[ledger.HealthCounts]{Body: n}, err
		})
	register(a, query("/stuck-cases", "list-stuck-cases", tagCases, "Cases that are not waiting as planned",
		"Those first whose harm is worst: a critical date within ten days, then nobody who may act, then broken, then the longest late. Each with what it waits for and who can stand in."),
		func(ctx context.Context, who care.Staff, in *PagingInput) (*listOutput[stuckCaseJSON], error) {
			rules, err := a.book.Rules(ctx, who.Zone)
			if err != nil {
				return nil, err
			}
			page, err := a.records.StuckCases(ctx, who, in.paging())
			caseFile := a.caseFileOf(rules.Policy)
			return listed(page, err, func(c ledger.StuckCase) stuckCaseJSON {
				return stuckCaseJSON{CaseFileJSON: caseFile(c.CaseFile), TaskID: c.TaskID}
			})
		})
}
