// Package fields reads what a form asks for off its Go type and tags.
package fields

import (
	"reflect"
	"strconv"
	"strings"
	"time"

	"percorso/internal/care"
)

// Field is a field of a form, as its Go type and tags say: what a page needs to
// ask for it.
//
//	from:"zones"      the codes to choose from are those of a List
//	ask:"moment"      of a time: the hour counts too
//	ask:"place"       of a time: it is that of a free place
//	ask:"seen"        what stood when the form was made: of two who send one the second is told
//	when:"stage=x"    it is asked for where another field has this code
type Field struct {
	Name     string // in JSON; empty: its own fields stand in the form itself
	Shape    Shape
	Required bool
	Max      int      // characters of a text; 0: no bound of its own
	Choices  []string // codes of a Choice that are always the same
	From     List     // the list of a Choice whose codes are not
	Several  bool     // the form takes a list of them; a page asks for one
	When     Condition
}

// Condition is that another field has a code; empty: none.
type Condition struct{ Field, Code string }

// Shape is how a field is filled in.
type Shape string

// The shapes that a page shows without knowing more of the operation.
const (
	Text        Shape = "text"        // one line
	Words       Shape = "words"       // free text of some length
	Choice      Shape = "choice"      // one code of a list
	Day         Shape = "day"         // a time for which a day is enough
	Date        Shape = "date"        // a day as a document has it
	Moment      Shape = "moment"      // a day and an hour
	Place       Shape = "place"       // a free place of those that another agency gives, or none
	Yes         Shape = "yes"         // a box to tick
	Boxes       Shape = "boxes"       // any of the codes of a list
	Appointment Shape = "appointment" // a service with its matter, a day and an hour
	Other       Shape = "other"       // no page can ask for it
	Seen        Shape = "seen"        // what stood when the form was made, which the page gives back
	Unasked     Shape = "-"           // programs alone send it: a page asks for the same in another way
)

// List is a list of codes to choose from which depends on the case, its zone or
// the day.
type List string

// The lists that forms choose from.
const (
	BeginStages     List = "stages"           // where a path can begin again
	EquipeKinds     List = "equipe_kinds"     // of the zone, but for those at work on the case
	PrivateMembers  List = "private_members"  // of these équipes, to whom the person has not consented
	ClosureOutcomes List = "closure_outcomes" // of the zone, that people choose
	ShownPermits    List = "shown_permits"    // what may be shown of a permit
	OtherZones      List = "other_zones"      // all but the case's own
	SamePerson      List = "same_person"      // other open case files that may be of the person

	// To whom and for what the person may consent, and from whom that may be withdrawn.
	ConsentAgencies   List = "consent_agencies"
	ConsentPurposes   List = "consent_purposes"
	ConsentedAgencies List = "consented_agencies"

	OwnColleagues   List = "own_colleagues"   // who may keep a protected person's file: of its agency, and supervisors
	OtherColleagues List = "other_colleagues" // of the zone's other agencies
	NewKeepers      List = "new_keepers"      // all of these who do not keep it
	Keepers         List = "keepers"          // who do
	OtherNeeds      List = "other_needs"      // areas that the case has not
	OwnNeeds        List = "own_needs"        // and those that it has
	Watchers        List = "watchers"         // who may watch a day of the case
	Dates           List = "dates"            // days of the case that are to be watched
	Leads           List = "leads"            // who may follow the case for their agency, but for those who do

	// Whose data of the person hold after a merge, with what either file says.
	EitherName        List = "either_name"
	EitherBirthDate   List = "either_birth_date"
	EitherCitizenship List = "either_citizenship"
	EitherPermit      List = "either_permit"
	EitherPhone       List = "either_phone"
	EitherFiscalCode  List = "either_fiscal_code"
	Signers           List = "signers" // who signs for the person
)

// longText is from how many characters on a text is asked for in an area.
const longText = 500

// Of lists the fields of a type of form, in its order.
func Of(form reflect.Type) []Field {
	var fields []Field
	for i := range form.NumField() {
		fields = append(fields, fieldOf(form.Field(i)))
	}
	return fields
}

func fieldOf(of reflect.StructField) Field {
	name, options, _ := strings.Cut(of.Tag.Get("json"), ",")
	f := Field{Name: name, Shape: Other, Required: options != "omitempty", From: List(of.Tag.Get("from"))}
	f.When.Field, f.When.Code, _ = strings.Cut(of.Tag.Get("when"), "=")
	f.Max, _ = strconv.Atoi(of.Tag.Get("maxLength"))
	switch {
	case of.Type == reflect.TypeFor[care.Booking]() && of.Anonymous:
		f.Shape = Appointment
	case of.Type == reflect.TypeFor[[]care.Booking]() && name != "":
		f.Shape, f.Several = Appointment, true
	case of.Anonymous || name == "":
		f.Name = of.Name
	case of.Type == reflect.TypeFor[time.Time](), of.Type == reflect.TypeFor[*time.Time]():
		f.Shape = Day
		if ask := of.Tag.Get("ask"); ask != "" {
			f.Shape = Shape(ask)
		}
	case of.Type == reflect.TypeFor[*care.Date]():
		f.Shape = Date
	case of.Tag.Get("ask") == string(Unasked):
		f.Shape = Unasked
	case of.Tag.Get("ask") == string(Seen):
		f.Shape, f.Several = Seen, of.Type.Kind() != reflect.String
	case of.Type == reflect.TypeFor[[]string]() && f.From != "":
		f.Shape, f.Several = Boxes, true
	case of.Type.Kind() == reflect.Bool: // which may be left as it is
		f.Shape, f.Required = Yes, false
	case of.Type.Kind() != reflect.String:
	case f.From != "":
		f.Shape = Choice
	case of.Tag.Get("enum") != "":
		f.Shape, f.Choices = Choice, strings.Split(of.Tag.Get("enum"), ",")
	case f.Max >= longText:
		f.Shape = Words
	default:
		f.Shape = Text
	}
	return f
}
