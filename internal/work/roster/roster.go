// Package roster takes in the lists that offices already keep (花名册导入): an
// upload waits, sealed, while somebody looks at what was recognised (对列), puts
// wrong rows right (改错) and sees what would change (预览); one confirmation writes
// everything in one transaction, with the import as its source. The rows that
// are right never wait for those that are not.
//
// The same file again changes nothing: homes are found by the keyed index of
// ID numbers, or by name, village and group. What differs is listed and changed
// only where it is ticked. For 24 hours a confirmed import can be undone, if
// nothing was built on it; the file itself is forgotten after seven days.
//
// Owns: roster_imports, roster_traces. Refuses: places outside one's reach, a
// second confirmation, undoing what visits or others stand on. Sources:
// requirements A2 and A7; domain.md §5 (complaint 1); 个人信息保护法 6 and 19.
package roster

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"io"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/grid"
	rule "lianxin/internal/rule/roster"
	"lianxin/internal/work/scope"
)

// States of an import.
const (
	Waiting   = "staged"    // uploaded, nothing written
	Confirmed = "confirmed" // written
	Undone    = "undone"    // written and taken back
	Expired   = "expired"   // never confirmed; the file is forgotten
)

// How long things last.
const (
	Keep     = 7 * 24 * time.Hour // an upload and its file
	UndoTime = 24 * time.Hour     // after the confirmation
)

// Import is one upload as lists and doors show it.
type Import struct {
	ID        string `json:"id"`
	Township  string `json:"township"` // path
	Name      string `json:"name"`     // of the file
	Format    string `json:"format"`   // xlsx, csv or paste
	State     string `json:"state"`
	Counts    Counts `json:"counts"`
	MadeAt    int64  `json:"made_at"` // milliseconds since 1970
	ExpiresAt int64  `json:"expires_at"`
	DoneAt    int64  `json:"done_at,omitempty"`
	UndoneAt  int64  `json:"undone_at,omitempty"`
	Version   int    `json:"version"` // of layouts and decisions
	By        string `json:"by"`      // account
}

// UndoUntil is the last moment at which it can be undone, zero when it was
// never confirmed.
func (i Import) UndoUntil() time.Time {
	if i.DoneAt == 0 {
		return time.Time{}
	}
	return time.UnixMilli(i.DoneAt).Add(UndoTime)
}

// Counts are figures of a file: what it holds that is good, what of it is new,
// and what is left.
type Counts struct {
	Cadres     int `json:"officials"`
	Households int `json:"households"`
	Members    int `json:"members"`
	Pairings   int `json:"pairings"`

	NewCadres     int `json:"officials_new"`
	SameCadres    int `json:"officials_same"`
	ChangedCadres int `json:"officials_changed"`
	NewHomes      int `json:"households_new"`
	SameHomes     int `json:"households_same"`
	ChangedHomes  int `json:"households_changed"`
	NewMembers    int `json:"members_new"`
	NewPairings   int `json:"pairings_new"`
	SamePairings  int `json:"pairings_same"`
	OtherPairings int `json:"pairings_other"` // somebody else helps the home; change of helper is another step

	Errors   int `json:"errors"`   // problems that hold rows back
	Warnings int `json:"warnings"` // problems that do not
	Held     int `json:"held"`     // rows left to put right
	Skipped  int `json:"skipped"`  // heads, sums, notes
	Updated  int `json:"updated"`  // changed ones that were ticked at the confirmation
}

// Staged is an upload opened.
type Staged struct {
	Import
	Book    grid.Workbook
	Layouts []rule.Layout
	Fixes   []rule.Fix
}

const columns = `i.id, i.region, i.name, i.format, i.state, i.counts, i.made_by, i.made_at, i.expires_at, i.done_at, i.undone_at, i.version`

func scanner(r db.Reader, county string) func(db.Row) (Import, error) {
	return func(w db.Row) (x Import, err error) {
		counts := ""
		if err = w.Scan(&x.ID, &x.Township, &x.Name, &x.Format, &x.State, &counts, &x.By, &x.MadeAt, &x.ExpiresAt, &x.DoneAt, &x.UndoneAt, &x.Version); err != nil {
			return x, err
		}
		if x.Name, err = r.Vault().Open(at("name", county, x.ID), x.Name); err != nil || counts == "" {
			return x, err
		}
		return x, json.Unmarshal([]byte(counts), &x.Counts)
	}
}

func at(column, county, id string) vault.Place {
	return vault.Place{Table: "roster_imports", Column: column, County: county, Row: id}
}

