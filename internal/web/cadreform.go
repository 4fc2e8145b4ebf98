package web

import (
	"net/url"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/region"
)

// cadreFormPage is a form about one official; Cadre is empty for a new one.
type cadreFormPage struct {
	Base
	Cadre    cadre.Cadre
	Town     string
	Towns    []Option
	Units    []Option
	Villages []Option
	Ranks    []Option
	Kinds    []Option
	Posts    []Option // those that may end
	Homes    int      // homes he is paired with today
}

var cadreRanks = catalogue("page_cadre.rank.", cadre.Ranks)

// fillPlaces adds units and villages of the township.
func (w *Web) fillPlaces(c *door.Call, p *cadreFormPage) error {
	us, err := cadre.Units(c.Context(), w.DB, c.Who, p.Town)
	if err != nil {
		return err
	}
	for _, u := range us {
		p.Units = append(p.Units, Option{Value: u.ID, Text: u.Name})
	}
	p.Units = anyOf("page_cadre.unit_other", p.Units)
	rs, err := region.Under(c.Context(), w.DB, c.Who, p.Town, false)
	if err != nil {
		return err
	}
	for _, r := range rs {
		if r.Level == region.Village {
			p.Villages = append(p.Villages, Option{Value: r.Path, Text: r.Name})
		}
	}
	p.Villages, p.Ranks = anyOf("page_cadre.no_village", p.Villages), cadreRanks
	return nil
}

func (w *Web) cadreNewPage(c *door.Call) (*cadreFormPage, error) {
	p := &cadreFormPage{Base: Base{Title: K("page_cadre.new_title"), Shell: Task, Back: "/cadres"}}
	var err error
	if p.Town, p.Towns, err = w.towns(c, access.Reaches(c.Who, access.CadreChange).Regions); err != nil {
		return nil, err
	}
	if p.Town == "" {
		return nil, fault.New(fault.Forbidden, "access.not_role")
	}
	return p, w.fillPlaces(c, p)
}

func (w *Web) cadreNew(c *door.Call) error {
	p, err := w.cadreNewPage(c)
	if err != nil {
		return err
	}
	p.Fill("from", string(c.Who.Today()))
	p.Fill("rank", cadre.TownshipStaff)
	return w.Render(c, "cadre/new", p)
}

func postInput(f url.Values) cadre.PostInput {
	return cadre.PostInput{Unit: f.Get("unit"), UnitName: f.Get("unit_name"), Title: f.Get("title"), Rank: f.Get("rank"), TeamMember: f.Get("team_member") == "1", SectionLevel: f.Get("section_level") == "1",
		Unbound: f.Get("unbound") == "1", Village: f.Get("village"), From: calendar.Day(f.Get("from")), Reason: strings.TrimSpace(f.Get("reason"))}
}

func (w *Web) cadreAdd(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p, err := w.cadreNewPage(c)
	if err != nil {
		return err
	}
	in := cadre.AddInput{ID: c.Operation, Region: p.Town, Name: f.Get("name"), Phone: f.Get("phone"), Party: f.Get("party") == "1", Post: postInput(f)}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, err := cadre.Add(c.Context(), tx, c.Who, in)
		return err
	})
	if err != nil {
		return w.Refill(c, "cadre/new", p, err)
	}
	return w.Done(c, "/cadres/"+in.ID, "page_cadre.added", "name", strings.TrimSpace(in.Name))
}

// cadreFormOf makes the page of a form about an official.
func (w *Web) cadreFormOf(c *door.Call, title string) (*cadreFormPage, error) {
	x, err := cadre.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	if d := access.Can(c.Who, access.CadreChange, access.Target{Region: x.Region}); !d.OK() {
		return nil, fault.New(fault.Forbidden, d.Because)
	}
	return &cadreFormPage{Base: Base{Title: K(title), Sub: Plain(x.Name), Shell: Task, Back: "/cadres/" + x.ID}, Cadre: x, Town: x.Region}, nil
}

func (w *Web) cadreAmend(c *door.Call) error {
	p, err := w.cadreFormOf(c, "page_cadre.amend_title")
	if err != nil {
		return err
	}
	p.Fill("name", p.Cadre.Name)
	if p.Cadre.Party {
		p.Fill("party", "1")
	}
	return w.Render(c, "cadre/amend", p)
}

