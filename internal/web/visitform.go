package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/deadline"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/phone"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/visit"
)

// visitFormPage is the form for one visit. Everything that can be known
// beforehand is filled in; only "is anything to be done?" must be answered.
type visitFormPage struct {
	Base
	Home                 household.Household
	Place                string
	Own                  []Option // the reader's other homes, to change to
	Mine                 bool     // the home is his: the visit is his unless he says otherwise
	Helpers              []Option // whose visit it may be instead
	Joint                []string // ids of others who help the home
	Company              company  // who may have come along
	Next                 string   // where saving leads back to
	Ways                 []Option
	Met                  []Option // where one met
	Unmet                []Option // why nobody was met
	Needs                []Option
	Topics               []Option
	Policies             []Option
	Acts                 []Option
	Weathers             []weather
	MatterTopics, Hearts []Option // of what was promised, if somebody says them
	By                   []Option
	Days                 []Option
	Late                 bool           // the day was changed: the record will say 补记
	Held                 *phone.Holding // the record of a phone this one is written for
	Provision            bool           // a year's holidays are not announced yet
}

// weather of a home with its sign.
type weather struct{ Value, Icon string }

var weathers = []weather{{"sunny", "sun"}, {"cloudy", "cloudy"}, {"overcast", "cloud"}, {"rain", "rain"}}

// pickPage asks which home: the own ones, or one found by searching.
type pickPage struct {
	Base
	Query  string
	Homes  []pickLine
	More   bool
	Office bool
	Next   string
	To     string // address of the form the choice leads to
}

type pickLine struct {
	ID, Name, Place string
	Size            int
	Last            calendar.Day
}

// visitNew shows the form for a home, or asks for the home first.
func (w *Web) visitNew(c *door.Call) error {
	next := local(c.Query("next"), "")
	if c.Query("household") == "" {
		return w.pick(c, access.VisitRecord, &pickPage{Base: Base{Title: K("visit.pick_title"), Shell: Task, Back: local(next, "/today")}, To: "/visits/new", Next: next})
	}
	p, err := w.visitForm(c, c.Query("household"), next)
	if err != nil {
		return err
	}
	now := w.DB.Now().In(calendar.China())
	p.Fill("household", p.Home.ID)
	p.Fill("day", string(calendar.FromTime(now)))
	p.Fill("clock", now.Format("15:04"))
	p.Fill("how", "home")
	p.Fill("met", "met")
	p.Fill("unmet", "absent")
	for i := range visitPromises {
		p.Fill(promiseField(i, "by"), appeal.Self)
		p.Fill(promiseField(i, "days"), strconv.Itoa(appeal.DefaultDays))
	}
	if !p.Mine && len(p.Helpers) > 0 {
		p.Fill("for", p.Helpers[0].Value)
	}
	if err := w.heldFill(c, p); err != nil {
		return err
	}
	if p.Company, err = w.company(c, p.Home.ID, p.Home.Region, p.whose(c), p.Joint, p.values["with_id"], ""); err != nil {
		return err
	}
	return w.Render(c, "visit/new", p)
}

// pick lists the reader's own homes; with a search, or for an office, all in
// reach.
func (w *Web) pick(c *door.Call, do access.Action, p *pickPage) error {
	p.Query = strings.TrimSpace(c.Query("q"))
	span := access.Reaches(c.Who, do)
	p.Office = len(span.Regions) > 0
	f := household.Filter{Mine: p.Query == "" && c.Who.Cadre() != "", Query: p.Query, Limit: 40}
	if !f.Mine && p.Query == "" {
		return w.Render(c, "visit/pick", p)
	}
	hs, more, err := household.List(c.Context(), w.DB, c.Who, f)
	if err != nil {
		return err
	}
	p.More = more != ""
	ids := make([]string, len(hs))
	for i, h := range hs {
		ids[i] = h.ID
	}
	n, err := w.naming(c, ids, nil)
	if err != nil {
		return err
	}
	last, err := visit.LastOf(c.Context(), w.DB, c.Who.County(), ids)
	if err != nil {
		return err
	}
	for _, h := range hs {
		if p.Query != "" || h.Own {
			p.Homes = append(p.Homes, pickLine{h.ID, h.Head, n.HomePlace(h.ID), h.Size, last[h.ID]})
		}
	}
	return w.Render(c, "visit/pick", p)
}

