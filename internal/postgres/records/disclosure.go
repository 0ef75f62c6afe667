package records

import (
	"context"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Disclosure says exactly what an agency would get of the person of a case if
// the caller sent them there for an area of need. The read is audited.
// ledger.ErrNotFound: there is no such case or agency for the caller.
func (r *Records) Disclosure(ctx context.Context, s care.Staff, caseID, agency, purpose string) (d ledger.Disclosure, err error) {
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
		l.ask("purpose", len(policy.NeedAreas([]string{purpose})) > 0, purpose)
		l.of, l.id = "case", caseID
		// The function sees every case: whether the caller does is asked here.
		if err := seesCase(ctx, tx, caseID); err != nil {
			return err
		}
		d = ledger.Disclosure{Agency: agency, LegalBasis: addressee.Kind.LegalBasis(), Consent: true}
		err = tx.QueryRow(ctx, `SELECT snapshot, md5(snapshot::text) FROM disclosure($1, $2, $3) AS snapshot`,
			caseID, d.LegalBasis, purpose).Scan(&d.Snapshot, &d.Digest)
		if err != nil {
			return err
		}
		if d.LegalBasis == care.Consent {
			since, err := consentOf(ctx, tx, caseID)
			if err != nil {
				return err
			}
			d.Consent = since != nil
		}
		return nil
	})
	return d, err
}

// seesCase answers ledger.ErrNotFound where the caller does not see the case's file.
func seesCase(ctx context.Context, tx postgres.Tx, caseID string) error {
	var seen bool
	return missing(tx.QueryRow(ctx, `SELECT true FROM case_file WHERE id = $1`, caseID).Scan(&seen))
}

// Share reads what the caller's agency was given of a person along with a task:
// a seat of an équipe, an appointment, or another zone's request to take the
// case over. What is out of sight comes without its snapshot, and with why. The
// read is audited. ledger.ErrNotFound: nothing was given.
func (r *Records) Share(ctx context.Context, s care.Staff, taskID string) (given ledger.Share, err error) {
	if !care.IsID(taskID) {
		return given, ledger.ErrNotFound
	}
	l := reading{kind: ledger.ReadShare}
	err = r.reads(ctx, s, &l, func(tx postgres.Tx) error {
		given, err = postgres.One[ledger.Share](ctx, tx, `SELECT t.case_id::text, r.zone AS from_zone, k.legal_basis, k.purpose, s.snapshot, k.shared_at,
				k.ended_at AS share_ended_at, k.end_reason, k.seen_until
			FROM task t JOIN run r ON r.id = t.run_id JOIN LATERAL share_known(t.run_id, my('agency')) k ON true
				LEFT JOIN share s ON s.run_id = t.run_id AND s.agency = my('agency') WHERE t.id = $1`, taskID)
		if err != nil {
			return missing(err)
		}
		l.purpose, l.cases = ledger.ReadingPurpose(given.Purpose), []string{given.CaseID}
		return nil
	})
	return given, err
}
