package demo

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/notice"
)

// notices tells the people of the demonstration what really waits for them:
// matters of theirs that are due within a week or past their day.
func (l *loader) notices(ctx context.Context) error {
	for _, cadre := range slices.Sorted(maps.Keys(l.byCadre)) {
		who := l.actor(cadre, access.Cadre, l.town, string(l.today))
		open, _, err := appeal.List(ctx, l.d, who, appeal.Filter{Owner: cadre, Running: true, Before: l.today.Add(8), Limit: 4})
		if err != nil {
			return err
		}
		for _, a := range open {
			kind := "appeal.due_soon"
			if a.DueOn < l.today {
				kind = "appeal.overdue"
			}
			err := l.write(ctx, func(tx *db.Tx) error {
				tx.Now = moment(string(l.today), "07:00", tx.Now)
				return notice.Tell(ctx, tx, notice.In{To: notice.Official(cadre), Kind: kind, Ref: "appeal:" + a.ID, Region: a.Region, Args: map[string]any{"due": a.DueOn}})
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// missingYear tells the county that next year's holidays are not there yet,
// where that is so.
func (l *loader) missingYear(ctx context.Context) error {
	next := l.today.Year() + 1
	if _, err := l.cal.WorkingDaysIn(next); err == nil {
		return nil
	}
	return l.write(ctx, func(tx *db.Tx) error {
		return notice.Tell(ctx, tx, notice.In{To: notice.Role(access.CountyAdmin, l.root), Kind: "calendar.year_missing", Ref: "calendar:" + strconv.Itoa(next), Args: map[string]any{"year": next}})
	})
}
