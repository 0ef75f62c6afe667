package problem

import "regexp"

var fieldName = regexp.MustCompile(`^[a-z][a-z_]{0,40}$`)

// FieldIn is the path of a field. A name that does not look like one may be a
// value in the wrong place, and is not told.
func FieldIn(path, name string) string {
	switch {
	case !fieldName.MatchString(name):
		return path
	case path == "":
		return name
	}
	return path + "." + name
}
