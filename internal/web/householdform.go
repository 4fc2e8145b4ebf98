package web

import (
	"errors"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/identity"
	"lianxin/internal/rule/mask"
	"lianxin/internal/work/household"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// householdFormPage is a form about one home; Home is empty for a new one.
type householdFormPage struct {
	Base
	Home    household.Household
	Places  []Option
	People  []Option // present members
	Tags    []Option
	Sources []Option
	Goals   []Option // purposes of a consent
	Ways    []Option
	States  []Option
	Tag     tagLine    // the care tag that ends
	Twins   []twinLine // homes that look like the new one
}

var (
	sexes      = []Option{{Value: "female", Key: "page_household.sex.female"}, {Value: "male", Key: "page_household.sex.male"}}
	tagSources = catalogue("page_household.source.", household.TagSources)
	consentFor = catalogue("page_household.consent_for.", household.ConsentFor)
	consentWay = catalogue("page_household.consent_way.", household.ConsentWays)
	moveStates = catalogue("page_household.move.", []string{household.Active, household.Moved, household.Deceased})
)

// Sexes are the choices of a person's sex.
func (householdFormPage) Sexes() []Option { return sexes }

// homePlaces gives the villages and groups in which a home may be entered.
func (w *Web) homePlaces(c *door.Call) ([]Option, error) {
	var out []Option
	for _, root := range access.Reaches(c.Who, access.HouseholdChange).Regions {
		rs, err := region.Tree(c.Context(), w.DB, root)
		if err != nil {
			return nil, err
		}
		names, towns := map[string]string{}, 0
		for _, r := range rs {
			names[r.Path] = r.Name
			if r.Level == region.Township {
				towns++
			}
		}
		from := region.Village
		if towns > 1 {
			from = region.Township
		}
		for _, r := range rs {
			if r.Level == region.Village || r.Level == region.Group {
				out = append(out, Option{Value: r.Path, Text: region.Place(names, r.Path, from)})
			}
		}
	}
	return out, nil
}

func (w *Web) householdNewPage(c *door.Call) (*householdFormPage, error) {
	p := &householdFormPage{Base: Base{Title: K("page_household.new_title"), Shell: Task, Back: "/households"}, Ways: anyOf("page_household.consent_not_yet", consentWay[:3])}
	var err error
	p.Places, err = w.homePlaces(c)
	p.Places = anyOf("page_household.choose_place", p.Places)
	return p, err
}

func (w *Web) householdNew(c *door.Call) error {
	p, err := w.householdNewPage(c)
	if err != nil {
		return err
	}
	p.Fill("since", string(c.Who.Today()))
	p.Fill("region", c.Query("place"))
	return w.Render(c, "household/new", p)
}

func (w *Web) householdAdd(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := household.AddInput{ID: c.Operation, Region: f.Get("region"), Head: f.Get("head"), Phone: f.Get("phone"), Address: f.Get("address"), Housing: strings.TrimSpace(f.Get("housing")), Income: strings.TrimSpace(f.Get("income")),
		Notes: f.Get("notes"), Since: calendar.Day(f.Get("since")), Distinct: f.Get("distinct") == "1", Members: []household.MemberInput{{Name: f.Get("head"), Relation: w.T("zh-CN", K("page_household.relation_head")), Sex: f.Get("sex"), Phone: f.Get("phone"), IDNumber: f.Get("id_number")}}}
	if way := f.Get("consent"); way != "" {
		in.Consent = &household.ConsentInput{Purpose: "record", Way: way, On: in.Since}
	}
	if in.Region == "" {
		// The township stands for "not chosen": the use case then names this
		// together with whatever else is wrong.
		in.Region = region.Upto(access.Reaches(c.Who, access.HouseholdChange).Regions[0], region.Township)
	}
	_, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) (household.Household, error) {
		return household.Add(c.Context(), tx, c.Who, in)
	})
	if err == nil {
		return w.Done(c, "/households/"+in.ID, "page_household.added", "name", strings.TrimSpace(in.Head))
	}
	p, perr := w.householdNewPage(c)
	if perr != nil {
		return perr
	}
	if p.Twins, perr = w.twins(c, in, err); perr != nil {
		return perr
	}
	return w.Refill(c, "household/new", p, renamed(err, func(field, key string) string {
		if field = personField(field, key); field == "name" {
			return "head"
		}
		return field
	}))
}

