package audit_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
)

// TestSearch compares every filter with a plain walk over all rows, page by
// page, with a clock that once went back.
func TestSearch(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		for i := range 90 {
			clock.Add(47 * time.Minute)
			if i == 40 {
				clock.Add(-50 * time.Minute)
			}
			err := db.Do(t.Context(), d, func(tx *db.Tx) error {
				who := someone{[]string{"990101", "990102"}[i%7/6]}
				if i%4 == 0 {
					audit.Refuse(tx, who, "access.refused", "route:GET /visits", "")
				} else {
					audit.Note(tx, who, []string{"visit.record", "visit.amend", "household.reveal"}[i%3], fmt.Sprintf("visit:%02d", i), "/99/")
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		walk := func(f audit.Filter) (out []audit.Row) {
			for {
				rows, next, err := audit.Search(t.Context(), d, f)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, rows...)
				if f.Before = next; next == 0 {
					return out
				}
			}
		}
		all := walk(audit.Filter{County: "990101", Limit: 500})
		if n, err := audit.Count(t.Context(), d, "990101"); err != nil || int(n) != len(all) || n < 70 {
			t.Fatalf("%d rows, counted %d, %v", len(all), n, err)
		}
		if !slices.IsSortedFunc(all, func(a, b audit.Row) int { return int(b.Seq - a.Seq) }) {
			t.Error("not the newest first")
		}
		noon := time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
		for name, x := range map[string]struct {
			f    audit.Filter
			keep func(audit.Row) bool
		}{
			"everything":      {audit.Filter{}, func(audit.Row) bool { return true }},
			"by actor":        {audit.Filter{Actor: "acc-1"}, func(audit.Row) bool { return true }},
			"by nobody":       {audit.Filter{Actor: "acc-2"}, func(audit.Row) bool { return false }},
			"by noun":         {audit.Filter{Action: "visit."}, func(r audit.Row) bool { return r.Action == "visit.record" || r.Action == "visit.amend" }},
			"by action":       {audit.Filter{Action: "household.reveal"}, func(r audit.Row) bool { return r.Action == "household.reveal" }},
			"by object":       {audit.Filter{Object: "visit:17"}, func(r audit.Row) bool { return r.Object == "visit:17" }},
			"refusals":        {audit.Filter{Result: audit.Refused}, func(r audit.Row) bool { return r.Result == audit.Refused }},
			"from a day":      {audit.Filter{From: noon}, func(r audit.Row) bool { return r.At >= noon.UnixMilli() }},
			"one day":         {audit.Filter{From: noon, To: noon.AddDate(0, 0, 1)}, func(r audit.Row) bool { return r.At >= noon.UnixMilli() && r.At < noon.AddDate(0, 0, 1).UnixMilli() }},
			"a day to come":   {audit.Filter{From: noon.AddDate(1, 0, 0)}, func(audit.Row) bool { return false }},
			"a day before":    {audit.Filter{To: noon.AddDate(-1, 0, 0)}, func(audit.Row) bool { return false }},
			"day and refusal": {audit.Filter{From: noon, Result: audit.Refused}, func(r audit.Row) bool { return r.At >= noon.UnixMilli() && r.Result == audit.Refused }},
		} {
			x.f.County, x.f.Limit = "990101", 7
			var want []int64
			for _, r := range all {
				if x.keep(r) {
					want = append(want, r.Seq)
				}
			}
			var got []int64
			for _, r := range walk(x.f) {
				if r.County != "990101" {
					t.Errorf("%s: a row of another county", name)
				}
				got = append(got, r.Seq)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
		}
		if rows, _, err := audit.Search(t.Context(), d, audit.Filter{County: "990199", From: noon}); err != nil || len(rows) != 0 {
			t.Errorf("a county without record: %v %v", rows, err)
		}
	})
}
