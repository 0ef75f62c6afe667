package cases

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"percorso/api/pages/cases/dates"
	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/actors"
	"percorso/internal/care"
	"percorso/internal/catalogue/fields"
	"percorso/internal/crossing"
	"percorso/internal/eligibility"
	"percorso/internal/italian"
	"percorso/internal/italian/known"
	"percorso/internal/kin"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/protection"
	"percorso/internal/sole"
)

// lists make the choices of the lists that forms name; chosen is what was chosen
// before.
var lists = map[fields.List]func(s *Place, ctx context.Context, who care.Staff, in asked, chosen string) ([]web.Option, error){
	fields.BeginStages: func(_ *Place, _ context.Context, _ care.Staff, in asked, chosen string) ([]web.Option, error) {
		if in.sent == nil {
			chosen = string(in.file.LastStage)
		}
		return present.StageOptions(care.BeginStages, chosen), nil
	},
	fields.EquipeKinds: func(_ *Place, _ context.Context, _ care.Staff, in asked, chosen string) ([]web.Option, error) {
		return freeEquipes(in, chosen), nil
	},
	fields.PrivateMembers: func(_ *Place, _ context.Context, _ care.Staff, in asked, _ string) ([]web.Option, error) {
		return privateMembers(in, freeEquipes(in, "")), nil
	},
	fields.ClosureOutcomes: func(_ *Place, _ context.Context, _ care.Staff, in asked, chosen string) ([]web.Option, error) {
		return present.Options(present.ClosureOutcomes(in.rules.Policy), chosen), nil
	},
	fields.ShownPermits: func(_ *Place, _ context.Context, _ care.Staff, _ asked, chosen string) ([]web.Option, error) {
		return shownPermits(chosen), nil
	},
	fields.OtherZones: func(s *Place, ctx context.Context, who care.Staff, _ asked, chosen string) ([]web.Option, error) {
		zones, err := s.Records.Zones(ctx)
		zones = slices.DeleteFunc(zones, func(p care.Policy) bool { return p.Zone == who.Zone })
		return web.Each(zones, func(p care.Policy) web.Option {
			return web.Option{Value: p.Zone, Text: p.Municipality, Chosen: p.Zone == chosen}
		}), err
	},
	fields.SamePerson: func(s *Place, ctx context.Context, who care.Staff, in asked, chosen string) ([]web.Option, error) {
		files, err := s.Records.MergeCandidates(ctx, who, in.file.ID)
		return web.Each(files, func(file ledger.CaseFile) web.Option {
			return web.Option{
				Value: file.ID, Text: message.Say("case_pages.person_and_case", "Person", file.Person, "Number", file.Number), Chosen: file.ID == chosen,
				Hint: sentences(message.Say("case_acts.same_person", "Stage", italian.Stage(file.Stage), "Opened", italian.Dated("", file.Opened.In(italian.Rome))), toldApart(file), unitesWith(file.Known)),
			}
		}), err
	},
	fields.ConsentAgencies: func(_ *Place, _ context.Context, _ care.Staff, in asked, chosen string) ([]web.Option, error) {
		return agencyOptions(crossing.Independent(in.rules.Policy), chosen), nil
	},
	fields.ConsentPurposes: func(_ *Place, _ context.Context, _ care.Staff, in asked, chosen string) ([]web.Option, error) {
		return web.Each(crossing.AllPurposes(in.rules.Policy), func(code string) web.Option {
			return web.Option{Value: code, Text: italian.Upper(present.ConsentPurpose(in.rules.Policy, code)), Chosen: code == chosen}
		}), nil
	},
	fields.ConsentedAgencies: func(_ *Place, _ context.Context, _ care.Staff, in asked, chosen string) ([]web.Option, error) {
		all := web.Option{Text: message.Say("case_acts.all_private"), Chosen: chosen == ""}
		return append(agencyOptions(in.file.MayWithdrawFrom(in.rules.Policy), chosen), all), nil
	},
	fields.OwnColleagues:   colleaguesWho(func(who care.Staff, _ asked, s care.Staff) bool { return keepsFile(who, s) }),
	fields.OtherColleagues: colleaguesWho(func(who care.Staff, _ asked, s care.Staff) bool { return !keepsFile(who, s) }),
	fields.NewKeepers:      colleaguesWho(func(_ care.Staff, in asked, s care.Staff) bool { return !isKeeper(in, s) }),
	fields.Keepers:         colleaguesWho(func(_ care.Staff, in asked, s care.Staff) bool { return isKeeper(in, s) }),
	fields.OtherNeeds: func(_ *Place, _ context.Context, _ care.Staff, in asked, chosen string) ([]web.Option, error) {
		return needOptions(in, false, chosen), nil
	},
	fields.OwnNeeds: func(_ *Place, _ context.Context, _ care.Staff, in asked, chosen string) ([]web.Option, error) {
		return needOptions(in, true, chosen), nil
	},
	fields.Leads:    newLeads,
	fields.Watchers: watchers,
	fields.Dates: func(s *Place, _ context.Context, _ care.Staff, in asked, chosen string) ([]web.Option, error) {
		return dates.Options(in.file, s.Now(), chosen), nil
	},
	fields.EitherName:        makesEither(nameOf),
	fields.EitherBirthDate:   makesEither(birthDateOf),
	fields.EitherCitizenship: makesEither(parts.CitizenOf),
	fields.EitherPermit:      makesEither(present.Permit),
	fields.EitherPhone:       makesEither(phoneOf),
	fields.EitherFiscalCode:  makesEither(fiscalCodeOf),
	fields.Signers:           signersOf,
}

