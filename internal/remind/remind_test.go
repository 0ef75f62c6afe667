package remind_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/kin"
	"percorso/internal/reach"
	"percorso/internal/remind"
	"percorso/internal/testclock"
)

// A machine writes where the person said that it may, and a person calls where it may not.
func TestHowSomebodyIsReminded(t *testing.T) {
	phone := func(change func(*reach.Way)) remind.Due {
		c := reach.Way{Kind: reach.Phone, Value: "347 0000001", Whose: "own", Call: reach.Yes, Message: reach.Yes}
		if change != nil {
			change(&c)
		}
		return remind.Due{Phone: c.Value, Contacts: []reach.Way{c}}
	}
	with := func(d remind.Due, change func(*remind.Due)) remind.Due {
		change(&d)
		return d
	}
	mail := reach.Way{Kind: reach.Email, Value: "persona@prova.invalid", Whose: "own", Call: reach.Yes}
	for name, c := range map[string]struct {
		due   remind.Due
		texts bool
		way   remind.Way
		to    string
	}{
		"own number, message allowed":   {phone(nil), true, remind.SMS, "+393470000001"},
		"the zone has no gateway":       {phone(nil), false, remind.Call, ""},
		"nobody asked about messages":   {phone(func(c *reach.Way) { c.Message = "" }), true, remind.Call, ""},
		"no message":                    {phone(func(c *reach.Way) { c.Message = reach.No }), true, remind.Call, ""},
		"a relative's":                  {phone(func(c *reach.Way) { c.Whose = "relative" }), true, remind.Call, ""},
		"nobody asked whose":            {phone(func(c *reach.Way) { c.Whose = "" }), true, remind.Call, ""},
		"at certain hours":              {phone(func(c *reach.Way) { c.Hours = "dopo le 18" }), true, remind.Call, ""},
		"no mobile":                     {phone(func(c *reach.Way) { c.Value = "0574 000001" }), true, remind.Call, ""},
		"must not be called":            {with(phone(func(c *reach.Way) { c.Call = reach.No }), func(d *remind.Due) { d.Phone = "" }), true, remind.None, ""},
		"no safe contact":               {with(phone(nil), func(d *remind.Due) { d.NoSafeContact = true }), true, remind.None, ""},
		"no contact":                    {remind.Due{}, true, remind.None, ""},
		"protected":                     {with(phone(nil), func(d *remind.Due) { d.Protected = true }), true, remind.Call, ""},
		"somebody must not be told":     {with(phone(nil), func(d *remind.Due) { d.Linked = []kin.Linked{{Name: "Prova", Barred: true}} }), true, remind.Call, ""},
		"own address":                   {with(phone(nil), func(d *remind.Due) { d.Contacts = append(d.Contacts, mail) }), false, remind.Email, mail.Value},
		"a text comes before a mail":    {with(phone(nil), func(d *remind.Due) { d.Contacts = append(d.Contacts, mail) }), true, remind.SMS, "+393470000001"},
		"an address nobody asked about": {remind.Due{Email: "persona@prova.invalid"}, true, remind.Call, ""},
		"somebody who belongs to them":  {remind.Due{Linked: []kin.Linked{{Name: "Prova", Phone: "347 0000002", Call: reach.Yes}}}, true, remind.Call, ""},
		"somebody not to be called":     {remind.Due{Linked: []kin.Linked{{Name: "Prova", Phone: "347 0000002", Call: reach.No}}}, true, remind.None, ""},
	} {
		way, to := remind.How(c.due, c.texts)
		require.Equal(t, []any{c.way, c.to}, []any{way, to}, name)
	}
}

// Nobody is written to at night, on a Sunday or on a holiday.
func TestWhenPeopleAreWrittenTo(t *testing.T) {
	usual := care.Policy{DayEnds: "18:00", PatronSaint: care.PatronSaint{Day: "12-26"}}
	own := usual
	own.Messages = care.Band{From: "09:00", To: "24:00"}
	at := func(day, hour, minute int) time.Time {
		return time.Date(2026, time.December, day, hour, minute, 0, 0, testclock.Rome)
	}
	for name, c := range map[string]struct {
		policy    care.Policy
		now, from time.Time
	}{
		"by day":                    {usual, at(1, 10, 30), at(1, 10, 30)},
		"in the early morning":      {usual, at(1, 3, 0), at(1, 8, 0)},
		"at eight":                  {usual, at(1, 8, 0), at(1, 8, 0)},
		"in the evening":            {usual, at(1, 20, 0), at(2, 8, 0)},
		"on Friday night":           {usual, at(4, 23, 0), at(7, 8, 0)},
		"on a Sunday":               {usual, at(6, 11, 0), at(7, 8, 0)},
		"on a holiday":              {usual, at(8, 11, 0), at(9, 8, 0)},
		"the zone's own, too early": {own, at(1, 8, 30), at(1, 9, 0)},
		"the zone's own, late":      {own, at(1, 23, 30), at(1, 23, 30)},
	} {
		cal, err := calendar.New(c.policy)
		require.NoError(t, err)
		require.True(t, c.from.Equal(remind.NextHour(c.policy, cal, c.now)), "%s: %s", name, remind.NextHour(c.policy, cal, c.now))
	}
}
