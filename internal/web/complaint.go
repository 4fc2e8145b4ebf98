package web

import (
	"net/url"
	"slices"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/confide"
	"lianxin/internal/rule/deadline"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/complaint"
	"lianxin/internal/work/region"
)

func complaintPages() []Page {
	return []Page{
		{"complaint/list", &complaintListPage{}}, {"complaint/new", &complaintFormPage{}}, {"complaint/show", &complaintShowPage{}}, {"complaint/print", &complaintShowPage{}},
		{"complaint/openings", &openingsPage{}},
		{"complaint/mine", &confidePage{}}, {"complaint/own", &confidedPage{}}, {"complaint/handin", &complaintFormPage{}}, {"complaint/code", &codePage{}}, {"complaint/sealed", &sealedPage{}},
	}
}

func (w *Web) complaintRoutes() []door.Route {
	read, change, send, desk := door.Need(access.ComplaintRead), door.Need(access.ComplaintChange), door.Need(access.ComplaintSend), door.Need(access.ComplaintHandOver)
	second := door.Need(access.ComplaintSecond)
	return []door.Route{
		Get("/complaints", read, door.Reads, w.complaintList),
		Get("/complaints/new", change, door.Reads, w.complaintNew),
		Post("/complaints", change, door.Writes, w.complaintSent),
		Get("/complaints/sealed", door.Need(access.ComplaintSeats), door.Reads, w.complaintSealed),
		Get("/complaints/{id}", read, door.Reads, w.complaintShow),
		Post("/complaints/{id}/move", change, door.Writes, w.complaintMove),
		Post("/complaints/{id}/openings", change, door.Writes, w.complaintAsk),
		Post("/complaints/{id}/reveal", read, door.Reveals, w.complaintReveal),
		Get("/openings", second, door.Reads, w.openings),
		Post("/openings/{id}", second, door.Writes, w.openingDecided),
		Get("/complaints/{id}/print", read, door.Reads, w.complaintPrint),
		Get("/confide", send, door.Reads, w.confideList),
		Post("/confide", send, door.Writes, w.confideSent),
		Get("/confide/{id}", send, door.Reads, w.confideShow),
		Post("/confide/{id}/more", send, door.Writes, w.confideMore),
		Get("/handin", desk, door.Reads, w.handIn),
		Post("/handin", desk, door.Writes, w.handInSent),
	}
}

// complaintLine is a complaint with the words for its ids.
type complaintLine struct {
	complaint.Complaint
	Where string
	Names []string // whom it is about
	Due   deadline.Status
	Warn  bool // the next day is near or past
}

// Said reports whether the sender's words say more than the name.
func (l complaintLine) Said() bool {
	return l.AboutWords != "" && (len(l.Names) != 1 || l.AboutWords != l.Names[0])
}

// Tag says where it stands.
func (l complaintLine) Tag() Tag { return stateTag(l.State) }

func stateTag(s confide.State) Tag {
	t := Tag{Tone: "n", Text: K("complaint.state." + string(s))}
	switch s {
	case confide.Received:
		t.Tone = "o"
	case confide.Looking:
		t.Tone, t.Icon = "i", "clock"
	case confide.Answered:
		t.Tone, t.Icon = "g", "check"
	}
	return t
}

type complaintListPage struct {
	Base
	Rows  []complaintLine
	Views []Pill
	Open  bool
	Pager Pager
}

func (w *Web) complaintList(c *door.Call) error {
	p := &complaintListPage{Base: Base{Title: K("complaint_page.title")}, Open: c.Query("view") != "all"}
	cs, next, err := complaint.List(c.Context(), w.DB, c.Who, complaint.Filter{Open: p.Open, After: c.Query("after")})
	if err != nil {
		return err
	}
	if p.Rows, err = w.complaintLines(c, cs); err != nil {
		return err
	}
	p.Pager = w.Pages(c, next)
	p.Views = []Pill{{Text: K("complaint_page.view_open"), Href: "/complaints", Here: p.Open}, {Text: K("complaint_page.view_all"), Href: "/complaints?view=all", Here: !p.Open}}
	return w.Render(c, "complaint/list", p)
}

func (w *Web) complaintLines(c *door.Call, cs []complaint.Complaint) ([]complaintLine, error) {
	var people []string
	for _, x := range cs {
		people = append(people, x.About...)
	}
	names, err := cadre.Names(c.Context(), w.DB, c.Who.County(), distinct(people))
	if err != nil {
		return nil, err
	}
	places := map[string]string{}
	out := make([]complaintLine, len(cs))
	for i, x := range cs {
		if _, ok := places[x.Town]; !ok {
			places[x.Town] = w.placeName(c, x.Town)
		}
		out[i] = complaintLine{Complaint: x, Where: places[x.Town]}
		for _, id := range x.About {
			out[i].Names = append(out[i].Names, names[id])
		}
		if n := x.Next(); n != "" {
			out[i].Due = deadline.State(n, c.Who.Today(), n.Add(-5))
			out[i].Warn = out[i].Due.Standing != deadline.Open
		}
	}
	return out, nil
}

