package export

import (
	"context"
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/paper"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/progress"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// duties in the order of the columns.
var duties = []string{quota.Households, quota.Visits, quota.Practicals, quota.StayDays, quota.ResearchDays}

// Progress gathers the table of progress of a place under one campaign, in
// administrative order. The caller counts marked officials first
// (progress.RecountWaiting). name is the campaign's name in words.
func Progress(ctx context.Context, r db.Reader, who access.Actor, f progress.Filter, name string, t Words) (paper.ProgressData, int, error) {
	place := f.Place
	if place == "" {
		place = who.Home()
	}
	if err := scope.Can(who, access.Export, place, false); err != nil {
		return paper.ProgressData{}, 0, err
	}
	here, err := region.ByPath(ctx, r, place)
	if err != nil {
		return paper.ProgressData{}, 0, err
	}
	names, err := region.Names(ctx, r, region.Upto(place, region.County))
	if err != nil {
		return paper.ProgressData{}, 0, err
	}
	f.Place, f.Limit = place, progress.MaxRows
	if f.Year == 0 {
		f.Year = who.Today().Year()
	}
	var all []progress.Row
	for {
		rows, next, err := progress.List(ctx, r, who, f)
		if err != nil {
			return paper.ProgressData{}, 0, err
		}
		all = append(all, rows...)
		if f.After = next; next == "" {
			break
		}
	}
	var used []string
	for _, d := range duties {
		if slices.ContainsFunc(all, func(x progress.Row) bool {
			return slices.ContainsFunc(x.Lines, func(l quota.Line) bool { return l.Duty == d })
		}) {
			used = append(used, d)
		}
	}
	d := paper.ProgressData{Scope: here.Name, Campaign: name, From: stamp(calendar.FirstOf(f.Year)), To: stamp(min(calendar.LastOf(f.Year), who.Today())), Made: stamp(who.Today())}
	for _, u := range used {
		d.Duties = append(d.Duties, t("quota.duty."+u))
	}
	d.Rows = func(yield func(paper.ProgressRow) bool) {
		for _, x := range all {
			row := paper.ProgressRow{Village: names[x.Village], Name: x.Name, Unit: x.Unit, Post: x.Title, Duties: make([]paper.ProgressDuty, len(used))}
			var notes []string
			for _, l := range x.Lines {
				if i := slices.Index(used, l.Duty); i >= 0 {
					cell := &row.Duties[i]
					cell.Binds = true
					cell.Due += float64(l.Due) / 2
					cell.Done += float64(l.Done) / 2
				}
				for _, s := range remarks(l, t) {
					if !slices.Contains(notes, s) {
						notes = append(notes, s)
					}
				}
			}
			row.Note = strings.Join(notes, "；")
			if !yield(row) {
				return
			}
		}
	}
	return d, len(all), nil
}

// remarks says what stands beside a figure on the page: a higher target, in how
// many homes what is due was reached, what waits for the village, and why less is
// due.
func remarks(l quota.Line, t Words) (out []string) {
	duty := t("quota.duty." + l.Duty)
	if l.Target > l.Due {
		out = append(out, duty+t("quota.target", "target", l.Target.String(), "unit", t("quota.unit."+l.Unit)))
	}
	if l.Homes > 0 {
		out = append(out, duty+t("quota.reached", "homes", l.Homes, "reached", l.Reached))
	}
	if n := l.Waits(); n > 0 {
		out = append(out, duty+t(quota.BesideWaiting, "n", n.String(), "unit", t("quota.unit."+l.Unit)))
	}
	for _, n := range l.Notes {
		out = append(out, n.Text(func(key string, args ...any) string { return t(key, args...) }))
	}
	return out
}
