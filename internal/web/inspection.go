package web

import (
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/household"
	"lianxin/internal/work/inspection"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/visit"
)

func inspectionPages() []Page {
	return []Page{{"inspection/list", &inspectionListPage{}}, {"inspection/new", &inspectionFormPage{}}, {"inspection/show", &inspectionShowPage{}}, {"inspection/draw", &inspectionDrawPage{}}}
}

func (w *Web) inspectionRoutes() []door.Route {
	read, draw := door.Need(access.InspectionRead), door.Need(access.InspectionDraw)
	return []door.Route{
		Get("/inspections", read, door.Reads, w.inspectionList),
		Get("/inspections/new", draw, door.Reads, w.inspectionNew),
		Post("/inspections", draw, door.Writes, w.inspectionSent),
		Get("/inspections/{id}", read, door.Reads, w.inspectionShow),
		Get("/inspections/{id}/draw", read, door.Reads, w.inspectionDraw),
		Post("/inspections/{id}/homes", draw, door.Writes, w.inspectionName),
		Post("/inspections/{id}/end", draw, door.Writes, w.inspectionEnd),
	}
}

// inspectionLine is a check with the words for its ids.
type inspectionLine struct {
	inspection.Inspection
	Town string
}

// Tag says whether it is in force.
func (l inspectionLine) Tag() Tag {
	t := Tag{Tone: "n", Text: K("inspection.state." + l.State)}
	switch l.State {
	case inspection.Open:
		t.Tone = "i"
	case inspection.Planned:
		t.Tone, t.Icon = "o", "clock"
	}
	return t
}

type inspectionListPage struct {
	Base
	Rows  []inspectionLine
	Pager Pager
	Town  bool // checks of several townships
	Mine  bool // the reader's own only
}

func (w *Web) inspectionList(c *door.Call) error {
	is, next, err := inspection.List(c.Context(), w.DB, c.Who, inspection.Filter{Place: c.Query("place"), After: c.Query("after")})
	if err != nil {
		return err
	}
	p := &inspectionListPage{Base: Base{Title: K("page_inspection.title")}, Pager: w.Pages(c, next), Mine: len(access.Reaches(c.Who, access.InspectionRead).Regions) == 0}
	n := &names{places: map[string]string{}}
	for _, i := range is {
		if err := w.know(c, n, i.Region); err != nil {
			return err
		}
	}
	for _, i := range is {
		p.Rows = append(p.Rows, inspectionLine{i, n.places[i.Region]})
		p.Town = p.Town || i.Region != is[0].Region
	}
	return w.Render(c, "inspection/list", p)
}

// inspectionFormPage asks for a check; before it draws, it shows what would be
// drawn from.
type inspectionFormPage struct {
	Base
	Town    string
	Towns   []Option
	People  []Option
	Frames  []Option
	Old     *inspectionLine // the check it replaces
	Shares  []shareLine
	Size, N int
	Looked  bool
	Max     int
}

type shareLine struct {
	inspection.Share
	Name string
}

// Said is how many of a village's homes would be drawn.
func (l shareLine) Said() string {
	if l.Low == l.High {
		return strconv.Itoa(l.Low)
	}
	return strconv.Itoa(l.Low) + "–" + strconv.Itoa(l.High)
}

// usual is how many homes a check draws when nobody says.
const usual = 12

func (w *Web) inspectionForm(c *door.Call, replaces, frame string, n int) (*inspectionFormPage, error) {
	p := &inspectionFormPage{Base: Base{Title: K("page_inspection.new"), Shell: Task, At: "/inspections", Back: "/inspections"}, Frames: catalogue("inspection.frame.", inspection.Frames), N: n, Max: inspection.MaxHomes}
	var err error
	if p.Town, p.Towns, err = w.towns(c, access.Reaches(c.Who, access.InspectionDraw).Regions); err != nil {
		return nil, err
	}
	if p.Town == "" {
		return nil, fault.New(fault.Forbidden, "access.not_role")
	}
	if replaces != "" {
		old, err := inspection.Show(c.Context(), w.DB, c.Who, replaces)
		if err != nil {
			return nil, err
		}
		p.Old, p.Town, p.Towns = &inspectionLine{old, ""}, old.Region, nil
	}
	people, err := inspection.Inspectors(c.Context(), w.DB, c.Who, p.Town)
	if err != nil {
		return nil, err
	}
	for _, x := range people {
		p.People = append(p.People, Option{Value: x.Account, Text: x.Name})
	}
	if !slices.Contains(inspection.Frames, frame) {
		frame = inspection.Paired
	}
	shares, size, err := inspection.Look(c.Context(), w.DB, c.Who, p.Town, frame, n)
	if err != nil {
		return nil, err
	}
	p.Size = size
	names := &names{places: map[string]string{}}
	if err := w.know(c, names, p.Town); err != nil {
		return nil, err
	}
	for _, s := range shares {
		p.Shares = append(p.Shares, shareLine{s, names.places[s.Place]})
	}
	return p, nil
}

