package web

import (
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/region"
)

// matterNewPage writes down one matter.
type matterNewPage struct {
	Base
	Homes   []Option
	Places  []Option
	Sources []Option
	Topics  []Option
	Alike   []matterLine
	Self    bool // the reader may do it himself
}

// Urgencies and Hearts are the choices of the form.
func (p *matterNewPage) Urgencies() []Option { return catalogue("appeal.urgency.", appeal.Urgencies) }

// Hearts are 最怨, 最盼 and neither.
func (p *matterNewPage) Hearts() []Option {
	return anyOf("matter.neither", catalogue("appeal.emphasis.", appeal.Emphases))
}

// deskSources are where a matter that is written down at the desk comes from;
// visits and the public page write their own.
var deskSources = []string{"phone", "reception", "paper", "meeting", "inspection", "own"}

func (w *Web) matterNew(c *door.Call) error {
	p, err := w.matterForm(c)
	if err != nil {
		return err
	}
	p.Fill("source", "phone")
	p.Fill("urgency", "normal")
	p.Fill("emphasis", "")
	if id := c.Query("household"); id != "" {
		home, err := w.homeAsked(c, id)
		if err != nil {
			return err
		}
		if home != "" {
			p.Homes = []Option{{Value: id, Text: home}}
			p.Fill("household", id)
		}
	}
	return w.Render(c, "matter/new", p)
}

func (w *Web) matterForm(c *door.Call) (*matterNewPage, error) {
	p := &matterNewPage{Base: Base{Title: K("matter.new_title"), Shell: Task, At: "/matters", Back: "/matters"}, Sources: catalogue("appeal.source.", deskSources), Self: c.Who.Cadre() != "" && access.May(c.Who, access.VisitRecord)}
	var err error
	if p.Homes, _, err = w.homesFound(c, c.R.PostForm.Get("household_q")); err != nil {
		return nil, err
	}
	if id := c.R.PostForm.Get("household"); id != "" && !slices.ContainsFunc(p.Homes, func(o Option) bool { return o.Value == id }) {
		home, err := w.homeAsked(c, id)
		if err != nil {
			return nil, err
		}
		if home != "" {
			p.Homes = append([]Option{{Value: id, Text: home}}, p.Homes...)
		}
	}
	if p.Places, err = w.matterPlaces(c); err != nil {
		return nil, err
	}
	ts, err := w.topicOptions(c, false, true)
	p.Topics = anyOf("matter.topic_none", ts)
	return p, err
}

// matterPlaces are the villages a matter without a home may belong to.
func (w *Web) matterPlaces(c *door.Call) ([]Option, error) {
	if o, err := w.villages(c, access.AppealOpen); o != nil || err != nil {
		return anyOf("matter.place_none", o), err
	}
	roots := access.Reaches(c.Who, access.AppealOpen).Regions
	if len(roots) == 0 {
		roots = []string{either(region.Upto(c.Who.Home(), region.Township), c.Who.Home())}
	}
	var out []Option
	for _, root := range roots {
		rs, err := region.Tree(c.Context(), w.DB, root)
		if err != nil {
			return nil, err
		}
		for _, r := range rs {
			if r.Level == region.Village {
				out = append(out, Option{Value: r.Path, Text: r.Name})
			}
		}
	}
	return anyOf("matter.place_none", out), nil
}

// alike gives matters that may be the same as one being written down, from its
// title alone while nobody has said where it lies.
func (w *Web) alike(c *door.Call, title, home, place string) ([]matterLine, error) {
	if len([]rune(strings.TrimSpace(title))) < 2 {
		return nil, nil
	}
	found, err := appeal.Similar(c.Context(), w.DB, c.Who, title, home, place)
	if err != nil {
		if refused(err) {
			err = nil
		}
		return nil, err
	}
	var as []appeal.Appeal
	for _, l := range found {
		as = append(as, l.Appeal)
	}
	return w.matterLines(c, as)
}

type matterAlikePage struct {
	Base
	Alike []matterLine
}

// matterAlike answers the form's script while somebody types.
func (w *Web) matterAlike(c *door.Call) error {
	p := &matterAlikePage{Base: Base{Shell: Fragment}}
	var err error
	if p.Alike, err = w.alike(c, c.Query("title"), c.Query("household"), c.Query("place")); err != nil {
		return err
	}
	return w.Render(c, "matter/alike", p)
}

