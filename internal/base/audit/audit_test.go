package audit_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
)

type someone struct{ county string }

func (s someone) Trace() (string, string, string, string, string) {
	return s.county, "acc-1", "office", "page", "req-1"
}

func seed(t *testing.T, d *db.DB, n int) {
	for i := range n {
		err := db.Do(t.Context(), d, func(tx *db.Tx) error {
			audit.Note(tx, someone{"990101"}, "visit.record", fmt.Sprintf("visit:%d", i), "/99/", "n", i)
			if i%5 == 0 {
				audit.Note(tx, someone{"990102"}, "stay.declare", fmt.Sprintf("stay:%d", i), "/99/")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func verify(t *testing.T, d db.Reader, as []audit.Anchor) []audit.Finding {
	t.Helper()
	_, f, err := audit.Verify(t.Context(), d, as, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAppendAndVerify(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		seed(t, d, 40)
		// A write that fails leaves no row and does not disturb the chain.
		db.Do(t.Context(), d, func(tx *db.Tx) error {
			audit.Note(tx, someone{"990101"}, "x", "y", "/")
			return errors.New("no")
		})
		seed(t, d, 3)
		rows, f, err := audit.Verify(t.Context(), d, nil, nil)
		if err != nil || len(f) != 0 || rows != 40+8+3+1 {
			t.Fatal(rows, f, err)
		}
	})
}

// Every random edit, deletion, insertion, reordering and truncation of the
// tables is found; each is undone by a rollback before the next.
func TestThousandForgeries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		seed(t, d, 60)
		anchors, err := db.All(t.Context(), d, func(r db.Row) (a audit.Anchor, err error) { return a, r.Scan(&a.County, &a.Seq, &a.Seal) }, `SELECT county, seq, seal FROM audit_heads`)
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(1, 2))
		undo := errors.New("undo")
		for i := range 1000 {
			var what string
			err := db.Do(t.Context(), d, func(tx *db.Tx) error {
				w, err := forge(t.Context(), tx, rng)
				if err != nil {
					return err
				}
				what = w
				if len(verify(t, tx, anchors)) == 0 {
					t.Errorf("forgery %d not found: %s", i, what)
				}
				return undo
			})
			if !errors.Is(err, undo) {
				t.Fatal(i, what, err)
			}
		}
		if f := verify(t, d, anchors); len(f) != 0 {
			t.Fatal("the untouched record does not verify:", f)
		}
	})
}

func forge(ctx context.Context, tx *db.Tx, rng *rand.Rand) (string, error) {
	seq := 1 + rng.IntN(60)
	other := 1 + (seq+rng.IntN(58))%60
	if other == seq {
		other = 1 + seq%60
	}
	do := func(what, q string, args ...any) (string, error) {
		n, err := tx.Exec(ctx, q, args...)
		if err == nil && n == 0 {
			err = errors.New(what + " touched nothing")
		}
		return fmt.Sprint(what, args), err
	}
	switch rng.IntN(8) {
	case 0:
		col := []string{"actor", "roles", "door", "action", "object", "region", "result", "request", "detail", "seal"}[rng.IntN(10)]
		return do("edit "+col, `UPDATE audit_rows SET `+col+` = `+col+` || 'x' WHERE county = '990101' AND seq = $1`, seq)
	case 1:
		return do("edit time", `UPDATE audit_rows SET at = at + $2 WHERE county = '990101' AND seq = $1`, seq, 1+rng.IntN(1000))
	case 2:
		return do("delete", `DELETE FROM audit_rows WHERE county = '990101' AND seq = $1`, seq)
	case 3: // delete and close the gap
		if _, err := tx.Exec(ctx, `DELETE FROM audit_rows WHERE county = '990101' AND seq = $1`, seq); err != nil {
			return "", err
		}
		for s := seq + 1; s <= 60; s++ {
			if _, err := tx.Exec(ctx, `UPDATE audit_rows SET seq = $2 WHERE county = '990101' AND seq = $1`, s, s-1); err != nil {
				return "", err
			}
		}
		return "delete and renumber", nil
	case 4:
		n := []int{61, 0, -3, 500}[rng.IntN(4)]
		return do("insert", `INSERT INTO audit_rows (county, seq, at, actor, roles, door, action, object, region, result, request, detail, seal)
			SELECT county, CAST($2 AS BIGINT), at, actor, roles, door, action, object, region, result, request, detail, seal FROM audit_rows WHERE county = '990101' AND seq = $1`, seq, n)
	case 5: // swap two
		for _, x := range [][2]int{{seq, 9999}, {other, seq}, {9999, other}} {
			if _, err := tx.Exec(ctx, `UPDATE audit_rows SET seq = $2 WHERE county = '990101' AND seq = $1`, x[0], x[1]); err != nil {
				return "", err
			}
		}
		return "swap", nil
	case 6: // cut the end, and mend the head so that the database agrees with itself
		if _, err := tx.Exec(ctx, `DELETE FROM audit_rows WHERE county = '990101' AND seq > $1`, seq-1); err != nil {
			return "", err
		}
		return do("truncate", `UPDATE audit_heads SET seq = $1, seal = COALESCE((SELECT seal FROM audit_rows WHERE county = '990101' AND seq = $1), '') WHERE county = '990101'`, seq-1)
	default: // move a row to the other county
		return do("move", `UPDATE audit_rows SET county = '990103' WHERE county = '990101' AND seq = $1`, seq)
	}
}

func TestAnchorFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "anchor")
	a, err := audit.OpenAnchors(file)
	if err != nil {
		t.Fatal(err)
	}
	a.Note("990101", 1, "s1")
	a.Note("990102", 5, "t5")
	a.Note("990101", 12, "s12")
	a.Note("990101", 11, "late")
	a.Close()
	as, err := audit.ReadAnchors(file)
	if err != nil || fmt.Sprint(as) != "[{990101 12 s12} {990102 5 t5}]" {
		t.Fatal(as, err)
	}
	if a, err = audit.OpenAnchors(file); err != nil {
		t.Fatal(err)
	}
	a.Note("990102", 6, "t6")
	a.Close()
	if as, _ = audit.ReadAnchors(file); fmt.Sprint(as) != "[{990101 12 s12} {990102 6 t6}]" {
		t.Fatal(as)
	}
	os.WriteFile(file, []byte("nonsense\n"), 0o600)
	if _, err := audit.ReadAnchors(file); err == nil {
		t.Fatal("a damaged anchor file was read")
	}
}
