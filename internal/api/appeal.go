package api

import (
	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
)

// appealWhole is a matter with its voices, its history and what the asker may
// do with it now.
type appealWhole struct {
	appeal.Appeal
	Raised   []appeal.Voice   `json:"raised"`
	Steps    []appeal.Step    `json:"steps"`
	Possible []lifecycle.Move `json:"possible"`
}

// slipAnswer is what a slip is printed for: the code its bearer looks up with.
type slipAnswer struct {
	Code string `json:"code"`
}

type undoInput struct {
	ID string `json:"id"`
}

func (a *API) appeals() []door.Route {
	read, open, move := door.Need(access.AppealRead), door.Need(access.AppealOpen), door.Need(access.AppealRead)
	return []door.Route{
		door.API("GET", base+"/appeals", read, door.Small, door.Reads, "api.appeals", func(c *door.Call, _ door.Nothing) (Page[appeal.Appeal], bool, error) {
			f, err := appealFilter(c)
			if err != nil {
				return Page[appeal.Appeal]{}, false, err
			}
			return page(appeal.List(c.Context(), a.DB, c.Who, f))
		}).With("place", "household", "owner", "sponsor", "mine", "topic", "source", "emphasis", "state", "any", "ended", "before", "from", "to", "after", "limit"),
		door.API("POST", base+"/appeals", open, door.Small, door.Writes, "api.appeal_open", func(c *door.Call, in appeal.OpenInput) (appeal.Opened, bool, error) {
			return write(a, c, withDays(a, c, func(tx *db.Tx, cal calendar.Calendar) (appeal.Opened, error) {
				return appeal.Open(c.Context(), tx, c.Who, in, cal)
			}))
		}),
		door.API("GET", base+"/appeals/queue", read, door.Small, door.Reads, "api.appeal_queue", func(c *door.Call, _ door.Nothing) (appeal.Queue, bool, error) {
			q, err := appeal.Count(c.Context(), a.DB, c.Who, c.Query("place"), 3)
			return q, false, err
		}).With("place"),
		door.API("GET", base+"/appeals/similar", open, door.Small, door.Reads, "api.appeal_similar", func(c *door.Call, _ door.Nothing) (Page[appeal.Likeness], bool, error) {
			ls, err := appeal.Similar(c.Context(), a.DB, c.Who, c.Query("title"), c.Query("household"), c.Query("place"))
			return page(ls, "", err)
		}).With("title", "household", "place"),
		door.API("GET", base+"/appeals/topics", door.Need(access.RegionRead), door.Small, door.Quiet, "api.appeal_topics", func(c *door.Call, _ door.Nothing) (Page[appeal.Topic], bool, error) {
			ts, err := appeal.Topics(c.Context(), a.DB, c.Who.County())
			return page(ts, "", err)
		}),
		door.API("POST", base+"/appeals/topics", door.Need(access.TopicChange), door.Small, door.Writes, "api.appeal_topic", func(c *door.Call, in appeal.TopicInput) (appeal.Topic, bool, error) {
			return write(a, c, func(tx *db.Tx) (appeal.Topic, error) { return appeal.SetTopic(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/appeals/bulk", move, door.Small, door.Writes, "api.appeal_bulk", func(c *door.Call, in appeal.BulkInput) (appeal.Bundle, bool, error) {
			return change(a, c, withDays(a, c, func(tx *db.Tx, cal calendar.Calendar) (appeal.Bundle, error) {
				return appeal.Bulk(c.Context(), tx, c.Who, in, cal)
			}))
		}),
		door.API("POST", base+"/appeals/bulk/{id}/undo", door.Need(access.AppealAssign), door.Small, door.Writes, "api.appeal_undo", func(c *door.Call, in undoInput) (appeal.Bundle, bool, error) {
			return change(a, c, withDays(a, c, func(tx *db.Tx, cal calendar.Calendar) (appeal.Bundle, error) {
				return appeal.Undo(c.Context(), tx, c.Who, in.ID, c.Path("id"), cal)
			}))
		}),
		door.API("GET", base+"/appeals/views", read, door.Small, door.Quiet, "api.appeal_views", func(c *door.Call, _ door.Nothing) (Page[appeal.View], bool, error) {
			vs, err := appeal.Views(c.Context(), a.DB, c.Who)
			return page(vs, "", err)
		}),
		door.API("POST", base+"/appeals/views", read, door.Small, door.Writes, "api.appeal_view", func(c *door.Call, in appeal.View) (appeal.View, bool, error) {
			return write(a, c, func(tx *db.Tx) (appeal.View, error) { return appeal.KeepView(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/appeals/views/{id}/drop", read, door.Small, door.Writes, "api.appeal_view_drop", func(c *door.Call, _ door.Nothing) (door.Nothing, bool, error) {
			return change(a, c, func(tx *db.Tx) (door.Nothing, error) {
				return door.Nothing{}, appeal.DropView(c.Context(), tx, c.Who, c.Path("id"))
			})
		}),
		door.API("GET", base+"/appeals/{id}", read, door.Small, door.Reads, "api.appeal", func(c *door.Call, _ door.Nothing) (appealWhole, bool, error) {
			v, err := a.appealWhole(c, c.Path("id"))
			return v, false, err
		}),
		door.API("POST", base+"/appeals/{id}/move", move, door.Small, door.Writes, "api.appeal_move", func(c *door.Call, in appeal.MoveInput) (appeal.Appeal, bool, error) {
			in.Appeal = c.Path("id")
			return change(a, c, withDays(a, c, func(tx *db.Tx, cal calendar.Calendar) (appeal.Appeal, error) {
				return appeal.Move(c.Context(), tx, c.Who, in, cal)
			}))
		}),
		door.API("POST", base+"/appeals/{id}/voices", open, door.Small, door.Writes, "api.appeal_join", func(c *door.Call, in appeal.JoinInput) (appeal.Opened, bool, error) {
			in.Appeal = c.Path("id")
			return write(a, c, func(tx *db.Tx) (appeal.Opened, error) { return appeal.Join(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/appeals/{id}/result", door.Need(access.AppealChange), door.Small, door.Writes, "api.appeal_result", func(c *door.Call, in appeal.ExplainInput) (appeal.Appeal, bool, error) {
			in.Appeal = c.Path("id")
			return change(a, c, func(tx *db.Tx) (appeal.Appeal, error) { return appeal.Explain(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/appeals/{id}/reveal", read, door.Small, door.Reveals, "api.reveal", func(c *door.Call, in appeal.RevealInput) (Value, bool, error) {
			in.Appeal = c.Path("id")
			v, err := db.Write(c.Context(), a.DB, func(tx *db.Tx) (string, error) { return appeal.Reveal(c.Context(), tx, c.Who, in) })
			return Value{v}, false, err
		}),
		door.API("GET", base+"/appeals/{id}/slip", open, door.Small, door.Reads, "api.appeal_slip", func(c *door.Call, _ door.Nothing) (slipAnswer, bool, error) {
			code, err := appeal.Slip(c.Context(), a.DB, c.Who, c.Path("id"), c.Query("voice"))
			return slipAnswer{code}, false, err
		}).With("voice"),
	}
}

func appealFilter(c *door.Call) (f appeal.Filter, err error) {
	f = appeal.Filter{Place: c.Query("place"), Household: c.Query("household"), Owner: c.Query("owner"), Sponsor: c.Query("sponsor"), Mine: flag(c, "mine"), Topic: c.Query("topic"), Source: c.Query("source"), Emphasis: c.Query("emphasis"),
		State: lifecycle.State(c.Query("state")), Any: flag(c, "any"), Ended: flag(c, "ended"), After: c.Query("after"), Limit: limit(c)}
	if f.Before, err = day(c, "before"); err != nil {
		return f, err
	}
	if f.From, err = day(c, "from"); err != nil {
		return f, err
	}
	f.To, err = day(c, "to")
	return f, err
}

func (a *API) appealWhole(c *door.Call, id string) (x appealWhole, err error) {
	if x.Appeal, err = appeal.Show(c.Context(), a.DB, c.Who, id); err != nil {
		return x, err
	}
	if x.Raised, err = appeal.Voices(c.Context(), a.DB, c.Who, id); err != nil {
		return x, err
	}
	if x.Steps, err = appeal.Steps(c.Context(), a.DB, c.Who, id); err != nil {
		return x, err
	}
	x.Possible, err = appeal.Possible(c.Context(), a.DB, c.Who, x.Appeal)
	return x, err
}

// withDays hands a use case the county's working days.
func withDays[T any](a *API, c *door.Call, fn func(*db.Tx, calendar.Calendar) (T, error)) func(*db.Tx) (T, error) {
	return func(tx *db.Tx) (T, error) {
		cal, err := a.Workdays.Calendar(c.Context(), tx, c.Who.County())
		if err != nil {
			var none T
			return none, err
		}
		return fn(tx, cal)
	}
}