// Get gives an import to those who may import there.
func Get(ctx context.Context, r db.Reader, who access.Actor, id string) (Import, error) {
	x, err := db.One(ctx, r, scanner(r, who.County()), `SELECT `+columns+` FROM roster_imports i WHERE i.county = $1 AND i.id = $2`, who.County(), id)
	if err != nil {
		return x, err
	}
	if err := scope.Can(who, access.RosterImport, x.Township, false); err != nil {
		return Import{}, err
	}
	return x, nil
}

// List gives the imports in reach, newest first.
func List(ctx context.Context, r db.Reader, who access.Actor, place, after string, limit int) ([]Import, string, error) {
	s, err := scope.Reach(who, access.RosterImport, place)
	if err != nil {
		return nil, "", err
	}
	var args scope.Args
	where := scope.Where(s, &args, "i.region", nil, scope.Nobody) + " AND i.county = " + args.Add(who.County())
	if _, err := scope.After(after, scope.ID); err != nil {
		return nil, "", err
	}
	if after != "" {
		where += " AND i.id < " + args.Add(after)
	}
	n := scope.Limit(limit)
	xs, err := db.All(ctx, r, scanner(r, who.County()), `SELECT `+columns+` FROM roster_imports i WHERE `+where+` ORDER BY i.id DESC LIMIT `+args.Add(n+1), args...)
	if err != nil {
		return nil, "", err
	}
	xs, next := scope.Cut(xs, n, func(x Import) string { return x.ID })
	return xs, next, nil
}

// Earlier lists confirmed imports of the same file, newest first.
func Earlier(ctx context.Context, r db.Reader, who access.Actor, x Import) ([]Import, error) {
	return db.All(ctx, r, scanner(r, who.County()), `SELECT `+columns+` FROM roster_imports i WHERE i.county = $1 AND i.hash = (SELECT h.hash FROM roster_imports h WHERE h.county = $1 AND h.id = $2) AND i.region = $3 AND i.state = 'confirmed' AND i.id <> $2 ORDER BY i.id DESC LIMIT 5`,
		who.County(), x.ID, x.Township)
}

// Open gives an upload with its cells, layouts and decisions.
func Open(ctx context.Context, r db.Reader, who access.Actor, id string) (Staged, error) {
	x, err := Get(ctx, r, who, id)
	if err != nil {
		return Staged{}, err
	}
	s := Staged{Import: x}
	type sealed struct{ cells, layouts, fixes string }
	raw, err := db.One(ctx, r, func(w db.Row) (v sealed, err error) { return v, w.Scan(&v.cells, &v.layouts, &v.fixes) },
		`SELECT cells, layouts, fixes FROM roster_imports WHERE county = $1 AND id = $2`, who.County(), id)
	if err != nil {
		return s, err
	}
	if raw.cells == "" {
		return s, fault.New(fault.Gone, "import.forgotten")
	}
	return s, errors.Join(open(r, at("cells", who.County(), id), raw.cells, &s.Book), open(r, at("layouts", who.County(), id), raw.layouts, &s.Layouts), open(r, at("fixes", who.County(), id), raw.fixes, &s.Fixes))
}

// File gives the uploaded file as it was, for the annotated copy.
func File(ctx context.Context, r db.Reader, who access.Actor, id string) ([]byte, error) {
	if _, err := Get(ctx, r, who, id); err != nil {
		return nil, err
	}
	s, err := db.One(ctx, r, db.Text, `SELECT file FROM roster_imports WHERE county = $1 AND id = $2`, who.County(), id)
	if err != nil {
		return nil, err
	}
	if s == "" {
		return nil, fault.New(fault.Gone, "import.forgotten")
	}
	text, err := r.Vault().Open(at("file", who.County(), id), s)
	return []byte(text), err
}

// seal packs a value; cells of a township's list shrink to a tenth.
func seal(r db.Reader, p vault.Place, v any) (string, error) {
	var b bytes.Buffer
	z, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		return "", err
	}
	if err := gob.NewEncoder(z).Encode(v); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	return r.Vault().Seal(p, b.String()), nil
}

func open(r db.Reader, p vault.Place, sealed string, into any) error {
	if sealed == "" {
		return nil
	}
	text, err := r.Vault().Open(p, sealed)
	if err != nil {
		return err
	}
	// What is unpacked was packed here and authenticated, so its size is ours.
	z := flate.NewReader(bytes.NewReader([]byte(text)))
	if err := gob.NewDecoder(z).Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}
