package household

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/calendar"
)

// A home's own row says when somebody was last met there and one stretch of
// time in which it had a helper, so that a list of the homes that wait need not
// look 24,000 of them up in visits and pairings. The row is a proof only for
// what it says: a home without one is looked up.

// Seen notes a day on which somebody of the home was met; work/visit tells it.
func Seen(ctx context.Context, tx *db.Tx, county, home string, on calendar.Day) error {
	_, err := tx.Exec(ctx, `UPDATE households SET last_seen = $3 WHERE county = $1 AND id = $2 AND last_seen < $3`, county, home, string(on))
	return err
}

const lastSeen = `UPDATE households SET last_seen = COALESCE((SELECT MAX(y.last) FROM home_years y WHERE y.county = households.county AND y.household = households.id), '') WHERE county = $1`

// SeenAgain reads a home's last day anew after a correction of its visits.
func SeenAgain(ctx context.Context, tx *db.Tx, county, home string) error {
	_, err := tx.Exec(ctx, lastSeen+` AND id = $2`, county, home)
	return err
}

// SeenAll is SeenAgain for all homes of a county.
func SeenAll(ctx context.Context, tx *db.Tx, county string) error {
	_, err := tx.Exec(ctx, lastSeen, county)
	return err
}

// Led notes from when to when a home has a helper; work/pairing tells it. "" as
// the first day takes the proof back.
func Led(ctx context.Context, tx *db.Tx, county, home string, from, to calendar.Day) error {
	_, err := tx.Exec(ctx, `UPDATE households SET led_from = $3, led_to = $4 WHERE county = $1 AND id = $2`, county, home, string(from), string(to))
	return err
}
