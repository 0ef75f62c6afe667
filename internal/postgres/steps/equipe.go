package steps

import (
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/shares"
)

// equipes is the équipes of the case, with who sits in them and what they say.
type equipes struct{ *writer }

// write records an équipe, its seats, and the minutes of its meetings.
func (w *equipes) write() error {
	if e := w.step.Effects.Equipe; e != nil {
		w.queue(`INSERT INTO equipe (run_id, case_id, zone, kind, reason, convened_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
			w.step.Run, w.caseID(), w.run.Zone, e.Kind, e.Reason, w.step.At)
		w.moment("equipe_convened", string(e.Kind))
	}
	if len(w.step.Effects.Seats) == 0 && w.step.Entry.Answer.Operation != care.OpMinutes {
		return nil
	}
	said, err := w.said()
	if err != nil {
		return err
	}
	for _, s := range w.step.Effects.Seats {
		if s.State == care.SeatInvited {
			w.invite(s)
			continue
		}
		w.move(s, said)
	}
	return nil
}

// reasons are what who acted wrote along with opinions and signatures.
type reasons struct {
	note  string                  // of the one who completed a task
	votes []catalogue.MinutedVote // of a meeting; its minutes are kept too
}

func (w *equipes) said() (said reasons, err error) {
	switch w.step.Entry.Answer.Operation {
	case care.OpMinutes:
		form, err := postgres.FormOf(catalogue.Minutes, w.entry.Data)
		if err != nil {
			return said, err
		}
		said.votes = form.Votes
		w.queue(`INSERT INTO minutes (id, run_id, case_id, zone, held_at, text, by_staff) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			w.step.Entry.ID, w.step.Run, w.caseID(), w.run.Zone, form.At, form.Text, w.by())
		w.moment("minutes", "")
	case care.OpComplete:
		form, err := postgres.FormOf(catalogue.Complete, w.entry.Data)
		if err != nil {
			return said, err
		}
		said.note = form.Note
	}
	return said, nil
}

// invite makes a seat, or asks somebody else to it. Its agency gets what it
// needs of the person.
func (w *equipes) invite(s ledger.SeatChange) {
	w.queue(`INSERT INTO seat (id, run_id, case_id, zone, agency, role, state, invited_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, member = NULL, invited_at = excluded.invited_at`,
		s.ID, w.step.Run, w.caseID(), w.run.Zone, s.Agency, s.Role, s.State, w.step.At)
	sharesOf(w.writer).Give(shares.Share{Run: w.step.Run, Agency: string(s.Agency), For: shares.Equipe, Needs: crossing.TakeOver(w.policy.Policy)})
	w.moment("seat_invited", string(s.Role))
}

// move records who took a seat and what was said from it, by whom: the seat is theirs
// from then on. What was said in a meeting is found in its minutes by the seat's role
// and agency.
func (w *equipes) move(s ledger.SeatChange, said reasons) {
	votes := said.votes
	if votes == nil {
		votes = []catalogue.MinutedVote{}
	}
	w.queue(`UPDATE seat s SET state = coalesce(nullif($2, ''), state), member = CASE WHEN $2 = 'confirmed' AND NOT words.minuted OR ($4 <> '' OR $6 <> '') AND NOT words.minuted THEN coalesce($3::uuid, member) ELSE member END,
			opinion = coalesce(nullif($4, ''), opinion), opinion_note = CASE WHEN $4 = '' THEN opinion_note ELSE words.note END,
			opinion_at = CASE WHEN $4 = '' THEN opinion_at ELSE $5::timestamptz END,
			signature = coalesce(nullif($6, ''), signature), signature_note = CASE WHEN $6 = '' THEN signature_note ELSE words.note END,
			signature_at = CASE WHEN $6 = '' THEN signature_at ELSE $5 END, minuted = CASE WHEN $9 OR $4 <> '' OR $6 <> '' THEN words.minuted ELSE s.minuted END,
			reported = $9 OR s.reported AND $4 = '' AND $6 = ''
		FROM (SELECT v.note IS NOT NULL AS minuted, coalesce(v.note, $8) AS note FROM seat o LEFT JOIN LATERAL (
				SELECT coalesce(v ->> 'note', '') AS note FROM jsonb_array_elements($7::jsonb) v WHERE v ->> 'role' = o.role AND v ->> 'agency' = o.agency LIMIT 1
			) v ON true WHERE o.id = $1) AS words WHERE s.id = $1`,
		s.ID, s.State, w.by(), s.Opinion, w.step.At, s.Signature, votes, said.note, s.Reported)
	if s.State != "" {
		w.queue(`INSERT INTO timeline (case_id, run_id, zone, at, code, detail, by_staff)
			SELECT case_id, run_id, zone, $2, $3, role, $4 FROM seat WHERE id = $1`, s.ID, w.step.At, "seat_"+string(s.State), w.by())
	}
	reported := ""
	if s.Reported {
		reported = "_reported"
	}
	if s.Opinion != "" {
		w.moment("opinion"+reported, string(s.Opinion))
	}
	if s.Signature != "" {
		w.moment("signature"+reported, string(s.Signature))
	}
}

// nobodyElse ends the invitation to a seat as it opens, where whoever of its role could be
// asked has said that they cannot come, and tells the run. The timeline says so.
func (w *equipes) nobodyElse(t ledger.TaskChange, zone, agency string, role care.Role) (none bool, err error) {
	if len(t.Cannot) == 0 {
		return false, nil
	}
	err = w.tx.QueryRow(w.ctx, `SELECT NOT EXISTS (SELECT FROM staff s WHERE s.active AND s.zone = $1 AND s.agency = $2 AND s.role = $3
		AND NOT EXISTS (SELECT FROM task t WHERE t.id = ANY ($4::uuid[]) AND t.holder = s.id))`, zone, agency, role, t.Cannot).Scan(&none)
	if err != nil || !none {
		return false, err
	}
	w.queue(`INSERT INTO task (id, run_id, case_id, zone, agency, role, kind, service, state, outcome, ready_at, clock_from, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '', 'obsolete', $8, $9, $9, $9) ON CONFLICT DO NOTHING`,
		t.ID, w.step.Run, w.caseID(), zone, agency, role, t.Kind, care.NobodyElse, w.step.At)
	w.moment("seat_nobody_else", string(role))
	w.enqueue(ledger.DerivedID(t.ID, "nobody else"), w.step.Run, w.step.Run, care.Answer{Operation: care.OpReport, Subject: t.ID, Outcome: care.NobodyElse})
	return true, nil
}