// visitForm makes the form's page for a home without its values.
func (w *Web) visitForm(c *door.Call, home, next string) (*visitFormPage, error) {
	ctx, county, today := c.Context(), c.Who.County(), c.Who.Today()
	p := &visitFormPage{Base: Base{Title: K("visit.new_title"), Shell: Task, Back: local(next, "/today")}, Next: next,
		Topics: catalogue("visit.topic.", visit.Topics), Policies: catalogue("visit.policy.", visit.Policies), Acts: catalogue("visit.activity.", visit.Activities), Weathers: weathers,
		By:    catalogue("appeal.by.", []string{appeal.Self, appeal.Station, appeal.Township}),
		Needs: []Option{{Value: "0", Key: "visit.need_none"}, {Value: "1", Key: "visit.need_some"}},
		Ways:  catalogue("visit.chip.", []string{"home", "phone", "met", "absent"}),
		Met:   catalogue("visit.met.", []string{"met", "meeting", "reception"}),
		Unmet: catalogue("visit.unmet.", []string{"absent", "declined"}),
	}
	ts, err := appeal.Topics(ctx, w.DB, county)
	if err != nil {
		return nil, err
	}
	p.MatterTopics = append(p.MatterTopics, Option{Key: "visit.promise_topic_none"})
	for _, t := range ts {
		if t.Active {
			p.MatterTopics = append(p.MatterTopics, Option{Value: t.ID, Text: t.Name})
		}
	}
	p.Hearts = append([]Option{{Key: "visit.promise_heart_none"}}, catalogue("appeal.emphasis.", appeal.Emphases)...)
	if p.Home, err = household.Brief(ctx, w.DB, county, home); err != nil {
		return nil, err
	}
	if p.Mine, err = household.Own(ctx, w.DB, county, home, c.Who.Cadre(), today); err != nil {
		return nil, err
	}
	// A former helper may still write up a visit of his time: the use case
	// judges by the visit's day; the form shows what the record shows anyway.
	former := false
	if !p.Mine {
		if former, err = w.helpedOnce(c, home); err != nil {
			return nil, err
		}
	}
	if err := scope.Can(c.Who, access.VisitRecord, p.Home.Region, p.Mine || former); err != nil {
		return nil, err
	}
	p.Mine = p.Mine || former && !access.Reaches(c.Who, access.VisitRecord).Contains(p.Home.Region)
	if err := w.visitPeople(c, p); err != nil {
		return nil, err
	}
	cal, err := w.workdays(c)
	if err != nil {
		return nil, err
	}
	for _, n := range []int{3, 7, 15} {
		due, announced := deadline.Due(today, n, cal)
		p.Provision = p.Provision || !announced
		p.Days = append(p.Days, Option{Value: strconv.Itoa(n), Text: w.T(c.Lang, K("visit.days", "n", n)), Note: w.day(c.Lang, due, false)})
	}
	return p, nil
}

