package web

import (
	"strconv"

	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/progress"
)

// ownPage is an official's own figures under every campaign.
type ownPage struct {
	Base
	Years []Pill
	Parts []ownPart
}

type ownPart struct {
	Name  string
	Lines []ownLine
}

// ownLine is one figure with everything beside it, as one reads it aloud.
type ownLine struct {
	Duty   Say
	Unit   Say
	Figure tallied
	Notes  []string
	Beside []string
	Href   string
}

// progressOwn counts the reader's own year live, so that a visit written a
// moment ago is in it.
func (w *Web) progressOwn(c *door.Call) error {
	if c.Who.Cadre() == "" {
		return fault.New(fault.Forbidden, "access.not_role")
	}
	a, err := w.progressAsked(c)
	if err != nil {
		return err
	}
	p := &ownPage{Base: Base{Title: K("page_progress.own_title"), Sub: K("page_plan.year", "year", a.year)}}
	this := c.Who.Today().Year()
	for _, y := range []int{this, this - 1} {
		p.Years = append(p.Years, Pill{Text: K("page_plan.year", "year", y), Href: progressHref(c, "year", strconv.Itoa(y)), Here: y == a.year})
	}
	for _, b := range a.bound {
		x, err := progress.Why(c.Context(), w.DB, c.Who, c.Who.Cadre(), a.year, b.Version.Campaign)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		part := ownPart{Name: planName(c.Lang, b.Plan.Names)}
		for _, l := range x.Lines {
			if l.Household == "" {
				part.Lines = append(part.Lines, w.ownLine(c, l, c.Who.Cadre(), a.year, b.Version.Campaign))
			}
		}
		if part.Lines != nil {
			p.Parts = append(p.Parts, part)
		}
	}
	return w.Render(c, "progress/own", p)
}

func (w *Web) ownLine(c *door.Call, l quota.Line, id string, year int, name string) ownLine {
	o := ownLine{Duty: K("quota.duty." + l.Duty), Unit: K("quota.unit." + l.Unit), Figure: figureOf(l, year), Href: whyHref(id, year, name, l.Duty, l.Household)}
	for _, n := range l.Notes {
		o.Notes = append(o.Notes, w.reason(c, n))
	}
	for _, b := range l.Beside {
		o.Beside = append(o.Beside, w.beside(c, l, b))
	}
	return o
}

// whyPage opens one number to its records.
type whyPage struct {
	Base
	Cadre     string // name
	Campaigns []Pill
	Parts     []whyPart
	Home      string // the one home asked about
	Seen      Say    // how often somebody there was seen, by whoever went
	All       string // address of all duties, "" when they are shown
	Number    int    // of the plan's version
	Version   string
	Since     Say // from when it judges, where the plan changed during the year
}

// whyPart is one line of the count with its records.
type whyPart struct {
	ownLine
	Clause  plan.Source
	Was     Say // the figure under the version before
	Counted []whyRecord
	Beyond  []whyRecord // in order, more than is asked for at that home
	Not     []whyRecord
	Homes   []whyHome // figures home by home, each opening further
}

type whyHome struct {
	ownLine
	Name string
}

// whyRecord is a record in words, with its reason when it does not count.
type whyRecord struct {
	What   Say
	On, To calendar.Day
	Href   string
	Home   string
	How    Say
	Weight string // when it is not one
	Late   bool
	Why    string
}

