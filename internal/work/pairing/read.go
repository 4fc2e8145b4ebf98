package pairing

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

const columns = `p.id, p.household, p.cadre, p.region, p.role, p.valid_from, p.valid_to, p.reason, p.end_reason`

func scan(w db.Row) (p Pairing, err error) {
	return p, w.Scan(&p.ID, &p.Household, &p.Cadre, &p.Region, &p.Role, &p.From, &p.To, &p.Reason, &p.EndReason)
}

// Of gives all pairings of a home, oldest first, for rules and papers.
func Of(ctx context.Context, r db.Reader, county, home string) ([]Pairing, error) {
	return db.All(ctx, r, scan, `SELECT `+columns+` FROM pairings p WHERE p.county = $1 AND p.household = $2 ORDER BY p.valid_from, p.id`, county, home)
}

// OfCadre gives all pairings of an official, oldest first, for rules and papers.
func OfCadre(ctx context.Context, r db.Reader, county, cadre string) ([]Pairing, error) {
	return db.All(ctx, r, scan, `SELECT `+columns+` FROM pairings p WHERE p.county = $1 AND p.cadre = $2 ORDER BY p.valid_from, p.id`, county, cadre)
}

// On gives the pairing of an official with a home on a day, which is what a
// visit is judged by: the day it was made, not today.
func On(ctx context.Context, r db.Reader, county, home, cadre string, day calendar.Day) (Pairing, error) {
	return db.One(ctx, r, scan, `SELECT `+columns+` FROM pairings p WHERE p.county = $1 AND p.cadre = $3 AND p.household = $2 AND p.valid_from <= $4 AND (p.valid_to = '' OR p.valid_to >= $4) ORDER BY p.role DESC LIMIT 1`,
		county, home, cadre, string(day))
}

// Present gives the pairings of a part of the tree that hold on a day, for
// rules that look at all of them.
func Present(ctx context.Context, r db.Reader, county, place string, day calendar.Day) ([]Pairing, error) {
	lo, hi := db.Under(place)
	return db.All(ctx, r, scan, `SELECT `+columns+` FROM pairings p WHERE p.county = $1 AND p.region >= $2 AND p.region < $3 AND p.valid_from <= $4 AND (p.valid_to = '' OR p.valid_to >= $4) ORDER BY p.cadre, p.valid_from, p.id`,
		county, lo, hi, string(day))
}

// Filter narrows a list of pairings.
type Filter struct {
	Place     string
	Household string
	Cadre     string
	Ended     bool // ended ones too
	After     string
	Limit     int
}

// List gives pairings in the order of their ids, which is the order of entry.
func List(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]Pairing, string, error) {
	s, err := scope.Reach(who, access.PairingRead, f.Place)
	if err != nil {
		return nil, "", err
	}
	var args scope.Args
	where := scope.Where(s, &args, "p.region", func(c string) string { return "p.cadre = " + c }, scope.Whose{Home: "p.household"}) + " AND p.county = " + args.Add(who.County())
	if f.Place != "" {
		lo, hi := db.Under(f.Place)
		where += " AND p.region >= " + args.Add(lo) + " AND p.region < " + args.Add(hi)
	}
	if f.Household != "" {
		where += " AND p.household = " + args.Add(f.Household)
	}
	if f.Cadre != "" {
		where += " AND p.cadre = " + args.Add(f.Cadre)
	}
	if !f.Ended {
		d := args.Add(string(who.Today()))
		where += " AND p.valid_from <= " + d + " AND (p.valid_to = '' OR p.valid_to >= " + d + ")"
	}
	if _, err := scope.After(f.After, scope.ID); err != nil {
		return nil, "", err
	}
	if f.After != "" {
		where += " AND p.id > " + args.Add(f.After)
	}
	n := scope.Limit(f.Limit)
	ps, err := db.All(ctx, r, scan, `SELECT `+columns+` FROM pairings p WHERE `+where+` ORDER BY p.id LIMIT `+args.Add(n+1), args...)
	if err != nil {
		return nil, "", err
	}
	ps, next := scope.Cut(ps, n, func(p Pairing) string { return p.ID })
	return ps, next, nil
}

