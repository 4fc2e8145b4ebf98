package backup_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/backup"
	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/jobs"
	"lianxin/internal/base/once"
	"lianxin/internal/base/vault"
)

type clerk struct{}

func (clerk) Trace() (county, account, roles, door, request string) {
	return "990101", "account-1", "office", "test", "r"
}

// place is a data folder with a database in it, as a machine has it.
type place struct {
	t      *testing.T
	folder string
	dsn    string
	vault  *vault.Vault
}

func newPlace(t *testing.T, engine db.Engine) *place {
	p := &place{t: t, folder: t.TempDir()}
	p.dsn = filepath.Join(p.folder, "lianxin.db")
	if engine == db.Postgres {
		p.dsn = dbtest.PostgresDSN(t)
	}
	return p
}

func (p *place) open(a *audit.AnchorFile) *db.DB {
	p.t.Helper()
	v, err := vault.Open(filepath.Join(p.folder, "lianxin.key"), noEnv, true, rand.Reader)
	if err != nil {
		p.t.Fatal(err)
	}
	p.vault = v
	o := db.Options{Now: time.Now, Rand: rand.Reader, Vault: v}
	if a != nil {
		o.Anchor = a.Note
	}
	d, err := db.Open(p.t.Context(), p.dsn, o)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { d.Close() })
	return d
}

func (p *place) filled(n int) *db.DB {
	p.t.Helper()
	d := p.open(nil)
	if _, err := db.Migrate(p.t.Context(), d); err != nil {
		p.t.Fatal(err)
	}
	if err := jobs.Migrate(p.t.Context(), d, 0); err != nil {
		p.t.Fatal(err)
	}
	for i := range n {
		if err := write(p.t.Context(), d, fmt.Sprintf("filled-%06d", i)); err != nil {
			p.t.Fatal(err)
		}
	}
	return d
}

func (p *place) target(open ...age.Identity) backup.Target {
	return backup.Target{Open: open, DSN: p.dsn, Scratch: p.folder, KeyFile: filepath.Join(p.folder, "lianxin.key"),
		AnchorFile: filepath.Join(p.folder, "audit.anchor"), Getenv: noEnv, Now: time.Now, Rand: rand.Reader}
}

func noEnv(string) string { return "" }

func (p *place) options() backup.Options {
	return backup.Options{Folder: filepath.Join(p.folder, "backups"), OwnKey: filepath.Join(p.folder, "backup.key"), VaultKey: filepath.Join(p.folder, "lianxin.key"), Program: "test"}
}

func (p *place) keys() []age.Identity {
	p.t.Helper()
	ids, err := backup.Identities(filepath.Join(p.folder, "backup.key"))
	if err != nil {
		p.t.Fatal(err)
	}
	return ids
}

// write is one acknowledged write with everything that belongs to it: stored
// answer, audit row and job.
func write(ctx context.Context, d *db.DB, op string) error {
	return db.Do(ctx, d, func(tx *db.Tx) error {
		_, _, err := once.Do(ctx, tx, clerk{}, "note", op, map[string]string{"words": "老人'\"\\\n家里\t漏雨 " + op}, func() (string, error) {
			audit.Note(tx, clerk{}, "note.record", "note:"+op, "/99/")
			return op, jobs.Insert(ctx, tx, "recount", map[string]string{"note": op})
		})
		return err
	})
}

func engines(t *testing.T, f func(*testing.T, db.Engine)) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) { f(t, e) })
	}
}

