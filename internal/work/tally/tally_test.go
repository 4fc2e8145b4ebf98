package tally_test

import (
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/work/tally"
	. "lianxin/internal/work/worktest"
)

// A count that runs while a fact is being written waits for it, and takes the
// mark away only together with the fact. SQLite has one writer, so there the
// order is given; on PostgreSQL the mark's row keeps it.
func TestNoFactIsMissedByACountThatRunsMeanwhile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		ctx := t.Context()
		mark := func(tx *db.Tx) error { return tally.Mark(ctx, tx, County, LiMing, 2026) }
		if err := db.Do(ctx, d, mark); err != nil {
			t.Fatal(err)
		}
		facts := func(r db.Reader) int {
			n, err := db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM leaves WHERE cadre = $1`, LiMing)
			if err != nil {
				t.Error(err)
			}
			return n
		}
		written, counted := make(chan struct{}), make(chan int, 1)
		done := make(chan error, 1)
		go func() {
			done <- db.Do(ctx, d, func(tx *db.Tx) error {
				if _, err := tx.Exec(ctx, `INSERT INTO leaves (county, id, cadre, kind, valid_from, valid_to, note) VALUES ($1, 'leave-0001', $2, 'sick', '2026-03-01', '2026-03-05', '')`, County, LiMing); err != nil {
					return err
				}
				if err := mark(tx); err != nil {
					return err
				}
				close(written)
				time.Sleep(100 * time.Millisecond) // the count below begins within this time
				return nil
			})
		}()
		<-written
		err := db.Do(ctx, d, func(tx *db.Tx) error {
			if err := tally.Clear(ctx, tx, tally.Due{County: County, Cadre: LiMing, Year: 2026}); err != nil {
				return err
			}
			counted <- facts(tx)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		waiting, err := tally.Waiting(ctx, d, Qingshi, 100)
		if err != nil {
			t.Fatal(err)
		}
		marked := false
		for _, w := range waiting {
			marked = marked || w.Cadre == LiMing && w.Year == 2026
		}
		if n := <-counted; n != 1 && !marked {
			t.Fatalf("%d facts were counted and no mark is left", n)
		}
	})
}
