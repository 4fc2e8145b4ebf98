package web

import (
	"bytes"
	"html/template"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/export"
	"lianxin/internal/paper"
	"lianxin/internal/paper/docx"
	"lianxin/internal/paper/html"
	"lianxin/internal/paper/pdf"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/complaint"
	"lianxin/internal/work/leading"
	"lianxin/internal/work/reception"
	"lianxin/internal/work/region"
)

func receptionPages() []Page {
	return []Page{{"reception/list", &receptionListPage{}}, {"reception/new", &receptionFormPage{}}, {"reception/show", &receptionShowPage{}}, {"reception/slip", &receptionSlipPage{}}, {"reception/print", &paperPage{}}}
}

func (w *Web) receptionRoutes() []door.Route {
	read, desk := door.Need(access.ReceptionRead), door.Need(access.ReceptionRecord)
	return []door.Route{
		Get("/receptions", read, door.Reads, w.receptionList).With("place", "household", "receiver", "state", "from", "to", "after"),
		Get("/receptions/new", desk, door.Reads, w.receptionNew),
		Get("/receptions/who", desk, door.Reads, w.receptionWho),
		Post("/receptions", desk, door.Writes, w.receptionSent),
		Get("/receptions/{id}", read, door.Reads, w.receptionShow),
		Post("/receptions/{id}", desk, door.Writes, w.receptionAmend),
		Post("/receptions/{id}/receive", desk, door.Writes, w.receptionReceive),
		Post("/receptions/{id}/heard", desk, door.Writes, w.receptionHeard),
		Post("/receptions/{id}/reveal", desk, door.Reveals, w.receptionReveal),
		Get("/receptions/{id}/slip", desk, door.Reads, w.receptionSlip),
		w.download("GET", "/receptions/{id}/slip.pdf", desk, w.receptionSlipFile),
		Get("/receptions/{id}/form", read, door.Reads, w.receptionForm),
		w.download("GET", "/receptions/{id}/form.docx", read, w.receptionFormFile),
	}
}

// discipline is the choice that leaves the register: the words go sealed to the
// discipline inspection, and no line here says that somebody came.
const discipline = "discipline"

// receptionFormPage writes a visitor down while he sits there.
type receptionFormPage struct {
	Base
	Homes   []Option
	More    bool
	Topics  []Option
	Ways    []Option
	Routes  []Option
	Same    []Option // matters that may be the same
	Before  []receptionLine
	Places  []Option
	People  []Option
	Owners  []Option
	Told    []Option
	Sexes   []Option
	Seals   bool
	Opened  bool // the folded part holds something
	Checked bool // matters that may be the same were shown
}

// WhoField is the box that finds the person.
func (p *receptionFormPage) WhoField() Picker {
	k := p.Picker("household", "reception.who", "/receptions/who", p.Homes)
	k.More, k.Hint = p.More, K("reception.who_hint")
	return k
}

func (w *Web) receptionHead(c *door.Call) (*receptionFormPage, error) {
	p := &receptionFormPage{Base: Base{Title: K("reception.new_title"), Shell: Task, At: "/receptions", Back: "/receptions"}, Routes: catalogue("reception.route.", reception.Routes), Told: catalogue("reception.told.", reception.ToldBy), Sexes: catalogue("reception.sex.", reception.Sexes),
		Seals: access.May(c.Who, access.ComplaintHandOver)}
	p.Ways = catalogue("reception.way.", reception.Ways)
	if p.Seals {
		p.Ways = append(p.Ways, Option{Value: discipline, Key: "reception.way.discipline"})
	}
	p.Ways = append(p.Ways, Option{Value: "wait", Key: "reception.way.wait"})
	p.Told = anyOf("reception.told_usual", p.Told)
	var err error
	if p.Topics, err = w.receptionTopics(c); err != nil {
		return nil, err
	}
	if p.Places, err = w.villages(c, access.ReceptionRecord); err != nil {
		return nil, err
	}
	if p.Places != nil {
		p.Places = anyOf("reception.here", p.Places)
	}
	if p.People, err = w.colleagues(c, access.ReceptionRecord); err != nil {
		return nil, err
	}
	p.People = anyOf("reception.receiver_me", p.People)
	if access.May(c.Who, access.AppealAssign) {
		p.Owners = slices.Clone(p.People)
		p.Owners[0] = Option{Key: "reception.owner_office"}
	}
	return p, nil
}