func (w *Web) inspectionNew(c *door.Call) error {
	p, err := w.inspectionForm(c, c.Query("replaces"), inspection.Paired, usual)
	if err != nil {
		return err
	}
	today := c.Who.Today()
	p.Fill("from", string(today))
	p.Fill("to", string(today.Add(13)))
	p.Fill("frame", inspection.Paired)
	p.Fill("n", strconv.Itoa(usual))
	if p.Old != nil {
		p.Fill("replaces", p.Old.ID)
		p.Fill("title", p.Old.Title)
		p.Fill("purpose", p.Old.Purpose)
		p.Fill("n", strconv.Itoa(p.Old.Wanted))
		var people []string
		for _, x := range p.Old.People {
			people = append(people, x.Account)
		}
		p.Fill("people", people...)
	}
	return w.Render(c, "inspection/new", p)
}

func (w *Web) inspectionSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(strings.TrimSpace(f.Get("n"))) // what is no number is no number of homes either
	p, err := w.inspectionForm(c, f.Get("replaces"), f.Get("frame"), n)
	if err != nil {
		return err
	}
	if f.Get("step") != "draw" {
		var wrong fault.Fields
		if n < 1 || n > p.Max {
			wrong.Add("n", "inspection.n_bad", "n", p.Max)
		} else {
			wrong.Check(n <= p.Size, "n", "inspection.n_above", "n", p.Size)
		}
		if err := wrong.Err(); err != nil {
			return w.Refill(c, "inspection/new", p, err)
		}
		p.values, p.Op, p.Looked = f, c.Operation, true
		return w.Render(c, "inspection/new", p)
	}
	in := inspection.DrawInput{ID: c.Operation, Region: p.Town, Title: f.Get("title"), Purpose: f.Get("purpose"), From: calendar.Day(f.Get("from")), To: calendar.Day(f.Get("to")), Frame: f.Get("frame"), N: n, People: f["people"], Replaces: f.Get("replaces"), ReplaceWhy: f.Get("replace_why")}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, _, err := inspection.Draw(c.Context(), tx, c.Who, in)
		return err
	})
	if err == nil {
		return w.Done(c, "/inspections/"+in.ID, "page_inspection.drawn")
	}
	p.Looked = true
	return w.Refill(c, "inspection/new", p, err)
}

// inspectionHome is a home of a check, as the reader of the check sees it.
type inspectionHome struct {
	inspection.Home
	Head, Where, Helper string
	Last                calendar.Day
	Opens               bool
}

type inspectionShowPage struct {
	Base
	Line            inspectionLine
	Homes           []inspectionHome
	Old, New        *inspectionLine
	Draws           bool // the reader may change it
	Whole           bool // and reads it by its place
	Found           []Option
	More            bool
	NameOpen, Ended bool
}

func (w *Web) inspectionShown(c *door.Call) (*inspectionShowPage, error) {
	i, err := inspection.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	p := &inspectionShowPage{Line: inspectionLine{i, ""}, Ended: i.State == inspection.Closed, Whole: access.Reaches(c.Who, access.InspectionRead).Contains(i.Region),
		Draws: i.State != inspection.Closed && access.Can(c.Who, access.InspectionDraw, access.Target{Region: i.Region}).OK()}
	p.Base = Base{Title: Plain(i.Title), Sub: K("page_inspection.days", "from", i.From, "to", i.To), At: "/inspections", Back: "/inspections"}
	n := &names{places: map[string]string{}}
	if err := w.know(c, n, i.Region); err != nil {
		return nil, err
	}
	p.Line.Town = n.places[i.Region]
	for _, x := range []struct {
		id string
		to **inspectionLine
	}{{i.Replaces, &p.Old}, {i.ReplacedBy, &p.New}} {
		if x.id == "" {
			continue
		}
		// Of another's check an inspector is not told.
		if o, err := inspection.Show(c.Context(), w.DB, c.Who, x.id); err == nil {
			*x.to = &inspectionLine{o, ""}
		} else if !refused(err) {
			return nil, err
		}
	}
	p.Homes, err = w.inspectionHomes(c, i.Homes)
	return p, err
}

