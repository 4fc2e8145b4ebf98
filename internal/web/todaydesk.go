package web

import (
	"net/url"
	"strconv"

	"lianxin/internal/base/login"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/advice"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/meeting"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/phone"
	"lianxin/internal/work/progress"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/stay"
)

// todayDeskPage is the office's and the leader's desk: figures that lead to
// their lists, and the lists' beginnings, in administrative order. It says what
// waits, never who is behind.
type todayDeskPage struct {
	Base
	Figures  []figure
	Matters  []matterLine
	Views    []Pill
	View     string
	More     bool
	Reads    bool // promises may be read
	Spent    *Chart
	Unseen   waitingPart
	Alone    waitingPart
	Others   []figure // further things that wait, in one line each
	Own      bool     // works with homes of his own too
	Records  bool     // may record visits for others
	Receives bool     // sits at the desk
	Links    bool     // homes have pages
	Inspects bool     // checks drawn homes
	Checks   []checkNow
}

// figure is a number that leads to its list.
type figure struct {
	N        string
	Name, By Say
	Href     string
	Ochre    bool
}

// waitingPart is one panel of homes that wait.
type waitingPart struct {
	Shown bool
	N     int
	Rows  []waitingLine
}

// More reports whether the panel shows only the beginning.
func (p waitingPart) More() bool { return p.N > len(p.Rows) }

type waitingLine struct {
	progress.Waiting
	Place, Helper string
}

// Seen reports whether somebody was met there at all.
func (l waitingLine) Seen() bool { return l.Last != "" }

func (w *Web) todayDesk(c *door.Call, own bool) error {
	var err error
	today := c.Who.Today()
	p := &todayDeskPage{Base: Base{Title: K("today.desk_title"), Sub: K("today.sub", "day", w.day(c.Lang, today, true), "weekday", K("web.weekday."+weekdayNumber(today)))},
		Own: own, Records: access.May(c.Who, access.VisitRecord), Receives: access.May(c.Who, access.ReceptionRecord), Reads: access.May(c.Who, access.AppealRead), Links: w.paths["/households/{id}"] && access.May(c.Who, access.HouseholdRead)}
	if p.Inspects = c.Who.Has(access.Inspector); p.Inspects {
		if p.Checks, err = w.checksNow(c); err != nil {
			return err
		}
	}
	if p.Reads {
		if err := w.deskMatters(c, p); err != nil {
			return err
		}
	}
	if access.May(c.Who, access.ProgressRead) {
		if err := w.deskWaiting(c, p); err != nil {
			return err
		}
	}
	n, err := advice.Waiting(c.Context(), w.DB, c.Who)
	if err != nil {
		return err
	}
	if n > 0 {
		p.Others = append([]figure{{N: strconv.Itoa(n), Name: K("page_advice.waiting"), Href: "/households/advice"}}, p.Others...)
	}
	if access.May(c.Who, access.StayConfirm) {
		n, err := stay.WaitingCount(c.Context(), w.DB, c.Who)
		if err != nil {
			return err
		}
		if n > 0 {
			p.Others = append([]figure{{N: strconv.Itoa(n), Name: K("today.to_confirm"), Href: "/stays/waiting"}}, p.Others...)
		}
	}
	if access.May(c.Who, access.CadreChange) {
		n, err := phone.Waiting(c.Context(), w.DB, c.Who)
		if err != nil {
			return err
		}
		if n > 0 {
			p.Others = append([]figure{{N: strconv.Itoa(n), Name: K("page_phone.waits"), Href: "/held"}}, p.Others...)
		}
	}
	if err := w.deskMeetings(c, p); err != nil {
		return err
	}
	if err := w.deskMinors(c, p); err != nil {
		return err
	}
	return w.Render(c, "today/desk", p)
}

// deskMeetings tells of the meetings the plan asks for in this period, where
// none was held or planned yet.
func (w *Web) deskMeetings(c *door.Call, p *todayDeskPage) error {
	town := region.Upto(c.Who.Home(), region.Township)
	if town == "" || !access.Can(c.Who, access.MeetingAgenda, access.Target{Region: town}).OK() {
		return nil
	}
	rs, err := meeting.Rhythms(c.Context(), w.DB, c.Who, town)
	for _, r := range rs {
		if !r.Held && r.Next == "" {
			p.Others = append(p.Others, figure{N: "", Name: K("page_meeting.not_yet", "name", r.Name, "to", r.Period.To), Href: "/meetings"})
		}
	}
	return err
}

