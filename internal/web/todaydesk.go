package web

import (
	"net/url"
	"strconv"

	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/advice"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/progress"
)

// todayDeskPage is the office's and the leader's desk: figures that lead to
// their lists, and the lists' beginnings, in administrative order. It says what
// waits, never who is behind.
type todayDeskPage struct {
	Base
	Figures []figure
	Matters []matterLine
	Views   []Pill
	View    string
	More    bool
	Reads   bool // promises may be read
	Unseen  waitingPart
	Alone   waitingPart
	Others  []figure // further things that wait, in one line each
	Own     bool     // works with homes of his own too
	Records bool     // may record visits for others
	Links   bool     // homes have pages
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
	today := c.Who.Today()
	p := &todayDeskPage{Base: Base{Title: K("today.desk_title"), Sub: K("today.sub", "day", w.day(c.Lang, today, true), "weekday", K("web.weekday."+weekdayNumber(today)))},
		Own: own, Records: access.May(c.Who, access.VisitRecord), Reads: access.May(c.Who, access.AppealRead), Links: w.paths["/households/{id}"] && access.May(c.Who, access.HouseholdRead)}
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
	return w.Render(c, "today/desk", p)
}

// deskMatters fills the promises: how many are over, how many are near, and
// the beginning of the list that is asked for.
func (w *Web) deskMatters(c *door.Call, p *todayDeskPage) error {
	ctx, today := c.Context(), c.Who.Today()
	counts := map[string]int{}
	lists := map[string][]appeal.Appeal{}
	for _, v := range []string{"over", "soon", "open"} {
		f := appeal.Filter{Limit: 200}
		if v == "open" {
			f.Limit = 8
		}
		matterView(v, today, &f)
		as, _, err := appeal.List(ctx, w.DB, c.Who, f)
		if err != nil {
			return err
		}
		lists[v], counts[v] = as, len(as)
	}
	p.View = c.Query("view")
	if lists[p.View] == nil {
		p.View = "over"
		if len(lists["over"]) == 0 {
			p.View = "soon"
		}
	}
	for _, v := range []string{"over", "soon", "open"} {
		pill := Pill{Text: K("matter.view." + v), Href: "/today?view=" + v, Here: v == p.View}
		if v != "open" {
			pill.Count = counts[v]
		}
		p.Views = append(p.Views, pill)
	}
	over := figure{N: many(counts["over"]), Name: K("matter.view.over"), By: K("today.over_none"), Href: "/matters?view=over"}
	if len(lists["over"]) > 0 {
		over.Ochre, over.By = true, K("today.over_longest", "n", today.Sub(lists["over"][0].DueOn))
	}
	soon := figure{N: many(counts["soon"]), Name: K("today.due_soon"), By: K("today.due_soon_by"), Href: "/matters?view=soon"}
	p.Figures = append(p.Figures, over, soon)
	show := lists[p.View]
	if p.More = len(show) >= 8; p.More {
		show = show[:8]
	}
	var err error
	p.Matters, err = w.matterLines(c, show)
	return err
}

// many writes a count; lists are read to 200.
func many(n int) string {
	if n >= 200 {
		return "200+"
	}
	return strconv.Itoa(n)
}

func (w *Web) deskWaiting(c *door.Call, p *todayDeskPage) error {
	a, err := progress.Attend(c.Context(), w.DB, c.Who, progress.Look{First: 6})
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
	a, err := progress.Attend(c.Context(), w.DB, c.Who, progress.Look{Place: c.Query("place"), First: 200})
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
