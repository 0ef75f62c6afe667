// Package care holds the domain of Percorso: the states of tasks, referrals and
// cases, who may move them, what a form must say, and the rules that decide.
//
// It does no I/O, reads no clock and imports nothing of ours. Workflows, store
// and pages ask the same functions, so that a rule has one home.
package care
