package rest

import (
	"context"
	"errors"
	"time"

	"percorso/api/act"
	"percorso/api/problem"
	"percorso/api/rest/counter"
	"percorso/api/rest/persons"
	"percorso/internal/care"
	"percorso/internal/critical"
	"percorso/internal/finding"
	"percorso/internal/health"
	"percorso/internal/intake"
	"percorso/internal/ledger"
	"percorso/internal/privacy"
	"percorso/internal/undoing"
)

// CaseFileJSON is a case as lists show it.
type CaseFileJSON struct {
	ID            string         `json:"id"`
	Number        string         `json:"number" doc:"What people call the case"`
	Zone          string         `json:"zone"`
	Person        string         `json:"person,omitempty" doc:"Name"`
	Stage         care.Stage     `json:"stage" enum:"first_level,second_level,equipe,placement,follow_up,closed"`
	Needs         []string       `json:"needs" nullable:"false"`
	OpenedAt      time.Time      `json:"opened_at"`
	ClosedAt      *time.Time     `json:"closed_at,omitempty"`
	Outcome       string         `json:"outcome,omitempty" doc:"Code, of a closed case"`
	LastStage     care.Stage     `json:"last_stage,omitempty" doc:"Where a closed case stood"`
	Reopenable    bool           `json:"reopenable" doc:"Closed with an outcome after which it may be reopened"`
	Suspended     *time.Time     `json:"suspended_until,omitempty" doc:"Its clocks stand still until then"`
	MergedInto    string         `json:"merged_into,omitempty" doc:"Id of the case file that it goes on in"`
	PolicyVersion string         `json:"policy_version,omitempty" doc:"Of the zone's rules by which the case goes"`
	Revision      int            `json:"revision"`
	Waiting       health.Waiting `json:"waiting" doc:"What the case waits for, in codes; computed as of now"`
	Sentence      string         `json:"sentence" doc:"The same in one Italian sentence"`
	ToldApart     bool           `json:"told_apart,omitempty" doc:"Of those that may be merged: somebody has said that they are two people"`
	FoundBy       []finding.By   `json:"found_by,omitempty" doc:"Of a search, what it was found by: name, like_name (one that sounds alike), number, birth, swapped (day and month exchanged), phone, fiscal_code"`
}

// caseFileOf converts with the rules by which sentences are said.
func (a *API) caseFileOf(policy care.Policy) func(ledger.CaseFile) CaseFileJSON {
	return func(c ledger.CaseFile) CaseFileJSON {
		return CaseFileJSON{
			ID: c.ID, Number: c.Number, Zone: c.Zone, Person: c.Person, Stage: c.Stage, Needs: orEmpty(c.Needs),
			OpenedAt: c.Opened, ClosedAt: c.Closed, Outcome: c.Outcome, LastStage: c.LastStage, PolicyVersion: c.PolicyV, Revision: c.Revision,
			Reopenable: c.Closed != nil && undoing.MayReopen(c.Outcome), Suspended: c.SuspendedUntil, MergedInto: c.MergedInto,
			Waiting: c.Waiting, Sentence: a.words.Sentence(c.Waiting, policy, a.now()), FoundBy: c.By, ToldApart: c.Apart,
		}
	}
}

// caseJSON is the whole of a case.
type caseJSON struct {
	CaseFileJSON
	PersonData   persons.PersonJSON        `json:"person_data"`
	Branches     []branchJSON              `json:"branches" nullable:"false" doc:"Its sub-processes"`
	Tasks        []taskJSON                `json:"tasks" nullable:"false"`
	Referrals    []referralJSON            `json:"referrals" nullable:"false"`
	Appointments []counter.AppointmentJSON `json:"appointments" nullable:"false"`
	ConsentSince *time.Time                `json:"consent_since,omitempty" doc:"Since when something is in force of what the person consents to; left out: nothing is"`
	Consents     []consentJSON             `json:"consents" nullable:"false" doc:"What the person consents to, or did: what is in force first"`
	Undoing      *ledger.Undoing           `json:"undoing,omitempty" doc:"How its closure, or its merge into another file, can be taken back by two people; left out: it cannot"`
	Merges       []undoing.FileMerge       `json:"merges" nullable:"false" doc:"Of it into another file, or of another into it, the latest first"`
	SetAside     []ledger.SetAside         `json:"set_aside" nullable:"false" doc:"Data of the person that merges into this file did not choose, the latest first"`
	Meetings     []meetingJSON             `json:"meetings" nullable:"false" doc:"Valid meetings with the person, the latest first"`
	Dates        []critical.Date           `json:"critical_dates" nullable:"false" doc:"Days after which something is lost, the first first; then those that are over or were corrected"`
	Leads        []ledger.Lead             `json:"leads" nullable:"false" doc:"Who follows the case for each agency, then who did, the latest first"`
	TransferTo   string                    `json:"transfer_to,omitempty" doc:"Code of the zone that was asked to take the case over and has not answered"`
}

