package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/household"
	"lianxin/internal/work/progress"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/tally"
)

func progressPages() []Page {
	return []Page{
		{"progress/people", &progressPage{}},
		{"progress/homes", &progressPage{}},
		{"progress/places", &progressPage{}},
		{"progress/own", &ownPage{}},
		{"progress/why", &whyPage{}},
	}
}

func (w *Web) progressRoutes() []door.Route {
	read := door.Need(access.ProgressRead)
	return []door.Route{
		Get("/progress", door.Need(access.ProgressSums), door.Reads, w.progress),
		Get("/progress/why", read, door.Reads, w.why),
	}
}

// progressPage is the table of one campaign and year, by official, home or place.
type progressPage struct {
	Base
	Year      int
	Campaign  string // id
	Name      string
	Views     []Pill
	Campaigns []Pill
	Years     []Pill
	Places    []Option
	Duties    []dutyHead
	People    []personRow
	Noted     bool // somebody has a note
	Homes     []homeRow
	Areas     []areaRow
	Pager     Pager
	Waiting   int // officials whose figures are being counted
	Export    string
	Own       bool // the reader has figures of his own
	None      bool // no campaign held in that year
}

// From and To are the days of the year on show.
func (p *progressPage) From() calendar.Day { return calendar.FirstOf(p.Year) }
func (p *progressPage) To() calendar.Day   { return calendar.LastOf(p.Year) }

// dutyHead is a column: a duty with its unit.
type dutyHead struct{ Duty, Unit Say }

type personRow struct {
	ID, Name, Post, Village string
	Cells                   []dutyCell // one for each column, empty where it does not bind him
	Notes                   []string
}

// dutyCell is what is due and what counts, one figure for each period.
type dutyCell struct {
	Href    string
	Figures []tallied
	Waits   []string // what does not count before the village says so
}

// tallied is one number with the one it is held against.
type tallied struct {
	Period Say // which half or quarter, empty for the year
	Done   string
	Due    string
	Target string // when it is higher
	Reach  Say    // how many homes have what is due, for duties owed to each home
}

type homeRow struct {
	progress.HomeRow
	Where, Helper string
	Dues          []homeDue
}

type homeDue struct {
	Name, Done, Due string
	Unit            Say
	Href            string
}

type areaRow struct {
	Name      string
	Town      bool
	Officials int
	Homes     int
	Visits    int
	Cells     []areaCell
	Href      string // the officials there
	HomeList  string
	VisitList string
}

type areaCell struct {
	Done, Due string
	Binds     bool
}

// progressAsk is what a list is asked for, made whole: year, campaign, place.
type progressAsk struct {
	year     int
	campaign string
	place    string
	bound    []campaign.Bound // of the year
}

// progressAsked reads the question. A campaign that did not hold in the year is
// replaced by the first that did.
func (w *Web) progressAsked(c *door.Call) (progressAsk, error) {
	today := c.Who.Today()
	a := progressAsk{year: today.Year(), campaign: c.Query("campaign"), place: c.Query("place")}
	if y := c.Query("year"); y != "" {
		n, err := strconv.Atoi(y)
		if err != nil || n < 2000 || n > today.Year() {
			return a, fault.New(fault.Invalid, "progress.year_bad")
		}
		a.year = n
	}
	town := region.Upto(either(a.place, c.Who.Home()), region.Township)
	var err error
	if a.bound, err = campaign.ForYear(c.Context(), w.DB, c.Who.County(), either(town, region.PathOf(c.Who.County())), a.year, today); err != nil {
		return a, err
	}
	if !slices.ContainsFunc(a.bound, func(b campaign.Bound) bool { return b.Version.Campaign == a.campaign }) {
		a.campaign = ""
		if len(a.bound) > 0 {
			a.campaign = a.bound[0].Version.Campaign
		}
	}
	return a, nil
}

func (a progressAsk) name(tag string) string {
	for _, b := range a.bound {
		if b.Version.Campaign == a.campaign {
			return planName(tag, b.Plan.Names)
		}
	}
	return ""
}

// recounted is how many officials a page counts before it is shown; the rest
// are told as waiting. The night's job and the pages after it do the others.
const recounted = 400

