package appeal

import (
	"context"
	"slices"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// Span is how long the matters of a topic took from being raised to being
// closed, beside what the catalogue promises. Both are working days.
type Span struct {
	Topic  Topic
	N      int // matters closed
	Median int
	Limit  int // promised for a matter of normal urgency
}

// Spent tells how long the matters of a township took that were closed since a
// day, topic by topic, the quickest first. It compares kinds of matters, never
// people or villages. A topic with fewer than three says nothing and is left
// out; of more than 3000 matters the latest are taken.
func Spent(ctx context.Context, r db.Reader, who access.Actor, town string, since calendar.Day, cal calendar.Calendar) ([]Span, error) {
	s, err := scope.Reach(who, access.AppealRead, town)
	if err != nil {
		return nil, err
	}
	if len(s.Regions) == 0 {
		return nil, nil
	}
	args := scope.Args{region.Upto(town, region.Township), string(since)}
	where := scope.Where(s, &args, "a.region", func(c string) string { return "a.owner = " + c }, scope.Whose{Home: "a.household"})
	type line struct {
		topic      string
		from, done calendar.Day
	}
	lines, err := db.All(ctx, r, func(w db.Row) (l line, err error) {
		return l, w.Scan(&l.topic, &l.from, &l.done)
	}, `SELECT a.topic, a.opened_on, a.closed_on FROM appeals a WHERE substr(a.region, 1, 26) = $1 AND a.closed_on <> '' AND a.closed_on >= $2 AND a.state = 'closed' AND a.outcome IN ('solved', 'partly') AND `+where+`
		ORDER BY a.closed_on DESC LIMIT 3000`, args...)
	if err != nil {
		return nil, err
	}
	ts, err := Topics(ctx, r, who.County())
	if err != nil {
		return nil, err
	}
	days, cal := map[string][]int{}, cal.WeekdaysOnly() // old years may lack their notice
	for _, l := range lines {
		n, err := cal.WorkingDaysBetween(l.from, l.done)
		if err != nil {
			return nil, err
		}
		days[l.topic] = append(days[l.topic], n)
	}
	var out []Span
	for _, t := range ts {
		if d := days[t.ID]; len(d) >= 3 {
			out = append(out, Span{Topic: t, N: len(d), Median: median(d), Limit: t.Normal})
		}
	}
	slices.SortStableFunc(out, func(a, b Span) int { return a.Median - b.Median })
	return out, nil
}

func median(d []int) int {
	slices.Sort(d)
	if len(d)%2 == 1 {
		return d[len(d)/2]
	}
	return (d[len(d)/2-1] + d[len(d)/2] + 1) / 2
}
