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
	read := door.Need(access.MeetingRead)
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
		door.API("POST", base+"/meetings", door.Need(access.MeetingChange), door.Small, door.Writes, "api.meeting_call", func(c *door.Call, in meeting.CallInput) (meeting.Meeting, bool, error) {
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
	}
}
