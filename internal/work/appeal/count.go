package appeal

import (
	"context"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/scope"
)

// Queue is how many matters wait where, among those a reader may see. Only what
// is alive is looked at, so it costs what is being worked on, not the years.
type Queue struct {
	Live    int          `json:"live"`    // 全部在办
	Take    int          `json:"take"`    // 待受理
	Soon    int          `json:"soon"`    // within three days
	Over    int          `json:"over"`    // past the day
	Mine    int          `json:"mine"`    // the reader answers for
	Others  int          `json:"others"`  // given to a station or an official
	Call    int          `json:"call"`    // 待回访
	Asked   int          `json:"asked"`   // 延期待审
	Shelf   int          `json:"shelf"`   // 挂账
	Look    int          `json:"look"`    // shelved, and the day to look again is past
	County  int          `json:"county"`  // 已报县里, and still to be done
	Eldest  calendar.Day `json:"eldest"`  // raised day of the one that waits longest to be taken up
	Longest calendar.Day `json:"longest"` // day of the one longest past it
}

// Count tells how many matters wait where.
func Count(ctx context.Context, r db.Reader, who access.Actor, place string, near int) (q Queue, err error) {
	s := access.Reaches(who, access.AppealRead)
	if s.Empty() {
		return q, nil
	}
	if place != "" {
		if s, err = scope.Reach(who, access.AppealRead, place); err != nil {
			return q, err
		}
	}
	if len(s.Regions) == 0 && len(s.Draws) == 0 {
		if s.Cadre == "" {
			return q, nil
		}
		// What he answers for and what he brought lie along two indexes.
		q, err = countOf(ctx, r, who, near, func(args *scope.Args) string { return "a.owner = " + args.Add(s.Cadre) })
		if err != nil || s.Given {
			return q, err
		}
		b, err := countOf(ctx, r, who, near, func(args *scope.Args) string {
			c := args.Add(s.Cadre)
			return "a.sponsor = " + c + " AND a.owner <> " + c
		})
		return q.plus(b), err
	}
	return countOf(ctx, r, who, near, func(args *scope.Args) string {
		where := scope.Where(s, args, "a.region", ownOf(s), scope.Whose{Home: "a.household"})
		return where + scope.InTown(s, place, args, "a.region")
	})
}

func (q Queue) plus(b Queue) Queue {
	return Queue{Live: q.Live + b.Live, Take: q.Take + b.Take, Soon: q.Soon + b.Soon, Over: q.Over + b.Over, Mine: q.Mine + b.Mine, Others: q.Others + b.Others, Call: q.Call + b.Call, Asked: q.Asked + b.Asked, Shelf: q.Shelf + b.Shelf, Look: q.Look + b.Look, County: q.County + b.County,
		Eldest: earlier(q.Eldest, b.Eldest), Longest: earlier(q.Longest, b.Longest)}
}

func earlier(a, b calendar.Day) calendar.Day {
	if a == "" || b != "" && b < a {
		return b
	}
	return a
}

func countOf(ctx context.Context, r db.Reader, who access.Actor, near int, which func(*scope.Args) string) (Queue, error) {
	today := who.Today()
	args := scope.Args{string(today), string(today.Add(near)), orElse(who.Cadre(), Office)}
	where := which(&args)
	county := " AND a.county = "
	if strings.Contains(where, "substr(a.region") {
		// What is alive in a township is less than what is alive in the county:
		// spelled so, SQLite does not walk along the latter.
		county = " AND a.county || '' = "
	}
	where += county + args.Add(who.County())
	q, err := db.One(ctx, r, func(w db.Row) (q Queue, err error) {
		return q, w.Scan(&q.Live, &q.Take, &q.Soon, &q.Over, &q.Mine, &q.Others, &q.Call, &q.Asked, &q.County, &q.Eldest, &q.Longest)
	}, `SELECT COUNT(*), COUNT(*) FILTER (WHERE a.state = 'registered'), COUNT(*) FILTER (WHERE a.state IN ('handling', 'extension') AND a.next_on >= $1 AND a.next_on <= $2),
		COUNT(*) FILTER (WHERE a.state IN ('registered', 'handling', 'extension') AND a.next_on < $1), COUNT(*) FILTER (WHERE a.owner = $3 AND a.state <> 'answered'), COUNT(*) FILTER (WHERE a.owner <> 'office' AND a.owner <> $3 AND a.state IN ('handling', 'extension')),
		COUNT(*) FILTER (WHERE a.state = 'answered'), COUNT(*) FILTER (WHERE a.state = 'extension'),
		COUNT(*) FILTER (WHERE a.level = 'county' AND a.state IN ('registered', 'handling', 'extension')),
		COALESCE(MIN(CASE WHEN a.state = 'registered' THEN a.opened_on END), ''), COALESCE(MIN(CASE WHEN a.state IN ('handling', 'extension') AND a.next_on < $1 THEN a.next_on END), '')
		FROM appeals a WHERE `+where+` AND a.live = TRUE`, args...)
	if err != nil {
		return q, err
	}
	q.Shelf, q.Look, err = shelved(ctx, r, who, which)
	return q, err
}

// shelved counts what is put on the shelf and how much of it is to be looked at
// again by now; it lies along an index of its own, by that day.
func shelved(ctx context.Context, r db.Reader, who access.Actor, which func(*scope.Args) string) (n, due int, err error) {
	args := scope.Args{string(who.Today())}
	where := which(&args) + " AND a.county = " + args.Add(who.County())
	_, err = db.One(ctx, r, func(w db.Row) (x int, err error) { return 0, w.Scan(&n, &due) },
		`SELECT COUNT(*), COUNT(*) FILTER (WHERE a.next_on <= $1) FROM appeals a WHERE `+where+` AND a.state = 'shelved' AND a.next_on >= ''`, args...)
	return n, due, err
}