// signersOf are those who sign for the person, and the person where they do so themself; nobody
// where that is the person alone.
func signersOf(s *Place, _ context.Context, _ care.Staff, in asked, chosen string) (options []web.Option, _ error) {
	p := in.file.PersonData
	if kin.MaySign(p.Linked, eligibility.Adult(p.BirthDate, p.YearOnly, s.Now()), "") == "" {
		options = append(options, web.Option{Text: message.Say("case_acts.person_herself"), Chosen: chosen == ""})
	}
	for _, k := range p.Linked {
		if kin.MaySign(p.Linked, false, k.Name) == "" {
			options = append(options, web.Option{Value: k.Name, Text: known.Person(k), Chosen: k.Name == chosen})
		}
	}
	if len(options) == 1 && options[0].Value == "" {
		return nil, nil // there is nothing to choose
	}
	return options, nil
}

// toldApart says of a file that somebody took its person for somebody else.
func toldApart(file ledger.CaseFile) string {
	if file.Apart {
		return message.Say("case_acts.told_apart")
	}
	return ""
}

// needOptions are the areas of need of the zone that the case has, or has not.
func needOptions(in asked, has bool, chosen string) (options []web.Option) {
	for _, n := range in.rules.Needs {
		if slices.Contains(in.file.Needs, n.Code) == has {
			options = append(options, web.Option{Value: n.Code, Text: n.Name, Chosen: n.Code == chosen})
		}
	}
	return options
}

// folded are the lists of which one sees the choices only when one opens them:
// the long ones.
var folded = []fields.List{fields.ClosureOutcomes, fields.ShownPermits, fields.OtherZones, fields.ConsentPurposes, fields.Watchers}

// colleaguesWho makes a list of those of the zone's staff who fit, without the caller but
// where somebody says of themselves that they stop.
func colleaguesWho(fit func(who care.Staff, in asked, s care.Staff) bool) func(*Place, context.Context, care.Staff, asked, string) ([]web.Option, error) {
	return func(s *Place, ctx context.Context, who care.Staff, in asked, chosen string) ([]web.Option, error) {
		staff, err := s.Records.Colleagues(ctx, who)
		staff = slices.DeleteFunc(staff, func(o care.Staff) bool {
			return !protection.MayKeep(o.Role) || actors.Same(o, who) && !isKeeper(in, o) || !fit(who, in, o)
		})
		return web.Each(staff, func(o care.Staff) web.Option {
			return web.Option{Value: o.ID, Text: o.Name, Hint: italian.Upper(italian.Role(o.Role)) + ", " + present.AgencyName(in.rules.Policy, o.Agency) + ".", Chosen: o.ID == chosen}
		}), err
	}
}

