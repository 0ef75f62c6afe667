package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
)

// measureClicks has the journey through the pages played in a browser, on a stack of its own,
// and returns the lines in which it says how often each job had a button or a link pressed.
// Which of them cost more than their budget it says by failing.
func measureClicks(ctx context.Context) ([]string, error) {
	say("the straight path through the pages, in a browser")
	out, failed := exec.CommandContext(ctx, "go", "test", "./internal/endtoend", "-run", "^TestStraightPathInTheBrowser$", "-count", "1", "-timeout", "20m", "-v").CombinedOutput()
	lines := clickRows(out)
	switch {
	case len(lines) == 0:
		return nil, fmt.Errorf("the journey through the pages: %w\n%s", errors.Join(failed, errors.New("it counts nothing")), tail(out))
	case failed != nil:
		return lines, fmt.Errorf("the journey through the pages: %w\n%s", failed, tail(out))
	}
	return lines, nil
}

// counted is a line of the journey's result, as a row of a table.
var counted = regexp.MustCompile(`clicks: (\|.*\|)`)

// clickRows finds the rows that the journey prints.
func clickRows(out []byte) (rows []string) {
	for _, found := range counted.FindAllSubmatch(out, -1) {
		rows = append(rows, string(found[1]))
	}
	return rows
}
