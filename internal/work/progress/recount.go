package progress

import (
	"context"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/region"
	"lianxin/internal/work/tally"
)

// batch is how many officials one transaction counts: on SQLite it holds the
// one writer, and a visit must not wait long for it.
const batch = 25

// Recount counts an official's year under every campaign that binds him and
// writes the rows. The mark must have been taken away before (tally.Clear), in
// the same transaction.
func Recount(ctx context.Context, tx *db.Tx, due tally.Due) error {
	today := calendar.FromTime(tx.Now)
	type person struct{ region, key string }
	who, err := db.One(ctx, tx, func(w db.Row) (p person, err error) { return p, w.Scan(&p.region, &p.key) },
		`SELECT region, name_key FROM cadres WHERE county = $1 AND id = $2`, due.County, due.Cadre)
	if fault.Is(err, fault.NotFound) {
		_, err = tx.Exec(ctx, `DELETE FROM progress_rows WHERE county = $1 AND cadre = $2`, due.County, due.Cadre)
		return err
	}
	if err != nil {
		return err
	}
	bs, err := campaign.ForYear(ctx, tx, due.County, who.region, due.Year, today)
	if err != nil {
		return err
	}
	posts, err := cadre.PostsOf(ctx, tx, due.County, []string{due.Cadre})
	if err != nil {
		return err
	}
	f, err := gather(ctx, tx, due.County, due.Cadre, posts, calendar.FirstOf(due.Year), due.Year, today)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM progress_rows WHERE county = $1 AND cadre = $2 AND year = $3`, due.County, due.Cadre, due.Year); err != nil {
		return err
	}
	p, _ := shown(posts, due.Year, today)
	for _, b := range bs {
		lines := totals(b.Plan, under(b, f))
		if len(lines) == 0 {
			continue // owes nothing under this campaign
		}
		_, err := tx.Exec(ctx, `INSERT INTO progress_rows (county, campaign, year, cadre, region, village, ord, unit, title, rank, version, figures, asof) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			due.County, b.Version.Campaign, due.Year, due.Cadre, who.region, p.Village, order(p, who.key), p.UnitName, p.Title, p.Rank, b.Version.ID, encode(lines, due.Year), string(today))
		if err != nil {
			return err
		}
	}
	return nil
}

// shown is the post under which a list shows an official: the one held today
// or, for a year that is over or an official who left, the last one of the year.
func shown(posts []cadre.Post, year int, today calendar.Day) (cadre.Post, bool) {
	day := min(today, calendar.LastOf(year))
	if p, ok := (cadre.Cadre{Posts: posts}).Post(day); ok {
		return p, true
	}
	var last cadre.Post
	for _, p := range posts {
		if p.From <= day && p.To >= last.To {
			last = p
		}
	}
	return last, last.ID != ""
}

// order is the key of the administrative order within a township: the leading
// body, the other units by name, then the villages by code; within each by the
// reading of names.
func order(p cadre.Post, key string) string {
	switch p.Rank {
	case cadre.TownshipLeader:
		return "1~~" + key
	case cadre.VillageCommittee:
		return "3~" + p.Village + "~" + key
	}
	return "2~" + p.UnitName + "~" + key
}

// RecountWaiting counts up to n marked officials of a part of the tree, a few
// to a transaction, and tells how many it did. Pages call it for their place
// before they read rows, so that every figure is exact.
func RecountWaiting(ctx context.Context, d *db.DB, place string, n int) (int, error) {
	if err := Daily(ctx, d); err != nil {
		return 0, err
	}
	done := 0
	for done < n {
		waiting, err := tally.Waiting(ctx, d, place, min(batch, n-done))
		if err != nil || len(waiting) == 0 {
			return done, err
		}
		err = db.Do(ctx, d, func(tx *db.Tx) error {
			for _, w := range waiting {
				if err := tally.Clear(ctx, tx, w); err != nil {
					return err
				}
				if err := Recount(ctx, tx, w); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return done, err
		}
		done += len(waiting)
	}
	return done, nil
}

// Daily marks everybody once a day, because a day that passes changes what is
// due: a pairing begins, a plan takes effect, a year is over. It costs one
// small read when today's marks are made.
func Daily(ctx context.Context, d *db.DB) error {
	today := calendar.FromTime(d.Now())
	type county struct{ id, day string }
	cs, err := db.All(ctx, d, func(w db.Row) (c county, err error) { return c, w.Scan(&c.id, &c.day) },
		`SELECT r.county, COALESCE(p.day, '') FROM regions r LEFT JOIN progress_days p ON p.county = r.county WHERE r.level = 'county' AND r.valid_to = '' AND COALESCE(p.day, '') < $1`, string(today))
	if err != nil || len(cs) == 0 {
		return err
	}
	for _, c := range cs {
		err := db.Do(ctx, d, func(tx *db.Tx) error {
			// Whoever comes second finds the day set.
			n, err := tx.Exec(ctx, `INSERT INTO progress_days (county, day) VALUES ($1, $2) ON CONFLICT (county) DO UPDATE SET day = excluded.day WHERE progress_days.day < excluded.day`, c.id, string(today))
			if err != nil || n == 0 {
				return err
			}
			first := today.Year()
			if was := calendar.Day(c.day); was.Valid() {
				first = max(was.Year(), first-10) // the last look at a year comes after its end
			}
			for y := first; y <= today.Year(); y++ {
				if err := tally.MarkPlace(ctx, tx, c.id, region.PathOf(c.id), y); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Run counts marked officials as the marks come, until ctx ends. wake, which
// may be nil, makes it look at once; otherwise it looks every second. A
// failure is told and tried again: the marks are still there.
func Run(ctx context.Context, d *db.DB, wake <-chan struct{}, tell func(error)) {
	pace := time.NewTicker(time.Second)
	defer pace.Stop()
	for {
		if _, err := RecountWaiting(ctx, d, "", 1<<30); err != nil && ctx.Err() == nil {
			tell(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-pace.C:
		case <-wake:
		}
	}
}

// Rehome moves rows when a place is merged or split.
func Rehome(ctx context.Context, tx *db.Tx, county, from, to string) error {
	if err := region.MovePrefix(ctx, tx, "progress_rows", "region", county, from, to); err != nil {
		return err
	}
	return region.MovePrefix(ctx, tx, "progress_rows", "village", county, from, to)
}
