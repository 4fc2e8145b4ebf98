package progress

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/visit"
)

// HomeRow is what was done at one home.
type HomeRow struct {
	ID     string       `json:"id"`
	Region string       `json:"region"`
	Head   string       `json:"head"`
	Lead   string       `json:"lead,omitempty"` // official who is its helper today
	Visits int          `json:"visits"`         // face to face, in the year asked for
	Last   calendar.Day `json:"last,omitempty"` // last time somebody was met
	Open   int          `json:"open"`           // promises not yet kept
}

// Homes gives homes in administrative order with what was done there in a
// year. The filter is household's: by place, name, one's own.
func Homes(ctx context.Context, r db.Reader, who access.Actor, f household.Filter, year int) ([]HomeRow, string, error) {
	if !access.May(who, access.ProgressRead) {
		return nil, "", fault.New(fault.Forbidden, "access.not_role")
	}
	if year == 0 {
		year = who.Today().Year()
	}
	hs, next, err := household.List(ctx, r, who, f)
	if err != nil {
		return nil, "", err
	}
	county := who.County()
	ids := make([]string, len(hs))
	for i, h := range hs {
		ids[i] = h.ID
	}
	visits, err := visit.InYear(ctx, r, county, ids, year)
	if err != nil {
		return nil, "", err
	}
	last, err := visit.LastOf(ctx, r, county, ids)
	if err != nil {
		return nil, "", err
	}
	leads, err := pairing.Leads(ctx, r, county, ids, who.Today())
	if err != nil {
		return nil, "", err
	}
	open, err := promises(ctx, r, county, ids)
	if err != nil {
		return nil, "", err
	}
	out := make([]HomeRow, len(hs))
	for i, h := range hs {
		out[i] = HomeRow{ID: h.ID, Region: h.Region, Head: h.Head, Lead: leads[h.ID], Visits: visits[h.ID], Last: last[h.ID], Open: open[h.ID]}
	}
	return out, next, nil
}

// promises counts the open promises of some homes.
func promises(ctx context.Context, r db.Reader, county string, ids []string) (map[string]int, error) {
	m := map[string]int{}
	if len(ids) == 0 {
		return m, nil
	}
	args := scope.Args{county}
	type count struct {
		home string
		n    int
	}
	cs, err := db.All(ctx, r, func(w db.Row) (c count, err error) { return c, w.Scan(&c.home, &c.n) },
		`SELECT household, COUNT(*) FROM appeals WHERE county = $1 AND household IN `+scope.In(&args, ids)+` AND live = TRUE GROUP BY household`, args...)
	for _, c := range cs {
		m[c.home] = c.n
	}
	return m, err
}