func (w *Web) receptionTopics(c *door.Call) ([]Option, error) {
	ts, err := appeal.Topics(c.Context(), w.DB, c.Who.County())
	if err != nil {
		return nil, err
	}
	out := []Option{{Key: "reception.topic_by_words"}}
	for _, t := range ts {
		if t.Active {
			out = append(out, Option{Value: t.ID, Text: topicName(c, t)})
		}
	}
	return out, nil
}

func (w *Web) receptionNew(c *door.Call) error {
	p, err := w.receptionHead(c)
	if err != nil {
		return err
	}
	p.Fill("way", reception.Matter)
	return w.Render(c, "reception/new", p)
}

// receptionWho answers the box: homes with how often they came, and a choice
// for who belongs to none of them.
func (w *Web) receptionWho(c *door.Call) error {
	o, more, err := w.receptionFound(c, c.Query("q"))
	if err != nil {
		return err
	}
	return w.Found(c, o, more)
}

func (w *Web) receptionFound(c *door.Call, q string) ([]Option, bool, error) {
	fs, more, err := reception.Find(c.Context(), w.DB, c.Who, q, found)
	if err != nil || len(fs) == 0 {
		return nil, false, err
	}
	var ids []string
	for _, f := range fs {
		ids = append(ids, f.ID)
	}
	n, err := w.naming(c, ids, nil)
	if err != nil {
		return nil, false, err
	}
	var out []Option
	for _, f := range fs {
		o := Option{Value: f.ID, Text: f.Head, Note: n.HomePlace(f.ID)}
		if f.Times > 0 {
			o.Note += w.T(c.Lang, K("reception.came", "n", f.Times, "day", f.Last))
		}
		out = append(out, o)
	}
	return append(out, Option{Value: "-", Key: "reception.none_of_these"}), more, nil
}

// receptionInput reads the form.
func receptionInput(c *door.Call, f url.Values) reception.RecordInput {
	in := reception.RecordInput{ID: c.Operation, Household: f.Get("household"), Region: f.Get("region"), Name: f.Get("name"), Sex: f.Get("sex"), Phone: f.Get("phone"), Address: f.Get("address"), Speakers: people(f.Get("speakers")),
		Place: f.Get("place"), Words: f.Get("words"), Topic: f.Get("topic"), Receiver: f.Get("receiver"), Urgent: f.Get("urgent") != "", Remarks: f.Get("remarks"), Apart: f.Get("apart") != "",
		Handling: receptionHandling(f)}
	in.Age, in.People = counted(f.Get("age")), counted(f.Get("people"))
	if in.Household == "-" {
		in.Household = ""
	}
	if in.Household == "" && in.Name == "" && f.Get("phone") == "" {
		// What was typed to find somebody who is in no register is his name, or
		// his number.
		q := strings.TrimSpace(f.Get("household_q"))
		if _, card := reception.Token(q); card {
			q = ""
		}
		if isNumber(q) {
			in.Phone = q
		} else {
			in.Name = q
		}
	} else if in.Household == "" && in.Name == "" {
		if q := strings.TrimSpace(f.Get("household_q")); !isNumber(q) {
			in.Name = q
		}
	}
	if d := f.Get("day"); d != "" {
		if in.At = d; f.Get("clock") != "" {
			in.At += "T" + f.Get("clock")
		}
	}
	return in
}

func receptionHandling(f url.Values) reception.Handling {
	h := reception.Handling{Way: f.Get("way"), Route: f.Get("route"), Opinion: f.Get("opinion"), Same: f.Get("same"), Owner: f.Get("owner"), Told: f.Get("told")}
	if h.Way == "wait" {
		h.Way = ""
	}
	if h.Way != reception.Matter {
		h.Same, h.Owner = "", ""
	}
	if h.Same == "-" {
		h.Same = ""
	}
	return h
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789+- ０１２３４５６７８９") == ""
}

// counted reads a count; what is none is refused by the use case.
func counted(s string) int {
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		return -1
	}
	return n
}

func people(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、，,;；\n 　", r) })
}

