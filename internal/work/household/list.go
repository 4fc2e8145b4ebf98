package household

import (
	"context"
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/identity"
	"lianxin/internal/rule/mask"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/minors"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// Filter narrows a list of homes.
type Filter struct {
	Place    string // path
	Query    string // name of anybody there, pinyin, initials, a whole phone number, or village and group
	Mine     bool   // only those paired with the reader today
	Unpaired bool   // only those without a lead helper today
	Priority bool   // only those with a care tag in force (needs household.tags)
	State    string // "" for active
	After    string
	Limit    int
}

// List gives homes in administrative order: by place, then by id. Phone and
// address are masked, and how the home lives is told to those only who may read
// it whole.
func List(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]Household, string, error) {
	s, err := scope.Reach(who, access.HouseholdList, f.Place)
	if err != nil {
		return nil, "", err
	}
	if err := scope.Known("state", f.State, "household.state.", Active, Moved, Deceased, Merged); err != nil {
		return nil, "", err
	}
	after, err := scope.After(f.After, scope.Path, scope.ID)
	if err != nil {
		return nil, "", err
	}
	var args scope.Args
	if f.Mine {
		s = access.Span{County: s.County, Cadre: who.Cadre()}
		if who.Cadre() == "" {
			return nil, "", nil
		}
	}
	where := scope.Where(s, &args, "h.region", OwnSQL(&args, "h.id", who.Today()), scope.Whose{Home: "h.id"})
	where += " AND h.county = " + args.Add(who.County())
	if f.Place != "" {
		lo, hi := db.Under(f.Place)
		where += " AND h.region >= " + args.Add(lo) + " AND h.region < " + args.Add(hi)
	}
	state := f.State
	if state == "" {
		state = Active
	}
	where += " AND h.state = " + args.Add(state)
	tags := access.Reaches(who, access.HouseholdTags)
	if f.Priority {
		if tags.Empty() {
			return nil, "", fault.New(fault.Forbidden, "access.not_role")
		}
		where += " AND h.priority = TRUE AND " + scope.Where(tags, &args, "h.region", OwnSQL(&args, "h.id", who.Today()), scope.Whose{Home: "h.id"})
	}
	if f.Unpaired {
		d := args.Add(string(who.Today()))
		if state == Active { // most homes' own row proves a helper, along one index
			where += ` AND h.state = 'active' AND (h.led_from = '' OR h.led_from > ` + d + ` OR (h.led_to <> '' AND h.led_to < ` + d + `))`
		}
		where += ` AND NOT EXISTS (SELECT 1 FROM pairings p WHERE p.county = h.county AND p.household = h.id AND p.role = 'lead' AND p.valid_from <= ` + d + ` AND (p.valid_to = '' OR p.valid_to >= ` + d + `))`
	}
	from, q := "households h", strings.TrimSpace(f.Query)
	var named []string
	if q != "" {
		if named, err = region.Called(ctx, r, who.County(), q); err != nil {
			return nil, "", err
		}
		homes := found(r, &args, who.County(), q, named)
		if few, err := findsFew(ctx, r, who.County(), q); err != nil {
			return nil, "", err
		} else if few {
			// Each is looked up, as walking a county's homes in order would open
			// nearly all of them.
			from = "(" + homes + ") f CROSS JOIN households h"
			where += " AND h.id = f.home"
		} else { // the first fifty in order are soon met
			where += " AND h.id IN (" + homes + ")"
		}
	}
	if after != nil {
		where += " AND (h.region, h.id) > (" + args.Add(after[0]) + ", " + args.Add(after[1]) + ")"
	}
	n := scope.Limit(f.Limit)
	hs, err := db.All(ctx, r, scanner(r, who.County()), `SELECT `+columns+` FROM `+from+` WHERE `+where+` ORDER BY h.region, h.id LIMIT `+args.Add(n+1), args...)
	if err != nil {
		return nil, "", err
	}
	hs, next := scope.Cut(hs, n, func(h Household) string { return h.Region + "~" + h.ID })
	own, err := ownOf(ctx, r, who, hs)
	if err != nil {
		return nil, "", err
	}
	for i := range hs {
		hs[i].Own = own[hs[i].ID]
	}
	if q != "" {
		if hs, err = unhidden(ctx, r, who, hs, q, named); err != nil {
			return nil, "", err
		}
	}
	for i := range hs {
		h := &hs[i]
		h.Phone, h.Address, h.Notes = mask.Phone(h.Phone), mask.Address(h.Address), ""
		if !access.Can(who, access.HouseholdTags, h.Target()).OK() {
			h.Priority = false
		}
		if !access.Can(who, access.HouseholdRead, h.Target()).OK() {
			h.Phone, h.Address, h.Housing, h.Income = "", "", "", ""
		}
	}
	return hs, next, nil
}

