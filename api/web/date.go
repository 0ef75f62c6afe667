package web

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"percorso/internal/message"
)

// A day is typed in three fields, day, month and year, which every browser shows alike
// whatever its language. Whoever reads the form reads one: of until-day, until-month and
// until-year JoinDates makes until.

// datePart is one of the three fields.
type datePart struct {
	ID, Name, Label, Value string
	Size                   int
	Wrong                  bool // it is what cannot be read of the day
}

var dateFields = []struct {
	suffix string
	size   int
}{{"-day", 2}, {"-month", 2}, {"-year", 4}}

// yearAlone ends the name of a field that says that of a day the year may be known alone.
const yearAlone = "-alone"

// dateParts are the three fields of a day with what was typed: "2026-11-30", "30/11/2026",
// or a year alone.
func dateParts(id, name, value string) []datePart {
	var typed []string
	if name == "" {
		name = id
	}
	switch by := strings.Split(value, "-"); {
	case value == "":
		typed = []string{"", "", ""}
	case len(by) == 3:
		typed = []string{strings.TrimLeft(by[2], "0"), strings.TrimLeft(by[1], "0"), by[0]}
	case strings.Count(value, "/") == 2:
		typed = strings.Split(value, "/")
	default:
		typed = []string{"", "", value}
	}
	wrong := wrongPart(typed)
	parts := make([]datePart, 0, len(dateFields))
	for i, f := range dateFields {
		parts = append(parts, datePart{ID: id + f.suffix, Name: name + f.suffix, Label: message.Of("date_part", f.suffix[1:]), Value: typed[i], Size: f.size, Wrong: i == wrong})
	}
	return parts
}

// wrongPart says which of the three is in the way of the day: that which is no number of
// its kind, else the day, which that month does not have.
func wrongPart(typed []string) int {
	for i, layout := range []string{"2", "1", "2006"} {
		if _, err := time.Parse(layout, typed[i]); err != nil {
			return i
		}
	}
	return 0
}

// JoinDates puts together the days that were typed in a form. What is no day comes out as
// nobody can read it, "30//2026", so that the page shows it again. It lists the fields that
// are empty beside others that are not.
func JoinDates(form url.Values) (missing []string) {
	for name := range form {
		base, ok := strings.CutSuffix(name, "-year")
		if !ok || !form.Has(base+"-day") || !form.Has(base+"-month") {
			continue
		}
		typed, empty := make([]string, len(dateFields)), []string(nil)
		for i, f := range dateFields {
			if typed[i] = strings.TrimSpace(form.Get(base + f.suffix)); typed[i] == "" {
				empty = append(empty, base+f.suffix)
			}
		}
		day := strings.Join(typed, "/")
		switch t, err := time.Parse("2/1/2006", day); {
		case err == nil && !t.IsZero():
			day = t.Format(time.DateOnly)
		case len(empty) == len(dateFields):
			day = ""
		case len(empty) == 2 && typed[2] != "" && form.Has(base+yearAlone):
			day = typed[2]
		default:
			missing = append(missing, empty...)
		}
		if day != "" || !form.Has(base) {
			form.Set(base, day)
		}
	}
	slices.Sort(missing)
	return missing
}

// DatePart says of which day a field is a part, and of which of the three: of "until-month"
// "until" and "-month".
func DatePart(id string) (of, suffix string, ok bool) {
	for _, f := range dateFields {
		if of, ok = strings.CutSuffix(id, f.suffix); ok {
			return of, f.suffix, true
		}
	}
	return id, "", false
}

// partFaulty says whether one of the three fields of a day is at fault.
func partFaulty(faults []FieldFault, id string) bool {
	return slices.ContainsFunc(faults, func(f FieldFault) bool {
		of, _, ok := DatePart(f.Field)
		return ok && of == id
	})
}
