package web

import (
	"net/http"
	"strconv"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/visit"
)

func visitPages() []Page {
	return []Page{
		{"visit/list", &visitListPage{}},
		{"visit/show", &visitShowPage{}},
		{"visit/new", &visitFormPage{}},
		{"visit/pick", &pickPage{}},
		{"visit/amend", &visitAmendPage{}},
		{"visit/void", &visitAmendPage{}},
	}
}

func (w *Web) visitRoutes() []door.Route {
	list, record, amend := door.Need(access.VisitList), door.Need(access.VisitRecord), door.Need(access.VisitAmend)
	return []door.Route{
		Get("/visits", list, door.Reads, w.visitList).With("topic", "from", "to"),
		Get("/visits/new", record, door.Reads, w.visitNew),
		Get("/visits/companions", record, door.Reads, w.companyFound).With("name"),
		Post("/visits", record, door.Writes, w.visitSent),
		Get("/visits/{id}", list, door.Reads, w.visitShow),
		Get("/visits/{id}/amend", amend, door.Reads, w.visitAmend),
		Post("/visits/{id}/amend", amend, door.Writes, w.visitAmendSent),
		Get("/visits/{id}/void", amend, door.Reads, w.visitVoid),
		Post("/visits/{id}/void", amend, door.Writes, w.visitVoidSent),
		{Kind: door.File, Method: http.MethodGet, Pattern: "/visits/{id}/photos/{photo}", Policy: door.Need(access.VisitRead), Limits: door.Medium, Audit: door.Reveals, Handle: w.visitPhoto},
		Post("/visits/{id}/photos/{photo}/remove", amend, door.Writes, w.visitPhotoDrop),
		Post("/visits/{id}/thought", amend, door.Writes, w.visitThought),
	}
}

// visitLine is a visit with the words for its ids.
type visitLine struct {
	visit.Visit
	Home, Place, Helper string
	With                []string // companions' names
	Text                string   // the first words, "" when there are none to show
}

// Met reports whether somebody was seen or spoken to.
func (l visitLine) Met() bool { return l.How != "absent" && l.How != "declined" }

type visitListPage struct {
	Base
	Rows   []visitLine
	Pager  Pager
	Places []Option
	People []Option
	Ways   []Option
	Topics []Option
	Whose  []Pill // own or all
	Home   string // the one home whose visits are listed
	Asked  bool   // some filter is set
	Helper bool   // rows of several officials: name them
	Clear  string
}

func (w *Web) visitList(c *door.Call) error {
	f := visit.Filter{Place: c.Query("place"), Household: c.Query("household"), Cadre: c.Query("cadre"), How: c.Query("how"), Topic: c.Query("topic"), From: dayQuery(c, "from"), To: dayQuery(c, "to"), After: c.Query("after")}
	wide := access.Reaches(c.Who, access.VisitList).Wide()
	mine := c.Query("mine") != ""
	if mine && c.Who.Cadre() != "" {
		f.Cadre = c.Who.Cadre()
	}
	vs, next, err := visit.List(c.Context(), w.DB, c.Who, f)
	if err != nil {
		return err
	}
	p := &visitListPage{Base: Base{Title: K("visit.list_title")}, Pager: w.Pages(c, next), Helper: wide && f.Cadre == "", Ways: anyOf("visit.any_way", catalogue("visit.how.", append([]string{visit.HowSeen}, visit.Ways...))), Topics: anyOf("visit.any_topic", catalogue("visit.topic.", visit.Topics)), Clear: "/visits"}
	if p.Places, err = w.villages(c, access.VisitList); err != nil {
		return err
	}
	if p.People, err = w.colleagues(c, access.VisitList); err != nil {
		return err
	}
	if p.Places != nil {
		p.Places = anyOf("visit.any_place", p.Places)
	}
	if p.People != nil {
		p.People = anyOf("visit.any_cadre", p.People)
	}
	if wide && c.Who.Cadre() != "" {
		p.Whose = []Pill{{Text: K("visit.whose_all"), Href: with(c, "mine", ""), Here: !mine}, {Text: K("visit.whose_mine"), Href: with(c, "mine", "1"), Here: mine}}
	}
	if p.Rows, err = w.visitLines(c, vs); err != nil {
		return err
	}
	if p.Home, err = w.homeAsked(c, f.Household); err != nil {
		return err
	}
	for _, q := range []string{"place", "household", "cadre", "how", "topic", "from", "to", "mine"} {
		p.Fill(q, c.Query(q))
		p.Asked = p.Asked || c.Query(q) != ""
	}
	return w.Render(c, "visit/list", p)
}