// visitPeople adds who else belongs to the home, and the reader's other homes.
func (w *Web) visitPeople(c *door.Call, p *visitFormPage) error {
	ctx, county, today := c.Context(), c.Who.County(), c.Who.Today()
	ps, err := pairing.Of(ctx, w.DB, county, p.Home.ID)
	if err != nil {
		return err
	}
	var helpers []string
	for _, x := range ps {
		if x.At(today) && x.Role == pairing.Lead {
			helpers = append([]string{x.Cadre}, helpers...)
		} else if x.At(today) {
			helpers = append(helpers, x.Cadre)
		}
	}
	var mine []string
	if p.Mine && c.Who.Cadre() != "" {
		own, err := pairing.OfCadre(ctx, w.DB, county, c.Who.Cadre())
		if err != nil {
			return err
		}
		for _, x := range own {
			if x.At(today) || x.Household == p.Home.ID {
				mine = append(mine, x.Household)
			}
		}
	}
	n, err := w.naming(c, append(mine, p.Home.ID), helpers)
	if err != nil {
		return err
	}
	p.Place = n.HomePlace(p.Home.ID)
	for _, id := range distinct(mine) {
		p.Own = append(p.Own, Option{Value: id, Text: n.Home(id), Note: n.HomePlace(id)})
	}
	slices.SortStableFunc(p.Own, func(a, b Option) int { return strings.Compare(n.homes[a.Value].Region, n.homes[b.Value].Region) })
	for _, id := range helpers {
		if id == c.Who.Cadre() {
			continue
		}
		p.Helpers = append(p.Helpers, Option{Value: id, Text: n.Cadre(id)})
	}
	p.Joint = helpers
	if !p.Mine && len(helpers) > 0 {
		p.Joint = helpers[1:] // the first is whose visit it most likely was
	}
	if !p.Mine && c.Who.Cadre() != "" {
		// Somebody of the village committee at a home that is not his own may have
		// gone himself.
		me, err := cadre.Names(ctx, w.DB, county, []string{c.Who.Cadre()})
		if err != nil {
			return err
		}
		p.Helpers = append(p.Helpers, Option{Value: c.Who.Cadre(), Text: me[c.Who.Cadre()]})
	}
	return nil
}

// visitPromises is how many matters the form has room for; more are rare and
// can be added to the same visit's home as they come up.
const visitPromises = 3

// Whose offers the others whose visit it may have been, oneself first.
func (p *visitFormPage) Whose() []Option {
	return append([]Option{{Value: "", Key: "visit.for_self"}}, p.Helpers...)
}

// Begun reports whether a further promise has been started, so that its part
// of the form stands open.
func (p *visitFormPage) Begun(i int) bool { return p.Value(promiseField(i, "title")) != "" }

// Further reports whether the folded part holds something that was typed or
// that is wrong.
func (p *visitFormPage) Further() bool {
	return slices.ContainsFunc([]string{"weather", "policies", "activities", "with", "with_id", "for", "thought"}, func(name string) bool {
		return (name != "for" || p.Mine) && (p.Value(name) != "" || len(p.Errors(name)) > 0)
	})
}

func promiseField(i int, what string) string { return "promises." + strconv.Itoa(i) + "." + what }

// visitSent records the visit and leads back to where the work goes on.
func (w *Web) visitSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	next := local(f.Get("next"), "")
	var wrong fault.Fields
	in := w.visitInput(c, f, &wrong)
	if err := wrong.Err(); err == nil {
		var v visit.Visit
		if v, err = w.visitRecord(c, in, heldNamed(next)); err == nil {
			return w.Done(c, local(next, "/today"), savedKey(v), "n", len(v.Promises), "day", v.Day)
		}
		return w.visitAgain(c, in.Household, next, err)
	}
	return w.visitAgain(c, in.Household, next, wrong.Err())
}

func (w *Web) visitAgain(c *door.Call, home, next string, why error) error {
	p, err := w.visitForm(c, home, next)
	if err != nil {
		return err
	}
	if err := w.heldBeside(c, p); err != nil {
		return err
	}
	d := calendar.Day(c.Form("day"))
	p.Late = d.Valid() && d < c.Who.Today().Add(-1)
	if p.Company, err = w.company(c, p.Home.ID, p.Home.Region, p.whose(c), p.Joint, c.R.PostForm["with_id"], c.Form("with")); err != nil {
		return err
	}
	if p.Helpers, err = w.namesakes(c, p.Helpers, p.Home.Region, c.Form("for_name")); err != nil {
		return err
	}
	return w.Refill(c, "visit/new", p, why)
}

