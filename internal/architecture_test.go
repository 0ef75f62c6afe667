package internal_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What each package may import of this module; the folders below it count as
// the package itself, unless they are named. A new package is placed here first.
var mayImport = map[string][]string{
	// Rules and words, without any machinery.
	"internal/message":            {}, // what people read
	"internal/legible":            {}, // whether people can see all of a text
	"internal/care":               {"internal/legible"},
	"internal/eligibility":        {"internal/care"},                      // the gates
	"internal/agenda":             {"internal/care"},                      // when people are received
	"internal/slip":               {"internal/care"},                      // the sheets that people take away
	"internal/duty":               {"internal/care"},                      // whose task something is
	"internal/usual":              {"internal/care"},                      // what holds where a zone is silent
	"internal/actors":             {"internal/care", "internal/undoing"},  // who may act
	"internal/health":             {"internal/actors", "internal/care"},   // what an open case waits for
	"internal/sole":               {"internal/crossing", "internal/care"}, // what a case has once
	"internal/crossing":           {"internal/care", "internal/working"},  // what may go to another agency
	"internal/plan":               {"internal/care"},                      // what a plan may hold
	"internal/permits":            {"internal/care"},                      // by when a permit's renewal is asked for
	"internal/terms":              {"internal/care"},                      // when what people have to do is due
	"internal/kept":               {"internal/care"},                      // what is typed and not done yet
	"internal/ledger":             {"internal/privacy", "internal/working", "internal/names", "internal/crossing", "internal/actors", "internal/health", "internal/sole", "internal/eligibility", "internal/care", "internal/finding", "internal/fiscal", "internal/undoing", "internal/reach", "internal/kin", "internal/papers", "internal/gathering", "internal/speech", "internal/critical"},
	"internal/completion":         {"internal/agenda", "internal/care", "internal/crossing", "internal/needs", "internal/plan", "internal/speech", "internal/written", "internal/arrival"}, // how a task may end
	"internal/catalogue":          {"internal/completion", "internal/speech", "internal/working", "internal/intake", "internal/crossing", "internal/plan", "internal/sole", "internal/ledger", "internal/care", "internal/undoing", "internal/correction", "internal/protection", "internal/lead", "internal/takeover", "internal/needs", "internal/amending", "internal/written", "internal/gathering", "internal/agenda", "internal/critical", "internal/elsewhere", "internal/arrival"},
	"internal/critical":           {"internal/care"},                                         // days after which something is lost
	"internal/after":              {"internal/care"},                                         // what a day that is typed in follows
	"internal/noted":              {"internal/care"},                                         // what is noted of a person beside their path
	"internal/elsewhere":          {"internal/care", "internal/noted"},                       // numbers in other systems
	"internal/telephone":          {},                                                        // what a telephone number is
	"internal/kin":                {"internal/care", "internal/reach", "internal/telephone"}, // who belongs to a person
	"internal/speech":             {"internal/care"},                                         // how somebody communicates
	"internal/papers":             {"internal/care"},                                         // documents that were shown
	"internal/privacy":            {},                                                        // how somebody is told what becomes of their data
	"internal/undoing":            {"internal/care"},                                         // what can be taken back
	"internal/told":               {},                                                        // who was told of something
	"internal/quorum":             {"internal/care"},                                         // whether an équipe has agreed
	"internal/recent":             {},
	"internal/feed":               {},                                                                                                                                 // what somebody's calendar gives
	"internal/waitlist":           {"internal/agenda", "internal/care", "internal/catalogue", "internal/intake", "internal/kin", "internal/ledger", "internal/reach"}, // who waits for a place
	"internal/postgres/waitlist":  {"internal/waitlist", "internal/agenda", "internal/postgres", "internal/postgres/gates", "internal/postgres/places", "internal/ledger", "internal/care"},
	"internal/italian/queued":     {"internal/italian", "internal/italian/offered", "internal/italian/world", "internal/waitlist", "internal/agenda"}, // what somebody waits for
	"worker/offering":             {"internal/loops"},                                                                                                 // of places to who waits for one
	"api/rest/waiting":            {"internal/waitlist", "internal/care", "internal/reach", "internal/ledger"},
	"api/rest/gates":              {"internal/eligibility", "api/rest/persons", "internal/care"}, // what a person may be given, as the API tells it
	"api/pages/waitlist":          append(place, "internal/waitlist", "internal/italian/queued", "api/rest/waiting"),
	"internal/mediation":          {"internal/agenda", "internal/care", "internal/names"}, // how a mediator is asked for
	"internal/postgres/mediation": {"internal/mediation", "internal/gathering", "internal/agenda", "internal/postgres", "internal/ledger", "internal/care"},
	"internal/together":           {"internal/care", "internal/written"}, // who takes part in an appointment
	"internal/postgres/together":  {"internal/together", "internal/postgres/places", "internal/postgres", "internal/ledger", "internal/care"},
	"internal/ical":               {}, // writes entries of calendars
	"internal/postgres/feeds":     {"internal/feed", "internal/postgres", "internal/ledger", "internal/care"},
	"internal/fiscal":             {}, // the codice fiscale
	"internal/zone/fault":         {}, // what is wrong with a file
	"internal/zone":               {"internal/legible", "internal/zone/fault", "internal/fiscal", "internal/actors", "internal/eligibility", "internal/usual", "internal/care", "internal/ledger", "internal/recent", "internal/agenda", "internal/slip"},
	"internal/setup":              {"internal/usual", "internal/care", "internal/ledger"}, // what loading a file of a zone or of staff changes
	"internal/calendar":           {"internal/care"},
	"internal/italian/course":     {"internal/care"}, // what a stage is for
	"internal/italian":            {"internal/agenda", "internal/completion", "internal/critical", "internal/italian/article", "internal/italian/asked", "internal/actors", "internal/health", "internal/catalogue", "internal/eligibility", "internal/care", "internal/ledger", "internal/italian/known", "internal/italian/jobs", "internal/gathering"},
	"internal/italian/mediating":  {"internal/italian", "internal/italian/world", "internal/mediation", "internal/agenda"},                             // how it stands with a mediator
	"internal/italian/words":      {"internal/undoing", "internal/italian", "internal/catalogue", "internal/care", "internal/health", "internal/told"}, // says codes to whoever wants an interface of them
	"internal/italian/known":      {"internal/correction", "internal/fiscal", "internal/reach", "internal/kin", "internal/speech", "internal/papers", "internal/elsewhere", "internal/privacy"},
	"internal/italian/paper":      {"internal/italian", "internal/italian/world", "internal/expected"},
	"internal/expected":           {"internal/ledger", "internal/care", "internal/kin", "internal/reach"}, // who comes on a day
	"internal/italian/given":      {"internal/catalogue"},                                                 // what somebody is given of a person
	"internal/reach":              {"internal/care", "internal/telephone"},                                // how somebody can be reached without harm
	"internal/italian/alike":      {"internal/names", "internal/finding"},
	"internal/italian/article":    {},                                        // nouns after their articles and prepositions
	"internal/italian/asked":      {},                                        // what to write in a field that must not stay empty
	"internal/italian/world":      {"internal/care", "internal/eligibility"}, // names of languages and citizenships
	"internal/codec":              {},
	"internal/config":             {"internal/brake"},
	"internal/client":             {"internal/health", "internal/catalogue", "internal/care", "internal/ledger"},                                                                                        // speaks to the API as any program does
	"internal/walk":               {"internal/actors", "internal/calendar", "internal/catalogue", "internal/care", "internal/client", "internal/italian", "internal/crossing", "internal/agenda"},       // leads made-up people along the paths
	"internal/correction":         {"internal/intake", "internal/ledger", "internal/care", "internal/fiscal", "internal/reach", "internal/kin", "internal/speech", "internal/papers", "internal/after"}, // how the data of a person are corrected
	"internal/needs":              {"internal/care", "internal/written"},                                                                                                                                // how a need is added or closed
	"internal/working":            {"internal/eligibility", "internal/care", "internal/noted"},                                                                                                          // what is told of a person's work
	"internal/postgres/noted":     {"internal/after", "internal/postgres", "internal/ledger", "internal/care", "internal/noted"},                                                                        // keeps it
	"internal/italian/jobs":       {"internal/working"},                                                                                                                                                 // says it
	"internal/amending":           {"internal/written", "internal/takeover", "internal/needs", "internal/ledger", "internal/care"},                                                                      // how what was written is corrected
	"internal/postgres/amending":  {"internal/amending", "internal/postgres", "internal/catalogue", "internal/ledger", "internal/care"},                                                                 // keeps its versions
	"internal/gathering":          {"internal/agenda", "internal/care", "internal/names"},                                                                                                               // how a meeting of an équipe is planned
	"internal/postgres/needs":     {"internal/needs", "internal/postgres", "internal/catalogue", "internal/ledger", "internal/care"},                                                                    // adds and closes them
	"internal/takeover":           {"internal/eligibility", "internal/ledger", "internal/care"},                                                                                                         // when a person is taken over
	"internal/postgres/takeover":  {"internal/takeover", "internal/postgres", "internal/ledger", "internal/care"},                                                                                       // keeps it
	"internal/intake":             {"internal/after", "internal/privacy", "internal/eligibility", "internal/fiscal", "internal/ledger", "internal/reach", "internal/care", "internal/telephone"},        // what is wrong with what the desk is told
	"internal/board":              {"internal/absence", "internal/agenda", "internal/care", "internal/calledoff"},                                                                                       // what a supervisor looks at on a Monday morning
	"internal/absence":            {"internal/actors", "internal/care"},                                                                                                                                 // when staff are away
	"internal/lead":               {"internal/care"},                                                                                                                                                    // who follows a case for an agency before the colleagues
	"internal/written":            {"internal/care", "internal/takeover"},                                                                                                                               // which record a form makes, and for whom
	"internal/italian/sheet":      {"internal/written"},                                                                                                                                                 // what was written in a case
	"internal/italian/timeline":   {"internal/italian", "internal/told", "internal/ledger", "internal/care"},                                                                                            // what happened in a case
	"internal/protection":         {"internal/care"},                                                                                                                                                    // who keeps a protected person's file
	"internal/italian/deciding":   {"internal/care"},                                                                                                                                                    // what a choice of a task's form will do
	"internal/italian/offered":    {"internal/italian", "internal/agenda", "internal/care", "internal/calledoff"},                                                                                       // free places
	"internal/arrival":            {"internal/agenda", "internal/care"},                                                                                                                                 // who is here for an appointment
	"internal/postgres/arrivals":  {"internal/arrival", "internal/postgres", "internal/catalogue", "internal/ledger", "internal/care"},                                                                  // keeps it
	"internal/postgres/contacts":  {"internal/postgres", "internal/catalogue", "internal/ledger", "internal/care"},                                                                                      // who came to the desk
	"internal/calledoff":          {"internal/expected", "internal/care", "internal/agenda"},                                                                                                            // which days a service does not receive on, and why
	"internal/remind":             {"internal/agenda", "internal/care", "internal/expected", "internal/kin", "internal/reach", "internal/telephone"},                                                    // people, before their appointments
	"internal/queue":              {"internal/intake", "internal/care"},                                                                                                                                 // numbers of who comes to a desk
	"internal/postgres/queues":    {"internal/queue", "internal/postgres", "internal/ledger", "internal/care"},                                                                                          // keeps them
	"internal/consult":            {"internal/care"},                                                                                                                                                    // who is called to a desk at once
	"internal/postgres/consults":  {"internal/consult", "internal/postgres", "internal/ledger", "internal/care"},                                                                                        // keeps it

	"internal/brake":      {},                  // holds back whoever tries too often
	"internal/loops":      {},                  // a process's loops, and whether they move
	"internal/probe":      {},                  // whether a process is alive and ready
	"internal/secret":     {},                  // a key for each use
	"internal/invitation": {"internal/secret"}, // the links that partners answer through
	"internal/manual":     {},                  // what people are told to type; only tests import it
	"internal/names":      {},                  // folds people's names
	// what somebody searches by
	"internal/finding":   {"internal/telephone", "internal/names", "internal/fiscal"},
	"internal/testclock": {}, // the moments at which tests run; only they import it

	// The processes, and what they do to the world.
	"workflows/contract":           {"internal/care"},
	"workflows/run":                {"activities", "workflows/contract", "internal/ledger", "internal/care"}, // the engine that carries them
	"workflows":                    {"internal/undoing", "internal/correction", "internal/correction", "workflows/run", "workflows/contract", "internal/actors", "internal/quorum", "internal/ledger", "internal/care", "internal/agenda", "internal/terms"},
	"activities":                   {"internal/ledger", "internal/care", "internal/trace"},
	"internal/metrics":             {"activities", "internal/ledger"},                                                                                                                                                                                                                                                                                                                                                                                                                                                                              // what a process counts
	"internal/trace":               {},                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                             // which click something belongs to
	"internal/observed":            {"internal/metrics", "internal/probe", "internal/spans"},                                                                                                                                                                                                                                                                                                                                                                                                                                                       // who looks at a process from outside
	"internal/spans":               {"activities", "internal/trace", "internal/ledger"},                                                                                                                                                                                                                                                                                                                                                                                                                                                            // tells a collector of it
	"internal/postgres":            {"internal/duty", "internal/actors", "internal/permits", "internal/terms", "internal/trace", "internal/catalogue", "internal/usual", "internal/ledger", "internal/care"},                                                                                                                                                                                                                                                                                                                                       // the kit; below it one package for each database role
	"internal/postgres/standing":   {"internal/undoing", "internal/postgres/locks", "internal/crossing", "internal/sole", "internal/postgres", "internal/catalogue", "internal/ledger", "internal/care"},                                                                                                                                                                                                                                                                                                                                           // what records, gates and steps ask
	"internal/postgres/gates":      {"internal/after", "internal/arrival", "internal/postgres/arrivals", "internal/postgres/given", "internal/undoing", "internal/actors", "internal/eligibility", "internal/postgres", "internal/postgres/merging", "internal/postgres/standing", "internal/catalogue", "internal/ledger", "internal/care", "internal/crossing", "internal/postgres/locks", "internal/protection", "internal/kin", "internal/postgres/gathered", "internal/postgres/places", "internal/plan", "internal/agenda", "internal/sole"}, // what steps ask before they write
	"internal/postgres/locks":      {"internal/postgres", "internal/ledger", "internal/care"},                                                                                                                                                                                                                                                                                                                                                                                                                                                      // in which order rows are locked
	"internal/postgres/days":       {"internal/terms", "internal/permits", "internal/eligibility", "internal/postgres", "internal/ledger", "internal/care"},                                                                                                                                                                                                                                                                                                                                                                                        // when a case asks for somebody because a day has come
	"internal/postgres/declared":   {"internal/crossing", "internal/ledger", "internal/care"},                                                                                                                                                                                                                                                                                                                                                                                                                                                      // what people declare of themselves
	"internal/postgres/consented":  {"internal/postgres", "internal/ledger"},                                                                                                                                                                                                                                                                                                                                                                                                                                                                       // what people consent to
	"internal/postgres/given":      {"internal/postgres", "internal/postgres/standing", "internal/crossing", "internal/ledger", "internal/care"},                                                                                                                                                                                                                                                                                                                                                                                                   // to whom an answer gives data
	"internal/postgres/undo":       {"internal/undoing", "internal/postgres", "internal/postgres/correcting", "internal/catalogue", "internal/ledger", "internal/care"},                                                                                                                                                                                                                                                                                                                                                                            // takes a closure back
	"internal/postgres/merging":    {"internal/correction", "internal/postgres", "internal/catalogue", "internal/ledger", "internal/care", "internal/undoing"},                                                                                                                                                                                                                                                                                                                                                                                     // two case files of one person become one
	"internal/postgres/steps":      {"internal/postgres/subject", "internal/fiscal", "internal/postgres/given", "internal/postgres/deferred", "internal/terms", "internal/postgres/days", "internal/postgres/declared", "internal/postgres/merging", "internal/names", "internal/postgres/naming", "internal/sole", "internal/postgres", "internal/postgres/gates", "internal/postgres/locks", "internal/postgres/standing", "internal/postgres/waiting", "internal/catalogue", "internal/ledger", "internal/care", "internal/crossing", "internal/postgres/shares", "internal/postgres/tries", "internal/postgres/concerned", "internal/postgres/written", "internal/postgres/takeover", "internal/postgres/progress", "internal/postgres/places"},
	"internal/postgres/shares":     {"internal/crossing", "internal/postgres", "internal/ledger", "internal/care", "internal/postgres/standing"},                                                                                              // what other agencies are given
	"internal/postgres/naming":     {"internal/reach", "internal/fiscal", "internal/names", "internal/postgres", "internal/ledger", "internal/care", "internal/finding", "internal/telephone"},                                                // the keys of people's names
	"internal/postgres/correcting": {"internal/reach", "internal/correction", "internal/names", "internal/postgres/naming", "internal/postgres", "internal/catalogue", "internal/ledger", "internal/care", "internal/kin", "internal/papers"}, // corrects the data of a person
	"internal/postgres/opening":    {"internal/postgres/naming", "internal/postgres", "internal/catalogue", "internal/ledger", "internal/care"},                                                                                               // what goes with the command that opens a case
	"internal/postgres/tries":      {"internal/postgres", "internal/postgres/locks", "internal/ledger"},                                                                                                                                       // notes those that came to nothing
	"internal/postgres/calledoff":  {"internal/calledoff", "internal/agenda", "internal/expected", "internal/postgres/printed", "internal/postgres", "internal/catalogue", "internal/ledger", "internal/care"},                                // days on which a service receives nobody
	"internal/postgres/gathered":   {"internal/gathering", "internal/postgres/standing", "internal/postgres", "internal/catalogue", "internal/ledger", "internal/care", "internal/postgres/places"},
	"internal/postgres/places":     {"internal/completion", "internal/postgres/calledoff", "internal/terms", "internal/agenda", "internal/postgres", "internal/ledger", "internal/care", "internal/catalogue", "internal/speech", "internal/homevisit"}, // holds places in sessions
	"internal/postgres/waiting":    {"internal/actors", "internal/health", "internal/postgres", "internal/ledger", "internal/care"},
	"internal/postgres/assign":     {"internal/told", "internal/actors", "internal/terms", "internal/postgres", "internal/catalogue", "internal/ledger", "internal/care", "internal/protection"}, // who does a task, and by when
	"internal/postgres/deferred":   {"internal/postgres", "internal/ledger", "internal/care"},
	"internal/postgres/readers":    {"internal/postgres", "internal/ledger", "internal/care"},
	"internal/postgres/reminded":   {"internal/postgres/printed", "internal/remind", "internal/postgres", "internal/ledger", "internal/care"},
	"internal/postgres/printed":    {"internal/expected", "internal/postgres", "internal/ledger", "internal/care"},                                       // what is put on paper
	"internal/postgres/doubles":    {"internal/fiscal", "internal/names", "internal/postgres", "internal/catalogue", "internal/ledger", "internal/care"}, // which files may be of one person
	"internal/postgres/notices":    {"internal/undoing", "internal/postgres", "internal/ledger", "internal/care"},                                        // what the API reads as its caller, as records does
	"internal/postgres/outbox":     {"internal/postgres", "internal/ledger", "internal/care"},
	"internal/postgres/records":    {"internal/actors", "internal/postgres/contacts", "internal/postgres/arrivals", "internal/postgres/moments", "internal/postgres/absences", "internal/postgres/progress", "internal/postgres/consented", "internal/postgres/undo", "internal/postgres/gates", "internal/postgres/readers", "internal/names", "internal/postgres/naming", "internal/health", "internal/postgres", "internal/postgres/assign", "internal/postgres/deferred", "internal/postgres/merging", "internal/postgres/notices", "internal/postgres/standing", "internal/postgres/waiting", "internal/catalogue", "internal/usual", "internal/ledger", "internal/care", "internal/crossing", "internal/postgres/correcting", "internal/postgres/written", "internal/written", "internal/postgres/opening", "internal/finding", "internal/postgres/protect", "internal/postgres/handed", "internal/postgres/returned", "internal/postgres/leads", "internal/postgres/takeover", "internal/postgres/needs", "internal/agenda", "internal/postgres/places", "internal/postgres/worklist", "internal/postgres/noted", "internal/postgres/amending", "internal/postgres/gathered", "internal/postgres/doubles", "internal/postgres/printed", "internal/postgres/critical", "internal/postgres/board", "internal/postgres/reminded"},
	"internal/worklist":            {"internal/ledger", "internal/care", "internal/names"}, // the list that people work from
	"internal/postgres/changes":    {"internal/loops", "internal/care"},                    // which lists have changed
	"internal/postgres/worklist":   {"internal/health", "internal/worklist", "internal/postgres/leads", "internal/postgres", "internal/ledger", "internal/care"},
	"internal/postgres/machine":    {"internal/health", "internal/loops", "internal/postgres", "internal/postgres/waiting", "internal/ledger", "internal/care"},
	"internal/versions":            {"internal/ledger", "internal/loops", "workflows/contract"},
	"internal/postgres/drafts":     {"internal/kept", "internal/postgres", "internal/ledger", "internal/care"}, // what people have typed and not sent
	"internal/postgres/logins":     {"internal/kept", "internal/postgres", "internal/ledger", "internal/care"}, // sessions of browsers, and what hangs on them
	"internal/postgres/seals":      {"internal/postgres"},                                                      // what was written of who did what, and that it stays so
	"internal/runs":                {"internal/versions", "workflows/contract", "internal/ledger", "internal/care"},
	"internal/watch":               {"internal/runs", "internal/loops", "internal/ledger", "internal/care"},
	"worker":                       {"worker/offering", "worker/reminding", "workflows", "activities", "workflows/contract", "worker/relay", "worker/post", "internal/runs", "internal/versions", "internal/loops", "internal/trace", "internal/ledger", "internal/care"},
	"worker/relay":                 {"internal/runs", "internal/loops", "internal/ledger", "internal/care"},
	"worker/post":                  {"internal/loops", "internal/ledger", "internal/invitation", "internal/mediation", "internal/italian", "internal/italian/mails", "internal/remind"},
	"worker/reminding":             {"internal/remind", "internal/slip", "internal/agenda", "internal/brake", "internal/italian", "internal/ledger", "internal/loops", "internal/speech"}, // tells people of their appointments
	"internal/postgres/concerned":  {"internal/care", "internal/told", "internal/postgres", "internal/ledger"},                                                                            // who is told that a branch is over for them
	"internal/postgres/written":    {"internal/speech", "internal/amending", "internal/written", "internal/postgres", "internal/ledger", "internal/care"},                                 // keeps and reads what people write
	"internal/postgres/handed":     {"internal/postgres", "internal/ledger", "internal/care"},
	"internal/postgres/returned":   {"internal/postgres", "internal/ledger", "internal/care"},                                        // whose mail comes back
	"internal/postgres/progress":   {"internal/postgres", "internal/catalogue", "internal/ledger", "internal/care", "internal/plan"}, // how actions of a plan come along
	"internal/postgres/moments":    {"internal/ledger"},                                                                              // how the lines of a timeline are read
	"internal/postgres/absences":   {"internal/absence", "internal/postgres", "internal/ledger", "internal/care"},                    // who is away
	"internal/postgres/subject":    {"internal/postgres", "internal/ledger", "internal/care"},                                        // what an entry is about
	"internal/postgres/critical":   {"internal/critical", "internal/postgres", "internal/catalogue", "internal/ledger", "internal/care"},
	"internal/postgres/board":      {"internal/board", "internal/critical", "internal/postgres", "internal/ledger", "internal/care"},       // reads it
	"internal/postgres/leads":      {"internal/lead", "internal/postgres", "internal/catalogue", "internal/ledger", "internal/care"},       // who follows a case for an agency
	"internal/postgres/protect":    {"internal/protection", "internal/postgres", "internal/catalogue", "internal/ledger", "internal/care"}, // who knows of a protected person

	// What people and programs speak to. It starts and updates processes by
	// their contract alone.
	"api": {
		"internal/legible",
		"internal/kept",
		"internal/health", "internal/loops", "internal/probe", "internal/trace",
		"api/access", "api/act", "api/problem", "api/rest", "api/web", "internal/runs", "internal/catalogue", "internal/ledger", "internal/zone", "internal/care", "api/pages/agenda", "api/pages/cases", "api/pages/desk", "api/pages/drafts", "api/pages/home", "api/pages/logins", "api/pages/notices", "api/pages/partner", "api/pages/plan", "api/pages/referrals", "api/pages/room", "api/pages/supervision", "api/pages/tasks", "api/pages/readers", "api/pages/person", "api/pages/file", "api/pages/slips", "api/pages/prints", "api/pages/absences", "api/pages/feeds", "api/pages/arranged", "api/pages/help", "api/live", "api/pages/counter", "api/pages/promises", "api/pages/parts/promised", "api/pages/calledoff", "api/pages/mediation", "api/pages/calls", "api/rest/counter", "api/rest/waiting", "api/pages/waitlist", "api/pages/homevisit", "api/pages/together",
	},
	"api/access":       {"internal/legible", "internal/kept", "internal/brake", "api/access/seal", "api/access/device", "api/access/source", "api/act", "api/problem", "api/web", "internal/catalogue", "internal/ledger", "internal/care", "internal/italian", "internal/invitation", "internal/recent", "internal/feed", "internal/mediation", "internal/agenda"},
	"api/act":          {"internal/catalogue", "internal/runs", "internal/zone", "internal/ledger", "internal/care"},
	"api/problem":      {"internal/undoing", "api/web", "internal/ledger", "internal/care", "internal/italian", "internal/italian/alike", "internal/told", "internal/agenda", "internal/italian/offered"},
	"api/envelope":     {"internal/legible", "api/problem", "internal/care"},
	"api/rest":         {"api/rest/waiting", "api/rest/gates", "api/rest/away", "api/rest/reminding", "internal/privacy", "internal/completion", "internal/critical", "internal/absence", "internal/intake", "internal/correction", "internal/health", "internal/catalogue", "internal/eligibility", "api/access", "api/act", "api/envelope", "api/problem", "internal/ledger", "internal/care", "internal/zone", "internal/italian", "api/rest/sayable", "api/rest/told", "api/rest/faults", "internal/undoing", "internal/written", "internal/finding", "internal/agenda", "api/rest/deferred", "api/rest/persons", "api/rest/received", "api/rest/seats", "internal/names", "api/rest/counter", "internal/queue", "api/rest/pairs", "internal/consult", "internal/homevisit", "api/rest/visits", "api/rest/wire", "api/rest/off", "api/rest/mediations", "api/rest/attending"},
	"api/rest/counter": {"internal/consult", "internal/queue", "internal/ledger", "internal/care", "internal/agenda"}, // who comes to a counter, as the API tells it
	"api/rest/pairs":   {"api/rest/persons", "internal/names", "internal/ledger"},                                     // two files that may be of one person
	"api/rest/away":    {"internal/absence", "internal/care"},                                                         // who is away, likewise
	"api/rest/faults":  {"api/problem"},                                                                               // what huma finds wrong
	"api/web":          {},                                                                                            // knows no domain
	"api/present":      {"internal/arrival", "internal/agenda", "internal/ical", "internal/completion", "internal/speech", "internal/working", "internal/italian/jobs", "internal/italian/timeline", "internal/crossing", "internal/health", "api/web", "internal/catalogue", "internal/ledger", "internal/care", "internal/zone", "internal/calendar", "internal/italian", "internal/italian/article", "internal/italian/world", "internal/italian/known", "internal/correction", "internal/gathering", "internal/italian/offered", "internal/board", "internal/elsewhere", "internal/mediation", "internal/italian/mediating", "internal/together", "internal/written"},
	"api/rest/wire":    {"api/access", "api/problem", "internal/ledger", "internal/care"},                                 // what operations have in common
	"api/rest/off":     {"api/rest/wire", "api/rest/counter", "internal/calledoff", "internal/care", "internal/expected"}, // days that are called off
	"api/rest/told":    {"internal/care", "internal/lead"},                                                                // how the description of the API tells of operations

	// The places that people work in: none imports another, nor the REST API.
	"api/pages/parts":           {"internal/arrival", "api/pages/parts/free", "internal/completion", "internal/written", "internal/actors", "internal/eligibility", "api/present", "api/web", "internal/catalogue", "internal/ledger", "internal/care", "internal/zone", "internal/calendar", "internal/italian", "internal/italian/alike", "internal/italian/world", "internal/correction", "internal/undoing", "internal/reach", "internal/italian/known", "internal/italian/deciding", "internal/agenda", "internal/italian/offered", "internal/kin", "internal/speech"},
	"api/rest/persons":          {"internal/reach", "internal/ledger", "internal/care", "internal/kin", "internal/papers"},
	"api/access/seal":           {},
	"api/access/device":         {},
	"api/access/source":         {},
	"api/live":                  {"api/access", "api/problem", "internal/brake", "internal/ledger", "internal/care"}, // tells open pages that their lists have changed
	"api/rest/received":         {"internal/agenda", "internal/care", "internal/zone"},
	"api/rest/seats":            {"internal/gathering", "internal/ledger", "internal/care"},
	"api/rest/reminding":        {"internal/remind", "internal/reach", "internal/care"},
	"api/rest/sayable":          {},
	"api/pages/room":            {"api/access", "api/act", "api/problem", "internal/zone"}, // what each of them is given
	"api/pages/absences":        append(place, "internal/absence"),
	"api/pages/agenda":          append(place, "internal/calledoff", "internal/homevisit", "internal/italian/visiting", "internal/together"),
	"api/pages/arranged":        append(place, "internal/waitlist", "internal/italian/queued", "api/rest/waiting", "internal/homevisit", "internal/italian/visiting", "internal/together"),
	"api/pages/cases":           append(place, "api/pages/parts/promised", "internal/critical", "internal/elsewhere", "internal/noted", "internal/written", "internal/italian/course", "api/pages/parts/meanwhile"),
	"api/pages/calledoff":       append(place, "internal/calledoff", "internal/expected", "api/pages/parts/reached"),
	"api/pages/desk":            append(place, "internal/privacy", "internal/duty", "api/pages/parts/reached", "internal/queue"),
	"api/pages/file":            append(place, "internal/written", "internal/amending", "internal/italian/sheet", "api/pages/parts/writing"),
	"api/pages/help":            append(place, "internal/italian/course"),
	"api/pages/home":            append(place, "internal/expected", "internal/absence", "internal/board", "internal/critical", "api/pages/parts/promised", "internal/promise", "internal/mediation", "internal/italian/mediating", "internal/queue", "internal/consult", "internal/calledoff", "api/rest/waiting", "internal/italian/queued", "internal/homevisit", "internal/italian/visiting", "internal/together"),
	"api/pages/drafts":          append(place, "internal/kept"),
	"api/pages/logins":          place,
	"api/pages/notices":         place,
	"api/pages/partner":         place,
	"api/pages/feeds":           append(place, "internal/feed", "internal/ical"),
	"api/pages/mediation":       append(place, "internal/mediation", "internal/italian/mediating"),
	"api/pages/person":          append(place, "internal/fiscal", "internal/elsewhere", "internal/written"),
	"api/pages/plan":            append(place, "internal/plan", "api/pages/parts/writing"),
	"api/pages/readers":         place,
	"api/pages/referrals":       place,
	"api/pages/prints":          append(place, "internal/expected", "internal/written", "internal/italian/paper", "api/pages/parts/reached", "api/pages/parts/writing", "internal/homevisit", "internal/italian/visiting", "internal/together"),
	"api/pages/counter":         append(place, "internal/arrival", "internal/queue", "internal/consult"),
	"api/pages/together":        append(place, "internal/together", "internal/written"),
	"api/pages/parts/here":      {"api/web", "internal/arrival", "internal/ledger"},
	"api/pages/calls":           append(place, "internal/expected", "internal/remind", "api/pages/parts/reached", "internal/waitlist", "internal/italian/queued", "api/rest/waiting"), // whom somebody calls
	"api/pages/slips":           append(place, "internal/slip", "internal/agenda", "internal/ical", "internal/expected", "internal/mediation", "internal/homevisit"),
	"api/pages/homevisit":       append(place, "internal/homevisit", "internal/italian/visiting"),
	"api/pages/supervision":     append(place, "internal/board"),
	"api/pages/tasks":           append(place, "internal/worklist", "internal/arrival", "internal/kept"),
	"api/pages/parts/free":      {"api/web", "internal/agenda", "internal/care", "internal/italian", "internal/italian/offered", "internal/speech", "internal/zone"}, // places that a form offers
	"api/pages/parts/decided":   {"api/present", "api/web", "internal/care", "internal/italian", "internal/ledger"},                                                  // what an équipe decided
	"api/pages/parts/tabs":      {"api/web"},                                                                                                                         // from one page of a case to the others
	"api/pages/parts/meanwhile": place,                                                                                                                               // what becomes of appointments at a suspension

	"api/pages/parts/writing": {"api/pages/parts", "api/present", "api/web", "internal/care", "internal/italian", "internal/italian/sheet", "internal/ledger", "internal/written"}, // what somebody wrote

	// What people remind themselves of.
	"internal/promise":           {"internal/care"},
	"internal/postgres/promises": {"internal/promise", "internal/postgres", "internal/ledger", "internal/care"},
	"api/pages/parts/promised":   {"internal/promise", "api/web", "internal/care", "internal/italian"},
	"api/pages/promises":         append(place, "api/pages/parts/promised", "internal/promise"),

	// The binary joins them all.
	"cmd": {
		"internal/catalogue", "api", "worker", "workflows", "worker/post", "internal/runs", "internal/versions", "internal/watch", "workflows/contract", "deploy", "internal/care", "internal/ledger", "internal/zone", "internal/zone/fault", "internal/italian/words",
		"internal/calendar", "internal/codec", "internal/config", "internal/client", "internal/walk", "internal/italian", "internal/invitation", "internal/secret", "internal/setup", "internal/loops", "internal/metrics", "internal/observed", "internal/probe", "internal/spans",
		"internal/postgres", "internal/postgres/naming", "internal/postgres/steps", "internal/postgres/outbox", "internal/postgres/records", "internal/postgres/machine", "internal/postgres/seals", "internal/postgres/drafts", "internal/postgres/feeds", "internal/postgres/promises", "internal/postgres/logins", "internal/postgres/changes", "internal/postgres/mediation", "internal/postgres/waitlist", "worker/offering", "worker/reminding", "internal/postgres/reminded", "internal/postgres/queues", "internal/postgres/consults", "internal/postgres/homevisits", "internal/postgres/together",
	},
	"deploy": {},

	"internal/homevisit":           {"internal/care", "internal/telephone"},                                                                                                            // who visits a person at home, and whether they are back
	"internal/italian/visiting":    {"internal/homevisit", "internal/italian"},                                                                                                         // what is said of it
	"internal/italian/mails":       {"internal/homevisit", "internal/italian", "internal/ledger", "internal/gathering", "internal/mediation", "internal/consult", "internal/together"}, // the mails that are sent
	"api/rest/mediations":          {"api/rest/wire", "internal/mediation", "internal/care"},
	"api/rest/attending":           {"api/rest/wire", "internal/together", "internal/written", "internal/care"},
	"api/rest/visits":              {"api/rest/wire", "internal/ledger", "internal/homevisit", "internal/care"},
	"internal/postgres/homevisits": {"internal/homevisit", "internal/agenda", "internal/postgres/places", "internal/postgres", "internal/ledger", "internal/care"},
}

