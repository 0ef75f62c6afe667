package postgres

import (
	"fmt"
	"slices"
	"time"

	"percorso/internal/care"

	"github.com/jackc/pgx/v5"
)

// Role is a database role that a login joins for one transaction, with what
// row-level security asks of whoever acts in it.
type Role struct {
	name     string
	settings []setting
	moment   bool // all that it reads is of one moment
}

// AtOneMoment is the role for a reading of several statements: what others write
// meanwhile is in all of them or in none. A case whose step ends between two of
// them would else seem to have nothing open.
func (r Role) AtOneMoment() Role {
	r.moment = true
	return r
}

// inTrace is the role for a transaction that belongs to a click: what it inserts is
// found by that.
func (r Role) inTrace(parent string) Role {
	if parent != "" {
		r.settings = append(slices.Clone(r.settings), setting{"trace", parent})
	}
	return r
}

// Begin queues what begins a transaction of the role. The role and its settings end
// with it, so they cannot leak through the pool. One statement sets them all.
func (r Role) Begin(b *pgx.Batch) {
	begin := "BEGIN"
	if r.moment {
		begin = "BEGIN ISOLATION LEVEL REPEATABLE READ"
	}
	b.Queue(begin)
	set, args := "SELECT set_config('role', $1, true)", []any{r.name}
	for _, s := range r.settings {
		args = append(args, "percorso."+s.name, s.value)
		set += fmt.Sprintf(", set_config($%d, $%d, true)", len(args)-1, len(args))
	}
	b.Queue(set, args...)
}

// setting is one setting of a transaction, which its policies read by my().
type setting struct{ name, value string }

// App is what the API reads and accepts, for a member of staff; now is the time
// by which a term has passed. Whoever answers for who read the files reads nothing as
// one of their agency.
func App(s care.Staff, now time.Time) Role {
	if s.Role == care.PrivacyOfficer {
		s.Agency = ""
	}
	return Role{name: "percorso_app", settings: []setting{
		{"staff", s.ID}, {"role", string(s.Role)}, {"zone", s.Zone}, {"agency", s.Agency}, {"now", now.Format(time.RFC3339Nano)},
	}}
}

// Anyone is what the API reads for nobody in particular: what a function of the
// schema tells whoever asks, or whoever has a link: nothing of a protected person.
func Anyone() Role { return Role{name: "percorso_app", settings: []setting{{"outside", "yes"}}} }

// Link is what the API accepts of a partner who has a link and no account. caller
// is what their command is kept under.
func Link(caller string) Role {
	return Role{name: "percorso_app", settings: []setting{{"staff", caller}}}
}

// Asked is what the API reads and accepts for a provider's coordinator, who has a link and
// no account. They see the one request that it was made for.
func Asked(link string) Role {
	return Role{name: "percorso_app", settings: []setting{{"outside", "yes"}, {"mediation", link}}}
}

// Worker is what works runs. It sees one case, by its id; without one, only what
// is to be delivered.
func Worker(caseID string) Role {
	if caseID == "" {
		return Role{name: "percorso_worker"}
	}
	return Role{name: "percorso_worker", settings: []setting{{"case", caseID}}}
}

// Keeping is the worker's role for a transaction that keeps the health of its case
// itself, so that nothing has to tell that it changed.
func Keeping(caseID string) Role {
	return Role{name: "percorso_worker", settings: []setting{{"case", caseID}, {"keeps", "yes"}}}
}

// Watch is what watches over the machinery. It sees no case.
func Watch() Role { return Role{name: "percorso_watch"} }

// Rebuild is what starts the runs of a lost Temporal anew. It sees open runs alone.
func Rebuild() Role { return Role{name: "percorso_rebuild"} }

// Setup is what loads zones and staff. It sees these alone.
func Setup() Role { return Role{name: "percorso_setup"} }

// Auditor is what verifies the audit. It sees lines and seals alone.
func Auditor() Role { return Role{name: "percorso_auditor"} }
