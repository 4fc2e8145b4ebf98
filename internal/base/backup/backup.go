// Package backup copies everything into one file that only its recipients can
// open, while people go on working, and puts it back.
//
// A backup is an age file (age-encryption.org) around a compressed tar: the
// database as of one moment, the key of the personal fields when it lies in a
// file (without it the restored records could not be read), and a manifest with
// hashes, row counts, schema version and the audit chains' heads. The manifest
// carries a MAC under the key of the personal fields, so that a file made by
// somebody who merely knows a public key is not taken for ours.
//
// The embedded database is copied as a file. PostgreSQL is written table by
// table in one repeatable-read transaction, by this program alone: no tool of
// the right version has to be at hand on the day of need.
//
// Restoring decrypts and checks all of it in a scratch folder first — every
// byte is authenticated, so one flipped bit is enough to refuse — and only then
// touches data. Sources: GB/T 22239-2019 8.1.4.9; security BAK-1 to BAK-3.
package backup

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/jobs"
	"lianxin/internal/base/vault"
)

// Suffix ends the name of every backup.
const Suffix = ".lianxin-backup"

const format = 1

// Manifest says what a backup holds.
type Manifest struct {
	Format  int              `json:"format"`
	Engine  db.Engine        `json:"engine"`
	MadeAt  time.Time        `json:"made_at"`
	Program string           `json:"program"`
	Schema  int              `json:"schema"`      // newest migration taken
	Jobs    int              `json:"jobs_schema"` // version of the job tables
	Rows    map[string]int64 `json:"rows"`        // by table
	Heads   []audit.Anchor   `json:"audit_heads"`
	Files   []File           `json:"files"`
}

// File is one file inside.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Options of a backup.
type Options struct {
	Folder     string   // where the file goes; made when missing
	Recipients []string // age public keys; none: OwnKey
	OwnKey     string   // key file made when there are no recipients
	VaultKey   string   // key file of the personal fields to take along, "" for none
	Program    string   // version of the program
	Keep       int      // newest backups kept, 0 for all
	Progress   func(done, total int64)
}

// Result of a backup.
type Result struct {
	File     string   `json:"file"`
	Size     int64    `json:"size"`
	Manifest Manifest `json:"manifest"`
	// NewKey says that OwnKey was made just now: it must be stored elsewhere,
	// or the backup is worth nothing once this machine is lost.
	NewKey bool `json:"new_key"`
}

// Make writes a backup while the database is in use.
func Make(ctx context.Context, d *db.DB, opt Options) (res Result, err error) {
	if err := os.MkdirAll(opt.Folder, 0o700); err != nil {
		return res, err
	}
	to, fresh, err := recipients(opt)
	if err != nil {
		return res, err
	}
	res.NewKey = fresh
	scratch, err := os.MkdirTemp(opt.Folder, ".making-")
	if err != nil {
		return res, err
	}
	defer os.RemoveAll(scratch)
	m, err := gather(ctx, d, scratch)
	if err != nil {
		return res, err
	}
	m.Format, m.Engine, m.MadeAt, m.Program = format, d.Engine, d.Now(), opt.Program
	if opt.VaultKey != "" {
		if err := copyFile(opt.VaultKey, filepath.Join(scratch, keyName)); err != nil {
			return res, err
		}
	}
	part := filepath.Join(scratch, "out")
	if err := pack(part, scratch, to, &m, d.Vault(), opt.Progress); err != nil {
		return res, err
	}
	res.Manifest = m
	res.File = filepath.Join(opt.Folder, "lianxin-"+m.MadeAt.Format("20060102T150405Z")+Suffix)
	for n := 2; ; n++ {
		if _, err := os.Stat(res.File); os.IsNotExist(err) {
			break
		}
		res.File = filepath.Join(opt.Folder, fmt.Sprintf("lianxin-%s-%d%s", m.MadeAt.Format("20060102T150405Z"), n, Suffix))
	}
	st, err := os.Stat(part)
	if err != nil {
		return res, err
	}
	res.Size = st.Size()
	if err := os.Rename(part, res.File); err != nil {
		return res, err
	}
	syncFolder(opt.Folder)
	return res, prune(opt.Folder, opt.Keep)
}

const (
	keyName      = "lianxin.key"
	sqliteName   = "database.sqlite"
	manifestName = "manifest.json"
	macName      = "manifest.mac"
)

// gather writes the database's content into the scratch folder.
func gather(ctx context.Context, d *db.DB, scratch string) (m Manifest, err error) {
	if d.Engine == db.Postgres {
		return dump(ctx, d, scratch)
	}
	file := filepath.Join(scratch, sqliteName)
	if err := d.CopyTo(ctx, file); err != nil {
		return m, err
	}
	if err := os.Chmod(file, 0o600); err != nil {
		return m, err
	}
	if err := db.Scrub(ctx, file); err != nil {
		return m, err // damage is found before it replaces a good backup
	}
	c, err := db.Open(ctx, file, db.Options{Now: d.Now, Rand: d.Rand(), Vault: d.Vault(), Readers: 1})
	if err != nil {
		return m, err
	}
	m, err = describe(ctx, c)
	return m, errors.Join(err, c.Close())
}