func (w *Web) why(c *door.Call) error {
	id := either(c.Query("cadre"), c.Who.Cadre())
	year := c.Who.Today().Year()
	if n, err := strconv.Atoi(c.Query("year")); err == nil && n >= 2000 && n <= year {
		year = n
	}
	name, duty, home := c.Query("campaign"), c.Query("duty"), c.Query("household")
	if name == "" {
		a, err := w.progressAsked(c)
		if err != nil {
			return err
		}
		name = a.campaign
	}
	x, err := progress.Why(c.Context(), w.DB, c.Who, id, year, name)
	if err != nil {
		return err
	}
	p := &whyPage{Base: Base{Title: K("page_progress.why_title", "name", x.Name, "year", year), Sub: Plain(x.Version.Short), At: "/progress", Back: "/progress?year=" + strconv.Itoa(year) + "&campaign=" + name}, Cadre: x.Name, Number: x.Version.Number, Version: x.Version.ID}
	if x.Earlier != nil {
		p.Since = K("page_progress.by_version_since", "day", x.Version.Effective, "n", x.Version.Number)
	}
	if duty != "" || home != "" {
		p.All = whyHref(id, year, name, "", "")
	}
	if home != "" {
		p.Home = either(x.Homes[home].Head, w.T(c.Lang, "page_progress.a_home"))
		if h, ok := x.Homes[home]; ok && h.Head != "" {
			years, err := progress.HomeYears(c.Context(), w.DB, c.Who, map[string]string{home: id}, year)
			if err != nil {
				return err
			}
			p.Seen = K("page_progress.seen_here", "n", years[home].Seen, "year", year)
		}
	}
	for _, l := range x.Lines {
		if duty != "" && l.Duty != duty || home != l.Household && home != "" {
			continue
		}
		if home == "" && l.Household != "" {
			// A home's figure stands below the line of its duty and period.
			for i := range p.Parts {
				if part := &p.Parts[i]; part.Duty.Key == "quota.duty."+l.Duty && part.Figure.Period.Key == periodOf(l.Period, year).Key && samePeriod(part.Figure.Period, periodOf(l.Period, year)) {
					part.Homes = append(part.Homes, whyHome{w.ownLine(c, l, id, year, name), either(x.Homes[l.Household].Head, w.T(c.Lang, "page_progress.a_home"))})
				}
			}
			continue
		}
		part := whyPart{ownLine: w.ownLine(c, l, id, year, name), Clause: l.Clause}
		if was, ok := x.Earlier.Line(l); ok && l.Household == "" {
			part.Was = K("page_progress.was", "n", x.Earlier.Version.Number, "due", was.Due.String(), "done", was.Done.String(), "unit", K("quota.unit."+was.Unit))
		}
		for _, r := range l.Counted {
			part.Counted = append(part.Counted, w.whyRecord(c, x, r, quota.Reason{}))
		}
		for _, r := range l.Beyond {
			part.Beyond = append(part.Beyond, w.whyRecord(c, x, r.Ref, r.Because))
		}
		for _, r := range l.Not {
			part.Not = append(part.Not, w.whyRecord(c, x, r.Ref, r.Because))
		}
		p.Parts = append(p.Parts, part)
	}
	return w.Render(c, "progress/why", p)
}

func samePeriod(a, b Say) bool {
	if len(a.Args) != len(b.Args) {
		return false
	}
	for i := range a.Args {
		if a.Args[i] != b.Args[i] {
			return false
		}
	}
	return true
}

// recordPages says where a record of a kind is opened, and what that takes.
var recordPages = map[string]struct {
	path string
	need access.Action
}{
	"visit":     {"/visits/", access.VisitList},
	"practical": {"/practical/", access.PracticalRead},
	"stay":      {"/stays/", access.StayRead},
	"research":  {"/stays/", access.StayRead},
}

func (w *Web) whyRecord(c *door.Call, x progress.Explained, r quota.Ref, because quota.Reason) whyRecord {
	l := x.Records[r.Kind+":"+r.ID]
	out := whyRecord{What: K("quota.kind." + r.Kind), On: r.On, To: l.To, Home: x.Homes[l.Household].Head, Late: r.Late}
	if l.Household != "" && out.Home == "" {
		out.Home = w.T(c.Lang, "page_progress.a_home")
	}
	if l.How != "" {
		out.How = K("visit.how." + l.How)
	}
	if r.Weight != quota.Whole(1) && r.Weight != 0 {
		out.Weight = r.Weight.String()
	}
	if because.Key != "" {
		out.Why = w.reason(c, because)
	}
	if page, ok := recordPages[r.Kind]; ok && access.May(c.Who, page.need) && w.paths[page.path+"{id}"] {
		out.Href = page.path + r.ID
	}
	if r.Kind == "pairing" && l.Household != "" && x.Homes[l.Household].Head != "" && access.May(c.Who, access.HouseholdRead) && w.paths["/households/{id}"] {
		out.Href = "/households/" + l.Household
	}
	return out
}
