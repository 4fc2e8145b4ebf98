// Package search finds words of any language in texts that lie encrypted. The
// index holds tokens in place of words: a keyed hash (HMAC-SHA-256, its own key
// per county, cut to 40 bits) of every pair of neighbouring characters, and of
// every facet by which a search is narrowed, places and owners too. Without the
// key a stolen file tells no word, and nothing in it is in the order of the
// text. The tokens lie in an FTS5 table without contents on SQLite and in an
// array with a GIN index on PostgreSQL; the answers are the same.
//
// Whoever changes a text marks it in his transaction, which costs one small
// row; Work reads marked texts, several at a time, and indexes them. A pair of
// characters says that a word may stand in a text, not that it does: the caller
// opens what is found and looks. The package knows neither the texts' owners
// nor who may read them.
//
// Owns: search_docs, search_marks, search_index.
package search

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"hash"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/vault"
)

// Doc is one text to be found.
type Doc struct {
	County, Kind, Ref string
	Day               string   // "2026-11-23": the order of answers, newest first
	Clock             string   // "15:20", "" when not said
	Facets            []string // what a search may be narrowed by, each a code of the caller's
	Texts             []string // folded: runs of letters and digits with spaces between them
}

// Hit is one answer: a text that may hold the words.
type Hit struct {
	Kind, Ref string
	Seq       int64 // its place in the order of answers
}

// Query asks for texts that hold all pairs of all words and one facet of each group.
type Query struct {
	County   string
	Words    []string   // folded as the texts were
	Groups   [][]string // of each group one facet at least
	From, To string     // days, "" for no bound
	Before   int64      // only what comes after this place in the order; 0 for the beginning
	Limit    int
}

// MaxWords bounds the pairs of characters one question may ask for.
const MaxWords = 40

// Grams gives the pairs of neighbouring characters of a folded text, each once.
// A run of one character has none.
func Grams(folded string) []string {
	seen := map[[2]rune]bool{}
	var out []string
	var last rune
	for _, r := range folded {
		if r != ' ' && last != 0 {
			if k := [2]rune{last, r}; !seen[k] {
				seen[k] = true
				out = append(out, string(k[:]))
			}
		}
		if last = r; r == ' ' {
			last = 0
		}
	}
	return out
}

// tokens makes the tokens of one county.
type tokens struct{ mac hash.Hash }

func tokensOf(v *vault.Vault, county string) tokens {
	return tokens{hmac.New(sha256.New, v.Sub("search "+county))}
}

func (t tokens) sum(class byte, value string) []byte {
	t.mac.Reset()
	t.mac.Write([]byte{class})
	t.mac.Write([]byte(value))
	return t.mac.Sum(nil)
}

// token is 40 bits: enough that two pairs seldom share one, and what is found
// is looked at anyway.
func (t tokens) token(class byte, value string) int64 {
	return int64(binary.BigEndian.Uint64(t.sum(class, value)) >> 24) // #nosec G115 -- 40 bits
}

// The classes keep a text's word from looking like a facet.
const (
	gram  = 'g'
	facet = 'f'
	month = 'm'
	order = 'o'
)

var small = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// spell writes a token as a word of eight letters, for FTS5.
func spell(n int64) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n)<<24) // #nosec G115 -- 40 bits
	return small.EncodeToString(b[:5])
}

func spelled(ns []int64) string {
	var b strings.Builder
	b.Grow(len(ns) * 9)
	for i, n := range ns {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(spell(n))
	}
	return b.String()
}