// Leads maps homes to their lead helper on a day.
func Leads(ctx context.Context, r db.Reader, county string, homes []string, day calendar.Day) (map[string]string, error) {
	m := map[string]string{}
	if len(homes) == 0 {
		return m, nil
	}
	args := scope.Args{county, string(day)}
	ps, err := db.All(ctx, r, scan, `SELECT `+columns+` FROM pairings p WHERE p.county = $1 AND p.role = 'lead' AND p.valid_from <= $2 AND (p.valid_to = '' OR p.valid_to >= $2) AND p.household IN `+scope.In(&args, homes), args...)
	for _, p := range ps {
		m[p.Household] = p.Cadre
	}
	return m, err
}

// Handovers lists changes of helper in reach, newest first.
func Handovers(ctx context.Context, r db.Reader, who access.Actor, place, after string, limit int) ([]Handover, string, error) {
	s, err := scope.Reach(who, access.PairingRead, place)
	if err != nil {
		return nil, "", err
	}
	var args scope.Args
	where := scope.Where(s, &args, "h.region", func(c string) string { return "(h.to_cadre = " + c + " OR h.from_cadre = " + c + ")" }, scope.Whose{Home: "h.household"}) + " AND h.county = " + args.Add(who.County())
	if place != "" {
		lo, hi := db.Under(place)
		where += " AND h.region >= " + args.Add(lo) + " AND h.region < " + args.Add(hi)
	}
	if _, err := scope.After(after, scope.ID); err != nil {
		return nil, "", err
	}
	if after != "" {
		where += " AND h.id < " + args.Add(after)
	}
	n := scope.Limit(limit)
	hs, err := db.All(ctx, r, scanHandover(r, who.County()), `SELECT h.id, h.household, h.region, h.from_cadre, h.to_cadre, h.day, h.reason, h.notes FROM handovers h WHERE `+where+` ORDER BY h.id DESC LIMIT `+args.Add(n+1), args...)
	if err != nil {
		return nil, "", err
	}
	hs, next := scope.Cut(hs, n, func(h Handover) string { return h.ID })
	for i := range hs {
		hs[i] = hs[i].seen(who)
	}
	return hs, next, nil
}

// GetHandover gives one change of helper: to the office, and to the two
// officials concerned.
func GetHandover(ctx context.Context, r db.Reader, who access.Actor, id string) (Handover, error) {
	h, err := db.One(ctx, r, scanHandover(r, who.County()), `SELECT h.id, h.household, h.region, h.from_cadre, h.to_cadre, h.day, h.reason, h.notes FROM handovers h WHERE h.county = $1 AND h.id = $2`, who.County(), id)
	if err != nil {
		return h, err
	}
	mine := who.Cadre() != "" && (h.From == who.Cadre() || h.To == who.Cadre())
	if err := scope.At(who, access.PairingRead, access.Target{Region: h.Region, Own: mine, Home: h.Household}); err != nil {
		return Handover{}, err
	}
	return h.seen(who), nil
}

// seen leaves out what one official tells the next where somebody else looks:
// words about a home are for the two of them and the office.
func (h Handover) seen(who access.Actor) Handover {
	mine := who.Cadre() != "" && (h.From == who.Cadre() || h.To == who.Cadre())
	if !mine && !access.Can(who, access.PairingChange, access.Target{Region: h.Region}).OK() {
		h.Notes = ""
	}
	return h
}

func scanHandover(r db.Reader, county string) func(db.Row) (Handover, error) {
	return func(w db.Row) (h Handover, err error) {
		if err = w.Scan(&h.ID, &h.Household, &h.Region, &h.From, &h.To, &h.Day, &h.Reason, &h.Notes); err != nil {
			return h, err
		}
		h.Notes, err = r.Vault().Open(vault.Place{Table: "handovers", Column: "notes", County: county, Row: h.ID}, h.Notes)
		return h, err
	}
}

// Rehome moves pairings, cards and handovers when a place is merged or split.
func Rehome(ctx context.Context, tx *db.Tx, county, from, to string) error {
	for _, t := range []string{"pairings", "cards", "handovers"} {
		if err := region.MovePrefix(ctx, tx, t, "region", county, from, to); err != nil {
			return err
		}
	}
	return nil
}
