package visit

import (
	"context"
	"slices"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/household"
	"lianxin/internal/work/scope"
)

// Seen are the ways in which somebody of the home was met face to face.
var Seen = []string{"home", "met", "meeting"}

// HowSeen asks a list for all of them.
const HowSeen = "seen"

// seen adds a visit to its home's year: how often somebody was seen there, and
// when last. It is one small row, so a list of homes without a visit reads
// 24,000 rows and never a million visits; recording costs one more write.
func seen(ctx context.Context, tx *db.Tx, county string, v Visit, last calendar.Day) error {
	if !slices.Contains(Seen, v.How) {
		return nil
	}
	if v.Day > last {
		if err := household.Seen(ctx, tx, county, v.Household, v.Day); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO home_years (county, household, year, region, visits, last) VALUES ($1, $2, $3, $4, 1, $5)
		ON CONFLICT (county, household, year) DO UPDATE SET visits = home_years.visits + 1, region = excluded.region, last = CASE WHEN excluded.last > home_years.last THEN excluded.last ELSE home_years.last END`,
		county, v.Household, v.Day.Year(), v.Region, string(v.Day))
	return err
}

// reckon counts some years of a home anew, after a correction.
func reckon(ctx context.Context, tx *db.Tx, county, home, place string, years ...int) error {
	years = slices.Sorted(slices.Values(years))
	for _, y := range slices.Compact(years) {
		// The row is held first: on PostgreSQL a visit recorded meanwhile waits and
		// adds itself to what is counted here.
		if _, err := tx.Exec(ctx, `INSERT INTO home_years (county, household, year, region, visits, last) VALUES ($1, $2, $3, $4, 0, '') ON CONFLICT (county, household, year) DO UPDATE SET visits = home_years.visits`,
			county, home, y, place); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE home_years SET
			visits = (SELECT COUNT(*) FROM visits WHERE county = $1 AND household = $2 AND day >= $4 AND day <= $5 AND voided_on = '' AND how IN ('home', 'met', 'meeting')),
			last = (SELECT COALESCE(MAX(day), '') FROM visits WHERE county = $1 AND household = $2 AND day >= $4 AND day <= $5 AND voided_on = '' AND how IN ('home', 'met', 'meeting'))
			WHERE county = $1 AND household = $2 AND year = $3`, county, home, y, string(calendar.FirstOf(y)), string(calendar.LastOf(y))); err != nil {
			return err
		}
	}
	return household.SeenAgain(ctx, tx, county, home)
}

// Rebuild counts the years of all homes of a county anew from the visits, for
// whoever stores visits in bulk and for doctors of the database.
func Rebuild(ctx context.Context, tx *db.Tx, county string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM home_years WHERE county = $1`, county); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO home_years (county, household, year, region, visits, last)
		SELECT county, household, CAST(substr(day, 1, 4) AS BIGINT), MAX(region), COUNT(*), MAX(day) FROM visits
		WHERE county = $1 AND voided_on = '' AND how IN ('home', 'met', 'meeting') GROUP BY county, household, CAST(substr(day, 1, 4) AS BIGINT)`, county)
	if err != nil {
		return err
	}
	return household.SeenAll(ctx, tx, county)
}

// LastOf gives the last day on which somebody was seen at each of some homes.
func LastOf(ctx context.Context, r db.Reader, county string, homes []string) (map[string]calendar.Day, error) {
	m := map[string]calendar.Day{}
	if len(homes) == 0 {
		return m, nil
	}
	args := scope.Args{county}
	type last struct{ home, day string }
	ls, err := db.All(ctx, r, func(w db.Row) (l last, err error) { return l, w.Scan(&l.home, &l.day) },
		`SELECT household, MAX(last) FROM home_years WHERE county = $1 AND household IN `+scope.In(&args, homes)+` GROUP BY household`, args...)
	for _, l := range ls {
		if l.day != "" {
			m[l.home] = calendar.Day(l.day)
		}
	}
	return m, err
}

// InYear gives how often somebody was seen at each of some homes in a year.
func InYear(ctx context.Context, r db.Reader, county string, homes []string, year int) (map[string]int, error) {
	m := map[string]int{}
	if len(homes) == 0 {
		return m, nil
	}
	args := scope.Args{county, year}
	type count struct {
		home string
		n    int
	}
	cs, err := db.All(ctx, r, func(w db.Row) (c count, err error) { return c, w.Scan(&c.home, &c.n) },
		`SELECT household, visits FROM home_years WHERE county = $1 AND year = $2 AND household IN `+scope.In(&args, homes), args...)
	for _, c := range cs {
		m[c.home] = c.n
	}
	return m, err
}