// place is what a folder of pages may import.
var place = []string{
	"api/pages/parts", "api/pages/parts/free", "api/pages/parts/decided", "api/pages/parts/tabs", "api/pages/room", "api/present", "api/access", "api/act", "api/problem", "api/web", "api/pages/parts/here",
	"internal/catalogue", "internal/completion", "internal/actors", "internal/italian/timeline", "internal/intake", "internal/crossing", "internal/eligibility", "internal/health", "internal/names", "internal/sole", "internal/terms", "internal/undoing", "internal/ledger", "internal/care", "internal/zone", "internal/calendar", "internal/italian", "internal/italian/alike", "internal/italian/given", "internal/italian/article", "internal/italian/world", "internal/told", "internal/correction", "internal/finding", "internal/protection", "internal/lead", "internal/agenda", "internal/reach", "internal/italian/known", "internal/italian/offered", "internal/italian/jobs", "internal/working", "internal/kin", "internal/papers", "internal/speech", "internal/gathering",
}

// joins are the folders that may import everything, and that nothing else but
// tests imports.
var joins = []string{"deploy/standalone", "deploy/bench", "api/apitest", "internal/postgres/postgrestest"}

// speaks are the places that say messages: what people read. The rules say codes alone.
var speaks = []string{"api", "internal/italian", "internal/zone", "internal/setup", "internal/slip", "worker/post", "cmd/percorso"}

