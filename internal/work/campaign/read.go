package campaign

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/plan"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

const columns = `v.id, v.campaign, v.region, v.number, v.effective, v.ends, v.state, v.name, v.short, v.name_en, v.hash, v.decided, v.decided_on, v.note, v.author, v.issuer, v.issued_on, v.successor`

func scan(w db.Row) (v Version, err error) {
	return v, w.Scan(&v.ID, &v.Campaign, &v.Region, &v.Number, &v.Effective, &v.Ends, &v.State, &v.Name, &v.Short, &v.EN, &v.Hash, &v.Decided, &v.DecidedOn, &v.Note, &v.Author, &v.Issuer, &v.IssuedOn, &v.Successor)
}

func get(ctx context.Context, r db.Reader, county, id string) (Version, error) {
	return db.One(ctx, r, func(w db.Row) (v Version, err error) {
		var text string
		v, err = scan(more{w, &text})
		v.Text = text
		return v, err
	}, `SELECT `+columns+`, v.body FROM plan_versions v WHERE v.county = $1 AND v.id = $2`, county, id)
}

// Filter narrows a list of versions.
type Filter struct {
	Place    string // path; "" for everything in reach
	Campaign string
}

// List gives the versions the actor may read, by campaign, place and day, the
// texts left out: his places', those of places below, and the county's.
func List(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]Version, error) {
	s, err := scope.Reach(who, access.PlanRead, "")
	if err != nil {
		return nil, err
	}
	// A place above one's own is asked for too: its versions bind.
	if _, ok := s.Within(f.Place); f.Place != "" && !ok {
		return nil, fault.New(fault.NotFound, "access.outside")
	}
	args := scope.Args{who.County(), region.PathOf(who.County())}
	where := "v.county = $1 AND (v.region = $2 OR " + scope.Where(s, &args, "v.region", nil, scope.Nobody) + ")"
	if f.Campaign != "" {
		where += " AND v.campaign = " + args.Add(f.Campaign)
	}
	if f.Place != "" {
		lo, hi := db.Under(f.Place)
		where += " AND (v.region = $2 OR (v.region >= " + args.Add(lo) + " AND v.region < " + args.Add(hi) + "))"
	}
	all, err := db.All(ctx, r, scan, `SELECT `+columns+` FROM plan_versions v WHERE `+where+` ORDER BY v.campaign, v.region, v.effective, v.id`, args...)
	if err != nil {
		return nil, err
	}
	out := all[:0]
	for _, v := range all {
		if reads(who, v) {
			out = append(out, v)
		}
	}
	return out, nil
}

// Show gives a version with its text.
func Show(ctx context.Context, r db.Reader, who access.Actor, id string) (Version, error) {
	v, err := get(ctx, r, who.County(), id)
	if err != nil {
		return v, err
	}
	if !reads(who, v) {
		// A version of a place beside one's own does not exist; a draft of one's
		// own place is refused openly.
		if access.Can(who, access.PlanRead, access.Target{Region: v.Region}).OK() {
			return Version{}, fault.New(fault.Forbidden, "access.not_role")
		}
		return Version{}, fault.New(fault.NotFound, "access.outside")
	}
	return v, nil
}

// Diff lists the values that differ between two versions the actor may read.
func Diff(ctx context.Context, r db.Reader, who access.Actor, from, to string) ([]plan.Change, error) {
	var ps [2]plan.Plan
	for i, id := range []string{from, to} {
		v, err := Show(ctx, r, who, id)
		if err != nil {
			return nil, err
		}
		p, bad := plan.Parse([]byte(v.Text))
		if len(bad) > 0 {
			return nil, problems(bad)
		}
		ps[i] = p
	}
	return plan.Diff(ps[0], ps[1]), nil
}

// more scans one further column behind those of a version.
type more struct {
	db.Row
	extra any
}

// Scan reads the columns and the further one.
func (m more) Scan(dest ...any) error { return m.Row.Scan(append(dest, m.extra)...) }

// Rehome moves the versions of a township that is merged or renumbered.
func Rehome(ctx context.Context, tx *db.Tx, county, from, to string) error {
	return region.MovePrefix(ctx, tx, "plan_versions", "region", county, from, to)
}

// Names gives the short names of a county's campaigns by their codes, and those
// of its versions by their ids, in Chinese and English, drafts included. It
// asks nobody; the caller has.
func Names(ctx context.Context, r db.Reader, county string) (map[string][2]string, error) {
	vs, err := db.All(ctx, r, scan, `SELECT `+columns+` FROM plan_versions v WHERE v.county = $1 ORDER BY v.region DESC, v.effective, v.id`, county)
	m := map[string][2]string{}
	for _, v := range vs {
		m[v.Campaign] = [2]string{v.Short, v.EN}
		m[v.ID] = m[v.Campaign]
	}
	return m, err
}