// twinLine is a home that looks like the one being entered; Href is "" outside
// the person's reach.
type twinLine struct {
	Href string
	Text Say
}

// twins gives the homes for whose sake a new one was not taken.
func (w *Web) twins(c *door.Call, in household.AddInput, err error) (out []twinLine, _ error) {
	if e, ok := errors.AsType[*fault.Error](err); !ok || e.Key != household.KeyAlike {
		return nil, nil
	}
	ts, err := household.Alike(c.Context(), w.DB, c.Who, in)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(ts))
	for i, t := range ts {
		ids[i] = t.ID
	}
	n, err := w.naming(c, ids, nil)
	if err != nil {
		return nil, err
	}
	for _, t := range ts {
		l := twinLine{Text: K("household.alike_elsewhere")}
		if t.ID != "" {
			l = twinLine{Href: "/households/" + t.ID, Text: K("household.alike_"+t.By, "name", t.Head, "place", n.Place(t.Region))}
		}
		out = append(out, l)
	}
	return out, nil
}

// known refuses a person who is entered already, unless the office insists.
func (w *Web) known(c *door.Call, number, same string) error {
	if same == "1" || identity.Nothing(number) {
		return nil
	}
	id, _, err := household.FindID(c.Context(), w.DB, c.Who.County(), number)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	f := fault.Field{Name: "id_number", Key: "page_household.known_elsewhere"}
	h, err := household.Brief(c.Context(), w.DB, c.Who.County(), id)
	if err != nil {
		return err
	}
	if access.Reaches(c.Who, access.HouseholdList).Contains(h.Region) {
		n, err := w.naming(c, []string{id}, nil)
		if err != nil {
			return err
		}
		f.Key, f.Args = "page_household.known", []any{"name", h.Head, "place", n.HomePlace(id)}
	}
	return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{f}}
}

// householdAmendPage corrects a home. Phone and address are not shown: an empty
// field leaves what is stored.
type householdAmendPage struct {
	Base
	Home household.Household
	Now  []changeLine // what somebody else stored meanwhile, beside what was typed
}

func (w *Web) householdAmendPage(c *door.Call) (*householdAmendPage, error) {
	h, err := w.homeOf(c)
	if err != nil {
		return nil, err
	}
	return &householdAmendPage{Base: Base{Title: K("page_household.amend_title"), Sub: Plain(h.Head), Shell: Task, Back: "/households/" + h.ID}, Home: h}, nil
}

func (w *Web) householdAmend(c *door.Call) error {
	p, err := w.householdAmendPage(c)
	if err != nil {
		return err
	}
	p.Fill("head", p.Home.Head)
	p.Fill("housing", p.Home.Housing)
	p.Fill("income", p.Home.Income)
	p.Fill("notes", p.Home.Notes)
	return w.Render(c, "household/amend", p)
}

