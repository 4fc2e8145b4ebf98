package web

import (
	"errors"
	"slices"
	"strings"

	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/region"
	"lianxin/internal/work/visit"
)

func householdPages() []Page {
	return []Page{
		{"household/list", &householdListPage{}},
		{"household/show", &householdShowPage{}},
		{"household/new", &householdFormPage{}},
		{"household/amend", &householdAmendPage{}},
		{"household/member", &householdMemberPage{}},
		{"household/memberend", &householdMemberPage{}},
		{"household/tag", &householdFormPage{}},
		{"household/tagend", &householdFormPage{}},
		{"household/consent", &householdFormPage{}},
		{"household/move", &householdFormPage{}},
		{"household/split", &householdFormPage{}},
		{"household/merge", &householdMergePage{}},
	}
}

func (w *Web) householdRoutes() []door.Route {
	list, read, change := door.Need(access.HouseholdList), door.Need(access.HouseholdRead), door.Need(access.HouseholdChange)
	return []door.Route{
		Get("/households", list, door.Reads, w.householdList),
		Get("/households/find", list, door.Reads, w.householdFind),
		Get("/households/new", change, door.Reads, w.householdNew),
		Post("/households", change, door.Writes, w.householdAdd),
		Get("/households/{id}", read, door.Reads, w.householdShow),
		Post("/households/{id}/reveal", door.Need(access.HouseholdReveal), door.Reveals, w.householdReveal),
		Get("/households/{id}/amend", change, door.Reads, w.householdAmend),
		Post("/households/{id}/amend", change, door.Writes, w.householdAmendSent),
		Get("/households/{id}/members/new", change, door.Reads, w.memberForm),
		Post("/households/{id}/members", change, door.Writes, w.memberSent),
		Get("/households/{id}/members/{member}", change, door.Reads, w.memberForm),
		Post("/households/{id}/members/{member}", change, door.Writes, w.memberSent),
		Get("/households/{id}/members/{member}/end", change, door.Reads, w.memberEnd),
		Post("/households/{id}/members/{member}/end", change, door.Writes, w.memberEndSent),
		Get("/households/{id}/tags/new", change, door.Reads, w.tagForm),
		Post("/households/{id}/tags", change, door.Writes, w.tagSent),
		Get("/households/{id}/tags/{tag}/end", change, door.Reads, w.tagEnd),
		Post("/households/{id}/tags/{tag}/end", change, door.Writes, w.tagEndSent),
		Get("/households/{id}/consents/new", change, door.Reads, w.consentForm),
		Post("/households/{id}/consents", change, door.Writes, w.consentSent),
		Post("/households/{id}/consents/{consent}/withdraw", change, door.Writes, w.consentWithdraw),
		Get("/households/{id}/move", change, door.Reads, w.moveForm),
		Post("/households/{id}/move", change, door.Writes, w.moveSent),
		Get("/households/{id}/split", change, door.Reads, w.splitForm),
		Post("/households/{id}/split", change, door.Writes, w.splitSent),
		Get("/households/{id}/merge", change, door.Reads, w.mergeForm),
		Post("/households/{id}/merge", change, door.Writes, w.mergeSent),
		w.download("POST", "/households/{id}/registration.docx", read, w.registration),
	}
}

// homeLine is a home in a list: who, where, who helps it, when it was seen last.
type homeLine struct {
	household.Household
	Place  string
	Helper string
	Last   calendar.Day
	Seen   bool // the reader may know when it was seen
	Open   bool // its page may be opened
	Record bool // a visit may be recorded
	Pair   bool // a helper may be named
}

// Here reports whether the home is one of today's, not one that moved or ended.
func (l homeLine) Here() bool { return l.State == household.Active }

type householdListPage struct {
	Base
	Rows    []homeLine
	Lonely  []homeLine // without lead helper: they come first
	Further bool       // there are more of them than are shown
	Pager   Pager
	Views   []Pill
	Places  []Option
	Groups  []Option
	States  []Option
	Query   string
	View    string
	Asked   bool
	Acts    bool // some row has a button
	Helpers bool // homes of several helpers: name them
}

// lonelyShown is how many homes without helper stand above the list.
const lonelyShown = 5

var homeStates = []string{household.Active, household.Moved, household.Deceased, household.Merged}

