package api

import (
	"strconv"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/workday"
)

// sentInput is a change that needs nothing but the id of its sender.
type sentInput struct {
	ID string `json:"id"` // operation id
}

func (a *API) holidays() []door.Route {
	read, set := door.Need(access.PlanRead), door.Need(access.CalendarChange)
	return []door.Route{
		door.API("GET", base+"/holidays", read, door.Small, door.Quiet, "api.holidays", func(c *door.Call, _ door.Nothing) (workday.Held, bool, error) {
			h, err := a.Workdays.Show(c.Context(), a.DB, c.Who)
			return h, false, err
		}),
		door.API("POST", base+"/holidays", set, door.Small, door.Writes, "api.holiday_year", func(c *door.Call, in workday.EnterInput) (workday.Year, bool, error) {
			return write(a, c, func(tx *db.Tx) (workday.Year, error) { return a.Workdays.Enter(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/holidays/{id}/drop", set, door.Small, door.Writes, "api.holiday_drop", func(c *door.Call, in sentInput) (workday.Held, bool, error) {
			year, err := strconv.Atoi(c.Path("id"))
			if err != nil {
				return workday.Held{}, false, fault.New(fault.NotFound, "fault.not_found")
			}
			return change(a, c, func(tx *db.Tx) (workday.Held, error) {
				if err := a.Workdays.Drop(c.Context(), tx, c.Who, in.ID, year); err != nil {
					return workday.Held{}, err
				}
				return a.Workdays.Show(c.Context(), tx, c.Who)
			})
		}),
		door.API("POST", base+"/holidays/local", set, door.Small, door.Writes, "api.holiday_local", func(c *door.Call, in workday.LocalInput) (Page[workday.Local], bool, error) {
			ls, made, err := write(a, c, func(tx *db.Tx) ([]workday.Local, error) { return a.Workdays.AddLocal(c.Context(), tx, c.Who, in) })
			p, _, err := page(ls, "", err)
			return p, made, err
		}),
		door.API("POST", base+"/holidays/local/{id}/drop", set, door.Small, door.Writes, "api.holiday_local_drop", func(c *door.Call, in sentInput) (workday.Held, bool, error) {
			return change(a, c, func(tx *db.Tx) (workday.Held, error) {
				if err := a.Workdays.DropLocal(c.Context(), tx, c.Who, in.ID, calendar.Day(c.Path("id"))); err != nil {
					return workday.Held{}, err
				}
				return a.Workdays.Show(c.Context(), tx, c.Who)
			})
		}),
	}
}
