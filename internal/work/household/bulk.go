package household

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
)

// AddMany enters the homes of one list in one write. It keeps every rule of Add
// except that no home is asked for by its own operation id: the list as a whole
// has one. The first home that breaks a rule ends it.
func AddMany(ctx context.Context, tx *db.Tx, who access.Actor, ins []AddInput) error {
	known := map[string]bool{}
	var b batch
	for _, in := range ins {
		h, err := prepare(tx, who, &in)
		if err != nil {
			return err
		}
		if !known[in.Region] {
			if err := placed(ctx, tx, in.Region); err != nil {
				return err
			}
			known[in.Region] = true
		}
		if err := b.add(tx, who, in, h); err != nil {
			return err
		}
	}
	if err := b.write(ctx, tx); err != nil {
		return err
	}
	for _, in := range ins {
		if in.Consent != nil {
			if err := insertConsent(ctx, tx, who.County(), in.ID, *in.Consent); err != nil {
				return err
			}
		}
	}
	return nil
}

// Entry is a home as a list is compared with it: keys instead of ID numbers.
type Entry struct {
	ID, Region, Head string
	Phone, Address   string // whole; they never leave a door unmasked
	Version          int
	HeadKey          string // keyed index of the householder's ID number
	Members          []EntryMember
}

// EntryMember is a person of such a home.
type EntryMember struct{ ID, Name, Relation, Key string }

// Key is the keyed index of an ID number as Entry holds it.
func Key(r db.Reader, county, number string) string {
	return r.Vault().Index(county, "id_number", canonicalID(number))
}

// Register gives the present homes of a part of the tree, for an import.
func Register(ctx context.Context, r db.Reader, county, place string) ([]Entry, error) {
	lo, hi := db.Under(place)
	v := r.Vault()
	es, err := db.All(ctx, r, func(w db.Row) (e Entry, err error) {
		if err = w.Scan(&e.ID, &e.Region, &e.Head, &e.Phone, &e.Address, &e.Version); err != nil {
			return e, err
		}
		if e.Phone, err = v.Open(at("households", "phone", county, e.ID), e.Phone); err != nil {
			return e, err
		}
		e.Address, err = v.Open(at("households", "address", county, e.ID), e.Address)
		return e, err
	}, `SELECT id, region, head, phone, address, version FROM households WHERE county = $1 AND region >= $2 AND region < $3 AND state = 'active' ORDER BY region, id`, county, lo, hi)
	if err != nil || len(es) == 0 {
		return es, err
	}
	where := make(map[string]int, len(es))
	for i, e := range es {
		where[e.ID] = i
	}
	type person struct {
		EntryMember
		home string
	}
	ms, err := db.All(ctx, r, func(w db.Row) (p person, err error) { return p, w.Scan(&p.home, &p.ID, &p.Name, &p.Relation, &p.Key) },
		`SELECT m.household, m.id, m.name, m.relation, m.id_index FROM households h JOIN members m ON m.county = h.county AND m.household = h.id
		WHERE h.county = $1 AND h.region >= $2 AND h.region < $3 AND h.state = 'active' AND m.state = 'active' ORDER BY m.household, m.place, m.id`, county, lo, hi)
	if err != nil {
		return nil, err
	}
	for _, p := range ms {
		e := &es[where[p.home]]
		if e.HeadKey == "" && p.Name == e.Head && (p.Relation == "户主" || len(e.Members) == 0) {
			e.HeadKey = p.Key
		}
		e.Members = append(e.Members, p.EntryMember)
	}
	return es, nil
}

// FromSource counts the homes that came from one import, and those of them
// that were changed since.
func FromSource(ctx context.Context, r db.Reader, county, source string) (all, changed int, err error) {
	if all, err = db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM households WHERE county = $1 AND source = $2`, county, source); err != nil {
		return 0, 0, err
	}
	changed, err = db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM households h WHERE h.county = $1 AND h.source = $2 AND (h.version > 1 OR h.state <> 'active'
		OR EXISTS (SELECT 1 FROM consents c WHERE c.county = h.county AND c.household = h.id)
		OR EXISTS (SELECT 1 FROM household_events e WHERE e.county = h.county AND e.household = h.id))`, county, source)
	return all, changed, err
}

// Withdraw takes back the homes of an import that is undone, with everything in
// them; the caller has made sure that nothing was built on them. It also takes
// back members the import added to other homes.
func Withdraw(ctx context.Context, tx *db.Tx, county, source string, members []string) error {
	for _, q := range []string{
		`DELETE FROM care_tags WHERE county = $1 AND household IN (SELECT id FROM households WHERE county = $1 AND source = $2)`,
		`DELETE FROM members WHERE county = $1 AND household IN (SELECT id FROM households WHERE county = $1 AND source = $2)`,
		`DELETE FROM household_keys WHERE county = $1 AND household IN (SELECT id FROM households WHERE county = $1 AND source = $2)`,
		`DELETE FROM households WHERE county = $1 AND source = $2`,
	} {
		if _, err := tx.Exec(ctx, q, county, source); err != nil {
			return err
		}
	}
	for _, m := range members {
		home, err := db.One(ctx, tx, db.Text, `SELECT household FROM members WHERE county = $1 AND id = $2`, county, m)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM members WHERE county = $1 AND id = $2`, county, m); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE households SET version = version + 1, size = (SELECT COUNT(*) FROM members m WHERE m.county = $1 AND m.household = $2 AND m.state = 'active') WHERE county = $1 AND id = $2`, county, home); err != nil {
			return err
		}
		if err := writeKeys(ctx, tx, county, home); err != nil {
			return err
		}
	}
	return nil
}

// Occupied reports whether a home, ended ones too, lies at or below a place.
func Occupied(ctx context.Context, r db.Reader, county, path string) (bool, error) {
	lo, hi := db.Under(path)
	n, err := db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM households WHERE county = $1 AND region >= $2 AND region < $3`, county, lo, hi)
	return n > 0, err
}
