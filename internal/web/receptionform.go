package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/complaint"
	"lianxin/internal/work/reception"
)

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
	Guessed bool // the topic that stands there is a guess
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
	if err := w.receptionNamed(c, f); err != nil && !Finding(c) {
		return w.receptionAgain(c, nil, false, err)
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
	if x.Guessed {
		ts, err := appeal.Topics(c.Context(), w.DB, c.Who.County())
		if err != nil {
			return err
		}
		for _, t := range ts {
			if t.ID == x.Topic {
				return w.Done(c, "/receptions/"+x.ID+"/slip", "reception.saved_guessed", "number", x.Number, "topic", topicName(c, t))
			}
		}
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
		guess := reception.Guess(f.Get("words"), ts)
		p.Fill("topic", guess)
		p.Guessed = guess != ""
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
