// Package codes says which codes the answer of a process may hold.
package codes

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/completion"
	"percorso/internal/crossing"
)

// Check says what of an answer is no code of a closed list: the last look at
// what a process is given, after the checks of the form, and whatever they said.
// zones are the codes of all zones.
func Check(p care.Policy, zones []string, a care.Answer) []care.Fault {
	var f care.Faults
	code := func(field string, code care.Code, known func(string) bool) {
		f.Add(code == "" || known(string(code)), field, care.RuleUnknownCode)
	}
	each := func(field string, codes []care.Code, known func(string) bool) {
		for i, c := range codes {
			f.Add(known(string(c)), fmt.Sprintf("%s[%d]", field, i), care.RuleUnknownCode)
		}
	}
	agency := func(code string) bool { _, ok := p.Agency(code); return ok }
	service := func(code string) bool { _, ok := p.Service(code); return ok }
	area := func(code string) bool { return len(p.NeedAreas([]string{code})) == 1 }
	matter := func(code string) bool {
		return named(p.Matters, code) || slices.Contains(crossing.AllPurposes(p), code)
	}

	f.Add(a.Operation == "" || a.Operation == care.OpMailBounced || asked(a.Operation), "op", care.RuleUnknownCode)
	code("outcome", a.Outcome, taskOutcome)
	code("reason", a.Reason, func(code string) bool { return reason(p, code) })
	code("service", a.Service, service)
	code("matter", a.Matter, matter)
	code("measure", a.Measure, func(code string) bool { return named(p.Measures, code) })
	code("agency", a.Agency, agency)
	code("zone", a.Zone, func(code string) bool { return slices.Contains(zones, code) })
	f.Add(a.Stage == "" || slices.Contains(care.Stages, a.Stage), "stage", care.RuleUnknownCode)
	f.Add(a.Equipe == "" || slices.Contains(care.EquipeKinds, a.Equipe), "equipe", care.RuleUnknownCode)
	each("needs", a.Needs, area)
	each("routes", a.Routes, agency)
	each("agencies", a.Agencies, agency)
	each("left_out", a.LeftOut, agency)
	for i, v := range a.Votes {
		at := fmt.Sprintf("votes[%d].", i)
		f.Add(p.HasRole(v.Role), at+"role", care.RuleUnknownCode)
		code(at+"agency", v.Agency, agency)
		code(at+"outcome", v.Outcome, func(code string) bool {
			return slices.Contains([]string{care.Favourable, care.WithConditions, care.Dissenting}, code)
		})
	}
	for i, b := range a.Bookings {
		at := fmt.Sprintf("bookings[%d].", i)
		code(at+"service", b.Service, service)
		code(at+"matter", b.Matter, matter)
		f.Add(sensible(&b.At), at+"at", care.RuleImplausible)
	}
	f.Add(sensible(a.At), "at", care.RuleImplausible)
	f.Add(sensible(a.Until), "until", care.RuleImplausible)
	for field, id := range map[string]string{"run": a.Run, "case": a.Case} {
		f.Add(id == "" || runID.MatchString(id), field, care.RuleUnknownCode)
	}
	f.Add(a.Subject == "" || care.IsID(a.Subject), "subject", care.RuleUnknownCode)
	for i, id := range a.Runs {
		f.Add(runID.MatchString(id), fmt.Sprintf("runs[%d]", i), care.RuleUnknownCode)
	}
	return f
}

// runID is how the ids of runs are written.
var runID = regexp.MustCompile(`^[a-z-]{1,20}/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// sensible says whether a time is one that every list can show.
func sensible(t *time.Time) bool { return t == nil || t.Year() > 1800 && t.Year() < 2300 }

// asked says whether people ask for an operation.
func asked(code care.Operation) bool { _, known := catalogue.Of(code); return known }

func named(list []care.Named, code string) bool {
	_, ok := care.ByCode(list, code)
	return ok
}

// taskOutcome says whether some kind of task may end so.
func taskOutcome(code string) bool {
	return slices.ContainsFunc(completion.Forms, func(f completion.TaskForm) bool { _, ok := f.Outcome(code); return ok })
}

// reason says whether a code is a reason that people choose from anywhere: of a
// task's outcome, a rejection, a suspension, or an outcome of closure.
func reason(p care.Policy, code string) bool {
	if _, ok := p.RejectReason(code); ok || named(p.Outcomes, code) || slices.Contains(agenda.SuspendReasons, code) {
		return true
	}
	return slices.ContainsFunc(completion.Forms, func(f completion.TaskForm) bool {
		return slices.ContainsFunc(f.Outcomes, func(o completion.TaskOutcome) bool { return slices.Contains(o.Reasons, code) })
	})
}
