package present

import (
	"slices"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
)

// Options lists what the zone offers.
func Options(list []care.Named, chosen string) []web.Option {
	return web.Each(list, func(n care.Named) web.Option {
		return web.Option{Value: n.Code, Text: n.Name, Chosen: n.Code == chosen}
	})
}

// NeedOptions lists the zone's areas of need.
func NeedOptions(p care.Policy, chosen []string) []web.Option {
	return web.Each(p.Needs, func(n care.NeedArea) web.Option {
		return web.Option{Value: n.Code, Text: n.Name, Chosen: slices.Contains(chosen, n.Code)}
	})
}

// PermitOptions lists the kinds of permit; the empty choice of the list is that none was shown.
func PermitOptions(chosen string) []web.Option {
	return web.Each(care.Permits, func(code string) web.Option {
		return web.Option{Value: code, Text: italian.Permit(code), Chosen: code == chosen}
	})
}

// StageOptions lists the stages at which a path may go on.
func StageOptions(stages []care.Stage, chosen string) []web.Option {
	return web.Each(stages, func(s care.Stage) web.Option {
		return web.Option{Value: string(s), Text: italian.Stage(s), Chosen: chosen == string(s)}
	})
}

// ClosureOutcomes are the outcomes of closure that people choose from.
func ClosureOutcomes(p care.Policy) []care.Named {
	return slices.DeleteFunc(slices.Clone(p.Outcomes), func(o care.Named) bool { return !care.ChosenOutcome(o.Code) })
}