type complaintFormPage struct {
	Base
	Sources []Option
	Towns   []Option // for those who work for several
}

func said(f url.Values) complaint.Said {
	return complaint.Said{AboutWords: f.Get("about_words"), Words: f.Get("words"), Reach: f.Get("reach"), Above: f.Get("above") != ""}
}

func (w *Web) complaintForm(c *door.Call) (*complaintFormPage, error) {
	p := &complaintFormPage{Base: Base{Title: K("complaint_page.new_title"), Shell: Task, Back: "/complaints"}, Sources: catalogue("complaint.source.", complaint.ByHand)}
	_, towns, err := w.towns(c, access.Reaches(c.Who, access.ComplaintChange).Regions)
	if len(towns) > 1 || region.Upto(c.Who.Home(), region.Township) == "" {
		p.Towns = towns
	}
	return p, err
}

func (w *Web) complaintNew(c *door.Call) error {
	p, err := w.complaintForm(c)
	if err != nil {
		return err
	}
	p.Fill("source", complaint.Paper)
	return w.Render(c, "complaint/new", p)
}

func (w *Web) complaintSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := complaint.RegisterInput{ID: c.Operation, Town: f.Get("town"), Source: f.Get("source"), Said: said(f)}
	r, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (complaint.Receipt, error) { return complaint.Register(c.Context(), tx, c.Who, in) })
	if err != nil {
		p, e := w.complaintForm(c)
		if e != nil {
			return e
		}
		return w.Refill(c, "complaint/new", p, elsewhere(err, "town", "complaint.town_needed"))
	}
	return w.code(c, r, "/complaints")
}

// codePage shows the look-up code, once.
type codePage struct {
	Base
	Code string
}

func (w *Web) code(c *door.Call, r complaint.Receipt, back string) error {
	return w.Render(c, "complaint/code", &codePage{Base: Base{Title: K("complaint_page.code_title"), Shell: Task, At: back, Back: back}, Code: r.Code})
}

// complaintShowPage is one complaint with what may be done next.
type complaintShowPage struct {
	Base
	Line     complaintLine
	Steps    []complaintStep
	Moves    []Option
	Purposes []Option
	Identity string // opened just now
	Opened   bool
	Taken    string
	Openings []openingLine
	Granted  *openingLine // the reader's own wish, agreed to
	Asked    bool         // the reader's own wish waits
}

// openingLine is a wish to open a name, with the names of the two persons.
type openingLine struct {
	complaint.Opening
	Name, By string
	Decides  bool // the reader may be the second person
	At       string
}

// End is when it closes again.
func (l openingLine) End() time.Time {
	if l.Until == nil {
		return time.Time{}
	}
	return *l.Until
}

// Tag says where it stands.
func (l openingLine) Tag() Tag {
	switch {
	case l.Standing == confide.Asked:
		return Tag{Tone: "o", Text: K("complaint_page.opening_asked")}
	case l.Standing == confide.Granted:
		return Tag{Tone: "g", Icon: "check", Text: K("complaint_page.opening_granted")}
	case l.State == confide.Refused:
		return Tag{Tone: "n", Text: K("complaint_page.opening_refused")}
	}
	return Tag{Tone: "n", Text: K("complaint_page.opening_over")}
}

func (w *Web) openingLines(c *door.Call, os []complaint.Opening, decides func(complaint.Opening) bool, at string) ([]openingLine, error) {
	out := make([]openingLine, len(os))
	for i, o := range os {
		l := openingLine{Opening: o, Decides: decides(o), At: at}
		var err error
		if l.Name, err = w.accountName(c, o.Asker); err != nil {
			return nil, err
		}
		if l.By, err = w.accountName(c, o.DecidedBy); err != nil {
			return nil, err
		}
		out[i] = l
	}
	return out, nil
}

// openingsShown puts what was asked about a complaint's sender on its page.
func (w *Web) openingsShown(c *door.Call, p *complaintShowPage) error {
	now := w.DB.Now()
	os, err := complaint.Openings(c.Context(), w.DB, c.Who, p.Line.ID, now)
	if err != nil {
		return err
	}
	asks, err := complaint.Asks(c.Context(), w.DB, c.Who, now)
	if err != nil {
		return err
	}
	p.Openings, err = w.openingLines(c, os, func(o complaint.Opening) bool {
		return slices.ContainsFunc(asks, func(x complaint.Opening) bool { return x.ID == o.ID })
	}, "/complaints/"+p.Line.ID)
	for i, o := range p.Openings {
		if o.Mine && o.Standing == confide.Granted {
			p.Granted = &p.Openings[i]
		}
		p.Asked = p.Asked || o.Mine && o.Standing == confide.Asked
	}
	return err
}

