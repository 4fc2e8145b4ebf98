package web

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/mask"
	"lianxin/internal/work/advice"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/phone"
	"lianxin/internal/work/region"
	"lianxin/internal/work/stay"
	"lianxin/internal/work/visit"
)

// heldLine is a record in 待核处 as its list shows it.
type heldLine struct {
	phone.Holding
	What  Say
	Town  string
	Signs []Say // what is said openly about when it was made
}

// Tag says where it stands.
func (l heldLine) Tag() Tag {
	switch {
	case l.State == phone.HeldOpen:
		return Tag{Tone: "o", Text: K(phone.StateKey(l.State))}
	case l.State == phone.HeldDone:
		return Tag{Tone: "g", Icon: "check", Text: K("page_phone.choice." + l.Choice)}
	case l.Choice == phone.Theirs:
		return Tag{Tone: "n", Text: K("page_phone.choice." + l.Choice)}
	}
	return Tag{Tone: "n", Text: K("page_phone.choice.drop")}
}

// Why is the first reason, for a list.
func (l heldLine) Why() string {
	if len(l.Reasons) == 0 {
		return ""
	}
	return l.Reasons[0].Text
}

func (w *Web) heldLine(h phone.Holding) heldLine {
	l := heldLine{Holding: h, What: w.kindOf(h.Kind)}
	for _, m := range h.Marks {
		l.Signs = append(l.Signs, K(phone.MarkKey(m)))
	}
	return l
}

// kindOf names a kind of record.
func (w *Web) kindOf(kind string) Say {
	return w.coded("page_phone.kind.", strings.ReplaceAll(kind, ".", "_"), K("page_phone.kind.other"))
}

// coded says a code of a record that came from outside: in words where the
// catalogue has it.
func (w *Web) coded(prefix, code string, otherwise Say) Say {
	if w.Config.Texts.Has(prefix + code) {
		return K(prefix + code)
	}
	return otherwise
}

type heldListPage struct {
	Base
	Rows   []heldLine
	Views  []Pill
	Pager  Pager
	Office bool
	Mine   bool
	Open   bool
}

func (w *Web) heldList(c *door.Call) error {
	p := &heldListPage{Base: Base{Title: K("page_phone.held"), At: "/held"}, Office: access.May(c.Who, access.CadreChange)}
	p.Mine = !p.Office || c.Query("mine") != ""
	if p.Mine {
		p.Title = K("page_phone.held_mine")
		p.At, p.Back = "/me", "/me"
	}
	state := phone.HeldOpen
	if s := c.Query("view"); s == phone.HeldDone || s == phone.HeldDropped {
		state = s
	}
	p.Open = state == phone.HeldOpen
	hs, next, err := w.Phones.HeldList(c.Context(), w.DB, c.Who, phone.HeldFilter{Mine: p.Mine, State: state, After: c.Query("after")}, c.Lang)
	if err != nil {
		return err
	}
	places := map[string]string{}
	for _, h := range hs {
		l := w.heldLine(h)
		if !p.Mine && region.Upto(c.Who.Home(), region.Township) == "" {
			l.Town = w.placeName2(c, places, h.Region)
		}
		p.Rows = append(p.Rows, l)
	}
	p.Pager = w.Pages(c, next)
	for _, s := range []string{phone.HeldOpen, phone.HeldDone, phone.HeldDropped} {
		href := "/held?view=" + s
		if p.Mine && p.Office {
			href += "&mine=1"
		}
		p.Views = append(p.Views, Pill{Text: K(phone.StateKey(s)), Href: href, Here: s == state})
	}
	return w.Render(c, "phone/held", p)
}

// heldFact is one line of what a record says, in words.
type heldFact struct {
	Label Say
	Value Say
	Href  string
}

// heldShowPage is one record of 待核处: what it says, why it was not taken and
// what can be done.
type heldShowPage struct {
	Base
	Line     heldLine
	Own      bool
	Readable bool
	Facts    []heldFact
	Promises []heldFact
	Words    string // in the sender's own words
	Wordless bool   // it is of a kind that has none
	Thought  string
	Raw      string // what could not be read
	Clash    bool
	Theirs   string // the words that stand now
	TheirsBy Say
	Both     bool   // both texts can be kept
	Fix      string // where a corrected one is written
	By       string // who decided
	Ref      string // what came of it
}

