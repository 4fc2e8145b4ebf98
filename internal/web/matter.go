package web

import (
	"net/url"

	"lianxin/internal/base/lang"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/deadline"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/scope"
)

func matterPages() []Page {
	return []Page{
		{"matter/list", &matterListPage{}},
		{"matter/show", &matterShowPage{}},
		{"matter/bulk", &matterBulkPage{}},
		{"matter/print", &matterPrintPage{}},
		{"matter/new", &matterNewPage{}},
		{"matter/join", &matterJoinPage{}},
		{"matter/alike", &matterAlikePage{}},
		{"matter/slip", &matterSlipPage{}},
		{"matter/topics", &topicPage{}},
	}
}

func (w *Web) matterRoutes() []door.Route {
	read, change, open := door.Need(access.AppealRead), door.Need(access.AppealChange), door.Need(access.AppealOpen)
	return []door.Route{
		Get("/matters", read, door.Reads, w.matterList),
		Post("/matters/bulk", read, door.Writes, w.matterBulk),
		Post("/matters/bulk/{id}/undo", door.Need(access.AppealAssign), door.Writes, w.matterUndo),
		Get("/matters/new", open, door.Reads, w.matterNew),
		Post("/matters", open, door.Writes, w.matterSent),
		Get("/matters/similar", open, door.Reads, w.matterAlike),
		Get("/matters/{id}", read, door.Reads, w.matterShow),
		Post("/matters/{id}/move", read, door.Writes, w.matterMove),
		Post("/matters/{id}/result", change, door.Writes, w.matterResult),
		Post("/matters/{id}/reveal", read, door.Reveals, w.matterReveal),
		Get("/matters/{id}/join", open, door.Reads, w.matterJoin),
		Post("/matters/{id}/voices", open, door.Writes, w.matterJoined),
		Get("/matters/{id}/slip", open, door.Reads, w.matterSlip),
		Post("/matters/views", read, door.Writes, w.viewSent),
		Post("/matters/views/{id}/drop", read, door.Writes, w.viewDropped),
		Get("/settings/topics", door.Need(access.RegionRead), door.Quiet, w.topics),
		Post("/settings/topics", door.Need(access.TopicChange), door.Writes, w.topicSent),
	}
}

// matterLine is a matter with the words for its ids.
type matterLine struct {
	appeal.Appeal
	Status                    deadline.Status
	Home, Place, Owner, Topic string
	Op                        string // id for ticking it off from a list
	Mine                      bool   // may be answered by the reader
}

// Open reports whether it is still to be done.
func (m matterLine) Open() bool { return m.State.Running() }

// Untaken reports whether it waits for somebody to answer for it.
func (m matterLine) Untaken() bool { return m.State == lifecycle.Registered }

// Late reports whether its day has passed.
func (m matterLine) Late() bool { return m.Open() && m.Status.Standing == deadline.Overdue }

// Soon reports whether its day is near.
func (m matterLine) Soon() bool {
	return m.Open() && !m.Untaken() && m.Status.Standing == deadline.Soon
}

// Looks reports whether it is shelved and the day to look at it again has come.
func (m matterLine) Looks() bool { return m.State == lifecycle.Shelved && m.Status.Left <= 0 }

// By says who does it, in the words of the visit's form.
func (m matterLine) By() string { return doneBy(m.Appeal) }

// doneBy says who does a matter: the official who brought it, the office, or
// somebody it was given to.
func doneBy(a appeal.Appeal) string {
	switch a.Owner {
	case appeal.Office:
		return appeal.Township
	case a.Sponsor:
		return appeal.Self
	}
	return appeal.Station
}

// When says how its day stands, in the shortest words: 明天, 剩5天, 过4天.
func (m matterLine) When() Say {
	switch m.State {
	case lifecycle.Answered:
		return K("matter.answered_on", "day", m.Answered)
	case lifecycle.Shelved:
		if n := m.Status.Left; n < 0 {
			return K("matter.look_over", "n", -n)
		}
		return K("matter.look_on", "day", m.NextOn)
	case lifecycle.Closed, lifecycle.Merged, lifecycle.Petition:
		return K("matter.on_day", "day", m.ClosedOn)
	}
	switch n := m.Status.Left; {
	case n < 0:
		return m.marked(K("matter.over", "n", -n))
	case m.Untaken() && n == 0:
		return K("matter.take_today")
	case m.Untaken() && n == 1:
		return K("matter.take_tomorrow")
	case m.Untaken():
		return K("matter.take_by", "day", m.NextOn)
	case n == 0:
		return m.marked(K("matter.today"))
	case n == 1:
		return m.marked(K("matter.tomorrow"))
	default:
		return m.marked(K("matter.left", "n", n))
	}
}

// Until is the day it is promised for.
func (m matterLine) Until() Say { return m.marked(K("matter.until", "day", m.DueOn)) }

// DueSaid is Until in the words of a home's page.
func (m matterLine) DueSaid() Say { return m.marked(K("page_household.due", "day", m.DueOn)) }

// DueOf is its day alone, as tables of days write it.
func (m matterLine) DueOf() Say { return m.marked(K("matter.on_day", "day", m.DueOn)) }

