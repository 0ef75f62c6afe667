package rest

import (
	"encoding/json"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// shareJSON is what the caller's agency was given of a person along with a task.
type shareJSON struct {
	CaseFileID string                  `json:"case_file_id"`
	LegalBasis care.LegalBasis         `json:"legal_basis" enum:"public_task,consent"`
	Purpose    string                  `json:"purpose" doc:"Code"`
	Snapshot   *ledger.Snapshot        `json:"snapshot,omitempty" doc:"None once it is out of sight"`
	Corrected  []ledger.GivenCorrected `json:"corrected,omitempty" doc:"What of the snapshot was corrected since, while what it was given for stands"`
	Plan       *sharedContentJSON      `json:"plan,omitempty" doc:"The active plan, to a zone that is asked to take the case over"`
	Note       string                  `json:"note,omitempty" doc:"Of the request, to that zone"`
	SharedAt   time.Time               `json:"shared_at"`
	EndedAt    *time.Time              `json:"share_ended_at,omitempty" doc:"When what the data were given for ended"`
	ShareEnd   care.EndReason          `json:"share_end,omitempty" enum:"completed,rejected,withdrawn,redirected,cancelled,waived,answered,consent_withdrawn,opened_by_mistake" doc:"Why it ended"`
	SeenUntil  *time.Time              `json:"seen_until,omitempty" doc:"The data are out of the agency's sight from then on"`
}

// sharedContentJSON is a plan as it is given to another zone.
type sharedContentJSON struct {
	Goals   []care.PlanGoal     `json:"goals" nullable:"false"`
	Actions []plannedActionJSON `json:"actions" nullable:"false"`
}

// given is what the snapshot of a share may hold.
type given struct {
	ledger.Snapshot
	Plan *ledger.PlanContent `json:"plan"`
	Note string              `json:"note"`
}

// givenIn reads the snapshot of a share; one that cannot be read is empty.
func givenIn(share ledger.Share) given {
	var g given
	_ = json.Unmarshal(share.Snapshot, &g)
	g.Languages, g.Needs = orEmpty(g.Languages), orEmpty(g.Needs)
	return g
}

func shareOf(share ledger.Share) shareJSON {
	j := shareJSON{
		CaseFileID: share.CaseID, LegalBasis: share.LegalBasis, Purpose: share.Purpose, SharedAt: share.At,
		EndedAt: share.Ended, ShareEnd: share.Why, SeenUntil: share.SeenUntil, Corrected: share.Corrected,
	}
	if share.Snapshot == nil {
		return j
	}
	g := givenIn(share)
	j.Snapshot, j.Note = &g.Snapshot, g.Note
	if g.Plan != nil {
		j.Plan = &sharedContentJSON{Goals: orEmpty(g.Plan.Goals), Actions: converted(g.Plan.Actions, plannedActionOf)}
	}
	return j
}