// visitLines puts names to visits.
func (w *Web) visitLines(c *door.Call, vs []visit.Visit) ([]visitLine, error) {
	var homes, people []string
	for _, v := range vs {
		homes, people = append(homes, v.Household), append(append(people, v.Cadre), v.With...)
	}
	n, err := w.naming(c, homes, people)
	if err != nil {
		return nil, err
	}
	out := make([]visitLine, len(vs))
	for i, v := range vs {
		out[i] = lineOf(v, n)
	}
	return out, nil
}

func lineOf(v visit.Visit, n *names) visitLine {
	l := visitLine{Visit: v, Home: n.Home(v.Household), Place: n.HomePlace(v.Household), Helper: n.Cadre(v.Cadre), Text: short(v.Words, 42)}
	for _, id := range v.With {
		l.With = append(l.With, n.Cadre(id))
	}
	return l
}

// short gives the beginning of a text in at most n characters, on one line.
func short(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

type visitShowPage struct {
	Base
	Line     visitLine
	Readable bool // the words may be read
	Changes  bool // may be corrected by the reader
	Matters  []matterLine
	Earlier  []visit.Version
	Thoughts []visit.Thought
	Photos   []visit.Photo
	Drops    bool // photographs may be taken away by the reader
	Own      bool // a thought may be added
	Links    bool // the home has a page the reader may open
}

func (w *Web) visitShow(c *door.Call) error {
	p, err := w.visitShown(c, c.Path("id"))
	if err != nil {
		return err
	}
	return w.Render(c, "visit/show", p)
}

func (w *Web) visitShown(c *door.Call, id string) (*visitShowPage, error) {
	ctx := c.Context()
	v, err := visit.Show(ctx, w.DB, c.Who, id)
	if err != nil {
		return nil, err
	}
	ls, err := w.visitLines(c, []visit.Visit{v})
	if err != nil {
		return nil, err
	}
	p := &visitShowPage{Base: Base{Title: K("visit.show_title", "home", ls[0].Home), Sub: Plain(ls[0].Place), Back: "/visits"}, Line: ls[0], Links: w.paths["/households/{id}"]}
	mine := v.Writer == c.Who.Account() || c.Who.Cadre() != "" && v.Cadre == c.Who.Cadre()
	t := access.Target{Region: v.Region, Own: mine || ownAmong(c.Who.Cadre(), v.With), Home: v.Household}
	p.Readable = access.Can(c.Who, access.VisitRead, t).OK()
	p.Changes = mine && v.Voided == "" && access.Can(c.Who, access.VisitAmend, t).OK()
	p.Own = c.Who.Cadre() != "" && v.Voided == "" && t.Own && v.Cadre == c.Who.Cadre()
	if !p.Readable {
		return p, nil
	}
	for _, a := range v.Promises {
		p.Matters = append(p.Matters, matterLine{Appeal: a, Status: a.Status(c.Who.Today()), Home: ls[0].Home})
	}
	p.Drops = mine && access.Can(c.Who, access.VisitAmend, t).OK()
	if p.Photos, err = visit.Photos(ctx, w.DB, c.Who, id); err != nil {
		return nil, err
	}
	if v.Version > 1 {
		if p.Earlier, err = visit.Versions(ctx, w.DB, c.Who, id); err != nil {
			return nil, err
		}
	}
	ts, err := visit.Thoughts(ctx, w.DB, c.Who, v.Cadre, v.Day, v.Day)
	if err != nil && !refused(err) {
		return nil, err
	}
	for _, x := range ts {
		if x.Visit == v.ID {
			p.Thoughts = append(p.Thoughts, x)
		}
	}
	return p, nil
}

// visitPhoto shows one photograph, to whoever asks for it by itself; that it was
// looked at stands in the record.
func (w *Web) visitPhoto(c *door.Call) error {
	b, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) ([]byte, error) {
		return visit.OpenPhoto(c.Context(), tx, c.Who, c.Path("id"), c.Path("photo"))
	})
	if err != nil {
		return err
	}
	h := c.W.Header()
	h.Set("Content-Type", "image/jpeg")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	_, _ = c.W.Write(b) // #nosec G705 -- a picture under its own type; the reader may have gone away
	return nil
}

func (w *Web) visitPhotoDrop(c *door.Call) error {
	if _, err := w.Form(c); err != nil {
		return err
	}
	in := visit.DropPhotoInput{ID: c.Operation, Visit: c.Path("id"), Photo: c.Path("photo")}
	if err := db.Do(c.Context(), w.DB, func(tx *db.Tx) error { return visit.DropPhoto(c.Context(), tx, c.Who, in) }); err != nil {
		return err
	}
	return w.Done(c, "/visits/"+in.Visit, "visit.photo_dropped")
}

func ownAmong(cadre string, with []string) bool {
	for _, x := range with {
		if cadre != "" && x == cadre {
			return true
		}
	}
	return false
}

// monthOf is the month of a day, "2026-11".
func monthOf(d calendar.Day) string {
	if len(d) < 7 {
		return ""
	}
	return string(d[:7])
}
