package cases

import (
	"cmp"
	"context"
	"slices"

	"percorso/api/pages/cases/dates"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/lead"
	"percorso/internal/ledger"
)

// newLeads lists whom the caller may name, of the agencies that are at work on the case,
// as far as its page shows. Who really may is decided when they ask.
func newLeads(s *Place, ctx context.Context, who care.Staff, in asked, chosen string) ([]web.Option, error) {
	agencies := []string{who.Agency}
	for _, t := range in.file.Tasks {
		agencies = append(agencies, t.Agency)
	}
	for _, l := range in.file.Leads {
		if l.Until == nil {
			agencies = append(agencies, l.Agency)
		}
	}
	staff, err := s.Records.Colleagues(ctx, who)
	staff = slices.DeleteFunc(staff, func(o care.Staff) bool {
		is := slices.ContainsFunc(in.file.Leads, func(l ledger.Lead) bool { return l.Until == nil && l.ID == o.ID })
		return is || lead.Refuse(who, o) != "" || !slices.Contains(agencies, o.Agency) || in.file.Protection != nil && !isKeeper(in, o)
	})
	return web.Each(staff, func(o care.Staff) web.Option {
		return web.Option{Value: o.ID, Text: o.Name, Hint: italian.Upper(italian.Role(o.Role)) + ", " + present.AgencyName(in.rules.Policy, o.Agency) + ".", Chosen: o.ID == chosen}
	}), err
}

// watchers lists who may watch a day of a case: who may read its file. Who really may is
// decided when they ask.
func watchers(s *Place, ctx context.Context, who care.Staff, in asked, chosen string) ([]web.Option, error) {
	if chosen == "" && in.sent == nil {
		chosen = cmp.Or(dates.Watcher(in.file, in.beforehand.Get("date")), who.ID)
	}
	staff, err := s.Records.Colleagues(ctx, who)
	staff = slices.DeleteFunc(staff, func(o care.Staff) bool {
		return o.Role == care.MailSystem || !care.ReadsCases(o, in.rules.Policy) || in.file.Protection != nil && !isKeeper(in, o)
	})
	return web.Each(staff, func(o care.Staff) web.Option {
		return web.Option{Value: o.ID, Text: o.Name + " (" + italian.Role(o.Role) + ", " + present.AgencyName(in.rules.Policy, o.Agency) + ")", Chosen: o.ID == chosen}
	}), err
}
