package api

import (
	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/advice"
)

func (a *API) advices() []door.Route {
	send, answer := door.Need(access.HouseholdAdvise), door.Need(access.HouseholdChange)
	masked := func(x advice.Advice, made bool, err error) (advice.Advice, bool, error) {
		return advice.Masked(x), made, err
	}
	list := func(c *door.Call, f advice.Filter) (Page[advice.Advice], bool, error) {
		f.State, f.Mine, f.After, f.Limit = c.Query("state"), flag(c, "mine"), c.Query("after"), limit(c)
		return page(advice.List(c.Context(), a.DB, c.Who, f))
	}
	return []door.Route{
		door.API("GET", base+"/households/{id}/advice", send, door.Small, door.Reads, "api.household_advice", func(c *door.Call, _ door.Nothing) (Page[advice.Advice], bool, error) {
			return list(c, advice.Filter{Household: c.Path("id")})
		}).With("state", "mine", "after", "limit"),
		door.API("POST", base+"/households/{id}/advice", send, door.Small, door.Writes, "api.advice_send", func(c *door.Call, in advice.SendInput) (advice.Advice, bool, error) {
			in.Household = c.Path("id")
			return masked(write(a, c, func(tx *db.Tx) (advice.Advice, error) {
				x, _, err := advice.Send(c.Context(), tx, c.Who, in)
				return x, err
			}))
		}),
		door.API("GET", base+"/advice", send, door.Small, door.Reads, "api.advice_list", func(c *door.Call, _ door.Nothing) (Page[advice.Advice], bool, error) {
			return list(c, advice.Filter{Place: c.Query("place")})
		}).With("place", "state", "mine", "after", "limit"),
		door.API("POST", base+"/advice/{id}/accept", answer, door.Small, door.Writes, "api.advice_accept", func(c *door.Call, in advice.AcceptInput) (advice.Advice, bool, error) {
			in.Advice = c.Path("id")
			return masked(change(a, c, func(tx *db.Tx) (advice.Advice, error) { return advice.Accept(c.Context(), tx, c.Who, in) }))
		}),
		door.API("POST", base+"/advice/{id}/decline", answer, door.Small, door.Writes, "api.advice_decline", func(c *door.Call, in advice.DeclineInput) (advice.Advice, bool, error) {
			in.Advice = c.Path("id")
			return masked(change(a, c, func(tx *db.Tx) (advice.Advice, error) { return advice.Decline(c.Context(), tx, c.Who, in) }))
		}),
	}
}
