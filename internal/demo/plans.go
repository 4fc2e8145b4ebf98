package demo

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/progress"
	"lianxin/plans"
)

// plans puts both shipped plans in force in the county.
func (l *loader) plans(ctx context.Context, who access.Actor) error {
	texts, err := plans.Texts()
	if err != nil {
		return err
	}
	return l.write(ctx, func(tx *db.Tx) error {
		return campaign.Found(ctx, tx, who, "县委常委会议", texts...)
	})
}

// figures counts everybody's year, so that the first page shows them.
func (l *loader) figures(ctx context.Context) error {
	for {
		n, err := progress.RecountWaiting(ctx, l.d, l.root, 500)
		if err != nil || n == 0 {
			return err
		}
	}
}
