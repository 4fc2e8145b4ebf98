package web

import (
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/visit"
)

// visitAmendPage corrects a visit, or takes it out of all counts.
type visitAmendPage struct {
	Base
	Line      visitLine
	Version   int  // that was read; a newer one is told as a conflict
	Meanwhile bool // somebody corrected it while this form was open
	Ways      []Option
	Topics    []Option
	Policies  []Option
	Acts      []Option
	Weathers  []weather
	Company   company
}

// Further reports whether somebody went along, or that part is wrong, so that
// it stands open.
func (p *visitAmendPage) Further() bool { return len(p.Line.With) > 0 || len(p.Errors("with")) > 0 }

// visitMine gives a visit the reader may correct.
func (w *Web) visitMine(c *door.Call, title string) (*visitAmendPage, error) {
	v, err := visit.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	own := v.Writer == c.Who.Account() || c.Who.Cadre() != "" && v.Cadre == c.Who.Cadre()
	if err := scope.Can(c.Who, access.VisitAmend, v.Region, own); err != nil {
		return nil, err
	}
	if v.Voided != "" {
		return nil, fault.New(fault.Gone, "visit.voided")
	}
	ls, err := w.visitLines(c, []visit.Visit{v})
	if err != nil {
		return nil, err
	}
	return &visitAmendPage{Base: Base{Title: K(title), Shell: Task, Back: "/visits/" + v.ID}, Line: ls[0], Version: v.Version,
		Ways: catalogue("visit.how.", visit.Ways), Topics: catalogue("visit.topic.", visit.Topics), Policies: catalogue("visit.policy.", visit.Policies), Acts: catalogue("visit.activity.", visit.Activities), Weathers: weathers}, nil
}

func (w *Web) visitAmend(c *door.Call) error {
	p, err := w.visitMine(c, "visit.amend_title")
	if err != nil {
		return err
	}
	v := p.Line.Visit
	p.Fill("day", string(v.Day))
	p.Fill("clock", v.Clock)
	p.Fill("how", v.How)
	p.Fill("topics", v.Topics...)
	p.Fill("policies", v.Policies...)
	p.Fill("activities", v.Activities...)
	p.Fill("weather", v.Weather)
	p.Fill("words", v.Words)
	p.Fill("with_id", v.With...)
	if p.Company, err = w.company(c, v.Household, v.Region, v.Cadre, nil, v.With, ""); err != nil {
		return err
	}
	return w.Render(c, "visit/amend", p)
}

func (w *Web) visitAmendSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := visit.AmendInput{ID: c.Operation, Visit: c.Path("id"), Version: whole(f.Get("version")), At: f.Get("day"), How: f.Get("how"), Topics: f["topics"], Policies: f["policies"], Activities: f["activities"], Weather: f.Get("weather"), Words: f.Get("words"), Why: f.Get("why")}
	if in.At != "" && f.Get("clock") != "" {
		in.At += "T" + f.Get("clock")
	}
	// The form shows all companions, so what is not ticked there is taken back.
	var wrong fault.Fields
	before, err := visit.Show(c.Context(), w.DB, c.Who, in.Visit)
	if err != nil {
		return err
	}
	if in.With, err = w.companionsSent(c, before.Region, f, &wrong); err != nil {
		return err
	}
	if err = wrong.Err(); err == nil {
		_, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) (visit.Visit, error) { return visit.Amend(c.Context(), tx, c.Who, in) })
	}
	if err == nil {
		return w.Done(c, "/visits/"+in.Visit, "visit.amended")
	}
	p, perr := w.visitMine(c, "visit.amend_title")
	if perr != nil {
		return perr
	}
	if p.Company, perr = w.company(c, p.Line.Household, p.Line.Region, p.Line.Cadre, nil, f["with_id"], f.Get("with")); perr != nil {
		return perr
	}
	p.Meanwhile = fault.Is(err, fault.Conflict) && p.Version != in.Version
	return w.Refill(c, "visit/amend", p, err)
}

func (w *Web) visitVoid(c *door.Call) error {
	p, err := w.visitMine(c, "visit.void_title")
	if err != nil {
		return err
	}
	return w.Render(c, "visit/void", p)
}

func (w *Web) visitVoidSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := visit.VoidInput{ID: c.Operation, Visit: c.Path("id"), Why: f.Get("why")}
	_, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) (visit.Visit, error) { return visit.Void(c.Context(), tx, c.Who, in) })
	if err == nil {
		return w.Done(c, "/visits/"+in.Visit, "visit.void_done")
	}
	p, perr := w.visitMine(c, "visit.void_title")
	if perr != nil {
		return perr
	}
	return w.Refill(c, "visit/void", p, err)
}

// visitThought adds 想法和建议 to a visit of one's own.
func (w *Web) visitThought(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	id := c.Path("id")
	if err := w.think(c, visit.ThinkInput{ID: c.Operation, Visit: id, Words: f.Get("words")}); err != nil {
		p, perr := w.visitShown(c, id)
		if perr != nil {
			return perr
		}
		return w.Refill(c, "visit/show", p, err)
	}
	return w.Done(c, "/visits/"+id, "visit.thought_saved")
}

func (w *Web) think(c *door.Call, in visit.ThinkInput) error {
	return db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, err := visit.Think(c.Context(), tx, c.Who, in)
		return err
	})
}

// whole reads a whole number; what is none is 0.
func whole(s string) int {
	n := 0
	for _, r := range s {
		if r < '0' || r > '9' || n > 1<<24 {
			return 0
		}
		n = n*10 + int(r-'0')
	}
	return n
}

// refused reports whether an answer was kept back, so that a page leaves out
// the part it was for.
func refused(err error) bool { return fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound) }

// minuteOf orders records of one day by the time that was told; those without
// come first.
func minuteOf(d calendar.Day, clock string) string { return string(d) + " " + clock }