// Packages from elsewhere that some packages do without; those below count too.
var mustNotImport = map[string][]string{
	// A workflow does no input or output of its own: it would differ on replay.
	"workflows":          {"github.com/jackc/pgx", "github.com/gin-gonic/gin", "net", "os", "math/rand", "database/sql"},
	"workflows/contract": {"github.com/jackc/pgx", "github.com/gin-gonic/gin", "net", "os", "go.temporal.io"},
	"internal/care":      {"github.com", "go.temporal.io", "go.uber.org", "golang.org", "net", "os"},
	"internal/ledger":    {"github.com/jackc/pgx", "github.com/gin-gonic/gin", "go.temporal.io", "net", "os"},
	"internal/catalogue": {"github.com/jackc/pgx", "github.com/gin-gonic/gin", "github.com/danielgtaylor/huma", "go.temporal.io", "net", "os"},
	"internal/zone":      {"github.com/jackc/pgx", "github.com/gin-gonic/gin", "go.temporal.io", "net/http", "net/smtp"}, // net/mail only reads addresses
	"internal/postgres":  {"github.com/gin-gonic/gin", "go.temporal.io", "net/http", "net/smtp"},                         // net tells that a connection is lost
	"api/act":            {"github.com/gin-gonic/gin", "github.com/danielgtaylor/huma", "go.temporal.io", "net"},         // whoever asks, it is done alike
	"api/present":        {"github.com/gin-gonic/gin", "net/http"},
	"api/web":            {"github.com/gin-gonic/gin"},
	"api/pages":          {"github.com/danielgtaylor/huma", "github.com/jackc/pgx", "go.temporal.io"},
	"activities":         {"github.com/jackc/pgx", "github.com/gin-gonic/gin"},
	"worker":             {"github.com/jackc/pgx", "github.com/gin-gonic/gin"},
}

