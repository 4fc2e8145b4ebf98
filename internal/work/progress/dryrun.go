package progress

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/scope"
)

// Dry is what a draft would have meant.
type Dry struct {
	Year    int               `json:"year"`
	Against campaign.Version  `json:"against"` // the version it is compared with; empty when the campaign is new
	Lines   []quota.DryLine   `json:"lines"`
	Names   map[string]string `json:"names"` // of the officials in the lines
}

// DryRun shows what a draft plan would have meant for a place in a year, last
// year when none is given, by the same counting as ever. Who does not see the
// officials' own figures (a county administrator) gets the sums per rank only.
//
// It stands here and not in package campaign because it counts the facts of
// packages above that one.
func DryRun(ctx context.Context, r db.Reader, who access.Actor, place string, draft plan.Plan, year int) (Dry, error) {
	if err := scope.Can(who, access.PlanDraft, place, false); err != nil {
		return Dry{}, err
	}
	county, today := who.County(), who.Today()
	if year == 0 {
		year = today.Year() - 1
	}
	out := Dry{Year: year, Names: map[string]string{}}
	// The year is judged as a whole: a draft that would begin later is asked what
	// it would have meant, had it held from the start.
	draft.Started, draft.Effective = min(draft.Start(), calendar.FirstOf(year)), min(draft.Effective, calendar.FirstOf(year))
	var current plan.Plan
	bs, err := campaign.ForYear(ctx, r, county, place, year, today)
	if err != nil {
		return out, err
	}
	var now campaign.Bound
	for _, b := range bs {
		if b.Version.Campaign == draft.Campaign {
			now, current, out.Against = b, b.Plan, b.Version
		}
	}
	lo, hi := db.Under(place)
	type official struct{ id, name string }
	cs, err := db.All(ctx, r, func(w db.Row) (o official, err error) { return o, w.Scan(&o.id, &o.name) },
		`SELECT id, name FROM cadres WHERE county = $1 AND region >= $2 AND region < $3 ORDER BY region, name_key, id`, county, lo, hi)
	if err != nil {
		return out, err
	}
	var facts []quota.Facts
	for _, c := range cs {
		posts, err := cadre.PostsOf(ctx, r, county, []string{c.id})
		if err != nil {
			return out, err
		}
		if _, ok := shown(posts, year, today); !ok {
			continue // not yet in post
		}
		f, err := gather(ctx, r, county, c.id, posts, calendar.FirstOf(year), year, today)
		if err != nil {
			return out, err
		}
		facts = append(facts, under(now, f))
		out.Names[c.id] = c.name
	}
	out.Lines = quota.DryRun(draft, current, facts)
	if !access.Can(who, access.ProgressRead, access.Target{Region: place}).OK() {
		sums := out.Lines[:0]
		for _, l := range out.Lines {
			if l.Cadre == "" {
				sums = append(sums, l)
			}
		}
		out.Lines, out.Names = sums, map[string]string{}
	}
	return out, nil
}