// matterSent registers a matter, adds it to one that exists, or asks first
// whether it is one that exists.
func (w *Web) matterSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	if Finding(c) {
		p, err := w.matterForm(c)
		if err != nil {
			return err
		}
		return w.refind(c, "matter/new", p)
	}
	in := appeal.OpenInput{ID: c.Operation, Source: f.Get("source"), Household: f.Get("household"), Topic: f.Get("topic"), Emphasis: f.Get("emphasis"), Urgency: f.Get("urgency"), Title: f.Get("title"), Wish: f.Get("wish"), Name: f.Get("name"), Phone: f.Get("phone")}
	if in.Household == "" {
		in.Region = f.Get("place")
	}
	if f.Get("self") == "1" {
		in.Owner = c.Who.Cadre()
	}
	if into := f.Get("join"); into != "" {
		return w.matterAdd(c, appeal.JoinInput{ID: c.Operation, Appeal: into, Household: in.Household, Source: in.Source, Wish: either(in.Wish, in.Title), Name: in.Name, Phone: in.Phone}, func(err error) error {
			p, perr := w.matterForm(c)
			if perr != nil {
				return perr
			}
			return w.Refill(c, "matter/new", p, err)
		})
	}
	if f.Get("apart") != "1" && (in.Household != "" || in.Region != "") {
		like, err := w.alike(c, in.Title, in.Household, in.Region)
		if err != nil {
			return err
		}
		like = slices.DeleteFunc(like, func(l matterLine) bool { return slices.Contains(f["seen"], l.ID) })
		if len(like) > 0 {
			p, err := w.matterForm(c)
			if err != nil {
				return err
			}
			p.Alike = like
			return w.refind(c, "matter/new", p)
		}
	}
	cal, err := w.workdays(c)
	if err != nil {
		return err
	}
	o, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (appeal.Opened, error) { return appeal.Open(c.Context(), tx, c.Who, in, cal) })
	if err == nil {
		return w.Done(c, "/matters/"+o.ID, "matter.opened")
	}
	p, perr := w.matterForm(c)
	if perr != nil {
		return perr
	}
	field, key := "household", "matter.home_unknown"
	if in.Household == "" {
		field, key = "place", "appeal.place_needed"
	}
	return w.Refill(c, "matter/new", p, renamed(elsewhere(err, field, key), func(field, _ string) string {
		if field == "region" {
			return "place"
		}
		return field
	}))
}

// matterAdd links somebody's words to a matter that exists.
func (w *Web) matterAdd(c *door.Call, in appeal.JoinInput, wrong func(error) error) error {
	err := db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, err := appeal.Join(c.Context(), tx, c.Who, in)
		return err
	})
	if err == nil {
		return w.Done(c, "/matters/"+in.Appeal, "matter.joined")
	}
	return wrong(err)
}

// matterJoinPage adds another home or person to a matter.
type matterJoinPage struct {
	Base
	Line    matterLine
	Homes   []Option
	Sources []Option
}

func (w *Web) matterJoin(c *door.Call) error {
	p, err := w.joinForm(c)
	if err != nil {
		return err
	}
	p.Fill("source", "phone")
	return w.Render(c, "matter/join", p)
}

func (w *Web) joinForm(c *door.Call) (*matterJoinPage, error) {
	a, err := appeal.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	if !access.Can(c.Who, access.AppealOpen, a.Target(c.Who)).OK() {
		return nil, fault.New(fault.Forbidden, "access.not_role")
	}
	ls, err := w.matterLines(c, []appeal.Appeal{a})
	if err != nil {
		return nil, err
	}
	p := &matterJoinPage{Base: Base{Title: K("matter.join"), Shell: Task, At: "/matters", Back: "/matters/" + a.ID}, Line: ls[0], Sources: catalogue("appeal.source.", deskSources)}
	p.Homes, _, err = w.homesFound(c, c.R.PostForm.Get("household_q"))
	return p, err
}

func (w *Web) matterJoined(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	again := func(err error) error {
		p, perr := w.joinForm(c)
		if perr != nil {
			return perr
		}
		if err == nil {
			return w.refind(c, "matter/join", p)
		}
		return w.Refill(c, "matter/join", p, elsewhere(err, "household", "matter.home_unknown"))
	}
	if Finding(c) {
		return again(nil)
	}
	return w.matterAdd(c, appeal.JoinInput{ID: c.Operation, Appeal: c.Path("id"), Household: f.Get("household"), Source: f.Get("source"), Wish: f.Get("wish"), Name: f.Get("name"), Phone: f.Get("phone")}, again)
}

// matterSlipPage is the slip with the look-up code.
type matterSlipPage struct {
	Base
	Line matterLine
	Code string
	Site string
}

func (w *Web) matterSlip(c *door.Call) error {
	code, err := appeal.Slip(c.Context(), w.DB, c.Who, c.Path("id"), c.Query("voice"))
	if err != nil {
		return err
	}
	a, err := appeal.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return err
	}
	ls, err := w.matterLines(c, []appeal.Appeal{a})
	if err != nil {
		return err
	}
	p := &matterSlipPage{Base: Base{Title: K("matter.slip_title"), At: "/matters", Back: "/matters/" + a.ID}, Line: ls[0], Site: w.Machine.URL}
	for i := 0; i < len(code); i += 4 {
		if i > 0 {
			p.Code += " "
		}
		p.Code += code[i:min(i+4, len(code))]
	}
	return w.Render(c, "matter/slip", p)
}
