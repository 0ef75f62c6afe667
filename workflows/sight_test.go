package workflows_test

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// ground is what an agency was given of a case's person, with all on which it
// depends whether that may still be seen.
type ground struct {
	Run     string     `db:"run_id"`
	Zone    string     `db:"zone"`
	Agency  string     `db:"agency"`
	Purpose string     `db:"purpose"`
	Private bool       `db:"private"`
	Consent bool       `db:"consent"` // is in force
	Mistake bool       `db:"mistake"`
	RunOver *time.Time `db:"run_over"`
	Changed *time.Time `db:"changed"`  // when the latest of its tasks, or the referral, changed
	State   string     `db:"state"`    // of the referral
	Booked  bool       `db:"booked"`   // an appointment that is to come
	Met     bool       `db:"met"`      // one that was not cancelled
	Tasks   bool       `db:"tasks"`    // the agency has an open task of the run
	Sits    bool       `db:"sits"`     // in the équipe
	Part    bool       `db:"has_part"` // in the plan that the équipe made
}

const selectGrounds = `SELECT s.run_id, s.zone, s.agency, s.purpose, s.legal_basis = 'consent' AS private,
	NOT EXISTS (SELECT FROM jsonb_array_elements_text(CASE WHEN s.purpose = 'referral' AND s.snapshot -> 'needs' <> '[]' THEN s.snapshot -> 'needs' ELSE jsonb_build_array(s.purpose) END) AS p (purpose)
		WHERE NOT EXISTS (SELECT FROM consent c WHERE c.case_id = s.case_id AND c.agency = s.agency AND c.purpose = p.purpose AND c.withdrawn_at IS NULL)) AS consent,
	EXISTS (SELECT FROM case_file f WHERE f.id = s.case_id AND f.outcome = 'opened_by_mistake') AS mistake,
	(SELECT r.ended_at FROM run r WHERE r.id = s.run_id) AS run_over,
	greatest((SELECT max(r.changed_at) FROM referral r WHERE r.run_id = s.run_id AND r.to_agency = s.agency),
		(SELECT max(t.ended_at) FROM task t WHERE t.run_id = s.run_id), (SELECT max(p.ended_at) FROM plan p WHERE p.run_id = s.run_id)) AS changed,
	coalesce((SELECT r.state FROM referral r WHERE r.run_id = s.run_id AND r.to_agency = s.agency ORDER BY r.requested_at DESC, r.changed_at DESC LIMIT 1), '') AS state,
	EXISTS (SELECT FROM appointment a WHERE a.run_id = s.run_id AND a.agency = s.agency AND a.state IN ('booked', 'confirmed')) AS booked,
	EXISTS (SELECT FROM appointment a WHERE a.run_id = s.run_id AND a.agency = s.agency AND a.state <> 'cancelled') AS met,
	EXISTS (SELECT FROM task t WHERE t.run_id = s.run_id AND t.agency = s.agency AND t.zone = s.zone AND t.ended_at IS NULL) AS tasks,
	EXISTS (SELECT FROM seat e WHERE e.run_id = s.run_id AND e.agency = s.agency AND e.state IN ('invited', 'confirmed', 'spoken')) AS sits,
	EXISTS (SELECT FROM plan p WHERE p.run_id = s.run_id AND p.state IN ('agreed', 'active') AND s.agency = ANY (p.agencies)) AS has_part
	FROM share s WHERE s.case_id = $1`

// sight is whether something may be seen.
type sight string

const (
	seen   sight = "seen"
	hidden sight = "hidden"
	either sight = "either" // it came to an ordinary end, and the zone's term runs
)

// sight says by what the ground is made of whether it may be seen, whatever was
// written of its end.
func (s ground) sight(p care.Policy, now time.Time) sight {
	switch ordinary := s.ended(); {
	case s.Mistake, s.Private && !s.Consent:
		return hidden
	case ordinary == nil:
		return seen
	case !*ordinary:
		return hidden
	}
	days, err := calendar.New(p)
	if err != nil {
		panic(err)
	}
	term, _ := p.Deadline(care.DeadlineShareAfterEnd)
	var last time.Time
	for _, t := range []*time.Time{s.RunOver, s.Changed} {
		if t != nil && t.After(last) {
			last = *t
		}
	}
	if now.After(days.After(last, term.Duration)) {
		return hidden
	}
	return either
}