// complaintStep is a step with the name of who made it.
type complaintStep struct {
	complaint.Step
	Name string
}

func (w *Web) complaintShown(c *door.Call) (*complaintShowPage, error) {
	x, err := complaint.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	ls, err := w.complaintLines(c, []complaint.Complaint{x})
	if err != nil {
		return nil, err
	}
	p := &complaintShowPage{Base: Base{Title: K("complaint_page.one_title"), Sub: Plain(ls[0].Where), At: "/complaints", Back: "/complaints"}, Line: ls[0], Purposes: catalogue("complaint.purpose.", complaint.Purposes)}
	steps, err := complaint.Steps(c.Context(), w.DB, c.Who, x.ID)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, s := range steps {
		if _, ok := names[s.By]; !ok {
			if names[s.By], err = w.accountName(c, s.By); err != nil {
				return nil, err
			}
		}
		p.Steps = append(p.Steps, complaintStep{s, names[s.By]})
	}
	if p.Taken, err = w.accountName(c, x.TakenBy); err != nil {
		return nil, err
	}
	for _, m := range confide.Moves(x.State) {
		p.Moves = append(p.Moves, Option{Value: string(m), Key: "complaint.move." + string(m)})
	}
	p.Fill("do", p.Moves[0].Value)
	return p, w.openingsShown(c, p)
}

// accountName is the name on an account, "" for none.
func (w *Web) accountName(c *door.Call, account string) (string, error) {
	if account == "" || w.Book == nil {
		return "", nil
	}
	a, err := w.Book.Find(c.Context(), w.DB, c.Who.County(), account)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return a.Name, err
}

func (w *Web) complaintShow(c *door.Call) error {
	p, err := w.complaintShown(c)
	if err != nil {
		return err
	}
	return w.Render(c, "complaint/show", p)
}

func (w *Web) complaintPrint(c *door.Call) error {
	p, err := w.complaintShown(c)
	if err != nil {
		return err
	}
	p.Shell, p.Back = Paper, "/complaints/"+p.Line.ID
	return w.Render(c, "complaint/print", p)
}

func (w *Web) complaintMove(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := complaint.MoveInput{ID: c.Operation, Complaint: c.Path("id"), Do: confide.Move(f.Get("do")), Words: f.Get("words"), Reply: f.Get("reply")}
	_, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) (complaint.Complaint, error) { return complaint.Act(c.Context(), tx, c.Who, in) })
	if err != nil {
		p, e := w.complaintShown(c)
		if e != nil {
			return e
		}
		return w.Refill(c, "complaint/show", p, err)
	}
	return w.Done(c, "/complaints/"+in.Complaint, "complaint_page.moved")
}

func (w *Web) complaintReveal(c *door.Call) error {
	if _, err := w.Form(c); err != nil {
		return err
	}
	text, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (string, error) {
		return complaint.Reveal(c.Context(), tx, c.Who, c.Path("id"))
	})
	if err != nil {
		return err
	}
	p, err := w.complaintShown(c)
	if err != nil {
		return err
	}
	p.Identity, p.Opened = text, true
	return w.Render(c, "complaint/show", p)
}

func (w *Web) complaintAsk(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := complaint.AskInput{ID: c.Operation, Complaint: c.Path("id"), Purpose: f.Get("purpose"), Reason: f.Get("reason")}
	if _, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) (complaint.Opening, error) { return complaint.Ask(c.Context(), tx, c.Who, in) }); err != nil {
		p, e := w.complaintShown(c)
		if e != nil {
			return e
		}
		return w.Refill(c, "complaint/show", p, err)
	}
	return w.Done(c, "/complaints/"+in.Complaint, "complaint_page.opening_told")
}

// openingsPage is where the second person finds what waits for his word.
type openingsPage struct {
	Base
	Rows []openingLine
}

func (w *Web) openings(c *door.Call) error {
	p := &openingsPage{Base: Base{Title: K("complaint_page.openings_title"), At: "/openings"}}
	os, err := complaint.Asks(c.Context(), w.DB, c.Who, w.DB.Now())
	if err != nil {
		return err
	}
	if p.Rows, err = w.openingLines(c, os, func(complaint.Opening) bool { return true }, "/openings"); err != nil {
		return err
	}
	return w.Render(c, "complaint/openings", p)
}

