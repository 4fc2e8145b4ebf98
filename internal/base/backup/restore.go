package backup

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/jobs"
	"lianxin/internal/base/vault"
)

// Target is where a backup is put back.
type Target struct {
	Open       []age.Identity // secret keys that may open it
	DSN        string         // database, as for db.Open
	Scratch    string         // folder for the unpacked copy; on the disk of an embedded database
	KeyFile    string         // key of the personal fields; written when it is missing
	AnchorFile string         // audit anchors; written anew
	Getenv     func(string) string
	Force      bool // replace what is there; an embedded database is set aside, not deleted
	Now        func() time.Time
	Rand       io.Reader
	Progress   func(done, total int64)
}

// Report of a restoration or a check.
type Report struct {
	Manifest Manifest `json:"manifest"`
	Rows     int64    `json:"rows"`
	Audit    int64    `json:"audit_rows_verified"`
	Aside    string   `json:"set_aside,omitempty"` // where the former database lies now
}

// Check opens a backup and verifies all of it without touching any data. For
// an embedded database this includes its pages, row counts and audit chains.
func Check(ctx context.Context, file string, t Target) (Report, error) {
	s, err := unpack(ctx, file, t)
	if err != nil {
		return Report{}, err
	}
	defer s.remove()
	return s.report, nil
}

// Restore puts a backup back. Nothing is touched before the whole file has been
// authenticated and verified.
func Restore(ctx context.Context, file string, t Target) (Report, error) {
	s, err := unpack(ctx, file, t)
	if err != nil {
		return Report{}, err
	}
	defer s.remove()
	if err := s.place(ctx, t); err != nil {
		return s.report, err
	}
	if err := s.keepKey(t); err != nil {
		return s.report, err
	}
	return s.report, writeAnchors(t.AnchorFile, s.report.Manifest.Heads)
}

type scratch struct {
	folder string
	vault  *vault.Vault
	key    []byte // key file of the personal fields found inside
	report Report
}

func (s *scratch) remove() { _ = os.RemoveAll(s.folder) }

func tampered(err error) error { return fault.Wrap(err, fault.Invalid, "backup.tampered") }

// unpack decrypts into a scratch folder and verifies.
func unpack(ctx context.Context, file string, t Target) (s *scratch, err error) {
	f, err := os.Open(filepath.Clean(file))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	plain, err := age.Decrypt(f, t.Open...)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "backup.not_opened")
	}
	if err := os.MkdirAll(t.Scratch, 0o700); err != nil {
		return nil, err
	}
	s = &scratch{}
	if s.folder, err = os.MkdirTemp(t.Scratch, ".restoring-"); err != nil {
		return nil, err
	}
	if err := s.verify(ctx, plain, t); err != nil {
		s.remove()
		return nil, err
	}
	return s, nil
}

func (s *scratch) verify(ctx context.Context, plain io.Reader, t Target) error {
	hashes, manifest, sum, err := s.extract(ctx, plain)
	if err != nil {
		return err
	}
	if s.vault, err = s.openVault(t); err != nil {
		return err
	}
	if !hmac.Equal([]byte(mac(s.vault, manifest)), sum) {
		return fault.New(fault.Invalid, "backup.not_ours")
	}
	m := &s.report.Manifest
	if err := json.Unmarshal(manifest, m); err != nil {
		return tampered(err)
	}
	if m.Format != format {
		return fault.New(fault.Invalid, "backup.newer", "format", m.Format)
	}
	listed := map[string]File{}
	for _, f := range m.Files {
		listed[f.Name] = f
	}
	if !maps.Equal(listed, hashes) {
		return tampered(errors.New("files differ from the manifest"))
	}
	known, err := db.Migrations()
	if err != nil {
		return err
	}
	if m.Schema > known[len(known)-1].Version {
		return fault.New(fault.Conflict, "fault.schema_newer", "version", m.Schema)
	}
	for _, n := range m.Rows {
		s.report.Rows += n
	}
	if m.Engine != db.SQLite {
		return nil
	}
	file := filepath.Join(s.folder, sqliteName)
	if err := db.Scrub(ctx, file); err != nil {
		return tampered(err)
	}
	d, err := db.Open(ctx, file, db.Options{Now: t.Now, Rand: t.Rand, Vault: s.vault, Readers: 1})
	if err != nil {
		return err
	}
	return errors.Join(s.agrees(ctx, d, t), d.Close())
}

