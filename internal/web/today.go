package web

import (
	"cmp"
	"slices"
	"strings"

	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/progress"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/visit"
)

func todayPages() []Page {
	return []Page{{"today/field", &todayPage{}}, {"today/desk", &todayDeskPage{}}, {"today/waiting", &waitingPage{}}}
}

func (w *Web) todayRoutes() []door.Route {
	return []door.Route{
		Get("/today", door.Need(access.PlanRead), door.Reads, w.today),
		Get("/today/unseen", door.Need(access.ProgressRead), door.Reads, w.todayUnseen),
		Get("/today/alone", door.Need(access.ProgressRead), door.Reads, w.todayAlone),
	}
}

// todayPage is an official's own day: whom to see and why, what was promised.
type todayPage struct {
	Base
	Due     []dueLine // homes it is time for
	Rest    []dueLine // the others
	Homes   int
	Matters []matterLine
	Near    int         // matters whose day is near
	Over    int         // matters whose day is past
	More    bool        // there are further matters
	Tick    *matterLine // being ticked off: a sentence about what came of it is asked for
	Desk    bool        // has an office's desk too
}

// dueLine is a home with the reason why it is its turn.
type dueLine struct {
	ID, Name, Place string
	Last            calendar.Day
	Why             Say
	Late            bool // worded as help, drawn in ochre
	Dots            Dots
	Turn            bool // its day has come or is near
}

func (w *Web) today(c *door.Call) error {
	wide := len(access.Reaches(c.Who, access.ProgressRead).Regions) > 0
	own := c.Who.Cadre() != "" && access.May(c.Who, access.VisitRecord)
	// An office or a leader opens the desk first; their own homes are one step away.
	if !own || wide && c.Query("own") == "" {
		return w.todayDesk(c, own)
	}
	return w.todayField(c, wide)
}

func (w *Web) todayField(c *door.Call, desk bool) error {
	if err := scope.Known("view", c.Query("view"), "matter.view."); err != nil {
		return err // an official's own day has no views
	}
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
		if l.Turn {
			p.Due = append(p.Due, l)
		} else {
			p.Rest = append(p.Rest, l)
		}
	}
	as, next, err := appeal.List(c.Context(), w.DB, c.Who, appeal.Filter{Owner: cmp.Or(c.Who.Cadre(), "-"), Running: true, Limit: 12})
	if err != nil {
		return err
	}
	p.More = next != ""
	if p.Matters, err = w.matterLines(c, as); err != nil {
		return err
	}
	for _, m := range p.Matters {
		if m.Late() {
			p.Over++
		} else if m.Soon() {
			p.Near++
		}
	}
	for i := range p.Matters {
		if p.Matters[i].ID == c.Query("tick") && p.Matters[i].Mine && p.Matters[i].Open() {
			p.Tick = &p.Matters[i]
		}
	}
	return w.Render(c, "today/field", p)
}

// ahead is how many days before its day a home comes to the top of the list.
const ahead = 14

// homeDots says a home's year alike on every page: what the plan counts beside
// what was recorded.
func homeDots(y progress.HomeYear) Dots {
	if y.Of == 0 {
		return Dots{Done: y.Seen, Text: K("progress.home.times", "n", y.Seen)}
	}
	return Dots{Done: y.Done, Of: y.Of, Text: K("progress.home.times_of", "done", y.Done, "of", y.Of, "n", y.Seen)}
}

// dueLines gives the reader's homes, those whose turn it is first. When it is a
// home's turn and how often it is to be visited, the plans say; homes that have
// what is owed, or for which no plan speaks, follow by place.
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
	homes = distinct(homes)
	n, err := w.naming(c, homes, nil)
	if err != nil {
		return nil, err
	}
	next, err := progress.NextVisits(ctx, w.DB, c.Who)
	if err != nil {
		return nil, err
	}
	last, err := visit.LastOf(ctx, w.DB, c.Who.County(), homes)
	if err != nil {
		return nil, err
	}
	helpers := map[string]string{}
	for _, h := range homes {
		helpers[h] = c.Who.Cadre()
	}
	years, err := progress.HomeYears(ctx, w.DB, c.Who, helpers, today.Year())
	if err != nil {
		return nil, err
	}
	var out []dueLine
	seen := map[string]bool{}
	for _, x := range next {
		seen[x.Household] = true
		l := dueLine{ID: x.Household, Name: x.Head, Place: n.HomePlace(x.Household), Last: last[x.Household], Why: K(x.Reason.Key, x.Reason.Args...), Late: x.DueBy < today, Turn: x.DueBy <= today.Add(ahead), Dots: homeDots(years[x.Household])}
		out = append(out, l)
	}
	slices.SortStableFunc(homes, func(a, b string) int { return strings.Compare(n.homes[a].Region, n.homes[b].Region) })
	for _, h := range homes {
		if !seen[h] && n.homes[h].State == household.Active {
			out = append(out, dueLine{ID: h, Name: n.Home(h), Place: n.HomePlace(h), Last: last[h], Dots: homeDots(years[h])})
		}
	}
	return out, nil
}
