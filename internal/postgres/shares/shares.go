// Package shares writes what other agencies are given of a person.
package shares

import (
	"time"

	"percorso/internal/care"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Of is the case of a step that gives something, with how its statements are queued.
type Of struct {
	Case   string // its opaque id
	Run    string
	Zone   string
	At     time.Time
	Policy *postgres.Ruleset
	Queue  func(sql string, args ...any)
}

// For is what a share is for.
type For string

// What a share is for.
const (
	Referral    For = crossing.ForReferral
	Appointment For = crossing.ForAppointment
	Equipe      For = crossing.ForEquipe
	Transfer    For = "transfer"
	Approval    For = "approval" // of a closure, by the supervisor of another zone
)

// Share is what another agency is given of a person, on a run.
type Share struct {
	Run, Agency string
	For         For
	Needs       crossing.Needs
	Continues   string // a referral that this one takes the place of
}

// Give copies for another agency what it may see of the person, with the legal basis
// on which it may. The case's own agency needs none, unless it is referred to. Who is
// private gets nothing without the person's consent to that agency and purpose, and an
// équipe's member not even an empty copy. What was sent by a consent of before agencies
// were named goes on by it. Who is asked in the place of another agency
// gets no more than that one was given. Once its act has ended an agency gets nothing new.
func (o Of) Give(s Share) {
	agency, _ := o.Policy.Agency(s.Agency)
	args := []any{
		ledger.DerivedID(s.Run, "share "+s.Agency), o.Case, s.Run, o.Zone, s.Agency, o.Policy.LegalBasis(s.Agency), s.For,
		s.Needs.All, postgres.OrEmpty(s.Needs.Areas), s.Needs.Known, o.At, s.Continues,
		crossing.Shut(agency, o.Policy.There(o.At)), crossing.TellsFiscalCode(o.Policy.Policy, s.Agency, string(s.For)),
		crossing.TellsWork(o.Policy.Policy, s.Agency, string(s.For), o.Policy.There(o.At)),
	}
	if s.For == Referral {
		o.Queue(again, args...)
	}
	o.Queue(`INSERT INTO share (id, case_id, run_id, zone, agency, legal_basis, purpose, snapshot, shared_at, notice_version) `+what+` ON CONFLICT DO NOTHING`, args...)
}

// what is a share's row, as it goes.
const what = `SELECT $1::uuid AS id, $2::uuid AS case_id, $3 AS run_id, $4 AS zone, $5 AS agency, $6 AS legal_basis, $7 AS purpose,
		CASE WHEN NOT given THEN '{}' WHEN $12 = '' THEN disclosed($2, $6, $8, $9, $10) || disclosed_code($2, $14) || disclosed_work($2, $15)
			ELSE passed_work(passed_on(nullif($12, '')::uuid, $6), $15) END AS snapshot,
		$11::timestamptz AS shared_at, f.notice_version
	FROM case_file f, LATERAL (SELECT NOT $13 AND ($6 <> 'consent' OR consents_to($2, $5, p.purposes) OR $7 = 'referral' AND consented_before($2, $5))
		FROM (SELECT CASE WHEN $12 = '' THEN purposes_of($7, to_jsonb($9::text[]))
			ELSE (SELECT share_purposes(s) FROM referral r JOIN share s ON s.id = r.share_id WHERE r.id = nullif($12, '')::uuid) END AS purposes) p) AS ground (given)
	WHERE f.id = $2 AND (f.agency <> $5 OR $7 = 'referral') AND ($7 <> 'equipe' OR given)`

// again is a referral to an agency that was given something on the run before: for an
// appointment, which is less, or for a referral that has had its answer. What its sender
// has just been shown takes that one's place. What a referral that is not made yet was
// given stays, since that is what was shown.
const again = `UPDATE share o SET legal_basis = n.legal_basis, purpose = n.purpose, snapshot = n.snapshot, shared_at = n.shared_at, notice_version = n.notice_version
	FROM (` + what + `) n WHERE o.run_id = n.run_id AND o.agency = n.agency AND o.zone = n.zone AND o.task_id IS NULL
		AND (o.purpose = 'appointment' OR o.purpose = 'referral' AND EXISTS (SELECT FROM referral r WHERE r.share_id = o.id))`

// ToMembers gives the private members of équipes at work what they need of the
// person, who has just consented to that.
func (o Of) ToMembers() {
	var private []string
	for _, a := range o.Policy.Agencies {
		if a.LegalBasis() == care.Consent && !crossing.Shut(a, o.Policy.There(o.At)) {
			private = append(private, a.Code)
		}
	}
	o.Queue(`SELECT give_to_members($1, $2, $3, $4)`, o.Case, postgres.OrEmpty(private), postgres.OrEmpty(crossing.TakeOver(o.Policy.Policy).Areas), o.At)
}

// ToZone gives another zone's agency what it decides a transfer by: the person, the
// active plan, and why the transfer is asked.
func (o Of) ToZone(zone, agency string) {
	o.Queue(`INSERT INTO share (id, case_id, run_id, zone, agency, legal_basis, purpose, snapshot, shared_at, notice_version)
		SELECT $1, $2, $3, $4, $5, $6, $7, disclosed($2, $6, true, '{}', false) || jsonb_build_object(
				'plan', (SELECT content FROM plan WHERE case_id = $2 AND state = 'active'),
				'note', (SELECT data ->> 'note' FROM record WHERE case_id = $2 AND kind = 'transfer' ORDER BY created_at DESC LIMIT 1)),
			$8, f.notice_version FROM case_file f WHERE f.id = $2 ON CONFLICT DO NOTHING`,
		ledger.DerivedID(o.Run, "share "+agency), o.Case, o.Run, zone, agency, care.PublicTask, Transfer, o.At)
}

// ForApproval gives another zone's supervisor what they approve a closure by, in a task:
// whom it is about, which outcome is proposed, and why. It ends with the task.
func (o Of) ForApproval(zone, agency, task string) {
	o.Queue(`INSERT INTO share (id, case_id, run_id, zone, agency, legal_basis, purpose, snapshot, shared_at, notice_version, task_id)
		SELECT $1, $2, $3, $4, $5, $6, $7, approval_snapshot($2), $8, f.notice_version, $9
		FROM case_file f WHERE f.id = $2 ON CONFLICT DO NOTHING`,
		ledger.DerivedID(task, "share"), o.Case, o.Run, zone, agency, care.PublicTask, Approval, o.At, task)
}

// Settle ends what was given of the persons of some cases where its reason has ended
// with the step, and lets be seen again what stands again.
func (o Of) Settle(cases ...string) {
	later := o.Policy.Due(care.DeadlineShareAfterEnd, o.At)
	for _, id := range cases {
		o.Queue(`SELECT settle_shares($1, $2, $3)`, id, o.At, later)
	}
}
