package api

import (
	"cmp"

	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/meeting"
)

func (a *API) meetings() []door.Route {
	read, set := door.Need(access.MeetingRead), door.Need(access.MeetingChange)
	return []door.Route{
		door.API("GET", base+"/meetings", read, door.Small, door.Reads, "api.meetings", func(c *door.Call, _ door.Nothing) (Page[meeting.Meeting], bool, error) {
			from, err := day(c, "from")
			if err != nil {
				return Page[meeting.Meeting]{}, false, err
			}
			to, err := day(c, "to")
			if err != nil {
				return Page[meeting.Meeting]{}, false, err
			}
			return page(meeting.List(c.Context(), a.DB, c.Who, meeting.Filter{Place: c.Query("place"), Kind: c.Query("kind"), State: c.Query("state"), From: from, To: to, After: c.Query("after"), Limit: limit(c)}))
		}).With("place", "kind", "state", "from", "to", "after", "limit"),
		door.API("POST", base+"/meetings", set, door.Small, door.Writes, "api.meeting_call", func(c *door.Call, in meeting.CallInput) (meeting.Meeting, bool, error) {
			return write(a, c, func(tx *db.Tx) (meeting.Meeting, error) {
				m, _, err := meeting.Call(c.Context(), tx, c.Who, in)
				return m, err
			})
		}),
		door.API("GET", base+"/meetings/agenda", door.Need(access.MeetingAgenda), door.Small, door.Reads, "api.meeting_agenda", func(c *door.Call, _ door.Nothing) (meeting.Proposal, bool, error) {
			from, err := day(c, "from")
			if err != nil {
				return meeting.Proposal{}, false, err
			}
			to, err := day(c, "to")
			if err != nil {
				return meeting.Proposal{}, false, err
			}
			q := calendar.PeriodOf(c.Who.Today(), calendar.PeriodQuarter)
			p, err := meeting.Propose(c.Context(), a.DB, c.Who, c.Query("place"), calendar.Span{From: cmp.Or(from, q.From), To: cmp.Or(to, q.To)})
			return p, false, err
		}).With("place", "from", "to"),
		door.API("GET", base+"/meetings/{id}", read, door.Small, door.Reads, "api.meeting", func(c *door.Call, _ door.Nothing) (meeting.Meeting, bool, error) {
			m, err := meeting.Show(c.Context(), a.DB, c.Who, c.Path("id"))
			return m, false, err
		}),
		door.API("POST", base+"/meetings/{id}/items", set, door.Small, door.Writes, "api.meeting_items", func(c *door.Call, in meeting.AddInput) (meeting.Meeting, bool, error) {
			in.Meeting = c.Path("id")
			return change(a, c, func(tx *db.Tx) (meeting.Meeting, error) { return meeting.Add(c.Context(), tx, c.Who, in) })
		}),
		door.API("GET", base+"/meetings/{id}/items/{item}/quotes", set, door.Small, door.Reads, "api.meeting_quotes", func(c *door.Call, _ door.Nothing) (Page[meeting.Quote], bool, error) {
			qs, err := meeting.Candidates(c.Context(), a.DB, c.Who, c.Path("id"), c.Path("item"))
			return page(qs, "", err)
		}),
		door.API("POST", base+"/meetings/{id}/items/{item}", set, door.Small, door.Writes, "api.meeting_item", func(c *door.Call, in meeting.ItemInput) (meeting.Meeting, bool, error) {
			in.Meeting, in.Item = c.Path("id"), c.Path("item")
			return change(a, c, withDays(a, c, func(tx *db.Tx, cal calendar.Calendar) (meeting.Meeting, error) {
				return meeting.SetItem(c.Context(), tx, c.Who, in, cal)
			}))
		}),
		door.API("POST", base+"/meetings/{id}/items/{item}/settle", set, door.Small, door.Writes, "api.meeting_settle", func(c *door.Call, in meeting.SettleInput) (meeting.Meeting, bool, error) {
			in.Meeting, in.Item = c.Path("id"), c.Path("item")
			return change(a, c, func(tx *db.Tx) (meeting.Meeting, error) { return meeting.Settle(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/meetings/{id}/minutes", set, door.Small, door.Writes, "api.meeting_minutes", func(c *door.Call, in meeting.MinutesInput) (meeting.Meeting, bool, error) {
			in.Meeting = c.Path("id")
			return change(a, c, withDays(a, c, func(tx *db.Tx, cal calendar.Calendar) (meeting.Meeting, error) {
				return meeting.Minutes(c.Context(), tx, c.Who, in, cal)
			}))
		}),
		door.API("POST", base+"/meetings/{id}/attend", set, door.Small, door.Writes, "api.meeting_attend", func(c *door.Call, in meeting.AttendInput) (meeting.Meeting, bool, error) {
			in.Meeting = c.Path("id")
			return change(a, c, withDays(a, c, func(tx *db.Tx, cal calendar.Calendar) (meeting.Meeting, error) {
				return meeting.Attend(c.Context(), tx, c.Who, in, cal)
			}))
		}),
		door.API("POST", base+"/meetings/{id}/raise", set, door.Small, door.Writes, "api.meeting_raise", func(c *door.Call, in meeting.RaiseInput) (meeting.Meeting, bool, error) {
			in.Meeting = c.Path("id")
			return change(a, c, withDays(a, c, func(tx *db.Tx, cal calendar.Calendar) (meeting.Meeting, error) {
				return meeting.Raise(c.Context(), tx, c.Who, in, cal)
			}))
		}),
		door.API("POST", base+"/meetings/{id}/sign", door.Need(access.MeetingSign), door.Small, door.Writes, "api.meeting_sign", func(c *door.Call, in signInput) (meeting.Meeting, bool, error) {
			return change(a, c, withDays(a, c, func(tx *db.Tx, cal calendar.Calendar) (meeting.Meeting, error) {
				return meeting.Sign(c.Context(), tx, c.Who, in.ID, c.Path("id"), in.Version, cal)
			}))
		}),
		door.API("POST", base+"/meetings/{id}/close", door.Need(access.MeetingClose), door.Small, door.Writes, "api.meeting_close", func(c *door.Call, in sentInput) (meeting.Meeting, bool, error) {
			return change(a, c, func(tx *db.Tx) (meeting.Meeting, error) {
				return meeting.Close(c.Context(), tx, c.Who, in.ID, c.Path("id"))
			})
		}),
		door.API("GET", base+"/meetings/{id}/versions", read, door.Small, door.Reads, "api.meeting_versions", func(c *door.Call, _ door.Nothing) (Page[meeting.Version], bool, error) {
			vs, err := meeting.Versions(c.Context(), a.DB, c.Who, c.Path("id"))
			return page(vs, "", err)
		}),
	}
}

// signInput signs the minutes as they were read: another version is another text.
type signInput struct {
	ID      string `json:"id"` // operation id
	Version int    `json:"version"`
}