// agrees compares a database with the manifest: every row count, every chain.
func (s *scratch) agrees(ctx context.Context, d *db.DB, t Target) error {
	m := s.report.Manifest
	rows, err := count(ctx, d)
	if err != nil {
		return err
	}
	if !maps.Equal(rows, m.Rows) {
		return tampered(fmt.Errorf("row counts differ: %v, %v in the manifest", rows, m.Rows))
	}
	n, found, err := audit.Verify(ctx, d, m.Heads, func(n int64) {
		if t.Progress != nil {
			t.Progress(n, m.Rows["audit_rows"])
		}
	})
	if err != nil {
		return err
	}
	s.report.Audit = n
	if len(found) > 0 {
		return fault.New(fault.Invalid, "backup.audit", "county", found[0].County, "seq", found[0].Seq)
	}
	return nil
}

// extract writes the files of the archive and hashes them. It reads to the very
// end, because the last piece is authenticated only there.
func (s *scratch) extract(ctx context.Context, plain io.Reader) (hashes map[string]File, manifest, sum []byte, err error) {
	zip, err := gzip.NewReader(plain)
	if err != nil {
		return nil, nil, nil, tampered(err)
	}
	tr := tar.NewReader(zip)
	hashes = map[string]File{}
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, nil, tampered(err)
		}
		if err := ctx.Err(); err != nil {
			return nil, nil, nil, err
		}
		if h.Name != filepath.Base(h.Name) || strings.HasPrefix(h.Name, ".") || h.Typeflag != tar.TypeReg {
			return nil, nil, nil, tampered(fmt.Errorf("strange entry %q", h.Name))
		}
		switch h.Name {
		case manifestName, macName, keyName:
			b, err := io.ReadAll(io.LimitReader(tr, 16<<20))
			if err != nil {
				return nil, nil, nil, tampered(err)
			}
			switch h.Name {
			case manifestName:
				manifest = b
			case macName:
				sum = b
			default:
				s.key = b
				x := sha256.Sum256(b)
				hashes[h.Name] = File{h.Name, int64(len(b)), hex.EncodeToString(x[:])}
			}
			continue
		}
		f, err := s.write(h.Name, tr)
		if err != nil {
			return nil, nil, nil, err
		}
		hashes[h.Name] = f
	}
	for _, r := range []io.Reader{zip, plain} {
		if n, err := io.Copy(io.Discard, r); err != nil || n > 1<<20 {
			return nil, nil, nil, tampered(errors.Join(err, errors.New("the end does not fit")))
		}
	}
	return hashes, manifest, sum, nil
}

func (s *scratch) write(name string, r io.Reader) (File, error) {
	out, err := os.OpenFile(filepath.Join(s.folder, filepath.Base(name)), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return File{}, err
	}
	h := sha256.New()
	in := &reading{r: r}
	n, err := io.Copy(io.MultiWriter(out, h), in)
	err = errors.Join(err, out.Sync(), out.Close())
	if in.err != nil {
		return File{}, tampered(in.err)
	}
	return File{name, n, hex.EncodeToString(h.Sum(nil))}, err
}

// reading keeps failures of the source apart from those of the disk written to.
type reading struct {
	r   io.Reader
	err error
}

