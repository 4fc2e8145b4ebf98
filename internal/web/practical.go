package web

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/practical"
	"lianxin/internal/work/scope"
)

func practicalPages() []Page {
	return []Page{{"practical/list", &practicalListPage{}}, {"practical/new", &practicalFormPage{}}, {"practical/show", &practicalShowPage{}}}
}

func (w *Web) practicalRoutes() []door.Route {
	read, change, confirm := door.Need(access.PracticalRead), door.Need(access.PracticalChange), door.Need(access.PracticalConfirm)
	return []door.Route{
		Get("/practical", read, door.Reads, w.practicalList),
		Get("/practical/new", change, door.Reads, w.practicalNew),
		Post("/practical", change, door.Writes, w.practicalSent),
		Get("/practical/{id}", read, door.Reads, w.practicalShow),
		Post("/practical/{id}/start", change, door.Writes, w.practicalStart),
		Post("/practical/{id}/finish", change, door.Writes, w.practicalFinish),
		Post("/practical/{id}/cancel", change, door.Writes, w.practicalCancel),
		Post("/practical/{id}/confirm", confirm, door.Writes, w.practicalConfirm),
	}
}

// practicalLine is an item with the words for its ids.
type practicalLine struct {
	practical.Item
	Home, Place, Helper string
}

// Tag says how far it is.
func (l practicalLine) Tag() Tag {
	t := Tag{Tone: "n", Text: K("practical.state." + l.State)}
	switch l.State {
	case practical.Done:
		t.Tone, t.Icon = "i", "clock"
	case practical.Confirmed:
		t.Tone, t.Icon = "g", "check"
	}
	return t
}

// Running reports whether it is still to be done.
func (l practicalLine) Running() bool {
	return l.State == practical.Proposed || l.State == practical.Started
}

type practicalListPage struct {
	Base
	Rows   []practicalLine
	Pager  Pager
	Views  []Pill
	Places []Option
	People []Option
	Home   string
	View   string
	Wide   bool
	Asked  bool
}

func (w *Web) practicalList(c *door.Call) error {
	f := practical.Filter{Place: c.Query("place"), Household: c.Query("household"), Cadre: c.Query("cadre"), State: c.Query("state"), After: c.Query("after")}
	is, next, err := practical.List(c.Context(), w.DB, c.Who, f)
	if err != nil {
		return err
	}
	p := &practicalListPage{Base: Base{Title: K("practical_page.list_title")}, Pager: w.Pages(c, next), View: f.State, Wide: access.Reaches(c.Who, access.PracticalRead).Wide()}
	if p.Rows, err = w.practicalLines(c, is); err != nil {
		return err
	}
	for _, s := range []string{"", practical.Proposed, practical.Started, practical.Done, practical.Confirmed, practical.Cancelled} {
		text := K("practical_page.all")
		if s != "" {
			text = K("practical.state." + s)
		}
		q := c.R.URL.Query()
		q.Del("after")
		q.Set("state", s)
		p.Views = append(p.Views, Pill{Text: text, Href: "/practical?" + q.Encode(), Here: s == f.State})
	}
	if p.Places, err = w.villages(c, access.PracticalRead); err != nil {
		return err
	}
	if p.Places != nil {
		p.Places = anyOf("visit.any_place", p.Places)
	}
	if p.People, err = w.colleagues(c, access.PracticalRead); err != nil {
		return err
	}
	if p.People != nil {
		p.People = anyOf("visit.any_cadre", p.People)
	}
	if p.Home, err = w.homeAsked(c, f.Household); err != nil {
		return err
	}
	for _, q := range []string{"place", "cadre", "household"} {
		p.Fill(q, c.Query(q))
		p.Asked = p.Asked || c.Query(q) != ""
	}
	return w.Render(c, "practical/list", p)
}

