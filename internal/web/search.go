package web

import (
	"errors"
	"net/url"
	"strings"

	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/lookup"
	"lianxin/internal/work/visit"
)

func searchPages() []Page { return []Page{{"search/list", &searchPage{}}} }

func (w *Web) searchRoutes() []door.Route {
	return []door.Route{Get("/search", door.Need(access.Search), door.Reads, w.search).With("from", "to")}
}

// searchPage shows what was asked for: households and officials first, then
// words found in diaries and matters.
type searchPage struct {
	Base
	Query   string
	Homes   []homeLine
	Further string // where all households found are listed, "" when all are here
	Helpers bool
	Acts    bool
	People  []cadreLine
	More    string // where all officials found are listed
	Rows    []searchLine
	Words   bool // diaries and matters were searched
	Short   Say  // why they were not
	Behind  bool
	Pager   Pager
	Kinds   []Option
	Places  []Option
	Topics  []Option
	Asked   bool // narrowed by something besides words
	Clear   string
}

// searchLine is a record found, with the words for its ids.
type searchLine struct {
	lookup.Hit
	Home, Where, Helper string
	Href                string
}

// Matter reports whether it is a matter, not a page of a diary.
func (l searchLine) Matter() bool { return l.Kind == appeal.SearchAppeal }

// homesFirst is how many households stand above the words that were found.
const homesFirst = 5

func (w *Web) search(c *door.Call) error {
	q := strings.TrimSpace(c.Query("q"))
	f := lookup.Query{Words: q, Place: c.Query("place"), Topic: c.Query("topic"), Kind: c.Query("kind"), From: dayQuery(c, "from"), To: dayQuery(c, "to"), After: c.Query("after"), Limit: 30}
	p := &searchPage{Base: Base{Title: K("lookup.title")}, Query: q, Kinds: anyOf("lookup.any_kind", catalogue("lookup.kind.", lookup.Kinds)), Topics: anyOf("lookup.any_topic", catalogue("visit.topic.", visit.Topics)), Clear: "/search"}
	for _, name := range []string{"kind", "place", "topic", "from", "to"} {
		p.Fill(name, c.Query(name))
		p.Asked = p.Asked || c.Query(name) != ""
	}
	further, err := lookup.Further(c.Context(), w.DB, c.Who.County())
	if err != nil {
		return err
	}
	for _, t := range further {
		if len(lookup.Alike(t.ID)) == 0 { // the others are found by the visits' names
			p.Topics = append(p.Topics, Option{Value: t.ID, Text: t.Name})
		}
	}
	if p.Places, err = w.villages(c, access.AppealRead); err != nil {
		return err
	}
	if p.Places != nil {
		p.Places = anyOf("visit.any_place", p.Places)
	}
	if q == "" {
		return w.Render(c, "search/list", p)
	}
	p.Clear = "/search?q=" + url.QueryEscape(q)
	if f.Kind == "" && f.Topic == "" && f.From == "" && f.To == "" && f.After == "" {
		if err := w.searchHomes(c, p, f.Place); err != nil {
			return err
		}
		if err := w.searchPeople(c, p, f.Place); err != nil {
			return err
		}
	}
	a, err := lookup.Find(c.Context(), w.DB, c.Who, f)
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.Invalid && len(e.Fields) > 0 && e.Fields[0].Name == "q" {
		p.Short = K(e.Fields[0].Key, e.Fields[0].Args...)
		return w.Render(c, "search/list", p)
	}
	if err != nil {
		return err
	}
	p.Words, p.Behind, p.Pager = true, a.Behind, w.Pages(c, a.Next)
	if p.Rows, err = w.searchLines(c, a.Hits); err != nil {
		return err
	}
	return w.Render(c, "search/list", p)
}

func (w *Web) searchHomes(c *door.Call, p *searchPage, place string) error {
	if !access.May(c.Who, access.HouseholdList) {
		return nil
	}
	hs, next, err := household.List(c.Context(), w.DB, c.Who, household.Filter{Query: p.Query, Place: place, Limit: homesFirst})
	if err != nil {
		return err
	}
	if next != "" {
		p.Further = "/households?q=" + url.QueryEscape(p.Query)
		if place != "" {
			p.Further += "&place=" + url.QueryEscape(place)
		}
	}
	p.Helpers = len(access.Reaches(c.Who, access.HouseholdList).Regions) > 0
	if p.Homes, err = w.homeLines(c, hs); err != nil {
		return err
	}
	for _, h := range p.Homes {
		p.Acts = p.Acts || h.Record || h.Pair
	}
	return nil
}

// searchPeople finds officials by the same words. A village holds homes, not
// officials, so that a search narrowed to one shows none.
func (w *Web) searchPeople(c *door.Call, p *searchPage, place string) error {
	if place != "" || !access.May(c.Who, access.CadreRead) {
		return nil
	}
	cs, next, err := cadre.List(c.Context(), w.DB, c.Who, cadre.Filter{Query: p.Query, Limit: homesFirst})
	if err != nil {
		return err
	}
	if next != "" {
		p.More = "/cadres?q=" + url.QueryEscape(p.Query)
	}
	p.People, err = w.cadreLines(c, cs, false)
	return err
}

func (w *Web) searchLines(c *door.Call, hs []lookup.Hit) ([]searchLine, error) {
	var homes, people, places []string
	for _, h := range hs {
		homes, people, places = append(homes, h.Household), append(people, h.Cadre), append(places, h.Place)
	}
	n, err := w.naming(c, homes, people)
	if err != nil {
		return nil, err
	}
	if err := w.know(c, n, places...); err != nil {
		return nil, err
	}
	out := make([]searchLine, len(hs))
	for i, h := range hs {
		l := searchLine{Hit: h, Home: n.Home(h.Household), Where: n.Place(h.Place), Helper: n.Cadre(h.Cadre)}
		switch {
		case l.Matter():
			l.Href = "/matters/" + h.ID
		case h.Kind == visit.SearchVisit:
			l.Href = "/visits/" + h.ID
		case h.Visit != "":
			l.Href = "/visits/" + h.Visit
		default:
			l.Href = "/diary?cadre=" + url.QueryEscape(h.Cadre) + "&month=" + string(h.Day)[:7]
		}
		out[i] = l
	}
	return out, nil
}
