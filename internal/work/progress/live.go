package progress

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/campaign"
)

// Own is what the reader's own records say at one moment: his figures and the
// homes that would like a visit.
type Own struct {
	Rows []Row
	Next []Next
}

// Mine counts the reader's own year from his records at this moment, a row for
// each campaign that binds him, without touching the kept rows: read in one
// moment with the records, figures and records agree.
func Mine(ctx context.Context, r db.Reader, who access.Actor) (Own, error) {
	if who.Cadre() == "" {
		return Own{}, nil
	}
	c, err := person(ctx, r, who, who.Cadre())
	if err != nil {
		return Own{}, err
	}
	today := who.Today()
	year := today.Year()
	bs, err := campaign.ForYear(ctx, r, who.County(), c.Region, year, today)
	if err != nil || len(bs) == 0 {
		return Own{}, err
	}
	// The rhythm of a home goes on over New Year, so last year is looked at; the
	// figures count their own year of it.
	f, err := gather(ctx, r, who.County(), c.ID, c.Posts, calendar.FirstOf(year-1), year, today)
	if err != nil {
		return Own{}, err
	}
	var o Own
	for _, b := range bs {
		x := Row{Cadre: c.ID, Name: c.Name, Campaign: b.Version.Campaign, Region: c.Region, Version: b.Version.ID, AsOf: today, Short: b.Version.Short}
		for _, l := range totals(b.Plan, under(b, f)) {
			if l.Period.Has(today) {
				x.Lines = append(x.Lines, l)
			}
		}
		o.Rows = append(o.Rows, x)
	}
	o.Next, err = next(ctx, r, who.County(), bs, f)
	return o, err
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
