package workflows_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/deploy"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/catalogue/fields"
	"percorso/internal/completion"
	"percorso/internal/usual"
	"percorso/internal/zone"
	"percorso/worker"
)

// printLists says that the lists in docs/processes.md are to be printed anew:
// go test ./workflows -run TestListsAreThoseOfTheCatalogue -print-lists.
var printLists = flag.Bool("print-lists", false, "print the lists in docs/processes.md anew")

const processes = "../docs/processes.md"

// Who looks up a code finds it in the guide to the processes.
func TestProcessesAreDocumented(t *testing.T) {
	text, err := os.ReadFile(processes)
	require.NoError(t, err)
	for _, stage := range care.Stages {
		require.Contains(t, string(text), "`"+string(stage)+"`")
	}
	for _, outcome := range care.ClosureOutcomes {
		require.Contains(t, string(text), "`"+outcome+"`")
	}
	for _, move := range care.ReferralMoves { // in the diagram
		for _, from := range move.From {
			require.Regexp(t, string(from)+" --> "+string(move.To)+": "+string(move.Operation), string(text))
		}
	}
	all := &registered{}
	worker.Register(all)
	for _, process := range all.names {
		require.Contains(t, string(text), "## "+process+"\n")
	}
}

// The lists of tasks, clocks and operations say what the code says.
func TestListsAreThoseOfTheCatalogue(t *testing.T) {
	written, err := os.ReadFile(processes)
	require.NoError(t, err)
	lists := map[string]string{"tasks": listOfTasks(t), "clocks": listOfClocks(t), "operations": listOfOperations()}
	place := regexp.MustCompile(`(?s)<!-- printed: (\w+) -->\n.*?<!-- end -->`)
	printed := place.ReplaceAllStringFunc(string(written), func(found string) string {
		name := place.FindStringSubmatch(found)[1]
		list := lists[name]
		require.NotEmpty(t, list, name)
		delete(lists, name)
		return "<!-- printed: " + name + " -->\n" + list + "<!-- end -->"
	})
	require.Empty(t, lists, "lists that have no place")
	if *printLists {
		require.NoError(t, os.WriteFile(processes, []byte(printed), 0o644))
		return
	}
	require.Equal(t, printed, string(written), "run: go test ./workflows -run TestListsAreThoseOfTheCatalogue -print-lists")
}

// inWords makes words of a code, or of the name of a field in Go.
func inWords(code string) string {
	between := regexp.MustCompile(`([a-z])([A-Z])`)
	return strings.ToLower(strings.ReplaceAll(between.ReplaceAllString(code, "$1 $2"), "_", " "))
}

func quoted(codes ...string) string { return "`" + strings.Join(codes, "`, `") + "`" }

// row is a line of a table.
func row(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

// doers says who does the kinds of task that no role has everywhere.
var doers = map[care.TaskKind]string{
	care.ConfirmAppointment: "the service's role", care.Interview: "the service's role", care.Assessment: "the service's role", care.FollowPractice: "the service's role",
	care.EquipeInvitation: "each role of the équipe", care.EquipeOpinion: "who confirmed", care.PlanSignOff: "who spoke",
	care.ReferralAnswer: "the addressee's role", care.ReferralOutcome: "the addressee's role", care.GoalEvaluation: "every other agency of the plan",
}

func listOfTasks(t *testing.T) string {
	list := row("task", "who", "outcomes") + row("---", "---", "---")
	for _, k := range usual.TaskKinds {
		who := inWords(string(k.Role))
		if k.Role == "" {
			who = doers[k.Kind]
		}
		require.NotEmpty(t, who, k.Kind)
		form, _ := completion.FormOf(k.Kind)
		var outcomes []string
		for _, o := range form.Outcomes {
			var asked []string
			for _, f := range o.Requires {
				asked = append(asked, inWords(string(f)))
			}
			for _, f := range o.Takes {
				asked = append(asked, "["+inWords(string(f))+"]")
			}
			shown := quoted(o.Code)
			if len(asked) > 0 {
				shown += " (" + strings.Join(asked, ", ") + ")"
			}
			outcomes = append(outcomes, shown)
		}
		ends := strings.Join(outcomes, ", ")
		if ends == "" {
			ends = "by the operations on the referral"
		}
		list += row(quoted(string(k.Kind)), who, ends)
	}
	return list
}

// listOfClocks lists Prato's terms, in working days; the kinds with the same ones
// share a line.
func listOfClocks(t *testing.T) string {
	policies, err := zone.Load(deploy.Zones())
	require.NoError(t, err)
	prato := policies[slices.IndexFunc(policies, func(p care.Policy) bool { return p.Zone == "prato" })]
	kinds := map[[2]string][]string{}
	var order [][2]string
	for _, k := range usual.TaskKinds {
		rule, _ := prato.Task(k.Kind)
		clock := func(c care.Clock) string {
			require.Equal(t, care.WorkingDays, c.Remind.Unit, k.Kind)
			require.Equal(t, care.WorkingDays, c.Escalate.Unit, k.Kind)
			return fmt.Sprintf("%d / %d", c.Remind.N, c.Escalate.N)
		}
		both := [2]string{clock(rule.Claim), clock(rule.Complete)}
		if kinds[both] == nil {
			order = append(order, both)
		}
		kinds[both] = append(kinds[both], string(k.Kind))
	}
	most := slices.MaxFunc(order, func(a, b [2]string) int { return len(kinds[a]) - len(kinds[b]) })
	list := row("task", "not claimed", "not completed") + row("---", "---", "---")
	for _, both := range order {
		if both != most {
			list += row(quoted(kinds[both]...), both[0], both[1])
		}
	}
	return list + row("all others", most[0], most[1])
}

var subjects = map[catalogue.Subject]string{
	catalogue.Nothing: "something new", catalogue.OnCase: "a case", catalogue.OnTask: "a task", catalogue.OnReferral: "a referral",
	catalogue.OnEquipe: "an équipe at work", catalogue.OnAction: "an action of the plan", catalogue.OnEntry: "an entry that cannot be worked",
	catalogue.OnRecord: "what was written", catalogue.OnAppointment: "an appointment",
}

func listOfOperations() string {
	list := row("operation", "on", "who", "form") + row("---", "---", "---", "---")
	for _, o := range catalogue.All {
		facts := o.About()
		who := "any agency at work on the case"
		if i := slices.IndexFunc(care.ReferralMoves, func(m care.ReferralMove) bool { return m.Operation == facts.Code }); i >= 0 {
			who = string(care.ReferralMoves[i].By)
		}
		if facts.On == catalogue.OnTask {
			who = "who may do it, or holds it"
		}
		if facts.Asks != nil {
			var roles []string
			for _, r := range facts.Asks {
				roles = append(roles, inWords(string(r)))
			}
			who = strings.Join(roles, ", ")
		}
		var asked []string
		for _, f := range fields.Of(o.Form()) {
			switch name := inWords(f.Name); {
			case facts.Code == care.OpComplete:
				asked = []string{"as the kind of task asks for"}
			case f.Name == "":
				asked = append(asked, string(f.Shape))
			case f.Required || f.Shape == fields.Yes:
				asked = append(asked, name)
			default:
				asked = append(asked, "["+name+"]")
			}
		}
		list += row(quoted(string(facts.Code)), subjects[facts.On], who, cmp.Or(strings.Join(asked, ", "), "nothing"))
	}
	return list
}