// cadreAmendSent corrects name and phone; an empty phone field leaves what is
// stored, because the number is not shown.
func (w *Web) cadreAmendSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p, err := w.cadreFormOf(c, "page_cadre.amend_title")
	if err != nil {
		return err
	}
	in := cadre.AmendInput{ID: c.Operation, Cadre: p.Cadre.ID, Name: f.Get("name"), Phone: strings.TrimSpace(f.Get("phone")), Party: f.Get("party") == "1"}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		in := in
		if in.Phone == "" && f.Get("no_phone") != "1" {
			x, err := cadre.Get(c.Context(), tx, c.Who.County(), in.Cadre)
			if err != nil {
				return err
			}
			in.Phone = x.Phone
		}
		_, err := cadre.Amend(c.Context(), tx, c.Who, in)
		return err
	})
	if err != nil {
		return w.Refill(c, "cadre/amend", p, err)
	}
	return w.Done(c, "/cadres/"+in.Cadre, "page_cadre.amended")
}

func (w *Web) postPage(c *door.Call) (*cadreFormPage, error) {
	p, err := w.cadreFormOf(c, "page_cadre.post_title")
	if err != nil {
		return nil, err
	}
	return p, w.fillPlaces(c, p)
}

func (w *Web) postForm(c *door.Call) error {
	p, err := w.postPage(c)
	if err != nil {
		return err
	}
	p.Fill("from", string(c.Who.Today()))
	p.Fill("end", "1")
	if now, ok := p.Cadre.Post(c.Who.Today()); ok {
		p.Fill("rank", now.Rank)
		p.Fill("unit", now.Unit)
		p.Fill("village", now.Village)
	}
	return w.Render(c, "cadre/post", p)
}

func (w *Web) postSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p, err := w.postPage(c)
	if err != nil {
		return err
	}
	in := cadre.AppointInput{ID: c.Operation, Cadre: p.Cadre.ID, Post: postInput(f), End: f.Get("end") == "1"}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, err := cadre.Appoint(c.Context(), tx, c.Who, in)
		return err
	})
	if err != nil {
		return w.Refill(c, "cadre/post", p, err)
	}
	return w.Done(c, "/cadres/"+in.Cadre, "page_cadre.appointed")
}

func (w *Web) endPage(c *door.Call) (*cadreFormPage, error) {
	p, err := w.cadreFormOf(c, "page_cadre.end_title")
	if err != nil {
		return nil, err
	}
	for _, x := range p.Cadre.Posts {
		if x.To == "" {
			p.Posts = append(p.Posts, Option{Value: x.ID, Text: x.Called(" "), Note: w.T(c.Lang, K("page_cadre.rank."+x.Rank))})
		}
	}
	p.Posts = anyOf("page_cadre.end_all", p.Posts)
	return p, nil
}

func (w *Web) endForm(c *door.Call) error {
	p, err := w.endPage(c)
	if err != nil {
		return err
	}
	p.Fill("to", string(c.Who.Today()))
	return w.Render(c, "cadre/end", p)
}

func (w *Web) endSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p, err := w.endPage(c)
	if err != nil {
		return err
	}
	in := cadre.EndPostInput{ID: c.Operation, Cadre: p.Cadre.ID, Post: f.Get("post"), To: calendar.Day(f.Get("to")), Reason: strings.TrimSpace(f.Get("reason")), Leave: f.Get("leave") == "1"}
	if in.Leave {
		in.Post = "" // whoever leaves the township holds no post in it
	}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, err := cadre.EndPost(c.Context(), tx, c.Who, in)
		return err
	})
	if err != nil {
		return w.Refill(c, "cadre/end", p, err)
	}
	return w.Done(c, "/cadres/"+in.Cadre, "page_cadre.ended")
}

func (w *Web) leavePage(c *door.Call) (*cadreFormPage, error) {
	p, err := w.cadreFormOf(c, "page_cadre.leave_title")
	if err == nil {
		p.Kinds = catalogue("cadre.leave_kind.", cadre.LeaveKinds)
	}
	return p, err
}

func (w *Web) leaveForm(c *door.Call) error {
	p, err := w.leavePage(c)
	if err != nil {
		return err
	}
	p.Fill("from", string(c.Who.Today()))
	return w.Render(c, "cadre/leave", p)
}

func (w *Web) leaveSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p, err := w.leavePage(c)
	if err != nil {
		return err
	}
	in := cadre.LeaveInput{ID: c.Operation, Cadre: p.Cadre.ID, Kind: f.Get("kind"), From: calendar.Day(f.Get("from")), To: calendar.Day(f.Get("to")), Note: f.Get("note")}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, err := cadre.TakeLeave(c.Context(), tx, c.Who, in)
		return err
	})
	if err != nil {
		return w.Refill(c, "cadre/leave", p, beside(err, "from", "cadre.leave_overlap"))
	}
	return w.Done(c, "/cadres/"+in.Cadre, "page_cadre.leave_saved")
}
