package api

import (
	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/reception"
)

func (a *API) receptions() []door.Route {
	read := door.Need(access.ReceptionRead)
	return []door.Route{
		door.API("GET", base+"/receptions", read, door.Small, door.Reads, "api.receptions", func(c *door.Call, _ door.Nothing) (Page[reception.Reception], bool, error) {
			f := reception.Filter{Place: c.Query("place"), Household: c.Query("household"), Receiver: c.Query("receiver"), State: c.Query("state"), Oldest: flag(c, "oldest"), After: c.Query("after"), Limit: limit(c)}
			var err error
			if f.From, err = day(c, "from"); err != nil {
				return Page[reception.Reception]{}, false, err
			}
			if f.To, err = day(c, "to"); err != nil {
				return Page[reception.Reception]{}, false, err
			}
			return page(reception.List(c.Context(), a.DB, c.Who, f))
		}).With("place", "household", "receiver", "state", "from", "to", "oldest", "after", "limit"),
		door.API("POST", base+"/receptions", door.Need(access.ReceptionRecord), door.Small, door.Writes, "api.reception_record", func(c *door.Call, in reception.RecordInput) (reception.Reception, bool, error) {
			return write(a, c, withDays(a, c, func(tx *db.Tx, cal calendar.Calendar) (reception.Reception, error) {
				x, _, err := reception.Record(c.Context(), tx, c.Who, in, cal)
				return x, err
			}))
		}),
		door.API("GET", base+"/receptions/{id}", read, door.Small, door.Reads, "api.reception", func(c *door.Call, _ door.Nothing) (reception.Reception, bool, error) {
			x, err := reception.Show(c.Context(), a.DB, c.Who, c.Path("id"))
			return x, false, err
		}),
	}
}