// todayViews are the views of the queue that have room on the desk.
var todayViews = []string{"take", "soon", "over", "others", "open"}

// deskMatters fills the matters: how many wait where, and the beginning of the
// list that is asked for.
func (w *Web) deskMatters(c *door.Call, p *todayDeskPage) error {
	ctx, today := c.Context(), c.Who.Today()
	q, err := appeal.Count(ctx, w.DB, c.Who, "", appeal.Near)
	if err != nil {
		return err
	}
	views := todayViews
	if c.Who.Cadre() != "" {
		views = append([]string{"mine"}, views...)
	}
	if err := scope.Known("view", c.Query("view"), "matter.view.", views...); err != nil {
		return err
	}
	p.View = either(c.Query("view"), "open")
	p.Views = matterPills(views, p.View, &q, func(v string) string { return "/today?view=" + v })
	take := figure{N: strconv.Itoa(q.Take), Name: K("today.take"), By: K("today.over_none"), Href: "/matters?view=take"}
	if q.Take > 0 {
		take.By = K("today.take_eldest", "n", today.Sub(q.Eldest))
		if q.Eldest == today {
			take.By = K("today.take_today")
		}
	}
	soon := figure{N: strconv.Itoa(q.Soon), Name: K("today.due_soon"), By: K("today.due_soon_by"), Href: "/matters?view=soon"}
	if q.Soon == 0 {
		soon.By = K("today.over_none")
	}
	over := figure{N: strconv.Itoa(q.Over), Name: K("matter.view.over"), By: K("today.over_none"), Href: "/matters?view=over", Ochre: q.Over > 0}
	if q.Longest != "" {
		over.By = K("today.over_longest", "n", today.Sub(q.Longest))
	} else if q.Over > 0 {
		over.By = K("today.over_take")
	}
	p.Figures = append(p.Figures, take, soon, over)
	if err := w.deskCounty(c, p, q.County); err != nil {
		return err
	}
	f := appeal.Filter{Limit: 9}
	if _, err := f.SetView(p.View, views, today); err != nil {
		return err
	}
	as, next, err := appeal.List(ctx, w.DB, c.Who, f)
	if err != nil {
		return err
	}
	p.More = next != ""
	if p.Matters, err = w.matterLines(c, as); err != nil {
		return err
	}
	return w.deskSpent(c, p)
}

// deskCounty tells of what climbed up to the county: to the county's own readers
// in the figures, to a township's office where nobody in the county may look.
func (w *Web) deskCounty(c *door.Call, p *todayDeskPage, n int) error {
	const href = "/matters?view=county"
	if region.Upto(c.Who.Home(), region.Township) == "" {
		f := figure{N: strconv.Itoa(n), Name: K("matter.view.county"), By: K("today.over_none"), Href: href, Ochre: n > 0}
		if n > 0 {
			f.By = K("today.county_by")
		}
		p.Figures = append(p.Figures, f)
		return nil
	}
	if n == 0 || !access.May(c.Who, access.AppealAssign) {
		return nil
	}
	read, err := w.countyReads(c)
	if err == nil && !read {
		p.Others = append([]figure{{N: strconv.Itoa(n), Name: K("today.county_nobody"), Href: href}}, p.Others...)
	}
	return err
}

// countyReads reports whether anybody may look, for the whole county, at what
// climbs up to it.
func (w *Web) countyReads(c *door.Call) (bool, error) {
	var roles []string
	for _, r := range appeal.Rung {
		roles = append(roles, string(r))
	}
	return login.HeldAt(c.Context(), w.DB, c.Who.County(), region.PathOf(c.Who.County()), string(c.Who.Today()), roles...)
}

// spentDays is how far back the desk looks at how long matters took.
const spentDays = 90

// deskSpent draws how many days matters took, beside what is promised.
func (w *Web) deskSpent(c *door.Call, p *todayDeskPage) error {
	town := region.Upto(c.Who.Home(), region.Township)
	if town == "" {
		return nil
	}
	cal, err := w.workdays(c)
	if err != nil {
		return err
	}
	spans, err := appeal.Spent(c.Context(), w.DB, c.Who, town, c.Who.Today().Add(-spentDays), cal)
	if err != nil || len(spans) == 0 {
		return err
	}
	ch := Chart{ID: "spent", Title: K("today.spent"), Unit: "matter.days"}
	for _, s := range spans {
		ch.Bars = append(ch.Bars, Bar{Label: topicName(c, s.Topic), Value: s.Median, High: s.Median > s.Limit, Mark: s.Limit})
	}
	p.Spent = &ch
	return nil
}

