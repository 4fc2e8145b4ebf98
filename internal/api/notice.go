package api

import (
	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/notice"
)

// Unread is what is left after notices have been marked.
type Unread struct {
	Unread int `json:"unread"` // at most 100, which means "more than 99"
}

func (a *API) notices() []door.Route {
	return []door.Route{
		door.API("GET", base+"/notices", door.Need(access.Self), door.Small, door.Quiet, "api.notices", func(c *door.Call, _ door.Nothing) (Page[notice.Item], bool, error) {
			return page(notice.List(c.Context(), a.DB, c.Who, notice.Filter{Unread: flag(c, "unread"), After: c.Query("after"), Limit: limit(c)}))
		}).With("unread", "after", "limit"),
		door.API("POST", base+"/notices/read", door.Need(access.Self), door.Small, door.Writes, "api.notices_read", func(c *door.Call, in notice.ReadInput) (Unread, bool, error) {
			return change(a, c, func(tx *db.Tx) (Unread, error) {
				n, err := notice.Read(c.Context(), tx, c.Who, in)
				return Unread{n}, err
			})
		}),
	}
}
