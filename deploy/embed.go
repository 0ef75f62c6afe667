// Package deploy embeds what an installation is set up with: the zones' files
// and the roles of the database.
package deploy

import (
	"embed"
	"io/fs"
)

//go:embed zones/*.yaml
var zones embed.FS

// RolesSQL creates Percorso's roles in a Postgres cluster. It may be run again;
// an administrator of the cluster runs it.
//
//go:embed postgres/roles.sql
var RolesSQL string

// Zones holds the zone files that are delivered, at its root.
func Zones() fs.FS {
	sub, err := fs.Sub(zones, "zones")
	if err != nil {
		panic(err) // the pattern above names the folder
	}
	return sub
}
