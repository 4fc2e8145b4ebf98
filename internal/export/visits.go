package export

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/paper"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/visit"
)

// page is how many visits are held in memory at a time.
const page = 200

// Visits gathers the register of visits of a place or an official, oldest
// first, page by page, so that a year of a county needs no more memory than a
// month of a village. count and fail tell, after the rows were taken, how many
// there were and what went wrong.
func Visits(ctx context.Context, r db.Reader, who access.Actor, f visit.Filter, t Words) (d paper.VisitsData, count func() int, fail func() error, err error) {
	place := f.Place
	if place == "" {
		place = who.Home()
	}
	if err := scope.Can(who, access.Export, place, false); err != nil {
		return d, nil, nil, err
	}
	here, err := region.ByPath(ctx, r, place)
	if err != nil {
		return d, nil, nil, err
	}
	names, err := region.Names(ctx, r, region.Upto(place, region.County))
	if err != nil {
		return d, nil, nil, err
	}
	n := 0
	var broke error
	f.Place, f.Oldest, f.Limit, f.After = place, true, page, ""
	d = paper.VisitsData{Scope: here.Name, From: stamp(f.From), To: stamp(f.To), Made: stamp(who.Today())}
	d.Visits = func(yield func(paper.VisitRow) bool) {
		for {
			vs, next, err := visit.List(ctx, r, who, f)
			if err != nil {
				broke = err
				return
			}
			for row := range rows(ctx, r, who, vs, names, t, &broke) {
				if n++; !yield(row) {
					return
				}
			}
			if f.After = next; next == "" || broke != nil {
				return
			}
		}
	}
	return d, func() int { return n }, func() error { return broke }, nil
}

// rows words one page of visits; names of homes and officials come in two
// questions for the whole page.
func rows(ctx context.Context, r db.Reader, who access.Actor, vs []visit.Visit, names map[string]string, t Words, broke *error) iter.Seq[paper.VisitRow] {
	return func(yield func(paper.VisitRow) bool) {
		var homes, people []string
		for _, v := range vs {
			homes = append(homes, v.Household)
			people = append(append(people, v.Cadre), v.With...)
		}
		hs, err := household.Briefs(ctx, r, who.County(), homes)
		if err != nil {
			*broke = err
			return
		}
		cs, err := cadre.Names(ctx, r, who.County(), people)
		if err != nil {
			*broke = err
			return
		}
		ps, err := cadre.PostsOf(ctx, r, who.County(), unique(people))
		if err != nil {
			*broke = err
			return
		}
		for _, v := range vs {
			row := paper.VisitRow{At: moment(v), Cadre: cs[v.Cadre], Village: region.Place(names, v.Region, region.Village), Household: hs[v.Household].Head, Way: t("visit.how." + v.How), Learned: v.Words}
			if v.Usual && v.Words == "" {
				row.Learned = t("visit.usual")
			}
			for _, p := range ps {
				if p.Cadre == v.Cadre && p.At(v.Day) {
					row.Unit = p.UnitName
				}
			}
			for _, c := range v.With {
				row.Companions = append(row.Companions, cs[c])
			}
			for _, x := range v.Topics {
				row.Topics = append(row.Topics, t("visit.topic."+x))
			}
			var titles, states []string
			for _, a := range v.Promises {
				titles = append(titles, a.Title)
				states = append(states, t("appeal.state."+string(a.State)))
				if due := stamp(a.DueOn); row.Due.IsZero() || due.After(row.Due) {
					row.Due = due
				}
			}
			row.Measures, row.State = strings.Join(titles, "；"), strings.Join(states, "；")
			for _, m := range []struct {
				key string
				on  bool
			}{{"late", v.Backdated()}, {"proxy", v.Proxy}, {"amended", v.Version > 1}} {
				if m.on {
					row.Marks = append(row.Marks, t("visit.mark."+m.key))
				}
			}
			if !yield(row) {
				return
			}
		}
	}
}

func unique(ids []string) []string {
	slices.Sort(ids)
	return slices.Compact(ids)
}

// moment is the visit's time in Beijing; midnight where only the day is known.
func moment(v visit.Visit) time.Time {
	at := stamp(v.Day)
	if clock, err := time.Parse("15:04", v.Clock); err == nil {
		return at.Add(time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute)
	}
	return at
}
