package progress

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/visit"
)

// HomeYear is the two numbers of a home's year that every page shows side by
// side, so that none is taken for the other: what the plan counts for the
// helper, and how often somebody of the home was seen at all.
type HomeYear struct {
	Done int `json:"done"` // counted under the plan, no more than is asked for
	Of   int `json:"of"`   // asked for in the year; 0 when no plan asks for visits to each home
	Seen int `json:"seen"` // every record of meeting face to face, by whoever went
}

// HomeYears gives those numbers for some homes, each with the official who
// helps there. Where several campaigns ask for visits, the one that asks most
// speaks (B12).
func HomeYears(ctx context.Context, r db.Reader, who access.Actor, helpers map[string]string, year int) (map[string]HomeYear, error) {
	rows, ids := make([]HomeRow, 0, len(helpers)), make([]string, 0, len(helpers))
	for home, helper := range helpers {
		rows, ids = append(rows, HomeRow{ID: home, Lead: helper}), append(ids, home)
	}
	seen, err := visit.InYear(ctx, r, who.County(), ids, year)
	if err != nil {
		return nil, err
	}
	out := make(map[string]HomeYear, len(ids))
	for _, id := range ids {
		out[id] = HomeYear{Seen: seen[id]}
	}
	if !access.May(who, access.ProgressRead) {
		return out, nil
	}
	dues, err := HomeDues(ctx, r, who, rows, year)
	if err != nil {
		return nil, err
	}
	for id, list := range dues {
		x := out[id]
		for _, d := range list {
			if n := int(d.Due) / 2; d.Duty == quota.Visits && n > x.Of {
				x.Done, x.Of = int(d.Done)/2, n // visits come whole
			}
		}
		out[id] = x
	}
	return out, nil
}
