package api

import (
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/region"
	"lianxin/internal/work/rehome"
)

// Value is one revealed value.
type Value struct {
	Value string `json:"value"`
}

// RevealInput says for what a masked value is opened.
type RevealInput struct {
	Member  string `json:"member,omitempty"`
	Field   string `json:"field"`
	Purpose string `json:"purpose"`
}

func (a *API) regions() []door.Route {
	return []door.Route{
		door.API("GET", base+"/regions", door.Need(access.RegionRead), door.Small, door.Quiet, "api.regions", func(c *door.Call, _ door.Nothing) (Page[region.Region], bool, error) {
			rs, err := region.Under(c.Context(), a.DB, c.Who, c.Query("place"), flag(c, "all"))
			return page(rs, "", err)
		}).With("place", "all"),
		door.API("POST", base+"/regions", door.Need(access.RegionChange), door.Small, door.Writes, "api.region_enter", func(c *door.Call, in region.EnterInput) (region.Region, bool, error) {
			return write(a, c, func(tx *db.Tx) (region.Region, error) { return region.Enter(c.Context(), tx, c.Who, in) })
		}),
		door.API("GET", base+"/regions/{id}/history", door.Need(access.RegionRead), door.Small, door.Quiet, "api.region_history", func(c *door.Call, _ door.Nothing) (Page[region.Change], bool, error) {
			cs, err := region.History(c.Context(), a.DB, c.Who, c.Path("id"))
			return page(cs, "", err)
		}),
		door.API("POST", base+"/regions/{id}/rename", door.Need(access.RegionChange), door.Small, door.Writes, "api.region_rename", func(c *door.Call, in region.RenameInput) (region.Region, bool, error) {
			in.Region = c.Path("id")
			return change(a, c, func(tx *db.Tx) (region.Region, error) { return region.Rename(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/regions/{id}/code", door.Need(access.RegionChange), door.Large, door.Writes, "api.region_recode", func(c *door.Call, in region.RecodeInput) (region.Region, bool, error) {
			in.Region = c.Path("id")
			return change(a, c, func(tx *db.Tx) (region.Region, error) {
				return region.Recode(c.Context(), tx, c.Who, in, rehome.With(a.Logins, c.Who))
			})
		}),
		door.API("POST", base+"/regions/{id}/merge", door.Need(access.RegionChange), door.Large, door.Writes, "api.region_merge", func(c *door.Call, in region.MergeInput) (region.Region, bool, error) {
			if err := sameThing(c, "from", in.From); err != nil {
				return region.Region{}, false, err
			}
			in.From = c.Path("id")
			return change(a, c, func(tx *db.Tx) (region.Region, error) {
				return region.Merge(c.Context(), tx, c.Who, in, rehome.With(a.Logins, c.Who))
			})
		}),
		door.API("POST", base+"/regions/{id}/split", door.Need(access.RegionChange), door.Large, door.Writes, "api.region_split", func(c *door.Call, in region.SplitInput) (region.Region, bool, error) {
			if err := sameThing(c, "from", in.From); err != nil {
				return region.Region{}, false, err
			}
			in.From = c.Path("id")
			return change(a, c, func(tx *db.Tx) (region.Region, error) {
				return region.Split(c.Context(), tx, c.Who, in, rehome.With(a.Logins, c.Who))
			})
		}),
	}
}

func (a *API) cadres() []door.Route {
	return []door.Route{
		door.API("GET", base+"/cadres", door.Need(access.CadreRead), door.Small, door.Reads, "api.cadres", func(c *door.Call, _ door.Nothing) (Page[cadre.Cadre], bool, error) {
			return page(cadre.List(c.Context(), a.DB, c.Who, cadre.Filter{Place: c.Query("place"), Query: c.Query("q"), Left: flag(c, "left"), After: c.Query("after"), Limit: limit(c)}))
		}).With("place", "q", "left", "after", "limit"),
		door.API("POST", base+"/cadres", door.Need(access.CadreChange), door.Small, door.Writes, "api.cadre_add", func(c *door.Call, in cadre.AddInput) (cadre.Cadre, bool, error) {
			v, made, err := write(a, c, func(tx *db.Tx) (cadre.Cadre, error) { return cadre.Add(c.Context(), tx, c.Who, in) })
			return cadre.Masked(v), made, err
		}),
		door.API("GET", base+"/cadres/{id}", door.Need(access.CadreRead), door.Small, door.Reads, "api.cadre", func(c *door.Call, _ door.Nothing) (cadre.Cadre, bool, error) {
			v, err := cadre.Show(c.Context(), a.DB, c.Who, c.Path("id"))
			return v, false, err
		}),
		door.API("POST", base+"/cadres/{id}", door.Need(access.CadreChange), door.Small, door.Writes, "api.cadre_amend", func(c *door.Call, in cadre.AmendInput) (cadre.Cadre, bool, error) {
			in.Cadre = c.Path("id")
			v, made, err := change(a, c, func(tx *db.Tx) (cadre.Cadre, error) { return cadre.Amend(c.Context(), tx, c.Who, in) })
			return cadre.Masked(v), made, err
		}),
		door.API("POST", base+"/cadres/{id}/posts", door.Need(access.CadreChange), door.Small, door.Writes, "api.cadre_appoint", func(c *door.Call, in cadre.AppointInput) (cadre.Post, bool, error) {
			in.Cadre = c.Path("id")
			return write(a, c, func(tx *db.Tx) (cadre.Post, error) { return cadre.Appoint(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/cadres/{id}/end", door.Need(access.CadreChange), door.Small, door.Writes, "api.cadre_end", func(c *door.Call, in cadre.EndPostInput) (cadre.Cadre, bool, error) {
			in.Cadre = c.Path("id")
			v, made, err := change(a, c, func(tx *db.Tx) (cadre.Cadre, error) { return cadre.EndPost(c.Context(), tx, c.Who, in) })
			return cadre.Masked(v), made, err
		}),
		door.API("POST", base+"/cadres/{id}/leaves", door.Need(access.CadreChange), door.Small, door.Writes, "api.cadre_leave", func(c *door.Call, in cadre.LeaveInput) (cadre.Leave, bool, error) {
			in.Cadre = c.Path("id")
			return write(a, c, func(tx *db.Tx) (cadre.Leave, error) { return cadre.TakeLeave(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/cadres/{id}/reveal", door.Need(access.CadreReveal), door.Small, door.Reveals, "api.reveal", func(c *door.Call, in RevealInput) (Value, bool, error) {
			v, err := db.Write(c.Context(), a.DB, func(tx *db.Tx) (string, error) {
				return cadre.Reveal(c.Context(), tx, c.Who, c.Path("id"), in.Purpose)
			})
			return Value{v}, false, err
		}),
		door.API("GET", base+"/units", door.Need(access.RegionRead), door.Small, door.Quiet, "api.units", func(c *door.Call, _ door.Nothing) (Page[cadre.Unit], bool, error) {
			us, err := cadre.Units(c.Context(), a.DB, c.Who, c.Query("place"))
			return page(us, "", err)
		}).With("place"),
	}
}

// sameThing refuses a body that names another thing than the address does.
func sameThing(c *door.Call, name, said string) error {
	if said == "" || said == c.Path("id") {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: name, Key: "fault.two_things"}}}
}
