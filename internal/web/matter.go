package web

import (
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/deadline"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
)

func matterPages() []Page {
	return []Page{{"matter/list", &matterListPage{}}, {"matter/show", &matterShowPage{}}}
}

func (w *Web) matterRoutes() []door.Route {
	read, change := door.Need(access.AppealRead), door.Need(access.AppealChange)
	return []door.Route{
		Get("/matters", read, door.Reads, w.matterList),
		Get("/matters/{id}", read, door.Reads, w.matterShow),
		Post("/matters/{id}/move", read, door.Writes, w.matterMove),
		Post("/matters/{id}/result", change, door.Writes, w.matterResult),
	}
}

// matterLine is a matter with the words for its ids.
type matterLine struct {
	appeal.Appeal
	Status             deadline.Status
	Home, Place, Owner string
	Op                 string // id for ticking it off from a list
	Mine               bool   // may be answered by the reader
}

// Open reports whether it is still to be done.
func (m matterLine) Open() bool { return m.State.Running() }

// Late reports whether its day has passed.
func (m matterLine) Late() bool { return m.Open() && m.Status.Standing == deadline.Overdue }

// Soon reports whether its day is near.
func (m matterLine) Soon() bool { return m.Open() && m.Status.Standing == deadline.Soon }

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
	if !m.Open() {
		day := m.ClosedOn
		if m.State == lifecycle.Answered {
			day = m.Answered
		} else if m.State == lifecycle.Shelved {
			day = m.NextOn
		}
		return K("matter.on_day", "day", day)
	}
	switch n := m.Status.Left; {
	case n < 0:
		return K("matter.over", "n", -n)
	case n == 0:
		return K("matter.today")
	case n == 1:
		return K("matter.tomorrow")
	default:
		return K("matter.left", "n", n)
	}
}

// Tag says its state in a word.
func (m matterLine) Tag() Tag {
	switch {
	case m.State == lifecycle.Closed && m.Outcome != lifecycle.Solved && m.Outcome != lifecycle.Partly:
		return Tag{Tone: "n", Text: K("appeal.outcome." + string(m.Outcome))}
	case m.State == lifecycle.Closed:
		return Tag{Tone: "g", Icon: "check", Text: K("appeal.outcome." + string(m.Outcome))}
	case m.State == lifecycle.Answered:
		return Tag{Tone: "g", Icon: "check", Text: K("appeal.state.answered")}
	case m.State == lifecycle.Registered:
		return Tag{Tone: "i2", Text: K("appeal.state.registered")}
	case m.Late() && m.State == lifecycle.Handling:
		return Tag{Tone: "o", Icon: "clock", Text: K("matter.state.over")}
	case m.Soon() && m.State == lifecycle.Handling:
		return Tag{Tone: "o", Icon: "clock", Text: K("matter.state.soon")}
	}
	return Tag{Tone: "n", Text: K("appeal.state." + string(m.State))}
}

type matterListPage struct {
	Base
	Rows   []matterLine
	Pager  Pager
	Views  []Pill
	Places []Option
	People []Option
	Home   string
	View   string
	Empty  Say
	Asked  bool
	Wide   bool // matters of several officials
}

// matterViews are the saved views of the list, in their order.
var matterViews = []string{"open", "take", "soon", "over", "mine", "call", "shelf", "done", "all"}

// matterView turns a saved view into a filter.
func matterView(view string, today calendar.Day, f *appeal.Filter) string {
	switch view {
	case "take":
		f.State = lifecycle.Registered
	case "soon":
		f.NextFrom, f.Before, f.Running = today, today.Add(4), true
	case "over":
		f.Before, f.Running = today, true
	case "mine":
		f.Mine = true
	case "call":
		f.State = lifecycle.Answered
	case "shelf":
		f.State = lifecycle.Shelved
	case "done":
		f.Ended = true
	case "all":
		f.Any = true
	default:
		return "open"
	}
	return view
}

