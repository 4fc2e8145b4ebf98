package cadre

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/tally"
)

// AddMany enters the officials of one list in one write, by the rules of Add;
// the list as a whole has the operation id. It answers the ids of units that
// were made for them.
func AddMany(ctx context.Context, tx *db.Tx, who access.Actor, ins []AddInput) (units []string, err error) {
	known := map[string]bool{}
	for _, in := range ins {
		key := in.Region + in.Post.UnitName
		fresh := false
		if in.Post.UnitName != "" && !known[key] {
			known[key] = true
			_, err := db.One(ctx, tx, db.Text, `SELECT id FROM units WHERE county = $1 AND region = $2 AND name = $3`, who.County(), in.Region, in.Post.UnitName)
			fresh = fault.Is(err, fault.NotFound)
		}
		c, err := add(ctx, tx, who, in)
		if err != nil {
			return nil, err
		}
		if fresh {
			units = append(units, c.Posts[0].Unit)
		}
	}
	return units, nil
}

// Withdraw takes back the officials of an import that is undone, and units
// nobody is in; the caller has made sure that nothing was built on them.
func Withdraw(ctx context.Context, tx *db.Tx, county, source string, units []string) error {
	ids, err := db.All(ctx, tx, db.Text, `SELECT id FROM cadres WHERE county = $1 AND source = $2`, county, source)
	if err != nil {
		return err
	}
	for _, id := range ids {
		for _, q := range []string{`DELETE FROM posts WHERE county = $1 AND cadre = $2`, `DELETE FROM cadre_keys WHERE county = $1 AND cadre = $2`, `DELETE FROM cadres WHERE county = $1 AND id = $2`} {
			if _, err := tx.Exec(ctx, q, county, id); err != nil {
				return err
			}
		}
		if err := tally.Forget(ctx, tx, county, id); err != nil {
			return err
		}
	}
	for _, u := range units {
		if _, err := tx.Exec(ctx, `DELETE FROM units WHERE county = $1 AND id = $2 AND NOT EXISTS (SELECT 1 FROM posts p WHERE p.county = $1 AND p.unit = $2)`, county, u); err != nil {
			return err
		}
	}
	return nil
}