const (
	module = "percorso"
	root   = ".."
)

func TestArchitecture(t *testing.T) {
	graph := readImports(t)
	for _, folder := range []string{"workflows", "api", "worker", "internal/postgres", "internal/care"} {
		require.NotEmpty(t, graph[folder], "the code of %s was not found", folder)
	}
	require.Empty(t, faults(graph))
}

func TestArchitectureTellsFaults(t *testing.T) {
	require.Equal(t, []string{
		"activities imports github.com/jackc/pgx/v5",
		"api imports workflows",
		"api/pages/desk imports api/pages/tasks",
		"api/pages/desk imports api/rest",
		"cmd/percorso imports deploy/standalone",
		"internal/care imports internal/ledger",
		"internal/odd has no place: name it in mayImport",
		"internal/postgres/records imports internal/postgres/steps",
		"workflows imports net/http",
		"workflows imports activities",
		"workflows/contract imports go.temporal.io/sdk/workflow",
		"workflows/run imports os",
		"workflows/run imports workflows",
	}, faults(map[string][]string{
		"activities":                {"context", "percorso/internal/ledger", "github.com/jackc/pgx/v5"},
		"api":                       {"percorso/workflows", "percorso/internal/runs"},
		"api/pages/desk":            {"percorso/api/pages/parts", "percorso/api/pages/tasks", "percorso/api/rest"},
		"cmd/percorso":              {"percorso/deploy", "percorso/deploy/standalone"},
		"deploy/standalone":         {"percorso/internal/postgres", "net"},
		"internal/care":             {"percorso/internal/ledger"},
		"internal/odd":              {"percorso/internal/care"},
		"internal/postgres/records": {"internal/postgres/opening", "percorso/internal/postgres", "percorso/internal/postgres/standing", "percorso/internal/postgres/steps"},
		"internal/zone/deep":        {"percorso/internal/zone", "percorso/internal/care"},
		"workflows":                 {"net/http", "percorso/activities", "percorso/workflows/run", "go.temporal.io/sdk/workflow"},
		"workflows/contract":        {"go.temporal.io/sdk/workflow"},
		"workflows/run":             {"os", "percorso/activities", "percorso/workflows"},
	}))
}