func (w *Web) receptionSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	if f.Get("way") == discipline {
		return w.receptionSealed(c, f)
	}
	in := receptionInput(c, f)
	if Finding(c) || f.Get("household") == "" && f.Get("name") == "" && f.Get("household_q") != "" {
		// Somebody was typed and nobody chosen: shown who it may be.
		o, more, err := w.receptionFound(c, f.Get("household_q"))
		if err != nil {
			return err
		}
		if Finding(c) || len(o) > 0 {
			var bad fault.Fields
			if !Finding(c) {
				bad.Add("household", "reception.who_choose")
			}
			return w.receptionAgain(c, o, more, bad.Err())
		}
	}
	if in.Way == reception.Matter && in.Same == "" && f.Get("checked") == "" {
		if ask, err := w.receptionAlike(c, in); ask || err != nil {
			return err
		}
	}
	cal, err := w.workdays(c)
	if err != nil {
		return err
	}
	x, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (reception.Reception, error) {
		x, _, err := reception.Record(c.Context(), tx, c.Who, in, cal)
		return x, err
	})
	if err != nil {
		return w.receptionAgain(c, nil, false, err)
	}
	if x.Way == "" {
		return w.Done(c, "/receptions/"+x.ID, "reception.saved_waits", "number", x.Number)
	}
	return w.Done(c, "/receptions/"+x.ID+"/slip", "reception.saved", "number", x.Number)
}

// receptionAlike offers matters that may be the same before another is made.
func (w *Web) receptionAlike(c *door.Call, in reception.RecordInput) (asked bool, err error) {
	place := either(in.Region, reception.Desk(c.Who))
	ls, err := appeal.Similar(c.Context(), w.DB, c.Who, reception.Title(in.Words), in.Household, place)
	if fault.Is(err, fault.NotFound) || err == nil && len(ls) == 0 {
		return false, nil // the use case says what is wrong
	}
	if err != nil {
		return false, err
	}
	p, err := w.receptionFilled(c, nil, false)
	if err != nil {
		return false, err
	}
	for _, l := range ls {
		if !l.Live() && l.State != "shelved" {
			continue
		}
		m, err := w.matterLines(c, []appeal.Appeal{l.Appeal})
		if err != nil {
			return false, err
		}
		note := w.T(c.Lang, K("reception.same_note", "day", l.OpenedOn, "who", m[0].Owner))
		if l.Household != "" {
			note = m[0].Home + " " + note
		}
		p.Same = append(p.Same, Option{Value: l.ID, Text: l.Title, Note: note})
	}
	if len(p.Same) == 0 {
		return false, nil
	}
	p.Same = append(p.Same, Option{Value: "-", Key: "reception.same_none"})
	p.Checked = true
	p.Fill("same", "-")
	return true, w.Render(c, "reception/new", p)
}

// receptionFilled makes the form with what was typed, the guessed topic and the
// person's earlier receptions.
func (w *Web) receptionFilled(c *door.Call, homes []Option, more bool) (*receptionFormPage, error) {
	p, err := w.receptionHead(c)
	if err != nil {
		return nil, err
	}
	f := c.R.PostForm
	for k, v := range f {
		p.Fill(k, v...)
	}
	if p.Homes, p.More = homes, more; homes == nil && f.Get("household_q") != "" {
		if p.Homes, p.More, err = w.receptionFound(c, f.Get("household_q")); err != nil {
			return nil, err
		}
	}
	if f.Get("topic") == "" && f.Get("words") != "" {
		ts, err := appeal.Topics(c.Context(), w.DB, c.Who.County())
		if err != nil {
			return nil, err
		}
		p.Fill("topic", reception.Guess(f.Get("words"), ts))
	}
	home := f.Get("household")
	if home == "-" {
		home = ""
	}
	xs, err := reception.Before(c.Context(), w.DB, c.Who, home, f.Get("phone"))
	if err != nil {
		return nil, err
	}
	if p.Before, err = w.receptionLines(c, xs); err != nil {
		return nil, err
	}
	for _, name := range []string{"name", "sex", "age", "address", "people", "speakers", "place", "receiver", "region", "owner", "told", "remarks", "urgent", "day", "clock"} {
		p.Opened = p.Opened || f.Get(name) != ""
	}
	return p, nil
}

