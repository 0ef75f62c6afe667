package postgrestest

import (
	"percorso/deploy"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/zone"
)

// Zones are the delivered zones, but for when their services receive: always, by the
// second, and many people side by side. So a test may book at whatever moment it plays.
func Zones() ([]care.Policy, error) {
	policies, err := zone.Load(deploy.Zones())
	for z := range policies {
		p := &policies[z]
		p.Version += "-by-the-second" // they are other rules than those delivered
		for i := range p.Services {
			p.Services[i].Sessions = []care.Session{{Days: care.Weekdays, From: "00:00", To: "24:00", Seconds: 1, Places: 1000, Mode: agenda.InPerson}}
			if p.Services[i].Code == p.CPI() {
				p.Services[i].Sessions[0].PUA = 500 // for those who are sent there
			}
		}
	}
	return policies, err
}