func (w *Web) deskWaiting(c *door.Call, p *todayDeskPage) error {
	a, err := progress.Attend(c.Context(), w.DB, c.Who, progress.Look{First: 6, Homes: true})
	if err != nil {
		return err
	}
	if p.Unseen, err = w.waitingPart(c, a.Unvisited); err != nil {
		return err
	}
	if p.Alone, err = w.waitingPart(c, a.Unpaired); err != nil {
		return err
	}
	if p.Unseen.Shown {
		p.Figures = append(p.Figures, figure{N: strconv.Itoa(p.Unseen.N), Name: K("today.unseen", "n", a.Days), By: K("today.by_village"), Href: "/today/unseen", Ochre: p.Unseen.N > 0})
	}
	if p.Alone.Shown {
		by := K("today.alone_by")
		if p.Alone.N == 0 {
			by = K("today.alone_none")
		}
		p.Figures = append(p.Figures, figure{N: strconv.Itoa(p.Alone.N), Name: K("today.alone"), By: by, Href: "/today/alone", Ochre: p.Alone.N > 0})
	}
	if a.Disputed.N > 0 {
		p.Others = append(p.Others, figure{N: strconv.Itoa(a.Disputed.N), Name: K("today.disputed"), Href: "/stays?state=disputed"})
	}
	if a.Cards.N > 0 {
		p.Others = append(p.Others, figure{N: strconv.Itoa(a.Cards.N), Name: K("today.cards"), Href: "/cards"})
	}
	return nil
}

func (w *Web) waitingPart(c *door.Call, x progress.Part[progress.Waiting]) (waitingPart, error) {
	p := waitingPart{Shown: !x.Hidden, N: x.N}
	ids := make([]string, len(x.First))
	for i, h := range x.First {
		ids[i] = h.Household
	}
	leads, err := pairing.Leads(c.Context(), w.DB, c.Who.County(), ids, c.Who.Today())
	if err != nil {
		return p, err
	}
	var people []string
	for _, id := range leads {
		people = append(people, id)
	}
	n, err := w.naming(c, ids, people)
	if err != nil {
		return p, err
	}
	for _, h := range x.First {
		p.Rows = append(p.Rows, waitingLine{h, n.Place(h.Region), n.Cadre(leads[h.Household])})
	}
	return p, nil
}

// waitingPage is the whole list of homes that wait, village by village.
type waitingPage struct {
	Base
	Part   waitingPart
	Helper bool
	Places []Option
	Empty  Say
	Links  bool
	Asked  bool
}

func (w *Web) todayUnseen(c *door.Call) error { return w.waiting(c, true) }
func (w *Web) todayAlone(c *door.Call) error  { return w.waiting(c, false) }

func (w *Web) waiting(c *door.Call, unseen bool) error {
	a, err := progress.Attend(c.Context(), w.DB, c.Who, progress.Look{Place: c.Query("place"), First: 200, Homes: true})
	if err != nil {
		return err
	}
	p := &waitingPage{Base: Base{Title: K("today.alone"), At: "/today", Back: "/today?" + url.Values{"desk": {"1"}}.Encode()}, Empty: K("today.alone_none"), Asked: c.Query("place") != "",
		Links: w.paths["/households/{id}"] && access.May(c.Who, access.HouseholdRead)}
	part := a.Unpaired
	if unseen {
		p.Title, p.Empty, p.Helper, part = K("today.unseen", "n", a.Days), K("today.unseen_none"), true, a.Unvisited
	}
	if p.Part, err = w.waitingPart(c, part); err != nil {
		return err
	}
	p.Sub = K("today.homes", "n", part.N)
	if p.Places, err = w.villages(c, access.HouseholdList); err != nil {
		return err
	}
	if p.Places != nil {
		p.Places = anyOf("visit.any_place", p.Places)
	}
	p.Fill("place", c.Query("place"))
	return w.Render(c, "today/waiting", p)
}

// weekdayNumber is the number of a weekday as the catalogue counts: Sunday is 0.
func weekdayNumber(d calendar.Day) string { return strconv.Itoa(int(d.Weekday())) }