func (w *Web) matterList(c *door.Call) error {
	f := appeal.Filter{Place: c.Query("place"), Household: c.Query("household"), Owner: c.Query("owner"), After: c.Query("after")}
	p := &matterListPage{Base: Base{Title: K("matter.list_title")}, Wide: len(access.Reaches(c.Who, access.AppealRead).Regions) > 0}
	if p.Wide && c.Who.Cadre() != "" && c.Query("mine") != "" {
		f.Owner = c.Who.Cadre()
	}
	p.View = matterView(c.Query("view"), c.Who.Today(), &f)
	as, next, err := appeal.List(c.Context(), w.DB, c.Who, f)
	if err != nil {
		return err
	}
	p.Pager = w.Pages(c, next)
	if p.Rows, err = w.matterLines(c, as); err != nil {
		return err
	}
	for _, v := range matterViews {
		p.Views = append(p.Views, Pill{Text: K("matter.view." + v), Href: withView(c, v), Here: v == p.View})
	}
	p.Empty = K("matter.empty." + p.View)
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
		p.People = anyOf("visit.any_cadre", p.People)
	}
	if p.Home, err = w.homeAsked(c, f.Household); err != nil {
		return err
	}
	for _, q := range []string{"place", "household", "owner"} {
		p.Fill(q, c.Query(q))
		p.Asked = p.Asked || c.Query(q) != ""
	}
	return w.Render(c, "matter/list", p)
}

// withView keeps the filters and leaves the page of the list behind.
func withView(c *door.Call, view string) string {
	q := c.R.URL.Query()
	q.Del("after")
	q.Set("view", view)
	return c.R.URL.Path + "?" + q.Encode()
}

// matterLines puts names to promises.
func (w *Web) matterLines(c *door.Call, as []appeal.Appeal) ([]matterLine, error) {
	var homes, people []string
	for _, a := range as {
		homes, people = append(homes, a.Household), append(people, a.Owner)
	}
	n, err := w.naming(c, homes, people)
	if err != nil {
		return nil, err
	}
	out := make([]matterLine, len(as))
	for i, a := range as {
		out[i] = matterLine{Appeal: a, Status: a.Status(c.Who.Today()), Home: n.Home(a.Household), Place: n.HomePlace(a.Household), Owner: w.ownerName(c, n, a.Owner), Op: w.DB.NewID(),
			Mine: access.Can(c.Who, access.AppealChange, access.Target{Region: a.Region, Own: a.Owner == c.Who.Cadre()}).OK()}
	}
	return out, nil
}

// ownerName is the official's name, or the office.
func (w *Web) ownerName(c *door.Call, n *names, owner string) string {
	if owner == appeal.Office {
		return w.T(c.Lang, K("appeal.office"))
	}
	return n.Cadre(owner)
}

type matterShowPage struct {
	Base
	Line   matterLine
	Visit  string // the visit it came out of
	Voices []matterVoice
	Steps  []matterStep
	Can    map[string]bool
	Open   string // the move whose form was refused
	People []Option
	// Provisional: the day lies in a year whose holidays are not announced yet.
	Provisional bool
	Opinions    []matterOpinion // what became of it upward
}

type matterVoice struct {
	appeal.Voice
	Home, Place string
}

type matterStep struct {
	appeal.Step
	From, To string // officials, when it was handed on
}

func (w *Web) matterShow(c *door.Call) error {
	p, err := w.matterShown(c)
	if err != nil {
		return err
	}
	return w.Render(c, "matter/show", p)
}