func (w *Web) progress(c *door.Call) error {
	// The county sees the sums of its townships and no official's own figures.
	sums := !access.May(c.Who, access.ProgressRead)
	if !sums && !access.Reaches(c.Who, access.ProgressRead).Wide() {
		return w.progressOwn(c)
	}
	a, err := w.progressAsked(c)
	if err != nil {
		return err
	}
	if _, err := scope.Reach(c.Who, access.ProgressSums, a.place); err != nil {
		return err
	}
	p := &progressPage{Base: Base{Title: K("web.menu.progress")}, Year: a.year, Campaign: a.campaign, Name: a.name(c.Lang), None: a.campaign == "", Own: c.Who.Cadre() != ""}
	view := c.Query("by")
	if sums {
		view = "place"
	} else if view != "home" && view != "place" {
		view = ""
	}
	views := []struct{ by, key string }{{"", "page_progress.by_cadre"}, {"home", "page_progress.by_home"}, {"place", "page_progress.by_place"}}
	for _, v := range views {
		if v.by == "home" && !access.May(c.Who, access.HouseholdList) || sums && v.by != "place" {
			continue
		}
		p.Views = append(p.Views, Pill{Text: K(v.key), Href: progressHref(c, "by", v.by), Here: v.by == view})
	}
	for _, b := range a.bound {
		p.Campaigns = append(p.Campaigns, Pill{Text: Plain(planName(c.Lang, b.Plan.Names)), Href: progressHref(c, "campaign", b.Version.Campaign), Here: b.Version.Campaign == a.campaign})
	}
	this := c.Who.Today().Year()
	for _, y := range []int{this, this - 1, this - 2} {
		p.Years = append(p.Years, Pill{Text: K("page_plan.year", "year", y), Href: progressHref(c, "year", strconv.Itoa(y)), Here: y == a.year})
	}
	if !sums {
		if p.Places, err = w.villages(c, access.ProgressRead); err != nil {
			return err
		}
	}
	if p.Places != nil {
		p.Places = anyOf("page_progress.any_place", p.Places)
	}
	for _, q := range []string{"place", "year", "campaign", "by"} {
		p.Fill(q, c.Query(q))
	}
	if access.May(c.Who, access.Export) {
		q := url.Values{"year": {strconv.Itoa(a.year)}, "campaign": {a.campaign}}
		if a.place != "" {
			q.Set("place", a.place)
		}
		p.Export = "/exports?" + q.Encode() + "#progress"
	}
	if p.None {
		return w.Render(c, "progress/people", p)
	}
	if err := w.progressFresh(c, a, p); err != nil {
		return err
	}
	switch view {
	case "home":
		return w.progressHomes(c, a, p)
	case "place":
		return w.progressPlaces(c, a, p)
	}
	return w.progressPeople(c, a, p)
}

// progressHref is this list with one part of the question changed, from its
// first page.
func progressHref(c *door.Call, name, value string) string {
	q := c.R.URL.Query()
	q.Del("after")
	q.Del(name)
	if value != "" {
		q.Set(name, value)
	}
	u := url.URL{Path: "/progress", RawQuery: q.Encode()}
	return u.String()
}

// progressFresh counts anew what was marked, so that the figures are exact.
func (w *Web) progressFresh(c *door.Call, a progressAsk, p *progressPage) error {
	for _, place := range progressRoots(c, a.place) {
		if _, err := progress.RecountWaiting(c.Context(), w.DB, place, recounted); err != nil {
			return err
		}
		left, err := tally.Waiting(c.Context(), w.DB, place, 1000)
		if err != nil {
			return err
		}
		p.Waiting += len(left)
	}
	return nil
}

