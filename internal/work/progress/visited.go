package progress

import (
	"context"
	"slices"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/visit"
)

// Visited gives the days of an official's visits that count in a year, by home:
// those that Why tells as counted, what is beyond the due included, under the
// campaign that began first of those that ask him for visits. Where none does, no
// plan says what counts, and it is his own visits at which somebody was met.
func Visited(ctx context.Context, r db.Reader, county, id, place string, year int, today calendar.Day) (map[string][]calendar.Day, error) {
	f, err := Facts(ctx, r, county, id, year, today)
	if err != nil {
		return nil, err
	}
	bs, err := campaign.ForYear(ctx, r, county, place, year, today)
	if err != nil {
		return nil, err
	}
	out, asked := map[string][]calendar.Day{}, false
	home := map[string]string{}
	for _, v := range f.Visits {
		home[v.ID] = v.Household
	}
	for _, b := range bs {
		for _, l := range quota.Count(b.Plan, under(b, f)) {
			if l.Duty != quota.Visits || l.Household != "" {
				continue // a home's line repeats what stands in that of all homes
			}
			asked = true
			for _, x := range l.Counted {
				out[home[x.ID]] = append(out[home[x.ID]], x.On)
			}
			for _, x := range l.Beyond {
				out[home[x.ID]] = append(out[home[x.ID]], x.On)
			}
		}
		if asked {
			return out, nil
		}
	}
	for _, v := range f.Visits {
		if v.Role == quota.Author && !v.Voided && v.On <= today && slices.Contains(visit.Seen, v.How) {
			out[v.Household] = append(out[v.Household], v.On)
		}
	}
	return out, nil
}
