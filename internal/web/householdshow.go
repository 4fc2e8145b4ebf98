package web

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/export"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/mask"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/progress"
	"lianxin/internal/work/region"
	"lianxin/internal/work/visit"
)

// householdShowPage is everything about one home, as far as the reader may see
// it.
type householdShowPage struct {
	Base
	Home      household.Household
	Place     string
	Phone     Masked
	Address   Masked
	Notes     Masked
	People    []personLine
	Minor     Say          // who approves what more there is of a minor
	Gone      []personLine // who died or left
	Sensitive bool         // care tags and health may be seen
	Tags      []tagLine
	Helpers   []helperLine
	Former    []helperLine
	Matters   []matterLine
	Visits    []visitLine
	Times     Say // how often the home was visited this year
	Cards     []cardLine
	Events    []eventLine
	Successor string // name of the home it was merged into
	Links     homeLinks

	Changes, Pairs, Records, Confirms bool

	CardPurposes []Option // what the registration card may be taken out for
	CardOpen     bool

	Advises      bool // the reader may tell the office that something has changed
	Advice       []adviceLine
	AdviceKinds  []Option
	AdvicePeople []Option
	AdviceOpen   bool
}

// homeLinks lead from a home to other lists; "" hides one.
type homeLinks struct{ Visits, Matters, Diary, Cards, Card string }

type personLine struct {
	household.Member
	Phone, Number, Health Masked

	Aged  bool // the day of birth is known
	Facts []string
}

type tagLine struct {
	household.Tag
	Name, Whose   string
	Kind          Masked // which need it is, to whom that is opened only
	Proof, EndWhy Masked
	Now, Closed   bool
}

type helperLine struct {
	pairing.Pairing
	Name string
	Now  bool
	Open bool // his page may be opened
}

type eventLine struct {
	household.Event
	Words   Say
	Whom    string // the person, the other home or the new place
	Changed []changeLine
}

// changeLine is one value that a correction replaced.
type changeLine struct {
	What     Say
	Was, Now string
}

// Here reports whether the home lives on.
func (p *householdShowPage) Here() bool { return p.Home.State == household.Active }

// Lead is the present lead helper.
func (p *householdShowPage) Lead() helperLine {
	for _, h := range p.Helpers {
		if h.Role == pairing.Lead {
			return h
		}
	}
	return helperLine{}
}

func (w *Web) householdShow(c *door.Call) error {
	p, err := w.householdShown(c, c.Path("id"))
	if err != nil {
		return err
	}
	return w.Render(c, "household/show", p)
}

// householdReveal shows one value whole, once, on a page nobody keeps.
func (w *Web) householdReveal(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	field, member, _ := strings.Cut(f.Get("field"), ":")
	value, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (string, error) {
		return household.Reveal(c.Context(), tx, c.Who, household.RevealInput{Household: c.Path("id"), Member: member, Field: field, Purpose: f.Get("purpose")})
	})
	if err != nil {
		return err
	}
	p, err := w.householdShown(c, c.Path("id"))
	if err != nil {
		return err
	}
	for _, m := range p.masks() {
		if m.Field == f.Get("field") {
			m.Whole = value
			if field == "tag" {
				names, err := w.careTags(c, p.Home.Region)
				if err != nil {
					return err
				}
				m.Whole = w.careTag(c.Lang, names, value)
			}
		}
	}
	return w.Render(c, "household/show", p)
}

func (p *householdShowPage) masks() []*Masked {
	out := []*Masked{&p.Phone, &p.Address, &p.Notes}
	for i := range p.Tags {
		out = append(out, &p.Tags[i].Kind, &p.Tags[i].Proof, &p.Tags[i].EndWhy)
	}
	for i := range p.People {
		out = append(out, &p.People[i].Phone, &p.People[i].Number, &p.People[i].Health)
	}
	return out
}

