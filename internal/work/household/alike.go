package household

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/identity"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// KeyAlike is the conflict of a home that is probably entered already.
const KeyAlike = "household.alike"

// Twin is a home that looks like the one being entered. Outside the actor's
// reach nothing but the fact is told.
type Twin struct {
	By     string // what is the same: id_number, head or phone
	ID     string // "" outside the actor's reach
	Head   string
	Region string
}

// mostTwins bounds what is told: a number on ten homes is a mistake of its own.
const mostTwins = 5

// Alike finds the homes that a new one may be a second entry of: one with a
// person of the same ID number anywhere in the county, with a householder of the
// same name in the village, or with the same telephone in the township.
func Alike(ctx context.Context, r db.Reader, who access.Actor, in AddInput) ([]Twin, error) {
	county, v := who.County(), r.Vault()
	reach := access.Reaches(who, access.HouseholdList)
	var out []Twin
	seen := map[string]bool{}
	find := func(by, where string, args ...any) error {
		hs, err := db.All(ctx, r, func(w db.Row) (t Twin, err error) {
			t.By = by
			return t, w.Scan(&t.ID, &t.Head, &t.Region)
		}, `SELECT h.id, h.head, h.region FROM households h WHERE h.county = $1 AND h.state = 'active' AND h.id <> $2 AND `+where+` ORDER BY h.id LIMIT 5`, append([]any{county, in.ID}, args...)...)
		for _, t := range hs {
			if seen[t.ID] || len(out) == mostTwins {
				continue
			}
			seen[t.ID] = true
			if !reach.Contains(t.Region) {
				t = Twin{By: by}
			}
			out = append(out, t)
		}
		return err
	}
	args := scope.Args{county, in.ID}
	var numbers []string
	for _, m := range in.Members {
		if n, why := identity.ParseID(m.IDNumber, identity.Date{}); why == "" {
			numbers = append(numbers, v.Index(county, "id_number", n.Canonical()))
		}
	}
	if len(numbers) > 0 {
		in := scope.In(&args, numbers)
		if err := find("id_number", `h.id IN (SELECT m.household FROM members m WHERE m.county = $1 AND m.state = 'active' AND m.id_index IN `+in+`)`, args[2:]...); err != nil {
			return nil, err
		}
	}
	if head, _, why := identity.ParseName(in.Head); why == "" {
		lo, hi := db.Under(region.Upto(in.Region, region.Village))
		if err := find("head", `h.name_key = $3 AND h.head = $4 AND h.region >= $5 AND h.region < $6`, nameKey(head), head, lo, hi); err != nil {
			return nil, err
		}
	}
	if p, why := identity.ParsePhone(in.Phone); why == "" && !identity.Nothing(in.Phone) {
		lo, hi := db.Under(region.Upto(in.Region, region.Township))
		if err := find("phone", `h.phone_index = $3 AND h.region >= $4 AND h.region < $5`, v.Index(county, "phone", p.Number), lo, hi); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// alone refuses a home that is probably entered already, until the writer says
// that it is another one.
func alone(ctx context.Context, r db.Reader, who access.Actor, in AddInput, h Household) error {
	in.Head = h.Head
	twins, err := Alike(ctx, r, who, in)
	if err != nil || len(twins) == 0 {
		return err
	}
	e := fault.New(fault.Conflict, KeyAlike)
	elsewhere := false
	for _, t := range twins {
		if t.ID == "" {
			if !elsewhere {
				elsewhere = true
				e.Fields = append(e.Fields, fault.Field{Name: t.By, Key: "household.alike_elsewhere"})
			}
			continue
		}
		names, err := region.Names(ctx, r, region.Upto(t.Region, region.Township))
		if err != nil {
			return err
		}
		e.Fields = append(e.Fields, fault.Field{Name: t.By, Key: "household.alike_" + t.By, Args: []any{"name", t.Head, "place", region.Place(names, t.Region, region.Village)}})
	}
	return e
}