func (w *Web) householdAmendSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := household.AmendInput{ID: c.Operation, Household: c.Path("id"), Version: number(f.Get("version")), Head: f.Get("head"), Address: f.Get("address"), Phone: f.Get("phone"),
		Housing: strings.TrimSpace(f.Get("housing")), Income: strings.TrimSpace(f.Get("income")), Notes: f.Get("notes"), Why: f.Get("why")}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		h, err := household.Get(c.Context(), tx, c.Who.County(), in.Household)
		if err != nil {
			return err
		}
		in := in
		switch {
		case f.Get("no_phone") == "1":
			in.Phone = ""
		case strings.TrimSpace(in.Phone) == "":
			in.Phone = h.Phone
		}
		if strings.TrimSpace(in.Address) == "" {
			in.Address = h.Address
		}
		_, err = household.Amend(c.Context(), tx, c.Who, in)
		return err
	})
	if err == nil {
		return w.Done(c, "/households/"+in.Household, "page_household.amended")
	}
	p, perr := w.householdAmendPage(c)
	if perr != nil {
		return perr
	}
	if fault.Is(err, fault.Conflict) {
		h := p.Home
		for _, x := range []struct{ key, now, typed string }{{"head", h.Head, in.Head}, {"housing", h.Housing, in.Housing}, {"income", h.Income, in.Income}, {"notes", h.Notes, in.Notes}} {
			if x.now != strings.TrimSpace(x.typed) {
				p.Now = append(p.Now, changeLine{What: K("page_household." + x.key), Was: x.typed, Now: x.now})
			}
		}
		for _, x := range []struct{ key, now, typed string }{{"phone", h.Phone, mask.Phone(in.Phone)}, {"address", h.Address, mask.Address(in.Address)}} {
			if x.typed != "" && x.now != x.typed {
				p.Now = append(p.Now, changeLine{What: K("page_household." + x.key), Was: x.typed, Now: x.now})
			}
		}
	}
	return w.Refill(c, "household/amend", p, err)
}

// householdMemberPage adds, corrects or ends one person of a home.
type householdMemberPage struct {
	Base
	Home   household.Household
	Member household.Member // empty for a new one
	Young  bool             // the health of a child without a guardian's consent is not shown
	Kept   bool             // something is kept of his health, to be opened on the home's page
	States []Option
}

// Sexes are the choices of a person's sex.
func (householdMemberPage) Sexes() []Option { return sexes }

func (w *Web) memberPage(c *door.Call) (*householdMemberPage, error) {
	h, err := w.homeOf(c)
	if err != nil {
		return nil, err
	}
	p := &householdMemberPage{Base: Base{Title: K("page_household.member_add"), Sub: Plain(h.Head), Shell: Task, Back: "/households/" + h.ID}, Home: h,
		States: catalogue("page_household.member_state.", []string{household.Deceased, "left"})}
	id := c.Path("member")
	if id == "" {
		return p, nil
	}
	for _, m := range h.Members {
		if m.ID == id {
			p.Member, p.Title = m, K("page_household.member_title", "name", m.Name)
			p.Young, p.Kept = m.Closed, m.Health != ""
			if m.Closed && m.Born == "" { // of a minor nobody approved: what is not shown is not written over
				return nil, fault.New(fault.Forbidden, "household.minor_unapproved")
			}
			return p, nil
		}
	}
	return nil, fault.New(fault.NotFound, "household.member_unknown")
}

// guarded reports whether a guardian agreed to keep what concerns a child.
func guarded(h household.Household) bool {
	for _, x := range h.Consents {
		if x.Purpose == "minor" && x.Ended == "" {
			return true
		}
	}
	return false
}

func (w *Web) memberForm(c *door.Call) error {
	p, err := w.memberPage(c)
	if err != nil {
		return err
	}
	if m := p.Member; m.ID != "" {
		for k, v := range map[string]string{"name": m.Name, "relation": m.Relation, "sex": m.Sex, "education": m.Education, "labour": m.Labour, "health": m.Health} {
			p.Fill(k, v)
		}
	} else {
		p.Fill("on", string(c.Who.Today()))
	}
	return w.Render(c, "household/member", p)
}