type consentJSON struct {
	Agency      string     `json:"agency,omitempty" doc:"Code; left out: given before agencies were named, and good for what had been sent by it"`
	Purpose     string     `json:"purpose,omitempty" doc:"Code of an area of need, or referral, appointment or equipe"`
	GivenAt     time.Time  `json:"given_at"`
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty" doc:"Left out: it is in force"`
}

type meetingJSON struct {
	At     time.Time `json:"at"`
	Agency string    `json:"agency"`
	ByRole care.Role `json:"by_role"`
	ByName string    `json:"by_name"`
}

type branchJSON struct {
	ID        string       `json:"id" doc:"Id of the process, as the timeline has it"`
	Kind      care.RunKind `json:"kind"`
	Service   string       `json:"service,omitempty"`
	Agency    string       `json:"agency,omitempty" doc:"Of its service, or that the person was referred to"`
	StartedAt time.Time    `json:"started_at"`
	EndedAt   *time.Time   `json:"ended_at,omitempty"`
	Outcome   string       `json:"outcome,omitempty"`
}

type momentJSON struct {
	At     time.Time     `json:"at"`
	Code   string        `json:"code"`
	Detail string        `json:"detail,omitempty" doc:"A code"`
	Branch string        `json:"branch,omitempty" doc:"Id of the process it belongs to"`
	ByRole care.Role     `json:"by_role,omitempty"`
	ByName string        `json:"by_name,omitempty"`
	Note   string        `json:"note,omitempty"`
	Before *ledger.Hands `json:"before,omitempty" doc:"In whose hands a task was, or until when"`
	After  *ledger.Hands `json:"after,omitempty" doc:"In whose hands it is now, until when, or whom a reminder went to"`
}

type readJSON struct {
	At       time.Time             `json:"at"`
	ByName   string                `json:"by_name" doc:"Empty: a partner, through its link"`
	ByRole   care.Role             `json:"by_role"`
	ByAgency string                `json:"by_agency"`
	ByZone   string                `json:"by_zone"`
	Action   string                `json:"action" doc:"Code: what was read, or the operation that was asked"`
	Purpose  ledger.ReadingPurpose `json:"purpose,omitempty" doc:"Code: what it was read for"`
	Asked    string                `json:"asked,omitempty" doc:"Codes: the filters of a list"`
}

func (a *API) caseOf(who care.Staff, policy care.Policy) func(ledger.Case) caseJSON {
	return func(c ledger.Case) caseJSON {
		return caseJSON{
			CaseFileJSON: a.caseFileOf(policy)(c.CaseFile),
			PersonData:   persons.Of(c.PersonData),
			Branches: converted(c.Branches, func(b ledger.Branch) branchJSON {
				return branchJSON{ID: b.Run, Kind: b.Kind, Service: b.Service, Agency: b.Agency, StartedAt: b.Started, EndedAt: b.Ended, Outcome: b.Outcome}
			}),
			Tasks: converted(c.Tasks, taskOf(who)), Referrals: converted(c.Referrals, referralOf(who)),
			ConsentSince: c.Consent,
			Consents: converted(c.Consents, func(o ledger.Consent) consentJSON {
				return consentJSON{Agency: o.Agency, Purpose: o.Purpose, GivenAt: o.Given, WithdrawnAt: o.Withdrawn}
			}),
			Meetings: converted(c.Meetings, func(m ledger.Meeting) meetingJSON {
				return meetingJSON{At: m.At, Agency: m.Agency, ByRole: m.ByRole, ByName: m.ByName}
			}),
			TransferTo: c.Transfer, SetAside: orEmpty(c.SetAside), Undoing: c.Undoing, Merges: orEmpty(c.Merges), Leads: orEmpty(c.Leads), Dates: orEmpty(c.Dates),
		}
	}
}

