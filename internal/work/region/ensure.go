package region

import (
	"context"
	"fmt"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/scope"
)

// Make enters a village or group that a list names and the tree lacks. It
// chooses the code itself: that of the number wanted when it is free, otherwise
// the one after the last. Villages count from 201, neighbourhoods (社区) from 001
// (GB/T 10114).
func Make(ctx context.Context, tx *db.Tx, who access.Actor, parent Region, name, kind string, want int) (Region, error) {
	below := Village
	if parent.Level == Village {
		below = Group
	} else if parent.Level != Township {
		return Region{}, fault.New(fault.Invalid, "region.split_level")
	}
	if err := scope.Can(who, access.RegionChange, parent.Path, false); err != nil {
		return Region{}, err
	}
	used, err := db.All(ctx, tx, db.Text, `SELECT id FROM regions WHERE county = $1 AND parent = $2`, who.County(), parent.ID)
	if err != nil {
		return Region{}, err
	}
	taken := map[string]bool{}
	for _, u := range used {
		taken[u] = true
	}
	first := 1
	if below == Village && kind != "neighbourhood" {
		first = 201
	}
	code := func(n int) string { return fmt.Sprintf("%s%03d", parent.ID, n) }
	n := want
	if n < 1 || n > 999 || taken[code(n)] {
		for n = first; n <= 999 && taken[code(n)]; n++ {
			continue
		}
	}
	if n > 999 {
		return Region{}, fault.New(fault.Conflict, "region.codes_used_up")
	}
	in := EnterInput{Code: code(n), Name: name, Kind: kind}
	if err := check(in); err != nil {
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
