// Package several says which fields of forms hold more than one value.
package several

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"percorso/internal/care"
	"percorso/internal/catalogue"
)

// Takes says whether some form has a list of texts or codes by this name, as
// needs and languages: a page may send such a field more than once, with another
// value each time, and no other.
func Takes(name string) bool { return slices.Contains(lists, name) }

// lists are the names of the lists of texts in all forms.
var lists = func() (names []string) {
	for _, o := range catalogue.All {
		names = append(names, listsIn(o.Form())...)
	}
	return names
}()

// times are the types of fields that are one value, whatever they are made of.
var times = []reflect.Type{reflect.TypeFor[time.Time](), reflect.TypeFor[care.Date]()}

func listsIn(form reflect.Type) (names []string) {
	for _, f := range reflect.VisibleFields(form) {
		inside := f.Type
		switch {
		case inside.Kind() == reflect.Slice && inside.Elem().Kind() == reflect.String:
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			names = append(names, name)
			continue
		case inside.Kind() == reflect.Slice || inside.Kind() == reflect.Pointer:
			inside = inside.Elem()
		}
		if inside.Kind() == reflect.Struct && !f.Anonymous && !slices.Contains(times, inside) {
			names = append(names, listsIn(inside)...)
		}
	}
	return names
}
