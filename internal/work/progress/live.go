package progress

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/campaign"
)

// Mine counts the reader's own year from his records at this moment, a row for
// each campaign that binds him, without touching the kept rows: read in one
// moment with the records, figures and records agree.
func Mine(ctx context.Context, r db.Reader, who access.Actor) ([]Row, error) {
	if who.Cadre() == "" {
		return nil, nil
	}
	c, err := person(ctx, r, who, who.Cadre())
	if err != nil {
		return nil, err
	}
	today := who.Today()
	year := today.Year()
	bs, err := campaign.ForYear(ctx, r, who.County(), c.Region, year, today)
	if err != nil || len(bs) == 0 {
		return nil, err
	}
	f, err := Facts(ctx, r, who.County(), c.ID, year, today)
	if err != nil {
		return nil, err
	}
	out := make([]Row, 0, len(bs))
	for _, b := range bs {
		x := Row{Cadre: c.ID, Name: c.Name, Campaign: b.Version.Campaign, Region: c.Region, Version: b.Version.ID, AsOf: today, Short: b.Version.Short}
		for _, l := range totals(b.Plan, under(b, f)) {
			if l.Period.Has(today) {
				x.Lines = append(x.Lines, l)
			}
		}
		out = append(out, x)
	}
	return out, nil
}

// Now gives the line of a duty, if there is one.
func (x Row) Now(duty string) (quota.Line, bool) {
	for _, l := range x.Lines {
		if l.Duty == duty {
			return l, true
		}
	}
	return quota.Line{}, false
}