func (w *Web) inspectionHomes(c *door.Call, hs []inspection.Home) ([]inspectionHome, error) {
	ids := make([]string, len(hs))
	for k, h := range hs {
		ids[k] = h.Household
	}
	leads, err := pairing.Leads(c.Context(), w.DB, c.Who.County(), ids, c.Who.Today())
	if err != nil {
		return nil, err
	}
	var people []string
	for _, id := range leads {
		people = append(people, id)
	}
	n, err := w.naming(c, ids, people)
	if err != nil {
		return nil, err
	}
	last, err := visit.LastOf(c.Context(), w.DB, c.Who.County(), ids)
	if err != nil {
		return nil, err
	}
	out := make([]inspectionHome, len(hs))
	for k, h := range hs {
		t := access.Target{Region: n.homes[h.Household].Region, Home: h.Household}
		out[k] = inspectionHome{Home: h, Head: n.Home(h.Household), Where: n.HomePlace(h.Household), Helper: n.Cadre(leads[h.Household]), Last: last[h.Household], Opens: access.Can(c.Who, access.HouseholdRead, t).OK()}
	}
	return out, nil
}

func (w *Web) inspectionShow(c *door.Call) error {
	p, err := w.inspectionShown(c)
	if err != nil {
		return err
	}
	return w.Render(c, "inspection/show", p)
}

// inspectionName names a home beyond the drawn ones, found by its name.
func (w *Web) inspectionName(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	if Finding(c) {
		p, err := w.inspectionShown(c)
		if err != nil {
			return err
		}
		hs, more, err := household.List(c.Context(), w.DB, c.Who, household.Filter{Query: f.Get("household_q"), Place: p.Line.Region, Limit: 20})
		if err != nil {
			return err
		}
		lines, err := w.homeLines(c, hs)
		if err != nil {
			return err
		}
		for _, l := range lines {
			p.Found = append(p.Found, Option{Value: l.ID, Text: l.Head, Note: l.Place})
		}
		p.values, p.Op, p.NameOpen, p.More = f, c.Operation, true, more != ""
		return w.Render(c, "inspection/show", p)
	}
	in := inspection.NameInput{ID: c.Operation, Inspection: c.Path("id"), Household: f.Get("household"), Why: f.Get("reason")}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, err := inspection.Name(c.Context(), tx, c.Who, in)
		return err
	})
	if err == nil {
		return w.Done(c, "/inspections/"+in.Inspection, "page_inspection.named_done")
	}
	return w.inspectionAgain(c, err, true)
}

func (w *Web) inspectionAgain(c *door.Call, err error, naming bool) error {
	p, perr := w.inspectionShown(c)
	if perr != nil {
		return perr
	}
	p.NameOpen = naming
	p.Open = map[bool]string{true: "name", false: "end"}[naming]
	if id := c.R.PostForm.Get("household"); naming && id != "" {
		n, nerr := w.naming(c, []string{id}, nil)
		if nerr != nil {
			return nerr
		}
		if h, ok := n.homes[id]; ok && access.Can(c.Who, access.HouseholdList, access.Target{Region: h.Region}).OK() {
			p.Found = []Option{{Value: id, Text: n.Home(id), Note: n.HomePlace(id)}}
		}
	}
	return w.Refill(c, "inspection/show", p, err)
}

func (w *Web) inspectionEnd(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := inspection.EndInput{ID: c.Operation, Inspection: c.Path("id"), Why: f.Get("why")}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, err := inspection.End(c.Context(), tx, c.Who, in)
		return err
	})
	if err == nil {
		return w.Done(c, "/inspections/"+in.Inspection, "page_inspection.end_done")
	}
	return w.inspectionAgain(c, err, false)
}

// inspectionDrawPage tells how the homes came about, and draws them once more.
type inspectionDrawPage struct {
	Base
	Line   inspectionLine
	Again  inspection.Redraw
	Strata []stratumLine
}

type stratumLine struct {
	inspection.Stratum
	Name string
}

func (w *Web) inspectionDraw(c *door.Call) error {
	i, err := inspection.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return err
	}
	p := &inspectionDrawPage{Base: Base{Title: K("page_inspection.how"), Sub: Plain(i.Title), At: "/inspections", Back: "/inspections/" + i.ID}, Line: inspectionLine{i, ""}}
	if p.Again, err = inspection.Again(c.Context(), w.DB, c.Who, i.ID); err != nil {
		return err
	}
	n := &names{places: map[string]string{}}
	if err := w.know(c, n, i.Region); err != nil {
		return err
	}
	for _, s := range p.Again.Strata {
		p.Strata = append(p.Strata, stratumLine{s, n.places[s.Place]})
	}
	return w.Render(c, "inspection/draw", p)
}

// checkNow is a check in force with its homes, first on its inspector's day.
type checkNow struct {
	inspectionLine
	Homes []inspectionHome
}

// checksNow gives the checks the reader belongs to that are in force.
func (w *Web) checksNow(c *door.Call) ([]checkNow, error) {
	var out []checkNow
	for _, id := range c.Who.Sample().Checks {
		i, err := inspection.Show(c.Context(), w.DB, c.Who, id)
		if err != nil {
			return nil, err
		}
		x := checkNow{inspectionLine: inspectionLine{i, ""}}
		if x.Homes, err = w.inspectionHomes(c, i.Homes); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}
