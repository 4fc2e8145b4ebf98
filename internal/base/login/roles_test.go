package login_test

import (
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/login"
)

// Seats tells who holds a role today: ended grants, later ones and disabled
// accounts hold none.
func TestSeats(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := book(d)
		add := func(name, role, from, to string) login.Account {
			a := bare(t, d, b, name, login.ClassContent)
			do(t, d, func(tx *db.Tx) error {
				_, err := b.AddGrant(t.Context(), tx, boss{}, login.NewGrant{County: county, Account: a.ID, Role: role, Region: town, From: from, To: to})
				return err
			})
			return a
		}
		want := add("weizheng", "discipline", "2026-01-01", "")
		add("tingzhi", "discipline", "2026-01-01", "2026-06-30")
		add("yihou", "discipline", "2027-01-01", "")
		add("chengban", "handler", "2026-01-01", "")
		off := add("tingyong", "discipline", "2026-01-01", "")
		do(t, d, func(tx *db.Tx) error { return b.Disable(t.Context(), tx, boss{}, county, off.ID) })
		ss, err := login.Seats(t.Context(), d, county, "discipline", "2026-11-23")
		if err != nil || len(ss) != 1 || ss[0].Account != want.ID || ss[0].Region != town {
			t.Errorf("%+v %v", ss, err)
		}
	})
}