// progressRoots are the parts of the tree a list speaks of.
func progressRoots(c *door.Call, place string) []string {
	if t := region.Upto(place, region.Township); t != "" {
		return []string{t}
	}
	var out []string
	for _, r := range access.Reaches(c.Who, access.ProgressSums).Regions {
		if r = either(region.Upto(r, region.Township), r); !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

func (w *Web) progressPeople(c *door.Call, a progressAsk, p *progressPage) error {
	rows, next, err := progress.List(c.Context(), w.DB, c.Who, progress.Filter{Place: a.place, Campaign: a.campaign, Year: a.year, After: c.Query("after"), Limit: 100})
	if err != nil {
		return err
	}
	p.Pager = w.Pages(c, next)
	p.Duties = dutyHeads(rows)
	places := map[string]string{}
	for _, x := range rows {
		r := personRow{ID: x.Cadre, Name: x.Name, Post: x.Title, Village: w.placeName2(c, places, x.Village)}
		if x.Unit != "" && !strings.HasPrefix(x.Unit, r.Village+"村") {
			r.Post = x.Unit + " " + x.Title
		}
		for _, h := range p.Duties {
			r.Cells = append(r.Cells, w.dutyCell(c, a, x.Cadre, h, x.Lines))
		}
		for _, l := range x.Lines {
			for _, n := range l.Notes {
				if s := w.reason(c, n); !slices.Contains(r.Notes, s) {
					r.Notes = append(r.Notes, s)
				}
			}
		}
		p.Noted = p.Noted || r.Notes != nil
		p.People = append(p.People, r)
	}
	return w.Render(c, "progress/people", p)
}

// dutyHeads are the columns the rows of a page need, in the order of the rules.
func dutyHeads(rows []progress.Row) []dutyHead {
	var out []dutyHead
	for _, duty := range []string{quota.Households, quota.Visits, quota.Practicals, quota.StayDays, quota.ResearchDays} {
		for _, x := range rows {
			for _, l := range x.Lines {
				h := dutyHead{K("quota.duty." + l.Duty), K("quota.unit." + l.Unit)}
				if l.Duty == duty && !slices.ContainsFunc(out, func(o dutyHead) bool { return o.Duty.Key == h.Duty.Key && o.Unit.Key == h.Unit.Key }) {
					out = append(out, h)
				}
			}
		}
	}
	return out
}

func (w *Web) dutyCell(c *door.Call, a progressAsk, id string, h dutyHead, lines []quota.Line) dutyCell {
	var cell dutyCell
	for _, l := range lines {
		if "quota.duty."+l.Duty != h.Duty.Key || "quota.unit."+l.Unit != h.Unit.Key || l.Household != "" {
			continue
		}
		cell.Href = whyHref(id, a.year, a.campaign, l.Duty, "")
		cell.Figures = append(cell.Figures, figureOf(l, a.year))
		for _, b := range l.Beside {
			if b.Key == quota.BesideWaiting {
				cell.Waits = append(cell.Waits, w.beside(c, l, b))
			}
		}
	}
	return cell
}

// beside says a number that stands beside a line.
func (w *Web) beside(c *door.Call, l quota.Line, b quota.Beside) string {
	if b.Key == quota.BesideWaiting {
		return w.T(c.Lang, b.Key, "n", b.N.String(), "unit", w.T(c.Lang, "quota.unit."+l.Unit))
	}
	return w.T(c.Lang, b.Key) + " " + b.N.String()
}

func figureOf(l quota.Line, year int) tallied {
	f := tallied{Period: periodOf(l.Period, year), Done: l.Done.String(), Due: l.Due.String()}
	if l.Target > l.Due {
		f.Target = l.Target.String()
	}
	if l.Homes > 0 {
		f.Reach = K("quota.reached", "homes", l.Homes, "reached", l.Reached)
	}
	return f
}

// periodOf names a part of the year; the whole year has no name.
func periodOf(s calendar.Span, year int) Say {
	switch {
	case s.From == calendar.FirstOf(year) && s.To == calendar.LastOf(year):
		return Say{}
	case s.Days() > 120:
		return K("page_progress.half." + strconv.Itoa((s.From.Month()-1)/6+1))
	case s.Days() > 40:
		return K("page_progress.quarter", "n", (s.From.Month()-1)/3+1)
	}
	return K("page_progress.month", "n", s.From.Month())
}

func whyHref(id string, year int, name, duty, home string) string {
	q := url.Values{"cadre": {id}, "year": {strconv.Itoa(year)}, "campaign": {name}}
	if duty != "" {
		q.Set("duty", duty)
	}
	if home != "" {
		q.Set("household", home)
	}
	return "/progress/why?" + q.Encode()
}

func (w *Web) reason(c *door.Call, r quota.Reason) string {
	return r.Text(func(key string, args ...any) string { return w.T(c.Lang, key, args...) })
}

func (w *Web) progressHomes(c *door.Call, a progressAsk, p *progressPage) error {
	rows, next, err := progress.Homes(c.Context(), w.DB, c.Who, household.Filter{Place: a.place, After: c.Query("after"), Limit: 30}, a.year)
	if err != nil {
		return err
	}
	p.Pager = w.Pages(c, next)
	dues, err := progress.HomeDues(c.Context(), w.DB, c.Who, rows, a.year)
	if err != nil {
		return err
	}
	var homes, people []string
	for _, h := range rows {
		homes, people = append(homes, h.ID), append(people, h.Lead)
	}
	n, err := w.naming(c, homes, people)
	if err != nil {
		return err
	}
	for _, h := range rows {
		r := homeRow{HomeRow: h, Where: n.HomePlace(h.ID), Helper: n.Cadre(h.Lead)}
		for _, d := range dues[h.ID] {
			if d.Campaign != a.campaign {
				continue
			}
			r.Dues = append(r.Dues, homeDue{w.T(c.Lang, "quota.duty."+d.Duty), d.Done.String(), d.Due.String(), K("quota.unit." + d.Unit), whyHref(h.Lead, a.year, d.Campaign, d.Duty, h.ID)})
		}
		p.Homes = append(p.Homes, r)
	}
	return w.Render(c, "progress/homes", p)
}

func (w *Web) progressPlaces(c *door.Call, a progressAsk, p *progressPage) error {
	rows, err := progress.Places(c.Context(), w.DB, c.Who, progress.Filter{Place: a.place, Campaign: a.campaign, Year: a.year})
	if err != nil {
		return err
	}
	for _, duty := range []string{quota.Households, quota.Visits, quota.Practicals, quota.StayDays, quota.ResearchDays} {
		for _, x := range rows {
			for _, s := range x.Duties {
				h := dutyHead{K("quota.duty." + s.Duty), K("quota.unit." + s.Unit)}
				if s.Duty == duty && !slices.ContainsFunc(p.Duties, func(o dutyHead) bool { return o.Duty.Key == h.Duty.Key && o.Unit.Key == h.Unit.Key }) {
					p.Duties = append(p.Duties, h)
				}
			}
		}
	}
	places := map[string]string{}
	for _, x := range rows {
		town := region.Upto(x.Region, region.Village) == ""
		r := areaRow{Name: w.placeName2(c, places, x.Region), Town: town, Officials: x.Officials, Homes: x.Homes, Visits: x.Visits}
		q := c.R.URL.Query()
		q.Del("by")
		q.Set("place", x.Region)
		r.Href = "/progress?" + q.Encode()
		at := url.Values{"place": {x.Region}}
		r.HomeList = "/households?" + at.Encode()
		at.Set("how", "seen")
		at.Set("from", string(calendar.FirstOf(a.year)))
		at.Set("to", string(calendar.LastOf(a.year)))
		r.VisitList = "/visits?" + at.Encode()
		for _, h := range p.Duties {
			var cell areaCell
			for _, s := range x.Duties {
				if "quota.duty."+s.Duty == h.Duty.Key && "quota.unit."+s.Unit == h.Unit.Key {
					cell = areaCell{s.Done.String(), s.Due.String(), true}
				}
			}
			r.Cells = append(r.Cells, cell)
		}
		p.Areas = append(p.Areas, r)
	}
	return w.Render(c, "progress/places", p)
}

// campaignsOf names the campaigns of a place and year in Chinese, for papers.
func (w *Web) campaignsOf(c *door.Call, place string, year int) (map[string]string, error) {
	bound, err := campaign.ForYear(c.Context(), w.DB, c.Who.County(), place, year, c.Who.Today())
	m := map[string]string{}
	for _, b := range bound {
		m[b.Version.Campaign] = b.Plan.Names.Short
	}
	return m, err
}
