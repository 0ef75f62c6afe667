package worklist_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/worklist"
)

var rome, _ = time.LoadLocation("Europe/Rome")

func TestWhenSomethingIsDue(t *testing.T) {
	thursday := time.Date(2026, 11, 26, 10, 0, 0, 0, rome)
	sunday := time.Date(2026, 11, 29, 10, 0, 0, 0, rome)
	for _, c := range []struct {
		now, due time.Time
		want     worklist.When
	}{
		{thursday, thursday.Add(-time.Second), worklist.Late},
		{thursday, thursday, worklist.Today},
		{thursday, time.Date(2026, 11, 26, 23, 59, 0, 0, rome), worklist.Today},
		{thursday, time.Date(2026, 11, 27, 0, 0, 0, 0, rome), worklist.Week},
		{thursday, time.Date(2026, 11, 29, 23, 59, 0, 0, rome), worklist.Week},
		{thursday, time.Date(2026, 11, 30, 0, 0, 0, 0, rome), worklist.Later},
		{sunday, time.Date(2026, 11, 29, 23, 59, 0, 0, rome), worklist.Today},
		{sunday, time.Date(2026, 11, 30, 0, 0, 0, 0, rome), worklist.Later},
		{thursday.UTC(), time.Date(2026, 11, 26, 22, 30, 0, 0, time.UTC), worklist.Today}, // half past eleven in the evening
		{thursday.UTC(), time.Date(2026, 11, 26, 23, 30, 0, 0, time.UTC), worklist.Week},
	} {
		require.Equal(t, c.want, worklist.Due(&c.due, c.now, rome), "%s at %s", c.due, c.now)
	}
	require.Equal(t, worklist.Undated, worklist.Due(nil, thursday, rome))
}

// entries are so many rows, of which each tenth is late.
func entries(n int, now time.Time) (all []worklist.Entry) {
	for i := range n {
		due := now.AddDate(0, 0, 30)
		if i%10 == 0 {
			due = now.Add(-time.Hour)
		}
		all = append(all, worklist.Entry{
			CaseID: fmt.Sprint(i), TaskID: fmt.Sprint(i), Kind: care.Interview, Service: "prova", Due: &due, Number: fmt.Sprintf("PO-2026-%05d", i), Person: "Zoë Esempio", Languages: []string{"ur"},
		})
	}
	return all
}

func TestAFilterLeavesWhatItNames(t *testing.T) {
	now := time.Date(2026, 11, 26, 10, 0, 0, 0, rome)
	all := entries(30, now)
	all[3].Kind, all[4].Service, all[5].Languages, all[6].Person = care.Assessment, "altro", []string{"ar", "fr"}, "Amina D’Esempio"
	for filter, want := range map[worklist.Filter]int{
		{}:                      30,
		{Kind: care.Assessment}: 1,
		{Service: "altro"}:      1,
		{Language: "fr"}:        1,
		{When: worklist.Late}:   3,
		{When: worklist.Today}:  0,
		{Person: "zoe ESEM"}:    29,
		{Person: "amin"}:        1,
		{Person: "soe"}:         0,
		{Person: "2026 00007"}:  1,
		{Person: "  "}:          30,
		{Kind: care.Interview, When: worklist.Late, Language: "ur"}: 3,
	} {
		page := worklist.Ask{Filter: filter, There: rome}.Cut(all, now)
		require.Equal(t, want, page.Total, "%+v", filter)
		require.Equal(t, []string{"prova", "altro"}, page.Services, "what there is to filter by is not filtered")
	}
}

func TestAListIsCutIntoPages(t *testing.T) {
	now := time.Date(2026, 11, 26, 10, 0, 0, 0, rome)
	for _, c := range []struct{ rows, page, first, shown int }{
		{0, 1, 0, 0}, {143, 0, 1, 25}, {143, 1, 1, 25}, {143, 2, 26, 25}, {143, 6, 126, 18}, {143, 99, 126, 18}, {25, 2, 1, 25}, {26, 2, 26, 1}, {143, -4, 1, 25},
	} {
		page := worklist.Ask{Page: c.page, There: rome}.Cut(entries(c.rows, now), now)
		require.Equal(t, []int{c.first, c.shown, c.rows}, []int{page.First, len(page.Rows), page.Total}, "%+v", c)
		require.False(t, page.More)
	}
	page := worklist.Ask{There: rome}.Cut(entries(worklist.Most+1, now), now)
	require.True(t, page.More)
	require.Equal(t, worklist.Most, page.Total)
}