func (w *Web) practicalLines(c *door.Call, is []practical.Item) ([]practicalLine, error) {
	var homes, people []string
	for _, i := range is {
		homes, people = append(homes, i.Household), append(people, i.Cadre)
	}
	n, err := w.naming(c, homes, people)
	if err != nil {
		return nil, err
	}
	out := make([]practicalLine, len(is))
	for k, i := range is {
		out[k] = practicalLine{i, n.Home(i.Household), n.HomePlace(i.Household), n.Cadre(i.Cadre)}
	}
	return out, nil
}

// practicalFormPage proposes an item for a home.
type practicalFormPage struct {
	Base
	Home  household.Household
	Place string
	Kinds []Option
	For   []Option // who may do it, when the reader writes for others
}

func (w *Web) practicalNew(c *door.Call) error {
	if c.Query("household") == "" {
		return w.pick(c, access.PracticalChange, &pickPage{Base: Base{Title: K("practical_page.pick_title"), Shell: Task, Back: "/practical"}, To: "/practical/new"})
	}
	p, err := w.practicalForm(c, c.Query("household"))
	if err != nil {
		return err
	}
	p.Fill("on", string(c.Who.Today()))
	p.Fill("origin", c.Query("origin"))
	if len(p.For) > 0 {
		p.Fill("for", p.For[0].Value)
	}
	return w.Render(c, "practical/new", p)
}

func (w *Web) practicalForm(c *door.Call, home string) (*practicalFormPage, error) {
	ctx, county, today := c.Context(), c.Who.County(), c.Who.Today()
	h, err := household.Brief(ctx, w.DB, county, home)
	if err != nil {
		return nil, err
	}
	own, err := household.Own(ctx, w.DB, county, home, c.Who.Cadre(), today)
	if err != nil {
		return nil, err
	}
	if err := scope.Can(c.Who, access.PracticalChange, h.Region, own); err != nil {
		return nil, err
	}
	p := &practicalFormPage{Base: Base{Title: K("practical_page.new_title"), Shell: Task, Back: "/practical"}, Home: h, Kinds: catalogue("practical.kind.", practical.Kinds)}
	ps, err := pairing.Of(ctx, w.DB, county, home)
	if err != nil {
		return nil, err
	}
	var helpers []string
	for _, x := range ps {
		if x.At(today) {
			helpers = append(helpers, x.Cadre)
		}
	}
	n, err := w.naming(c, []string{home}, helpers)
	if err != nil {
		return nil, err
	}
	p.Place = n.HomePlace(home)
	if own && c.Who.Cadre() != "" {
		return p, nil
	}
	for _, id := range helpers {
		p.For = append(p.For, Option{Value: id, Text: n.Cadre(id)})
	}
	others, err := w.colleagues(c, access.PracticalChange)
	for _, o := range others {
		if !slices.Contains(helpers, o.Value) {
			p.For = append(p.For, o)
		}
	}
	return p, err
}

func (w *Web) practicalSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := practical.ProposeInput{ID: c.Operation, Household: f.Get("household"), For: f.Get("for"), Kind: f.Get("kind"), Origin: f.Get("origin"), Title: f.Get("title"), Notes: f.Get("notes"), On: calendar.Day(f.Get("on"))}
	var wrong fault.Fields
	in.Amount = fen(&wrong, f.Get("amount"))
	if err = wrong.Err(); err == nil {
		err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
			_, _, err := practical.Propose(c.Context(), tx, c.Who, in)
			return err
		})
	}
	if err == nil {
		return w.Done(c, "/practical/"+in.ID, "practical_page.saved")
	}
	p, perr := w.practicalForm(c, in.Household)
	if perr != nil {
		return perr
	}
	return w.Refill(c, "practical/new", p, err)
}

