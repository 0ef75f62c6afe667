package referrals

import (
	"context"
	"slices"

	"percorso/api/present"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/jobs"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/zone"
)

// referralsOnPage is as many as a page may hold: what waits for the caller is
// among all of them, and the records give the newest first.
const referralsOnPage = 100

// rowsOf are the referrals of a list: those that wait for the caller come first, by when
// an answer is due.
func (s *Place) rowsOf(ctx context.Context, who care.Staff, rules *zone.Rules, f ledger.ReferralFilter, from string) (rows Rows, next string, err error) {
	referrals, err := s.Records.Referrals(ctx, who, f, ledger.Paging{Cursor: from, Limit: referralsOnPage})
	if err != nil {
		return rows, "", err
	}
	slices.SortStableFunc(referrals.Items, dueFirst)
	rows.Sent = f.Sent
	for _, r := range referrals.Items {
		item := s.referralItem(who, rules, r)
		if waitsFor(who, r) && !byLink(rules.Policy, r) {
			rows.Todo = append(rows.Todo, item)
		} else {
			rows.Others = append(rows.Others, item)
		}
	}
	return rows, referrals.Next, nil
}

// beside is the list that stays beside an open referral, whose row is marked, and which
// one waits for the caller after it; empty: none. No row does anything there.
func (s *Place) beside(ctx context.Context, who care.Staff, rules *zone.Rules, r ledger.Referral, focus bool) (rows Rows, next string, err error) {
	sent := r.FromAgency == who.Agency
	rows, _, err = s.rowsOf(ctx, who, rules, ledger.ReferralFilter{Incoming: !sent, Sent: sent, Open: true}, "")
	if err != nil {
		return rows, "", err
	}
	at := -1
	for _, list := range [][]ReferralItem{rows.Todo, rows.Others} {
		for i := range list {
			list[i].Acknowledge = nil
			if list[i].ID == r.ID {
				list[i].Current, list[i].Focus = true, focus
			}
		}
	}
	for i, item := range rows.Todo {
		if item.Current {
			at = i
		}
	}
	for _, item := range slices.Concat(rows.Todo[at+1:], rows.Todo[:max(at, 0)]) {
		return rows, item.ID, nil
	}
	return rows, "", nil
}

// facts say in a row what is asked, and what decides whether it can be done.
func facts(p care.Policy, r ledger.Referral) (facts []string) {
	person, ok := present.SnapshotOf(r)
	if !ok {
		return nil
	}
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, name+": "+value)
		}
	}
	if r.Meeting != nil {
		add(message.Say("referral_page.fact_appointment"), message.Say("referral_page.appointment_at", "Day", italian.Dated("", r.Meeting.In(italian.Rome)), "Hour", italian.Hour(*r.Meeting)))
	}
	add(message.Say("referral_page.fact_for"), present.PurposeOf(p, r.Purpose))
	if person.Work != nil {
		add(message.Say("referral_page.fact_italian"), jobs.Level(*person.Work))
		add(jobs.Label("may_work"), jobs.Choice(person.Work.May))
		add(jobs.Label("free_hours"), person.Work.FreeHours)
	}
	return facts
}

// dueFirst puts what is due sooner before what is due later or never.
func dueFirst(a, b ledger.Referral) int {
	switch {
	case a.Due != nil && b.Due != nil:
		return a.Due.Compare(*b.Due)
	case a.Due != nil:
		return -1
	case b.Due != nil:
		return 1
	}
	return 0
}