func (w *Web) matterShown(c *door.Call) (*matterShowPage, error) {
	ctx := c.Context()
	a, err := appeal.Show(ctx, w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	ls, err := w.matterLines(c, []appeal.Appeal{a})
	if err != nil {
		return nil, err
	}
	p := &matterShowPage{Base: Base{Title: Plain(a.Title), Back: "/matters"}, Line: ls[0], Can: map[string]bool{}, Provisional: a.Provisional && a.Live()}
	if id, ok := strings.CutPrefix(a.Origin, "visit:"); ok && access.May(c.Who, access.VisitList) {
		p.Visit = id
	}
	can, err := appeal.Possible(ctx, w.DB, c.Who, a)
	if err != nil {
		return nil, err
	}
	for _, m := range can {
		p.Can[string(m)] = true
	}
	vs, err := appeal.Voices(ctx, w.DB, c.Who, a.ID)
	if err != nil {
		return nil, err
	}
	steps, err := appeal.Steps(ctx, w.DB, c.Who, a.ID)
	if err != nil {
		return nil, err
	}
	var people, homes []string
	for _, s := range steps {
		if s.Cadre != "" {
			people = append(people, s.Before, s.After)
		}
	}
	for _, v := range vs {
		homes = append(homes, v.Household)
	}
	n, err := w.naming(c, homes, people)
	if err != nil {
		return nil, err
	}
	for _, v := range vs {
		p.Voices = append(p.Voices, matterVoice{v, n.Home(v.Household), n.HomePlace(v.Household)})
	}
	for _, s := range steps {
		x := matterStep{Step: s}
		if s.Cadre != "" {
			x.From, x.To = w.ownerName(c, n, s.Before), w.ownerName(c, n, s.After)
		}
		p.Steps = append(p.Steps, x)
	}
	if p.Can["accept"] || p.Can["transfer"] {
		if p.People, err = w.colleagues(c, access.AppealAssign); err != nil {
			return nil, err
		}
	}
	if err := w.matterOpinions(c, p); err != nil {
		return nil, err
	}
	p.Fill("on", string(c.Who.Today()))
	if cal, err := w.workdays(c); err == nil && p.Line.Open() {
		from := max(a.DueOn, c.Who.Today())
		if due, _ := deadline.Due(from, 5, cal); due != "" {
			p.Fill("due", string(due))
		}
	}
	return p, nil
}

// matterWrite runs one change and leads on, or shows the matter with the form
// that was sent and what is wrong with it.
func (w *Web) matterWrite(c *door.Call, form, saved string, do func(tx *db.Tx) error) error {
	err := db.Do(c.Context(), w.DB, do)
	if err == nil {
		return w.Done(c, local(c.Form("next"), "/matters/"+c.Path("id")), saved)
	}
	p, perr := w.matterShown(c)
	if perr != nil {
		return perr
	}
	p.Open = form
	return w.Refill(c, "matter/show", p, err)
}

func (w *Web) matterMove(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	cal, err := w.workdays(c)
	if err != nil {
		return err
	}
	in := appeal.MoveInput{ID: c.Operation, Appeal: c.Path("id"), Move: lifecycle.Move(f.Get("move")), Owner: f.Get("owner"), Due: calendar.Day(f.Get("due")), Outcome: lifecycle.Outcome(f.Get("outcome")), Words: f.Get("words"), On: calendar.Day(f.Get("on")),
		Into: f.Get("into"), Topic: f.Get("topic"), Urgency: f.Get("urgency"), Heart: f.Get("emphasis"), Way: f.Get("way"), Voice: f.Get("voice")}
	switch f.Get("face") {
	case "1", "2", "3":
		in.Face = int(f.Get("face")[0] - '0')
	}
	saved := "matter.moved." + string(in.Move)
	if next := f.Get("tick"); next != "" && in.Move == lifecycle.Answer {
		// Ticked off in a list: back there, where a word about it may be added.
		c.R.PostForm.Set("next", local(next, "/today")+"?told="+in.Appeal)
		saved = ""
	}
	return w.matterWrite(c, string(in.Move), saved, func(tx *db.Tx) error {
		_, err := appeal.Move(c.Context(), tx, c.Who, in, cal)
		return err
	})
}

func (w *Web) matterResult(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	return w.matterWrite(c, "result", "matter.result_saved", func(tx *db.Tx) error {
		_, err := appeal.Explain(c.Context(), tx, c.Who, appeal.ExplainInput{ID: c.Operation, Appeal: c.Path("id"), Result: f.Get("result")})
		return err
	})
}