// Sixteen people write while the backup runs. What is restored on another
// machine holds every write acknowledged before, and for each write in it all
// that belongs to it.
func TestUnderSixteenWriters(t *testing.T) {
	engines(t, func(t *testing.T, e db.Engine) {
		ctx := t.Context()
		a := newPlace(t, e)
		d := a.filled(0)
		var stop atomic.Bool
		var mu sync.Mutex
		var acked []string
		var wg sync.WaitGroup
		for w := range 16 {
			wg.Go(func() {
				for i := 0; !stop.Load(); i++ {
					op := fmt.Sprintf("writer-%02d-%06d", w, i)
					if err := write(ctx, d, op); err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					acked = append(acked, op)
					mu.Unlock()
				}
			})
		}
		time.Sleep(400 * time.Millisecond)
		mu.Lock()
		before := slices.Clone(acked)
		mu.Unlock()
		res, err := backup.Make(ctx, d, a.options())
		mu.Lock()
		during := len(acked) - len(before)
		mu.Unlock()
		stop.Store(true)
		wg.Wait()
		if err != nil {
			t.Fatal(err)
		}
		if !res.NewKey || len(before) == 0 {
			t.Errorf("new key %v, %d writes before", res.NewKey, len(before))
		}
		t.Logf("%d writes acknowledged before, %d while it ran; %d rows, %d bytes", len(before), during, len(res.Manifest.Rows), res.Size)

		b := newPlace(t, e)
		rep, err := backup.Restore(ctx, res.File, b.target(a.keys()...))
		if err != nil {
			t.Fatal(err)
		}
		r := b.open(nil)
		if todo, err := db.Pending(ctx, r); err != nil || len(todo) != 0 {
			t.Errorf("schema: %v %v", todo, err)
		}
		ops, err := db.All(ctx, r, db.Text, `SELECT id FROM operations ORDER BY id`)
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range before {
			if _, ok := slices.BinarySearch(ops, op); !ok {
				t.Errorf("%s was acknowledged before the backup and is not in it", op)
			}
		}
		notes, err := db.All(ctx, r, db.Text, `SELECT object FROM audit_rows ORDER BY object`)
		if err != nil {
			t.Fatal(err)
		}
		for i := range notes {
			notes[i] = strings.TrimPrefix(notes[i], "note:")
		}
		if diff := cmp.Diff(ops, notes); diff != "" {
			t.Error("operations and audit rows differ:\n" + diff)
		}
		if n, err := db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM river_job`); err != nil || n != len(ops) {
			t.Errorf("%d jobs for %d operations, %v", n, len(ops), err)
		}
		as, err := audit.ReadAnchors(filepath.Join(b.folder, "audit.anchor"))
		if err != nil || len(as) != 1 {
			t.Fatalf("%v %v", as, err)
		}
		if n, found, err := audit.Verify(ctx, r, as, nil); err != nil || len(found) > 0 || n != int64(len(ops)) || rep.Audit != n {
			t.Errorf("audit: %d rows, %v, %v", n, found, err)
		}
		// Sealed answers open with the key that came along, and work goes on.
		if err := write(ctx, r, before[0]); err != nil {
			t.Error(err)
		}
		if err := write(ctx, r, "after-the-restore"); err != nil {
			t.Error(err)
		}
		if n, err := db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM operations`); err != nil || n != len(ops)+1 {
			t.Errorf("%d operations, want %d, %v", n, len(ops)+1, err)
		}
	})
}

