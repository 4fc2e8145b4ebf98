// Package tally notes whose figures must be counted again. Whoever changes a
// fact that a plan may count — a visit, a pairing, a post, a stay — marks the
// official and the year in the same transaction; work/progress counts them
// anew. The mark is one small row, so recording a visit costs the same in its
// tenth year as on its first day.
//
// Owns: recounts.
package tally

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/calendar"
)

// Mark notes that an official's year must be counted again. A mark that is
// there already is touched, not left alone: on PostgreSQL that holds its row
// until this transaction ends, so that a count running meanwhile waits for the
// fact it is about instead of taking the mark away without having seen it.
func Mark(ctx context.Context, tx *db.Tx, county, cadre string, year int) error {
	if cadre == "" {
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO recounts (county, cadre, year, at) VALUES ($1, $2, $3, $4) ON CONFLICT (county, cadre, year) DO UPDATE SET at = recounts.at`, county, cadre, year, tx.Now.UnixMilli())
	return err
}

// MarkSince marks all years from a day to the present one.
func MarkSince(ctx context.Context, tx *db.Tx, county, cadre string, from calendar.Day) error {
	last := calendar.FromTime(tx.Now).Year()
	first := last
	if from.Valid() {
		first = max(min(from.Year(), last), last-10)
	}
	for y := first; y <= last; y++ {
		if err := Mark(ctx, tx, county, cadre, y); err != nil {
			return err
		}
	}
	return nil
}

// MarkPlace marks everybody of a township for a year, when its plan changes.
func MarkPlace(ctx context.Context, tx *db.Tx, county, place string, year int) error {
	lo, hi := db.Under(place)
	_, err := tx.Exec(ctx, `INSERT INTO recounts (county, cadre, year, at) SELECT county, id, CAST($4 AS BIGINT), CAST($5 AS BIGINT) FROM cadres WHERE county = $1 AND region >= $2 AND region < $3 ON CONFLICT (county, cadre, year) DO UPDATE SET at = recounts.at`,
		county, lo, hi, year, tx.Now.UnixMilli())
	return err
}

// Due is one official and year to be counted.
type Due struct {
	County, Cadre string
	Year          int
	At            int64
}

// Waiting lists up to n marks, oldest first; place narrows it to a part of the
// tree. The join begins with the marks, of which there are few.
func Waiting(ctx context.Context, r db.Reader, place string, n int) ([]Due, error) {
	lo, hi := db.Under(place)
	return db.All(ctx, r, func(w db.Row) (d Due, err error) { return d, w.Scan(&d.County, &d.Cadre, &d.Year, &d.At) },
		`SELECT t.county, t.cadre, t.year, t.at FROM recounts t CROSS JOIN cadres c WHERE c.county = t.county AND c.id = t.cadre AND c.region >= $1 AND c.region < $2 ORDER BY t.at, t.cadre LIMIT $3`, lo, hi, n)
}

// Clear takes a mark away in the transaction that counts, before the facts are
// read: whoever marks the official from then on waits or makes a new mark, so
// nothing is missed.
func Clear(ctx context.Context, tx *db.Tx, d Due) error {
	_, err := tx.Exec(ctx, `DELETE FROM recounts WHERE county = $1 AND cadre = $2 AND year = $3`, d.County, d.Cadre, d.Year)
	return err
}

// Forget takes all marks of an official away who is withdrawn with an import.
func Forget(ctx context.Context, tx *db.Tx, county, cadre string) error {
	_, err := tx.Exec(ctx, `DELETE FROM recounts WHERE county = $1 AND cadre = $2`, county, cadre)
	return err
}
