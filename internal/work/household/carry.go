package household

import (
	"context"
	"slices"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/mask"
	"lianxin/internal/work/minors"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// Carried gives an official's own homes as he may take them along on his phone:
// names, telephone and address whole, for he goes there; never an ID number,
// health, evidence of a care tag, income or notes, which nobody needs at the
// door and a lost phone must not hold. What is kept of people under 18 goes with an
// approval in force, a child's number only with a guardian's consent. Homes that are not his own today are left out. The caller
// notes that they were read.
func Carried(ctx context.Context, r db.Reader, who access.Actor, ids []string) ([]Household, error) {
	if who.Cadre() == "" || len(ids) == 0 || !access.May(who, access.HouseholdReveal) {
		return nil, nil
	}
	county, today, v := who.County(), who.Today(), r.Vault()
	args := scope.Args{county}
	hs, err := db.All(ctx, r, func(w db.Row) (h Household, err error) {
		if err = w.Scan(&h.ID, &h.Region, &h.Head, &h.Address, &h.Phone, &h.Size, &h.Priority, &h.State, &h.Since, &h.Version); err != nil {
			return h, err
		}
		if h.Address, err = v.Open(at("households", "address", county, h.ID), h.Address); err != nil {
			return h, err
		}
		h.Phone, err = v.Open(at("households", "phone", county, h.ID), h.Phone)
		return h, err
	}, `SELECT h.id, h.region, h.head, h.address, h.phone, h.size, h.priority, h.state, h.since, h.version FROM households h WHERE h.county = $1 AND h.id IN `+scope.In(&args, ids)+` AND h.state = 'active' AND `+
		OwnSQL(&args, "h.id", today)(args.Add(who.Cadre()))+` ORDER BY h.region, h.id`, args...)
	if err != nil {
		return nil, err
	}
	kept, index := hs[:0], map[string]int{}
	for _, h := range hs {
		t := access.Target{Region: h.Region, Own: true}
		if !access.Can(who, access.HouseholdRead, t).OK() || !access.Can(who, access.HouseholdReveal, t).OK() {
			continue
		}
		h.Own = true
		h.Priority = h.Priority && access.Can(who, access.HouseholdTags, t).OK()
		index[h.ID] = len(kept)
		kept = append(kept, h)
	}
	if len(kept) == 0 {
		return nil, nil
	}
	args = scope.Args{county}
	in := scope.In(&args, keys(kept))
	guarded, err := db.All(ctx, r, db.Text, `SELECT household FROM consents WHERE county = $1 AND household IN `+in+` AND purpose = 'minor' AND ended_on = ''`, args...)
	if err != nil {
		return nil, err
	}
	children := map[string]bool{}
	for _, h := range guarded {
		children[h] = true
	}
	ms, err := db.All(ctx, r, func(w db.Row) (m Member, err error) {
		if err = w.Scan(&m.ID, &m.Household, &m.Name, &m.Relation, &m.Sex, &m.Born, &m.Phone, &m.State); err != nil {
			return m, err
		}
		m.Phone, err = v.Open(at("members", "phone", county, m.ID), m.Phone)
		return m, err
	}, `SELECT id, household, name, relation, sex, born, phone, state FROM members WHERE county = $1 AND household IN `+in+` AND state = 'active' ORDER BY household, place, id`, args...)
	if err != nil {
		return nil, err
	}
	approved := map[string]bool{}
	if slices.ContainsFunc(ms, func(m Member) bool { return m.Minor(today) }) {
		if approved, err = minors.Towns(ctx, r, who); err != nil {
			return nil, err
		}
	}
	for _, m := range ms {
		if h := kept[index[m.Household]]; m.Minor(today) && !(approved[region.Upto(h.Region, region.Township)] && access.Can(who, access.HouseholdMinors, access.Target{Region: h.Region, Own: true}).OK()) {
			m = Member{ID: m.ID, Household: m.Household, Name: mask.Name(m.Name), Relation: m.Relation, State: m.State, Closed: true}
		}
		if m.Child(today) && !children[m.Household] {
			m.Phone = ""
		}
		h := &kept[index[m.Household]]
		h.Members = append(h.Members, m)
	}
	return kept, carriedTags(ctx, r, who, kept, index, in, args, today)
}

func keys(hs []Household) []string {
	ids := make([]string, len(hs))
	for i, h := range hs {
		ids[i] = h.ID
	}
	return ids
}

func carriedTags(ctx context.Context, r db.Reader, who access.Actor, hs []Household, index map[string]int, in string, args scope.Args, today calendar.Day) error {
	county := who.County()
	type row struct {
		home string
		Tag
	}
	ts, err := db.All(ctx, r, func(w db.Row) (x row, err error) {
		if err = w.Scan(&x.ID, &x.home, &x.Member, &x.Tag.Tag, &x.From, &x.To); err != nil {
			return x, err
		}
		x.Tag.Tag, err = r.Vault().Open(at("care_tags", "tag", county, x.ID), x.Tag.Tag)
		return x, err
	}, `SELECT id, household, member, tag, valid_from, valid_to FROM care_tags WHERE county = $1 AND household IN `+in+` ORDER BY valid_from, id`, args...)
	if err != nil {
		return err
	}
	for _, x := range ts {
		h := &hs[index[x.home]]
		if x.At(today) && access.Can(who, access.HouseholdTags, access.Target{Region: h.Region, Own: true}).OK() {
			h.Tags = append(h.Tags, x.Tag)
		}
	}
	return nil
}