func (w *Web) heldShown(c *door.Call) (*heldShowPage, error) {
	h, err := w.Phones.HeldShow(c.Context(), w.DB, c.Who, c.Path("id"), c.Lang)
	if err != nil {
		return nil, err
	}
	p := &heldShowPage{Base: Base{At: "/held", Back: "/held"}, Line: w.heldLine(h), Own: h.Account == c.Who.Account(), Clash: h.Clash() && h.State == phone.HeldOpen}
	p.Title = p.Line.What
	if p.Own && !access.May(c.Who, access.CadreChange) {
		p.At, p.Back = "/me", "/held?mine=1"
	}
	if p.Readable, err = phone.MayRead(c.Context(), w.DB, c.Who, h); err != nil {
		return nil, err
	}
	if p.By, err = w.accountName(c, h.DecidedBy); err != nil {
		return nil, err
	}
	if kind, id, ok := strings.Cut(h.Ref, ":"); ok {
		p.Ref = map[string]string{"visit": "/visits/", "matter": "/matters/", "stay": "/stays/"}[kind]
		if p.Ref != "" {
			p.Ref += id
		}
	}
	if !p.Readable {
		return p, nil
	}
	if err := w.heldSays(c, p); err != nil {
		return nil, err
	}
	switch x := h.Theirs.(type) {
	case visit.Visit:
		p.Theirs, p.Both = x.Words, true
		p.TheirsBy = K("page_phone.theirs_visit", "version", x.Version)
	case appeal.Appeal:
		p.Theirs = x.Title
		p.TheirsBy = K("appeal.state." + string(x.State))
	default:
		p.Clash = false // what stood there is gone, or not for this reader
	}
	return p, nil
}

func (p *heldShowPage) fact(label string, v Say) {
	if !v.Zero() {
		p.Facts = append(p.Facts, heldFact{Label: K(label), Value: v})
	}
}

// heldSays puts a record's body into words.
func (w *Web) heldSays(c *door.Call, p *heldShowPage) error {
	h := p.Line.Holding
	if h.Raw {
		return json.Unmarshal(h.Body, &p.Raw)
	}
	var err error
	as := func(in any) bool { return json.Unmarshal(h.Body, in) == nil }
	m := h.Moment()
	switch {
	case h.Kind == "visit.record":
		var in visit.RecordInput
		if as(&in) {
			p.Fix = "/visits/new?household=" + in.Household + "&next=/held/" + h.ID
			return w.saysVisit(c, p, in)
		}
	case h.Kind == "visit.amend":
		var in visit.AmendInput
		if as(&in) {
			if err = w.saysHome(c, p, visitHome(h.Theirs)); err != nil {
				return err
			}
			p.Facts = append(p.Facts, heldFact{Label: K("page_phone.of_visit"), Value: K("page_phone.see_visit"), Href: "/visits/" + in.Visit})
			if in.At != "" {
				w.saysDay(p, m.Time(in.At))
			}
			w.saysWay(c, p, in.How, in.Topics, in.Policies, in.Activities, in.Weather)
			p.fact("visit.amend_why", Plain(in.Why))
			p.Words = in.Words
			return nil
		}
	case h.Kind == phone.KindPhoto:
		var in visit.PhotoInput
		if as(&in) {
			p.Facts = append(p.Facts, heldFact{Label: K("page_phone.of_visit"), Value: K("page_phone.see_visit"), Href: "/visits/" + in.Visit})
			p.fact("visit.photos_label", K("page_phone.photo_kept", "kb", (len(in.JPEG)*3/4+1023)/1024))
			p.Wordless = true
			return nil
		}
	case h.Kind == phone.KindChoose:
		var in phone.ChooseInput
		if as(&in) {
			p.Facts = append(p.Facts, heldFact{Label: K("page_phone.of_held"), Value: K("page_phone.see_held"), Href: "/held/" + in.Held})
			p.fact("page_phone.which", w.coded("page_phone.do.", in.Choice, Plain(in.Choice)))
			p.Words, p.Wordless = in.Words, in.Words == ""
			return nil
		}
	case h.Kind == "thought.write":
		var in visit.ThinkInput
		if as(&in) {
			p.fact("visit.day", Plain(w.day(c.Lang, m.Day(in.Day), true)))
			p.Words = in.Words
			return nil
		}
	case h.Kind == "matter.move":
		var in appeal.MoveInput
		if as(&in) {
			title := K("page_phone.see_matter")
			if a, ok := h.Theirs.(appeal.Appeal); ok && a.Title != "" {
				title = Plain(a.Title)
			}
			p.Facts = append(p.Facts, heldFact{Label: K("matter.col_title"), Value: title, Href: "/matters/" + in.Appeal})
			p.fact("page_phone.move", w.coded("appeal.move.", string(in.Move), Plain(string(in.Move))))
			p.fact("page_phone.outcome", w.coded("appeal.outcome.", string(in.Outcome), Say{}))
			p.fact("page_phone.way", w.coded("appeal.way.", in.Way, Say{}))
			p.fact("visit.day", Plain(w.day(c.Lang, m.Day(in.On), true)))
			p.fact("matter.col_due", Plain(w.day(c.Lang, m.Day(in.Due), true)))
			p.Words = in.Words
			return nil
		}
	case h.Kind == "matter.open":
		var in appeal.OpenInput
		if as(&in) {
			if err = w.saysHome(c, p, in.Household); err != nil {
				return err
			}
			p.fact("matter.col_title", Plain(in.Title))
			p.fact("page_phone.person", Plain(in.Name))
			p.fact("page_phone.call_back", Plain(mask.Phone(in.Phone)))
			p.fact("matter.col_due", Plain(w.day(c.Lang, m.Day(in.Due), true)))
			p.Words = in.Wish
			return nil
		}
	case h.Kind == "stay.week":
		var in stay.WeekInput
		if as(&in) {
			monday := m.Monday(in.Monday)
			var nights []string
			for i, on := range in.Nights {
				if on && monday.Valid() {
					nights = append(nights, w.day(c.Lang, monday.Add(i), false))
				}
			}
			p.fact("page_phone.week", K("page_phone.week_of", "day", monday))
			p.fact("page_phone.nights", Plain(strings.Join(nights, w.T(c.Lang, "web.comma"))))
			p.fact("page_phone.village", Plain(w.placeName(c, in.Village)))
			p.Words = in.Note
			return nil
		}
	case h.Kind == "advice.send":
		var in advice.SendInput
		if as(&in) {
			if err = w.saysHome(c, p, in.Household); err != nil {
				return err
			}
			p.fact("page_phone.change", w.coded("advice.kind.", in.Kind, Plain(in.Kind)))
			p.fact("page_phone.value", Plain(in.Value))
			p.Words = in.Words
			return nil
		}
	}
	p.Raw = string(h.Body)
	return nil
}

