package roster

import (
	"context"
	"strconv"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/identity"
	rule "lianxin/internal/rule/roster"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/region"
)

// register is what the township holds already, read once for one look at a file.
type register struct {
	township region.Region
	villages map[string]region.Region            // by name
	groups   map[string]map[string]region.Region // village path → group's name, and its number as "#3"
	byPath   map[string]region.Region
	homes    map[string]household.Entry
	cadres   map[string]cadre.Cadre
	pairs    map[string][]pairing.Pairing // by home, those that hold today
	known    rule.Known
}

func readRegister(ctx context.Context, r db.Reader, who access.Actor, township string, today calendar.Day) (*register, error) {
	county := who.County()
	g := &register{villages: map[string]region.Region{}, groups: map[string]map[string]region.Region{}, byPath: map[string]region.Region{}, homes: map[string]household.Entry{}, cadres: map[string]cadre.Cadre{}, pairs: map[string][]pairing.Pairing{}}
	places, err := region.Tree(ctx, r, township)
	if err != nil {
		return nil, err
	}
	former, err := region.FormerNames(ctx, r, county, region.Last(township))
	if err != nil {
		return nil, err
	}
	for _, p := range places {
		g.byPath[p.Path] = p
		switch p.Level {
		case region.Township:
			g.township = p
		case region.Village:
			g.addVillage(p)
			g.known.Villages = append(g.known.Villages, rule.KnownVillage{Ref: p.Path, Name: p.Name, Other: former[p.ID]})
		case region.Group:
			g.addGroup(p)
		}
	}
	es, err := household.Register(ctx, r, county, township)
	if err != nil {
		return nil, err
	}
	for _, e := range es {
		g.homes[e.ID] = e
		k := rule.KnownHousehold{Ref: e.ID, Head: e.Head, Village: g.byPath[region.Upto(e.Region, region.Village)].Name, HeadKey: e.HeadKey}
		if p := g.byPath[e.Region]; p.Level == region.Group {
			k.Group = p.Name
		}
		for _, m := range e.Members {
			if m.Key != "" && m.Key != e.HeadKey {
				k.MemberKeys = append(k.MemberKeys, m.Key)
			}
		}
		g.known.Households = append(g.known.Households, k)
	}
	cs, err := cadre.InTownship(ctx, r, county, township, today)
	if err != nil {
		return nil, err
	}
	for _, c := range cs {
		g.cadres[c.ID] = c
		k := rule.KnownCadre{Ref: c.ID, Name: c.Name, Phone: c.Phone}
		if p, ok := c.Post(today); ok {
			k.Post, k.Village = p.Title, g.byPath[p.Village].Name
		}
		g.known.Cadres = append(g.known.Cadres, k)
	}
	ps, err := pairing.Present(ctx, r, county, township, today)
	if err != nil {
		return nil, err
	}
	for _, p := range ps {
		g.pairs[p.Household] = append(g.pairs[p.Household], p)
	}
	g.known.Blind = func(number string) string { return household.Key(r, county, number) }
	return g, nil
}

func (g *register) addVillage(p region.Region) { g.villages[p.Name] = p }

func (g *register) addGroup(p region.Region) {
	village := region.Upto(p.Path, region.Village)
	if g.groups[village] == nil {
		g.groups[village] = map[string]region.Region{}
	}
	g.groups[village][p.Name] = p
	if n := groupNumber(p.Name); n != "" {
		g.groups[village][n] = p
	}
}

// group finds a village's group by name, or by number however it is written: 3组, 第三组, 3社.
func (g *register) group(village, name string) (region.Region, bool) {
	if p, ok := g.groups[village][name]; ok {
		return p, true
	}
	n := groupNumber(name)
	p, ok := g.groups[village][n]
	return p, ok && n != ""
}

// worded gives a numbered group the word that the village's groups have: where they are called 组,
// 7社 is 7组. Without numbered groups, and where they are called in several ways, the list's own
// word stays.
func (g *register) worded(village, name string) string {
	n := groupNumber(name)
	v, ok := g.villages[village]
	if n == "" || !ok {
		return name
	}
	if p, ok := g.groups[v.Path][n]; ok {
		return p.Name
	}
	ending := ""
	for key, p := range g.groups[v.Path] {
		if key == p.Name || groupNumber(p.Name) == "" {
			continue
		}
		e := groupEnding(p.Name)
		if e == "" || ending != "" && e != ending {
			return name
		}
		ending = e
	}
	if ending == "" {
		return name
	}
	return strings.TrimPrefix(n, "#") + ending
}

// groupEnding is the word after a group's number.
func groupEnding(name string) string {
	for _, end := range groupEndings {
		if strings.HasSuffix(identity.Squeeze(name), end) {
			return end
		}
	}
	return ""
}

var groupEndings = []string{"村民小组", "居民小组", "村小组", "小组", "组", "生产队", "队", "社"}

// groupNumber gives "#3" for 3组, 第三村民小组, 3社; "" for a group with a name.
func groupNumber(name string) string {
	t := strings.TrimPrefix(identity.Squeeze(name), "第")
	for _, end := range groupEndings {
		if c, ok := strings.CutSuffix(t, end); ok {
			t = c
			break
		}
	}
	if n, ok := identity.HanNumber(t); ok && n > 0 {
		return "#" + strconv.Itoa(n)
	}
	return ""
}
