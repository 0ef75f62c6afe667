package places

import (
	"context"
	"time"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/calledoff"
)

// KeepPlaces keeps the places that are chosen on a form of the caller's for a while, in the
// stead of those that were chosen on it before; none: they have left it, or sent it. Of one
// that is not free nothing is said: whoever sends the form is told.
func (r *Reader) KeepPlaces(ctx context.Context, s care.Staff, path string, chosen []care.Booking) error {
	now, form := r.now(), ledger.DerivedID(s.ID, path)
	return postgres.Within(ctx, r.pool, postgres.App(s, now), nil, func(tx postgres.Tx) error {
		if len(chosen) == 0 {
			_, err := tx.Exec(ctx, `DELETE FROM place_kept WHERE staff = $1 AND form = $2`, s.ID, form)
			return err
		}
		rules, err := r.rules.Current(ctx, tx, s.Zone)
		if err != nil {
			return err
		}
		if err := lockDays(ctx, tx, rules, nil, chosen); err != nil {
			return err
		}
		if rules, err = r.rules.Newest(ctx, tx, s.Zone); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM place_kept WHERE staff = $1 AND (ends_at <= $2 OR form = $3 AND at <> ALL ($4)) OR ends_at < $2 - interval '1 day'`,
			s.ID, now, form, times(chosen)); err != nil {
			return err
		}
		for _, place := range chosen {
			if err := keep(ctx, tx, rules, s, form, place, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// keep keeps one place, if it is free; the caller has locked its day.
func keep(ctx context.Context, tx postgres.Tx, rules *postgres.Ruleset, s care.Staff, form string, place care.Booking, now time.Time) error {
	service := string(place.Service)
	off, err := calledoff.In(ctx, tx, rules.Zone, service, rules.There(place.At), rules.There(place.At))
	if err != nil {
		return err
	}
	of := agendaOf(rules, s, service, now).Without(off)
	slot, within := of.At(place.At)
	if !within || !place.At.After(now) {
		return nil // where nothing is counted there is nothing to keep
	}
	taken, err := takenIn(ctx, tx, s, "", rules.Zone, service, slot.At, slot.Until, now)
	if err != nil || of.Broken(place.At, taken) != "" {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO place_kept (staff, form, zone, service, at, until, pua, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
		s.ID, form, rules.Zone, service, slot.At, slot.Until, Outside(rules, s, service), now.Add(agenda.KeptFor))
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM place_kept WHERE staff = $1 AND service = $2 AND (form, at) IN
			(SELECT form, at FROM place_kept WHERE staff = $1 AND service = $2 ORDER BY ends_at DESC, at OFFSET $3)`, s.ID, service, agenda.MostKeptPlaces)
	}
	return err
}

// lockDays keeps whoever asks for places of these days waiting, and who asks for the same
// things besides.
func lockDays(ctx context.Context, tx postgres.Tx, rules *postgres.Ruleset, besides []string, places []care.Booking) error {
	days := besides
	for _, p := range places {
		days = append(days, calledoff.Key(rules.Zone, string(p.Service), rules.There(p.At)))
	}
	_, err := tx.Exec(ctx, `SELECT lock_places($1)`, days)
	return err
}

func times(places []care.Booking) []time.Time {
	list := make([]time.Time, len(places))
	for i, p := range places {
		list[i] = p.At
	}
	return list
}
