package campaign

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
	"lianxin/internal/work/region"
)

// Bound is the version that binds a place, with its rules.
type Bound struct {
	Version Version
	Plan    plan.Plan
	// Until is the campaign's last day when it ended within the time asked for,
	// else empty: nothing is owed after it.
	Until calendar.Day
}

// InForce gives the plans that bind a township (or the county, for its path)
// on a day, one per campaign, the elder campaign first. The plans are shared:
// callers must not change them.
func InForce(ctx context.Context, r db.Reader, county, place string, day calendar.Day) ([]plan.Plan, error) {
	bs, err := bound(ctx, r, county, place, day, day, day)
	out := make([]plan.Plan, len(bs))
	for i, b := range bs {
		out[i] = b.Plan
	}
	return out, err
}

// On is InForce with the versions.
func On(ctx context.Context, r db.Reader, county, place string, day calendar.Day) ([]Bound, error) {
	return bound(ctx, r, county, place, day, day, day)
}

// ForYear gives the plans by which a year is judged: those in force on its last
// day, or today while the year runs. A campaign that ended in the year is
// judged by its last version, up to its end.
func ForYear(ctx context.Context, r db.Reader, county, place string, year int, today calendar.Day) ([]Bound, error) {
	first, last := calendar.FirstOf(year), calendar.LastOf(year)
	return bound(ctx, r, county, place, first, min(today, last), last)
}

// Before gives what judged the year before the version that judges it took
// effect, where the plan changed during the year; ok is false where it did not.
func Before(ctx context.Context, r db.Reader, county, place string, year int, b Bound) (old Bound, ok bool, err error) {
	first, last := calendar.FirstOf(year), calendar.LastOf(year)
	day := b.Version.Effective.Add(-1)
	if day < first {
		return old, false, nil
	}
	bs, err := bound(ctx, r, county, place, first, day, last)
	for _, x := range bs {
		if x.Version.Campaign == b.Version.Campaign && x.Version.ID != b.Version.ID {
			x.Until = b.Until
			return x, true, err
		}
	}
	return old, false, err
}

// bound chooses, per campaign, the version of the latest day within from–at
// that has one: the township's own before the county's.
func bound(ctx context.Context, r db.Reader, county, place string, from, at, to calendar.Day) ([]Bound, error) {
	top, town := region.PathOf(county), region.Upto(place, region.Township)
	if town == "" {
		town = top
	}
	all, err := db.All(ctx, r, scan, `SELECT `+columns+` FROM plan_versions v WHERE v.county = $1 AND v.region IN ($2, $3) AND v.state <> 'draft' AND v.effective <= $4 AND (v.ends = '' OR v.ends >= $5)`,
		county, top, town, string(to), string(from))
	if err != nil {
		return nil, err
	}
	byCampaign := map[string][]Version{}
	for _, v := range all {
		if v.Ends == "" || v.Ends >= v.Effective {
			byCampaign[v.Campaign] = append(byCampaign[v.Campaign], v)
		}
	}
	var out []Bound
	for _, vs := range byCampaign {
		day, until := calendar.Day(""), calendar.Day("")
		for _, v := range vs {
			end := to
			if v.Ends != "" && v.Ends < to {
				end = v.Ends
			}
			until = max(until, end)
			if v.Effective <= at {
				day = max(day, min(end, at))
			}
		}
		if day < from {
			continue
		}
		b := Bound{}
		for _, v := range vs {
			if v.Holds(day) && (b.Version.ID == "" || v.Region > b.Version.Region) {
				b.Version = v
			}
		}
		if until < to {
			b.Until = until
		}
		if b.Plan, err = parsed(ctx, r, county, b.Version); err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	slices.SortFunc(out, func(a, b Bound) int {
		return cmp.Or(cmp.Compare(a.Plan.Start(), b.Plan.Start()), cmp.Compare(a.Version.Campaign, b.Version.Campaign))
	})
	return out, nil
}

// parses remembers the plans by the hash of their text. Parsing is a pure
// function of the text, so this changes no answer, only its time; there are as
// many entries as versions in force.
var parses sync.Map

func parsed(ctx context.Context, r db.Reader, county string, v Version) (plan.Plan, error) {
	if p, ok := parses.Load(v.Hash); ok {
		return p.(plan.Plan), nil
	}
	text, err := db.One(ctx, r, db.Text, `SELECT body FROM plan_versions WHERE county = $1 AND id = $2`, county, v.ID)
	if err != nil {
		return plan.Plan{}, err
	}
	p, problems := plan.Parse([]byte(text))
	if len(problems) > 0 {
		return p, fmt.Errorf("campaign: version %s is damaged: %s", v.ID, problems[0])
	}
	parses.Store(v.Hash, p)
	return p, nil
}
