package appeal

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/scope"
)

// Count tells how many open matters the actor may read, and how many of them
// are due on or before a day, for the figures beside the menu. Nothing is
// opened for it.
func Count(ctx context.Context, r db.Reader, who access.Actor, near calendar.Day) (open, due int, err error) {
	s := access.Reaches(who, access.AppealRead)
	if s.Empty() {
		return 0, 0, nil
	}
	type both struct{ open, due int }
	args := scope.Args{string(near)}
	county := args.Add(who.County())
	where := scope.Where(s, &args, "a.region", func(c string) string { return "(a.county = " + county + " AND a.owner = " + c + ")" })
	n, err := db.One(ctx, r, func(w db.Row) (b both, err error) { return b, w.Scan(&b.open, &b.due) },
		`SELECT COUNT(*), COALESCE(SUM(CASE WHEN a.due_on <= $1 THEN 1 ELSE 0 END), 0) FROM appeals a WHERE `+where+` AND a.county = `+county+` AND a.state = 'open'`, args...)
	return n.open, n.due, err
}