// Whatever single byte is changed, and wherever the file is cut or lengthened,
// it is refused and the target stays as it was.
func TestAnyChangedByteIsRefused(t *testing.T) {
	ctx := t.Context()
	a := newPlace(t, db.SQLite)
	res, err := backup.Make(ctx, a.filled(3), a.options())
	if err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(res.File)
	if err != nil {
		t.Fatal(err)
	}
	b := newPlace(t, db.SQLite)
	file := filepath.Join(b.folder, "changed")
	refused := func(name string, text []byte) {
		t.Helper()
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := backup.Restore(ctx, file, b.target(a.keys()...)); !fault.Is(err, fault.Invalid) {
			t.Fatalf("%s: %v", name, err)
		}
		es, err := os.ReadDir(b.folder)
		if err != nil || len(es) != 1 {
			t.Fatalf("%s: the folder was touched: %v %v", name, es, err)
		}
	}
	step := max(1, len(good)/400)
	for i := 0; i < len(good); i += step {
		bad := slices.Clone(good)
		bad[i] ^= 1 << (i % 8)
		refused(fmt.Sprintf("byte %d of %d", i, len(good)), bad)
	}
	for i := 0; i < 300; i++ { // the header byte by byte
		bad := slices.Clone(good)
		bad[i] ^= 1
		refused(fmt.Sprintf("header byte %d", i), bad)
	}
	refused("last byte", append(slices.Clone(good[:len(good)-1]), good[len(good)-1]^0x80))
	refused("one byte short", good[:len(good)-1])
	refused("half", good[:len(good)/2])
	refused("longer", append(slices.Clone(good), 0))
	refused("empty", nil)
	if err := os.WriteFile(file, good, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(ctx, file, b.target(a.keys()...)); err != nil {
		t.Errorf("the unchanged file: %v", err)
	}
}

func TestEachRecipientAlone(t *testing.T) {
	ctx := t.Context()
	a := newPlace(t, db.SQLite)
	d := a.filled(1)
	opt := a.options()
	var files []string
	for _, n := range []string{"one", "two", "stranger"} {
		f := filepath.Join(t.TempDir(), n)
		pub, err := backup.Generate(f)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
		if n != "stranger" {
			opt.Recipients = append(opt.Recipients, pub)
		}
	}
	res, err := backup.Make(ctx, d, opt)
	if err != nil {
		t.Fatal(err)
	}
	if res.NewKey {
		t.Error("a key of its own was made although recipients were given")
	}
	for i, f := range files {
		ids, err := backup.Identities(f)
		if err != nil {
			t.Fatal(err)
		}
		_, err = backup.Check(ctx, res.File, newPlace(t, db.SQLite).target(ids...))
		if (i < 2) != (err == nil) {
			t.Errorf("key %d: %v", i, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	engines(t, func(t *testing.T, e db.Engine) {
		ctx := t.Context()
		a := newPlace(t, e)
		res, err := backup.Make(ctx, a.filled(2), a.options())
		if err != nil {
			t.Fatal(err)
		}
		b := newPlace(t, e)
		// Another installation with a key and records of its own.
		other := b.filled(5)
		if _, err := backup.Restore(ctx, res.File, b.target(a.keys()...)); !fault.Is(err, fault.Conflict) {
			t.Errorf("other key: %v", err)
		}
		if n, err := db.One(ctx, other, db.Int, `SELECT COUNT(*) FROM operations`); err != nil || n != 5 {
			t.Errorf("the target was touched: %d %v", n, err)
		}
		other.Close()
		if err := os.Rename(filepath.Join(b.folder, "lianxin.key"), filepath.Join(b.folder, "old.key")); err != nil {
			t.Fatal(err)
		}
		tg := b.target(a.keys()...)
		if _, err := backup.Restore(ctx, res.File, tg); !fault.Is(err, fault.Conflict) {
			t.Errorf("not empty: %v", err)
		}
		tg.Force = true
		rep, err := backup.Restore(ctx, res.File, tg)
		if err != nil {
			t.Fatal(err)
		}
		if e == db.SQLite {
			if _, err := os.Stat(rep.Aside); err != nil {
				t.Error(err)
			}
		}
		r := b.open(nil)
		if n, err := db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM operations`); err != nil || n != 2 {
			t.Errorf("%d %v", n, err)
		}
		// Without its key a backup of sealed records is of no use; say so.
		opt := a.options()
		opt.VaultKey = ""
		bare, err := backup.Make(ctx, a.open(nil), opt)
		if err != nil {
			t.Fatal(err)
		}
		c := newPlace(t, e)
		if _, err := backup.Restore(ctx, bare.File, c.target(a.keys()...)); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "backup.key_missing") {
			t.Errorf("no key: %v", err)
		}
		// A key from the environment opens it.
		tg = c.target(a.keys()...)
		text, err := os.ReadFile(filepath.Join(a.folder, "lianxin.key"))
		if err != nil {
			t.Fatal(err)
		}
		tg.Getenv = func(k string) string {
			if k == vault.EnvKey {
				return strings.TrimSpace(string(text))
			}
			return ""
		}
		if _, err := backup.Restore(ctx, bare.File, tg); err != nil {
			t.Error(err)
		}
		// Somebody who only knows the public key cannot make one that is taken.
		evil := newPlace(t, e)
		evil.filled(1)
		eo := evil.options()
		x, ok := a.keys()[0].(*age.X25519Identity)
		if !ok {
			t.Fatal("kind of key")
		}
		eo.Recipients, eo.VaultKey = []string{x.Recipient().String()}, ""
		forged, err := backup.Make(ctx, evil.open(nil), eo)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := backup.Restore(ctx, forged.File, a.target(a.keys()...)); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "backup.not_ours") {
			t.Errorf("forged: %v", err)
		}
	})
}

// A page damaged on the disk is found before a good backup is replaced.
func TestDamagedDatabaseIsNotBackedUp(t *testing.T) {
	a := newPlace(t, db.SQLite)
	d := a.filled(200)
	d.Close()
	b, err := os.ReadFile(a.dsn)
	if err != nil {
		t.Fatal(err)
	}
	// Wherever that record stands: in its table, and in indexes, which the copy
	// makes anew and therefore does not read.
	for at := 0; at < len(b); at += 4096 {
		if page := b[at : at+4096]; bytes.Contains(page, []byte("filled-000100")) {
			page[2000] ^= 4
		}
	}
	if err := os.WriteFile(a.dsn, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Make(t.Context(), a.open(nil), a.options()); err == nil {
		t.Fatal("made a backup of a damaged database")
	}
	if l, err := backup.List(filepath.Join(a.folder, "backups")); err != nil || len(l) != 0 {
		t.Errorf("%v %v", l, err)
	}
}

func TestOldOnesGo(t *testing.T) {
	a := newPlace(t, db.SQLite)
	d := a.filled(1)
	opt := a.options()
	opt.Keep = 2
	var last string
	for range 4 {
		r, err := backup.Make(t.Context(), d, opt)
		if err != nil {
			t.Fatal(err)
		}
		last = r.File
	}
	l, err := backup.List(opt.Folder)
	if err != nil || len(l) != 2 {
		t.Fatalf("%v %v", l, err)
	}
	if !slices.ContainsFunc(l, func(f backup.Found) bool { return f.File == last }) {
		t.Error("the newest is gone")
	}
	es, err := os.ReadDir(opt.Folder)
	if err != nil || len(es) != 2 {
		t.Errorf("rests remain: %v", es)
	}
}

func TestBadRecipient(t *testing.T) {
	a := newPlace(t, db.SQLite)
	opt := a.options()
	opt.Recipients = []string{"age1" + base64.RawStdEncoding.EncodeToString([]byte("not a key"))}
	if _, err := backup.Make(t.Context(), a.filled(1), opt); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}
