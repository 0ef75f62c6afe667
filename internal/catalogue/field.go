package catalogue

import (
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Field is a field of a form, as its Go type and tags say: what a page needs to
// ask for it.
type Field struct {
	Name     string // in JSON
	Shape    Shape
	Required bool
	Max      int      // characters of a text; 0: no bound of its own
	Choices  []string // codes, of a Choice
}

// Shape is how a field is filled in.
type Shape string

// The shapes that a page shows without knowing more of the operation.
const (
	Text   Shape = "text"   // one line
	Words  Shape = "words"  // free text of some length
	Choice Shape = "choice" // one code of a list
	Day    Shape = "day"
	Yes    Shape = "yes"   // a box to tick
	Other  Shape = "other" // it takes more than one field; the page shows it in a way of its own
)

// longText is from how many characters on a text is asked for in an area.
const longText = 500

// FieldsOf lists the fields of a type of form, in its order.
func FieldsOf(form reflect.Type) []Field {
	var fields []Field
	for i := range form.NumField() {
		of := form.Field(i)
		name, options, _ := strings.Cut(of.Tag.Get("json"), ",")
		if of.Anonymous || name == "" {
			fields = append(fields, Field{Name: of.Name, Shape: Other})
			continue
		}
		f := Field{Name: name, Shape: Other, Required: options != "omitempty"}
		f.Max, _ = strconv.Atoi(of.Tag.Get("maxLength"))
		switch {
		case of.Type == reflect.TypeFor[time.Time](), of.Type == reflect.TypeFor[*time.Time]():
			f.Shape = Day
		case of.Type.Kind() == reflect.Bool: // which may be left as it is
			f.Shape, f.Required = Yes, false
		case of.Type.Kind() != reflect.String:
		case of.Tag.Get("enum") != "":
			f.Shape, f.Choices = Choice, strings.Split(of.Tag.Get("enum"), ",")
		case f.Max >= longText:
			f.Shape = Words
		default:
			f.Shape = Text
		}
		fields = append(fields, f)
	}
	return fields
}
