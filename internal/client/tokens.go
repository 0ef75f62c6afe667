package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Tokens asks the launcher of the one-machine stack for bearer tokens of demo
// accounts. The launcher gives PERCORSO_STACK to what it runs: its own binary.
func Tokens(ctx context.Context, accounts ...string) (map[string]string, error) {
	launcher := os.Getenv("PERCORSO_STACK")
	if launcher == "" {
		return nil, errors.New("PERCORSO_STACK is not set: this runs beside the stack of one machine, see docs/operations.md")
	}
	command := exec.CommandContext(ctx, launcher, append([]string{"token"}, accounts...)...) // #nosec G204 G702 -- the operator's own launcher
	var complaint bytes.Buffer
	command.Stderr = &complaint
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("tokens: %w: %s", err, strings.TrimSpace(complaint.String()))
	}
	lines := strings.Fields(string(out))
	if len(lines) != len(accounts) {
		return nil, fmt.Errorf("the launcher gave %d tokens for %d accounts", len(lines), len(accounts))
	}
	tokens := map[string]string{}
	for i, account := range accounts {
		tokens[account] = lines[i]
	}
	return tokens, nil
}
