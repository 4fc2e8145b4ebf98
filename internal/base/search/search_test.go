package search_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/search"
)

func TestGrams(t *testing.T) {
	for _, x := range []struct{ text, want string }{
		{"", ""}, {"低", ""}, {"低保", "低保"}, {"低保 水渠", "低保 水渠"}, {"修水渠", "修水 水渠"}, {"13800", "13 38 80 00"}, {"好 好", ""}, {"哈哈哈", "哈哈"},
	} {
		if got := strings.Join(search.Grams(x.text), " "); got != x.want {
			t.Errorf("%q: %q, want %q", x.text, got, x.want)
		}
	}
}

const letters = "低保水渠收入学校修路医院老人"

func some(r *rand.Rand, n int) string {
	rs := []rune(letters)
	var b strings.Builder
	for range n {
		if r.IntN(6) == 0 {
			b.WriteByte(' ')
			continue
		}
		b.WriteRune(rs[r.IntN(len(rs))])
	}
	return b.String()
}

// scan finds what Find should find, by looking at every text.
func scan(docs map[string]search.Doc, q search.Query) (out []string) {
	for ref, x := range docs {
		all := strings.Join(x.Texts, " ")
		grams := search.Grams(all)
		ok := x.County == q.County && (q.From == "" || x.Day >= q.From) && (q.To == "" || x.Day <= q.To)
		for _, w := range q.Words {
			for _, g := range search.Grams(w) {
				ok = ok && slices.Contains(grams, g)
			}
		}
		for _, g := range q.Groups {
			ok = ok && slices.ContainsFunc(g, func(f string) bool { return slices.Contains(x.Facets, f) })
		}
		if ok {
			out = append(out, ref)
		}
	}
	slices.Sort(out)
	return out
}

// Both engines answer as somebody who reads every text, whatever was put,
// replaced and dropped; in order of days, in pages without gaps.
func TestFindsWhatAScanFinds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		r := rand.New(rand.NewPCG(7, 11))
		docs := map[string]search.Doc{}
		for round := range 6 {
			err := db.Do(ctx, d, func(tx *db.Tx) error {
				for range 60 {
					ref := fmt.Sprintf("ref-%03d", r.IntN(200))
					if r.IntN(5) == 0 {
						delete(docs, ref)
						if err := search.Drop(ctx, tx, "990101", "visit", ref); err != nil {
							return err
						}
						continue
					}
					x := search.Doc{County: "990101", Kind: "visit", Ref: ref, Day: fmt.Sprintf("20%02d-%02d-%02d", 18+r.IntN(9), 1+r.IntN(12), 1+r.IntN(28)),
						Facets: []string{"town " + string(rune('a'+r.IntN(4))), "own " + string(rune('a'+r.IntN(3)))}, Texts: []string{some(r, 12), some(r, 4)}}
					if r.IntN(2) == 0 {
						x.Clock = fmt.Sprintf("%02d:%02d", r.IntN(24), r.IntN(60))
					}
					docs[ref] = x
					if err := search.Put(ctx, tx, x); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			found := 0
			for range 60 {
				q := search.Query{County: "990101", Words: []string{some(r, 2), some(r, 3)}[:1+r.IntN(2)], Limit: 1000}
				if r.IntN(2) == 0 {
					q.Groups = append(q.Groups, []string{"town a", "own b"})
				}
				if r.IntN(3) == 0 {
					q.Groups = append(q.Groups, []string{"town a", "town b"}[:1+r.IntN(2)])
				}
				if r.IntN(3) == 0 {
					q.From = fmt.Sprintf("20%02d-06-15", 18+r.IntN(8))
				}
				if r.IntN(3) == 0 {
					q.To = fmt.Sprintf("20%02d-09-15", 18+r.IntN(8))
				}
				hs, err := search.Find(ctx, d, q)
				if err != nil {
					t.Fatal(err)
				}
				want := scan(docs, q)
				if len(search.Grams(strings.Join(q.Words, " "))) == 0 {
					want = nil
				}
				var got []string
				for i, h := range hs {
					got = append(got, h.Ref)
					if i > 0 && (h.Seq >= hs[i-1].Seq || docs[h.Ref].Day > docs[hs[i-1].Ref].Day) {
						t.Fatalf("%s of %s comes after %s", h.Ref, docs[h.Ref].Day, docs[hs[i-1].Ref].Day)
					}
				}
				paged := pages(t, d, q)
				if !slices.Equal(paged, got) {
					t.Fatalf("round %d: in pages %v, at once %v", round, paged, got)
				}
				slices.Sort(got)
				if !slices.Equal(got, want) {
					t.Fatalf("round %d, %+v: found %v, a scan finds %v", round, q, got, want)
				}
				found += len(got)
			}
			if found == 0 {
				t.Fatal("nothing was ever found: the test sees nothing")
			}
		}
		if err := db.Do(ctx, d, func(tx *db.Tx) error { return search.Clear(ctx, tx) }); err != nil {
			t.Fatal(err)
		}
		if hs, err := search.Find(ctx, d, search.Query{County: "990101", Words: []string{"低保"}, Limit: 10}); err != nil || len(hs) != 0 {
			t.Fatal("cleared, and still found:", hs, err)
		}
	})
}

