package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// The goals.
const (
	leastStraight = 0.75 // of the floor's steps a second, under load
	leastHTTP     = 0.70
	mostEvents    = 8 // of history, a step
	mostMemory    = 150 << 10
	mostResting   = 1500 * time.Millisecond
	mostWorking   = 3 * time.Second
	mostBytes     = 150_000 // of a first visit
	mostPaint     = time.Second
)

// result is all that was measured.
type result struct {
	plan      plan
	at        time.Time
	slots     map[string]map[int][]measurement // by way and by how many at once
	claims    map[string]measurement
	loop      loopHistory
	histories map[string]pathHistory   // of one case, by path
	paths     map[string][]measurement // by path
	walks     string                   // what the property test says of itself; empty: left out
	restarts  *restarts                // nil: left out
	visits    []visit                  // none: left out
	clicks    []string                 // rows of what each job has pressed; none: left out
}

func newResult(p plan) *result {
	r := &result{plan: p, at: time.Now(), slots: map[string]map[int][]measurement{}, claims: map[string]measurement{},
		histories: map[string]pathHistory{}, paths: map[string][]measurement{}}
	for _, way := range wayNames {
		r.slots[way] = map[int][]measurement{}
	}
	return r
}

func (r *result) add(way string, callers int, m measurement) {
	r.slots[way][callers] = append(r.slots[way][callers], m)
}

var wayNames = []string{"floor", "straight", "http"}

var wayTitles = map[string]string{"floor": "(a) floor", "straight": "(b) our processes", "http": "(c) HTTP API"}

// median is the median of a number over the repeats.
func (r *result) median(way string, callers int, of func(measurement) float64) float64 {
	return medianOf(r.slots[way][callers], of)
}

func medianOf(measurements []measurement, of func(measurement) float64) float64 {
	var list []float64
	for _, m := range measurements {
		list = append(list, of(m))
	}
	slices.Sort(list)
	return list[len(list)/2]
}

func (r *result) throughput(way string) float64 {
	return r.median(way, lanes[len(lanes)-1], measurement.perSecond)
}

func (r *result) apiMemory() (kb int) {
	for _, m := range r.slots["http"][lanes[len(lanes)-1]] {
		kb = max(kb, m.apiMemory)
	}
	return kb
}

// quiet is how much of the machine others may take before the result says so.
const quiet = 0.08

// others is the largest share of the machine that other programs took.
func (r *result) others() (share float64) {
	for _, way := range wayNames {
		for _, slots := range r.slots[way] {
			for _, m := range slots {
				share = max(share, m.others)
			}
		}
	}
	return share
}

// goal is one promise with what was measured.
type goal struct {
	what, wanted, got string
	kept              bool
}

func (r *result) goals() []goal {
	ratio := func(way string) float64 { return r.throughput(way) / r.throughput("floor") }
	perStep := float64(r.loop.events) / float64(r.loop.steps)
	list := []goal{
		{"our processes against the floor, 32 at once", fmt.Sprintf("≥ %.2f", leastStraight), fmt.Sprintf("%.2f", ratio("straight")), ratio("straight") >= leastStraight},
		{"the HTTP API against the floor, 32 at once", fmt.Sprintf("≥ %.2f", leastHTTP), fmt.Sprintf("%.2f", ratio("http")), ratio("http") >= leastHTTP},
		{"history events a step, on a run under way", fmt.Sprintf("≤ %d", mostEvents), fmt.Sprintf("%.1f", perStep), perStep <= mostEvents},
		{"memory of the API with 32 clients", "< 150 MB", fmt.Sprintf("%d MB", r.apiMemory()>>10), r.apiMemory() < mostMemory},
	}
	for _, w := range paths {
		if h, ok := r.histories[w.name]; ok {
			list = append(list, goal{"history events a step, over a case along the " + w.title, fmt.Sprintf("≤ %d", mostEvents), fmt.Sprintf("%.1f", h.perStep()), h.perStep() <= mostEvents})
		}
	}
	if r.restarts != nil {
		start := func(o restart) time.Duration { return o.fromStart }
		resting, working := middle(r.restarts.resting, start), middle(r.restarts.working, start)
		list = append(list,
			goal{"first step after kill -9 and restart of the worker", "≤ 1.5 s", seconds(resting), resting <= mostResting},
			goal{"the same, killed in the middle of a workflow task", "≤ 3 s", seconds(working), working <= mostWorking})
	}
	if len(r.visits) > 0 {
		v := middleVisit(r.visits)
		paint := time.Duration(v.Paint * float64(time.Millisecond))
		list = append(list,
			goal{fmt.Sprintf("first visit of a browser, %d files", v.Files), "≤ 150 KB", fmt.Sprintf("%d KB, %d KB unpacked", v.Bytes/1000, v.Unpacked/1000), v.Bytes <= mostBytes},
			goal{"its first paint, at 2 Mbit/s with 50 ms there and back", "≤ 1 s", seconds(paint), v.Paint > 0 && paint <= mostPaint})
	}
	return list
}

