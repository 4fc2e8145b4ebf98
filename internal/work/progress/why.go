package progress

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/household"
)

// Explained is an official's figures with everything behind them, counted from
// the records at this moment.
type Explained struct {
	Cadre   string           `json:"cadre"`
	Name    string           `json:"name"`
	Region  string           `json:"region"`
	Year    int              `json:"year"`
	Version campaign.Version `json:"version"`           // of the plan that judges the year
	Earlier *Earlier         `json:"earlier,omitempty"` // where the plan changed during the year
	Lines   []quota.Line     `json:"lines"`
	Homes   map[string]Home  `json:"homes"`   // by id, those the lines and records speak of
	Records map[string]Label `json:"records"` // by "kind:id"
}

// Earlier is the version that was in force before, and what the year would come
// to under it: the whole year is judged by the newest version, not part by part.
type Earlier struct {
	Version campaign.Version `json:"version"`
	Lines   []quota.Line     `json:"lines"` // one per duty and period, without records
}

// Line gives the earlier figure of a duty and period.
func (e *Earlier) Line(l quota.Line) (quota.Line, bool) {
	if e != nil {
		for _, x := range e.Lines {
			if x.Duty == l.Duty && x.Period == l.Period && x.Unit == l.Unit {
				return x, true
			}
		}
	}
	return quota.Line{}, false
}

// Home says who a home is, as far as the reader may see it.
type Home struct {
	Head   string `json:"head,omitempty"` // "" where the reader may not see the home
	Region string `json:"region,omitempty"`
}

// Label is what a page needs to show a record and to link to it.
type Label struct {
	Kind      string       `json:"kind"`
	ID        string       `json:"id"`
	On        calendar.Day `json:"on"`
	To        calendar.Day `json:"to,omitempty"` // of stays and ended pairings
	Household string       `json:"household,omitempty"`
	Place     string       `json:"place,omitempty"` // of stays: the village's path
	How       string       `json:"how,omitempty"`
	Late      bool         `json:"late,omitempty"`
}

// Why counts an official's year live under one campaign and gives every line
// with the records that count and those that do not, each with its reason. Where
// no campaign is named it is the one that began first of those in force.
func Why(ctx context.Context, r db.Reader, who access.Actor, id string, year int, name string) (Explained, error) {
	county := who.County()
	if year == 0 {
		year = who.Today().Year()
	}
	x := Explained{Cadre: id, Year: year, Homes: map[string]Home{}, Records: map[string]Label{}}
	c, err := person(ctx, r, who, id)
	if err != nil {
		return x, err
	}
	x.Name, x.Region = c.Name, c.Region
	bs, err := campaign.ForYear(ctx, r, county, c.Region, year, who.Today())
	if err != nil {
		return x, err
	}
	for _, b := range bs {
		if name != "" && b.Version.Campaign != name {
			continue
		}
		x.Version = b.Version
		f, err := Facts(ctx, r, county, id, year, who.Today())
		if err != nil {
			return x, err
		}
		x.Lines = quota.Count(b.Plan, under(b, f))
		old, changed, err := campaign.Before(ctx, r, county, c.Region, year, b)
		if err != nil {
			return x, err
		}
		if changed {
			x.Earlier = &Earlier{Version: old.Version, Lines: totals(old.Plan, under(old, f))}
		}
		x.label(f)
		return x, x.heads(ctx, r, who)
	}
	return x, fault.New(fault.NotFound, "progress.no_campaign", "year", year)
}

// person gives the official when the reader may see his figures.
func person(ctx context.Context, r db.Reader, who access.Actor, id string) (cadre.Cadre, error) {
	c, err := db.One(ctx, r, func(w db.Row) (c cadre.Cadre, err error) { return c, w.Scan(&c.ID, &c.Region, &c.Name) },
		`SELECT id, region, name FROM cadres WHERE county = $1 AND id = $2`, who.County(), id)
	if err != nil {
		return c, err
	}
	if c.Posts, err = cadre.PostsOf(ctx, r, who.County(), []string{id}); err != nil {
		return c, err
	}
	return c, cadre.Allow(who, access.ProgressRead, c)
}

func (x *Explained) put(kind, id string, l Label) {
	l.Kind, l.ID = kind, id
	x.Records[kind+":"+id] = l
	if l.Household != "" {
		x.Homes[l.Household] = Home{}
	}
}

func (x *Explained) label(f quota.Facts) {
	for _, p := range f.Pairings {
		x.put("pairing", p.ID, Label{On: p.From, To: p.To, Household: p.Household})
	}
	for _, v := range f.Visits {
		x.put("visit", v.ID, Label{On: v.On, Household: v.Household, How: v.How})
	}
	for _, p := range f.Practicals {
		x.put("practical", p.ID, Label{On: p.ProposedOn, Household: p.Household})
	}
	for _, s := range f.Stays {
		x.put(s.Kind, s.ID, Label{On: s.From, To: s.To, Place: s.Village})
	}
	for _, l := range x.Lines {
		for _, c := range l.Counted {
			if c.Late {
				k := c.Kind + ":" + c.ID
				label := x.Records[k]
				label.Late = true
				x.Records[k] = label
			}
		}
	}
}

// heads names the homes for those who may see them: the official's own for
// himself, and by region where the role lists homes.
func (x *Explained) heads(ctx context.Context, r db.Reader, who access.Actor) error {
	ids := make([]string, 0, len(x.Homes))
	for id := range x.Homes {
		ids = append(ids, id)
	}
	hs, err := household.Briefs(ctx, r, who.County(), ids)
	if err != nil {
		return err
	}
	for id, h := range hs {
		if access.Can(who, access.HouseholdList, access.Target{Region: h.Region, Own: x.Cadre == who.Cadre(), Home: id}).OK() {
			x.Homes[id] = Home{Head: h.Head, Region: h.Region}
		}
	}
	return nil
}