// converted turns records into their form on the wire.
func converted[R, T any](records []R, convert func(R) T) []T {
	list := make([]T, 0, len(records))
	for _, r := range records {
		list = append(list, convert(r))
	}
	return list
}

type caseOpeningInput struct {
	KeyInput
	Body caseOpeningJSON
}

type caseOpeningJSON struct {
	Person        persons.NewPersonJSON `json:"person"`
	Needs         []string              `json:"needs,omitempty" maxItems:"50" nullable:"false" doc:"Codes of areas of need. One of needs, topic and note says what the person asks"`
	Channel       string                `json:"channel" maxLength:"100" doc:"Code of a channel of the zone's desk"`
	Topic         string                `json:"topic,omitempty" maxLength:"100" doc:"Code of a topic of the zone's desk"`
	NoticeGiven   bool                  `json:"notice_given" doc:"The person was given the privacy notice"`
	NoticeWay     string                `json:"notice_way,omitempty" maxLength:"20" doc:"How it was given: handed, or read_aloud"`
	NoticeIn      string                `json:"notice_language,omitempty" maxLength:"35" doc:"The language in which it was given (BCP 47), which the person is taken to speak where languages is empty"`
	NoticeVersion string                `json:"notice_version,omitempty" maxLength:"100" doc:"Which text of the notice"`
	Note          string                `json:"note,omitempty" maxLength:"4000"`
	ContactID     string                `json:"contact_id,omitempty" format:"uuid" doc:"The contact that it grows from"`
	AnotherPerson bool                  `json:"another_person,omitempty" doc:"The person is none of the candidates of a same_person problem: the file is opened, and the two are not taken for one person again, unless somebody merges them"`
}

func (j caseOpeningJSON) form() ledger.CaseOpening {
	return ledger.CaseOpening{
		Person: j.Person.Person(),
		Needs:  j.Needs, Channel: j.Channel, Topic: j.Topic, NoticeGiven: j.NoticeGiven, NoticeVersion: j.NoticeVersion, Notice: privacy.Notice{Way: j.NoticeWay, Language: j.NoticeIn},
		Note: j.Note, ContactID: j.ContactID, AnotherPerson: j.AnotherPerson,
	}
}

type caseFilesInput struct {
	PagingInput
	Open   string        `query:"open" enum:"true,false" doc:"Left out: all"`
	Stage  care.Stage    `query:"stage" enum:"first_level,second_level,equipe,placement,follow_up,closed"`
	Health health.Health `query:"health" enum:"planned,late,broken,orphaned" doc:"Of open cases"`
	Lead   string        `query:"lead" enum:"true,false" doc:"Those that the caller follows for their agency, as its lead, or the others"`
	Number string        `query:"number" maxLength:"40" pattern:"^[A-Za-z]+-[0-9]{4}-[0-9]+$" doc:"To look for a name, POST to /case-file-searches: names do not belong in addresses"`
}

func (in caseFilesInput) filter() ledger.CaseFilter {
	f := ledger.CaseFilter{Stage: in.Stage, Health: in.Health, Search: in.Number}
	if in.Open != "" || in.Health != "" {
		open := in.Open != "false"
		f.Open = &open
	}
	if in.Lead != "" {
		f.Led = new(in.Lead == "true")
	}
	return f
}

type caseSearchInput struct{ Body caseSearchJSON }

type caseSearchJSON struct {
	Search string `json:"search" minLength:"2" maxLength:"100" doc:"A name in any order or part of it, a day of birth (12/5/1990) or its year, a telephone or a codice fiscale however it is written, or a number; wildcards are text"`
	Limit  int    `json:"limit,omitempty" minimum:"1" maximum:"100" default:"25"`
	Cursor string `json:"cursor,omitempty" maxLength:"500"`
}