func (w *Web) memberSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := household.MemberChange{ID: c.Operation, Household: c.Path("id"), Member: c.Path("member"), On: calendar.Day(f.Get("on")), MemberInput: household.MemberInput{
		Name: f.Get("name"), Relation: f.Get("relation"), Sex: f.Get("sex"), Born: calendar.Day(f.Get("born")), IDNumber: f.Get("id_number"), Phone: f.Get("phone"),
		Education: strings.TrimSpace(f.Get("education")), Labour: strings.TrimSpace(f.Get("labour")), Health: strings.TrimSpace(f.Get("health"))}}
	if in.Member == "" {
		err = w.known(c, in.IDNumber, f.Get("same"))
	}
	if err == nil {
		err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
			in := in
			if in.Member != "" {
				if err := w.kept(c, tx, &in, f.Get("no_phone") == "1"); err != nil {
					return err
				}
			}
			_, err := household.ChangeMember(c.Context(), tx, c.Who, in)
			return err
		})
	}
	if err == nil {
		return w.Done(c, "/households/"+in.Household, "page_household.member_saved", "name", strings.TrimSpace(in.Name))
	}
	return again(w, c, "household/member", "", renamed(err, personField), w.memberPage)
}

// kept fills in what the form did not show and so did not send back.
func (w *Web) kept(c *door.Call, tx *db.Tx, in *household.MemberChange, noPhone bool) error {
	h, err := household.Get(c.Context(), tx, c.Who.County(), in.Household)
	if err != nil {
		return err
	}
	for _, m := range h.Members {
		if m.ID != in.Member {
			continue
		}
		if in.Phone == "" && !noPhone {
			in.Phone = m.Phone
		}
		if m.Child(c.Who.Today()) && !guarded(h) {
			in.Health, in.Education, in.Labour = m.Health, m.Education, m.Labour
		}
	}
	return nil
}

func (w *Web) memberEnd(c *door.Call) error {
	p, err := w.memberPage(c)
	if err != nil {
		return err
	}
	p.Title = K("page_household.member_end", "name", p.Member.Name)
	p.Fill("on", string(c.Who.Today()))
	return w.Render(c, "household/memberend", p)
}

func (w *Web) memberEndSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p, err := w.memberPage(c)
	if err != nil {
		return err
	}
	in := household.MemberChange{ID: c.Operation, Household: p.Home.ID, Member: p.Member.ID, State: f.Get("state"), On: calendar.Day(f.Get("on"))}
	if in.State != household.Deceased && in.State != "left" {
		err = &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "state", Key: "page_household.choose"}}}
	} else {
		err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
			_, err := household.ChangeMember(c.Context(), tx, c.Who, in)
			return err
		})
	}
	if err != nil {
		p.Title = K("page_household.member_end", "name", p.Member.Name)
		return w.Refill(c, "household/memberend", p, err)
	}
	if p.Member.Name == p.Home.Head {
		return w.Done(c, "/households/"+p.Home.ID+"/amend", "page_household.head_gone", "name", p.Member.Name)
	}
	return w.Done(c, "/households/"+p.Home.ID, "page_household.member_ended", "name", p.Member.Name)
}

// number reads a whole number of a form; what is none counts as 0.
func number(s string) int {
	n := 0
	for _, r := range s {
		if r < '0' || r > '9' || n > 1<<30 {
			return 0
		}
		n = n*10 + int(r-'0')
	}
	return n
}

// formOf makes the page of a form about a home.
func (w *Web) formOf(c *door.Call, title string) (*householdFormPage, error) {
	h, err := w.homeOf(c)
	if err != nil {
		return nil, err
	}
	p := &householdFormPage{Base: Base{Title: K(title), Sub: Plain(h.Head), Shell: Task, Back: "/households/" + h.ID}, Home: h}
	for _, m := range h.Members {
		if m.State == household.Active {
			p.People = append(p.People, Option{Value: m.ID, Text: m.Name, Note: m.Relation})
		}
	}
	return p, nil
}

// may asks again about a home that a form names.
func may(c *door.Call, do access.Action, h household.Household) error {
	return scope.Can(c.Who, do, h.Region, h.Own)
}
