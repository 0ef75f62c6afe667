// Package sayable turns an answer into one that JSON can say.
package sayable

import (
	"reflect"
	"time"
)

// The first and the last time that JSON can say.
var (
	firstSayable = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	lastSayable  = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
)

// Of is a copy of an answer whose times JSON can say. An earlier version let
// in times past the year 9999: whoever reads such a row sees that it is wrong and
// can mend it, and the other rows of a list are there all the same.
func Of(answer any) any { return copied(reflect.ValueOf(answer)).Interface() }

func copied(v reflect.Value) reflect.Value {
	if t, ok := v.Interface().(time.Time); ok {
		switch {
		case t.Year() > lastSayable.Year():
			t = lastSayable
		case t.Year() < firstSayable.Year():
			t = firstSayable
		}
		return reflect.ValueOf(t)
	}
	whole := reflect.New(v.Type()).Elem()
	whole.Set(v)
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			whole.Set(reflect.New(v.Type().Elem()))
			whole.Elem().Set(copied(v.Elem()))
		}
	case reflect.Interface:
		if !v.IsNil() {
			whole.Set(copied(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			whole.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				whole.Index(i).Set(copied(v.Index(i)))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				whole.Field(i).Set(copied(v.Field(i)))
			}
		}
	default: // holds no time
	}
	return whole
}
