package db_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
)

func keep(id string) func(*db.Tx) error {
	return func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), `INSERT INTO login_throttles (county, key, fails, held, last_at, held_until) VALUES ('990101', $1, 0, 0, 0, 0)`, id)
		return err
	}
}

func kept(t *testing.T, d *db.DB) string {
	t.Helper()
	ids, err := db.All(t.Context(), d, db.Text, `SELECT key FROM login_throttles ORDER BY key`)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(ids)
}

// Steps are kept or undone one by one, in order, an answer each; what is to be
// done instead is done; and all of it is one commit.
func TestTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		broken := errors.New("broken")
		before := d.Commits()
		tries, after := 0, 0
		errs := db.Together(t.Context(), d, []db.Step{
			{Do: keep("a")},
			{Do: func(tx *db.Tx) error { return errors.Join(keep("b")(tx), broken) }},
			{Do: keep("a")}, // there already
			{Do: keep("a"), Or: func(tx *db.Tx, err error) error {
				if !fault.Is(err, fault.Conflict) {
					t.Error("the step before is told to have failed by", err)
				}
				return keep("c")(tx)
			}},
			{Do: func(tx *db.Tx) error {
				tx.After(func() { after++ })
				if tries++; tries < 3 {
					return db.ErrAgain
				}
				return keep("d")(tx)
			}},
			{Do: func(tx *db.Tx) error { return broken }, Or: func(tx *db.Tx, err error) error { return errors.Join(keep("e")(tx), err) }},
			{Do: func(tx *db.Tx) error {
				n, err := db.One(t.Context(), tx, db.Int, `SELECT COUNT(*) FROM login_throttles WHERE key IN ('a', 'c', 'd')`)
				if err == nil && n != 3 {
					t.Error("a step sees", n, "of those before it")
				}
				return err
			}},
		})
		want := []bool{true, false, false, true, true, false, true}
		for i, err := range errs {
			if (err == nil) != want[i] {
				t.Errorf("step %d: %v", i, err)
			}
		}
		if !errors.Is(errs[1], broken) || !fault.Is(errs[2], fault.Conflict) || tries != 3 || after != 1 {
			t.Error(errs, tries, after)
		}
		if got := kept(t, d); got != "[a c d]" {
			t.Error(got)
		}
		if n := d.Commits() - before; n != 1 {
			t.Error(n, "commits")
		}
	})
}

// A step that panics undoes itself only; the caller panics, the others are kept.
func TestTogetherPanics(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("nobody heard of it")
				}
			}()
			db.Together(t.Context(), d, []db.Step{{Do: keep("a")}, {Do: func(*db.Tx) error { panic("x") }}, {Do: keep("b")}})
		}()
		if got := kept(t, d); got != "[a b]" {
			t.Error(got)
		}
		if err := db.Do(t.Context(), d, keep("c")); err != nil {
			t.Error("afterwards:", err)
		}
	})
}

// A read of one moment does not see what is written meanwhile.
func TestReadIsOneMoment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		count := func(r db.Reader) int {
			n, err := db.One(t.Context(), r, db.Int, `SELECT COUNT(*) FROM login_throttles`)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		for range 2 { // the second time with prepared statements
			err := db.Read(t.Context(), d, func(r db.Reader) error {
				a := count(r)
				if err := db.Do(t.Context(), d, keep(d.NewID())); err != nil {
					return err
				}
				if b := count(r); b != a {
					t.Errorf("%d, then %d", a, b)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if n := count(d); n != 2 {
			t.Error(n)
		}
	})
}

// Many reads at once, each of which needs its connection for long, do not wait
// for each other.
func TestReadsAtOnce(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	done := make(chan error)
	for i := range 16 {
		go func() {
			done <- db.Read(context.Background(), d, func(r db.Reader) error {
				for k := range 20 {
					if _, err := db.One(context.Background(), r, db.Int, fmt.Sprintf(`SELECT COUNT(*) + %d FROM login_throttles`, i*100+k)); err != nil {
						return err
					}
				}
				return nil
			})
		}()
	}
	for range 16 {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(30 * time.Second):
			t.Fatal("they wait for each other")
		}
	}
}
