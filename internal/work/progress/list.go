package progress

import (
	"context"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// Row is one official's figures of a year under one campaign.
type Row struct {
	Cadre    string       `json:"cadre"`
	Name     string       `json:"name"`
	Campaign string       `json:"campaign"`
	Short    string       `json:"-"`                 // the campaign's short name, where Mine gives it
	Region   string       `json:"region"`            // township
	Village  string       `json:"village,omitempty"` // posted to
	Unit     string       `json:"unit"`
	Title    string       `json:"title"`
	Rank     plan.Rank    `json:"rank"`
	Version  string       `json:"version"` // version of the plan that judged
	Lines    []quota.Line `json:"lines"`   // one per duty and period; clause and records are in Why
	AsOf     calendar.Day `json:"as_of"`
}

// Filter narrows a list of officials' figures.
type Filter struct {
	Place    string // path of a county, township or village; "" for everything in reach
	Campaign string // "" for the one that began first of those in force in the place's year
	Year     int    // 0 for this year
	Cadre    string
	After    string
	Limit    int // 0 for 50
}

// MaxRows is the longest page of officials: rows are short, and a county's
// whole list is one page of work.
const MaxRows = 5000

// List gives officials' figures in administrative order: by township, unit or
// village, and name. It reads kept rows; call RecountWaiting for the place
// first.
func List(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]Row, string, error) {
	if f.Year == 0 {
		f.Year = who.Today().Year()
	}
	return list(ctx, r, who, access.ProgressRead, f)
}

// list is List for an action that may see the rows, or only their sums.
func list(ctx context.Context, r db.Reader, who access.Actor, do access.Action, f Filter) ([]Row, string, error) {
	where, args, err := reach(who, do, &f)
	if err != nil {
		return nil, "", err
	}
	if f.Campaign == "" {
		if f.Campaign, err = first(ctx, r, who, f); err != nil || f.Campaign == "" {
			return nil, "", err
		}
		args[1] = f.Campaign
	}
	a, err := scope.AfterBy("~~~", f.After, scope.Path, scope.Word, scope.ID)
	if err != nil {
		return nil, "", err
	}
	known, err := db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM plan_versions WHERE county = $1 AND campaign = $2 AND state <> 'draft'`, who.County(), f.Campaign)
	if err != nil {
		return nil, "", err
	}
	if known == 0 {
		return nil, "", &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "campaign", Key: "progress.campaign_unknown"}}}
	}
	if a != nil {
		where += " AND (p.region, p.ord, p.cadre) > (" + args.Add(a[0]) + ", " + args.Add(a[1]) + ", " + args.Add(a[2]) + ")"
	}
	n := f.Limit
	switch {
	case n <= 0:
		n = 50
	case n > MaxRows:
		n = MaxRows
	}
	type keyed struct {
		Row
		ord string
	}
	d := decoder{year: f.Year}
	rows, err := db.All(ctx, r, func(w db.Row) (k keyed, err error) {
		var figures string
		if err = w.Scan(&k.Cadre, &k.Name, &k.Region, &k.Village, &k.Unit, &k.Title, &k.Rank, &k.Version, &figures, &k.AsOf, &k.ord); err != nil {
			return k, err
		}
		k.Campaign = f.Campaign
		k.Lines, err = d.decode(figures)
		return k, err
	}, `SELECT p.cadre, c.name, p.region, p.village, p.unit, p.title, p.rank, p.version, p.figures, p.asof, p.ord
		FROM progress_rows p JOIN cadres c ON c.county = p.county AND c.id = p.cadre WHERE `+where+` ORDER BY p.region, p.ord, p.cadre LIMIT `+args.Add(n+1), args...)
	if err != nil {
		return nil, "", err
	}
	rows, next := scope.Cut(rows, n, func(k keyed) string { return k.Region + "~~~" + k.ord + "~~~" + k.Cadre })
	out := make([]Row, len(rows))
	for i := range rows {
		out[i] = rows[i].Row
	}
	return out, next, nil
}

// reach is the condition of the rows an actor may see. Rows hang on the
// township; a village narrows them to those posted there.
func reach(who access.Actor, do access.Action, f *Filter) (string, scope.Args, error) {
	place, village := f.Place, ""
	if v := region.Upto(f.Place, region.Village); v != "" {
		place, village = region.Upto(f.Place, region.Township), v
	}
	if _, err := scope.Reach(who, do, f.Place); err != nil {
		return "", nil, err
	}
	// Narrowed to the township, as the rows hang on it; the village is told by
	// its own column.
	s, err := scope.Reach(who, do, place)
	if err != nil {
		return "", nil, err
	}
	var f2 fault.Fields
	f2.Check(f.Year >= 2000 && f.Year <= 2100, "year", "progress.year_bad")
	if err := f2.Err(); err != nil {
		return "", nil, err
	}
	args := scope.Args{who.County(), f.Campaign, f.Year}
	where := "p.county = $1 AND p.campaign = $2 AND p.year = $3 AND " + within(s, who, &args)
	if place != "" {
		lo, hi := db.Under(place)
		where += " AND p.region >= " + args.Add(lo) + " AND p.region < " + args.Add(hi)
	}
	if village != "" {
		where += " AND p.village = " + args.Add(village)
	}
	if f.Cadre != "" {
		where += " AND p.cadre = " + args.Add(f.Cadre)
	}
	return where, args, nil
}

// within is the condition of the rows in a span: those of its regions, and one's
// own. A village's grant lies below the township the rows hang on: it reaches
// those posted to the village and whoever holds it.
func within(s access.Span, who access.Actor, args *scope.Args) string {
	var villages []string
	for _, r := range s.Regions {
		if v := region.Upto(r, region.Village); v == r {
			villages = append(villages, "p.village = "+args.Add(v))
		}
	}
	if villages != nil && s.Cadre == "" {
		s.Cadre = who.Cadre()
	}
	where := scope.Where(s, args, "p.region", func(c string) string { return "p.cadre = " + c }, scope.Whose{Official: "p.cadre"})
	if villages != nil {
		where = "(" + where + " OR " + strings.Join(villages, " OR ") + ")"
	}
	return where
}

// first gives the campaign that is meant where none is named: of those that
// judge the year in the place, the one that began first. "" where none does.
func first(ctx context.Context, r db.Reader, who access.Actor, f Filter) (string, error) {
	place := f.Place
	if place == "" {
		place = who.Home()
	}
	bs, err := campaign.ForYear(ctx, r, who.County(), place, f.Year, who.Today())
	if err != nil || len(bs) == 0 {
		return "", err
	}
	return bs[0].Version.Campaign, nil
}

// Campaigns lists the campaigns of which a year has figures, for those in reach.
func Campaigns(ctx context.Context, r db.Reader, county string, year int) ([]string, error) {
	return db.All(ctx, r, db.Text, `SELECT DISTINCT campaign FROM progress_rows WHERE county = $1 AND year = $2 ORDER BY campaign`, county, year)
}
