// Package api is the gin process of Percorso. It mounts its parts: who asks
// (access), what is asked (act), the REST API for programs (rest), and the places
// that people work in (pages). It is stateless and runs in as many copies as wanted.
//
// Programs and people do the same things through the same door: a handler reads
// the form, and act.Door checks it, makes the command durable, wakes its process
// and waits a moment for what became of it. The store is behind Records.
package api
