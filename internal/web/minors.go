package web

import (
	"net/url"
	"strconv"

	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	rule "lianxin/internal/rule/minors"
	"lianxin/internal/work/minors"
	"lianxin/internal/work/region"
)

func minorsPages() []Page {
	return []Page{{"minors/list", &minorsPage{}}, {"minors/openings", &minorOpeningsPage{}}}
}

func (w *Web) minorsRoutes() []door.Route {
	decide := door.Need(access.MinorsDecide)
	return []door.Route{
		Get("/minors", door.Need(access.MinorsList), door.Reads, w.minorsList),
		Get("/minors/openings", decide, door.Reads, w.minorsOpenings),
		Post("/minors/name", decide, door.Writes, w.minorsNamed),
		Post("/minors/approve", decide, door.Writes, w.minorsApproved),
		Post("/minors/{id}/withdraw", decide, door.Writes, w.minorsWithdrawn),
	}
}

// minorsPage is who decides in a township who may read what is kept of people
// under 18, who waits for it and who has it.
type minorsPage struct {
	Base
	minors.State
	Choose   []Option // leaders who may be named
	Purposes []Option
	Waits    bool // somebody can be ticked
}

// Tick reports whether the reader may approve somebody.
func (p *minorsPage) Tick(x minors.Person) bool { return p.Decides && (!x.Own || p.Oneself) }

// Long reports whether the list of those approved is folded up.
func (p *minorsPage) Long() bool { return len(p.Approved) > 20 }

func (w *Web) minorsShown(c *door.Call, place string) (*minorsPage, error) {
	p := &minorsPage{Base: Base{Title: K("page_minors.title"), At: "/minors"}}
	s, err := minors.Look(c.Context(), w.DB, c.Who, either(place, region.Upto(c.Who.Home(), region.Township)))
	if err != nil {
		return nil, err
	}
	p.State, p.Sub = s, Plain(w.placeName(c, s.Town))
	p.Purposes = anyOf("page_household.choose", catalogue("minors.purpose.", rule.Purposes))
	if s.Names {
		p.Choose = append(p.Choose, Option{Value: "", Key: "page_household.choose"})
		for _, l := range s.Leaders {
			p.Choose = append(p.Choose, Option{Value: l.Account, Text: l.Name})
		}
	}
	for _, x := range s.Waiting {
		p.Waits = p.Waits || p.Tick(x)
	}
	p.Fill("until", string(c.Who.Today().Add(365)))
	return p, nil
}

func (w *Web) minorsList(c *door.Call) error {
	p, err := w.minorsShown(c, c.Query("place"))
	if err != nil {
		return err
	}
	return w.Render(c, "minors/list", p)
}

// minorsDo runs one decision and leads back to the list.
func (w *Web) minorsDo(c *door.Call, place string, do func(*db.Tx) error, key string, args ...any) error {
	if err := db.Do(c.Context(), w.DB, do); err != nil {
		p, e := w.minorsShown(c, place)
		if e != nil {
			return e
		}
		return w.Refill(c, "minors/list", p, err)
	}
	return w.Done(c, "/minors?"+url.Values{"place": {place}}.Encode(), key, args...)
}

func (w *Web) minorsNamed(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := minors.NameInput{ID: c.Operation, Region: f.Get("place"), Account: f.Get("account"), To: calendar.Day(f.Get("to"))}
	return w.minorsDo(c, in.Region, func(tx *db.Tx) error {
		_, err := minors.Name(c.Context(), tx, c.Who, in)
		return err
	}, "page_minors.named")
}

func (w *Web) minorsApproved(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := minors.ApproveInput{ID: c.Operation, Region: f.Get("place"), Subjects: f["subjects"], Purpose: f.Get("purpose"), To: calendar.Day(f.Get("until"))}
	return w.minorsDo(c, in.Region, func(tx *db.Tx) error {
		_, err := minors.Approve(c.Context(), tx, c.Who, in)
		return err
	}, "page_minors.approved", "n", len(distinct(in.Subjects)))
}

func (w *Web) minorsWithdrawn(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	if ok, err := w.Confirmed(c, K("page_minors.withdraw_ask"), K("page_minors.withdraw")); !ok {
		return err
	}
	return w.minorsDo(c, f.Get("place"), func(tx *db.Tx) error {
		_, err := minors.Withdraw(c.Context(), tx, c.Who, minors.WithdrawInput{ID: c.Operation, Approval: c.Path("id")})
		return err
	}, "page_minors.withdrawn")
}

// minorOpeningsPage is what was opened of people under 18 in a month, for whoever
// reviews it.
type minorOpeningsPage struct {
	Base
	Month  calendar.Day
	Says   Say // the month in words
	Rows   []minorOpening
	More   bool
	Months []Pill
}

type minorOpening struct {
	minors.Opening
	Home, Place string
	Day         calendar.Day
}

func (w *Web) minorsOpenings(c *door.Call) error {
	place := either(c.Query("place"), region.Upto(c.Who.Home(), region.Township))
	this := calendar.Day(string(c.Who.Today())[:8] + "01")
	p := &minorOpeningsPage{Base: Base{Title: K("page_minors.openings"), Sub: Plain(w.placeName(c, place)), At: "/minors", Back: "/minors"}, Month: this}
	var months []calendar.Day
	for m := this; len(months) < 6; m = calendar.Day(string(m.Add(-1))[:8] + "01") {
		if months = append(months, m); string(m)[:7] == c.Query("month") {
			p.Month = m
		}
	}
	for _, m := range months {
		p.Months = append(p.Months, Pill{Text: monthSays(m), Here: m == p.Month, Href: "/minors/openings?" + url.Values{"place": {place}, "month": {string(m)[:7]}}.Encode()})
	}
	p.Says = monthSays(p.Month)
	rows, more, err := minors.Openings(c.Context(), w.DB, c.Who, place, p.Month)
	if err != nil {
		return err
	}
	p.More = more
	var homes []string
	for _, x := range rows {
		homes = append(homes, x.Household)
	}
	n, err := w.naming(c, homes, nil)
	if err != nil {
		return err
	}
	for _, x := range rows {
		p.Rows = append(p.Rows, minorOpening{x, n.Home(x.Household), n.HomePlace(x.Household), calendar.FromTime(x.At)})
	}
	return w.Render(c, "minors/openings", p)
}

// minorsBy says who approves the reading of minors' data at a place.
func (w *Web) minorsBy(c *door.Call, place string) (Say, error) {
	k, ok, err := minors.KeeperOf(c.Context(), w.DB, c.Who.County(), region.Upto(place, region.Township), c.Who.Today())
	if !ok || err != nil {
		return K("page_household.minor_unnamed"), err
	}
	return K("page_household.minor", "name", k.Name), nil
}

// deskMinors tells the office and the leaders that nobody is named yet, and how
// many wait for an approval.
func (w *Web) deskMinors(c *door.Call, p *todayDeskPage) error {
	town := region.Upto(c.Who.Home(), region.Township)
	if town == "" || !access.Can(c.Who, access.MinorsList, access.Target{Region: town}).OK() {
		return nil
	}
	named, n, err := minors.Waits(c.Context(), w.DB, c.Who.County(), town, c.Who.Today())
	if err != nil || n == 0 {
		return err
	}
	if !named {
		p.Others = append(p.Others, figure{Name: K("today.minors_unnamed"), Href: "/minors"})
		return nil
	}
	p.Others = append(p.Others, figure{N: strconv.Itoa(n), Name: K("today.minors_waiting"), Href: "/minors"})
	return nil
}
