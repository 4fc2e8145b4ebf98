package web

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/phone"
	"lianxin/internal/work/region"
)

func phonePages() []Page {
	return []Page{
		{"phone/list", &phoneListPage{}}, {"phone/show", &phoneShowPage{}},
		{"phone/held", &heldListPage{}}, {"phone/record", &heldShowPage{}}, {"phone/file", &heldFilePage{}},
	}
}

func (w *Web) phoneRoutes() []door.Route {
	// An official has his own phones and records; the office those of its town.
	self := door.Need(access.Self)
	file := Post("/held/file", self, door.Writes, w.heldFileSent)
	file.Limits = door.Large
	return []door.Route{
		Get("/phones", door.Need(access.CadreChange), door.Reads, w.phoneList),
		Get("/phones/{id}", self, door.Reads, w.phoneShow),
		Post("/phones/{id}/lost", self, door.Writes, w.phoneLost),
		Post("/phones/{id}/found", self, door.Writes, w.phoneFound),
		Get("/held", self, door.Reads, w.heldList),
		Get("/held/file", self, door.Quiet, w.heldFile),
		file,
		Get("/held/{id}", self, door.Reads, w.heldShow),
		Post("/held/{id}", self, door.Writes, w.heldSent),
	}
}

// phoneLine is a phone with what may be said of it. Its own description of
// itself is for its owner's list of sessions; here only which kind it is.
type phoneLine struct {
	phone.Device
	Kind Say
	Town string
	N    int // records of it in 待核处
}

// Tag says where it stands.
func (l phoneLine) Tag() Tag {
	t := Tag{Tone: "n", Text: K(phone.DeviceKey(l.State))}
	switch {
	case l.Told():
		t.Text = K("page_phone.wiped")
	case l.State == phone.Lost:
		t.Tone = "o"
	case l.State == phone.Known:
		t.Tone, t.Icon = "g", "check"
	}
	return t
}

func phoneLineOf(d phone.Device) phoneLine {
	l := phoneLine{Device: d, Kind: K("page_phone.type.other")}
	switch {
	case strings.Contains(d.Label, "Android"), strings.Contains(d.Label, "HarmonyOS"):
		l.Kind = K("page_phone.type.android")
	case strings.Contains(d.Label, "iPhone"), strings.Contains(d.Label, "iPad"):
		l.Kind = K("page_phone.type.iphone")
	}
	return l
}

type phoneListPage struct {
	Base
	Rows  []phoneLine
	Towns bool
}

func (w *Web) phoneList(c *door.Call) error {
	ds, err := phone.Devices(c.Context(), w.DB, c.Who, "")
	if err != nil {
		return err
	}
	waits, err := phone.WaitingOf(c.Context(), w.DB, c.Who)
	if err != nil {
		return err
	}
	p := &phoneListPage{Base: Base{Title: K("page_phone.phones"), Sub: K("page_phone.phones_n", "n", len(ds))}, Towns: region.Upto(c.Who.Home(), region.Township) == ""}
	places := map[string]string{}
	for _, d := range ds {
		l := phoneLineOf(d)
		l.N = waits[d.ID]
		if p.Towns {
			l.Town = w.placeName2(c, places, d.Region)
		}
		p.Rows = append(p.Rows, l)
	}
	return w.Render(c, "phone/list", p)
}

// myPhones adds one's own phones to one's own page.
func (w *Web) myPhones(c *door.Call, p *mePage) error {
	ds, err := phone.OwnDevices(c.Context(), w.DB, c.Who)
	if err != nil {
		return err
	}
	for _, d := range ds {
		p.Phones = append(p.Phones, phoneLineOf(d))
	}
	p.Field = true
	p.Held, err = phone.OwnWaiting(c.Context(), w.DB, c.Who)
	return err
}

type phoneShowPage struct {
	Base
	Line  phoneLine
	Mine  bool
	Whys  []Option
	Town  string
	Still bool // it may be taken back
}