func (w *Web) receptionAgain(c *door.Call, homes []Option, more bool, why error) error {
	p, err := w.receptionFilled(c, homes, more)
	if err != nil {
		return err
	}
	if why == nil {
		return w.Render(c, "reception/new", p)
	}
	why = renamed(why, func(field, _ string) string {
		if field == "at" {
			p.Opened = true
			return "day"
		}
		p.Opened = p.Opened || !slices.Contains([]string{"household", "words", "topic", "way", "phone", "opinion", "route", "same"}, field)
		return field
	})
	return w.Refill(c, "reception/new", p, why)
}

// receptionSealed hands a complaint about an official over. The register keeps
// no line of it: those it is about may read the register.
func (w *Web) receptionSealed(c *door.Call, f url.Values) error {
	in := complaint.HandOverInput{ID: c.Operation, Said: complaint.Said{Words: f.Get("words"), AboutWords: f.Get("about")}}
	r, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (complaint.Receipt, error) { return complaint.HandOver(c.Context(), tx, c.Who, in) })
	if err != nil {
		return w.receptionAgain(c, nil, false, renamed(err, func(field, _ string) string {
			if field == "about_words" {
				return "about"
			}
			return field
		}))
	}
	return w.code(c, r, "/receptions")
}

// receptionLine is a line of the register with the words for its ids.
type receptionLine struct {
	reception.Reception
	Who, Where, Received, Whose string
}

// Tag says where it stands.
func (l receptionLine) Tag() Tag {
	t := Tag{Tone: "n", Text: K("reception.state." + l.State)}
	switch l.State {
	case reception.Registered:
		t.Tone = "i2"
	case reception.Answered, reception.Told:
		t.Tone = "o"
	case reception.Closed:
		t.Tone, t.Icon = "g", "check"
	}
	return t
}

func (w *Web) receptionLines(c *door.Call, xs []reception.Reception) ([]receptionLine, error) {
	var homes, officials, paths []string
	for _, x := range xs {
		homes, officials, paths = append(homes, x.Household), append(officials, x.Receiver, x.Owner), append(paths, x.Region)
	}
	n, err := w.naming(c, homes, officials)
	if err != nil {
		return nil, err
	}
	if err := w.know(c, n, paths...); err != nil {
		return nil, err
	}
	out := make([]receptionLine, len(xs))
	for i, x := range xs {
		l := receptionLine{Reception: x, Who: x.Name, Received: n.Cadre(x.Receiver)}
		if x.Owner != "" {
			l.Whose = w.ownerName(c, n, x.Owner)
		}
		if l.Who == "" {
			if l.Who = n.Home(x.Household); x.Household == "" {
				l.Who = w.T(c.Lang, K("reception.nameless"))
			}
		}
		if region.Upto(x.Region, region.Village) != "" {
			l.Where = n.Place(x.Region)
		}
		out[i] = l
	}
	return out, nil
}

type receptionListPage struct {
	Base
	Rows   []receptionLine
	Pager  Pager
	Views  []Pill
	Places []Option
	People []Option
	View   string
	Asked  bool
	Desk   bool
	Export bool
	Clear  string
}

func (w *Web) receptionList(c *door.Call) error {
	p := &receptionListPage{Base: Base{Title: K("reception.list_title"), At: "/receptions"}, Desk: access.May(c.Who, access.ReceptionRecord), Export: access.May(c.Who, access.Export), Clear: "/receptions"}
	f := reception.Filter{Place: c.Query("place"), Household: c.Query("household"), Receiver: c.Query("receiver"), State: c.Query("state"), From: dayQuery(c, "from"), To: dayQuery(c, "to"), After: c.Query("after")}
	xs, next, err := reception.List(c.Context(), w.DB, c.Who, f)
	if err != nil {
		return err
	}
	p.Pager = w.Pages(c, next)
	if p.Rows, err = w.receptionLines(c, xs); err != nil {
		return err
	}
	for _, s := range append([]string{""}, reception.States...) {
		q := c.R.URL.Query()
		q.Del("after")
		q.Del("state")
		key := "reception.all"
		if s != "" {
			q.Set("state", s)
			key = "reception.state." + s
		}
		p.Views = append(p.Views, Pill{Text: K(key), Href: (&url.URL{Path: "/receptions", RawQuery: q.Encode()}).String(), Here: s == f.State})
	}
	if p.Places, err = w.villages(c, access.ReceptionRead); err != nil {
		return err
	}
	if p.Places != nil {
		p.Places = anyOf("visit.any_place", p.Places)
	}
	if p.People, err = w.colleagues(c, access.ReceptionRead); err != nil {
		return err
	}
	if p.People != nil {
		p.People = anyOf("reception.any_receiver", p.People)
	}
	for _, q := range []string{"place", "household", "receiver", "state", "from", "to"} {
		p.Fill(q, c.Query(q))
		p.Asked = p.Asked || q != "state" && c.Query(q) != ""
	}
	return w.Render(c, "reception/list", p)
}

