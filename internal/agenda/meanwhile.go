package agenda

import "slices"

// Of a person whose case is suspended somebody says of each appointment and meeting that
// falls into the time whether it stays: what does not is moved or cancelled before.
const (
	Unsaid = "appointment_unsaid" // it stands, and nobody has said what becomes of it
	Fixing = "being_fixed"        // one is being fixed at this moment

	StandsStill = "case_suspended_then" // nothing new is fixed for a time at which the case stands still
)

// BeingFixed stands for an appointment that somebody asks for and that has no id yet.
const BeingFixed = ""

// MostKept is how many of them one suspension can keep.
const MostKept = 100

// Meanwhile says by which rule a case cannot be suspended that keeps these of what stands
// within the time; empty: it can. What is kept and stands no more is no matter.
func Meanwhile(stands, kept []string) string {
	unsaid := slices.DeleteFunc(slices.Clone(stands), func(id string) bool { return slices.Contains(kept, id) })
	switch {
	case slices.ContainsFunc(unsaid, func(id string) bool { return id != BeingFixed }):
		return Unsaid
	case len(unsaid) > 0:
		return Fixing
	}
	return ""
}
