package progress

import (
	"context"
	"slices"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/campaign"
)

// HomeDue is what one campaign asks of one home's helper there, and what he has
// done. A campaign that owes visits to the official and not to each home has
// none.
type HomeDue struct {
	Campaign string       `json:"campaign"`
	Short    string       `json:"short"`
	Duty     string       `json:"duty"`
	Unit     string       `json:"unit"`
	Due      quota.Halves `json:"due"`
	Done     quota.Halves `json:"done"`
}

// HomeDues gives, for the homes of a page (see Homes), each campaign's figures
// by home. It counts the few helpers of the page live.
func HomeDues(ctx context.Context, r db.Reader, who access.Actor, rows []HomeRow, year int) (map[string][]HomeDue, error) {
	if !access.May(who, access.ProgressRead) {
		return nil, fault.New(fault.Forbidden, "access.not_role")
	}
	if year == 0 {
		year = who.Today().Year()
	}
	county, today := who.County(), who.Today()
	homes := map[string][]string{} // helper → homes
	var helpers []string
	for _, h := range rows {
		if h.Lead != "" {
			if homes[h.Lead] == nil {
				helpers = append(helpers, h.Lead)
			}
			homes[h.Lead] = append(homes[h.Lead], h.ID)
		}
	}
	out := map[string][]HomeDue{}
	posts, err := cadre.PostsOf(ctx, r, county, helpers)
	if err != nil {
		return nil, err
	}
	bound := map[string][]campaign.Bound{} // by township
	for _, id := range helpers {
		c, err := db.One(ctx, r, db.Text, `SELECT region FROM cadres WHERE county = $1 AND id = $2`, county, id)
		if err != nil {
			return nil, err
		}
		if bound[c] == nil {
			if bound[c], err = campaign.ForYear(ctx, r, county, c, year, today); err != nil {
				return nil, err
			}
		}
		var own []cadre.Post
		for _, p := range posts {
			if p.Cadre == id {
				own = append(own, p)
			}
		}
		if !slices.ContainsFunc(bound[c], func(b campaign.Bound) bool { return perHome(b.Plan) }) {
			continue
		}
		f, err := gather(ctx, r, county, id, own, calendar.FirstOf(year), year, today)
		if err != nil {
			return nil, err
		}
		for _, b := range bound[c] {
			for _, l := range quota.FromTallies(b.Plan, quota.DuesOf(b.Plan, under(b, f).Posts, f.Leaves, year), quota.Tally(b.Plan, under(b, f))) {
				if l.Household != "" && slices.Contains(homes[id], l.Household) {
					out[l.Household] = add(out[l.Household], HomeDue{b.Version.Campaign, b.Version.Short, l.Duty, l.Unit, l.Due, l.Done})
				}
			}
		}
	}
	return out, nil
}

// perHome reports whether a plan owes anything to each home.
func perHome(p plan.Plan) bool {
	return slices.ContainsFunc(p.Duties, func(d plan.Duty) bool {
		return d.Visits != nil && d.Visits.Basis == plan.PerHousehold || d.Practical != nil && d.Practical.Basis == plan.PerHousehold
	})
}

// add sums the periods of one duty.
func add(list []HomeDue, d HomeDue) []HomeDue {
	for i := range list {
		if x := &list[i]; x.Campaign == d.Campaign && x.Duty == d.Duty {
			x.Due += d.Due
			x.Done += d.Done
			return list
		}
	}
	return append(list, d)
}
