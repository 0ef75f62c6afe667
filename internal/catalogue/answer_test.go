package catalogue

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
)

// What an operation does not take is refused, and would not reach its process.
func TestOperationsTakeWhatIsTheirs(t *testing.T) {
	around := Around{Policy: care.Policy{
		Agencies: []care.Agency{{Code: "cpi", Answers: care.CPIOperator}}, RejectReasons: []care.RejectReason{{Code: "wrong_office"}},
		Roles: []care.RoleHolder{{Role: care.SocialWorker, Agency: "cpi"}},
	}, Now: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)}
	for op, move := range Moves {
		c := move.Command("k", "", ReferralMoveForm{Reason: "Anna Prova 0001", Agency: "Anna Prova 0001", Note: "x"})
		reason, agency := care.Fault{Field: "reason", Rule: care.RuleNotAllowed}, care.Fault{Field: "agency", Rule: care.RuleNotAllowed}
		if op == care.OpReject {
			reason.Rule = care.RuleReason
		}
		if op == care.OpRedirect {
			agency.Rule = care.RuleUnknownCode
		}
		require.Contains(t, c.Check(around), reason, op)
		require.Contains(t, c.Check(around), agency, op)
		require.Equal(t, op == care.OpReject, c.Answer.Reason != "", op)
		require.Equal(t, op == care.OpRedirect, c.Answer.Agency != "", op)
	}
	first, last := care.DateOf(around.Now), care.DateOf(around.Now.AddDate(0, 6, 0))
	require.Equal(t, last.Time(), Accept.Command("k", "", ReferralMoveForm{Starts: first, Ends: last}).Answer.Until)
	require.Equal(t, first.Time(), Accept.Command("k", "", ReferralMoveForm{Starts: first}).Answer.Until)
	require.Nil(t, Accept.Command("k", "", ReferralMoveForm{}).Answer.Until)
	require.Equal(t, []care.Fault{{Field: "ends", Rule: care.RuleReversed}}, Accept.Command("k", "", ReferralMoveForm{Starts: last, Ends: first}).Check(around))
	require.Contains(t, Withdraw.Command("k", "", ReferralMoveForm{Starts: first}).Check(around), care.Fault{Field: "starts", Rule: care.RuleNotAllowed})
	until := around.Now.AddDate(0, 0, 1)
	form := Assignment{Role: care.SocialWorker, Until: &until}
	role, term := care.Fault{Field: "role", Rule: care.RuleNotAllowed}, care.Fault{Field: "until", Rule: care.RuleNotAllowed}
	require.Equal(t, []care.Fault{term}, Reassign.Command("k", "", form).Check(around))
	require.Equal(t, []care.Fault{role}, Extend.Command("k", "", form).Check(around))
	remind := Remind.Command("k", "", form)
	require.Equal(t, []care.Fault{role, term}, remind.Check(around))
	require.Equal(t, care.Answer{Operation: care.OpRemind}, remind.Answer)
}

// Every form with a date says what it means, and has it checked.
func TestEveryDateOfAFormIsChecked(t *testing.T) {
	around := Around{Now: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)}
	last := `"9999-12-31T23:59:59-23:59"` // the year 10000 in UTC
	dated := 0
	for _, known := range All {
		for name, whole := range datesIn(known.Form(), last) {
			if known.About().Code == care.OpComplete {
				around.Task = care.Measure
			}
			c, err := known.Read("k", "", json.RawMessage(whole))
			require.NoError(t, err, "%s: %s", known.About().Code, whole)
			faults := c.Check(around)
			if known.About().Code == care.OpComplete { // whose outcome is asked for first
				faults = care.Faults{}
				form, err := Complete.Decode(json.RawMessage(whole))
				require.NoError(t, err)
				(*care.Faults)(&faults).Dates(form.Dates(care.Measure), around.Now)
			}
			require.True(t, slices.ContainsFunc(faults, func(f care.Fault) bool {
				return strings.EqualFold(f.Field, name) && slices.Contains([]string{care.RuleTooFar, care.RuleImplausible, care.RuleInTheFuture, care.RuleNotAllowed}, f.Rule)
			}), "%s of %s: %v", name, known.About().Code, faults)
			stored, err := known.DatesIn(json.RawMessage(whole), care.Measure)
			require.NoError(t, err)
			if !slices.Contains([]care.Operation{care.OpReassign, care.OpRemind}, known.About().Code) { // which take none
				require.NotEmpty(t, stored, "%s of %s under lock", name, known.About().Code)
			}
			dated++
		}
	}
	require.GreaterOrEqual(t, dated, 17, "dates of forms")
}

// datesIn gives for each date of a form its path, and the form with that alone.
func datesIn(form reflect.Type, value string) map[string]string {
	found := map[string]string{}
	var walk func(t reflect.Type, path, before, after string)
	walk = func(t reflect.Type, path, before, after string) {
		if t == reflect.TypeFor[time.Time]() {
			found[strings.TrimPrefix(path, ".")] = before + value + after
			return
		}
		if t == reflect.TypeFor[care.Date]() {
			found[strings.TrimPrefix(path, ".")] = before + `"9999-12-31"` + after
			return
		}
		switch t.Kind() {
		case reflect.Pointer:
			walk(t.Elem(), path, before, after)
		case reflect.Slice:
			walk(t.Elem(), path+"[0]", before+"[", "]"+after)
		case reflect.Struct:
			for i := range t.NumField() {
				field := t.Field(i)
				name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				switch {
				case field.Anonymous:
					walk(field.Type, path, before, after)
				case name == "" && field.IsExported():
					name = field.Name
					fallthrough
				default:
					walk(field.Type, path+"."+name, before+`{"`+name+`":`, "}"+after)
				}
			}
		}
	}
	walk(form, "", "", "")
	return found
}

// Who was never told of an appointment had a good reason to miss it: the process, which counts
// the absences without one, hears that, and the form keeps what was said.
func TestASummonsThatWasNotReceivedDoesNotCount(t *testing.T) {
	c := Complete.Command("key", "", care.Completion{Outcome: care.NoShow, Reason: agenda.NoSummons})
	require.EqualValues(t, care.GoodReason, c.Answer.Reason)
	require.Contains(t, string(c.Data), agenda.NoSummons)
	require.True(t, agenda.Excused(c.Answer.Reason))
}
