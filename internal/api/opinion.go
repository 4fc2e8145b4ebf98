package api

import (
	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/upward"
	"lianxin/internal/work/opinion"
)

func (a *API) opinions() []door.Route {
	read, propose := door.Need(access.OpinionRead), door.Need(access.OpinionPropose)
	return []door.Route{
		door.API("GET", base+"/opinions", read, door.Small, door.Reads, "api.opinions", func(c *door.Call, _ door.Nothing) (Page[opinion.Opinion], bool, error) {
			return page(opinion.List(c.Context(), a.DB, c.Who, opinion.Filter{Place: c.Query("place"), State: upward.State(c.Query("state")), Mine: flag(c, "mine"), After: c.Query("after"), Limit: limit(c)}))
		}).With("place", "state", "mine", "after", "limit"),
		door.API("POST", base+"/opinions", propose, door.Small, door.Writes, "api.opinion_propose", func(c *door.Call, in opinion.ProposeInput) (opinion.Opinion, bool, error) {
			return write(a, c, func(tx *db.Tx) (opinion.Opinion, error) {
				o, _, err := opinion.Propose(c.Context(), tx, c.Who, in)
				return o, err
			})
		}),
		door.API("GET", base+"/opinions/{id}", read, door.Small, door.Reads, "api.opinion_show", func(c *door.Call, _ door.Nothing) (opinion.Opinion, bool, error) {
			o, err := opinion.Show(c.Context(), a.DB, c.Who, c.Path("id"))
			return o, false, err
		}),
		door.API("GET", base+"/opinions/{id}/versions", read, door.Small, door.Reads, "api.opinion_versions", func(c *door.Call, _ door.Nothing) (Page[opinion.Version], bool, error) {
			vs, err := opinion.Versions(c.Context(), a.DB, c.Who, c.Path("id"))
			return page(vs, "", err)
		}),
		door.API("POST", base+"/opinions/{id}", read, door.Small, door.Writes, "api.opinion_edit", func(c *door.Call, in opinion.EditInput) (opinion.Opinion, bool, error) {
			in.Opinion = c.Path("id")
			return change(a, c, func(tx *db.Tx) (opinion.Opinion, error) { return opinion.Edit(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/opinions/{id}/move", read, door.Small, door.Writes, "api.opinion_move", func(c *door.Call, in opinion.MoveInput) (opinion.Opinion, bool, error) {
			in.Opinion = c.Path("id")
			return change(a, c, func(tx *db.Tx) (opinion.Opinion, error) { return opinion.Act(c.Context(), tx, c.Who, in) })
		}),
	}
}
