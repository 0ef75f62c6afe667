package records

import (
	"context"
	"errors"

	"percorso/internal/care"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// referrals is what goes to other agencies: what they are asked, and what they are
// given of the person for it.
type referrals struct{ *store }

// A referral in a list. Its addressee sees what is said of the person for as long
// as what was given with it may be seen.
const referralColumns = `SELECT r.id::text, r.run_id, r.case_id::text, coalesce(f.number, case_number(r.case_id)) AS case_number,
	r.state, r.from_agency, r.to_agency, coalesce(r.continues::text, '') AS continues,
	CASE WHEN r.continues IS NULL THEN ARRAY[r.to_agency] ELSE referral_asked(r.id) END AS asked, r.reason, r.outcome, s.snapshot,
	k.legal_basis, k.ended_at AS share_ended_at, k.end_reason, k.seen_until, coalesce(words.purpose, '') AS purpose, coalesce(words.note, '') AS note,
	coalesce(t.id::text, '') AS task_id, coalesce(t.role, '') AS answer_role, coalesce(t.agency, '') AS answer_agency,
	r.requested_at, CASE WHEN NOT t.suspended THEN t.escalate_at END AS due_at, r.changed_at,
	CASE WHEN t.id IS NOT NULL THEN (SELECT min(a.at) FROM appointment a WHERE a.run_id = r.run_id AND a.agency = r.to_agency AND a.state IN ('booked', 'confirmed')) END AS meeting_at,
	referral_answered(r.id) AS answered`

const referralTables = `
	FROM referral r JOIN LATERAL share_known(r.run_id, r.to_agency) k ON true LEFT JOIN share s ON s.id = r.share_id
	LEFT JOIN LATERAL referral_words(r.id) words ON true LEFT JOIN case_file f ON f.id = r.case_id
	LEFT JOIN task t ON t.referral_id = r.id AND t.kind = 'referral_answer' AND t.ended_at IS NULL`

// What was corrected of the person since is read of one referral alone.
const (
	selectReferral    = referralColumns + `, '[]'::jsonb AS corrected, '[]'::jsonb AS notes` + referralTables
	selectOneReferral = referralColumns + `, CASE WHEN s.id IS NOT NULL THEN given_corrected(s.id) ELSE '[]' END AS corrected, referral_notes(r.id) AS notes` + referralTables
)

// The orders of referrals: the newest first, or what is to be answered first, which the
// task to answer says.
var (
	newestReferral = order{list: "referrals", at: "r.requested_at", id: "r.id", desc: true}
	dueReferral    = order{list: "referrals by due date", table: "task t", at: "t.escalate_at", id: "t.id"}
)

// What a filter asks of a referral, and of the task to answer it. A CASE keeps Postgres
// from thinking that next to none has the state, and from reading all to put them in order.
var (
	ofReferral = map[string]string{"to": "r.to_agency = ?", "from": "r.from_agency = ?", "case": "r.case_id = ?", "state": "r.state = ?"}
	ofAnswer   = map[string]string{"to": "t.asked = ?", "from": "t.asked_by = ?", "case": "t.case_id = ?",
		"state": "CASE WHEN (SELECT a.state FROM referral a WHERE a.id = t.referral_id) = ? THEN true END"}
)

// Referrals lists what was sent to the caller's agency, or by it, the newest first; or
// of it what is to be answered, what is due first at the top.
func (r referrals) Referrals(ctx context.Context, s care.Staff, f ledger.ReferralFilter, p ledger.Paging) (page ledger.Page[ledger.Referral], err error) {
	var q query
	l := reading{kind: ledger.ListReferrals}
	l.ask("incoming", f.Incoming, "")
	l.ask("sent", f.Sent, "")
	l.ask("open", f.Open, "")
	l.ask("state", f.State != "", string(f.State))
	l.ask("case", f.CaseID != "", "")
	l.ask("due", f.ByDue, "")
	if f.CaseID != "" && !care.IsID(f.CaseID) {
		return page, ledger.ErrNotFound
	}
	by, asks := newestReferral, ofReferral
	if f.ByDue {
		// A page is chosen among the tasks alone: in a join with the referrals Postgres would
		// begin with those. What is chosen stands in the words of the indexes.
		by, asks = dueReferral, ofAnswer
		q.or([]string{"t.kind = 'referral_answer' AND t.ended_at IS NULL AND NOT t.suspended"})
	} else if f.Open || f.State != "" && !f.State.Settled() {
		q.and("r.state NOT IN ('rejected', 'completed', 'failed', 'withdrawn', 'redirected')")
	}
	if f.Incoming {
		q.and(asks["to"], s.Agency)
	}
	if f.Sent {
		q.and(asks["from"], s.Agency)
	}
	if f.State != "" {
		q.and(asks["state"], f.State)
	}
	if f.CaseID != "" {
		q.and(asks["case"], f.CaseID)
	}
	err = r.reads(ctx, s, &l, func(tx postgres.Tx) error {
		page, err = list(ctx, tx, &q, selectReferral, by, p, func(r ledger.Referral) cursor {
			if f.ByDue {
				return cursor{At: *r.Due, ID: r.TaskID}
			}
			return cursor{At: r.Requested, ID: r.ID}
		})
		l.cases = postgres.IDs(page.Items, func(f ledger.Referral) string { return f.CaseID })
		return err
	})
	return page, err
}

// Referral reads one referral; a read of the snapshot is a read of the person.
func (r referrals) Referral(ctx context.Context, s care.Staff, id string) (f ledger.Referral, err error) {
	l := reading{kind: ledger.ReadReferral, of: "referral", id: id}
	return byID(ctx, r.store, s, &l, selectOneReferral+` WHERE r.id = $1`, id, func(f ledger.Referral) { l.cases = []string{f.CaseID} })
}

// Disclosure says exactly what an agency would get of the person of a case if
// the caller sent them there for an area of need, or to the employment centre for a
// placement; or, of who was sent a referral and may pass it on, what they would pass.
// The read is audited. ledger.ErrNotFound: there is no such case or agency for the caller.
func (r referrals) Disclosure(ctx context.Context, s care.Staff, caseID, agency, purpose string) (d ledger.Disclosure, err error) {
	if !care.IsID(caseID) {
		return d, ledger.ErrNotFound
	}
	l := reading{kind: ledger.ReadDisclosure, asked: []string{agency}, cases: []string{caseID}}
	err = r.reads(ctx, s, &l, func(tx postgres.Tx) error {
		policy, err := r.rules.Current(ctx, tx, s.Zone)
		if err != nil {
			return err
		}
		addressee, known := policy.Agency(agency)
		if !known {
			return ledger.ErrNotFound
		}
		of := len(policy.NeedAreas([]string{purpose})) > 0
		if purpose != "" && !of {
			return care.Refuse(care.Fault{Field: "purpose", Rule: care.RuleUnknownCode})
		}
		l.ask("purpose", of, purpose)
		l.of, l.id = "case", caseID
		work := crossing.TellsWork(policy.Policy, agency, crossing.ForReferral, policy.There(r.Clock()))
		d = ledger.Disclosure{Agency: agency, LegalBasis: addressee.LegalBasis(), Consent: true}
		if err = seesCase(ctx, tx, caseID); errors.Is(err, ledger.ErrNotFound) {
			return postgres.Missing(tx.QueryRow(ctx, `SELECT passed_work(snapshot, $4), md5(snapshot::text), consents OR $3 <> 'consent' FROM passing_to($1, $2, $3)`,
				caseID, agency, d.LegalBasis, work).Scan(&d.Snapshot, &d.Digest, &d.Consent))
		}
		if err != nil {
			return err
		}
		needs := crossing.Referral(policy.Policy, agency, purpose, nil)
		err = tx.QueryRow(ctx, `SELECT snapshot, md5(snapshot::text) FROM (SELECT disclosed($1, $2, $3, $4, $5) || disclosed_code($1, $6) || disclosed_work($1, $7)) d (snapshot)`,
			caseID, d.LegalBasis, needs.All, postgres.OrEmpty(needs.Areas), needs.Known, crossing.TellsFiscalCode(policy.Policy, agency, crossing.ForReferral), work).Scan(&d.Snapshot, &d.Digest)
		if err != nil {
			return err
		}
		if d.LegalBasis == care.Consent {
			return tx.QueryRow(ctx, `SELECT consents_to($1, $2, $3)`, caseID, agency, crossing.Purposes(crossing.ForReferral, needs.Areas)).Scan(&d.Consent)
		}
		return nil
	})
	return d, err
}

// Share reads what the caller's agency was given of a person along with a task:
// a seat of an équipe, an appointment, or another zone's request to take the
// case over. What is out of sight comes without its snapshot, and with why. The
// read is audited. ledger.ErrNotFound: nothing was given.
func (r referrals) Share(ctx context.Context, s care.Staff, taskID string) (given ledger.Share, err error) {
	if !care.IsID(taskID) {
		return given, ledger.ErrNotFound
	}
	l := reading{kind: ledger.ReadShare}
	err = r.reads(ctx, s, &l, func(tx postgres.Tx) error {
		given, err = postgres.One[ledger.Share](ctx, tx, `SELECT t.case_id::text, r.zone AS from_zone, k.legal_basis, k.purpose, s.snapshot, k.shared_at,
				k.ended_at AS share_ended_at, k.end_reason, k.seen_until, CASE WHEN s.id IS NOT NULL THEN given_corrected(s.id) ELSE '[]' END AS corrected
			FROM task t JOIN run r ON r.id = t.run_id JOIN LATERAL share_known(t.run_id, my('agency')) k ON true
				LEFT JOIN LATERAL (SELECT g.id, g.snapshot FROM share g WHERE g.run_id = t.run_id AND g.agency = my('agency') LIMIT 1) s ON true WHERE t.id = $1`, taskID)
		if err != nil {
			return postgres.Missing(err)
		}
		l.purpose, l.cases = ledger.ReadingPurpose(given.Purpose), []string{given.CaseID}
		return nil
	})
	return given, err
}