type casePageInput struct {
	IDInput
	PagingInput
}

func (a *API) registerCaseFiles() {
	a.registerCaseReads()
	register(a, making(command("/case-files", "open-case-file", tagCases, "Open a case file",
		"By the desk. The gates of eligibility are asked; each refusal names its rule. Where files may be of the same person the answer is 409, same_person, with the candidates: another_person says that it is somebody else.")),
		func(ctx context.Context, who care.Staff, in *caseOpeningInput) (*actOutput, error) {
			cmd, err := a.door.Open(ctx, who, in.Key, in.Body.form())
			var likely *act.Likely
			if errors.As(err, &likely) {
				err = problem.SamePersonAs(likely.Files)
			}
			return acted(cmd, err, Prefix+"/case-files/"+cmd.ID)
		})
}

func (a *API) registerCaseReads() {
	register(a, query("/case-files", "list-case-files", tagCases, "Case files", "The newest first."),
		func(ctx context.Context, who care.Staff, in *caseFilesInput) (*listOutput[CaseFileJSON], error) {
			return a.caseFiles(ctx, who, in.filter(), in.paging())
		})
	register(a, answers(200, command("/case-file-searches", "search-case-files", tagCases, "Look for a case file",
		"By name, day of birth, telephone, codice fiscale or number: open and closed ones. It stores nothing and needs no key; it is a POST because names do not belong in addresses.")), func(ctx context.Context, who care.Staff, in *caseSearchInput) (*listOutput[CaseFileJSON], error) {
		if faults := intake.CheckSearch("search", in.Body.Search); len(faults) > 0 {
			return nil, care.Refuse(faults...)
		}
		out, err := a.caseFiles(ctx, who, ledger.CaseFilter{Search: in.Body.Search}, ledger.Paging{Limit: in.Body.Limit, Cursor: in.Body.Cursor})
		if errors.Is(err, ledger.ErrCursor) { // here it is a field of the body
			err = care.Refuse(care.Fault{Field: "cursor", Rule: problem.RuleCursor})
		}
		return out, err
	})
	register(a, query("/case-files/{id}", "get-case-file", tagCases, "A case file as a whole", "The read is recorded: who, when."),
		func(ctx context.Context, who care.Staff, in *IDInput) (*output[caseJSON], error) {
			rules, err := a.book.Rules(ctx, who.Zone)
			if err != nil {
				return nil, err
			}
			c, err := a.records.CaseFile(ctx, who, in.ID)
			if err != nil {
				return nil, err
			}
			shown, err := exceeding(ctx, a, who, ledger.Page[ledger.Appointment]{Items: c.Appointments})
			return one(c, err, func(c ledger.Case) caseJSON {
				j := a.caseOf(who, rules.Policy)(c)
				j.Appointments = shown.Body.Items
				return j
			})
		})
	register(a, query("/case-files/{id}/timeline", "list-case-timeline", tagCases, "What happened in a case", "The newest first."),
		func(ctx context.Context, who care.Staff, in *casePageInput) (*listOutput[momentJSON], error) {
			page, err := a.records.Timeline(ctx, who, in.ID, in.paging())
			return listed(page, err, func(m ledger.Moment) momentJSON {
				return momentJSON{m.At, m.Code, m.Detail, m.Run, m.ByRole, m.ByName, m.Note, m.Before(), m.After()}
			})
		})
	register(a, query("/case-files/{id}/reads", "list-case-reads", tagCases, "Who read or changed a case file", "The newest first."),
		func(ctx context.Context, who care.Staff, in *casePageInput) (*listOutput[readJSON], error) {
			page, err := a.records.Reads(ctx, who, in.ID, in.paging())
			return listed(page, err, func(r ledger.Read) readJSON { return readJSON(r) })
		})
}

func (a *API) caseFiles(ctx context.Context, who care.Staff, f ledger.CaseFilter, p ledger.Paging) (*listOutput[CaseFileJSON], error) {
	rules, err := a.book.Rules(ctx, who.Zone)
	if err != nil {
		return nil, err
	}
	page, err := a.records.CaseFiles(ctx, who, f, p)
	return listed(page, err, a.caseFileOf(rules.Policy))
}
