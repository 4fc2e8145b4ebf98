package once_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
)

type sender string

func (s sender) Trace() (string, string, string, string, string) {
	return "990101", string(s), "cadre", "api", "r"
}

type in struct{ Words string }
type out struct{ ID, Words string }

func TestOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		ran := 0
		effects := func() int {
			n, err := db.One(ctx, d, db.Int, `SELECT COUNT(*) FROM audit_heads`)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		do := func(who sender, kind, op, words string, fail error) (out, bool, error) {
			var replayed bool
			o, err := db.Write(ctx, d, func(tx *db.Tx) (out, error) {
				o, again, err := once.Do(ctx, tx, who, kind, op, in{words}, func() (out, error) {
					ran++
					if _, err := tx.Exec(ctx, `INSERT INTO audit_heads (county, seq, seal) VALUES ($1, 0, '')`, fmt.Sprintf("c%05d", ran)); err != nil {
						return out{}, err
					}
					return out{op, words}, fail
				})
				replayed = again
				return o, err
			})
			return o, replayed, err
		}
		if _, _, err := do("a", "visit", "op-0000001", "玉米收了", errors.New("later")); err == nil {
			t.Fatal("a failure was swallowed")
		}
		o, again, err := do("a", "visit", "op-0000001", "玉米收了", nil)
		if err != nil || again || o.Words != "玉米收了" || effects() != 1 {
			t.Fatal(o, again, err, effects())
		}
		o, again, err = do("a", "visit", "op-0000001", "玉米收了", nil)
		if err != nil || !again || o.Words != "玉米收了" || effects() != 1 {
			t.Fatal("the stored answer did not come back:", o, again, err, effects())
		}
		for _, x := range []struct {
			who             sender
			kind, op, words string
		}{{"a", "visit", "op-0000001", "别的话"}, {"b", "visit", "op-0000001", "玉米收了"}, {"a", "stay", "op-0000001", "玉米收了"}} {
			if _, _, err := do(x.who, x.kind, x.op, x.words, nil); !fault.Is(err, fault.Conflict) {
				t.Errorf("%+v: %v, want a conflict", x, err)
			}
		}
		if _, _, err := do("a", "visit", "short", "x", nil); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		raw, _ := db.One(ctx, d, db.Text, `SELECT answer || content FROM operations`)
		if strings.Contains(raw, "玉米") {
			t.Error("the stored answer is readable in the database")
		}
	})
}

func TestOnceUnderConcurrency(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		var wg sync.WaitGroup
		fresh := make([]bool, 32)
		errs := make([]error, 32)
		for i := range fresh {
			wg.Go(func() {
				_, errs[i] = db.Write(ctx, d, func(tx *db.Tx) (out, error) {
					o, again, err := once.Do(ctx, tx, sender("a"), "visit", "op-same-id", in{"x"}, func() (out, error) { return out{"1", "x"}, nil })
					fresh[i] = !again
					return o, err
				})
			})
		}
		wg.Wait()
		n := 0
		for i := range fresh {
			if errs[i] != nil {
				t.Fatal(errs[i])
			}
			if fresh[i] {
				n++
			}
		}
		if n != 1 {
			t.Fatalf("the effect happened %d times", n)
		}
	})
}

func TestForget(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		ctx := t.Context()
		put := func(n int) {
			t.Helper()
			for i := range n {
				if err := db.Do(ctx, d, func(tx *db.Tx) error {
					_, _, err := once.Do(ctx, tx, sender("a"), "x", fmt.Sprintf("%d-%06d", c.Now().Unix(), i), 1, func() (int, error) { return 1, nil })
					return err
				}); err != nil {
					t.Fatal(err)
				}
			}
		}
		put(1203)
		c.Add(400 * 24 * time.Hour)
		put(7)
		if n, err := once.Forget(ctx, d, c.Now().Add(-24*time.Hour)); err != nil || n != 1203 {
			t.Errorf("%d %v", n, err)
		}
		if n, err := db.One(ctx, d, db.Int, `SELECT COUNT(*) FROM operations`); err != nil || n != 7 {
			t.Errorf("%d left, %v", n, err)
		}
	})
}