func pages(t *testing.T, d *db.DB, q search.Query) (out []string) {
	t.Helper()
	q.Limit = 3
	for {
		hs, err := search.Find(t.Context(), d, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range hs {
			out = append(out, h.Ref)
			q.Before = h.Seq
		}
		if len(hs) < q.Limit {
			return out
		}
	}
}

// Marks are worked off, the last first; what the loader leaves out is dropped;
// a place that moved is marked whole.
func TestWork(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		texts := map[string]string{"one": "低保", "two": "水渠", "three": "低保 水渠"}
		load := func(_ context.Context, _ db.Reader, county, kind string, refs []string) (out []search.Doc, err error) {
			for _, ref := range refs {
				if s := texts[ref]; s != "" {
					out = append(out, search.Doc{County: county, Kind: kind, Ref: ref, Day: "2026-11-23", Facets: []string{"place /1/"}, Texts: []string{s}})
				}
			}
			return out, nil
		}
		find := func(w string) int {
			t.Helper()
			hs, err := search.Find(ctx, d, search.Query{County: "990101", Words: []string{w}, Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			return len(hs)
		}
		do := func(fn func(tx *db.Tx) error) {
			t.Helper()
			if err := db.Do(ctx, d, fn); err != nil {
				t.Fatal(err)
			}
		}
		work := func(want int) {
			t.Helper()
			if n, err := search.Work(ctx, d, 100, load); err != nil || n != want {
				t.Fatal(n, want, err)
			}
		}
		do(func(tx *db.Tx) error {
			for range 2 {
				if err := search.MarkAll(ctx, tx, "990101", "visit", []string{"one", "two", "three", "none"}); err != nil {
					return err
				}
			}
			return search.Mark(ctx, tx, "990101", "visit", "one")
		})
		if n, err := search.Pending(ctx, d, 3); err != nil || n != 3 {
			t.Fatal(n, err)
		}
		work(4)
		work(0)
		if a, b := find("低保"), find("水渠"); a != 2 || b != 2 {
			t.Fatal(a, b)
		}
		texts["three"], texts["two"] = "水渠", ""
		do(func(tx *db.Tx) error { return search.MarkAll(ctx, tx, "990101", "visit", []string{"two", "three"}) })
		work(2)
		if a, b := find("低保"), find("水渠"); a != 1 || b != 1 {
			t.Fatal(a, b)
		}
		do(func(tx *db.Tx) error { return search.MarkFacets(ctx, tx, "990101", "place /1/", "place /2/") })
		work(2)
		do(func(tx *db.Tx) error { return search.MarkFacets(ctx, tx, "990102", "place /1/") })
		work(0)
	})
}

// A stolen file tells no word: neither as it is written, nor by a hash that
// anybody could compute, and two counties' tokens of one word differ.
func TestAStolenFileTellsNoWord(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	ctx := t.Context()
	planted := []string{"癫痫病史", "离婚官司", "qzxkvj"}
	err := db.Do(ctx, d, func(tx *db.Tx) error {
		for _, county := range []string{"990101", "990102"} {
			if err := search.Put(ctx, tx, search.Doc{County: county, Kind: "visit", Ref: "r" + county, Day: "2026-11-23", Facets: []string{"place /99/9901/990101/990101100/"}, Texts: planted}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	file := d.File()
	var all []byte
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(file + suffix)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	small := base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
	spell := func(sum []byte) []byte { return []byte(small.EncodeToString(sum[:5])) }
	key := dbtest.Vault(t).Sub("search 990101")
	seen := 0
	for _, text := range planted {
		for _, g := range search.Grams(text) {
			if bytes.Contains(all, []byte(g)) {
				t.Errorf("%q lies open in the file", g)
			}
			for _, in := range []string{g, "g" + g} {
				sum := sha256.Sum256([]byte(in))
				null := hmac.New(sha256.New, nil)
				null.Write([]byte(in))
				for _, s := range [][]byte{sum[:], null.Sum(nil)} {
					if bytes.Contains(all, spell(s)) || bytes.Contains(all, s[:5]) {
						t.Errorf("%q is found by a hash without the key", g)
					}
				}
			}
			mac := hmac.New(sha256.New, key)
			mac.Write([]byte("g" + g))
			if bytes.Contains(all, spell(mac.Sum(nil))[3:]) { // the index shares beginnings of tokens
				seen++
			}
		}
	}
	if bytes.Contains(all, []byte("990101100/")) {
		t.Error("a place lies open in the file")
	}
	if seen == 0 {
		t.Error("not even with the key is a token found: the test looks at the wrong thing")
	}
	for county, n := range map[string]int{"990101": 1, "990102": 1, "990103": 0} {
		hs, err := search.Find(ctx, d, search.Query{County: county, Words: []string{"离婚"}, Limit: 10})
		if err != nil || len(hs) != n || n == 1 && hs[0].Ref != "r"+county {
			t.Error(county, hs, err)
		}
	}
}
