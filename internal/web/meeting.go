package web

import (
	"net/url"

	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/meeting"
	"lianxin/internal/work/region"
)

func meetingPages() []Page {
	return []Page{{"meeting/list", &meetingListPage{}}, {"meeting/new", &meetingNewPage{}}, {"meeting/agenda", &meetingAgendaPage{}}, {"meeting/behind", &meetingBehindPage{}}, {"meeting/show", &meetingShowPage{}},
		{"meeting/item", &meetingItemPage{}}, {"meeting/minutes", &meetingMinutesPage{}}, {"meeting/print", &paperPage{}}}
}

func (w *Web) meetingRoutes() []door.Route {
	read, agenda, change := door.Need(access.MeetingRead), door.Need(access.MeetingAgenda), door.Need(access.MeetingChange)
	return []door.Route{
		Get("/meetings", read, door.Reads, w.meetingList),
		Get("/meetings/new", change, door.Reads, w.meetingNew),
		Post("/meetings", change, door.Writes, w.meetingCalled),
		Get("/meetings/agenda", agenda, door.Reads, w.meetingProposal),
		Get("/meetings/behind", agenda, door.Reads, w.meetingBehind),
		Get("/meetings/{id}", read, door.Reads, w.meetingShow),
		Get("/meetings/{id}/agenda", change, door.Reads, w.meetingAgenda),
		Post("/meetings/{id}/items", change, door.Writes, w.meetingAdd),
		Get("/meetings/{id}/items/{item}", change, door.Reads, w.meetingItem),
		Post("/meetings/{id}/items/{item}", change, door.Writes, w.meetingItemSent),
		Post("/meetings/{id}/items/{item}/settle", change, door.Writes, w.meetingSettle),
		Get("/meetings/{id}/minutes", change, door.Reads, w.meetingMinutes),
		Post("/meetings/{id}/minutes", change, door.Writes, w.meetingMinutesSent),
		Post("/meetings/{id}/attend", change, door.Writes, w.meetingAttend),
		Post("/meetings/{id}/raise", change, door.Writes, w.meetingRaise),
		Post("/meetings/{id}/sign", door.Need(access.MeetingSign), door.Writes, w.meetingSign),
		Post("/meetings/{id}/close", door.Need(access.MeetingClose), door.Writes, w.meetingClose),
		Get("/meetings/{id}/print", read, door.Reads, w.meetingPrint),
		w.download("GET", "/meetings/{id}/minutes.docx", read, w.meetingFile),
	}
}

// meetingLine is a meeting with the words for its ids.
type meetingLine struct {
	meeting.Meeting
	Where, ChairName, RecorderName, Signer string
}

// Name is 2026年第4次民情分析会.
func (l meetingLine) Name() Say {
	return K("page_meeting.name", "year", l.Year, "n", l.Number, "kind", K("meeting.kind."+l.Kind))
}

// Tag says its state.
func (l meetingLine) Tag() Tag {
	tone := map[string]string{meeting.Planned: "i2", meeting.Held: "i2", meeting.Recorded: "o", meeting.Signed: "g", meeting.Closed: "n"}[l.State]
	return Tag{Tone: tone, Text: K("meeting.state." + l.State)}
}

type meetingListPage struct {
	Base
	Rows    []meetingLine
	Pager   Pager
	Views   []Pill
	States  []Pill
	Asked   bool
	Rhythms []meeting.Rhythm
	Calls   bool
	Sees    bool // the proposal
}

func (w *Web) meetingList(c *door.Call) error {
	p := &meetingListPage{Base: Base{Title: K("page_meeting.title")}, Calls: access.May(c.Who, access.MeetingChange), Sees: access.May(c.Who, access.MeetingAgenda)}
	ms, next, err := meeting.List(c.Context(), w.DB, c.Who, meeting.Filter{Place: c.Query("place"), Kind: c.Query("kind"), State: c.Query("state"), After: c.Query("after")})
	if err != nil {
		return err
	}
	p.Pager = w.Pages(c, next)
	if p.Rows, err = w.meetingLines(c, ms); err != nil {
		return err
	}
	for _, k := range append([]string{""}, meeting.Kinds...) {
		x := Pill{Text: K("page_meeting.all"), Href: with(c, "kind", k), Here: c.Query("kind") == k}
		if k != "" {
			x.Text = K("meeting.kind." + k)
		}
		p.Views = append(p.Views, x)
	}
	p.States = statePills(c, "page_meeting.any_state", "meeting.state.", meeting.States)
	p.Asked = c.Query("kind") != "" || c.Query("state") != ""
	if town := region.Upto(c.Who.Home(), region.Township); town != "" && access.Can(c.Who, access.MeetingAgenda, access.Target{Region: town}).OK() {
		if p.Rhythms, err = meeting.Rhythms(c.Context(), w.DB, c.Who, town); err != nil {
			return err
		}
	}
	return w.Render(c, "meeting/list", p)
}

// statePills narrow a list to one state, from its first page.
func statePills(c *door.Call, all, prefix string, states []string) []Pill {
	out := make([]Pill, 0, len(states)+1)
	for _, s := range append([]string{""}, states...) {
		q := c.R.URL.Query()
		q.Del("after")
		q.Del("state")
		x := Pill{Text: K(all), Here: c.Query("state") == s}
		if s != "" {
			q.Set("state", s)
			x.Text = K(prefix + s)
		}
		x.Href = c.R.URL.Path
		if len(q) > 0 {
			x.Href += "?" + q.Encode()
		}
		out = append(out, x)
	}
	return out
}

func (w *Web) meetingLines(c *door.Call, ms []meeting.Meeting) ([]meetingLine, error) {
	var people []string
	for _, m := range ms {
		people = append(people, m.Chair, m.Recorder, m.SignedBy)
	}
	n, err := w.naming(c, nil, people)
	if err != nil {
		return nil, err
	}
	out := make([]meetingLine, len(ms))
	for i, m := range ms {
		out[i] = meetingLine{m, w.placeName(c, m.Region), n.Cadre(m.Chair), n.Cadre(m.Recorder), n.Cadre(m.SignedBy)}
	}
	return out, nil
}

// meetingQuery is an address of the proposal.
func meetingQuery(place string, s calendar.Span) url.Values {
	return url.Values{"place": {place}, "from": {string(s.From)}, "to": {string(s.To)}}
}
