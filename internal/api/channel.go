package api

import (
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/notice"
)

// TriedAnswer says how a try of a channel went.
type TriedAnswer struct {
	Arrived bool   `json:"arrived"`
	Why     string `json:"why,omitempty"` // what went wrong
}

func (a *API) channels() []door.Route {
	watch, set := door.Need(access.NoticeWatch), door.Need(access.NoticeChannel)
	// post refuses where nothing may leave the program at all, as a door opened for
	// its document alone.
	post := func() error {
		if a.Post == nil {
			return fault.New(fault.Busy, "fault.busy")
		}
		return nil
	}
	return []door.Route{
		door.API("GET", base+"/channels", watch, door.Small, door.Quiet, "api.channels", func(c *door.Call, _ door.Nothing) (Page[notice.Channel], bool, error) {
			cs, err := notice.Channels(c.Context(), a.DB, c.Who)
			return page(cs, "", err)
		}),
		door.API("POST", base+"/channels", set, door.Small, door.Writes, "api.channel_add", func(c *door.Call, in notice.SaveInput) (notice.Channel, bool, error) {
			if err := post(); err != nil {
				return notice.Channel{}, false, err
			}
			in.Channel = ""
			return write(a, c, func(tx *db.Tx) (notice.Channel, error) {
				return notice.SaveChannel(c.Context(), tx, c.Who, a.Post, in)
			})
		}),
		door.API("GET", base+"/channels/troubles", watch, door.Small, door.Quiet, "api.channel_troubles", func(c *door.Call, _ door.Nothing) (Page[notice.Trouble], bool, error) {
			return page(notice.Troubles(c.Context(), a.DB, c.Who, c.Query("after"), limit(c)))
		}).With("after", "limit"),
		door.API("GET", base+"/channels/{id}", watch, door.Small, door.Quiet, "api.channel", func(c *door.Call, _ door.Nothing) (notice.Channel, bool, error) {
			x, err := notice.ShowChannel(c.Context(), a.DB, c.Who, c.Path("id"))
			return x, false, err
		}),
		door.API("POST", base+"/channels/{id}", set, door.Small, door.Writes, "api.channel_amend", func(c *door.Call, in notice.SaveInput) (notice.Channel, bool, error) {
			if err := post(); err != nil {
				return notice.Channel{}, false, err
			}
			in.Channel = c.Path("id")
			return change(a, c, func(tx *db.Tx) (notice.Channel, error) {
				return notice.SaveChannel(c.Context(), tx, c.Who, a.Post, in)
			})
		}),
		door.API("POST", base+"/channels/{id}/switch", set, door.Small, door.Writes, "api.channel_switch", func(c *door.Call, in notice.SwitchInput) (notice.Channel, bool, error) {
			in.Channel = c.Path("id")
			return change(a, c, func(tx *db.Tx) (notice.Channel, error) { return notice.SwitchChannel(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/channels/{id}/try", set, door.Large, door.Writes, "api.channel_try", func(c *door.Call, _ door.Nothing) (TriedAnswer, bool, error) {
			if err := post(); err != nil {
				return TriedAnswer{}, false, err
			}
			why, err := notice.TryChannel(c.Context(), a.DB, c.Who, a.Post, c.Path("id"))
			return TriedAnswer{Arrived: why == "", Why: why}, false, err
		}),
		door.API("POST", base+"/channels/{id}/remove", set, door.Small, door.Writes, "api.channel_remove", func(c *door.Call, _ door.Nothing) (door.Nothing, bool, error) {
			return change(a, c, func(tx *db.Tx) (door.Nothing, error) {
				return door.Nothing{}, notice.RemoveChannel(c.Context(), tx, c.Who, c.Path("id"))
			})
		}),
	}
}
