package web

import (
	"cmp"
	"net/url"

	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/meeting"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

type meetingNewPage struct {
	Base
	Kinds  []Option
	Places []Option
	People []Option
}

// Unsaid puts "not said" before some choices.
func (p *meetingNewPage) Unsaid(o []Option) []Option { return anyOf("page_meeting.unsaid", o) }

// meetingPeople are the officials of a township who can be invited.
func (w *Web) meetingPeople(c *door.Call, place string) ([]Option, error) {
	cs, err := cadre.InTownship(c.Context(), w.DB, c.Who.County(), region.Upto(place, region.Township), c.Who.Today())
	out := make([]Option, 0, len(cs))
	for _, x := range cs {
		o := Option{Value: x.ID, Text: x.Name}
		if p, ok := x.Post(c.Who.Today()); ok {
			o.Note = p.Title
		}
		out = append(out, o)
	}
	return out, err
}

// meetingAt is the place a meeting is called in: the one asked for, or the
// reader's own township or village.
func (w *Web) meetingAt(c *door.Call) string {
	return cmp.Or(c.Query("place"), c.R.PostForm.Get("place"), c.Who.Home())
}

func (w *Web) meetingForm(c *door.Call) (*meetingNewPage, error) {
	p := &meetingNewPage{Base: Base{Title: K("page_meeting.new"), Shell: Task, Back: "/meetings"}, Kinds: catalogue("meeting.kind.", meeting.Kinds)}
	if !access.May(c.Who, access.MeetingAnalyse) {
		p.Kinds = p.Kinds[1:]
	}
	at := w.meetingAt(c)
	// The form names the township's officials, so it is asked for first.
	if err := scope.Can(c.Who, access.MeetingChange, at, false); err != nil {
		return nil, err
	}
	for _, root := range access.Reaches(c.Who, access.MeetingChange).Regions {
		if region.Upto(root, region.Township) != "" {
			p.Places = append(p.Places, Option{Value: root, Text: w.placeName(c, root)})
		}
	}
	vs, err := w.villages(c, access.MeetingChange)
	if err != nil {
		return nil, err
	}
	p.Places = append(p.Places, vs...)
	p.People, err = w.meetingPeople(c, at)
	return p, err
}

func (w *Web) meetingNew(c *door.Call) error {
	p, err := w.meetingForm(c)
	if err != nil {
		return err
	}
	q := calendar.PeriodOf(c.Who.Today(), calendar.PeriodQuarter)
	for name, v := range map[string]string{"place": w.meetingAt(c), "kind": cmp.Or(c.Query("kind"), p.Kinds[0].Value), "day": string(c.Who.Today().Add(7)), "from": "09:00", "period_from": string(q.From), "period_to": string(q.To), "recorder": c.Who.Cadre()} {
		p.Fill(name, v)
	}
	return w.Render(c, "meeting/new", p)
}

func (w *Web) meetingCalled(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := meeting.CallInput{ID: c.Operation, Kind: f.Get("kind"), Region: f.Get("place"), Day: calendar.Day(f.Get("day")), From: f.Get("from"), To: f.Get("to"), Place: f.Get("room"), Chair: f.Get("chair"), Recorder: f.Get("recorder"),
		PeriodFrom: calendar.Day(f.Get("period_from")), PeriodTo: calendar.Day(f.Get("period_to")), Invited: f["invited"]}
	if err := w.meetingNamed(c, in.Region, f, "chair", "recorder"); err != nil {
		return w.meetingCallAgain(c, err)
	}
	in.Chair, in.Recorder = f.Get("chair"), f.Get("recorder")
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error { _, _, err := meeting.Call(c.Context(), tx, c.Who, in); return err })
	if err == nil {
		if in.Kind == meeting.Analysis {
			return w.Done(c, "/meetings/"+in.ID+"/agenda", "page_meeting.called")
		}
		return w.Done(c, "/meetings/"+in.ID, "page_meeting.called")
	}
	return w.meetingCallAgain(c, err)
}

// meetingNamed turns typed names into the township's officials. Who may not see them
// learns nothing here: the use case says why.
func (w *Web) meetingNamed(c *door.Call, place string, f url.Values, fields ...string) error {
	if scope.Can(c.Who, access.MeetingChange, place, false) != nil {
		return nil
	}
	o, err := w.meetingPeople(c, place)
	if err != nil {
		return err
	}
	return meant(f, o, fields...)
}

func (w *Web) meetingCallAgain(c *door.Call, err error) error {
	p, perr := w.meetingForm(c)
	if perr != nil {
		return perr
	}
	return w.Refill(c, "meeting/new", p, renamed(err, func(field, _ string) string {
		return map[string]string{"place": "room", "region": "place"}[field]
	}))
}
