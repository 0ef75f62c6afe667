// Package identity is the OpenID provider of the one-machine stack: a real provider with demo accounts.
//
// It stands where a region's provider stands in production, so that Percorso knows one way in only. All
// its accounts share one published password, hence it belongs on a loopback address.
package identity

import (
	"errors"
	"fmt"
	"os"

	"go.yaml.in/yaml/v3"
)

const (
	// Administrator is the one account that is nobody's staff: it opens the Temporal UI.
	Administrator = "admin"
	// Password opens every demo account.
	Password = "percorso"
)

// Account is somebody who can log in. What they may do is not written here: Percorso keeps roles in its
// own staff table, keyed by Subject.
type Account struct {
	Subject string `yaml:"subject"`
	Name    string `yaml:"name"`
	Email   string `yaml:"email"`
	Zone    string `yaml:"zone"`
}

// LoadAccounts reads the accounts from a staff file and adds the administrator.
func LoadAccounts(path string) ([]Account, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var accounts []Account
	if err := yaml.Unmarshal(content, &accounts); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	seen := map[string]bool{Administrator: true}
	for i, account := range accounts {
		if account.Subject == "" {
			return nil, fmt.Errorf("%s: entry %d has no subject", path, i+1)
		}
		if seen[account.Subject] {
			return nil, fmt.Errorf("%s: %s comes twice", path, account.Subject)
		}
		seen[account.Subject] = true
	}
	if len(accounts) == 0 {
		return nil, errors.New(path + ": no accounts")
	}
	return append(accounts, Account{Subject: Administrator, Name: "Amministrazione del sistema"}), nil
}
