package web

import (
	"cmp"
	"slices"

	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/region"
)

// names says in words what a page's records hold as ids: homes, officials and
// places, fetched once for the whole page.
type names struct {
	homes  map[string]household.Household
	people map[string]string
	units  map[string]string // of officials, where they were asked for
	places map[string]string
	towns  bool // the page reaches beyond one township: places carry its name
}

// naming fetches the names of some homes and officials.
func (w *Web) naming(c *door.Call, homes, people []string) (*names, error) {
	n := &names{places: map[string]string{}}
	var err error
	if n.homes, err = household.Briefs(c.Context(), w.DB, c.Who.County(), distinct(homes)); err != nil {
		return nil, err
	}
	if n.people, err = cadre.Names(c.Context(), w.DB, c.Who.County(), distinct(people)); err != nil {
		return nil, err
	}
	var paths []string
	for _, h := range n.homes {
		paths = append(paths, h.Region)
	}
	return n, w.know(c, n, paths...)
}

// unite adds the units of the page's officials on a day.
func (w *Web) unite(c *door.Call, n *names) error {
	var ids []string
	for id := range n.people {
		ids = append(ids, id)
	}
	ps, err := cadre.PostsOf(c.Context(), w.DB, c.Who.County(), distinct(ids))
	if err != nil {
		return err
	}
	n.units = map[string]string{}
	today := c.Who.Today()
	for _, p := range ps {
		if p.From <= today && (p.To == "" || p.To >= today) {
			n.units[p.Cadre] = p.UnitName
		}
	}
	return nil
}

// know adds the names of the places on some paths, a township at a time.
func (w *Web) know(c *door.Call, n *names, paths ...string) error {
	seen := map[string]bool{}
	for _, p := range paths {
		t := region.Upto(p, region.Township)
		if t == "" || seen[t] {
			continue
		}
		seen[t] = true
		if n.places[t] != "" {
			continue
		}
		m, err := region.Names(c.Context(), w.DB, t)
		if err != nil {
			return err
		}
		for k, v := range m {
			n.places[k] = v
		}
	}
	n.towns = n.towns || len(seen) > 1 || region.Upto(c.Who.Home(), region.Township) == "" && len(seen) > 0
	return nil
}

// Home is the name of a home: its head.
func (n *names) Home(id string) string { return n.homes[id].Head }

// HomePlace is where a home is: 李家湾村1组.
func (n *names) HomePlace(id string) string { return n.Place(n.homes[id].Region) }

// Cadre is an official's name.
func (n *names) Cadre(id string) string { return n.people[id] }

// Helper is an official's name with the unit before it: 水务站 周凯.
func (n *names) Helper(id string) string {
	if u := n.units[id]; u != "" {
		return u + " " + n.people[id]
	}
	return n.people[id]
}

// Place is a path in words, with the township where the page shows several.
func (n *names) Place(path string) string {
	from := region.Village
	if n.towns {
		from = region.Township
	}
	return region.Place(n.places, path, from)
}

// homeAsked names the home an address narrows a list to, when the reader may
// know of it; otherwise it stays without a name, as the list stays empty.
func (w *Web) homeAsked(c *door.Call, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	h, err := household.Brief(c.Context(), w.DB, c.Who.County(), id)
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			err = nil
		}
		return "", err
	}
	own, err := household.Own(c.Context(), w.DB, c.Who.County(), id, c.Who.Cadre(), c.Who.Today())
	if err != nil || !access.Can(c.Who, access.HouseholdList, access.Target{Region: h.Region, Own: own, Home: id}).OK() {
		return "", err
	}
	return h.Head, nil
}

func distinct(ids []string) []string {
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		if id != "" {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// villages gives the places a list may be narrowed to: the villages in the
// actor's reach, in administrative order. One village or none needs no choice.
func (w *Web) villages(c *door.Call, do access.Action) ([]Option, error) {
	s := access.Reaches(c.Who, do)
	var out []Option
	for _, root := range s.Regions {
		rs, err := region.Tree(c.Context(), w.DB, root)
		if err != nil {
			return nil, err
		}
		towns := map[string]string{}
		for _, r := range rs {
			switch r.Level {
			case region.Township:
				towns[r.Path] = r.Name
			case region.Village:
				o := Option{Value: r.Path, Text: r.Name}
				if len(towns) > 1 || region.Upto(root, region.Township) == "" {
					o.Text = towns[region.Upto(r.Path, region.Township)] + r.Name
				}
				out = append(out, o)
			}
		}
	}
	if len(out) < 2 {
		return nil, nil
	}
	return out, nil
}

// colleagues gives the officials a list may be narrowed to, in the order of
// their names' reading; nil for those who see only themselves.
func (w *Web) colleagues(c *door.Call, do access.Action) ([]Option, error) {
	if len(access.Reaches(c.Who, do).Regions) == 0 {
		return nil, nil
	}
	var out []Option
	for after := ""; ; {
		cs, next, err := cadre.List(c.Context(), w.DB, c.Who, cadre.Filter{After: after, Limit: 200})
		if err != nil {
			return nil, err
		}
		for _, x := range cs {
			out = append(out, Option{Value: x.ID, Text: x.Name})
		}
		if next == "" || len(out) >= 600 {
			return out, nil
		}
		after = next
	}
}

// workdays is the calendar by which time limits are counted in the reader's county.
func (w *Web) workdays(c *door.Call) (calendar.Calendar, error) {
	return w.Workdays.Calendar(c.Context(), w.DB, c.Who.County())
}

// catalogue makes options of the codes of a catalogue whose words lie under a prefix.
func catalogue(prefix string, codes []string) []Option {
	out := make([]Option, len(codes))
	for i, code := range codes {
		out[i] = Option{Value: code, Key: prefix + code}
	}
	return out
}

// anyOf puts "all" before the choices of a filter.
func anyOf(key string, o []Option) []Option {
	return append([]Option{{Value: "", Key: key}}, o...)
}

// dayQuery reads a day of the address. Routes declare their days (With), so that
// what is no day was refused before.
func dayQuery(c *door.Call, name string) calendar.Day {
	if d := calendar.Day(c.Query(name)); d.Valid() {
		return d
	}
	return ""
}

// either gives a text, or another where there is none.
func either(s, otherwise string) string { return cmp.Or(s, otherwise) }
