package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/klauspost/compress/gzhttp"
)

// The folder vendor inside is filled at build time and may be absent: the pages
// are then plain and work all the same.
//
//go:embed assets
var assetFiles embed.FS

// asset is a file that pages ask for, under an address of its own.
type asset struct {
	name    string // of the file, from the folder of the assets
	address string
	content []byte
}

// assets are all files by name. Our own style sheet names fonts, whose addresses it
// is given, so it is read last.
var assets = readAssets()

func readAssets() map[string]asset {
	files := map[string]asset{}
	read := func(name string, change func([]byte) []byte) error {
		content, err := assetFiles.ReadFile(name)
		if err != nil {
			return err
		}
		a := asset{name: strings.TrimPrefix(name, "assets/"), content: change(content)}
		a.address = addressOf(a.name, a.content)
		files[a.name] = a
		return nil
	}
	var sheets []string
	err := fs.WalkDir(assetFiles, "assets", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || entry.IsDir():
			return err
		case path.Ext(name) == ".css":
			sheets = append(sheets, name)
			return nil
		}
		return read(name, func(content []byte) []byte { return content })
	})
	for _, name := range sheets {
		if err == nil {
			err = read(name, func(sheet []byte) []byte { return withAddresses(sheet, files) })
		}
	}
	if err != nil {
		panic(err)
	}
	return files
}

// addressOf is where a file is: the digest of its content makes the address a new
// one when it changes, and only then, so that browsers may keep it.
func addressOf(name string, content []byte) string {
	digest := sha256.Sum256(content)
	return "/assets/" + hex.EncodeToString(digest[:8]) + "/" + name
}

var namedInSheet = regexp.MustCompile(`url\("([^":]+)"\)`)

// withAddresses puts addresses in the place of the files that a style sheet names.
func withAddresses(sheet []byte, files map[string]asset) []byte {
	return namedInSheet.ReplaceAllFunc(sheet, func(named []byte) []byte {
		if a, ok := files[string(namedInSheet.FindSubmatch(named)[1])]; ok {
			return []byte(`url("` + a.address + `")`)
		}
		return named
	})
}

// Asset is the address of an asset: Asset("percorso.css"). One that is not there has
// an address all the same, at which nothing is.
func Asset(name string) string {
	if a, ok := assets[name]; ok {
		return a.address
	}
	return addressOf(name, nil)
}

// Assets serves the assets under Asset's addresses, and writes what is text in short
// for browsers that read it.
func Assets() http.Handler {
	at := map[string]asset{}
	for _, a := range assets {
		at[a.address] = a
	}
	short, err := gzhttp.NewWrapper(gzhttp.ContentTypes([]string{"text/css", "text/javascript", "image/svg+xml"}))
	if err != nil {
		panic(err)
	}
	return short(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := at[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		http.ServeContent(w, r, a.name, time.Time{}, bytes.NewReader(a.content))
	}))
}
