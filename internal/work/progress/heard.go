package progress

import (
	"context"
	"slices"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/visit"
)

// Heard is what a book of visits says it holds: visits as the plan counts them,
// and apart from them what is on record and is no visit.
type Heard struct {
	Visits   int
	Phone    int
	Absent   int
	Declined int
	Other    int // on record and not counted: a second time on one day, a home not paired, a companion …
}

// HeardOf counts the visits of a book by the plans that bind the official whose
// book it is; more than is asked for are visits all the same. Where no plan asks
// him for visits, and in the book of a home (cadre is empty), each record of
// meeting face to face is one. The caller has shown the visits.
func HeardOf(ctx context.Context, r db.Reader, county, cadre, place string, vs []visit.Visit, today calendar.Day) (h Heard, err error) {
	var years []int
	for _, v := range vs {
		if y := v.Day.Year(); cadre != "" && !slices.Contains(years, y) {
			years = append(years, y)
		}
	}
	counts, asked := map[string]bool{}, map[int]bool{}
	for _, y := range years {
		bs, err := campaign.ForYear(ctx, r, county, place, y, today)
		if err != nil {
			return h, err
		}
		f, err := Facts(ctx, r, county, cadre, y, today)
		if err != nil {
			return h, err
		}
		for _, b := range bs {
			for _, l := range quota.Count(b.Plan, under(b, f)) {
				if l.Duty != quota.Visits || l.Household != "" {
					continue
				}
				asked[y] = true
				for _, x := range l.Counted {
					counts[x.ID] = true
				}
				for _, x := range l.Beyond {
					counts[x.ID] = true
				}
			}
		}
	}
	for _, v := range vs {
		switch {
		case v.Voided != "":
			h.Other++
		case v.How == plan.HowPhone:
			h.Phone++
		case v.How == plan.HowAbsent:
			h.Absent++
		case v.How == plan.HowDeclined:
			h.Declined++
		case counts[v.ID] || !asked[v.Day.Year()] && slices.Contains(visit.Seen, v.How):
			h.Visits++
		default:
			h.Other++
		}
	}
	return h, nil
}
