package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
)

// measureWalks has the property test of the processes walk at random for long,
// and returns the line in which it says how far it came.
func measureWalks(ctx context.Context, walks int) (string, error) {
	say("%d random walks of the property test", walks)
	command := exec.CommandContext(ctx, "go", "test", "./workflows", "-run", "^TestEveryWalkLeadsToClosure$", "-count", "1", "-timeout", "20m", "-v", "-walks", strconv.Itoa(walks)) // #nosec G204 -- our own test
	out, err := command.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("the property test: %w\n%s", err, tail(out))
	}
	return walkLine(out)
}

var walked = regexp.MustCompile(`\d+ steps in \d+ walks, \d+ a second`)

// walkLine finds the test's line.
func walkLine(out []byte) (string, error) {
	line := walked.Find(out)
	if line == nil {
		return "", fmt.Errorf("the property test says nothing of its steps:\n%s", tail(out))
	}
	return string(line), nil
}

// tail is the end of a long output.
func tail(out []byte) []byte {
	const most = 4 << 10
	return out[max(0, len(out)-most):]
}