// Read reads on and remembers what went wrong.
func (r *reading) Read(b []byte) (int, error) {
	n, err := r.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// openVault takes the key that is at the target; on a new machine, the one in
// the backup. Two different keys are refused: one of the two sets of records
// could not be read any more.
func (s *scratch) openVault(t Target) (*vault.Vault, error) {
	_, err := os.Stat(t.KeyFile)
	if t.Getenv(vault.EnvKey) != "" || err == nil {
		v, err := vault.Open(t.KeyFile, t.Getenv, false, t.Rand)
		if err != nil {
			return nil, err
		}
		if s.key != nil {
			in, err := vault.Open("", func(string) string { return string(s.key) }, false, t.Rand)
			if err != nil {
				return nil, tampered(err)
			}
			if !hmac.Equal(in.Sub("same key"), v.Sub("same key")) {
				return nil, fault.New(fault.Conflict, "backup.other_key", "file", t.KeyFile)
			}
		}
		return v, nil
	}
	if s.key == nil {
		return nil, fault.New(fault.Invalid, "backup.key_missing", "file", t.KeyFile)
	}
	v, err := vault.Open("", func(string) string { return string(s.key) }, false, t.Rand)
	if err != nil {
		return nil, tampered(err)
	}
	return v, nil
}

func (s *scratch) keepKey(t Target) error {
	if s.key == nil || t.Getenv(vault.EnvKey) != "" {
		return nil
	}
	if _, err := os.Stat(t.KeyFile); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(t.KeyFile), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Clean(t.KeyFile), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(s.key)
	return errors.Join(err, f.Sync(), f.Close())
}

func (s *scratch) place(ctx context.Context, t Target) error {
	m := s.report.Manifest
	toPostgres := strings.HasPrefix(t.DSN, "postgres://") || strings.HasPrefix(t.DSN, "postgresql://")
	if toPostgres != (m.Engine == db.Postgres) {
		return fault.New(fault.Invalid, "backup.other_engine", "engine", string(m.Engine))
	}
	if toPostgres {
		return s.placePostgres(ctx, t)
	}
	if _, err := os.Stat(t.DSN); err == nil {
		if !t.Force {
			return fault.New(fault.Conflict, "backup.not_empty", "place", t.DSN)
		}
		s.report.Aside = t.DSN + ".before-" + t.Now().UTC().Format("20060102T150405Z")
		// The log belongs to its database; it goes first, so that a crash in
		// between never leaves a new database beside an old log.
		for _, x := range []string{"-wal", "-shm", ""} {
			if err := os.Rename(t.DSN+x, s.report.Aside+x); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		}
	}
	if err := os.MkdirAll(filepath.Dir(t.DSN), 0o700); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(s.folder, sqliteName), t.DSN); err != nil {
		return err
	}
	syncFolder(filepath.Dir(t.DSN))
	return nil
}

func (s *scratch) placePostgres(ctx context.Context, t Target) error {
	d, err := db.Open(ctx, t.DSN, db.Options{Now: t.Now, Rand: t.Rand, Vault: s.vault})
	if err != nil {
		return err
	}
	defer d.Close()
	tables, err := db.Tables(ctx, d)
	if err != nil {
		return err
	}
	if len(tables) > 0 {
		if !t.Force {
			return fault.New(fault.Conflict, "backup.not_empty", "place", "PostgreSQL")
		}
		if err := clear(ctx, d.Pool(), tables); err != nil {
			return err
		}
	}
	m := s.report.Manifest
	if err := db.MigrateTo(ctx, d, m.Schema); err != nil {
		return err
	}
	if err := jobs.Migrate(ctx, d, m.Jobs); err != nil {
		return err
	}
	if err := load(ctx, d, s.folder, m, t.Progress); err != nil {
		return err
	}
	return s.agrees(ctx, d, t)
}

// clear removes the tables and the job library's types and functions.
func clear(ctx context.Context, p *sql.DB, tables []string) error {
	tx, err := p.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to undo
	for i, t := range tables {
		tables[i] = ident(t)
	}
	if _, err := tx.ExecContext(ctx, `DROP TABLE `+strings.Join(tables, ", ")+` CASCADE`); err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, `SELECT 'DROP FUNCTION IF EXISTS ' || p.oid::regprocedure || ' CASCADE', 1 FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace
		UNION ALL SELECT 'DROP TYPE IF EXISTS ' || t.oid::regtype || ' CASCADE', 2 FROM pg_type t WHERE t.typnamespace = current_schema()::regnamespace AND t.typtype IN ('e', 'd') ORDER BY 2`)
	if err != nil {
		return err
	}
	qs, err := texts(rows)
	if err != nil {
		return err
	}
	for _, q := range qs {
		if _, err := tx.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func texts(rows *sql.Rows) (out []string, err error) {
	defer rows.Close()
	for rows.Next() {
		var s string
		var order int
		if err := rows.Scan(&s, &order); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

func scanHeads(rows *sql.Rows) (out []audit.Anchor, err error) {
	defer rows.Close()
	for rows.Next() {
		var a audit.Anchor
		if err := rows.Scan(&a.County, &a.Seq, &a.Seal); err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, rows.Err()
}

// writeAnchors starts the anchor file anew: the restored chains are older than
// the anchors that lie there, which would otherwise look like a cut-off end.
func writeAnchors(file string, heads []audit.Anchor) error {
	if file == "" {
		return nil
	}
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	a, err := audit.OpenAnchors(file)
	if err != nil {
		return err
	}
	for _, h := range slices.All(heads) {
		a.Note(h.County, h.Seq, h.Seal)
	}
	return a.Close()
}
