// Package mailbox is the mail receiver of the one-machine stack: it takes every mail that Percorso sends,
// keeps it in a file, and shows it on a page. It delivers nothing further.
package mailbox

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// ErrUnknown says that there is no mail with this id.
var ErrUnknown = errors.New("no such mail")

const (
	suffix = ".eml"
	// idTime makes names sort by arrival.
	idTime = "20060102T150405.000000"
)

// Box keeps mails as files of a folder, one a mail, as they came over the wire.
type Box struct{ folder string }

// Open uses the folder, and makes it when missing.
func Open(folder string) (*Box, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	return &Box{folder: folder}, nil
}

// Keep stores a mail durably and returns its id. A mail whose file is cut off by a crash is not there:
// its sender was told nothing, and sends it again.
func (b *Box) Keep(recipients []string, mail io.Reader) (string, error) {
	id := time.Now().UTC().Format(idTime) + "-" + strings.ToLower(rand.Text()[:8])
	path := filepath.Join(b.folder, id+suffix)
	file, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	err = write(file, recipients, mail)
	if err != nil {
		_ = os.Remove(path + ".new")
		return "", err
	}
	return id, os.Rename(path+".new", path)
}

// write puts the envelope's recipients in front of the mail, as mail servers do: hidden copies are named
// nowhere else.
func write(file *os.File, recipients []string, mail io.Reader) error {
	_, err := fmt.Fprintf(file, "%s: %s\r\n", deliveredTo, strings.Join(recipients, ", "))
	if err == nil {
		_, err = io.Copy(file, mail)
	}
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// Mails returns all mails, the newest first, without those that cannot be read as a mail.
func (b *Box) Mails() ([]Mail, error) {
	entries, err := os.ReadDir(b.folder)
	if err != nil {
		return nil, err
	}
	slices.Reverse(entries)
	mails := []Mail{}
	for _, entry := range entries {
		id, ok := strings.CutSuffix(entry.Name(), suffix)
		if !ok {
			continue
		}
		mail, err := b.Mail(id)
		if err != nil {
			continue
		}
		mails = append(mails, mail)
	}
	return mails, nil
}

// Mail returns one mail. Errors: ErrUnknown, or that the file is no mail.
func (b *Box) Mail(id string) (Mail, error) {
	if id != filepath.Base(id) {
		return Mail{}, ErrUnknown
	}
	file, err := os.Open(filepath.Join(b.folder, id+suffix))
	if errors.Is(err, fs.ErrNotExist) {
		return Mail{}, ErrUnknown
	}
	if err != nil {
		return Mail{}, err
	}
	defer func() { _ = file.Close() }()
	mail, err := parse(file)
	mail.ID = id
	return mail, err
}