func (w *Web) householdShown(c *door.Call, id string) (*householdShowPage, error) {
	ctx := c.Context()
	h, err := household.Show(ctx, w.DB, c.Who, id)
	if err != nil {
		return nil, err
	}
	t := h.Target()
	can := func(do access.Action) bool { return access.Can(c.Who, do, t).OK() }
	p := &householdShowPage{Home: h, Sensitive: can(access.HouseholdHealth), Changes: can(access.HouseholdChange), Pairs: can(access.PairingChange), Records: can(access.VisitRecord)}
	n, err := w.naming(c, []string{id, h.Successor}, nil)
	if err != nil {
		return nil, err
	}
	p.Place, p.Successor = n.HomePlace(id), n.Home(h.Successor)
	p.Base = Base{Title: Plain(h.Head), Sub: Plain(p.Place), Back: "/households"}
	if slices.ContainsFunc(h.Members, func(m household.Member) bool { return m.Closed && m.Born == "" }) {
		if p.Minor, err = w.minorsBy(c, h.Region); err != nil {
			return nil, err
		}
	}
	w.householdPeople(c, p, can)
	if err := w.householdTags(c, p); err != nil {
		return nil, err
	}
	if err := w.householdHelpers(c, p); err != nil {
		return nil, err
	}
	if err := w.householdWork(c, p); err != nil {
		return nil, err
	}
	if err := w.householdAdvice(c, p); err != nil {
		return nil, err
	}
	return p, w.householdPast(c, p, n)
}

func (w *Web) householdPeople(c *door.Call, p *householdShowPage, can func(access.Action) bool) {
	h, hidden, reveal, number := p.Home, p.hidden, can(access.HouseholdReveal), can(access.IDReveal)
	p.Phone = hidden("m-phone", "page_household.phone", h.Phone, "phone", reveal, true)
	p.Address = hidden("m-address", "page_household.address", h.Address, "address", reveal, false)
	p.Notes = hidden("m-notes", "page_household.notes", h.Notes, "notes", can(access.HouseholdNotes), false)
	for _, m := range h.Members {
		l := personLine{Member: m, Aged: m.Born != ""}
		l.Health = hidden("m-health-"+m.ID, "page_household.health", m.Health, "health:"+m.ID, p.Sensitive, false)
		l.Phone = hidden("m-phone-"+m.ID, "page_household.phone", m.Phone, "phone:"+m.ID, reveal, true)
		l.Number = hidden("m-number-"+m.ID, "page_household.id_number", m.IDNumber, "id_number:"+m.ID, number, false)
		for _, s := range []string{m.Education, m.Labour} {
			if s != "" {
				l.Facts = append(l.Facts, s)
			}
		}
		if m.State == household.Active {
			p.People = append(p.People, l)
		} else {
			p.Gone = append(p.Gone, l)
		}
	}
}

// hidden is a value of the home that is shown masked and may be opened.
func (p *householdShowPage) hidden(id, what, text, field string, may, tel bool) Masked {
	m := Masked{ID: id, What: K(what), Text: text, Field: field, Purposes: catalogue("household.purpose.", household.Purposes), Tel: tel}
	if may && text != "" {
		m.Action = "/households/" + p.Home.ID + "/reveal"
	}
	return m
}

func (w *Web) householdTags(c *door.Call, p *householdShowPage) error {
	if !p.Sensitive || len(p.Home.Tags) == 0 {
		return nil
	}
	names, err := w.careTags(c, p.Home.Region)
	if err != nil {
		return err
	}
	for _, t := range p.Home.Tags {
		l := tagLine{Tag: t, Name: w.careTag(c.Lang, names, t.Tag), Now: t.At(c.Who.Today()),
			Proof: p.hidden("m-proof-"+t.ID, "page_household.evidence", t.Evidence, "evidence:"+t.ID, true, false), EndWhy: p.hidden("m-end-"+t.ID, "page_household.end_because", t.EndReason, "end_reason:"+t.ID, true, false)}
		if l.Closed = t.Tag == household.Hidden; l.Closed {
			l.Kind, l.Name = p.hidden("m-tag-"+t.ID, "page_household.need_kind", t.Tag, "tag:"+t.ID, true, false), ""
		}
		for _, m := range p.Home.Members {
			if m.ID == t.Member {
				l.Whose = m.Name
			}
		}
		p.Tags = append(p.Tags, l)
	}
	return nil
}

func (w *Web) householdHelpers(c *door.Call, p *householdShowPage) error {
	ctx, county := c.Context(), c.Who.County()
	ps, err := pairing.Of(ctx, w.DB, county, p.Home.ID)
	if err != nil {
		return err
	}
	var ids []string
	for _, x := range ps {
		ids = append(ids, x.Cadre)
	}
	names, err := cadre.Names(ctx, w.DB, county, distinct(ids))
	if err != nil {
		return err
	}
	everybody := access.Reaches(c.Who, access.CadreRead)
	for i := len(ps) - 1; i >= 0; i-- {
		x := ps[i]
		l := helperLine{Pairing: x, Name: names[x.Cadre], Now: x.At(c.Who.Today()), Open: everybody.Contains(region.Upto(p.Home.Region, region.Township)) || x.Cadre == c.Who.Cadre()}
		if l.Now || x.From > c.Who.Today() {
			p.Helpers = append(p.Helpers, l)
		} else {
			p.Former = append(p.Former, l)
		}
	}
	return nil
}

