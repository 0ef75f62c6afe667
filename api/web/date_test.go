package web

import (
	"net/url"
	"slices"
	"testing"
)

// TestADayInThreeFields: what is typed comes out as one, and goes back as it was.
func TestADayInThreeFields(t *testing.T) {
	for _, typed := range []struct {
		day, month, year string
		alone            bool // the year may be
		want             string
		missing          []string
		wrong            string // the field that is in the way
	}{
		{day: "30", month: "11", year: "2026", want: "2026-11-30"},
		{day: " 1", month: "02 ", year: "2026", want: "2026-02-01"},
		{},
		{day: "30", year: "2026", want: "30//2026", missing: []string{"on-month"}, wrong: "on-month"},
		{year: "1990", want: "//1990", missing: []string{"on-day", "on-month"}, wrong: "on-day"},
		{year: "1990", alone: true, want: "1990", wrong: "on-day"},
		{day: "3", alone: true, want: "3//", missing: []string{"on-month", "on-year"}, wrong: "on-month"},
		{day: "31", month: "2", year: "2026", want: "31/2/2026", wrong: "on-day"},
		{day: "3", month: "xx", year: "2026", want: "3/xx/2026", wrong: "on-month"},
		{day: "3", month: "2", year: "26", want: "3/2/26", wrong: "on-year"},
		{day: "1", month: "1", year: "0001", want: "1/1/0001"},
	} {
		form := url.Values{"on-day": {typed.day}, "on-month": {typed.month}, "on-year": {typed.year}}
		if typed.alone {
			form.Set("on-alone", "1")
		}
		missing := JoinDates(form)
		if form.Get("on") != typed.want || !slices.Equal(missing, typed.missing) {
			t.Errorf("%+v: %q %v", typed, form.Get("on"), missing)
		}
		again := url.Values{}
		for _, part := range dateParts("on", "", form.Get("on")) {
			again.Set(part.Name, part.Value)
			if typed.wrong != "" && part.Wrong != (part.ID == typed.wrong) {
				t.Errorf("%+v: %s wrong: %t", typed, part.ID, part.Wrong)
			}
		}
		if typed.alone {
			again.Set("on-alone", "1")
		}
		if JoinDates(again); again.Get("on") != typed.want {
			t.Errorf("%+v comes back as %v", typed, again)
		}
	}
	direct := url.Values{"on": {"2026-11-30"}, "on-day": {""}, "on-month": {""}, "on-year": {""}}
	if JoinDates(direct); direct.Get("on") != "2026-11-30" {
		t.Errorf("a day that is written in one comes out as %q", direct.Get("on"))
	}
}