// visitRecord stores a visit, and closes the record of a phone it was written
// for.
func (w *Web) visitRecord(c *door.Call, in visit.RecordInput, held string) (visit.Visit, error) {
	cal, err := w.workdays(c)
	if err != nil {
		return visit.Visit{}, err
	}
	return db.Write(c.Context(), w.DB, func(tx *db.Tx) (visit.Visit, error) {
		v, again, err := visit.Record(c.Context(), tx, c.Who, in, cal)
		if err == nil && !again && held != "" {
			err = phone.Replace(c.Context(), tx, c.Who, held, "visit:"+v.ID)
		}
		return v, err
	})
}

func savedKey(v visit.Visit) string {
	switch {
	case len(v.Promises) > 0:
		return "visit.saved_promise"
	case v.Backdated():
		return "visit.saved_late"
	}
	return "visit.saved"
}

// visitInput reads the form. What a use case cannot know — an answer left out,
// a name that is in no roster — it notes itself.
func (w *Web) visitInput(c *door.Call, f url.Values, wrong *fault.Fields) visit.RecordInput {
	in := visit.RecordInput{ID: c.Operation, Household: f.Get("household"), How: f.Get("how"), Topics: f["topics"], Policies: f["policies"], Activities: f["activities"],
		Weather: f.Get("weather"), Words: strings.TrimSpace(f.Get("words")), Thought: f.Get("thought"), For: f.Get("for"), With: f["with_id"]}
	if in.At = f.Get("day"); in.At != "" && f.Get("clock") != "" {
		in.At += "T" + f.Get("clock")
	}
	switch in.How {
	case "met":
		in.How = cmp.Or(f.Get("met"), "met")
	case "absent":
		in.How = cmp.Or(f.Get("unmet"), "absent")
	}
	switch f.Get("need") {
	case "0":
	case "1":
		for i := range visitPromises {
			p := appeal.OpenInput{Title: f.Get(promiseField(i, "title")), By: f.Get(promiseField(i, "by")), Topic: f.Get(promiseField(i, "topic")), Emphasis: f.Get(promiseField(i, "emphasis")), Wish: f.Get(promiseField(i, "wish"))}
			if i > 0 && strings.TrimSpace(p.Title) == "" {
				continue
			}
			p.Days = whole(f.Get(promiseField(i, "days")))
			appeal.Check(wrong, strings.TrimSuffix(promiseField(i, ""), "."), p) // so that all problems are told at once
			in.Promises = append(in.Promises, p)
		}
	default:
		wrong.Add("need", "visit.need_needed")
	}
	in.Usual = f.Get("usual") != ""
	w.visitNames(c, f, &in, wrong)
	return in
}

// visitNames turns names that were typed into officials of the home's
// township: by a whole name that only one of them bears. Of two of one name the
// form asks which.
func (w *Web) visitNames(c *door.Call, f url.Values, in *visit.RecordInput, wrong *fault.Fields) {
	whose := strings.TrimSpace(f.Get("for_name"))
	if whose == "" && strings.TrimSpace(f.Get("with")) == "" {
		return
	}
	h, err := household.Brief(c.Context(), w.DB, c.Who.County(), in.Household)
	if err != nil {
		return // the use case will tell
	}
	cs, err := cadre.InTownship(c.Context(), w.DB, c.Who.County(), region.Upto(h.Region, region.Township), c.Who.Today())
	if err != nil {
		wrong.Add("with", "fault.busy")
		return
	}
	if whose != "" {
		if id := named(cs, whose, []string{in.For}, "for_name", wrong); id != "" {
			in.For = id
		}
	}
	in.With = companions(cs, in.With, f.Get("with"), wrong)
}