// marked says of a day that still counts and lies in a year without its holiday
// notice that it may change.
func (m matterLine) marked(s Say) Say {
	if m.Provisional && m.Open() {
		return K("matter.tentative", "when", s)
	}
	return s
}

// Said is what came of it.
func (m matterLine) Said() Say { return K(appeal.Ending(m.Outcome, m.State != lifecycle.Closed)) }

// Tag says its state in a word.
func (m matterLine) Tag() Tag {
	switch {
	case m.State == lifecycle.Closed && m.Outcome != lifecycle.Solved && m.Outcome != lifecycle.Partly:
		return Tag{Tone: "n", Text: K("appeal.outcome." + string(m.Outcome))}
	case m.State == lifecycle.Closed:
		return Tag{Tone: "g", Icon: "check", Text: K("appeal.outcome." + string(m.Outcome))}
	case m.State == lifecycle.Answered:
		return Tag{Tone: "g", Icon: "check", Text: K("appeal.state.answered")}
	case m.State == lifecycle.Registered && m.Late():
		return Tag{Tone: "o", Icon: "clock", Text: K("matter.state.take_over")}
	case m.State == lifecycle.Registered:
		return Tag{Tone: "i", Text: K("appeal.state.registered")}
	case m.Late() && m.State == lifecycle.Handling:
		return Tag{Tone: "o", Icon: "clock", Text: K("matter.state.over")}
	case m.Late() && m.State == lifecycle.Extension:
		return Tag{Tone: "o", Icon: "clock", Text: K("matter.state.asked_over")}
	case m.State == lifecycle.Shelved && m.Looks():
		return Tag{Tone: "o", Icon: "clock", Text: K("matter.state.look_over")}
	case m.Soon() && m.State == lifecycle.Handling:
		return Tag{Tone: "o", Icon: "clock", Text: K("matter.state.soon")}
	}
	return Tag{Tone: "n", Text: K("appeal.state." + string(m.State))}
}

type matterListPage struct {
	Base
	Rows    []matterLine
	Pager   Pager
	Views   []Pill
	Places  []Option
	People  []Option
	Topics  []Option
	Sources []Option
	Hearts  []Option
	Home    string
	View    string
	Empty   Say
	Asked   bool
	Wide    bool // matters of several officials
	Bulk    []bulkButton
	Done    *doneBulk // a bulk change made a moment ago
	Opens   bool      // may write down a new one
	Saved   []savedView
	Saves   bool // the present filter may be kept
	Query   string
}

// bulkButton is a move for the chosen rows, with its key.
type bulkButton struct {
	Move, Key string
	Text      Say
}

// doneBulk offers to take a bulk change back.
type doneBulk struct {
	ID   string
	N    int
	Kind string
	Next string
}

// matterFilter reads a filter from an address, or says what in it is none.
func (w *Web) matterFilter(c *door.Call, q url.Values) (f appeal.Filter, view string, err error) {
	if f, view, err = appeal.Viewed(c.Who, q); err != nil || f.Topic == "" {
		return f, view, err
	}
	ts, err := appeal.Topics(c.Context(), w.DB, c.Who.County())
	if err != nil {
		return f, view, err
	}
	known := lang.Choices{Names: map[string]string{}}
	for _, t := range ts {
		known.Codes, known.Names[t.ID] = append(known.Codes, t.ID), topicName(c, t)
	}
	return f, view, scope.KnownOf("topic", f.Topic, known)
}