// faults lists the imports that break the rules, by what imports them.
func faults(graph map[string][]string) (all []string) {
	for _, folder := range slices.Sorted(maps.Keys(graph)) {
		if below(folder, joins...) {
			continue
		}
		place := placeOf(mayImport, folder)
		if place == "" {
			all = append(all, folder+" has no place: name it in mayImport")
			continue
		}
		banned := mustNotImport[placeOf(mustNotImport, folder)]
		for _, name := range graph[folder] {
			ours, isOurs := strings.CutPrefix(name, module+"/")
			target := placeOf(mayImport, ours)
			switch {
			case ours == "internal/message" && below(folder, speaks...):
			case isOurs && below(ours, joins...), isOurs && target != place && !slices.Contains(mayImport[place], target):
				all = append(all, folder+" imports "+ours)
			case !isOurs && below(name, banned...):
				all = append(all, folder+" imports "+name)
			}
		}
	}
	return all
}

// below says whether a path is one of the places or below one.
func below(name string, places ...string) bool {
	return slices.ContainsFunc(places, func(p string) bool { return name == p || strings.HasPrefix(name, p+"/") })
}

// placeOf finds the entry of a table that a folder belongs to; empty: none.
func placeOf(table map[string][]string, folder string) string {
	for ; folder != "." && folder != "/"; folder = path.Dir(folder) {
		if _, ok := table[folder]; ok {
			return folder
		}
	}
	return ""
}

// readImports reads what the code of each folder imports; tests may import anything.
func readImports(t *testing.T) map[string][]string {
	t.Helper()
	graph := map[string][]string{}
	readCode(t, parser.ImportsOnly, func(folder string, source *ast.File, _ int) {
		for _, spec := range source.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			if !slices.Contains(graph[folder], name) {
				graph[folder] = append(graph[folder], name)
			}
		}
	})
	return graph
}

// readCode reads each file of this module that is no test, with how many lines it has.
func readCode(t *testing.T, mode parser.Mode, see func(folder string, source *ast.File, lines int)) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != root && notOurs(file):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		source, err := parser.ParseFile(token.NewFileSet(), file, text, mode)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		see(folder, source, bytes.Count(text, []byte("\n")))
		return nil
	}))
}

// notOurs says whether a folder holds no code of this module.
func notOurs(folder string) bool {
	name := filepath.Base(folder)
	_, err := os.Stat(filepath.Join(folder, "go.mod"))
	return err == nil || strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata"
}
