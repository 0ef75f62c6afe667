package standalone

// Descendants lets tests outside of the package see which processes a launcher has.
func Descendants(pid int) []int { return descendants(pid) }
