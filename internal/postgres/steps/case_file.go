package steps

import (
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/fiscal"
	"percorso/internal/ledger"
	"percorso/internal/names"
	"percorso/internal/postgres"
	"percorso/internal/postgres/days"
	"percorso/internal/postgres/merging"
	"percorso/internal/postgres/naming"
)

// caseFile is the file of the case: from its opening along its stages to its end, be
// that a merge or another zone's.
type caseFile struct{ *writer }

// open makes the case file from the desk's form: the person, the number,
// and the grant of the agency that opens it.
func (w *caseFile) open() error {
	form, err := postgres.FormOf(catalogue.Open, w.entry.Data)
	if err != nil {
		return err
	}
	year := w.policy.There(w.step.At).Year()
	var number int
	if err := w.tx.QueryRow(w.ctx, `SELECT nextval('case_number')`).Scan(&number); err != nil {
		return err
	}
	p := form.Person.ReachedBy(form.Person.Reached())
	w.born = &days.Born{Day: p.BirthDate, YearOnly: p.YearOnly}
	w.permits.known = &days.Permit{Kind: p.Permit, Expiry: p.PermitExpiry}
	if p.Permit == care.PermitRequested {
		w.permits.known.Receipt = w.today() // nothing else is known of its day
	}
	w.queue(`INSERT INTO case_file (id, number, zone, agency, stage, needs, notice_version, opened_at, opened_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, w.caseID(), ledger.CaseNumber(w.run.Zone, year, number), w.run.Zone,
		w.entry.Agency, care.StageFirstLevel, postgres.OrEmpty(form.Needs), form.NoticeVersion, w.step.At, w.entry.Caller)
	w.queue(`INSERT INTO person (id, case_id, given_name, family_name, birth_date, birth_year_only, citizenship, permit, permit_expiry, receipt_on, languages, phone, email, contacts, no_safe_contact, fiscal_code, keys)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`, ledger.DerivedID(w.step.Run, "person"), w.caseID(),
		p.GivenName, p.FamilyName, p.BirthDate, p.YearOnly, p.Citizenship, p.Permit, p.PermitExpiry, w.permits.known.Receipt, postgres.OrEmpty(form.Spoken(p.Languages)), p.Phone, p.Email, postgres.OrEmpty(p.Contacts), p.NoSafeContact, fiscal.Clean(p.FiscalCode), names.Version)
	keep, args := naming.Keep(w.caseID(), p)
	w.queue(keep, args...)
	w.queue(`INSERT INTO case_grant (case_id, agency, granted_at) VALUES ($1, $2, $3)`, w.caseID(), w.entry.Agency, w.step.At)
	w.moment("case_opened", "")
	return nil
}

// move moves the case along its line, and closes it.
func (w *caseFile) move(e ledger.Effects) {
	if e.Stage != "" && e.Stage != care.StageClosed {
		w.queue(`UPDATE case_file SET stage = $2 WHERE id = $1`, w.caseID(), e.Stage)
		w.moment("stage", string(e.Stage))
	}
	if e.Ending != "" && w.run.Kind != care.RunCase {
		w.moment("branch_ended", string(w.run.Kind)+"/"+string(e.Ending))
	}
	if e.Closure != "" {
		w.queue(`UPDATE case_file SET last_stage = CASE WHEN closed_at IS NULL THEN stage ELSE last_stage END, stage = $2, closed_at = $3, outcome = $4,
			suspended_at = NULL, suspended_until = NULL WHERE id = $1`, w.caseID(), care.StageClosed, w.step.At, e.Closure)
		if e.Handover == nil { // which takes the active plan along
			w.plans.end()
		}
		w.moment("case_closed", string(e.Closure))
	}
}

// remember keeps what the step's merge is about to change, if it is one.
func (w *caseFile) remember() error { return merging.Remember(&w.batch, w.step) }

// merge gives all that the case has to the one that it is merged into.
func (w *caseFile) merge() error {
	into := sharesOf(w.writer)
	if into.Case = ledger.BareID(w.step.Effects.MergeInto); into.Case == "" {
		return nil
	}
	defer into.ToMembers() // by what the other file has of consents
	return merging.Queue(&w.batch, w.step, w.entry.Data, w.by())
}

// handOver opens the case file in the zone that accepted it, and archives what
// the old zone has of the case.
func (w *caseFile) handOver(h ledger.Handover) error {
	policy, err := w.rules.Current(w.ctx, w.tx, string(h.Zone))
	if err != nil {
		return err
	}
	var number int
	if err := w.tx.QueryRow(w.ctx, `SELECT nextval('case_number')`).Scan(&number); err != nil {
		return err
	}
	year := policy.There(w.step.At).Year()
	w.mailAsker("transfer_done")
	w.queue(`SELECT handover_case($1, $2, $3, $4, $5, $6, $7, $8)`, w.caseID(), h.Run, h.Zone, h.Stage,
		ledger.CaseNumber(string(h.Zone), year, number), policy.Version, ledger.DerivedID(h.Run, "opening"), w.step.At)
	w.queue(`SELECT hand_over_keys($1)`, w.caseID())
	if until := w.run.State.Suspended; until != nil {
		w.queue(`SELECT keep_suspended($1, $2, $3, $4)`, w.caseID(), h.Run, until, ledger.DerivedID(h.Run, "suspension"))
	}
	return nil
}
