package rest

import (
	"context"
	"encoding/json"
	"time"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
)

type meetingInput struct {
	IDInput
	KeyInput
	Body catalogue.MeetingForm
}

type suspendInput struct {
	IDInput
	KeyInput
	Body catalogue.SuspendForm
}

type permitInput struct {
	IDInput
	KeyInput
	Body catalogue.PermitForm
}

type transferInput struct {
	IDInput
	KeyInput
	Body catalogue.TransferForm
}

type mergeInput struct {
	IDInput
	KeyInput
	Body catalogue.MergeForm
}

type reopenInput struct {
	IDInput
	KeyInput
	Body catalogue.ReopenForm
}

type samePersonInput struct{ Body samePersonJSON }

type samePersonJSON struct {
	GivenName  string `json:"given_name" minLength:"1" maxLength:"200"`
	FamilyName string `json:"family_name" minLength:"1" maxLength:"200"`
	BirthDate  string `json:"birth_date" format:"date"`
}

// registerLife registers what life does to a case, beside its path.
func (a *API) registerLife() {
	register(a, command("/case-files/{id}/meetings", "record-meeting", tagCases, "Record a valid meeting with the person",
		"By any agency at work on the case: it resets the counter that the reviews run by."),
		func(ctx context.Context, who care.Staff, in *meetingInput) (*actOutput, error) {
			return a.ask(ctx, who, catalogue.Meet.Command(in.Key, in.ID, in.Body))
		})
	register(a, command("/case-files/{id}/suspension", "suspend-case-file", tagCases, "Suspend a case until a date",
		"Its clocks stand still, but those of the residence permit; it resumes by itself."),
		func(ctx context.Context, who care.Staff, in *suspendInput) (*actOutput, error) {
			return a.ask(ctx, who, catalogue.Suspend.Command(in.Key, in.ID, in.Body))
		})
	register(a, command("/case-files/{id}/resumption", "resume-case-file", tagCases, "Resume a suspended case before its date", ""),
		func(ctx context.Context, who care.Staff, in *askInput) (*actOutput, error) {
			return a.ask(ctx, who, catalogue.Resume.Command(in.Key, in.ID, catalogue.None{}))
		})
	register(a, command("/case-files/{id}/permit", "record-permit", tagCases, "Record the receipt of a renewal, or a new permit", ""),
		func(ctx context.Context, who care.Staff, in *permitInput) (*actOutput, error) {
			return a.ask(ctx, who, catalogue.Permit.Command(in.Key, in.ID, in.Body))
		})
	register(a, command("/case-files/{id}/reopening", "reopen-case-file", tagCases, "Reopen a closed case",
		"At a stage of its path. What was opened by mistake, merged or transferred stays closed."),
		func(ctx context.Context, who care.Staff, in *reopenInput) (*actOutput, error) {
			return a.ask(ctx, who, catalogue.Reopen.Command(in.Key, in.ID, in.Body))
		})
	a.registerHandovers()
}

// registerHandovers registers how a case goes on elsewhere: in another zone, or
// in another case file of the same person.
func (a *API) registerHandovers() {
	register(a, command("/case-files/{id}/transfer", "transfer-case-file", tagCases, "Ask another zone to take a case over",
		"The case goes on here until that zone says yes."),
		func(ctx context.Context, who care.Staff, in *transferInput) (*actOutput, error) {
			return a.ask(ctx, who, catalogue.Transfer.Command(in.Key, in.ID, in.Body))
		})
	register(a, command("/case-files/{id}/transfer-recall", "recall-transfer", tagCases, "Take back the request to another zone",
		"The case stays here, and the other zone's access to what it was shown ends."),
		func(ctx context.Context, who care.Staff, in *askInput) (*actOutput, error) {
			return a.ask(ctx, who, catalogue.Recall.Command(in.Key, in.ID, catalogue.None{}))
		})
	register(a, command("/case-files/{id}/merge", "merge-case-file", tagCases, "Merge a case file into another of the same person",
		"This one ends; its branches go on in the other."),
		func(ctx context.Context, who care.Staff, in *mergeInput) (*actOutput, error) {
			return a.ask(ctx, who, catalogue.Merge.Command(in.Key, in.ID, in.Body))
		})
	register(a, query("/case-files/{id}/merge-candidates", "list-merge-candidates", tagCases, "Open case files that may be of the same person", ""),
		func(ctx context.Context, who care.Staff, in *IDInput) (*listOutput[CaseFileJSON], error) {
			rules, err := a.book.Rules(ctx, who.Zone)
			if err != nil {
				return nil, err
			}
			files, err := a.records.MergeCandidates(ctx, who, in.ID)
			return whole(files, err, a.caseFileOf(rules.Policy))
		})
	search := command("/same-person-searches", "search-same-person", tagCases, "Case files that may be of a person",
		"Before one is opened, so that no second one is. It stores nothing and needs no key.")
	search.DefaultStatus, search.Responses = 200, nil
	register(a, search, func(ctx context.Context, who care.Staff, in *samePersonInput) (*listOutput[CaseFileJSON], error) {
		rules, err := a.book.Rules(ctx, who.Zone)
		if err != nil {
			return nil, err
		}
		b := in.Body
		files, err := a.records.SamePerson(ctx, who, ledger.Person{GivenName: b.GivenName, FamilyName: b.FamilyName, BirthDate: dateFrom(b.BirthDate)})
		return whole(files, err, a.caseFileOf(rules.Policy))
	})
}

// shareJSON is what the caller's agency was given of a person along with a task.
type shareJSON struct {
	CaseFileID string             `json:"case_file_id"`
	LegalBasis care.LegalBasis    `json:"legal_basis" enum:"public_task,consent"`
	Purpose    string             `json:"purpose" doc:"Code"`
	Snapshot   *ledger.Snapshot   `json:"snapshot,omitempty" doc:"None once it is out of sight"`
	Plan       *sharedContentJSON `json:"plan,omitempty" doc:"The active plan, to a zone that is asked to take the case over"`
	Note       string             `json:"note,omitempty" doc:"Of the request, to that zone"`
	SharedAt   time.Time          `json:"shared_at"`
	EndedAt    *time.Time         `json:"share_ended_at,omitempty" doc:"When what the data were given for ended"`
	ShareEnd   care.EndReason     `json:"share_end,omitempty" enum:"completed,rejected,withdrawn,redirected,cancelled,waived,answered,consent_withdrawn,opened_by_mistake" doc:"Why it ended"`
	SeenUntil  *time.Time         `json:"seen_until,omitempty" doc:"The data are out of the agency's sight from then on"`
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
		EndedAt: share.Ended, ShareEnd: share.Why, SeenUntil: share.SeenUntil,
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