// ended says how what the ground is for has ended: in the ordinary way, or not; nil: it stands.
func (s ground) ended() *bool {
	over := func(ordinary bool) *bool { return &ordinary }
	switch s.Purpose {
	case "referral":
		switch care.ReferralState(s.State) {
		case "":
			if s.RunOver != nil {
				return over(false)
			}
		case care.ReferralCompleted, care.ReferralFailed:
			return over(true)
		case care.ReferralRejected, care.ReferralWithdrawn, care.ReferralRedirected:
			return over(false)
		}
	case "appointment":
		if !s.Booked && !s.Tasks {
			return over(s.Met)
		}
	case "equipe":
		switch {
		case s.Part:
		case !s.Sits:
			return over(false)
		case s.RunOver != nil:
			return over(true)
		}
	case "transfer", "approval":
		if !s.Tasks {
			return over(false)
		}
	}
	return nil
}

// grounds lists what was given of the case's person.
func (g *wanderer) grounds() (found []ground) {
	g.Helper()
	require.NoError(g, g.asWorker(g.id, func(tx pgx.Tx) error {
		rows, _ := tx.Query(context.Background(), selectGrounds, g.id)
		var err error
		found, err = pgx.CollectRows(rows, pgx.RowToStructByName[ground])
		return err
	}))
	return found
}

// holdsSight asserts that who does not work on the case sees of its person what
// still has its reason, in every list, and nothing that has lost it.
func (g *wanderer) holdsSight(who care.Staff, open []ledger.Task, referrals []ledger.Referral) {
	g.Helper()
	ctx := context.Background()
	of := map[string]sight{} // by run
	for _, s := range g.grounds() {
		if s.Agency == who.Agency && s.Zone == who.Zone {
			of[s.Run] = s.sight(g.policy(), g.now())
			if sits, asked := g.partIn(s.Run, who); s.Purpose == "equipe" && !sits && !asked {
				of[s.Run] = hidden
			}
		}
	}
	holds := func(what, run string, shown bool) {
		g.Helper()
		want, given := of[run]
		if !given {
			want = hidden
		}
		if want != either {
			require.Equal(g, want == seen, shown, "%s of %s sees the person in %s of %s after %s", who.Role, who.Zone, what, run, g.last)
		}
	}
	for _, r := range referrals {
		require.NotEmpty(g, r.CaseNumber)
		holds("a referral", r.Run, r.Snapshot != nil)
		if r.Snapshot == nil {
			require.NotEmpty(g, r.Why, "why the person is out of sight, after %s", g.last)
			require.Empty(g, r.Note+r.Purpose)
		}
	}
	tasks := open
	for _, state := range []care.TaskState{care.TaskCompleted, care.TaskObsolete} {
		page, err := g.records.Tasks(ctx, who, ledger.TaskFilter{CaseID: g.id, State: state}, ledger.Paging{Limit: 100})
		require.NoError(g, err)
		tasks = append(tasks, page.Items...)
	}
	for _, t := range tasks {
		holds("a task", t.Run, t.Person != "")
	}
	appointments, err := g.records.Appointments(ctx, who, ledger.AppointmentFilter{CaseID: g.id}, ledger.Paging{Limit: 100})
	require.NoError(g, err)
	for _, a := range appointments.Items {
		holds("an appointment", a.Run, a.Person != "")
	}
}

