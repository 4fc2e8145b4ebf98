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

// Mark notes that an official's year must be counted again.
func Mark(ctx context.Context, tx *db.Tx, county, cadre string, year int) error {
	if cadre == "" {
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO recounts (county, cadre, year, at) VALUES ($1, $2, $3, $4) ON CONFLICT (county, cadre, year) DO NOTHING`, county, cadre, year, tx.Now.UnixMilli())
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
	_, err := tx.Exec(ctx, `INSERT INTO recounts (county, cadre, year, at) SELECT county, id, CAST($4 AS BIGINT), CAST($5 AS BIGINT) FROM cadres WHERE county = $1 AND region >= $2 AND region < $3 ON CONFLICT (county, cadre, year) DO NOTHING`,
		county, lo, hi, year, tx.Now.UnixMilli())
	return err
}

// Due is one official and year to be counted.
type Due struct {
	County, Cadre string
	Year          int
	At            int64
}

// Waiting lists up to n marks, oldest first; place narrows it to a part of the tree.
func Waiting(ctx context.Context, r db.Reader, place string, n int) ([]Due, error) {
	lo, hi := db.Under(place)
	return db.All(ctx, r, func(w db.Row) (d Due, err error) { return d, w.Scan(&d.County, &d.Cadre, &d.Year, &d.At) },
		`SELECT t.county, t.cadre, t.year, t.at FROM recounts t JOIN cadres c ON c.county = t.county AND c.id = t.cadre WHERE c.region >= $1 AND c.region < $2 ORDER BY t.at, t.cadre LIMIT $3`, lo, hi, n)
}

// Clear takes a mark away in the transaction that counts. The count reads the
// facts in that same transaction, so nothing marked meanwhile is missed.
func Clear(ctx context.Context, tx *db.Tx, d Due) error {
	_, err := tx.Exec(ctx, `DELETE FROM recounts WHERE county = $1 AND cadre = $2 AND year = $3`, d.County, d.Cadre, d.Year)
	return err
}
