package audit_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
)

// The record may be verified while people work; their writing is no finding.
func TestVerifyBesideWriters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		seed(t, d, 20)
		var stop atomic.Bool
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for i := 0; !stop.Load(); i++ {
					if err := db.Do(t.Context(), d, func(tx *db.Tx) error {
						audit.Note(tx, someone{"990101"}, "visit.record", fmt.Sprintf("visit:%d-%d", w, i), "/99/")
						return nil
					}); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		var last int64
		for range 10 {
			rows, found, err := audit.Verify(t.Context(), d, nil, nil)
			if err != nil || len(found) > 0 {
				t.Errorf("after %d rows: %v %v", rows, found, err)
				break
			}
			if rows < last {
				t.Errorf("%d rows after %d", rows, last)
			}
			last = rows
		}
		stop.Store(true)
		wg.Wait()
		if last <= 24 {
			t.Errorf("only %d rows: nobody wrote meanwhile", last)
		}
	})
}