// householdWork is what was done for the home: promises, visits, cards.
func (w *Web) householdWork(c *door.Call, p *householdShowPage) error {
	ctx, id, today := c.Context(), p.Home.ID, c.Who.Today()
	as, _, err := appeal.List(ctx, w.DB, c.Who, appeal.Filter{Household: id, Any: true, Limit: 8})
	if err != nil && !refused(err) {
		return err
	}
	if err == nil {
		p.Links.Matters = "/matters?household=" + url.QueryEscape(id) + "&view=all"
	}
	for _, a := range as {
		p.Matters = append(p.Matters, matterLine{Appeal: a, Status: a.Status(today), Home: p.Home.Head})
	}
	vs, _, err := visit.List(ctx, w.DB, c.Who, visit.Filter{Household: id, Limit: 10})
	if err != nil && !refused(err) {
		return err
	}
	if p.Visits, err = w.visitLines(c, vs); err != nil {
		return err
	}
	if access.Can(c.Who, access.VisitList, p.Home.Target()).OK() {
		p.Links.Visits = "/visits?household=" + url.QueryEscape(id)
		leads, err := pairing.Leads(ctx, w.DB, c.Who.County(), []string{id}, today)
		if err != nil {
			return err
		}
		years, err := progress.HomeYears(ctx, w.DB, c.Who, map[string]string{id: leads[id]}, today.Year())
		if err != nil {
			return err
		}
		p.Times = homeDots(years[id]).Text
	}
	if access.Can(c.Who, access.VisitRead, p.Home.Target()).OK() {
		p.Links.Diary = "/diary?household=" + url.QueryEscape(id)
	}
	if mayTake(c, p.Home) == nil {
		p.Links.Card = "/households/" + id + "/registration.docx"
	}
	p.CardPurposes = anyOf("page_export.choose", catalogue("page_export.purpose.", export.Purposes))
	return w.householdCards(c, p)
}

// householdPast tells the home's history, with what each correction replaced.
func (w *Web) householdPast(c *door.Call, p *householdShowPage, n *names) error {
	es, err := household.History(c.Context(), w.DB, c.Who, p.Home.ID)
	if err != nil {
		return err
	}
	var others []string
	for _, e := range es {
		if e.Kind == "split" || e.Kind == "merged" {
			others = append(others, e.Other)
		}
	}
	rest, err := w.naming(c, others, nil)
	if err != nil {
		return err
	}
	name := map[string]string{}
	for _, m := range p.Home.Members {
		name[m.ID] = m.Name
	}
	h := p.Home
	now := map[string]string{"head": h.Head, "address": h.Address, "phone": h.Phone, "housing": h.Housing, "income": h.Income, "notes": h.Notes}
	for _, e := range es {
		l := eventLine{Event: e, Words: K("household.event." + e.Kind), Whom: name[e.Other]}
		switch e.Kind {
		case "split", "merged":
			l.Whom = rest.Home(e.Other)
		case "moved":
			if err := w.know(c, n, e.Other); err != nil {
				return err
			}
			l.Whom = n.Place(e.Other)
		}
		if !strings.HasPrefix(e.Kind, "member_") && e.Before != "" {
			l.Changed = replaced(e.Before, now)
		}
		p.Events = append(p.Events, l)
	}
	return nil
}

// replaced lists what a correction replaced, given the values after it, and
// turns these back to the values before it.
func replaced(before string, now map[string]string) (out []changeLine) {
	var was map[string]any
	if json.Unmarshal([]byte(before), &was) != nil {
		return nil
	}
	for _, k := range []string{"head", "phone", "address", "housing", "income", "notes"} {
		s, _ := was[k].(string)
		switch k {
		case "phone":
			s = mask.Phone(s)
		case "address":
			s = mask.Address(s)
		}
		if s != now[k] {
			out = append(out, changeLine{What: K("page_household." + k), Was: s, Now: now[k]})
		}
		now[k] = s
	}
	return out
}

// homeOf gives a home to a page that changes it.
func (w *Web) homeOf(c *door.Call) (household.Household, error) {
	h, err := household.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return h, err
	}
	d := access.Can(c.Who, access.HouseholdChange, h.Target())
	if !d.OK() {
		return h, fault.New(fault.Forbidden, d.Because)
	}
	if h.State == household.Merged {
		return h, fault.New(fault.Gone, "household.merged_away")
	}
	return h, nil
}
