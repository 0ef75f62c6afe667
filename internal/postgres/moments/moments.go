// Package moments says how the lines of a case's timeline are read.
package moments

import "percorso/internal/ledger"

// Select reads lines of a timeline, each called l, with who did what a line tells of, in whose
// place, and the note as it was amended last.
const Select = `SELECT l.id, l.at, l.run_id, l.code, CASE WHEN l.code = 'task_on_behalf' THEN split_part(l.detail, '/', 1) ELSE l.detail END AS detail, coalesce(s.role, '') AS by_role, coalesce(s.name, '') AS by_name,
	coalesce(said_now(d.id, d.data) ->> 'note', '') AS note,
	coalesce((SELECT name FROM staff WHERE id::text = CASE WHEN l.code = 'task_on_behalf' THEN split_part(l.detail, '/', 2) ELSE d.data #>> '{done,from,staff}' END), '') AS from_name, coalesce(d.data #>> '{done,from,role}', '') AS from_role,
	(d.data #>> '{done,from,until}')::timestamptz AS from_until,
	coalesce((SELECT name FROM staff WHERE id::text = d.data #>> '{done,to,staff}'), '') AS to_name, coalesce(d.data #>> '{done,to,role}', '') AS to_role,
	(d.data #>> '{done,to,until}')::timestamptz AS to_until
	FROM timeline l LEFT JOIN staff s ON s.id = l.by_staff LEFT JOIN record d ON d.id = l.command_id`

// Row is a line with its number.
type Row struct {
	ID int64 `db:"id"`
	ledger.Moment
}
