package postgres

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/duty"
	"percorso/internal/ledger"
	"percorso/internal/permits"
	"percorso/internal/terms"
	"percorso/internal/usual"
)

// Calendars builds the calendar of a zone.
type Calendars func(care.Policy) (care.Calendar, error)

// Ruleset is one version of a zone's policy with its calendar.
type Ruleset struct {
	care.Policy
	Calendar care.Calendar
}

// Rules reads policies, in the transaction of whoever asks: one that held its
// connection and waited for a second could wait for ever. A version never
// changes, so it is read once.
type Rules struct {
	calendars Calendars

	mutex   sync.RWMutex
	byID    map[[2]string]*Ruleset
	newest  map[string]*Ruleset
	checked map[string]time.Time
}

// policyFresh is how long a zone's newest policy may be remembered.
const policyFresh = 2 * time.Second

// NewRules builds them on what makes a zone's calendar.
func NewRules(calendars Calendars) *Rules {
	return &Rules{calendars: calendars, byID: map[[2]string]*Ruleset{}, newest: map[string]*Ruleset{}, checked: map[string]time.Time{}}
}

// At gives the policy of a zone at a version.
func (r *Rules) At(ctx context.Context, tx Tx, zone, version string) (*Ruleset, error) {
	r.mutex.RLock()
	set := r.byID[[2]string{zone, version}]
	r.mutex.RUnlock()
	if set != nil {
		return set, nil
	}
	return r.read(ctx, tx, `SELECT policy FROM zone_policy WHERE zone = $1 AND version = $2`, zone, version)
}

// Current gives the newest policy of a zone.
func (r *Rules) Current(ctx context.Context, tx Tx, zone string) (*Ruleset, error) {
	if set := r.Fresh(zone); set != nil {
		return set, nil
	}
	set, err := r.read(ctx, tx, `SELECT policy FROM zone_policy WHERE zone = $1 AND current`, zone)
	if err == nil {
		r.mutex.Lock()
		r.newest[zone], r.checked[zone] = set, time.Now() //nolint:forbidigo // see fresh
		r.mutex.Unlock()
	}
	return set, err
}

// Newest gives the newest policy of a zone as Postgres has it at this moment, for who counts
// by it under lock: what Current remembers may have been changed since.
func (r *Rules) Newest(ctx context.Context, tx Tx, zone string) (*Ruleset, error) {
	var version string
	b := &pgx.Batch{}
	QueueVersion(b, zone, &version)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	return r.At(ctx, tx, zone, version)
}

// QueueVersion asks with a batch which version of a zone's policy is the newest; empty: the
// zone has none, and At finds none.
func QueueVersion(b *pgx.Batch, zone string, version *string) {
	b.Queue(`SELECT coalesce((SELECT version FROM zone_policy WHERE zone = $1 AND current), '')`, zone).QueryRow(func(row pgx.Row) error { return row.Scan(version) })
}

// Fresh gives the newest policy of a zone if it is remembered; else nil. How
// long ago it was read is the machine's own time, whatever day is played.
func (r *Rules) Fresh(zone string) *Ruleset {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	if time.Since(r.checked[zone]) < policyFresh { //nolint:forbidigo // see above
		return r.newest[zone]
	}
	return nil
}

func (r *Rules) read(ctx context.Context, tx Tx, sql string, args ...any) (*Ruleset, error) {
	var set Ruleset
	// Policies are no personal data: any of our roles may read them.
	err := tx.QueryRow(ctx, sql, args...).Scan(&set.Policy)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ledger.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	// An older version of the code may have stored it.
	set.Policy = usual.Completed(set.Policy)
	if set.Calendar, err = r.calendars(set.Policy); err != nil {
		return nil, err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.byID[[2]string{set.Zone, set.Version}] = &set
	return &set, nil
}

// Performer says who does a task that a step opens, and for which agency.
func (s *Ruleset) Performer(t ledger.TaskChange) (care.Role, string) {
	if _, ok := s.TaskByLink(t); ok { // the sender's staff record what the partner says by phone
		rule, _ := s.Task(care.SupplyInformation)
		return rule.Role, s.RoleAgency(rule.Role)
	}
	role, agency, ok := duty.Of(s.Policy, t.Kind, string(t.Service), string(t.Agency))
	if t.Role != "" {
		role, agency = t.Role, s.RoleAgency(t.Role)
	}
	if !ok && agency == "" {
		agency = string(t.Agency)
	}
	// A service, a role or an agency that the zone has no more leaves its tasks
	// to whoever can pass them on.
	if role == "" || agency == "" {
		return usual.StandIn(s.Policy)
	}
	return role, agency
}

// PartnerByLink finds an agency that answers through one-time links.
func (s *Ruleset) PartnerByLink(code string) (care.Agency, bool) {
	agency, ok := s.Agency(code)
	return agency, ok && agency.ByLink()
}

// TaskByLink gives the partner whose task it is that has no account to do it with.
func (s *Ruleset) TaskByLink(t ledger.TaskChange) (care.Agency, bool) {
	if t.Kind != care.ReferralAnswer && t.Kind != care.ReferralOutcome {
		return care.Agency{}, false
	}
	return s.PartnerByLink(string(t.Agency))
}

// Terms is by when a kind of task is to be claimed and completed.
func (s *Ruleset) Terms(kind care.TaskKind) terms.Rule {
	rule, _ := s.Task(kind)
	return terms.Rule{TaskRule: rule, Calendar: s.Calendar}
}

// Due gives when a deadline of the zone that is counted from an instant falls: on an
// open day, where people act on it.
func (s *Ruleset) Due(code string, from time.Time) time.Time {
	d, _ := s.Deadline(code)
	if code == care.DeadlinePartnerLink || code == care.DeadlineShareAfterEnd { // which end something by themselves
		return s.Calendar.After(from, d.Duration)
	}
	return terms.Falls(s.Calendar, from, d.Duration)
}

// BeforeEnd is when a lead of the zone on a permit's last day falls, by the kind of the permit.
func (s *Ruleset) BeforeEnd(kind string, last time.Time, code string) time.Time {
	lead, _ := s.Deadline(code)
	return permits.Before(s.Calendar, last, permits.Of(kind).Lead(code, lead.Duration), code == care.DeadlinePermitWarning)
}

// ForRun leaves out of a policy what no process reads, since every execution
// of a run has it in its history.
func (s *Ruleset) ForRun() care.Policy {
	return care.Policy{
		Zone: s.Zone, Version: s.Version, Agencies: s.Agencies, Roles: s.Roles, NoShow: s.NoShow, FollowUps: s.FollowUps,
		Equipes: s.Equipes, ClosureApproval: s.ClosureApproval, ApprovalOf: s.ApprovalOf, FollowThrough: s.FollowThrough, Needs: s.Needs,
		Desk: care.Desk{ConsultAtOnce: s.Desk.ConsultAtOnce, Link: s.Desk.Link},
	}
}

// There is a time where the zone is, so that its day is the zone's.
func (s *Ruleset) There(t time.Time) time.Time { return t.In(s.Calendar.Location()) }

// LegalBasis is on what ground the zone gives an agency personal data. What is
// not known to be public needs consent.
func (s *Ruleset) LegalBasis(agency string) care.LegalBasis {
	a, known := s.Agency(agency)
	if !known {
		return care.Consent
	}
	return a.LegalBasis()
}

// ServiceAgency is the agency of a level-2 service; an agency that is met
// outside of one, as the CPI is in a placement, stands for itself.
func (s *Ruleset) ServiceAgency(service string) string {
	if found, ok := s.Service(service); ok {
		return found.Agency
	}
	return service
}
