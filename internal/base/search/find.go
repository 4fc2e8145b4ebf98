package search

import (
	"context"
	"math"
	"strconv"
	"strings"
	"time"

	"lianxin/internal/base/db"
)

// Find gives texts that may hold the words, newest first, at most q.Limit.
// Fewer means that there are no more. A question without a pair of characters
// finds nothing.
func Find(ctx context.Context, d *db.DB, q Query) ([]Hit, error) {
	t := tokensOf(d.Vault(), q.County)
	var all []int64
	for _, w := range q.Words {
		for _, g := range Grams(w) {
			if len(all) < MaxWords {
				all = append(all, t.token(gram, g))
			}
		}
	}
	if len(all) == 0 || q.Limit <= 0 {
		return nil, nil
	}
	var groups [][]int64
	for _, g := range q.Groups {
		var ns []int64
		for _, f := range g {
			ns = append(ns, t.token(facet, f))
		}
		switch len(ns) {
		case 0:
			return nil, nil
		case 1:
			all = append(all, ns[0])
		default:
			groups = append(groups, ns)
		}
	}
	low, high := int64(0), int64(math.MaxInt64)
	if q.From != "" {
		low = minute(q.From, "") << tailBits
	}
	if q.To != "" {
		high = (minute(q.To, "") + 24*60) << tailBits
	}
	if q.Before > 0 {
		high = min(high, q.Before)
	}
	if high <= low {
		return nil, nil
	}
	if d.Engine == db.Postgres {
		return findArray(ctx, d, t, q, all, groups, low, high)
	}
	return findWalk(ctx, d, q, all, groups, low, high)
}

func hit(w db.Row) (h Hit, err error) { return h, w.Scan(&h.Kind, &h.Ref, &h.Seq) }

// findWalk asks FTS5, which walks its lists side by side from the newest text
// down and stops when it has enough.
func findWalk(ctx context.Context, d *db.DB, q Query, all []int64, groups [][]int64, low, high int64) ([]Hit, error) {
	parts := make([]string, 0, len(all)+len(groups))
	for _, n := range all {
		parts = append(parts, spell(n))
	}
	for _, g := range groups {
		parts = append(parts, "("+either(g)+")")
	}
	return db.All(ctx, d, hit, `SELECT d.kind, d.ref, d.seq FROM search_index x CROSS JOIN search_docs d
		WHERE search_index MATCH $1 AND x.rowid >= $2 AND x.rowid < $3 AND d.seq = x.rowid AND d.county = $4 ORDER BY x.rowid DESC LIMIT $5`,
		strings.Join(parts, " AND "), low, high, q.County, q.Limit)
}

// either spells "one of these" for FTS5.
func either(ns []int64) string {
	parts := make([]string, len(ns))
	for i, n := range ns {
		parts[i] = spell(n)
	}
	return strings.Join(parts, " OR ")
}

// windows are the spans of days, from the newest back, in which PostgreSQL
// looks one after the other. Its index gives matches in no order, so that a
// common word of ten years would mean reading all of them to show the newest
// fifty; in a season there are few.
var windows = []int{92, 366, 4 * 366}

// findArray asks the GIN index, a window of months at a time.
func findArray(ctx context.Context, d *db.DB, t tokens, q Query, all []int64, groups [][]int64, low, high int64) ([]Hit, error) {
	newest, err := db.All(ctx, d, db.Int64, `SELECT seq FROM search_docs WHERE seq >= $1 AND seq < $2 ORDER BY seq DESC LIMIT 1`, low, high)
	if err != nil || len(newest) == 0 {
		return nil, err
	}
	day := time.Unix((newest[0]>>tailBits)*60, 0).UTC()
	var out []Hit
	for i := 0; i <= len(windows) && len(out) < q.Limit && high > low; i++ {
		from, months := low, []int64(nil)
		if i < len(windows) {
			first := day.AddDate(0, 0, -windows[i])
			first = time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, time.UTC)
			from = max(low, max(0, first.Unix()/60)<<tailBits)
			top := time.Unix(((high-1)>>tailBits)*60, 0).UTC()
			if top.After(day) {
				top = day
			}
			for m := max(low, from); ; {
				at := time.Unix((m>>tailBits)*60, 0).UTC()
				at = time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
				if at.After(top) {
					break
				}
				months = append(months, t.token(month, at.Format("2006-01")))
				m = (at.AddDate(0, 1, 0).Unix() / 60) << tailBits
			}
		}
		hs, err := findSpan(ctx, d, q, all, groups, months, from, high, q.Limit-len(out))
		if err != nil {
			return nil, err
		}
		out, high = append(out, hs...), from
	}
	return out, nil
}

func findSpan(ctx context.Context, d *db.DB, q Query, all []int64, groups [][]int64, months []int64, low, high int64, limit int) ([]Hit, error) {
	if months != nil {
		groups = append(groups[:len(groups):len(groups)], months)
	}
	var b strings.Builder
	args := []any{array(all), low, high, q.County, limit}
	// The list is made by the index before anything is put in order: the planner
	// cannot know how rare two characters are beside each other, and walking
	// the days until enough are found may mean walking all of them.
	b.WriteString(`WITH m AS MATERIALIZED (SELECT x.seq FROM search_index x WHERE x.tokens @> CAST(CAST($1 AS TEXT) AS BIGINT[])`)
	for _, g := range groups {
		args = append(args, array(g))
		b.WriteString(` AND x.tokens && CAST(CAST($` + strconv.Itoa(len(args)) + ` AS TEXT) AS BIGINT[])`)
	}
	b.WriteString(`), n AS MATERIALIZED (SELECT seq FROM m WHERE seq >= $2 AND seq < $3 ORDER BY seq DESC LIMIT $5)
		SELECT d.kind, d.ref, d.seq FROM n JOIN search_docs d ON d.seq = n.seq WHERE d.county = $4 ORDER BY d.seq DESC`)
	return db.All(ctx, d, hit, b.String(), args...)
}
