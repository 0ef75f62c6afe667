package ledger

import (
	"encoding/json"
	"time"

	"percorso/internal/care"
)

// Record is what somebody wrote: a form as it was filled in. Whoever is outside of its
// circle sees by whom and when it was written, and nothing else.
type Record struct {
	ID       string          `db:"id" json:"id"`
	Kind     string          `db:"-" json:"kind" doc:"Code: what it is about"`
	Form     string          `db:"form" json:"form" doc:"Code of the task that it completed, or of the operation"`
	Run      string          `db:"run_id" json:"branch" doc:"Id of the process it belongs to"`
	At       time.Time       `db:"at" json:"at"`
	ByName   string          `db:"by_name" json:"by_name,omitempty" doc:"Not there for a partner that answered through a link"`
	ByRole   care.Role       `db:"by_role" json:"by_role,omitempty"`
	ByAgency string          `db:"by_agency" json:"by_agency"`
	Circle   string          `db:"circle" json:"circle" enum:"case,agency,equipe,social" doc:"Who reads it: all who work on the case, those of the author's agency, those of the équipe, or social workers who follow the case"`
	Readable bool            `db:"readable" json:"readable" doc:"The caller is in its circle, or has opened it with a reason"`
	Fields   json.RawMessage `db:"data" json:"fields,omitempty" doc:"As they were filled in, and amended since; not there outside of the circle"`
	Version  int             `db:"version" json:"version" doc:"Which it is, from 1 on; 0 outside of the circle"`
	Amended  []Amendment     `db:"-" json:"amended,omitempty" doc:"How it was amended, the latest first"`
	MayAmend bool            `db:"may_amend" json:"may_amend" doc:"The caller may amend it: its author, or who follows the case in their place"`
	Versions json.RawMessage `db:"versions" json:"-"` // of one that was amended: all, with what each says
}

// Amendment is how a record became another version.
type Amendment struct {
	Version int            `json:"version"`
	At      time.Time      `json:"at"`
	ByName  string         `json:"by_name"`
	ByRole  care.Role      `json:"by_role"`
	Why     string         `json:"why"`
	Changes []RecordChange `json:"changes"`
}

// RecordChange is what an amendment changed in a field.
type RecordChange struct {
	Field string          `json:"field"`
	Old   json.RawMessage `json:"old,omitempty" doc:"Left out: nothing stood there"`
	New   json.RawMessage `json:"new,omitempty"`
}
