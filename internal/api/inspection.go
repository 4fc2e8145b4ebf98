package api

import (
	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/inspection"
)

func (a *API) inspections() []door.Route {
	read, draw := door.Need(access.InspectionRead), door.Need(access.InspectionDraw)
	return []door.Route{
		door.API("GET", base+"/inspections", read, door.Small, door.Reads, "api.inspections", func(c *door.Call, _ door.Nothing) (Page[inspection.Inspection], bool, error) {
			return page(inspection.List(c.Context(), a.DB, c.Who, inspection.Filter{Place: c.Query("place"), After: c.Query("after"), Limit: limit(c)}))
		}).With("place", "after", "limit"),
		door.API("POST", base+"/inspections", draw, door.Small, door.Writes, "api.inspection_draw", func(c *door.Call, in inspection.DrawInput) (inspection.Inspection, bool, error) {
			return write(a, c, func(tx *db.Tx) (inspection.Inspection, error) {
				x, _, err := inspection.Draw(c.Context(), tx, c.Who, in)
				return x, err
			})
		}),
		door.API("GET", base+"/inspections/{id}", read, door.Small, door.Reads, "api.inspection_show", func(c *door.Call, _ door.Nothing) (inspection.Inspection, bool, error) {
			x, err := inspection.Show(c.Context(), a.DB, c.Who, c.Path("id"))
			return x, false, err
		}),
		door.API("GET", base+"/inspections/{id}/draw", read, door.Small, door.Reads, "api.inspection_again", func(c *door.Call, _ door.Nothing) (inspection.Redraw, bool, error) {
			x, err := inspection.Again(c.Context(), a.DB, c.Who, c.Path("id"))
			return x, false, err
		}),
		door.API("POST", base+"/inspections/{id}/homes", draw, door.Small, door.Writes, "api.inspection_name", func(c *door.Call, in inspection.NameInput) (inspection.Inspection, bool, error) {
			in.Inspection = c.Path("id")
			return change(a, c, func(tx *db.Tx) (inspection.Inspection, error) {
				return inspection.Name(c.Context(), tx, c.Who, in)
			})
		}),
		door.API("POST", base+"/inspections/{id}/end", draw, door.Small, door.Writes, "api.inspection_end", func(c *door.Call, in inspection.EndInput) (inspection.Inspection, bool, error) {
			in.Inspection = c.Path("id")
			return change(a, c, func(tx *db.Tx) (inspection.Inspection, error) {
				return inspection.End(c.Context(), tx, c.Who, in)
			})
		}),
	}
}