// receptionShowPage is one reception with what became of it.
type receptionShowPage struct {
	Base
	Line     receptionLine
	Topic    string
	Phone    Masked
	Opinion  string
	Earlier  string // number of the one before
	History  []reception.Change
	Desk     bool
	Matter   bool // the matter may be opened
	Open     string
	Ways     []Option
	Routes   []Option
	People   []Option
	Sexes    []Option
	Faces    []Option
	Speakers string
}

func (w *Web) receptionShown(c *door.Call) (*receptionShowPage, error) {
	ctx := c.Context()
	x, err := reception.Show(ctx, w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	ls, err := w.receptionLines(c, []reception.Reception{x})
	if err != nil {
		return nil, err
	}
	at := access.Target{Region: x.Region}
	p := &receptionShowPage{Base: Base{Title: Plain(x.Title()), Sub: K("reception.sub", "number", x.Number, "day", x.Day), At: "/receptions", Back: "/receptions"}, Line: ls[0], Desk: access.Can(c.Who, access.ReceptionRecord, at).OK(),
		Ways: catalogue("reception.way.", reception.Ways), Routes: catalogue("reception.route.", reception.Routes), Sexes: catalogue("reception.sex.", reception.Sexes), Speakers: strings.Join(x.Speakers, "、")}
	for _, n := range []string{"3", "2", "1"} {
		p.Faces = append(p.Faces, Option{Value: n, Key: "reception.face." + n})
	}
	if x.Phone != "" {
		p.Phone = Masked{ID: "m-phone", What: K("reception.phone"), Text: x.Phone, Field: "phone", Purposes: catalogue("household.purpose.", reception.Purposes), Tel: true, Action: "/receptions/" + x.ID + "/reveal"}
	}
	ts, err := appeal.Topics(ctx, w.DB, c.Who.County())
	if err != nil {
		return nil, err
	}
	for _, t := range ts {
		if t.ID == x.Topic {
			p.Topic = topicName(c, t)
		}
	}
	if x.Way != "" {
		p.Opinion = export.ReceptionOpinion(x, func(key string, args ...any) string { return w.T(c.Lang, K(key, args...)) })
	}
	if x.Earlier != "" {
		ns, err := reception.Numbers(ctx, w.DB, c.Who.County(), []string{x.Earlier})
		if err != nil {
			return nil, err
		}
		p.Earlier = ns[x.Earlier]
	}
	if x.Appeal != "" {
		_, err := appeal.Show(ctx, w.DB, c.Who, x.Appeal)
		p.Matter = err == nil
	}
	if p.History, err = reception.History(ctx, w.DB, c.Who, x.ID); err != nil {
		return nil, err
	}
	if p.Desk {
		if p.People, err = w.colleagues(c, access.ReceptionRecord); err != nil {
			return nil, err
		}
		p.People = anyOf("reception.receiver_none", p.People)
	}
	for k, v := range map[string]string{"name": x.Name, "sex": x.Sex, "address": "", "place": x.Place, "words": x.Words, "receiver": x.Receiver, "opinion": x.Opinion, "remarks": x.Remarks, "speakers": p.Speakers, "people": strconv.Itoa(x.People), "way": reception.Matter} {
		p.Fill(k, v)
	}
	if x.Age > 0 {
		p.Fill("age", strconv.Itoa(x.Age))
	}
	if x.Urgent {
		p.Fill("urgent", "1")
	}
	return p, nil
}

func (w *Web) receptionShow(c *door.Call) error {
	p, err := w.receptionShown(c)
	if err != nil {
		return err
	}
	return w.Render(c, "reception/show", p)
}

func (w *Web) receptionWrite(c *door.Call, form, to, saved string, do func(tx *db.Tx) error) error {
	err := db.Do(c.Context(), w.DB, do)
	if err == nil {
		return w.Done(c, "/receptions/"+c.Path("id")+to, saved)
	}
	p, perr := w.receptionShown(c)
	if perr != nil {
		return perr
	}
	p.Open = form
	return w.Refill(c, "reception/show", p, err)
}

func (w *Web) receptionReceive(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	cal, err := w.workdays(c)
	if err != nil {
		return err
	}
	in := reception.ReceiveInput{ID: c.Operation, Reception: c.Path("id"), Receiver: f.Get("receiver"), Handling: receptionHandling(f)}
	return w.receptionWrite(c, "receive", "/slip", "reception.received_done", func(tx *db.Tx) error {
		_, err := reception.Receive(c.Context(), tx, c.Who, in, cal)
		return err
	})
}

func (w *Web) receptionAmend(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := reception.AmendInput{ID: c.Operation, Reception: c.Path("id"), Version: counted(f.Get("version")), Name: f.Get("name"), Sex: f.Get("sex"), Age: counted(f.Get("age")), Phone: f.Get("phone"), NoPhone: f.Get("nophone") != "", Address: f.Get("address"), People: counted(f.Get("people")), Speakers: people(f.Get("speakers")),
		Place: f.Get("place"), Words: f.Get("words"), Receiver: f.Get("receiver"), Opinion: f.Get("opinion"), Urgent: f.Get("urgent") != "", Remarks: f.Get("remarks"), Why: f.Get("why")}
	return w.receptionWrite(c, "amend", "", "reception.amended_done", func(tx *db.Tx) error {
		_, err := reception.Amend(c.Context(), tx, c.Who, in)
		return err
	})
}

func (w *Web) receptionHeard(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := reception.HearInput{ID: c.Operation, Reception: c.Path("id"), Face: counted(f.Get("face")), Words: f.Get("heard")}
	return w.receptionWrite(c, "heard", "", "reception.heard_done", func(tx *db.Tx) error {
		_, err := reception.Hear(c.Context(), tx, c.Who, in)
		return err
	})
}

func (w *Web) receptionReveal(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	phone, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (string, error) {
		return reception.Reveal(c.Context(), tx, c.Who, c.Path("id"), f.Get("purpose"))
	})
	if err != nil {
		return err
	}
	p, err := w.receptionShown(c)
	if err != nil {
		return err
	}
	p.Phone.Whole = phone
	return w.Render(c, "reception/show", p)
}