// fen reads an amount in yuan, "1200" or "86.5".
func fen(f *fault.Fields, s string) int64 {
	s = strings.NewReplacer(",", "", "，", "", "元", "", " ", "").Replace(s)
	if s == "" {
		return 0
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || v < 0 || v > 1e9 {
		f.Add("amount", "practical_page.amount_bad")
		return 0
	}
	return int64(math.Round(v * 100))
}

// practicalShowPage is one item with what may be done next.
type practicalShowPage struct {
	Base
	Line     practicalLine
	Steps    []practical.Step
	Changes  bool
	Confirms bool
	Ways     []Option
	Visit    string
}

func (w *Web) practicalShow(c *door.Call) error {
	p, err := w.practicalShown(c)
	if err != nil {
		return err
	}
	return w.Render(c, "practical/show", p)
}

func (w *Web) practicalShown(c *door.Call) (*practicalShowPage, error) {
	i, err := practical.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	ls, err := w.practicalLines(c, []practical.Item{i})
	if err != nil {
		return nil, err
	}
	p := &practicalShowPage{Base: Base{Title: Plain(i.Title), Back: "/practical"}, Line: ls[0], Ways: catalogue("practical.way.", practical.Ways)}
	if p.Steps, err = practical.Steps(c.Context(), w.DB, c.Who, i.ID); err != nil {
		return nil, err
	}
	his := c.Who.Cadre() != "" && i.Cadre == c.Who.Cadre()
	t := access.Target{Region: i.Region, Own: his, Home: i.Household}
	open := i.State != practical.Confirmed && i.State != practical.Cancelled
	p.Changes = open && access.Can(c.Who, access.PracticalChange, t).OK()
	p.Confirms = !his && i.State == practical.Done && access.Can(c.Who, access.PracticalConfirm, t).OK()
	p.Visit, _ = strings.CutPrefix(i.Origin, "visit:")
	if p.Visit == i.Origin || !access.May(c.Who, access.VisitList) {
		p.Visit = ""
	}
	p.Fill("on", string(c.Who.Today()))
	if i.Amount > 0 {
		p.Fill("amount", strings.ReplaceAll(Yuan(i.Amount), ",", ""))
	}
	return p, nil
}

// practicalStep runs one step and leads on, or shows the item again with what
// is wrong.
func (w *Web) practicalStep(c *door.Call, form, saved string, do func(*db.Tx, practical.StepInput) (practical.Item, error)) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := practical.StepInput{ID: c.Operation, Item: c.Path("id"), On: calendar.Day(f.Get("on")), Words: f.Get("words")}
	var wrong fault.Fields
	if form == "finish" && f.Get("amount") != "" {
		n := fen(&wrong, f.Get("amount"))
		in.Amount = &n
	}
	if err = wrong.Err(); err == nil {
		err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
			_, err := do(tx, in)
			return err
		})
	}
	if err == nil {
		return w.Done(c, "/practical/"+in.Item, saved)
	}
	return again(w, c, "practical/show", form, err, w.practicalShown)
}

func (w *Web) practicalStart(c *door.Call) error {
	return w.practicalStep(c, "start", "practical_page.started", func(tx *db.Tx, in practical.StepInput) (practical.Item, error) {
		return practical.Start(c.Context(), tx, c.Who, in)
	})
}

func (w *Web) practicalFinish(c *door.Call) error {
	return w.practicalStep(c, "finish", "practical_page.finished", func(tx *db.Tx, in practical.StepInput) (practical.Item, error) {
		return practical.Finish(c.Context(), tx, c.Who, in)
	})
}

func (w *Web) practicalCancel(c *door.Call) error {
	return w.practicalStep(c, "cancel", "practical_page.cancelled", func(tx *db.Tx, in practical.StepInput) (practical.Item, error) {
		return practical.Cancel(c.Context(), tx, c.Who, in)
	})
}

func (w *Web) practicalConfirm(c *door.Call) error {
	return w.practicalStep(c, "confirm", "practical_page.confirmed", func(tx *db.Tx, in practical.StepInput) (practical.Item, error) {
		return practical.Confirm(c.Context(), tx, c.Who, practical.ConfirmInput{ID: in.ID, Item: in.Item, On: in.On, Words: in.Words, Way: c.Form("way"), Witness: c.Form("witness")})
	})
}