func (w *Web) householdList(c *door.Call) error {
	p := &householdListPage{Base: Base{Title: K("page_household.list_title")}, Query: strings.TrimSpace(c.Query("q")), View: c.Query("view")}
	f := household.Filter{Query: p.Query, Place: w.placeAsked(c), State: c.Query("state"), After: c.Query("after")}
	wide := len(access.Reaches(c.Who, access.HouseholdList).Regions) > 0
	switch p.View {
	case "unpaired":
		f.Unpaired = true
	case "priority":
		f.Priority = true
	case "mine":
		f.Mine = true
	default:
		p.View = ""
	}
	hs, next, err := household.List(c.Context(), w.DB, c.Who, f)
	if err != nil {
		return err
	}
	p.Pager = w.Pages(c, next)
	lonely := 0
	if wide && access.May(c.Who, access.PairingRead) {
		none, more, err := household.List(c.Context(), w.DB, c.Who, household.Filter{Place: f.Place, Unpaired: true, Limit: 200})
		if err != nil {
			return err
		}
		lonely = len(none)
		if p.View == "" && p.Query == "" && f.After == "" && f.State == "" {
			p.Further = more != "" || lonely > lonelyShown
			if p.Lonely, err = w.homeLines(c, none[:min(lonely, lonelyShown)]); err != nil {
				return err
			}
		}
	}
	p.householdViews(c, wide, lonely)
	p.Helpers = access.Reaches(c.Who, access.HouseholdList).Wide() && p.View != "mine"
	if p.Rows, err = w.homeLines(c, hs); err != nil {
		return err
	}
	for _, r := range slices.Concat(p.Rows, p.Lonely) {
		p.Acts = p.Acts || r.Record || r.Pair
	}
	if err := w.placeChoices(c, p); err != nil {
		return err
	}
	for _, q := range []string{"q", "place", "group", "state", "view"} {
		p.Fill(q, c.Query(q))
		p.Asked = p.Asked || c.Query(q) != ""
	}
	p.Fill("place", w.villageAsked(c))
	return w.Render(c, "household/list", p)
}

// householdViews are the saved views above the list, as far as the reader may
// use them.
func (p *householdListPage) householdViews(c *door.Call, wide bool, lonely int) {
	add := func(view, key string, n int) {
		q := c.R.URL.Query()
		q.Del("after")
		q.Del("view")
		if view != "" {
			q.Set("view", view)
		}
		href := c.R.URL.Path
		if len(q) > 0 {
			href += "?" + q.Encode()
		}
		p.Views = append(p.Views, Pill{Text: K(key), Href: href, Here: p.View == view, Count: n})
	}
	add("", "page_household.view_all", 0)
	if wide && access.May(c.Who, access.PairingRead) {
		add("unpaired", "page_household.view_unpaired", lonely)
	}
	if access.May(c.Who, access.HouseholdTags) {
		add("priority", "page_household.view_priority", 0)
	}
	if wide && c.Who.Cadre() != "" {
		add("mine", "page_household.view_mine", 0)
	}
	if len(p.Views) == 1 {
		p.Views = nil
	}
}

// villageAsked is the village a list is narrowed to; whoever has one village
// only has chosen it already.
func (w *Web) villageAsked(c *door.Call) string {
	if v := c.Query("place"); v != "" {
		return v
	}
	if rs := access.Reaches(c.Who, access.HouseholdList).Regions; len(rs) == 1 {
		return region.Upto(rs[0], region.Village)
	}
	return ""
}

// placeAsked is the village or the group a list is narrowed to.
func (w *Web) placeAsked(c *door.Call) string {
	v := w.villageAsked(c)
	if g := c.Query("group"); v != "" && strings.HasPrefix(g, v) {
		return g
	}
	return v
}

func (w *Web) placeChoices(c *door.Call, p *householdListPage) error {
	var err error
	if p.Places, err = w.villages(c, access.HouseholdList); err != nil {
		return err
	}
	if p.Places != nil {
		p.Places = anyOf("page_household.any_village", p.Places)
	}
	if v := w.villageAsked(c); v != "" {
		rs, err := region.Under(c.Context(), w.DB, c.Who, v, false)
		if err != nil {
			return err
		}
		for _, r := range rs {
			if r.Level == region.Group {
				p.Groups = append(p.Groups, Option{Value: r.Path, Text: r.Name})
			}
		}
		if p.Groups != nil {
			p.Groups = anyOf("page_household.any_group", p.Groups)
		}
	}
	if len(access.Reaches(c.Who, access.HouseholdList).Regions) > 0 {
		for _, s := range homeStates {
			p.States = append(p.States, Option{Value: strings.TrimPrefix(s, household.Active), Key: "household.state." + s})
		}
	}
	return nil
}