// array writes tokens as PostgreSQL spells an array.
func array(ns []int64) string {
	b := []byte{'{'}
	for i, n := range ns {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return string(append(b, '}'))
}

// tailBits are the low bits of a text's place in the order; above them lie the
// minutes since 1970, so that the order of the numbers is that of the days.
const tailBits = 36

// minute gives the minutes from 1970 to a day and a time of day.
func minute(day, clock string) int64 {
	at, err := time.Parse("2006-01-02 15:04", day+" "+clock)
	if err != nil {
		if at, err = time.Parse("2006-01-02", day); err != nil {
			return 0
		}
	}
	return max(0, at.Unix()/60)
}

// seq is where a text stands: by its day and time, and among those of the same
// minute by a keyed hash of its reference, so that an index made anew has the
// same order.
func (t tokens) seq(x Doc) int64 {
	return minute(x.Day, x.Clock)<<tailBits | int64(binary.BigEndian.Uint64(t.sum(order, x.Kind+"\x00"+x.Ref))>>(64-tailBits)) // #nosec G115 -- 36 bits
}

// Mark notes in the transaction of a change that a text must be read again:
// it is new, changed, moved or gone. A mark that is there already is touched, not
// left alone: on PostgreSQL that holds its row until the change is committed, so
// that nobody takes the mark away without having seen the change.
func Mark(ctx context.Context, tx *db.Tx, county, kind, ref string) error {
	_, err := tx.Exec(ctx, `INSERT INTO search_marks (county, kind, ref, at) VALUES ($1, $2, $3, $4) ON CONFLICT (county, kind, ref) DO UPDATE SET at = excluded.at`, county, kind, ref, tx.Now.UnixMilli())
	return err
}

// MarkAll marks many texts of one kind.
func MarkAll(ctx context.Context, tx *db.Tx, county, kind string, refs []string) error {
	rows := make([][]any, len(refs))
	for i, r := range refs {
		rows[i] = []any{county, kind, r, tx.Now.UnixMilli()}
	}
	return db.Insert(ctx, tx, `INSERT INTO search_marks (county, kind, ref, at)`, `ON CONFLICT (county, kind, ref) DO UPDATE SET at = excluded.at`, rows)
}

// MarkFacets marks all texts that carry one of some facets: those of a place
// that was merged into another.
func MarkFacets(ctx context.Context, tx *db.Tx, county string, facets ...string) error {
	t := tokensOf(tx.Vault(), county)
	var ns []int64
	for _, f := range facets {
		ns = append(ns, t.token(facet, f))
	}
	q := `INSERT INTO search_marks (county, kind, ref, at) SELECT d.county, d.kind, d.ref, CAST($3 AS BIGINT) FROM search_index x CROSS JOIN search_docs d
		WHERE search_index MATCH $2 AND d.seq = x.rowid AND d.county = $1 ON CONFLICT (county, kind, ref) DO UPDATE SET at = excluded.at`
	arg := either(ns)
	if tx.Engine() == db.Postgres {
		q = `INSERT INTO search_marks (county, kind, ref, at) SELECT d.county, d.kind, d.ref, CAST($3 AS BIGINT) FROM search_index x JOIN search_docs d ON d.seq = x.seq
			WHERE x.tokens && CAST(CAST($2 AS TEXT) AS BIGINT[]) AND d.county = $1 ON CONFLICT (county, kind, ref) DO UPDATE SET at = excluded.at`
		arg = array(ns)
	}
	_, err := tx.Exec(ctx, q, county, arg, tx.Now.UnixMilli())
	return err
}

// Pending is how many texts wait to be indexed, counted up to most.
func Pending(ctx context.Context, r db.Reader, most int) (int, error) {
	return db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM (SELECT 1 FROM search_marks LIMIT $1) x`, most)
}

// Loader reads texts for the index: of the references asked for, those that are
// to be found. What it leaves out is dropped.
type Loader func(ctx context.Context, r db.Reader, county, kind string, refs []string) ([]Doc, error)

// Work indexes up to n marked texts, the last marked first, in one transaction
// and tells how many marks it took. The texts are read after the marks are taken
// away, so that a change meanwhile waits or leaves a new mark.
func Work(ctx context.Context, d *db.DB, n int, load Loader) (int, error) {
	return db.Write(ctx, d, func(tx *db.Tx) (int, error) {
		type mark struct{ county, kind, ref string }
		ms, err := db.All(ctx, tx, func(w db.Row) (m mark, err error) { return m, w.Scan(&m.county, &m.kind, &m.ref) },
			`SELECT county, kind, ref FROM search_marks ORDER BY at DESC, county DESC, kind DESC, ref DESC LIMIT $1`+tx.ForUpdate(), n)
		if err != nil {
			return 0, err
		}
		type group struct{ county, kind string }
		var order []group
		refs := map[group][]string{}
		for _, m := range ms {
			g := group{m.county, m.kind}
			if refs[g] == nil {
				order = append(order, g)
			}
			refs[g] = append(refs[g], m.ref)
		}
		for _, g := range order {
			args := []any{g.county, g.kind}
			if _, err := tx.Exec(ctx, `DELETE FROM search_marks WHERE county = $1 AND kind = $2 AND ref IN `+in(&args, refs[g]), args...); err != nil {
				return 0, err
			}
		}
		for _, g := range order {
			docs, err := load(ctx, tx, g.county, g.kind, refs[g])
			if err != nil {
				return 0, err
			}
			there := map[string]bool{}
			for _, x := range docs {
				there[x.Ref] = true
			}
			gone := slices.DeleteFunc(refs[g], func(ref string) bool { return there[ref] })
			if err := Drop(ctx, tx, g.county, g.kind, gone...); err != nil {
				return 0, err
			}
			if err := put(ctx, tx, g.county, g.kind, docs); err != nil {
				return 0, err
			}
		}
		return len(ms), nil
	})
}

// Put indexes texts in place of what was indexed of them before.
func Put(ctx context.Context, tx *db.Tx, docs ...Doc) error {
	for len(docs) > 0 {
		n := 1
		for n < len(docs) && docs[n].County == docs[0].County && docs[n].Kind == docs[0].Kind {
			n++
		}
		if err := put(ctx, tx, docs[0].County, docs[0].Kind, docs[:n]); err != nil {
			return err
		}
		docs = docs[n:]
	}
	return nil
}

// put indexes texts of one kind of a county, each once, with few statements.
func put(ctx context.Context, tx *db.Tx, county, kind string, docs []Doc) error {
	if len(docs) == 0 {
		return nil
	}
	refs := make([]string, len(docs))
	for i, x := range docs {
		refs[i] = x.Ref
	}
	was, err := seqsOf(ctx, tx, county, kind, refs)
	if err != nil {
		return err
	}
	t := tokensOf(tx.Vault(), county)
	seqs, err := t.places(ctx, tx, docs, was)
	if err != nil {
		return err
	}
	if err := unindex(ctx, tx, was); err != nil {
		return err
	}
	var moved, index [][]any
	for i, x := range docs {
		if was[x.Ref] != seqs[i] {
			moved = append(moved, []any{county, kind, x.Ref, seqs[i]})
		}
		ns := t.all(x, tx.Engine())
		if tx.Engine() == db.Postgres {
			index = append(index, []any{seqs[i], ns})
		} else {
			index = append(index, []any{seqs[i], spelled(ns)})
		}
	}
	if err := db.Insert(ctx, tx, `INSERT INTO search_docs (county, kind, ref, seq)`, `ON CONFLICT (county, kind, ref) DO UPDATE SET seq = excluded.seq`, moved); err != nil {
		return err
	}
	into := `INSERT INTO search_index (rowid, tokens)`
	if tx.Engine() == db.Postgres {
		into = `INSERT INTO search_index (seq, tokens)`
	}
	return db.Insert(ctx, tx, into, "", index)
}

// places gives each text a place in the order that no other has. 36 bits seldom
// meet within a minute, but they may.
func (t tokens) places(ctx context.Context, tx *db.Tx, docs []Doc, was map[string]int64) ([]int64, error) {
	out := make([]int64, len(docs))
	var args []any
	for i, x := range docs {
		out[i] = t.seq(x)
	}
	type place struct {
		ref string
		seq int64
	}
	there, err := db.All(ctx, tx, func(w db.Row) (p place, err error) { return p, w.Scan(&p.ref, &p.seq) }, `SELECT ref, seq FROM search_docs WHERE seq IN `+in(&args, out), args...)
	if err != nil {
		return nil, err
	}
	taken := map[int64]bool{}
	for _, p := range there {
		taken[p.seq] = true
	}
	for _, seq := range was {
		taken[seq] = true
	}
	for i, x := range docs {
		if out[i] == was[x.Ref] {
			continue
		}
		for taken[out[i]] {
			out[i]++
			n, err := db.One(ctx, tx, db.Int, `SELECT COUNT(*) FROM search_docs WHERE seq = $1`, out[i])
			if err != nil {
				return nil, err
			}
			taken[out[i]] = taken[out[i]] || n > 0
		}
		taken[out[i]] = true
	}
	return out, nil
}

// all gives the tokens of a text, each once.
func (t tokens) all(x Doc, e db.Engine) []int64 {
	seen := map[int64]bool{}
	var ns []int64
	add := func(n int64) {
		if !seen[n] {
			seen[n] = true
			ns = append(ns, n)
		}
	}
	for _, f := range x.Facets {
		add(t.token(facet, f))
	}
	for _, text := range x.Texts {
		for _, g := range Grams(text) {
			add(t.token(gram, g))
		}
	}
	if e == db.Postgres && len(x.Day) >= 7 {
		add(t.token(month, x.Day[:7])) // the other engine walks the index by day
	}
	return ns
}

// Drop takes texts out of the index.
func Drop(ctx context.Context, tx *db.Tx, county, kind string, refs ...string) error {
	was, err := seqsOf(ctx, tx, county, kind, refs)
	if err != nil || len(was) == 0 {
		return err
	}
	if err := unindex(ctx, tx, was); err != nil {
		return err
	}
	args := []any{county, kind}
	_, err = tx.Exec(ctx, `DELETE FROM search_docs WHERE county = $1 AND kind = $2 AND ref IN `+in(&args, refs), args...)
	return err
}

// seqsOf is where texts stand; those that are not indexed are missing.
func seqsOf(ctx context.Context, r db.Reader, county, kind string, refs []string) (map[string]int64, error) {
	m := map[string]int64{}
	if len(refs) == 0 {
		return m, nil
	}
	args := []any{county, kind}
	type place struct {
		ref string
		seq int64
	}
	ps, err := db.All(ctx, r, func(w db.Row) (p place, err error) { return p, w.Scan(&p.ref, &p.seq) }, `SELECT ref, seq FROM search_docs WHERE county = $1 AND kind = $2 AND ref IN `+in(&args, refs), args...)
	for _, p := range ps {
		m[p.ref] = p.seq
	}
	return m, err
}

func unindex(ctx context.Context, tx *db.Tx, was map[string]int64) error {
	if len(was) == 0 {
		return nil
	}
	var args []any
	q := `DELETE FROM search_index WHERE rowid IN `
	if tx.Engine() == db.Postgres {
		q = `DELETE FROM search_index WHERE seq IN `
	}
	_, err := tx.Exec(ctx, q+in(&args, slices.Sorted(maps.Values(was))), args...)
	return err
}

// in gives "($3, $4, …)" for some values. The number of places is rounded up,
// the last value standing again, so that few different statements are prepared.
func in[T any](args *[]any, vs []T) string {
	var b strings.Builder
	n := len(vs)
	for _, step := range []int{1, 8, 50, 200} {
		if len(vs) <= step {
			n = step
			break
		}
	}
	for i := range n {
		*args = append(*args, vs[min(i, len(vs)-1)])
		sep := ", $"
		if i == 0 {
			sep = "($"
		}
		b.WriteString(sep)
		b.WriteString(strconv.Itoa(len(*args)))
	}
	return b.String() + ")"
}

// Clear empties the index; marks stay.
func Clear(ctx context.Context, tx *db.Tx) error {
	steps := []string{`INSERT INTO search_index (search_index) VALUES ('delete-all')`, `DELETE FROM search_docs`}
	if tx.Engine() == db.Postgres {
		steps = []string{`TRUNCATE search_index, search_docs`}
	}
	for _, q := range steps {
		if _, err := tx.Exec(ctx, q); err != nil {
			return err
		}
	}
	return nil
}