// clocked is a day with its time, midnight where only the day is known.
func clocked(day calendar.Day, clock string) time.Time {
	at := midnight(day)
	if t, err := time.Parse("15:04", clock); err == nil {
		return at.Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute)
	}
	return at
}

// receptionSlipPage shows the slip as it is printed.
type receptionSlipPage struct {
	Base
	ID    string
	Paper template.HTML
}

// receptionReceipt fills the slip; papers are Chinese in every language.
func (w *Web) receptionReceipt(c *door.Call) (paper.ReceiptData, error) {
	s, err := reception.GetSlip(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return paper.ReceiptData{}, err
	}
	contact, err := leading.ContactOf(c.Context(), w.DB, c.Who.County(), s.Town)
	if err != nil {
		return paper.ReceiptData{}, err
	}
	d := paper.ReceiptData{Township: w.placeName(c, s.Town), Number: s.Number, At: clocked(s.Day, s.Clock), Title: s.Title, Due: midnight(s.Due), Doubt: s.Doubt, Code: s.Code, Phone: contact.Phone,
		Done: export.ReceptionOpinion(reception.Reception{Way: s.Way, Route: s.Route}, w.zh)}
	if s.Code == "" {
		d.Due = midnight("")
	}
	if w.Machine.URL != "" {
		d.Site = w.Machine.URL + "/c"
	}
	return d, nil
}

