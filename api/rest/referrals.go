package rest

import (
	"context"
	"encoding/json"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

type referralJSON struct {
	ID          string                  `json:"id"`
	State       care.ReferralState      `json:"state" enum:"requested,received,on_hold,accepted,rejected,in_progress,completed,failed,withdrawn,redirected"`
	CaseFileID  string                  `json:"case_file_id"`
	CaseNumber  string                  `json:"case_number"`
	FromAgency  string                  `json:"from_agency"`
	ToAgency    string                  `json:"to_agency"`
	Continues   string                  `json:"continues,omitempty" doc:"Id of the redirected referral that it follows"`
	Reason      string                  `json:"reason,omitempty" doc:"Code, of a rejected one"`
	LegalBasis  care.LegalBasis         `json:"legal_basis" doc:"On what ground the addressee was given the data"`
	Purpose     string                  `json:"purpose" doc:"Code of the area of need that it is for; empty: a placement, or what a plan sends the person for"`
	Outcome     string                  `json:"outcome,omitempty" doc:"Of one that is over, where its addressee gave one"`
	Snapshot    *ledger.Snapshot        `json:"snapshot,omitempty" doc:"What the addressee sees of the person; none once it is out of sight"`
	Notes       []ledger.ReferralNote   `json:"notes,omitempty" doc:"That either side added since it was sent, the latest first: in the answer of one referral"`
	Corrected   []ledger.GivenCorrected `json:"corrected,omitempty" doc:"What of the snapshot was corrected since, while what it was given for stands"`
	EndedAt     *time.Time              `json:"share_ended_at,omitempty" doc:"When what the data were given for ended"`
	ShareEnd    care.EndReason          `json:"share_end,omitempty" enum:"completed,rejected,withdrawn,redirected,cancelled,waived,answered,consent_withdrawn,opened_by_mistake" doc:"Why it ended"`
	SeenUntil   *time.Time              `json:"seen_until,omitempty" doc:"The data are out of the addressee's sight from then on"`
	TaskID      string                  `json:"task_id,omitempty" doc:"The addressee's task to answer it"`
	RequestedAt time.Time               `json:"requested_at"`
	DueAt       *time.Time              `json:"due_at,omitempty"`
	ChangedAt   time.Time               `json:"changed_at"`
	Note        string                  `json:"note,omitempty"`
	Answered    bool                    `json:"answered" doc:"An accepted answer to it is on its way"`
	Allowed     []care.Operation        `json:"allowed" nullable:"false" doc:"What the caller's agency may do with it as it stands"`
}

func referralOf(who care.Staff) func(ledger.Referral) referralJSON {
	return func(r ledger.Referral) referralJSON {
		j := referralJSON{
			ID: r.ID, State: r.State, CaseFileID: r.CaseID, CaseNumber: r.CaseNumber, FromAgency: r.FromAgency, ToAgency: r.ToAgency,
			Continues: r.Continues, Reason: r.Reason, LegalBasis: r.LegalBasis, Purpose: r.Purpose, Outcome: r.Outcome, TaskID: r.TaskID,
			RequestedAt: r.Requested, DueAt: r.Due, ChangedAt: r.Changed, Note: r.Note, Answered: r.Answered, Allowed: r.Moves(who),
			EndedAt: r.Ended, ShareEnd: r.Why, SeenUntil: r.SeenUntil, Corrected: r.Corrected, Notes: r.Notes,
		}
		var snapshot ledger.Snapshot
		if len(r.Snapshot) > 0 && json.Unmarshal(r.Snapshot, &snapshot) == nil {
			snapshot.Languages, snapshot.Needs = orEmpty(snapshot.Languages), orEmpty(snapshot.Needs)
			j.Snapshot = &snapshot
		}
		return j
	}
}

type referralsInput struct {
	PagingInput
	Incoming   bool               `query:"incoming" doc:"Addressed to the caller's agency"`
	Sent       bool               `query:"sent" doc:"Sent by the caller's agency"`
	Open       bool               `query:"open" doc:"Not over"`
	State      care.ReferralState `query:"state" enum:"requested,received,on_hold,accepted,rejected,in_progress,completed,failed,withdrawn,redirected"`
	Order      string             `query:"order" enum:"newest,due" default:"newest" doc:"due: those that are to be answered, what is due first before the others. Else the newest first"`
	CaseFileID string             `query:"case_file_id" pattern:"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"`
}

func (a *API) registerReferrals() {
	register(a, query("/referrals", "list-referrals", tagReferrals, "Referrals", "Those that the caller's agency sent or was sent."),
		func(ctx context.Context, who care.Staff, in *referralsInput) (*listOutput[referralJSON], error) {
			page, err := a.records.Referrals(ctx, who, ledger.ReferralFilter{
				Incoming: in.Incoming, Sent: in.Sent, Open: in.Open, State: in.State, CaseID: in.CaseFileID, ByDue: in.Order == "due",
			}, in.paging())
			return listed(page, err, referralOf(who))
		})
	register(a, query("/referrals/{id}", "get-referral", tagReferrals, "A referral", ""),
		func(ctx context.Context, who care.Staff, in *IDInput) (*output[referralJSON], error) {
			r, err := a.records.Referral(ctx, who, in.ID)
			return one(r, err, referralOf(who))
		})
}
