package zone

import (
	"cmp"
	"errors"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/language"

	"percorso/internal/care"
	"percorso/internal/message"
	"percorso/internal/zone/fault"
)

var codeForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,59}$`)

// code reads a code.
func (n node) code() string {
	text := n.text()
	if text != "" && !codeForm.MatchString(text) {
		n.fault(fault.RuleCode)
		return ""
	}
	return text
}

// oneOf reads one of the given values.
func oneOf[T ~string](n node, rule string, values []T) T {
	text := T(n.text())
	if text == "" || slices.Contains(values, text) {
		return text
	}
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = string(v)
	}
	n.fault(rule, message.Say("zone_rules.allowed", "Names", strings.Join(names, ", ")))
	return ""
}

// duration reads a duration that lasts some time.
func (n node) duration() care.Duration {
	text := n.text()
	if text == "" {
		return care.Duration{}
	}
	d, err := care.ParseDuration(text)
	switch {
	case errors.Is(err, care.ErrDurationUnit):
		n.fault(fault.RuleUnit, message.Say("zone_rules.allowed_units", "Names", "working_days, calendar_days, hours, seconds"))
	case errors.Is(err, care.ErrDurationNegative):
		n.fault(fault.RuleNegative)
	case errors.Is(err, care.ErrDurationTooLong):
		n.fault(fault.RuleTooLong)
	case err != nil:
		n.fault(fault.RuleDuration)
	case d.IsZero():
		n.fault(fault.RuleNoTime)
	}
	return d
}

// The years of a zone's dates: of closures, and of what it set itself to reach.
// They do not depend on the day on which a file is read.
const firstYear, lastYear = 2000, 2100

// day reads a date, "2026-08-14".
func (n node) day() string {
	text := n.text()
	if text == "" {
		return ""
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		n.fault(fault.RuleDate, message.Say("zone_rules.example_of_date"))
		return ""
	}
	if day.Year() < firstYear || day.Year() > lastYear {
		n.fault(fault.RuleYear, message.Say("zone_rules.years", "First", firstYear, "Last", lastYear))
		return ""
	}
	return text
}

// email reads a plain address, without a name before it.
func (n node) email() string {
	text := n.text()
	if text == "" {
		return ""
	}
	a, err := mail.ParseAddress(text)
	if err != nil || a.Address != text || len(text) > longestEmail || strings.ContainsFunc(text, func(c rune) bool { return c > unicode.MaxASCII }) {
		n.fault(fault.RuleEmail)
		return ""
	}
	return text
}

// phoneShape is how people write a telephone number.
var phoneShape = regexp.MustCompile(`^\+?[0-9][0-9 ./-]{3,28}[0-9]$`)

func phone(n node) string {
	text := n.text()
	if text != "" && !phoneShape.MatchString(text) {
		n.fault(fault.RulePhone)
		return ""
	}
	return text
}

// gateway reads an address to which people's numbers go: encrypted, or on this machine.
func gateway(n node) string {
	text := n.text()
	u, err := url.Parse(text)
	if text != "" && (err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" ||
		u.Scheme != "https" && (u.Scheme != "http" || !slices.Contains([]string{"127.0.0.1", "localhost", "::1"}, u.Hostname()))) {
		n.fault(fault.RuleGateway)
		return ""
	}
	return text
}

// longestEmail is what RFC 5321 lets an address have, in bytes.
const longestEmail = 254

// dayOfYear reads a day of every year, "12-26".
func (n node) dayOfYear() string {
	text := n.text()
	if text == "" {
		return ""
	}
	// Read in a leap year, so that 29 February is a day too.
	if _, err := time.Parse(time.DateOnly, "2024-"+text); err != nil {
		n.fault(fault.RuleDate, message.Say("zone_rules.example_of_day"))
		return ""
	}
	return text
}

// days reads the fields from and to.
func (o object) days() (from, to string) {
	from, to = o.need("from").day(), o.need("to").day()
	if from != "" && to != "" && to < from {
		o.may("to").fault(fault.RuleDateOrder)
	}
	return from, to
}

// timeOfDay reads a local time, "18:00".
func (n node) timeOfDay() string {
	text := n.text()
	if text == "" {
		return ""
	}
	if !isTime(text) {
		n.fault(fault.RuleTime)
		return ""
	}
	return text
}

// isTime accepts "09:00", not "9:00", so that times compare as texts.
func isTime(text string) bool {
	t, err := time.Parse("15:04", text)
	return err == nil && t.Format("15:04") == text
}

// band reads a stretch of a day, "09:00-13:00".
func (n node) band(day care.Weekday) care.Band {
	text := n.text()
	if text == "" {
		return care.Band{}
	}
	from, to, ok := strings.Cut(text, "-")
	if !ok || !isTime(from) || !isTime(to) {
		n.fault(fault.RuleTime)
		return care.Band{}
	}
	if to <= from {
		n.fault(fault.RuleBandOrder)
		return care.Band{}
	}
	return care.Band{Weekday: day, From: from, To: to}
}

// week reads bands by weekday: an object of weekdays with lists of bands. The
// result is in the order of the week.
func (n node) week() []care.Band {
	var bands []care.Band
	for _, f := range n.anyField().fields {
		if !slices.Contains(care.Weekdays, care.Weekday(f.name)) {
			f.value.fault(fault.RuleWeekday, message.Say("zone_rules.allowed", "Names", weekdays))
			continue
		}
		for _, item := range f.value.list() {
			b := item.band(care.Weekday(f.name))
			if b.From == "" {
				continue
			}
			if slices.ContainsFunc(bands, func(other care.Band) bool { return overlap(b, other) }) {
				item.fault(fault.RuleOverlap)
			}
			bands = append(bands, b)
		}
	}
	slices.SortFunc(bands, func(a, b care.Band) int {
		return cmp.Or(
			cmp.Compare(slices.Index(care.Weekdays, a.Weekday), slices.Index(care.Weekdays, b.Weekday)),
			cmp.Compare(a.From, b.From))
	})
	return bands
}

const weekdays = "mon, tue, wed, thu, fri, sat, sun"

func overlap(a, b care.Band) bool {
	return a.Weekday == b.Weekday && a.From < b.To && b.From < a.To
}

// language reads a language's code in its usual form.
func (n node) language() string {
	text := n.text()
	if text == "" {
		return ""
	}
	tag, err := language.Parse(text)
	_, private := tag.Extension('x')
	if err != nil || private || tag.String() != text || tag == language.Und {
		n.fault(fault.RuleLanguage)
		return ""
	}
	return text
}

// codes reads a list of codes, each once; known says whether one exists.
func (n node) codes(rule string, known func(string) bool) []string {
	var codes []string
	for _, item := range n.list() {
		code := item.code()
		switch {
		case code == "":
			continue
		case !known(code):
			item.fault(rule)
		case slices.Contains(codes, code):
			item.fault(fault.RuleDuplicate)
		default:
			codes = append(codes, code)
		}
	}
	return codes
}

// once reads a code that no earlier item of its list has.
func once[T any](n node, code string, earlier []T, of func(T) string) string {
	if code != "" && slices.ContainsFunc(earlier, func(e T) bool { return of(e) == code }) {
		n.fault(fault.RuleDuplicate)
	}
	return code
}

// named reads a list of codes with their names.
func (n node) named() []care.Named {
	var list []care.Named
	for _, item := range n.list() {
		o := item.object("code", "name")
		code := o.need("code")
		list = append(list, care.Named{
			Code: once(code, code.code(), list, func(e care.Named) string { return e.Code }),
			Name: o.need("name").text(),
		})
	}
	return list
}