// found selects the homes a query means, each once, as the column home: by
// somebody's whole telephone number or the beginning of a name's key, or by the
// places it calls.
func found(r db.Reader, args *scope.Args, county, q string, places []string) string {
	c, sql := args.Add(county), ""
	if p, why := identity.ParsePhone(q); why == "" {
		x := args.Add(r.Vault().Index(county, "phone", p.Number))
		sql = "SELECT id AS home FROM households WHERE county = " + c + " AND phone_index = " + x +
			" UNION SELECT household FROM members WHERE county = " + c + " AND phone_index = " + x
	} else {
		lo, hi := db.Prefix(cadre.FindKey(q))
		// Joined with nothing, the column is not the index by household, along which
		// SQLite would walk every key of the county to tell doubles apart.
		sql = "SELECT DISTINCT household || '' AS home FROM household_keys WHERE county = " + c + " AND key >= " + args.Add(lo) + " AND key < " + args.Add(hi)
	}
	for _, path := range places {
		lo, hi := db.Under(path)
		sql += " UNION SELECT id FROM households WHERE county = " + c + " AND region >= " + args.Add(lo) + " AND region < " + args.Add(hi)
	}
	return sql
}

// unhidden leaves out of the homes found for a query those that only somebody
// under 18 answers to, where the reader sees no more of him than that there is
// one: a name that is masked is not told by being found either (§6.2).
func unhidden(ctx context.Context, r db.Reader, who access.Actor, hs []Household, q string, places []string) ([]Household, error) {
	if len(hs) == 0 {
		return hs, nil
	}
	approved, err := minors.Towns(ctx, r, who)
	if err != nil {
		return nil, err
	}
	args := scope.Args{who.County()}
	sees := map[string]bool{}
	var doubtful []string
	for _, h := range hs {
		under := func(place string) bool { return strings.HasPrefix(h.Region, place) }
		if sees[h.ID] = approved[region.Upto(h.Region, region.Township)] && access.Can(who, access.HouseholdMinors, h.Target()).OK() || slices.ContainsFunc(places, under); !sees[h.ID] {
			doubtful = append(doubtful, h.ID)
		}
	}
	if len(doubtful) == 0 {
		return hs, nil
	}
	ms, err := db.All(ctx, r, func(w db.Row) (m Member, err error) {
		return m, w.Scan(&m.Household, &m.Name, &m.Born, &m.Phone)
	}, `SELECT household, name, born, phone_index FROM members WHERE county = $1 AND household IN `+scope.In(&args, doubtful), args...)
	if err != nil {
		return nil, err
	}
	phone, why := identity.ParsePhone(q)
	index, key := r.Vault().Index(who.County(), "phone", phone.Number), cadre.FindKey(q)
	called := func(name string) bool {
		return slices.ContainsFunc(cadre.NameKeys(name), func(k string) bool { return strings.HasPrefix(k, key) })
	}
	for _, m := range ms {
		switch {
		case m.Minor(who.Today()):
		case why == "":
			sees[m.Household] = sees[m.Household] || m.Phone == index
		default:
			sees[m.Household] = sees[m.Household] || called(m.Name)
		}
	}
	return slices.DeleteFunc(hs, func(h Household) bool {
		if why == "" {
			p, bad := identity.ParsePhone(h.Phone)
			return !sees[h.ID] && (bad != "" || p.Number != phone.Number)
		}
		return !sees[h.ID] && !called(h.Head)
	}), nil
}

// findsFew reports whether a query begins at most a few hundred keys of names.
func findsFew(ctx context.Context, r db.Reader, county, q string) (bool, error) {
	const few = 400
	lo, hi := db.Prefix(cadre.FindKey(q))
	n, err := db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM (SELECT key FROM household_keys WHERE county = $1 AND key >= $2 AND key < $3 LIMIT $4) k`, county, lo, hi, few+1)
	return n <= few, err
}

func ownOf(ctx context.Context, r db.Reader, who access.Actor, hs []Household) (map[string]bool, error) {
	own := map[string]bool{}
	if who.Cadre() == "" || len(hs) == 0 {
		return own, nil
	}
	ids, err := db.All(ctx, r, db.Text, `SELECT household FROM pairings WHERE county = $1 AND cadre = $2 AND valid_from <= $3 AND (valid_to = '' OR valid_to >= $3)`, who.County(), who.Cadre(), string(who.Today()))
	for _, id := range ids {
		own[id] = true
	}
	return own, err
}
