package once

import (
	"context"
	"time"

	"lianxin/internal/base/db"
)

// forgetAtOnce bounds how long one deletion keeps other writers waiting.
const forgetAtOnce = 500

// Forget deletes the operations stored before a time, little by little, and
// gives their number. It walks the table once in the order of its key: an index
// by age would cost every write for the sake of one nightly job. A repetition
// that comes later still is then met by the record's own key and told as a
// conflict.
func Forget(ctx context.Context, d *db.DB, before time.Time) (gone int64, err error) {
	type key struct{ county, id string }
	var last key
	for {
		old, err := db.All(ctx, d, func(r db.Row) (k key, err error) { return k, r.Scan(&k.county, &k.id) },
			`SELECT county, id FROM operations WHERE (county, id) > ($1, $2) AND at < $3 ORDER BY county, id LIMIT $4`, last.county, last.id, before.UnixMilli(), forgetAtOnce)
		if err != nil || len(old) == 0 {
			return gone, err
		}
		last = old[len(old)-1]
		n, err := db.Write(ctx, d, func(tx *db.Tx) (n int64, err error) {
			for _, k := range old {
				m, err := tx.Exec(ctx, `DELETE FROM operations WHERE county = $1 AND id = $2`, k.county, k.id)
				if err != nil {
					return 0, err
				}
				n += m
			}
			return n, nil
		})
		gone += n
		if err != nil {
			return gone, err
		}
	}
}
