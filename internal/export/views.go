package export

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/paper"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/progress"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// table makes the head of a table of figures of a place.
func table(ctx context.Context, r db.Reader, who access.Actor, f *progress.Filter, name string) (d paper.ProgressData, names map[string]string, err error) {
	if f.Place == "" {
		f.Place = who.Home()
	}
	if err := scope.Can(who, access.Export, f.Place, false); err != nil {
		return d, nil, err
	}
	here, err := region.ByPath(ctx, r, f.Place)
	if err != nil {
		return d, nil, err
	}
	if names, err = region.Names(ctx, r, region.Upto(f.Place, region.County)); err != nil {
		return d, nil, err
	}
	if f.Year == 0 {
		f.Year = who.Today().Year()
	}
	return paper.ProgressData{Scope: here.Name, Campaign: name, From: stamp(calendar.FirstOf(f.Year)), To: stamp(min(calendar.LastOf(f.Year), who.Today())), Made: stamp(who.Today())}, names, nil
}

// Homes is the table of progress home by home, in the order of places: what the
// campaign asks of the helper there and what he has done. Rows come page by
// page; count and fail tell how it went.
func Homes(ctx context.Context, r db.Reader, who access.Actor, f progress.Filter, name string, t Words) (d paper.ProgressData, count func() int, fail func() error, err error) {
	d, names, err := table(ctx, r, who, &f, name)
	if err != nil {
		return d, nil, nil, err
	}
	owed := []string{quota.Visits, quota.Practicals}
	for _, x := range owed {
		d.Duties = append(d.Duties, t("quota.duty."+x))
	}
	n := 0
	var broke error
	d.Rows = func(yield func(paper.ProgressRow) bool) {
		for hf := (household.Filter{Place: f.Place, Limit: page}); ; {
			hs, next, err := progress.Homes(ctx, r, who, hf, f.Year)
			if err != nil {
				broke = err
				return
			}
			dues, err := progress.HomeDues(ctx, r, who, hs, f.Year)
			if err != nil {
				broke = err
				return
			}
			var leads []string
			for _, h := range hs {
				leads = append(leads, h.Lead)
			}
			people, err := cadre.Names(ctx, r, who.County(), unique(leads))
			if err != nil {
				broke = err
				return
			}
			for _, h := range hs {
				row := paper.ProgressRow{Village: region.Place(names, h.Region, region.Village), Name: h.Head, Unit: people[h.Lead], Duties: make([]paper.ProgressDuty, len(owed))}
				for _, x := range dues[h.ID] {
					for i, duty := range owed {
						if x.Campaign == f.Campaign && x.Duty == duty {
							row.Duties[i].Binds = true
							row.Duties[i].Due += float64(x.Due) / 2
							row.Duties[i].Done += float64(x.Done) / 2
						}
					}
				}
				if h.Lead == "" {
					row.Note = t("progress.attention.unpaired")
				}
				if n++; !yield(row) {
					return
				}
			}
			if hf.After = next; next == "" {
				return
			}
		}
	}
	return d, func() int { return n }, func() error { return broke }, nil
}

// Places is the table of progress added up by township and village.
func Places(ctx context.Context, r db.Reader, who access.Actor, f progress.Filter, name string, t Words) (paper.ProgressData, int, error) {
	d, names, err := table(ctx, r, who, &f, name)
	if err != nil {
		return d, 0, err
	}
	rows, err := progress.Places(ctx, r, who, f)
	if err != nil {
		return d, 0, err
	}
	var used []string
	for _, duty := range duties {
		for _, x := range rows {
			for _, s := range x.Duties {
				if s.Duty == duty && (len(used) == 0 || used[len(used)-1] != duty) {
					used = append(used, duty)
					d.Duties = append(d.Duties, t("quota.duty."+duty))
				}
			}
		}
	}
	d.Rows = func(yield func(paper.ProgressRow) bool) {
		for _, x := range rows {
			row := paper.ProgressRow{Name: names[x.Region], Duties: make([]paper.ProgressDuty, len(used))}
			if region.Upto(x.Region, region.Village) != "" {
				row.Village = names[x.Region]
			}
			for i, duty := range used {
				for _, s := range x.Duties {
					if s.Duty == duty {
						row.Duties[i].Binds = true
						row.Duties[i].Due += float64(s.Due) / 2
						row.Duties[i].Done += float64(s.Done) / 2
					}
				}
			}
			if !yield(row) {
				return
			}
		}
	}
	return d, len(rows), nil
}
