package api

import (
	"strconv"

	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/plan"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/household"
	"lianxin/internal/work/progress"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// recounts bounds how many marked officials one request counts before it reads.
const recounts = 500

func year(c *door.Call) int { n, _ := strconv.Atoi(c.Query("year")); return n }

func (a *API) progress() []door.Route {
	// exact counts what is marked in a place, so that the rows read next are
	// those of this moment.
	exact := func(c *door.Call) error {
		place := c.Query("place")
		if place == "" {
			place = c.Who.Home()
		} else if _, err := scope.Reach(c.Who, access.ProgressSums, place); err != nil {
			return err // nobody counts what he may not see
		}
		if t := region.Upto(place, region.Township); t != "" {
			place = t // what is marked hangs on the township
		}
		_, err := progress.RecountWaiting(c.Context(), a.DB, place, recounts)
		return err
	}
	filter := func(c *door.Call) progress.Filter {
		return progress.Filter{Place: c.Query("place"), Campaign: c.Query("campaign"), Year: year(c), Cadre: c.Query("cadre"), After: c.Query("after"), Limit: limit(c)}
	}
	return []door.Route{
		door.API("GET", base+"/progress", door.Need(access.ProgressRead), door.Medium, door.Reads, "api.progress", func(c *door.Call, _ door.Nothing) (Page[progress.Row], bool, error) {
			if err := exact(c); err != nil {
				return Page[progress.Row]{}, false, err
			}
			return page(progress.List(c.Context(), a.DB, c.Who, filter(c)))
		}).With("year", "place", "campaign", "cadre", "after", "limit"),
		door.API("GET", base+"/progress/why", door.Need(access.ProgressRead), door.Medium, door.Reads, "api.progress_why", func(c *door.Call, _ door.Nothing) (progress.Explained, bool, error) {
			who := c.Query("cadre")
			if who == "" {
				who = c.Who.Cadre()
			}
			y := year(c)
			if y == 0 {
				y = c.Who.Today().Year()
			}
			e, err := progress.Why(c.Context(), a.DB, c.Who, who, y, c.Query("campaign"))
			return e, false, err
		}).With("year", "cadre", "campaign"),
		door.API("GET", base+"/progress/places", door.Need(access.ProgressSums), door.Medium, door.Reads, "api.progress_places", func(c *door.Call, _ door.Nothing) (Page[progress.PlaceRow], bool, error) {
			if err := exact(c); err != nil {
				return Page[progress.PlaceRow]{}, false, err
			}
			rows, err := progress.Places(c.Context(), a.DB, c.Who, filter(c))
			return page(rows, "", err)
		}).With("year", "place", "campaign"),
		door.API("GET", base+"/progress/homes", door.Need(access.HouseholdList), door.Medium, door.Reads, "api.progress_homes", func(c *door.Call, _ door.Nothing) (Page[progress.HomeRow], bool, error) {
			y := year(c)
			if y == 0 {
				y = c.Who.Today().Year()
			}
			return page(progress.Homes(c.Context(), a.DB, c.Who, household.Filter{Place: c.Query("place"), Query: c.Query("q"), Mine: flag(c, "mine"), After: c.Query("after"), Limit: limit(c)}, y))
		}).With("year", "place", "q", "mine", "after", "limit"),
		door.API("GET", base+"/progress/next", door.Need(access.ProgressRead), door.Small, door.Reads, "api.progress_next", func(c *door.Call, _ door.Nothing) (Page[progress.Next], bool, error) {
			ns, err := progress.NextVisits(c.Context(), a.DB, c.Who)
			return page(ns, "", err)
		}),
		door.API("GET", base+"/plans", door.Need(access.PlanRead), door.Small, door.Quiet, "api.plans", func(c *door.Call, _ door.Nothing) (Page[campaign.Version], bool, error) {
			vs, err := campaign.List(c.Context(), a.DB, c.Who, campaign.Filter{Place: c.Query("place")})
			return page(vs, "", err)
		}).With("place"),
		door.API("GET", base+"/plans/{id}", door.Need(access.PlanRead), door.Small, door.Quiet, "api.plan", func(c *door.Call, _ door.Nothing) (PlanAnswer, bool, error) {
			v, err := campaign.Show(c.Context(), a.DB, c.Who, c.Path("id"))
			if err != nil {
				return PlanAnswer{}, false, err
			}
			p, problems := plan.Parse([]byte(v.Text))
			if len(problems) > 0 {
				return PlanAnswer{Version: v}, false, nil
			}
			ans := PlanAnswer{Version: v}
			ans.Values = p.Values()
			return ans, false, nil
		}),
	}
}

// PlanAnswer is a plan version with every value and the clause it rests on.
type PlanAnswer struct {
	Version campaign.Version `json:"version"`
	Values  []plan.Value     `json:"values"`
}