func visitHome(v any) string {
	if x, ok := v.(visit.Visit); ok {
		return x.Household
	}
	return ""
}

// saysHome names a home to those who may know it.
func (w *Web) saysHome(c *door.Call, p *heldShowPage, id string) error {
	if id == "" {
		return nil
	}
	name, err := w.homeAsked(c, id)
	if err != nil {
		return err
	}
	if name == "" {
		p.fact("visit.col_home", K("page_phone.home_unknown"))
		return nil
	}
	n, err := w.naming(c, []string{id}, nil)
	if err != nil {
		return err
	}
	p.Facts = append(p.Facts, heldFact{Label: K("visit.col_home"), Value: Plain(name + w.T(c.Lang, "web.comma_long") + n.HomePlace(id)), Href: "/households/" + id})
	return nil
}

func (w *Web) saysDay(p *heldShowPage, at string) {
	day, clock, _ := strings.Cut(strings.Replace(at, " ", "T", 1), "T")
	p.Facts = append(p.Facts, heldFact{Label: K("visit.col_when"), Value: K("page_phone.on", "day", calendar.Day(day), "clock", clock)})
	if d := calendar.Day(day); d.Valid() && d < calendar.FromTime(p.Line.Moment().Saved).Add(-1) {
		p.Line.Signs = append(p.Line.Signs, K("visit.mark.late"))
	}
}

func (w *Web) saysWay(c *door.Call, p *heldShowPage, how string, topics, policies, acts []string, weather string) {
	p.fact("visit.how_label", w.coded("visit.how.", how, Plain(how)))
	many := func(label, prefix string, codes []string) {
		var s []string
		for _, x := range codes {
			s = append(s, w.T(c.Lang, w.coded(prefix, x, Plain(x))))
		}
		p.fact(label, Plain(strings.Join(s, w.T(c.Lang, "web.comma"))))
	}
	many("visit.topics_label", "visit.topic.", topics)
	many("visit.policies_label", "visit.policy.", policies)
	many("visit.activities_label", "visit.activity.", acts)
	p.fact("visit.weather_label", w.coded("visit.weather.", weather, Say{}))
}

func (w *Web) saysVisit(c *door.Call, p *heldShowPage, in visit.RecordInput) error {
	m := p.Line.Moment()
	if err := w.saysHome(c, p, in.Household); err != nil {
		return err
	}
	w.saysDay(p, m.Time(in.At))
	w.saysWay(c, p, in.How, in.Topics, in.Policies, in.Activities, in.Weather)
	people := distinct(append(slices.Clone(in.With), in.For))
	names, err := cadre.Names(c.Context(), w.DB, c.Who.County(), people)
	if err != nil {
		return err
	}
	var with []string
	for _, id := range in.With {
		if names[id] != "" {
			with = append(with, names[id])
		}
	}
	p.fact("page_phone.for", Plain(names[in.For]))
	p.fact("visit.partners_label", Plain(strings.Join(with, w.T(c.Lang, "web.comma"))))
	for _, x := range in.Promises {
		f := heldFact{Label: Plain(x.Title), Value: w.coded("appeal.by.", x.By, Say{})}
		p.Promises = append(p.Promises, f)
	}
	p.Words, p.Thought = in.Words, in.Thought
	return nil
}

