package web

import (
	"strconv"

	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/plan"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/progress"
)

type planDryPage struct {
	Base
	Draft   string
	Place   string
	Year    int
	Years   []Pill
	Against *versionLine
	Ranks   []dryRank
	People  []dryPerson // only where the reader sees officials' figures
	Changes []planChange
	Sums    bool // the reader sees sums only
}

// dryRank is what the draft would have meant for all officials of a rank.
type dryRank struct {
	Rank      Say
	Officials int
	Lines     []dryLine
}

// dryPerson is the same for one official, when anything would have changed.
type dryPerson struct {
	ID, Name string
	Rank     Say
	Lines    []dryLine
}

type dryLine struct {
	Duty, Unit Say
	Now, Then  string // what was due
	Done, Will string // what counts, under each
	Changed    bool
}

// planDryRun shows what a draft would have meant for a year, by the same
// counting as ever, in administrative order.
func (w *Web) planDryRun(c *door.Call) error {
	v, err := campaign.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return err
	}
	rules, bad := plan.Parse([]byte(v.Text))
	if len(bad) > 0 {
		return w.Redirect(c, "/plans/"+v.ID+"/draft") // its mistakes stand there
	}
	this := c.Who.Today().Year()
	year := this - 1
	if n, err := strconv.Atoi(c.Query("year")); err == nil {
		if n > this || n < this-5 {
			return fault.New(fault.Invalid, "progress.year_bad")
		}
		year = n
	}
	dry, err := progress.DryRun(c.Context(), w.DB, c.Who, v.Region, rules, year)
	if err != nil {
		return err
	}
	p := &planDryPage{Base: Base{Title: K("page_plan.dry_title", "name", v.Short, "year", year), At: "/plans", Back: "/plans/" + v.ID + "/draft"}, Draft: v.ID, Place: v.Region, Year: year}
	p.Sums = !access.Can(c.Who, access.ProgressRead, access.Target{Region: v.Region}).OK()
	for _, y := range []int{this - 1, this} {
		p.Years = append(p.Years, Pill{Text: K("page_plan.year", "year", y), Href: with(c, "year", strconv.Itoa(y)), Here: y == year})
	}
	if dry.Against.ID != "" {
		l := w.versionLine(c, dry.Against)
		p.Against = &l
	}
	for _, l := range dry.Lines {
		x := w.dryLine(c, l)
		rank := K("plan.rank." + string(l.Rank))
		if l.Cadre == "" {
			if n := len(p.Ranks); n == 0 || p.Ranks[n-1].Rank.Key != rank.Key {
				p.Ranks = append(p.Ranks, dryRank{Rank: rank})
			}
			r := &p.Ranks[len(p.Ranks)-1]
			r.Officials, r.Lines = max(r.Officials, l.Officials), append(r.Lines, x)
			continue
		}
		if !l.Changed() {
			continue
		}
		if n := len(p.People); n == 0 || p.People[n-1].ID != l.Cadre {
			p.People = append(p.People, dryPerson{ID: l.Cadre, Name: dry.Names[l.Cadre], Rank: rank})
		}
		o := &p.People[len(p.People)-1]
		o.Lines = append(o.Lines, x)
	}
	return w.Render(c, "plan/dryrun", p)
}

func (w *Web) dryLine(c *door.Call, l quota.DryLine) dryLine {
	due := func(a quota.Amounts) (string, string) {
		if !a.Owed {
			return w.T(c.Lang, "quota.dry.not_owed"), ""
		}
		s := a.Due.String()
		if a.Target > a.Due {
			s = w.T(c.Lang, "page_plan.due_target", "due", s, "target", a.Target.String())
		}
		return s, a.Done.String()
	}
	x := dryLine{Duty: K("quota.duty." + l.Duty), Unit: K("quota.unit." + l.Unit), Changed: l.Changed()}
	x.Now, x.Done = due(l.Current)
	x.Then, x.Will = due(l.Draft)
	return x
}
