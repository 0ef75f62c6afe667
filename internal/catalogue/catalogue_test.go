package catalogue_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/deploy"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/catalogue/codes"
	fieldsof "percorso/internal/catalogue/fields"
	"percorso/internal/completion"
	"percorso/internal/crossing"
	"percorso/internal/testclock"
	"percorso/internal/zone"
)

func TestEveryOperationHasItsPlace(t *testing.T) {
	codes, addresses := map[care.Operation]bool{}, map[string]bool{}
	for _, o := range catalogue.All {
		facts := o.About()
		require.False(t, codes[facts.Code], "%s twice", facts.Code)
		codes[facts.Code] = true
		require.NotEmpty(t, facts.Path, facts.Code)
		for _, address := range []string{"path " + facts.Path, "page " + facts.Slug} {
			if facts.On == catalogue.OnCase && address != "page " {
				require.False(t, addresses[address], "%s twice", address)
				addresses[address] = true
			}
		}
		found, ok := catalogue.Of(facts.Code)
		require.True(t, ok)
		require.Equal(t, facts.Path, found.Path)
	}
	_, ok := catalogue.Of(care.OpClock)
	require.False(t, ok, "nobody asks for it")
}

// What is asked for keeps its form: it is stored as JSON, and reads as it was.
func TestACommandKeepsItsForm(t *testing.T) {
	const id = "0190f0f0-0000-7000-8000-000000000001"
	until := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	form := agenda.SuspendForm{Until: &until, Reason: "abroad", Note: "Prova"}
	c := catalogue.Suspend.Command("key", id, form)
	require.Equal(t, "case/"+id, c.Run)
	require.Equal(t, care.OpSuspend, c.Answer.Operation)
	require.Equal(t, &until, c.Answer.Until)
	kept, err := catalogue.Suspend.Decode(c.Data)
	require.NoError(t, err)
	require.Equal(t, form, kept)
	again, err := catalogue.Suspend.Read("key", id, c.Data)
	require.NoError(t, err)
	require.Equal(t, c.NewCommand, again.NewCommand)
	_, err = catalogue.Suspend.Read("key", id, json.RawMessage(`{"until": 3}`))
	require.Error(t, err)

	require.Nil(t, catalogue.Resume.Command("key", id, catalogue.None{}).Data, "no form at all")
	require.Equal(t, json.RawMessage(`{}`), catalogue.WithdrawConsent.Command("key", id, crossing.WithdrawalForm{}).Data, "a form with nothing in it")
	require.Equal(t, "equipe/"+id, catalogue.Minutes.Command("key", id, catalogue.MinutesForm{}).Run)
	moved := catalogue.Accept.Command("key", id, catalogue.ReferralMoveForm{Reason: "Prova"}).InRun("referral/" + id)
	require.Equal(t, []string{id, "referral/" + id}, []string{moved.Target, moved.Run})
	require.Equal(t, care.OpAccept, moved.Answer.Operation)
}

// Every operation has an example, which is right in every zone and whatever the
// chances: the random walks play it. One without stops this test.
func TestExamplesAreRight(t *testing.T) {
	const id = "0190f0f0-0000-7000-8000-000000000001"
	policies, err := zone.Load(deploy.Zones())
	require.NoError(t, err)
	var zones []string
	for _, p := range policies {
		zones = append(zones, p.Zone)
	}
	for _, policy := range policies {
		for seed := range uint64(20) {
			world := catalogue.World{
				Policy: policy, Now: testclock.Monday, Rand: rand.New(rand.NewPCG(seed, 1)), Zones: zones,
				Seen: func(agency, purpose string) string { return agency + purpose }, SamePerson: func() string { return id },
			}
			around := catalogue.Around{Policy: policy, Now: world.Now, Zones: zones}
			for _, o := range catalogue.All {
				if o.About().Code == care.OpComplete {
					continue // below, for each kind of task
				}
				c := o.Any(id, world)
				require.Empty(t, c.Check(around), "%s in %s: %s", c.Operation, policy.Zone, c.Data)
				require.Empty(t, codes.Check(policy, zones, c.Answer), c.Operation)
			}
			for _, form := range completion.Forms {
				world.Task, around.Task = form.Kind, form.Kind
				c := catalogue.Complete.Any(id, world)
				if form.Kind != care.ReferralAnswer { // which is answered by the moves
					require.Empty(t, c.Check(around), "%s in %s: %s", form.Kind, policy.Zone, c.Data)
				}
				for _, outcome := range form.Outcomes {
					require.Empty(t, catalogue.Complete.Command("", id, world.Completion(outcome)).Check(around), "%s as %s", form.Kind, outcome.Code)
				}
			}
		}
	}
}

