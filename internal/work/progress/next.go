package progress

import (
	"cmp"
	"context"
	"slices"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/household"
)

// Next is a home the official should go to, by when and why.
type Next struct {
	quota.Due
	Campaign string `json:"campaign"` // id of the campaign that asks for it soonest
	Short    string `json:"short"`    // its short name
	Head     string `json:"head"`
	Region   string `json:"region"`
}

// NextVisits lists the reader's own homes that would like a visit, the most
// pressing first. Where several campaigns ask for the same home, the strictest
// day stands (B12): one visit counts for all of them.
func NextVisits(ctx context.Context, r db.Reader, who access.Actor) ([]Next, error) {
	if who.Cadre() == "" {
		return nil, nil
	}
	c, err := person(ctx, r, who, who.Cadre())
	if err != nil {
		return nil, err
	}
	county, today := who.County(), who.Today()
	bs, err := campaign.ForYear(ctx, r, county, c.Region, today.Year(), today)
	if err != nil || len(bs) == 0 {
		return nil, err
	}
	posts, err := cadre.PostsOf(ctx, r, county, []string{c.ID})
	if err != nil {
		return nil, err
	}
	// The rhythm of a home goes on over New Year, so last year's visits are looked at.
	f, err := gather(ctx, r, county, c.ID, posts, calendar.FirstOf(today.Year()-1), today.Year(), today)
	if err != nil {
		return nil, err
	}
	return next(ctx, r, county, bs, f)
}

// next finds the strictest day of each home.
func next(ctx context.Context, r db.Reader, county string, bs []campaign.Bound, f quota.Facts) ([]Next, error) {
	soonest := map[string]Next{}
	for _, b := range bs {
		for _, d := range quota.NextVisits(b.Plan, under(b, f)) {
			if old, ok := soonest[d.Household]; !ok || d.DueBy < old.DueBy {
				soonest[d.Household] = Next{Due: d, Campaign: b.Version.Campaign, Short: b.Version.Short}
			}
		}
	}
	ids := make([]string, 0, len(soonest))
	for id := range soonest {
		ids = append(ids, id)
	}
	hs, err := household.Briefs(ctx, r, county, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Next, 0, len(soonest))
	for id, n := range soonest {
		if h := hs[id]; h.State == household.Active {
			n.Head, n.Region = h.Head, h.Region
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b Next) int {
		return cmp.Or(cmp.Compare(a.DueBy, b.DueBy), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Household, b.Household))
	})
	return out, nil
}
