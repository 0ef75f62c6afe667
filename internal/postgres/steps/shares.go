package steps

import (
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// shares is what other agencies are given of the person.
type shares struct{ *writer }

// What a share is for.
const (
	forReferral    = "referral"
	forAppointment = "appointment"
	forEquipe      = "equipe"
	forTransfer    = "transfer"
)

// share is what another agency is given of a person, on a run.
type share struct {
	run, zone, agency string
	purpose           string
	area              string // of need, that it is limited to; empty: all
}

// give copies for another agency what it may see of the person, with the legal
// basis on which it may. The case's own agency needs none, unless it is referred
// to. A private member of an équipe gets it with the person's consent alone, and
// a private partner whose consent was withdrawn on the way gets nothing.
func (w *shares) give(s share) {
	w.queue(`INSERT INTO share (id, case_id, run_id, zone, agency, legal_basis, purpose, snapshot, shared_at, notice_version)
		SELECT $1, $2, $3, $4, $5, $6, $7, CASE WHEN $7 <> 'referral' OR given THEN disclosure($2, $6, $8) ELSE '{}' END, $9, f.notice_version
		FROM case_file f, LATERAL (SELECT $6 <> 'consent' OR EXISTS (SELECT FROM consent c WHERE c.case_id = $2 AND c.withdrawn_at IS NULL)) AS ground (given)
		WHERE f.id = $2 AND (f.agency <> $5 OR $7 = 'referral') AND ($7 <> 'equipe' OR given)
		ON CONFLICT DO NOTHING`,
		ledger.DerivedID(s.run, "share "+s.agency), w.caseID(), s.run, s.zone, s.agency, w.policy.LegalBasis(s.agency), s.purpose, s.area, w.step.At)
}

// referred gives a partner what the sender has just seen, for the referral that
// the step opens.
func (w *shares) referred() {
	for _, m := range w.step.Effects.Tell {
		if m.Answer.Operation == care.OpOpen && ledger.KindOf(m.Run) == care.RunReferral {
			w.give(share{run: m.Run, zone: w.run.Zone, agency: string(m.Answer.Agency), purpose: forReferral, area: string(m.Answer.Matter)})
		}
	}
}

// transferred gives another zone's agency what it decides a transfer by: the
// person, the active plan, and why the transfer is asked.
func (w *shares) transferred(zone, agency string) {
	w.queue(`INSERT INTO share (id, case_id, run_id, zone, agency, legal_basis, purpose, snapshot, shared_at, notice_version)
		SELECT $1, $2, $3, $4, $5, $6, $7, disclosure($2, $6, '') || jsonb_build_object(
				'plan', (SELECT content FROM plan WHERE case_id = $2 AND state = 'active'),
				'note', (SELECT data ->> 'note' FROM record WHERE case_id = $2 AND kind = 'transfer' ORDER BY created_at DESC LIMIT 1)),
			$8, f.notice_version FROM case_file f WHERE f.id = $2 ON CONFLICT DO NOTHING`,
		ledger.DerivedID(w.step.Run, "share "+agency), w.caseID(), w.step.Run, zone, agency, care.PublicTask, forTransfer, w.step.At)
}

// settle ends what was given of the person where its reason has ended with the
// step, and lets be seen again what stands again.
func (w *shares) settle() {
	later := w.policy.Due(care.DeadlineShareAfterEnd, w.step.At)
	cases := []string{w.caseID()}
	if kept := w.step.Effects.MergeInto; kept != "" {
		cases = append(cases, ledger.BareID(kept))
	}
	for _, id := range cases {
		w.queue(`SELECT settle_shares($1, $2, $3)`, id, w.step.At, later)
	}
}