// Blanks are no text: where one is asked for they are refused as if nothing were there.
func TestBlanksSayNothing(t *testing.T) {
	policies, err := zone.Load(deploy.Zones())
	require.NoError(t, err)
	world := catalogue.World{Policy: policies[0], Now: testclock.Monday, Rand: rand.New(rand.NewPCG(1, 1)), Zones: []string{policies[0].Zone, "altrove"},
		Seen: func(agency, purpose string) string { return agency + purpose }, SamePerson: uuid.NewString}
	around, asked := catalogue.Around{Policy: world.Policy, Now: world.Now, Zones: world.Zones}, 0
	for _, o := range catalogue.All {
		if o.Form() == nil || o.About().Code == care.OpComplete {
			continue
		}
		for _, field := range fieldsof.Of(o.Form()) {
			if field.Shape != fieldsof.Words || !field.Required {
				continue
			}
			with := func(text string) []care.Fault {
				var form map[string]any
				require.NoError(t, json.Unmarshal(o.Any(uuid.NewString(), world).Data, &form))
				form[field.Name] = text
				data, err := json.Marshal(form)
				require.NoError(t, err)
				faults, err := catalogue.Check(o.About().Code, data, around)
				require.NoError(t, err)
				return faults
			}
			require.NotEmpty(t, with(""), "%s of %s", field.Name, o.About().Code)
			require.Equal(t, with(""), with(" \n "), "%s of %s", field.Name, o.About().Code)
			asked++
		}
	}
	require.Greater(t, asked, 10)
}

func TestFieldsFollowFromTheForm(t *testing.T) {
	require.Equal(t, []fieldsof.Field{
		{Name: "until", Shape: fieldsof.Day, Required: true},
		{Name: "reason", Shape: fieldsof.Choice, Required: true, Choices: agenda.SuspendReasons},
		{Name: "note", Shape: fieldsof.Words, Max: 4000},
		{Name: "circle", Shape: fieldsof.Choice, Choices: []string{"social", "equipe", "agency"}}, {Name: "kept", Shape: fieldsof.Unasked}, {Name: "tell", Shape: fieldsof.Unasked},
	}, fieldsof.Of(reflect.TypeFor[agenda.SuspendForm]()))
	require.Equal(t, []fieldsof.Field{
		{Shape: fieldsof.Appointment, Required: true}, {Name: "beyond", Shape: fieldsof.Choice, Choices: agenda.BeyondWhys}, {Name: "joins", Shape: fieldsof.Unasked}, {Name: "note", Shape: fieldsof.Words, Max: 4000},
	}, fieldsof.Of(reflect.TypeFor[catalogue.BookingForm]()))
	require.Equal(t, []fieldsof.Field{
		{Name: "stage", Shape: fieldsof.Choice, Required: true, From: fieldsof.BeginStages},
		{Name: "bookings", Shape: fieldsof.Appointment, Several: true, When: fieldsof.Condition{Field: "stage", Code: "second_level"}},
		{Name: "beyond", Shape: fieldsof.Choice, Choices: agenda.BeyondWhys, When: fieldsof.Condition{Field: "stage", Code: "second_level"}},
		{Name: "note", Shape: fieldsof.Words, Required: true, Max: 4000},
	}, fieldsof.Of(reflect.TypeFor[catalogue.ReopenForm]()))
	require.Equal(t, []fieldsof.Field{
		{Name: "permit", Shape: fieldsof.Choice, Required: true, From: fieldsof.ShownPermits}, {Name: "permit_expiry", Shape: fieldsof.Date},
		{Name: "note", Shape: fieldsof.Words, Max: 4000}, {Name: "seen", Shape: fieldsof.Seen, Max: 100},
	}, fieldsof.Of(reflect.TypeFor[catalogue.PermitForm]()))
	require.Empty(t, fieldsof.Of(catalogue.Resume.Form()))
}

// The page of an operation on a case follows from its form, so a page can ask for
// each of its fields.
func TestPagesCanAskForEveryField(t *testing.T) {
	times := []fieldsof.Shape{fieldsof.Moment, fieldsof.Appointment}
	shapes := []fieldsof.Shape{
		fieldsof.Text, fieldsof.Words, fieldsof.Choice, fieldsof.Day, fieldsof.Date, fieldsof.Moment, fieldsof.Yes, fieldsof.Appointment,
		fieldsof.Boxes, fieldsof.Seen, fieldsof.Unasked, fieldsof.Place,
	}
	for _, o := range catalogue.All {
		facts, fields := o.About(), fieldsof.Of(o.Form())
		if facts.On != catalogue.OnCase || facts.Slug == "" {
			continue
		}
		require.NotNil(t, facts.Offered, "%s: when its page is offered", facts.Code)
		dayAndHour := 0
		for _, f := range fields {
			require.Contains(t, shapes, f.Shape, "%s: %s", facts.Code, f.Name)
			if slices.Contains(times, f.Shape) {
				dayAndHour++
			}
			if f.When.Field != "" {
				require.True(t, slices.ContainsFunc(fields, func(o fieldsof.Field) bool { return o.Name == f.When.Field && o.From != "" }), "%s: %s", facts.Code, f.Name)
			}
		}
		require.LessOrEqual(t, dayAndHour, 1, "%s: days with hours on one page", facts.Code)
	}
}

func TestWhoMayAsk(t *testing.T) {
	require.True(t, catalogue.MayAsk(care.SocialWorker, care.OpSuspend))
	require.False(t, catalogue.MayAsk(care.CPIOperator, care.OpSuspend))
	require.True(t, catalogue.MayAsk(care.CPIOperator, care.OpMeet), "whoever is at work on the case")
	require.False(t, catalogue.Extend.MayAsk(care.SocialWorker))
	for _, o := range catalogue.All {
		require.False(t, o.About().MayAsk(care.MailSystem), "%s: a program that reports mails", o.About().Code)
	}
}
