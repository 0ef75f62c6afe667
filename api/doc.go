// Package api is the gin process of Percorso: the REST API, the pages that
// people work on, login, and the watch over the machinery. It is stateless and
// runs in as many copies as wanted.
//
// Programs and people do the same things through the same door: a handler reads
// the form, and act checks it, makes the command durable, wakes its process and
// waits a moment for what became of it (see act.go). The store is behind the
// interface Records; the processes are behind process.go.
package api