// partIn says what somebody is in an équipe: whether they sit there, having taken a
// seat or spoken from it; and whether they are asked to a seat, as all of its role are
// whom nobody has forestalled, and who has not said that they cannot come.
func (g *wanderer) partIn(run string, who care.Staff) (sits, asked bool) {
	g.Helper()
	type chair struct {
		Role   care.Role `db:"role"`
		State  string    `db:"state"`
		Member string    `db:"member"`
	}
	type word struct {
		Kind    care.TaskKind  `db:"kind"`
		Role    care.Role      `db:"role"`
		State   care.TaskState `db:"state"`
		Holder  string         `db:"holder"`
		Outcome string         `db:"outcome"`
	}
	var chairs []chair
	var words []word
	require.NoError(g, g.asWorker(g.id, func(tx pgx.Tx) error {
		rows, _ := tx.Query(context.Background(), `SELECT role, state, coalesce(member::text, '') AS member FROM seat
			WHERE run_id = $1 AND agency = $2 AND state IN ('invited', 'confirmed', 'spoken')`, run, who.Agency)
		var err error
		if chairs, err = pgx.CollectRows(rows, pgx.RowToStructByName[chair]); err != nil {
			return err
		}
		rows, _ = tx.Query(context.Background(), `SELECT kind, role, state, coalesce(holder::text, '') AS holder, outcome FROM task
			WHERE run_id = $1 AND agency = $2 AND kind IN ('equipe_invitation', 'equipe_opinion', 'plan_sign_off')`, run, who.Agency)
		words, err = pgx.CollectRows(rows, pgx.RowToStructByName[word])
		return err
	}))
	for _, c := range chairs {
		spoke, invited, free, forestalled := false, false, c.Member == "", false
		for _, w := range words {
			if w.Role != c.Role {
				continue
			}
			mine, invitation, reserved := w.Holder == who.ID, w.Kind == care.EquipeInvitation, w.State == care.TaskReserved
			spoke = spoke || mine && !invitation && (reserved || w.State == care.TaskCompleted)
			invited = invited || mine && invitation && reserved
			free = free || !invitation && w.State == care.TaskReady
			forestalled = forestalled || reserved || mine && invitation && w.State == care.TaskCompleted && w.Outcome == care.Unavailable
		}
		sits = sits || c.State != string(care.SeatInvited) && (c.Member == who.ID || spoke)
		asked = asked || invited || who.Role == c.Role && free && !forestalled
	}
	return sits, asked
}

// seesPlan says whether somebody whose agency does not work on the case may see its
// plan: who sits in the équipe while their agency sees what it was given for it, and
// those who answer for an agency that has a part in the plan.
func (g *wanderer) seesPlan(who care.Staff) sight {
	g.Helper()
	best := hidden
	if who.Zone != g.zone {
		return best
	}
	agency, _ := g.policy().Agency(who.Agency)
	answers := agency.Answers == "" || agency.Answers == who.Role
	for _, s := range g.grounds() {
		if s.Agency == who.Agency && s.Zone == who.Zone && s.Purpose == "equipe" {
			found := s.sight(g.policy(), g.now())
			switch sits, _ := g.partIn(s.Run, who); {
			case best == seen || found == hidden:
			case sits:
				best = found
			case answers: // for a plan that has ended
				best = either
			}
		}
	}
	var part, equipe, consent bool
	require.NoError(g, g.asWorker(g.id, func(tx pgx.Tx) error {
		return tx.QueryRow(context.Background(), `SELECT EXISTS (SELECT FROM plan WHERE case_id = $1 AND state = 'active' AND $2 = ANY (agencies)),
			EXISTS (SELECT FROM consent WHERE case_id = $1 AND agency = $2 AND withdrawn_at IS NULL AND purpose = 'equipe'),
			EXISTS (SELECT FROM consent WHERE case_id = $1 AND agency = $2 AND withdrawn_at IS NULL)`, g.id, who.Agency).Scan(&part, &equipe, &consent)
	}))
	public := agency.LegalBasis() == care.PublicTask
	switch {
	case !part || !consent && !public:
	case answers && (equipe || public):
		best = seen
	case best == hidden: // who has a goal to evaluate, and a consent to what the agency does in the plan
		best = either
	}
	return best
}