// describe reads versions, row counts and audit heads of a database at rest.
func describe(ctx context.Context, d *db.DB) (m Manifest, err error) {
	steps, err := db.Steps(ctx, d)
	if err != nil || len(steps) == 0 {
		return m, errors.Join(err, errors.New("backup: the database holds no schema yet"))
	}
	m.Schema = steps[len(steps)-1]
	if m.Jobs, err = jobs.Version(ctx, d); err != nil {
		return m, err
	}
	if m.Rows, err = count(ctx, d); err != nil {
		return m, err
	}
	m.Heads, err = heads(ctx, d)
	return m, err
}

func count(ctx context.Context, r *db.DB) (map[string]int64, error) {
	names, err := db.Tables(ctx, r)
	if err != nil {
		return nil, err
	}
	out := map[string]int64{}
	for _, t := range names {
		if out[t], err = db.One(ctx, r, db.Int64, `SELECT COUNT(*) FROM `+ident(t)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func heads(ctx context.Context, r db.Reader) ([]audit.Anchor, error) {
	return db.All(ctx, r, func(w db.Row) (a audit.Anchor, err error) { return a, w.Scan(&a.County, &a.Seq, &a.Seal) },
		`SELECT county, seq, seal FROM audit_heads ORDER BY county`)
}

// pack writes the scratch folder's files and the manifest, sealed, to part.
func pack(part, scratch string, to []age.Recipient, m *Manifest, v *vault.Vault, progress func(done, total int64)) (err error) {
	es, err := os.ReadDir(scratch)
	if err != nil {
		return err
	}
	var names []string
	var total, done int64
	for _, e := range es {
		i, err := e.Info()
		if err != nil {
			return err
		}
		names = append(names, e.Name())
		total += i.Size()
	}
	out, err := os.OpenFile(filepath.Clean(part), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	sealed, err := age.Encrypt(out, to...)
	if err != nil {
		return err
	}
	zip, err := gzip.NewWriterLevel(sealed, gzip.BestSpeed)
	if err != nil {
		return err
	}
	tw := tar.NewWriter(zip)
	for _, n := range names {
		f, err := add(tw, scratch, n, func(k int64) {
			if done += k; progress != nil {
				progress(done, total)
			}
		})
		if err != nil {
			return err
		}
		m.Files = append(m.Files, f)
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := small(tw, manifestName, text); err != nil {
		return err
	}
	if err := small(tw, macName, []byte(mac(v, text))); err != nil {
		return err
	}
	for _, c := range []io.Closer{tw, zip, sealed} {
		if err := c.Close(); err != nil {
			return err
		}
	}
	return out.Sync()
}

func add(tw *tar.Writer, scratch, name string, tick func(int64)) (File, error) {
	root, err := os.OpenRoot(scratch)
	if err != nil {
		return File{}, err
	}
	defer root.Close()
	f, err := root.Open(name)
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return File{}, err
	}
	if err := tw.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: st.Size(), Format: tar.FormatPAX}); err != nil {
		return File{}, err
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(tw, h, ticker(tick)), f)
	return File{name, n, hex.EncodeToString(h.Sum(nil))}, err
}

type ticker func(int64)

// Write counts what passes.
func (t ticker) Write(b []byte) (int, error) { t(int64(len(b))); return len(b), nil }

func small(tw *tar.Writer, name string, b []byte) error {
	if err := tw.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(b)), Format: tar.FormatPAX}); err != nil {
		return err
	}
	_, err := tw.Write(b)
	return err
}

func mac(v *vault.Vault, text []byte) string {
	m := hmac.New(sha256.New, v.Sub("backup manifest"))
	m.Write(text)
	return hex.EncodeToString(m.Sum(nil))
}

// Found is a backup lying in a folder.
type Found struct {
	File string    `json:"file"`
	At   time.Time `json:"at"`
	Size int64     `json:"size"`
}

// List gives the backups of a folder, newest first, by their file time. A
// missing folder has none.
func List(folder string) ([]Found, error) {
	es, err := os.ReadDir(folder)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Found
	for _, e := range es {
		if !strings.HasSuffix(e.Name(), Suffix) {
			continue
		}
		if i, err := e.Info(); err == nil {
			out = append(out, Found{filepath.Join(folder, e.Name()), i.ModTime(), i.Size()})
		}
	}
	slices.SortFunc(out, func(a, b Found) int { return b.At.Compare(a.At) })
	return out, nil
}

func prune(folder string, keep int) error {
	if keep <= 0 {
		return nil
	}
	l, err := List(folder)
	if err != nil || len(l) <= keep {
		return err
	}
	for _, f := range l[keep:] {
		if err := os.Remove(f.File); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	b, err := os.ReadFile(filepath.Clean(from))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Clean(to), b, 0o600) // #nosec G703 -- the scratch folder we made; the operator's own setting
}

func syncFolder(folder string) {
	if f, err := os.Open(filepath.Clean(folder)); err == nil {
		_ = f.Sync() // some systems cannot; the files themselves are synced
		_ = f.Close()
	}
}