// keepsFile says whether somebody is of the agency of who protects, which keeps the file,
// or supervises the zone.
func keepsFile(who, s care.Staff) bool { return s.Agency == who.Agency || s.Role == care.Supervisor }

func isKeeper(in asked, s care.Staff) bool {
	return in.file.Protection != nil && slices.ContainsFunc(in.file.Protection.Keepers, func(k ledger.Keeper) bool { return k.ID == s.ID })
}

// listsFor makes the lists that the form of an action chooses from.
func (s *Place) listsFor(ctx context.Context, who care.Staff, a action, in asked) (map[fields.List][]web.Option, error) {
	found := map[fields.List][]web.Option{}
	for _, f := range a.fields {
		if f.From == "" {
			continue
		}
		options, err := lists[f.From](s, ctx, who, in, cmp.Or(in.sent.Get(f.Name), in.beforehand.Get(f.Name)))
		if err != nil {
			return nil, err
		}
		found[f.From] = options
	}
	return found, nil
}

func agencyOptions(agencies []care.Agency, chosen string) []web.Option {
	return web.Each(agencies, func(a care.Agency) web.Option {
		return web.Option{Value: a.Code, Text: a.Name, Chosen: a.Code == chosen}
	})
}

// freeEquipes are the zone's kinds of équipe of which none is at work.
func freeEquipes(in asked, chosen string) (kinds []web.Option) {
	stands := in.file.Standing(in.rules.Policy)
	for _, e := range in.rules.Equipes {
		if stands.Second(ledger.CaseRun(in.file.ID), care.Answer{Operation: care.OpConvene, Equipe: e.Kind}, sole.ShownPermit{}) != nil {
			continue
		}
		roles := strings.Join(web.Each(e.Seats, func(seat care.SeatRule) string { return italian.Role(seat.Role) }), ", ")
		kinds = append(kinds, web.Option{
			Value: string(e.Kind), Text: italian.Upper(italian.EquipeKind(e.Kind)), Hint: italian.Upper(roles) + ".", Chosen: chosen == string(e.Kind),
		})
	}
	return kinds
}

// privateMembers are those whom kinds of équipe invite and whom the person has not
// consented to.
func privateMembers(in asked, kinds []web.Option) []web.Option {
	var agencies []care.Agency
	for _, kind := range kinds {
		agencies = append(agencies, in.file.Unasked(in.rules.Policy, care.EquipeKind(kind.Value), in.today)...)
	}
	slices.SortFunc(agencies, func(a, b care.Agency) int { return strings.Compare(a.Code, b.Code) })
	return web.Each(slices.Compact(agencies), func(a care.Agency) web.Option {
		return web.Option{Value: a.Code, Text: a.Name, Chosen: slices.Contains(in.sent["consents"], a.Code)}
	})
}

// freeServices are the services, with their matters, that are not under way.
func freeServices(in asked) []web.OptionGroup {
	stands := in.file.Standing(in.rules.Policy)
	groups := parts.ServiceOptions(in.rules.Policy, in.sent.Get(serviceID))
	for i := range groups {
		groups[i].Options = slices.DeleteFunc(groups[i].Options, func(o web.Option) bool {
			service, matter, _ := strings.Cut(o.Value, "/")
			booking := care.Answer{Operation: care.OpBook, Bookings: []care.Booking{{Service: care.Code(service), Matter: care.Code(matter)}}}
			return stands.Second(ledger.CaseRun(in.file.ID), booking, sole.ShownPermit{}) != nil
		})
	}
	return slices.DeleteFunc(groups, func(g web.OptionGroup) bool { return len(g.Options) == 0 })
}

// shownPermits lists what a person may show: the receipt first, which is what
// most come with.
func shownPermits(chosen string) []web.Option {
	all := present.PermitOptions(chosen)
	i := slices.IndexFunc(all, func(o web.Option) bool { return o.Value == care.PermitRequested })
	receipt := all[i]
	list := append([]web.Option{receipt}, slices.Delete(all, i, i+1)...)
	for j := range list[1:] {
		list[j+1].Text = message.Say("case_acts.new_permit", "Permit", strings.ToLower(list[j+1].Text))
	}
	return list
}
