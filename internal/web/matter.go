package web

import (
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/deadline"
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
		Post("/matters/{id}/close", change, door.Writes, w.matterClose),
		Post("/matters/{id}/result", change, door.Writes, w.matterResult),
		Post("/matters/{id}/extend", change, door.Writes, w.matterExtend),
		Post("/matters/{id}/reopen", change, door.Writes, w.matterReopen),
	}
}

// matterLine is a promise with the words for its ids.
type matterLine struct {
	appeal.Appeal
	Status             deadline.Status
	Home, Place, Owner string
	Op                 string // id for ticking it off from a list
	Mine               bool   // may be ticked off by the reader
}

// Open reports whether it is still to be done.
func (m matterLine) Open() bool { return m.State == appeal.Open }

// Late reports whether its day has passed.
func (m matterLine) Late() bool { return m.Open() && m.Status.Standing == deadline.Overdue }

// Soon reports whether its day is near.
func (m matterLine) Soon() bool { return m.Open() && m.Status.Standing == deadline.Soon }

// When says how its day stands, in the shortest words: 明天, 剩5天, 过4天.
func (m matterLine) When() Say {
	if !m.Open() {
		return K("matter.on_day", "day", m.ClosedOn)
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
	case m.State == appeal.Done:
		return Tag{Tone: "g", Icon: "check", Text: K("matter.state.done")}
	case m.State == appeal.Withdrawn:
		return Tag{Tone: "n", Text: K("matter.state.withdrawn")}
	case m.Late():
		return Tag{Tone: "o", Icon: "clock", Text: K("matter.state.over")}
	case m.Soon():
		return Tag{Tone: "o", Icon: "clock", Text: K("matter.state.soon")}
	}
	return Tag{Tone: "n", Text: K("matter.state.open")}
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

// matterView turns a saved view into a filter.
func matterView(view string, today calendar.Day, f *appeal.Filter) string {
	switch view {
	case "soon":
		f.DueFrom, f.DueBefore = today, today.Add(4) // what is over is left out
	case "over":
		f.DueBefore = today
	case "done":
		f.State = appeal.Done
	case "withdrawn":
		f.State = appeal.Withdrawn
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
	for _, v := range []string{"open", "soon", "over", "done", "withdrawn", "all"} {
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
		out[i] = matterLine{Appeal: a, Status: a.Status(c.Who.Today()), Home: n.Home(a.Household), Place: n.HomePlace(a.Household), Owner: n.Cadre(a.Owner), Op: w.DB.NewID(),
			Mine: access.Can(c.Who, access.AppealChange, access.Target{Region: a.Region, Own: a.Owner != "" && a.Owner == c.Who.Cadre()}).OK()}
	}
	return out, nil
}

type matterShowPage struct {
	Base
	Line  matterLine
	Visit string // the visit it came out of
	Steps []matterStep
	Open  string // which of the forms stands open: done, extend, withdraw, reopen, result
	Later []Option
	// Provisional: the day lies in a year whose holidays are not announced yet.
	Provisional bool
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
	a, err := appeal.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	ls, err := w.matterLines(c, []appeal.Appeal{a})
	if err != nil {
		return nil, err
	}
	p := &matterShowPage{Base: Base{Title: Plain(a.Title), Back: "/matters"}, Line: ls[0]}
	if id, ok := strings.CutPrefix(a.Origin, "visit:"); ok && access.May(c.Who, access.VisitList) {
		p.Visit = id
	}
	steps, err := appeal.Steps(c.Context(), w.DB, c.Who, a.ID)
	if err != nil {
		return nil, err
	}
	var people []string
	for _, s := range steps {
		if s.Kind == "handed_on" {
			people = append(people, s.Before, s.After)
		}
	}
	n, err := w.naming(c, nil, people)
	if err != nil {
		return nil, err
	}
	for _, s := range steps {
		p.Steps = append(p.Steps, matterStep{s, n.Cadre(s.Before), n.Cadre(s.After)})
	}
	p.Fill("on", string(c.Who.Today()))
	if cal, err := w.workdays(c); err == nil && p.Line.Open() {
		p.Provisional = !cal.Holds(a.DueOn.Year())
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

func (w *Web) matterClose(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := appeal.CloseInput{ID: c.Operation, Appeal: c.Path("id"), State: f.Get("state"), On: calendar.Day(f.Get("on")), Result: f.Get("result")}
	form, saved := "done", "matter.done_saved"
	if in.State == appeal.Withdrawn {
		form, saved = "withdraw", "matter.withdrawn_saved"
	}
	if next := f.Get("tick"); next != "" && in.State == appeal.Done {
		// Ticked off in a list: back there, where a word about it may be added.
		c.R.PostForm.Set("next", local(next, "/today")+"?told="+in.Appeal)
		saved = ""
	}
	return w.matterWrite(c, form, saved, func(tx *db.Tx) error {
		_, err := appeal.Close(c.Context(), tx, c.Who, in)
		return err
	})
}

func (w *Web) matterResult(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	return w.matterWrite(c, "result", "matter.result_saved", func(tx *db.Tx) error {
		_, err := appeal.Tell(c.Context(), tx, c.Who, appeal.TellInput{ID: c.Operation, Appeal: c.Path("id"), Result: f.Get("result")})
		return err
	})
}

func (w *Web) matterExtend(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	return w.matterWrite(c, "extend", "matter.extend_saved", func(tx *db.Tx) error {
		_, err := appeal.Extend(c.Context(), tx, c.Who, appeal.ExtendInput{ID: c.Operation, Appeal: c.Path("id"), Due: calendar.Day(f.Get("due")), Why: f.Get("why")})
		return err
	})
}

func (w *Web) matterReopen(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	return w.matterWrite(c, "reopen", "matter.reopen_saved", func(tx *db.Tx) error {
		_, err := appeal.Reopen(c.Context(), tx, c.Who, c.Operation, c.Path("id"), f.Get("why"))
		return err
	})
}
