package region

import (
	"context"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/scope"
)

// Make enters a village or group that a list names and the tree lacks. Lists
// seldom tell the official code, and a guess would stand in the way of the right
// one later: so the place gets a provisional code, that of the number wanted
// when it is free, until Recode gives it the official one.
func Make(ctx context.Context, tx *db.Tx, who access.Actor, parent Region, name, kind string, want int) (Region, error) {
	if parent.Level != Township && parent.Level != Village {
		return Region{}, fault.New(fault.Invalid, "region.split_level")
	}
	if err := scope.Can(who, access.RegionChange, parent.Path, false); err != nil {
		return Region{}, err
	}
	code, err := freeProvisional(ctx, tx, who.County(), parent.ID, want)
	if err != nil {
		return Region{}, err
	}
	in := EnterInput{Code: code, Name: name, Kind: kind}
	if err := named(in); err != nil {
		return Region{}, err
	}
	return insert(ctx, tx, who, in)
}

// FormerNames maps places at or below a code to the names they had before.
func FormerNames(ctx context.Context, r db.Reader, county, code string) (map[string][]string, error) {
	lo, hi := db.Prefix(code)
	type was struct{ region, name string }
	rows, err := db.All(ctx, r, func(w db.Row) (x was, err error) { return x, w.Scan(&x.region, &x.name) },
		`SELECT region, before FROM region_changes WHERE county = $1 AND region >= $2 AND region < $3 AND kind = 'renamed' ORDER BY day, id`, county, lo, hi)
	m := map[string][]string{}
	for _, x := range rows {
		if strings.TrimSpace(x.name) != "" {
			m[x.region] = append(m[x.region], x.name)
		}
	}
	return m, err
}

// Withdraw takes back a place that an undone import had made, unless there are
// places below it. The caller has made sure that nothing else lies there.
func Withdraw(ctx context.Context, tx *db.Tx, who access.Actor, id string) error {
	x, err := changeable(ctx, tx, who, id)
	if err != nil {
		return err
	}
	below, err := children(ctx, tx, who.County(), id)
	if err != nil || len(below) > 0 {
		return err
	}
	for _, q := range []string{`DELETE FROM region_changes WHERE county = $1 AND region = $2`, `DELETE FROM regions WHERE county = $1 AND id = $2`} {
		if _, err := tx.Exec(ctx, q, who.County(), id); err != nil {
			return err
		}
	}
	audit.Note(tx, who, "region.withdraw", "region:"+id, x.Path)
	return nil
}
