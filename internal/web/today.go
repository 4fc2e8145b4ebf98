package web

import (
	"slices"
	"strings"

	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/visit"
)

func todayPages() []Page {
	return []Page{{"today/field", &todayPage{}}, {"today/desk", &todayDeskPage{}}}
}

func (w *Web) todayRoutes() []door.Route {
	return []door.Route{
		Get("/today", door.Need(access.PlanRead), door.Reads, w.today),
	}
}

// todayPage is an official's own day: whom to see and why, what was promised.
type todayPage struct {
	Base
	Due     []dueLine // homes it is time for
	Rest    []dueLine // the others
	Homes   int
	Matters []matterLine
	Near    int         // matters whose day is near or past
	More    bool        // there are further matters
	Told    *matterLine // ticked off a moment ago; a word may be added
	Desk    bool        // has an office's desk too
}

// dueLine is a home with the reason why it is its turn.
type dueLine struct {
	ID, Name, Place string
	Tags            []Say
	Last            calendar.Day
	Why             Say
	Late            bool // worded as help, drawn in ochre
	Dots            Dots
	order           int
}

func (w *Web) today(c *door.Call) error {
	office := len(access.Reaches(c.Who, access.HouseholdList).Regions) > 0
	own := c.Who.Cadre() != "" && access.May(c.Who, access.VisitRecord)
	if office && (!own || c.Query("desk") != "") {
		return w.todayDesk(c, own)
	}
	return w.todayField(c, office)
}

func (w *Web) todayField(c *door.Call, desk bool) error {
	p := &todayPage{Base: Base{Title: K("today.title")}, Desk: desk}
	today := c.Who.Today()
	p.Sub = K("today.sub", "day", today, "weekday", K("web.weekday."+weekdayNumber(today)))
	var err error
	var lines []dueLine
	if lines, err = w.dueLines(c); err != nil {
		return err
	}
	p.Homes = len(lines)
	for _, l := range lines {
		if l.order > 0 {
			p.Due = append(p.Due, l)
		} else {
			p.Rest = append(p.Rest, l)
		}
	}
	as, next, err := appeal.List(c.Context(), w.DB, c.Who, appeal.Filter{Owner: either(c.Who.Cadre(), "-"), Limit: 12})
	if err != nil {
		return err
	}
	p.More = next != ""
	if p.Matters, err = w.matterLines(c, as); err != nil {
		return err
	}
	for _, m := range p.Matters {
		if m.Soon() || m.Late() {
			p.Near++
		}
	}
	if id := c.Query("told"); id != "" {
		a, err := appeal.Show(c.Context(), w.DB, c.Who, id)
		if err == nil && a.State == appeal.Done {
			ls, err := w.matterLines(c, []appeal.Appeal{a})
			if err != nil {
				return err
			}
			p.Told = &ls[0]
		} else if err != nil && !refused(err) {
			return err
		}
	}
	return w.Render(c, "today/field", p)
}

func weekdayNumber(d calendar.Day) string { return string(rune('0' + int(d.Weekday()))) }

// dueLines gives the reader's homes, those whose turn it is first.
func (w *Web) dueLines(c *door.Call) ([]dueLine, error) {
	if c.Who.Cadre() == "" {
		return nil, nil
	}
	ctx, today := c.Context(), c.Who.Today()
	ps, err := pairing.OfCadre(ctx, w.DB, c.Who.County(), c.Who.Cadre())
	if err != nil {
		return nil, err
	}
	var homes []string
	for _, p := range ps {
		if p.At(today) {
			homes = append(homes, p.Household)
		}
	}
	n, err := w.naming(c, homes, nil)
	if err != nil {
		return nil, err
	}
	last, err := visit.LastOf(ctx, w.DB, c.Who.County(), homes)
	if err != nil {
		return nil, err
	}
	done := map[string]int{}
	vs, err := visit.OfCadre(ctx, w.DB, c.Who.County(), c.Who.Cadre(), calendar.FirstOf(today.Year()), today)
	if err != nil {
		return nil, err
	}
	for _, v := range vs {
		if v.Voided == "" && v.How != "absent" && v.How != "declined" {
			done[v.Household]++
		}
	}
	out := make([]dueLine, 0, len(homes))
	for _, h := range distinct(homes) {
		l := dueLine{ID: h, Name: n.Home(h), Place: n.HomePlace(h), Last: last[h], Dots: Dots{Done: done[h], Text: K("today.times", "n", done[h])}}
		switch gone := today.Sub(last[h]); {
		case last[h] == "":
			l.Why, l.order = K("today.never"), 1<<20
		case gone > 60:
			l.Why, l.Late, l.order = K("today.since", "n", gone), true, gone
		case gone > 45:
			l.Why, l.order = K("today.soon"), gone
		}
		out = append(out, l)
	}
	slices.SortStableFunc(out, func(a, b dueLine) int {
		if a.order != b.order {
			return b.order - a.order
		}
		return strings.Compare(n.homes[a.ID].Region+a.ID, n.homes[b.ID].Region+b.ID)
	})
	return out, nil
}

// todayDeskPage is the office's and the leader's desk: four figures that lead
// to their lists, and the lists' beginnings, in administrative order.
type todayDeskPage struct {
	Base
	Figures []figure
	Over    []matterLine
	Views   []Pill
	View    string
	More    bool
	Unseen  []attentionLine
	Alone   []attentionLine
	Own     bool // works with homes of his own too
	Records bool
}

type figure struct {
	N        string
	Name, By Say
	Href     string
	Ochre    bool
}

type attentionLine struct {
	ID, Name, Place, Helper string
	Days                    int
}

func (w *Web) todayDesk(c *door.Call, own bool) error {
	today := c.Who.Today()
	p := &todayDeskPage{Base: Base{Title: K("today.desk_title"), Sub: K("today.sub_full", "day", w.day(c.Lang, today, true), "weekday", K("web.weekday."+weekdayNumber(today)))}, Own: own, Records: access.May(c.Who, access.VisitRecord)}
	return w.Render(c, "today/desk", p)
}
