package referrals

import (
	"slices"
	"testing"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
)

// TestReferralsDueFirst: what must be answered first is on top, whenever it came.
func TestReferralsDueFirst(t *testing.T) {
	soon, late := testclock.Monday, testclock.Monday.AddDate(0, 0, 9)
	never, later, sooner := ledger.Referral{ID: "c"}, ledger.Referral{ID: "b", Due: &late}, ledger.Referral{ID: "a", Due: &soon}
	list := []ledger.Referral{never, later, sooner}
	slices.SortStableFunc(list, dueFirst)
	if list[0].ID != "a" || list[1].ID != "b" || list[2].ID != "c" {
		t.Errorf("in the order %s, %s, %s", list[0].ID, list[1].ID, list[2].ID)
	}
}

// TestARowSaysWhenThePersonComes: what is due may be due after that.
func TestARowSaysWhenThePersonComes(t *testing.T) {
	at := time.Date(2026, 12, 2, 8, 0, 0, 0, time.UTC)
	r := ledger.Referral{Snapshot: []byte(`{"given_name": "Persona", "family_name": "Prova"}`), Meeting: &at}
	if got := facts(care.Policy{}, r); len(got) == 0 || got[0] != "Appuntamento: il 2 dicembre 2026, ore 9.00" {
		t.Error(got)
	}
}