func (w *Web) openingDecided(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := complaint.DecideInput{ID: c.Operation, Opening: c.Path("id"), Agree: f.Get("do") == "grant"}
	if !in.Agree && f.Get("do") != "refuse" {
		return fault.New(fault.Invalid, "complaint.word_needed")
	}
	if _, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) (complaint.Opening, error) { return complaint.Decide(c.Context(), tx, c.Who, in) }); err != nil {
		return err
	}
	told := "complaint_page.opening_done_refused"
	if in.Agree {
		told = "complaint_page.opening_done_granted"
	}
	return w.Done(c, "/openings", told)
}

// sealedPage tells the county's administrator how many complaints nobody can
// read, and nothing else.
type sealedPage struct {
	Base
	N int
}

func (w *Web) complaintSealed(c *door.Call) error {
	n, err := complaint.Sealed(c.Context(), w.DB, c.Who)
	if err != nil {
		return err
	}
	return w.Render(c, "complaint/sealed", &sealedPage{Base: Base{Title: K("complaint_page.sealed_title"), At: "/complaints/sealed"}, N: n})
}

// confidePage is where an official complains in confidence, with his own.
type confidePage struct {
	Base
	Mine  []confidedLine
	Pager Pager
}

// confidedLine is one's own complaint.
type confidedLine struct{ complaint.Sight }

// Tag says where it stands.
func (l confidedLine) Tag() Tag { return stateTag(l.State) }

func (w *Web) confideHead(c *door.Call) (*confidePage, error) {
	p := &confidePage{Base: Base{Title: K("complaint_page.mine_title")}}
	ss, next, err := complaint.Mine(c.Context(), w.DB, c.Who, complaint.Filter{After: c.Query("after"), Limit: 20})
	for _, s := range ss {
		p.Mine = append(p.Mine, confidedLine{s})
	}
	p.Pager = w.Pages(c, next)
	return p, err
}

func (w *Web) confideList(c *door.Call) error {
	p, err := w.confideHead(c)
	if err != nil {
		return err
	}
	return w.Render(c, "complaint/mine", p)
}

func (w *Web) confideSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := complaint.ConfideInput{ID: c.Operation, Said: said(f)}
	_, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) (complaint.Receipt, error) { return complaint.Confide(c.Context(), tx, c.Who, in) })
	if err != nil {
		p, e := w.confideHead(c)
		if e != nil {
			return e
		}
		return w.Refill(c, "complaint/mine", p, err)
	}
	return w.Done(c, "/confide", "complaint_page.sent")
}

type confidedPage struct {
	Base
	Line confidedLine
}

func (w *Web) confideShown(c *door.Call) (*confidedPage, error) {
	s, err := complaint.ShowMine(c.Context(), w.DB, c.Who, c.Path("id"))
	return &confidedPage{Base: Base{Title: K("complaint_page.own_title"), Shell: Task, At: "/confide", Back: "/confide"}, Line: confidedLine{s}}, err
}

func (w *Web) confideShow(c *door.Call) error {
	p, err := w.confideShown(c)
	if err != nil {
		return err
	}
	return w.Render(c, "complaint/own", p)
}

func (w *Web) confideMore(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	id, in := c.Path("id"), complaint.SaidMore{ID: c.Operation, Words: f.Get("words")}
	p, err := w.confideShown(c)
	if err != nil {
		return err
	}
	do, told := complaint.AddMine, "complaint_page.added"
	if f.Get("do") == string(confide.TakeBack) {
		if ok, err := w.Confirmed(c, K("complaint_page.take_back_ask"), K("complaint_page.take_back")); !ok {
			return err
		}
		do, told = complaint.TakeMineBack, "complaint_page.taken_back"
	}
	if err := db.Do(c.Context(), w.DB, func(tx *db.Tx) error { return do(c.Context(), tx, c.Who, id, in) }); err != nil {
		return w.Refill(c, "complaint/own", p, err)
	}
	return w.Done(c, "/confide/"+id, told)
}

func (w *Web) handIn(c *door.Call) error { return w.Render(c, "complaint/handin", handInPage()) }

func handInPage() *complaintFormPage {
	return &complaintFormPage{Base: Base{Title: K("complaint_page.handin_title"), Shell: Task, At: "/handin", Back: "/today"}}
}

func (w *Web) handInSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := complaint.HandOverInput{ID: c.Operation, Envelope: f.Get("envelope"), Said: said(f)}
	r, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (complaint.Receipt, error) { return complaint.HandOver(c.Context(), tx, c.Who, in) })
	if err != nil {
		return w.Refill(c, "complaint/handin", handInPage(), err)
	}
	return w.code(c, r, "/handin")
}