func (w *Web) receptionSlip(c *door.Call) error {
	d, err := w.receptionReceipt(c)
	if err != nil {
		return err
	}
	sheet, err := html.Fragment(paper.Receipt(d))
	if err != nil {
		return err
	}
	id := c.Path("id")
	return w.Render(c, "reception/slip", &receptionSlipPage{Base: Base{Title: K("reception.slip_title"), Sub: Plain(d.Number), Shell: Paper, At: "/receptions", Back: "/receptions/" + id}, ID: id, Paper: sheet})
}

func (w *Web) receptionSlipFile(c *door.Call) error {
	d, err := w.receptionReceipt(c)
	if err != nil {
		return err
	}
	face, err := pdf.Open()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := paper.Receipts(&b, face, w.DB.Now(), slices.Values([]paper.ReceiptData{d})); err != nil {
		return told(err)
	}
	return w.send(c, typePDF, "receipt.pdf", w.zh("reception.slip_file", "number", d.Number), b.Bytes())
}

// receptionPaper fills the form of one reception, with what the reader may see.
func (w *Web) receptionPaper(c *door.Call) (scope, number string, rows []paper.ReceptionRow, err error) {
	x, err := reception.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return "", "", nil, err
	}
	if rows, err = export.ReceptionRows(c.Context(), w.DB, c.Who, []reception.Reception{x}, false, w.zh); err != nil {
		return "", "", nil, err
	}
	return w.placeName(c, region.Upto(x.Region, region.Township)), x.Number, rows, nil
}

func (w *Web) receptionForm(c *door.Call) error {
	scope, number, rows, err := w.receptionPaper(c)
	if err != nil {
		return err
	}
	sheet, err := html.Fragment(paper.Reception(scope, rows))
	if err != nil {
		return err
	}
	id := c.Path("id")
	return w.Render(c, "reception/print", &paperPage{Base: Base{Title: K("reception.form_title"), Sub: Plain(number), Shell: Paper, At: "/receptions", Back: "/receptions/" + id}, Paper: sheet, File: "/receptions/" + id + "/form.docx"})
}

func (w *Web) receptionFormFile(c *door.Call) error {
	scope, number, rows, err := w.receptionPaper(c)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := docx.Write(&out, paper.Reception(scope, rows)); err != nil {
		return err
	}
	if err := db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		audit.Note(tx, c.Who, "reception.export", "reception:"+c.Path("id"), c.Who.Home(), "number", number)
		return nil
	}); err != nil {
		return err
	}
	return w.send(c, typeDocx, "reception.docx", w.zh("reception.form_file", "number", number), out.Bytes())
}

// exportReceptions takes the register out: one table, or a form for each line.
func (w *Web) exportReceptions(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	a, err := w.exportAsked(c, "receptions", f, "xlsx", "csv", "docx", "print")
	v := reception.Filter{Place: a.place, Receiver: f.Get("receptions.cadre"), From: calendar.Day(f.Get("receptions.from")), To: calendar.Day(f.Get("receptions.to"))}
	if err == nil {
		err = daysAsked("receptions", v.From, v.To)
	}
	if err != nil {
		return w.exportAgain(c, err)
	}
	d, count, fail, err := export.Receptions(c.Context(), w.DB, c.Who, v, w.zh)
	if err != nil {
		return err
	}
	more := []any{"cadre", v.Receiver, "from", string(v.From), "to", string(v.To)}
	if a.form == "xlsx" || a.form == "csv" {
		return w.exportFile(c, "receptions", a, d.Scope, func(out io.Writer) (int, error) { return write(out, a.form, paper.Receptions(d), count, fail) }, more...)
	}
	var rows []paper.ReceptionRow
	for r := range d.Rows {
		if rows = append(rows, r); len(rows) > maxForms {
			var bad fault.Fields
			bad.Add("receptions.from", "reception.forms_many", "n", maxForms)
			return w.exportAgain(c, bad.Err())
		}
	}
	if err := fail(); err != nil {
		return err
	}
	return w.exportForms(c, "receptions", a, d.Scope, K("reception.form_title"), len(rows), paper.Reception(d.Scope, rows), more...)
}

// maxForms is how many forms go into one file: a page each.
const maxForms = 500
