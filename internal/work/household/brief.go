package household

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/work/scope"
)

// Briefs is Brief for a page of records: who the homes are that a list names,
// by id, in one query. It opens nothing sealed and asks nobody; the list above
// it has decided which records the reader may see.
func Briefs(ctx context.Context, r db.Reader, county string, ids []string) (map[string]Household, error) {
	m := map[string]Household{}
	if len(ids) == 0 {
		return m, nil
	}
	args := scope.Args{county}
	hs, err := db.All(ctx, r, func(w db.Row) (h Household, err error) {
		return h, w.Scan(&h.ID, &h.Region, &h.Head, &h.Size, &h.Priority, &h.State, &h.Since)
	}, `SELECT id, region, head, size, priority, state, since FROM households WHERE county = $1 AND id IN `+scope.In(&args, ids), args...)
	for _, h := range hs {
		m[h.ID] = h
	}
	return m, err
}

// Named gives the names of everybody who lives in a place, heads and members,
// for use cases that have to keep them out of a text. It opens nothing sealed
// and asks nobody.
func Named(ctx context.Context, r db.Reader, county, place string) ([]string, error) {
	lo, hi := db.Under(place)
	return db.All(ctx, r, db.Text, `SELECT head FROM households WHERE county = $1 AND region >= $2 AND region < $3
		UNION SELECT m.name FROM members m JOIN households h ON h.county = m.county AND h.id = m.household WHERE h.county = $1 AND h.region >= $2 AND h.region < $3`, county, lo, hi)
}

// Callers gives some homes with number, address, and of those who live there name,
// sex and day of birth, for papers that are taken out with a purpose. It asks
// nobody; the caller has.
func Callers(ctx context.Context, r db.Reader, county string, ids []string) (map[string]Household, error) {
	m, err := Doors(ctx, r, county, ids)
	if err != nil || len(ids) == 0 {
		return m, err
	}
	args := scope.Args{county}
	type row struct{ id, phone string }
	rows, err := db.All(ctx, r, func(w db.Row) (x row, err error) {
		if err = w.Scan(&x.id, &x.phone); err == nil {
			x.phone, err = r.Vault().Open(at("households", "phone", county, x.id), x.phone)
		}
		return x, err
	}, `SELECT id, phone FROM households WHERE county = $1 AND id IN `+scope.In(&args, ids), args...)
	if err != nil {
		return nil, err
	}
	for _, x := range rows {
		h := m[x.id]
		h.Phone = x.phone
		m[x.id] = h
	}
	args = scope.Args{county}
	ms, err := db.All(ctx, r, func(w db.Row) (x Member, err error) {
		return x, w.Scan(&x.ID, &x.Household, &x.Name, &x.Relation, &x.Sex, &x.Born)
	}, `SELECT id, household, name, relation, sex, born FROM members WHERE county = $1 AND state = 'active' AND household IN `+scope.In(&args, ids)+` ORDER BY household, place, id`, args...)
	for _, x := range ms {
		h := m[x.Household]
		h.Members = append(h.Members, x)
		m[x.Household] = h
	}
	return m, err
}
