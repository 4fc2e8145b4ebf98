package demo_test

import (
	"testing"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/login"
	"lianxin/internal/demo"
	"lianxin/internal/sample"
)

func TestFill(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		book := login.New(d, login.Options{Params: login.Params{Memory: 64, Passes: 1, Lanes: 1}})
		defer book.Close(ctx)
		got, err := demo.Fill(ctx, d, book, demo.Options{Seed: 7, Scale: sample.ScaleTownship, URL: "http://127.0.0.1:8080"})
		if err != nil {
			t.Fatal(err)
		}
		for q, least := range map[string]int{
			`SELECT COUNT(*) FROM cadres WHERE region = '/99/9901/990101/990101100/' AND state = 'active'`:                                                110,
			`SELECT COUNT(*) FROM households WHERE region >= '/99/9901/990101/990101100/' AND region < '/99/9901/990101/9901011000' AND state = 'active'`: 640,
			`SELECT COUNT(*) FROM visits`:                              5500,
			`SELECT COUNT(*) FROM appeals WHERE live`:                  20,
			`SELECT COUNT(*) FROM appeals WHERE outcome = 'solved'`:    200,
			`SELECT COUNT(*) FROM appeals WHERE outcome = 'withdrawn'`: 5,
			`SELECT COUNT(*) FROM practicals`:                          200,
			`SELECT COUNT(*) FROM stays`:                               500,
			// Whoever was followed by another helper handed over, with a sheet.
			`SELECT COUNT(*) FROM handovers h JOIN pairings p ON p.county = h.county AND p.household = h.household AND p.cadre = h.from_cadre AND p.valid_to < h.day`: 25,
			`SELECT COUNT(*) FROM handovers WHERE notes <> ''`: 20,
			// Each township has a check in force with its homes, and one that was ended.
			`SELECT COUNT(DISTINCT region) FROM inspections WHERE ended_on = ''`:                                                              1,
			`SELECT COUNT(*) FROM inspections WHERE ended_on <> ''`:                                                                           1,
			`SELECT COUNT(*) FROM inspection_homes x JOIN inspections i ON i.county = x.county AND i.id = x.inspection WHERE i.ended_on = ''`: 12,
		} {
			n, err := db.One(ctx, d, db.Int, q)
			if err != nil || n < least {
				t.Errorf("%s = %d (%v), want at least %d", q, n, err, least)
			}
		}
		// As of their own days: few visits are written late.
		late, err := db.One(ctx, d, db.Int, `SELECT COUNT(*) FROM visits WHERE late > 3`)
		if err != nil || late == 0 || late > 1500 {
			t.Errorf("%d late visits (%v)", late, err)
		}
		if _, f, err := audit.Verify(ctx, d, nil, nil); err != nil || len(f) > 0 {
			t.Error(f, err)
		}
		roles := map[string]int{}
		for _, a := range got.Accounts {
			roles[a.Role+a.Township]++
			if _, err := book.Login(ctx, login.Attempt{Username: a.Username, Password: a.Password, From: login.From{Kind: login.Browser, Door: "page"}}); err != nil {
				t.Errorf("%+v cannot log in: %v", a, err)
			}
		}
		if len(got.Accounts) != 24 || len(roles) != 22 {
			t.Errorf("%d accounts: %v", len(got.Accounts), roles)
		}
	})
}
