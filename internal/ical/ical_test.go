package ical_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/apognu/gocal"
	"github.com/stretchr/testify/require"

	"percorso/internal/ical"
	"percorso/internal/italian"
)

// TestAnotherProgramReadsTheSameHour, whichever way the clocks of the offices go: in winter and in
// summer, in the night in which the hour of two comes twice, on the morning after it, and on the
// one after the night that has no hour of two.
func TestAnotherProgramReadsTheSameHour(t *testing.T) {
	rome := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339, text)
		require.NoError(t, err)
		return at.In(italian.Rome)
	}
	var entries []ical.Entry
	shown := map[string]string{}
	for at, on := range map[string]string{
		"2027-01-11T09:30:00+01:00": "11/1 09:30", "2027-07-12T09:30:00+02:00": "12/7 09:30", "2028-02-29T23:45:00+01:00": "29/2 23:45",
		"2026-10-25T02:30:00+02:00": "25/10 02:30", "2026-10-25T02:30:00+01:00": "25/10 02:30", "2026-10-26T09:00:00+01:00": "26/10 09:00",
		"2027-03-28T01:45:00+01:00": "28/3 01:45", "2027-03-28T03:15:00+02:00": "28/3 03:15", "2027-03-29T09:00:00+02:00": "29/3 09:00",
	} {
		entries = append(entries, ical.Entry{ID: at, Version: 2, Title: "Appuntamento", From: rome(at), To: rome(at).Add(30 * time.Minute), Place: "Ufficio di prova, via di Prova, 1; primo piano"})
		shown[at] = on
	}
	entries = append(entries, ical.Entry{ID: "riunione", Title: "Riunione", From: rome("2026-10-25T03:00:00+01:00")}) // how long it takes is not known
	from, to := rome("2026-01-01T00:00:00+01:00"), rome("2029-01-01T00:00:00+01:00")
	read := gocal.NewParser(bytes.NewReader(ical.File(rome("2026-10-24T12:00:00+02:00"), entries...)))
	read.Start, read.End = &from, &to
	require.NoError(t, read.Parse())
	require.Len(t, read.Events, len(entries))
	for _, e := range read.Events {
		id := e.Uid[:len(e.Uid)-len("@percorso")]
		if id == "riunione" {
			require.True(t, e.Start.Equal(rome("2026-10-25T03:00:00+01:00")))
			continue
		}
		require.True(t, e.Start.Equal(rome(id)), "%s is read as %s", id, e.Start)
		require.Equal(t, shown[id], e.Start.In(italian.Rome).Format("2/1 15:04"))
		require.Equal(t, 30*time.Minute, e.End.Sub(*e.Start), id)
		require.Equal(t, "Appuntamento", e.Summary)
		require.Contains(t, e.Location, "primo piano")
		require.Equal(t, 2, e.Sequence)
	}
}
