package audit

import (
	"context"
	"fmt"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
)

// Filter narrows a search of one county's record. Empty fields narrow nothing.
type Filter struct {
	County string
	Actor  string // account id, or "machine:name"
	Object string // what it begins with: "visit:", "visit:01J…"
	Action string // what it begins with: "visit.", "household.reveal"
	Result string // Done or Refused
	From   time.Time
	To     time.Time // exclusive
	Before int64     // only rows below this number; 0 for the newest
	Limit  int       // 1 to 500, 0 means 50
}

// slack is how far the clock may have been set back while rows were written:
// rows are numbered in order of writing, times are what the clock said.
const slack = time.Hour

// Search gives rows, the newest first. next is the number to go on from, 0 at
// the end. Days are found by halving the numbers, so the record needs no index
// that every write would pay for.
func Search(ctx context.Context, r db.Reader, f Filter) (rows []Row, next int64, err error) {
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = 50
	}
	args := []any{f.County}
	arg := func(v any) string { args = append(args, v); return fmt.Sprintf("$%d", len(args)) }
	where := `county = $1`
	for _, x := range []struct{ column, value string }{{"actor", f.Actor}, {"result", f.Result}} {
		if x.value != "" {
			where += ` AND ` + x.column + ` = ` + arg(x.value)
		}
	}
	for _, x := range []struct{ column, value string }{{"object", f.Object}, {"action", f.Action}} {
		if x.value != "" {
			lo, hi := db.Prefix(x.value)
			where += ` AND ` + x.column + ` >= ` + arg(lo) + ` AND ` + x.column + ` < ` + arg(hi)
		}
	}
	if f.Before > 0 {
		where += ` AND seq < ` + arg(f.Before)
	}
	if !f.From.IsZero() {
		n, err := firstSince(ctx, r, f.County, f.From.Add(-slack))
		if err != nil {
			return nil, 0, err
		}
		where += ` AND seq >= ` + arg(n) + ` AND at >= ` + arg(f.From.UnixMilli())
	}
	if !f.To.IsZero() {
		n, err := firstSince(ctx, r, f.County, f.To.Add(slack))
		if err != nil {
			return nil, 0, err
		}
		where += ` AND seq < ` + arg(n) + ` AND at < ` + arg(f.To.UnixMilli())
	}
	q := `SELECT county, seq, at, actor, roles, door, action, object, region, result, request, detail, seal FROM audit_rows WHERE ` + where + ` ORDER BY seq DESC LIMIT ` + arg(f.Limit+1)
	rows, err = db.All(ctx, r, func(w db.Row) (x Row, err error) {
		return x, w.Scan(&x.County, &x.Seq, &x.At, &x.Actor, &x.Roles, &x.Door, &x.Action, &x.Object, &x.Region, &x.Result, &x.Request, &x.Detail, &x.Seal)
	}, q, args...)
	if err != nil || len(rows) <= f.Limit {
		return rows, 0, err
	}
	rows = rows[:f.Limit]
	return rows, rows[f.Limit-1].Seq, nil
}

// firstSince gives the number of the first row written at or after a time, one
// past the last when there is none.
func firstSince(ctx context.Context, r db.Reader, county string, at time.Time) (int64, error) {
	end, err := db.One(ctx, r, db.Int64, `SELECT seq FROM audit_heads WHERE county = $1`, county)
	if fault.Is(err, fault.NotFound) {
		return 1, nil
	}
	if err != nil {
		return 0, err
	}
	lo, hi := int64(1), end+1
	for lo < hi {
		mid := lo + (hi-lo)/2
		t, err := db.One(ctx, r, db.Int64, `SELECT at FROM audit_rows WHERE county = $1 AND seq >= $2 ORDER BY seq LIMIT 1`, county, mid)
		if fault.Is(err, fault.NotFound) {
			hi = mid // rows were cut off; Verify tells of it
			continue
		}
		if err != nil {
			return 0, err
		}
		if t >= at.UnixMilli() {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo, nil
}

// Count tells how many rows a county's record has, by its newest number.
func Count(ctx context.Context, r db.Reader, county string) (int64, error) {
	n, err := db.One(ctx, r, db.Int64, `SELECT seq FROM audit_heads WHERE county = $1`, county)
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	return n, err
}
