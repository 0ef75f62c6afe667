// Package deferred is how the API tells of accepted entries that cannot be worked, and of what became of those that were refused.
package deferred

import (
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// DeferredJSON is one of them. The name is that of its schema.
//
//nolint:revive // the description of the API has named it so
type DeferredJSON struct {
	ID         string         `json:"id"`
	CaseFileID string         `json:"case_file_id,omitempty"`
	CaseNumber string         `json:"case_number,omitempty"`
	Operation  care.Operation `json:"operation"`
	Author     string         `json:"author,omitempty" doc:"Name; not there where a process or a partner asked"`
	Since      time.Time      `json:"since"`
	Code       string         `json:"code" doc:"Why it cannot be worked: an SQLSTATE, or unreadable"`
	Tries      int            `json:"tries"`
	NextTry    time.Time      `json:"next_try"`
	Behind     int            `json:"behind" doc:"Later entries of the same sender that wait for it"`
}

// Of converts.
func Of(e ledger.DeferredEntry) DeferredJSON {
	return DeferredJSON{e.ID, e.CaseID, e.CaseNumber, e.Operation, e.Author, e.Since, e.Code, e.Tries, e.Next, e.Behind}
}
