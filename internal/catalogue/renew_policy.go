package catalogue

import "percorso/internal/care"

// RenewPolicy brings the zone's new rules to an open case.
var RenewPolicy = Operation[None]{
	Facts:   Facts{Code: care.OpRenewPolicy, On: OnCase, Asks: []care.Role{care.Supervisor}, Path: "policy-renewal"},
	Example: noForm,
}