// homeLines puts place, helper and last visit beside homes of a list.
func (w *Web) homeLines(c *door.Call, hs []household.Household) ([]homeLine, error) {
	ids := make([]string, len(hs))
	for i, h := range hs {
		ids[i] = h.ID
	}
	lead, err := pairing.Leads(c.Context(), w.DB, c.Who.County(), ids, c.Who.Today())
	if err != nil {
		return nil, err
	}
	last, err := visit.LastOf(c.Context(), w.DB, c.Who.County(), ids)
	if err != nil {
		return nil, err
	}
	helpers := make([]string, 0, len(lead))
	for _, id := range lead {
		helpers = append(helpers, id)
	}
	n, err := w.naming(c, ids, helpers)
	if err != nil {
		return nil, err
	}
	out := make([]homeLine, len(hs))
	for i, h := range hs {
		t := h.Target()
		here := h.State == household.Active
		out[i] = homeLine{Household: h, Place: n.Place(h.Region), Helper: n.Cadre(lead[h.ID]), Last: last[h.ID], Seen: access.Can(c.Who, access.VisitList, t).OK(),
			Open: access.Can(c.Who, access.HouseholdRead, t).OK(), Record: here && h.Own && access.Can(c.Who, access.VisitRecord, t).OK(),
			Pair: here && lead[h.ID] == "" && access.Can(c.Who, access.PairingChange, t).OK()}
	}
	return out, nil
}

// found is how many results a picker shows.
const found = 12

// householdFind answers the pickers that choose a home.
func (w *Web) householdFind(c *door.Call) error {
	o, more, err := w.homesFound(c, c.Query("q"))
	if err != nil {
		return err
	}
	return w.Found(c, o, more)
}

func (w *Web) homesFound(c *door.Call, q string) ([]Option, bool, error) {
	if strings.TrimSpace(q) == "" {
		return nil, false, nil
	}
	hs, next, err := household.List(c.Context(), w.DB, c.Who, household.Filter{Query: q, Limit: found})
	if err != nil {
		return nil, false, err
	}
	ls, err := w.homeLines(c, hs)
	out := make([]Option, len(ls))
	for i, l := range ls {
		out[i] = Option{Value: l.ID, Text: l.Head, Note: l.Place}
		if l.Helper != "" {
			out[i].Note += w.T(c.Lang, K("page_household.helper_note", "name", l.Helper))
		}
	}
	return out, next != "", err
}

// renamed gives the fields of a failure the names they have in the form, and
// tells the same thing about a field only once.
func renamed(err error, to func(field, key string) string) error {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	out := *e
	out.Fields = nil
	for _, f := range e.Fields {
		f.Name = to(f.Name, f.Key)
		if !slices.ContainsFunc(out.Fields, func(x fault.Field) bool { return x.Name == f.Name && x.Key == f.Key }) {
			out.Fields = append(out.Fields, f)
		}
	}
	return &out
}

// beside puts a failure that names no field beside the one it is about.
func beside(err error, field string, keys ...string) error {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || len(e.Fields) > 0 || !slices.Contains(keys, e.Key) {
		return err
	}
	return &fault.Error{Kind: e.Kind, Key: "fault.invalid", Fields: []fault.Field{{Name: field, Key: e.Key, Args: e.Args}}, Err: e.Err}
}

// personField names the field of the form for a person that a problem is about.
func personField(field, key string) string {
	if field != "members" {
		return field
	}
	switch {
	case strings.HasPrefix(key, "identity.name"):
		return "name"
	case strings.HasPrefix(key, "identity.phone"):
		return "phone"
	case strings.HasPrefix(key, "identity."):
		return "id_number"
	case key == "household.born_bad":
		return "born"
	case key == "household.sex_bad":
		return "sex"
	}
	return "health"
}

func asFault(err error) (*fault.Error, bool) { return errors.AsType[*fault.Error](err) }