func (w *Web) phoneShown(c *door.Call) (*phoneShowPage, error) {
	d, err := phone.Look(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	p := &phoneShowPage{Base: Base{Title: K("page_phone.phone_title", "name", d.Name), At: "/phones", Back: "/phones"}, Line: phoneLineOf(d), Mine: d.Account == c.Who.Account(),
		Whys: catalogue("offline.loss.", phone.Losses), Town: w.placeName(c, d.Region), Still: d.State == phone.Lost && !d.Told()}
	if p.Mine && !access.May(c.Who, access.CadreChange) {
		p.At, p.Back = "/me", "/me"
	}
	waits, err := phone.WaitingOf(c.Context(), w.DB, c.Who)
	p.Line.N = waits[d.ID]
	return p, err
}

func (w *Web) phoneShow(c *door.Call) error {
	p, err := w.phoneShown(c)
	if err != nil {
		return err
	}
	return w.Render(c, "phone/show", p)
}

func (w *Web) phoneLost(c *door.Call) error {
	return w.phoneChange(c, "page_phone.lost_done", func(tx *db.Tx, why string) error {
		return w.Phones.Report(c.Context(), tx, c.Who, phone.LoseInput{ID: c.Operation, Device: c.Path("id"), Why: why})
	})
}

func (w *Web) phoneFound(c *door.Call) error {
	return w.phoneChange(c, "page_phone.found_done", func(tx *db.Tx, _ string) error {
		return w.Phones.Found(c.Context(), tx, c.Who, phone.FoundInput{ID: c.Operation, Device: c.Path("id")})
	})
}

func (w *Web) phoneChange(c *door.Call, said string, do func(tx *db.Tx, why string) error) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	if err := db.Do(c.Context(), w.DB, func(tx *db.Tx) error { return do(tx, f.Get("why")) }); err != nil {
		p, e := w.phoneShown(c)
		if e != nil {
			return e
		}
		return w.Refill(c, "phone/show", p, err)
	}
	return w.Done(c, "/phones/"+c.Path("id"), said)
}

// heldFilePage takes a file that a phone saved, and says what became of each
// record in it.
type heldFilePage struct {
	Base
	MB     int
	Report *phone.FileReport
	Name   string
	Rows   []fileLine
}

type fileLine struct {
	phone.FileRow
	What Say
}

// Tag says what became of it.
func (l fileLine) Tag() Tag {
	switch {
	case l.Result == nil:
		return Tag{Tone: "o", Text: K("page_phone.file_bad")}
	case l.Result.Status == phone.Held:
		return Tag{Tone: "o", Text: K("page_phone.held")}
	case l.Result.Status == phone.Again:
		return Tag{Tone: "n", Text: K("page_phone.file_again")}
	}
	return Tag{Tone: "g", Icon: "check", Text: K("page_phone.file_done")}
}

func (w *Web) filePage(c *door.Call) *heldFilePage {
	p := &heldFilePage{Base: Base{Title: K("page_phone.file_title"), Shell: Task, At: "/held", Back: "/held"}, MB: phone.MaxFile >> 20}
	if !access.May(c.Who, access.CadreChange) {
		p.At, p.Back = "/me", "/me"
	}
	return p
}

func (w *Web) heldFile(c *door.Call) error { return w.Render(c, "phone/file", w.filePage(c)) }

func (w *Web) heldFileSent(c *door.Call) error {
	if _, err := w.Form(c); err != nil {
		return err
	}
	p := w.filePage(c)
	b, err := fileSent(c)
	var f phone.File
	if err == nil {
		f, err = phone.ReadFile(b)
	}
	if err == nil {
		var rep phone.FileReport
		if rep, err = w.Phones.TakeFile(c.Context(), w.DB, c.Who, f, c.Lang, func(err error) {
			w.Log.Error("a record of a phone's file failed", "request", c.Request, "error", door.Clean(err))
		}); err == nil {
			p.Report = &rep
		}
	}
	if err != nil {
		return w.Refill(c, "phone/file", p, err)
	}
	d, err := phone.Look(c.Context(), w.DB, c.Who, p.Report.Device.ID)
	if err != nil {
		return err
	}
	p.Name = d.Name
	for _, r := range p.Report.Rows {
		p.Rows = append(p.Rows, fileLine{r, w.kindOf(r.Kind)})
	}
	return w.Render(c, "phone/file", p)
}

// fileSent reads the file of the form.
func fileSent(c *door.Call) ([]byte, error) {
	part, head, err := c.R.FormFile("file")
	switch {
	case errors.Is(err, http.ErrMissingFile), errors.Is(err, http.ErrNotMultipart), err == nil && head.Size == 0:
		return nil, &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "file", Key: "page_phone.file_needed"}}}
	case err != nil:
		return nil, badForm(err)
	}
	defer part.Close()
	return io.ReadAll(io.LimitReader(part, phone.MaxFile+1))
}
