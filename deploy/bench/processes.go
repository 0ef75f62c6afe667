package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What CPU time is told apart by. Postgres is both Temporal's store and ours.
const (
	ofWorker          = "worker"
	ofAPI             = "api"
	ofTemporal        = "temporal"
	ofPostgres        = "postgres: own processes"
	ofPostgresRecords = "postgres: sessions of Percorso"
	ofPostgresHistory = "postgres: sessions of Temporal"
	ofBench           = "bench"
)

// accounts lists them in the order in which they are shown.
var accounts = []string{ofWorker, ofAPI, ofTemporal, ofPostgresHistory, ofPostgresRecords, ofPostgres, ofBench}

// usage is the CPU time that each process has used, in clock ticks.
type usage map[int]struct {
	account string
	ticks   int
}

// ticksPerSecond is the kernel's USER_HZ, which is 100 on every Linux that Go runs on.
const ticksPerSecond = 100

// since gives the milliseconds a step that each account has used since an
// earlier reading.
func (u usage) since(before usage, steps int) map[string]float64 {
	cpu := map[string]float64{}
	for pid, now := range u {
		cpu[now.account] += float64(now.ticks-before[pid].ticks) * 1000 / ticksPerSecond / float64(max(steps, 1))
	}
	return cpu
}

// readProcesses reads what the stack's processes have used. The launcher starts
// them in its data folder, which is how they are told from those of another
// stack. floorWorker counts as a worker: in its turn it is the one that works.
func readProcesses(data string, floorWorker int) (usage, error) {
	u := usage{}
	found := map[string]bool{}
	err := eachProcess(func(pid int) {
		account := ""
		switch pid {
		case os.Getpid():
			account = ofBench
		case floorWorker:
			account = ofWorker
		default:
			account = accountOf(pid, data)
		}
		if account == "" {
			return
		}
		if ticks, err := ticksOf(pid, account == ofPostgres); err == nil {
			u[pid] = struct {
				account string
				ticks   int
			}{account, ticks}
			found[account] = true
		}
	})
	if err == nil && (!found[ofAPI] || !found[ofTemporal]) {
		err = fmt.Errorf("found no processes of the stack in %s: is it running, and as the same user?", data)
	}
	return u, err
}

func eachProcess(do func(pid int)) error {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			do(pid)
		}
	}
	return nil
}

// accountOf says which of the stack's processes a process is; empty: none.
func accountOf(pid int, data string) string {
	folder, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	if err != nil || folder != data && !strings.HasPrefix(folder, data+"/") {
		return ""
	}
	binary, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	words := strings.FieldsFunc(string(bytes.TrimRight(line, "\x00")), func(r rune) bool { return r == 0 || r == ' ' })
	// A binary that was built anew while it ran is marked "(deleted)".
	switch strings.TrimSuffix(filepath.Base(binary), " (deleted)") {
	case "percorso-temporal":
		return ofTemporal
	case "percorso":
		if slices.Contains(words, "worker") {
			return ofWorker
		}
		if slices.Contains(words, "api") {
			return ofAPI
		}
	case "postgres":
		// A session says whose it is: "postgres: percorso_api percorso 127.0.0.1(…) idle".
		switch {
		case slices.Contains(words, "percorso_temporal"):
			return ofPostgresHistory
		case slices.Contains(words, "percorso_api") || slices.Contains(words, "percorso_work"):
			return ofPostgresRecords
		}
		return ofPostgres
	}
	return ""
}

// ticksOf reads the CPU time of a process, of its ended children too where
// they are asked for.
func ticksOf(pid int, children bool) (ticks int, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The name, in brackets, may hold anything; state is the first field after it.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	const userTime, endOfOwn, endOfChildren = 11, 13, 15
	last := endOfOwn
	if children {
		last = endOfChildren
	}
	if len(fields) < last {
		return 0, errors.New("stat is too short")
	}
	for _, field := range fields[userTime:last] {
		n, err := strconv.Atoi(field)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return ticks, nil
}

// readMachine reads how many clock ticks the machine's processors have worked,
// for whomever, and how many there have been.
func readMachine() (busy, all int, err error) {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0, err
	}
	// cpu user nice system idle iowait irq softirq steal …; guests are part of user.
	line, _, _ := strings.Cut(string(stat), "\n")
	fields := strings.Fields(line)
	const first, idle, wait, last = 1, 4, 5, 8
	if len(fields) <= last {
		return 0, 0, errors.New("/proc/stat is too short")
	}
	for i, field := range fields[first : last+1] {
		n, err := strconv.Atoi(field)
		if err != nil {
			return 0, 0, err
		}
		all += n
		if i+first != idle && i+first != wait {
			busy += n
		}
	}
	return busy, all, nil
}

// pidOf finds a process of the stack; 0 while it does not run.
func pidOf(data, account string) (found int) {
	_ = eachProcess(func(pid int) {
		if accountOf(pid, data) == account {
			found = pid
		}
	})
	return found
}

// memoryEvery is how often the API's memory is looked at.
const memoryEvery = 500 * time.Millisecond

// watchMemory looks at the API's resident set until the returned function is
// called, which gives the highest that was seen, in KB.
func watchMemory(s *site) (highest func() int) {
	pid := pidOf(s.data, ofAPI)
	ended, result := make(chan struct{}), make(chan int)
	go func() {
		most := 0
		for {
			most = max(most, residentSet(pid))
			select {
			case <-ended:
				result <- most
				return
			case <-time.After(memoryEvery):
			}
		}
	}()
	return func() int {
		close(ended)
		return <-result
	}
}

// residentSet is the memory that a process has, in KB.
func residentSet(pid int) int {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(status)) {
		if size, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.Atoi(strings.Fields(size)[0])
			return kb
		}
	}
	return 0
}