// matterPills gives the views with their figures; figures are left out where
// the list is narrowed further than they are.
func matterPills(views []string, here string, q *appeal.Queue, href func(string) string) []Pill {
	var out []Pill
	for _, v := range views {
		p := Pill{Text: K("matter.view." + v), Href: href(v), Here: v == here}
		if q != nil {
			p.Count = map[string]int{"mine": q.Mine, "take": q.Take, "soon": q.Soon, "over": q.Over, "others": q.Others, "call": q.Call, "asked": q.Asked, "open": q.Live, "county": q.County, "shelf": q.Shelf}[v]
			if v == "shelf" && q.Look > 0 {
				p.Text = K("matter.view.shelf_due", "n", q.Look)
			}
			// What climbed up to the county is rare below it.
			if v == "county" && p.Count == 0 && !p.Here {
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

// matterFilters are what the address may narrow the list by.
var matterFilters = []string{"place", "household", "owner", "topic", "source", "emphasis"}

func (w *Web) matterList(c *door.Call) error {
	ctx := c.Context()
	f, view, err := w.matterFilter(c, c.R.URL.Query())
	if err != nil {
		return err
	}
	p := &matterListPage{View: view, Base: Base{Title: K("matter.list_title")}, Wide: access.Reaches(c.Who, access.AppealRead).Wide(), Opens: access.May(c.Who, access.AppealOpen)}
	if p.Wide && c.Who.Cadre() != "" && c.Query("mine") != "" {
		f.Owner = c.Who.Cadre()
	}
	as, next, err := appeal.List(ctx, w.DB, c.Who, f)
	if err != nil {
		return err
	}
	p.Pager = w.Pages(c, next)
	if p.Rows, err = w.matterLines(c, as); err != nil {
		return err
	}
	var narrowed bool
	for _, q := range matterFilters {
		p.Fill(q, c.Query(q))
		p.Asked = p.Asked || c.Query(q) != ""
		narrowed = narrowed || q != "place" && c.Query(q) != ""
	}
	var q *appeal.Queue
	if !narrowed {
		n, err := appeal.Count(ctx, w.DB, c.Who, f.Place, appeal.Near)
		if err != nil {
			return err
		}
		q = &n
	}
	switch {
	case access.May(c.Who, access.AppealAssign):
		p.Bulk = deskButtons
	case p.Wide:
		if c.Who.Has(access.Leader) && p.View == "asked" {
			p.Bulk = []bulkButton{{"grant", "t", K("appeal.move.grant")}, {"print", "p", K("matter.print")}}
		}
	}
	p.Views = matterPills(appeal.ViewsOf(c.Who), p.View, q, func(v string) string { return withView(c, v) })
	p.Empty = K("matter.empty." + p.View)
	if err := w.matterChoices(c, p); err != nil {
		return err
	}
	if p.Home, err = w.homeAsked(c, f.Household); err != nil {
		return err
	}
	if p.Done, err = w.bulkDone(c); err != nil {
		return err
	}
	if err := w.savedViews(c, p); err != nil {
		return err
	}
	return w.Render(c, "matter/list", p)
}

// matterChoices fills what the list may be narrowed by.
func (w *Web) matterChoices(c *door.Call, p *matterListPage) (err error) {
	if p.Places, err = w.villages(c, access.AppealRead); err != nil {
		return err
	}
	if p.People, err = w.colleagues(c, access.AppealRead); err != nil {
		return err
	}
	if p.Places != nil {
		p.Places = anyOf("visit.any_place", p.Places)
	}
	if p.People != nil {
		p.People = anyOf("visit.any_cadre", append([]Option{{Value: appeal.Office, Key: "appeal.office"}}, p.People...))
	}
	ts, err := w.topicOptions(c, true, false)
	if err != nil {
		return err
	}
	p.Topics = anyOf("matter.any_topic", ts)
	p.Sources = anyOf("matter.any_source", catalogue("appeal.source.", appeal.Sources))
	p.Hearts = anyOf("matter.any_heart", catalogue("appeal.emphasis.", appeal.Emphases))
	return nil
}

// topicOptions gives the county's topics; old ones too for filters, the days
// each has for forms.
func (w *Web) topicOptions(c *door.Call, old, days bool) ([]Option, error) {
	ts, err := appeal.Topics(c.Context(), w.DB, c.Who.County())
	if err != nil {
		return nil, err
	}
	var out []Option
	for _, t := range ts {
		if !t.Active && !old {
			continue
		}
		o := Option{Value: t.ID, Text: topicName(c, t)}
		if days {
			o.Note = w.T(c.Lang, K("matter.topic_days", "n", t.Normal))
		}
		out = append(out, o)
	}
	return out, nil
}

func topicName(c *door.Call, t appeal.Topic) string {
	if c.Lang == lang.English && t.EN != "" {
		return t.EN
	}
	return t.Name
}

// withView keeps the filters and leaves the page of the list behind.
func withView(c *door.Call, view string) string {
	q := c.R.URL.Query()
	q.Del("after")
	q.Del("did")
	q.Set("view", view)
	return c.R.URL.Path + "?" + q.Encode()
}

// matterLines puts names to promises.
func (w *Web) matterLines(c *door.Call, as []appeal.Appeal) ([]matterLine, error) {
	var homes, people, places []string
	for _, a := range as {
		homes, people, places = append(homes, a.Household), append(people, a.Owner), append(places, a.Region)
	}
	n, err := w.naming(c, homes, people)
	if err != nil {
		return nil, err
	}
	if err := w.know(c, n, distinct(places)...); err != nil {
		return nil, err
	}
	if err := w.unite(c, n); err != nil {
		return nil, err
	}
	ts, err := appeal.Topics(c.Context(), w.DB, c.Who.County())
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, t := range ts {
		names[t.ID] = topicName(c, t)
	}
	out := make([]matterLine, len(as))
	for i, a := range as {
		out[i] = matterLine{Appeal: a, Status: a.Status(c.Who.Today()), Home: n.Home(a.Household), Place: n.HomePlace(a.Household), Owner: w.ownerName(c, n, a.Owner), Topic: names[a.Topic], Op: w.DB.NewID(),
			Mine: a.State != lifecycle.Registered && access.Can(c.Who, access.AppealChange, access.Target{Region: a.Region, Own: a.Owner == c.Who.Cadre()}).OK()}
		if a.Household == "" {
			out[i].Place = n.Place(a.Region)
		}
	}
	return out, nil
}

// ownerName is the official's name behind the unit, or the office.
func (w *Web) ownerName(c *door.Call, n *names, owner string) string {
	if owner == appeal.Office {
		return w.T(c.Lang, K("appeal.office"))
	}
	return n.Helper(owner)
}
