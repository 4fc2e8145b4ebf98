package inspection

import (
	"context"
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/sampling"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

const columns = `i.id, i.region, i.title, i.purpose, i.valid_from, i.valid_to, i.frame, i.size, i.wanted, i.seed, i.hash, i.replaces, i.why, i.ended_on, i.end_why, i.drawn_on,
	COALESCE((SELECT n.id FROM inspections n WHERE n.county = i.county AND n.replaces = i.id AND n.replaces <> ''), '')`

func scanner(r db.Reader, county string) func(db.Row) (Inspection, error) {
	return func(w db.Row) (i Inspection, err error) {
		if err = w.Scan(&i.ID, &i.Region, &i.Title, &i.Purpose, &i.From, &i.To, &i.Frame, &i.Size, &i.Wanted, &i.Seed, &i.Hash, &i.Replaces, &i.Why, &i.EndedOn, &i.EndWhy, &i.DrawnOn, &i.ReplacedBy); err != nil {
			return i, err
		}
		for _, x := range []struct {
			column string
			text   *string
		}{{"title", &i.Title}, {"purpose", &i.Purpose}, {"why", &i.Why}, {"end_why", &i.EndWhy}} {
			if err := open(r, county, "inspections", i.ID, x.column, x.text); err != nil {
				return i, err
			}
		}
		return i, nil
	}
}

func get(ctx context.Context, r db.Reader, county, id string) (Inspection, error) {
	return db.One(ctx, r, scanner(r, county), `SELECT `+columns+` FROM inspections i WHERE i.county = $1 AND i.id = $2`, county, id)
}

// whole adds people, villages and homes.
func whole(ctx context.Context, r db.Reader, county string, i *Inspection) (err error) {
	i.Homes, err = db.All(ctx, r, func(w db.Row) (h Home, err error) {
		if err = w.Scan(&h.Household, &h.Place, &h.Named, &h.Why, &h.On); err != nil {
			return h, err
		}
		return h, open(r, county, "inspection_homes", i.ID+"/"+h.Household, "why", &h.Why)
	}, `SELECT household, place, named, why, added_on FROM inspection_homes WHERE county = $1 AND inspection = $2 ORDER BY named, place, household`, county, i.ID)
	if err != nil {
		return err
	}
	drawn := map[string]int{}
	for _, h := range i.Homes {
		if !h.Named {
			drawn[h.Place]++
		}
	}
	i.Strata, err = db.All(ctx, r, func(w db.Row) (s Stratum, err error) {
		err = w.Scan(&s.Place, &s.Size)
		s.Drawn = drawn[s.Place]
		return s, err
	}, `SELECT place, size FROM inspection_strata WHERE county = $1 AND inspection = $2 ORDER BY place`, county, i.ID)
	if err != nil {
		return err
	}
	i.People, err = db.All(ctx, r, func(w db.Row) (p Person, err error) { return p, w.Scan(&p.Account, &p.Name) },
		`SELECT p.account, COALESCE(a.name, '') FROM inspection_people p LEFT JOIN accounts a ON a.county = p.county AND a.id = p.account WHERE p.county = $1 AND p.inspection = $2 ORDER BY p.account`, county, i.ID)
	return err
}

// Show gives a check to the office and the leaders of its township, and to its
// own inspectors: to them with its homes while it lasts, afterwards without.
func Show(ctx context.Context, r db.Reader, who access.Actor, id string) (Inspection, error) {
	i, err := get(ctx, r, who.County(), id)
	if err != nil {
		return i, err
	}
	mine, err := db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM inspection_people WHERE county = $1 AND inspection = $2 AND account = $3`, who.County(), id, who.Account())
	if err != nil {
		return Inspection{}, err
	}
	if err := scope.Can(who, access.InspectionRead, i.Region, mine > 0); err != nil {
		return Inspection{}, err
	}
	i.State = i.On(who.Today())
	if err := whole(ctx, r, who.County(), &i); err != nil {
		return Inspection{}, err
	}
	if !reads(who, i) && i.State != Open {
		i.Homes, i.Seed, i.Hash = nil, "", ""
	}
	return i, nil
}

// reads reports whether somebody sees a check by its place, not as one of its
// inspectors.
func reads(who access.Actor, i Inspection) bool {
	return access.Reaches(who, access.InspectionRead).Contains(i.Region)
}

// Redraw is what drawing again gave.
type Redraw struct {
	Seed   string    `json:"seed"`
	Hash   string    `json:"hash"`   // of the kept frame, counted anew
	Frame  bool      `json:"frame"`  // the frame is the one that was drawn from
	Same   bool      `json:"same"`   // and the drawn homes are those that follow from the seed
	Strata []Stratum `json:"strata"` // the frame, for whoever wants to draw by himself
}

// Again draws a check's homes once more from the kept seed and frame, for those
// who may see it by its place. Named homes are no part of it.
func Again(ctx context.Context, r db.Reader, who access.Actor, id string) (Redraw, error) {
	i, err := Show(ctx, r, who, id)
	if err != nil {
		return Redraw{}, err
	}
	if !reads(who, i) {
		return Redraw{}, fault.New(fault.Forbidden, "access.not_role") // the frame is more than his sample
	}
	return again(ctx, r, who.County(), i)
}

func again(ctx context.Context, r db.Reader, county string, i Inspection) (Redraw, error) {
	x := Redraw{Seed: i.Seed}
	var frame, kept []sampling.Unit
	var err error
	x.Strata, err = db.All(ctx, r, func(w db.Row) (s Stratum, err error) {
		var homes string
		if err = w.Scan(&s.Place, &s.Size, &homes); err != nil {
			return s, err
		}
		s.Homes = strings.Split(homes, "\n")
		for _, h := range s.Homes {
			frame = append(frame, sampling.Unit{ID: h, Stratum: s.Place})
		}
		return s, nil
	}, `SELECT place, size, homes FROM inspection_strata WHERE county = $1 AND inspection = $2 ORDER BY place`, county, i.ID)
	if err != nil {
		return x, err
	}
	for _, h := range i.Homes {
		if !h.Named {
			kept = append(kept, sampling.Unit{ID: h.Household, Stratum: h.Place})
		}
	}
	seed, ok := sampling.ParseSeed(i.Seed)
	drawn := sampling.Draw(seed, frame, i.Wanted)
	for k := range x.Strata {
		for _, u := range drawn {
			if u.Stratum == x.Strata[k].Place {
				x.Strata[k].Drawn++
			}
		}
	}
	x.Hash = sampling.Hash(frame)
	x.Frame = len(frame) == i.Size && x.Hash == i.Hash
	x.Same = ok && x.Frame && slices.Equal(drawn, kept)
	return x, nil
}

// Filter narrows a list of checks.
type Filter struct {
	Place string
	After string
	Limit int
}

// List gives checks, the latest first: of a township to its office and leaders,
// to an inspector his own.
func List(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]Inspection, string, error) {
	if !access.May(who, access.InspectionRead) {
		return nil, "", fault.New(fault.Forbidden, "access.not_role")
	}
	s := access.Reaches(who, access.InspectionRead)
	own := false
	for _, g := range who.Grants() {
		if access.ReachOf(access.InspectionRead, g.Role) != access.OwnOnly {
			continue
		}
		own = own || f.Place == "" || g.Covers(f.Place) || strings.HasPrefix(g.Region, f.Place)
	}
	if f.Place != "" {
		var ok bool
		if s, ok = s.Within(f.Place); !ok && !own {
			return nil, "", fault.New(fault.NotFound, "access.outside")
		}
	}
	after, err := scope.After(f.After, scope.Day, scope.ID)
	if err != nil {
		return nil, "", err
	}
	var args scope.Args
	s.Cadre = "" // a check is somebody's own by his account
	where := scope.Where(s, &args, "i.region", nil, scope.Nobody)
	county := args.Add(who.County())
	if own {
		where = "(" + where + " OR i.id IN (SELECT p.inspection FROM inspection_people p WHERE p.county = " + county + " AND p.account = " + args.Add(who.Account()) + "))"
	}
	where += " AND i.county = " + county
	if f.Place != "" {
		lo, hi := db.Under(region.Upto(f.Place, region.Township))
		if region.Upto(f.Place, region.Township) == "" {
			lo, hi = db.Under(f.Place)
		}
		where += " AND i.region >= " + args.Add(lo) + " AND i.region < " + args.Add(hi)
	}
	if after != nil {
		where += " AND (i.valid_from, i.id) < (" + args.Add(after[0]) + ", " + args.Add(after[1]) + ")"
	}
	n := scope.Limit(f.Limit)
	is, err := db.All(ctx, r, scanner(r, who.County()), `SELECT `+columns+` FROM inspections i WHERE `+where+` ORDER BY i.valid_from DESC, i.id DESC LIMIT `+args.Add(n+1), args...)
	if err != nil {
		return nil, "", err
	}
	is, next := scope.Cut(is, n, func(i Inspection) string { return string(i.From) + "~" + i.ID })
	for k := range is {
		if is[k].State = is[k].On(who.Today()); !reads(who, is[k]) {
			is[k].Seed, is[k].Hash = "", ""
		}
	}
	return is, next, nil
}

// Share is a village before a draw: its homes, and how many would be drawn.
type Share struct {
	Place     string `json:"place"`
	Size      int    `json:"size"`
	Low, High int
}

// Look tells what n homes of a township would be drawn from. No chance has
// fallen yet: of a village it is known only between which numbers its share lies.
func Look(ctx context.Context, r db.Reader, who access.Actor, town, frame string, n int) ([]Share, int, error) {
	town, err := mayDraw(who, town)
	if err != nil {
		return nil, 0, err
	}
	if frame == "" {
		frame = Paired
	}
	us, err := frameOf(ctx, r, who.County(), town, frame, who.Today())
	if err != nil {
		return nil, 0, err
	}
	var out []Share
	for _, s := range strataOf(us, nil) {
		x := Share{Place: s.Place, Size: s.Size}
		x.Low, x.High = sampling.Share(s.Size, len(us), max(0, n))
		out = append(out, x)
	}
	return out, len(us), nil
}

// Inspectors gives the accounts that may be inspectors of a township's checks.
func Inspectors(ctx context.Context, r db.Reader, who access.Actor, town string) ([]Person, error) {
	town, err := mayDraw(who, town)
	if err != nil {
		return nil, err
	}
	return inspectors(ctx, r, who.County(), town, who.Today())
}

func inspectors(ctx context.Context, r db.Reader, county, town string, today calendar.Day) ([]Person, error) {
	args := scope.Args{county, string(today)}
	var over []string
	for _, l := range region.Levels {
		if p := region.Upto(town, l); p != "" {
			over = append(over, p)
		}
	}
	return db.All(ctx, r, func(w db.Row) (p Person, err error) { return p, w.Scan(&p.Account, &p.Name) },
		`SELECT a.id, a.name FROM accounts a WHERE a.county = $1 AND a.state = 'active' AND a.id IN (SELECT g.account FROM account_grants g WHERE g.county = $1 AND g.role = 'inspector' AND g.ended_at = 0
			AND g.valid_from <= $2 AND (g.valid_to = '' OR g.valid_to >= $2) AND g.region IN `+scope.In(&args, over)+`) ORDER BY a.name, a.id`, args...)
}

// Sample gives what was drawn for an account in the checks that are in force on
// a day, within the places of its inspector's grants. Doors ask it for whoever
// holds one.
func Sample(ctx context.Context, r db.Reader, county, account string, grants []access.Grant, today calendar.Day) (access.Sample, error) {
	var out access.Sample
	covered := func(path string) bool {
		return slices.ContainsFunc(grants, func(g access.Grant) bool { return g.Role == access.Inspector && g.Covers(path) })
	}
	if !slices.ContainsFunc(grants, func(g access.Grant) bool { return g.Role == access.Inspector }) {
		return out, nil
	}
	type row struct{ check, town, home, place, helper string }
	rows, err := db.All(ctx, r, func(w db.Row) (x row, err error) {
		return x, w.Scan(&x.check, &x.town, &x.home, &x.place, &x.helper)
	}, `SELECT i.id, i.region, h.id, h.region, COALESCE(p.cadre, '') FROM inspection_people m
		JOIN inspections i ON i.county = m.county AND i.id = m.inspection
		JOIN inspection_homes d ON d.county = i.county AND d.inspection = i.id
		JOIN households h ON h.county = d.county AND h.id = d.household
		LEFT JOIN pairings p ON p.county = d.county AND p.household = d.household AND p.role = 'lead' AND p.valid_from <= $3 AND (p.valid_to = '' OR p.valid_to >= $3)
		WHERE m.county = $1 AND m.account = $2 AND i.ended_on = '' AND i.valid_from <= $3 AND i.valid_to >= $3`, county, account, string(today))
	if err != nil {
		return out, err
	}
	for _, x := range rows {
		if covered(x.town) {
			out.Checks = append(out.Checks, x.check)
		}
		if !covered(x.town) || !covered(x.place) {
			continue
		}
		out.Homes = append(out.Homes, x.home)
		if x.helper != "" {
			out.Officials = append(out.Officials, x.helper)
		}
	}
	return out, nil
}

// Rehome moves checks when a place is merged or split. What was drawn from keeps
// the villages of its day: the seed says what follows from those.
func Rehome(ctx context.Context, tx *db.Tx, county, from, to string) error {
	return region.MovePrefix(ctx, tx, "inspections", "region", county, from, to)
}