func (r *result) missed() bool {
	return slices.ContainsFunc(r.goals(), func(g goal) bool { return !g.kept })
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

// markdown is the result as people read it.
func (r *result) markdown() string {
	var b strings.Builder
	p := func(format string, arguments ...any) { fmt.Fprintf(&b, format+"\n", arguments...) }
	p("Measured on %s: %s, %d cores, %s; medians of %d measurements of %s each, by turns.\n", r.at.Format(time.DateOnly), processor(), runtime.NumCPU(), runtime.Version(), r.plan.repeats, r.plan.slot)
	p("| goal | wanted | measured | |\n| --- | --- | --- | --- |")
	for _, g := range r.goals() {
		kept := "kept"
		if !g.kept {
			kept = "**missed**"
		}
		p("| %s | %s | %s | %s |", g.what, g.wanted, g.got, kept)
	}
	for _, callers := range lanes {
		p("\n%d at once:\n", callers)
		r.table(p, callers)
	}
	if share := r.others(); share > quiet {
		p("\n**Other programs took up to %.0f %% of the machine's CPU time: measure again when it is quiet.** The CPU a step is less disturbed by that than the steps a second.", 100*share)
	}
	p("\nHistory: %.1f events and %d bytes a step on a run under way (%d steps).", float64(r.loop.events)/float64(r.loop.steps), r.loop.bytes/r.loop.steps, r.loop.steps)
	if len(r.paths) > 0 {
		r.pathTable(p)
	}
	if len(r.clicks) > 0 {
		p("\nWhat people press, besides what they type and choose; each job begins on the page where its work stands:\n\n| job | budget | buttons and links pressed | pages |\n| --- | --- | --- | --- |\n%s", strings.Join(r.clicks, "\n"))
	}
	if r.walks != "" {
		p("\nThe property test walks all processes at random, in skipped time on a real Postgres, with faults, and asks after every step what must hold: %s.", r.walks)
	}
	for _, way := range wayNames {
		if m, ok := r.claims[way]; ok {
			p("\nClaiming and releasing a task (one transaction, no step of a process), %s, 32 at once: %.0f a second, p50 %s, p95 %s, %.1f ms of CPU each.",
				wayTitles[way], m.perSecond(), milliseconds(m.percentile(50)), milliseconds(m.percentile(95)), total(m))
		}
	}
	if r.restarts != nil {
		kinds := []struct {
			title string
			list  []restart
		}{{"no workflow task in flight", r.restarts.resting}, {"one in flight", r.restarts.working}}
		p("\n| worker killed with -9, %d times each | from the start of the new worker | from the kill |\n| --- | --- | --- |", len(r.restarts.resting))
		for _, k := range kinds {
			p("| %s | %s | %s |", k.title, spread(k.list, func(o restart) time.Duration { return o.fromStart }), spread(k.list, func(o restart) time.Duration { return o.fromKill }))
		}
	}
	return b.String()
}

// table compares the ways under one load.
func (r *result) table(p func(string, ...any), callers int) {
	title, line := "|", "| --- |"
	for _, way := range wayNames {
		title += " | " + wayTitles[way]
		line += " --- |"
	}
	p("%s |\n%s", title, line)
	row := func(name, format string, of func(measurement) float64) {
		text := "| " + name + " |"
		for _, way := range wayNames {
			text += fmt.Sprintf(" "+format+" |", r.median(way, callers, of))
		}
		p("%s", text)
	}
	row("steps a second", "%.0f", measurement.perSecond)
	for _, percent := range []int{50, 95} {
		row(fmt.Sprintf("latency, p%d, ms", percent), "%.1f", func(m measurement) float64 { return float64(m.percentile(percent).Microseconds()) / 1000 })
	}
	row("CPU a step, all processes, ms", "%.2f", total)
	floorCPU := r.median("floor", callers, total)
	row("the floor's CPU as a part of it", "%.2f", func(m measurement) float64 { return floorCPU / total(m) })
	for _, account := range accounts {
		row("… "+account, "%.2f", func(m measurement) float64 { return m.cpu[account] })
	}
}

// pathTable compares whole paths.
func (r *result) pathTable(p func(string, ...any)) {
	p("\nWhole cases from the desk to the closure, over HTTP, %d at once, %d measurements of %s each by turns:\n", lanes[len(lanes)-1], r.plan.repeats, r.plan.paths)
	p("| | %s | %s | ratio |\n| --- | --- | --- | --- |", paths[0].title, paths[1].title)
	row := func(name, format string, of func(path) float64) {
		straight, complex := of(paths[0]), of(paths[1])
		p("| %s | "+format+" | "+format+" | %.2f |", name, straight, complex, complex/straight)
	}
	history := func(of func(pathHistory) int) func(path) float64 {
		return func(w path) float64 { return float64(of(r.histories[w.name])) }
	}
	median := func(of func(measurement) float64) func(path) float64 {
		return func(w path) float64 { return medianOf(r.paths[w.name], of) }
	}
	row("steps a second", "%.0f", median(measurement.perSecond))
	row("CPU a step, all processes, ms", "%.2f", median(total))
	row("processes of a case", "%.0f", history(func(h pathHistory) int { return h.runs }))
	row("commands of people a case", "%.0f", history(func(h pathHistory) int { return h.commands }))
	row("steps a case, with what processes tell each other and clocks", "%.0f", history(func(h pathHistory) int { return h.steps }))
	row("history events a case", "%.0f", history(func(h pathHistory) int { return h.events }))
	row("history events a step", "%.1f", func(w path) float64 { return r.histories[w.name].perStep() })
	row("history bytes a case", "%.0f", history(func(h pathHistory) int { return h.bytes }))
}

// total is the CPU time of all processes a step, in milliseconds.
func total(m measurement) (ms float64) {
	for _, account := range accounts {
		ms += m.cpu[account]
	}
	return ms
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
}

// spread is the median, with the least and the most.
func spread(list []restart, of func(restart) time.Duration) string {
	least, most := of(list[0]), of(list[0])
	for _, o := range list {
		least, most = min(least, of(o)), max(most, of(o))
	}
	return fmt.Sprintf("%s (%s to %s)", seconds(middle(list, of)), seconds(least), seconds(most))
}

// processor names the machine's processor.
func processor() string {
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// markers are the lines of a Markdown file between which a result stands.
type markers string

// What stands between them.
const (
	benchMarkers  markers = "bench"
	listsMarkers  markers = "lists"
	offersMarkers markers = "offers"
)

func (m markers) begin() string { return "<!-- " + string(m) + ": begin -->\n" }
func (m markers) end() string   { return "<!-- " + string(m) + ": end -->\n" }

func writeBetweenMarkers(file string, m markers, text string) error {
	content, err := os.ReadFile(file) // #nosec G304 -- named by who runs the bench
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(content), m.begin())
	_, after, closed := strings.Cut(rest, m.end())
	if !ok || !closed {
		return fmt.Errorf("%s has no markers for %s", file, m)
	}
	return os.WriteFile(file, []byte(before+m.begin()+"\n"+text+"\n"+m.end()+after), 0o644) // #nosec G306 -- a page for everybody
}