func (w *Web) heldShow(c *door.Call) error {
	p, err := w.heldShown(c)
	if err != nil {
		return err
	}
	return w.Render(c, "phone/record", p)
}

// heldSent decides about a record.
func (w *Web) heldSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := phone.DecideInput{ID: c.Operation, Held: c.Path("id"), Choice: f.Get("choice"), Words: f.Get("words")}
	_, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) (phone.Holding, error) { return w.Phones.Decide(c.Context(), tx, c.Who, in) })
	if err == nil {
		return w.Done(c, "/held/"+in.Held, w.decidedKey(in.Choice))
	}
	p, perr := w.heldShown(c)
	if perr != nil {
		return perr
	}
	return w.Refill(c, "phone/record", p, w.still(c, in.Choice, err))
}

// still tells why a rule refuses a record again: its fields are not on this page
// to be led to.
func (w *Web) still(c *door.Call, choice string, err error) error {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || choice == phone.Drop || len(e.Fields) == 0 {
		return err
	}
	var why []string
	for _, f := range e.Fields {
		if s := w.T(c.Lang, K(f.Key, f.Args...)); !slices.Contains(why, s) {
			why = append(why, s)
		}
	}
	return fault.New(e.Kind, "page_phone.still", "why", strings.Join(why, w.T(c.Lang, "web.semicolon")))
}

func (w *Web) decidedKey(choice string) string {
	switch choice {
	case phone.Drop:
		return "page_phone.dropped"
	case phone.Theirs:
		return "page_phone.theirs_kept"
	}
	return "page_phone.taken"
}

// heldNamed is the record of a phone that an address leads back to: a visit
// written for it is its correction.
func heldNamed(next string) string {
	id, ok := strings.CutPrefix(next, "/held/")
	if !ok || strings.ContainsAny(id, "/?#") || id == "file" {
		return ""
	}
	return id
}

// heldBeside shows, above the form of a visit, the record it is written for.
func (w *Web) heldBeside(c *door.Call, p *visitFormPage) error {
	id := heldNamed(p.Next)
	if id == "" {
		return nil
	}
	h, err := w.Phones.HeldShow(c.Context(), w.DB, c.Who, id, c.Lang)
	if err != nil {
		return err
	}
	if h.State != phone.HeldOpen {
		return fault.New(fault.Conflict, "offline.decided")
	}
	p.Held = &h
	if h.Cadre != "" && h.Cadre != c.Who.Cadre() && !slices.ContainsFunc(p.Helpers, func(o Option) bool { return o.Value == h.Cadre }) {
		p.Helpers = append(p.Helpers, Option{Value: h.Cadre, Text: h.Name})
	}
	return nil
}

// heldFill fills the form of a visit from the record it is written for.
func (w *Web) heldFill(c *door.Call, p *visitFormPage) error {
	if err := w.heldBeside(c, p); err != nil || p.Held == nil {
		return err
	}
	h := *p.Held
	ok, err := phone.MayRead(c.Context(), w.DB, c.Who, h)
	if err != nil || !ok {
		return err
	}
	var in visit.RecordInput
	if h.Raw || h.Kind != "visit.record" || json.Unmarshal(h.Body, &in) != nil {
		return nil
	}
	day, clock, _ := strings.Cut(strings.Replace(h.Moment().Time(in.At), " ", "T", 1), "T")
	p.Fill("day", day)
	p.Fill("clock", clock)
	p.Late = true // whoever corrects it looks at the day first
	switch {
	case slices.Contains([]string{"met", "meeting", "reception"}, in.How):
		p.Fill("how", "met")
		p.Fill("met", in.How)
	case slices.Contains([]string{"absent", "declined"}, in.How):
		p.Fill("how", "absent")
		p.Fill("unmet", in.How)
	default:
		p.Fill("how", in.How)
	}
	p.Fill("topics", in.Topics...)
	p.Fill("policies", in.Policies...)
	p.Fill("activities", in.Activities...)
	p.Fill("weather", in.Weather)
	p.Fill("words", in.Words)
	p.Fill("thought", in.Thought)
	p.Fill("need", "0")
	for i, x := range in.Promises {
		if i == visitPromises {
			break
		}
		p.Fill("need", "1")
		p.Fill(promiseField(i, "title"), x.Title)
		p.Fill(promiseField(i, "topic"), x.Topic)
		p.Fill(promiseField(i, "emphasis"), x.Emphasis)
		p.Fill(promiseField(i, "wish"), x.Wish)
		if x.By != "" {
			p.Fill(promiseField(i, "by"), x.By)
		}
	}
	p.Fill("with_id", in.With...)
	p.Fill("for", "")
	if whose := either(in.For, h.Cadre); whose != c.Who.Cadre() {
		p.Fill("for", whose)
	}
	return nil
}
