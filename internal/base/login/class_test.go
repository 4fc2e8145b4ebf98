package login_test

import (
	"fmt"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
)

var roles = []string{"county_admin", "office", "leader", "inspector", "cadre", "committee", "village_head", "handler", "discipline", "sysadmin", "secadmin", "auditor"}

// The database itself refuses what would join two classes in one account, for
// every pair of class and role, whatever program writes (security ACC-8).
func TestDatabaseRefusesOverlappingClasses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := book(d)
		insert := func(account, class, role string) error {
			return db.Do(t.Context(), d, func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `INSERT INTO account_grants (county, id, account, class, role, region, valid_from, valid_to, granted_by, granted_at, ended_by, ended_at)
					VALUES ($1, $2, $3, $4, $5, $6, '2026-01-01', '', 'x', 1, '', 0)`, county, tx.NewID(), account, class, role, region)
				return err
			})
		}
		classes := []string{login.ClassContent, login.ClassSystem, login.ClassSecurity, login.ClassAudit}
		for _, own := range classes {
			a := bare(t, d, b, "acc-"+own, own)
			for _, said := range classes {
				for _, role := range roles {
					err := insert(a.ID, said, role)
					fits := login.ClassOf(role) == own && said == own
					if (err == nil) != fits {
						t.Errorf("account of %s, grant says %s, role %s: %v", own, said, role, err)
					}
					if !fits && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) {
						t.Errorf("refused for another reason: %v", err)
					}
				}
			}
			// Its class cannot be changed under its grants.
			for _, to := range classes {
				err := db.Do(t.Context(), d, func(tx *db.Tx) error {
					_, err := tx.Exec(t.Context(), `UPDATE accounts SET class = $2 WHERE id = $1`, a.ID, to)
					return err
				})
				if (err == nil) != (to == own) {
					t.Errorf("class %s changed to %s: %v", own, to, err)
				}
			}
		}
		if err := insert("nobody", login.ClassContent, "office"); !fault.Is(err, fault.Conflict) {
			t.Error("a grant of no account:", err)
		}
		if err := insert("nobody", login.ClassContent, "emperor"); !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) {
			t.Error("an unknown role:", err)
		}
	})
}

func TestOnePersonOneLiveAccount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := book(d)
		create := func(username, class, cadre, person string) (login.Account, error) {
			return db.Write(t.Context(), d, func(tx *db.Tx) (login.Account, error) {
				return b.CreateAccount(t.Context(), tx, boss{}, login.NewAccount{County: county, Username: username, Name: "某人", Cadre: cadre, Person: person, Region: town, Class: class})
			})
		}
		first, err := create("one", login.ClassContent, "cadre-1", "99010119700101001X")
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			username, class, cadre, person string
			want                           fault.Kind
		}{
			{"two", login.ClassSystem, "cadre-1", "", fault.Conflict},
			{"two", login.ClassAudit, "", "99010119700101001X", fault.Conflict},
			{"two", login.ClassAudit, "", " ９９010119700101001X", fault.Conflict},
			{"ONE", login.ClassContent, "", "", fault.Invalid},
			{"x", login.ClassContent, "", "", fault.Invalid},
			{"a b", login.ClassContent, "", "", fault.Invalid},
			{"two", "king", "", "", fault.Invalid},
			{"two", login.ClassAudit, "", "someone else", ""},
			{"三号", login.ClassAudit, "", "", ""},
		} {
			if _, err := create(x.username, x.class, x.cadre, x.person); fault.Of(err) != x.want || (x.want == "" && err != nil) {
				t.Errorf("%+v: %v", x, err)
			}
		}
		// The index refuses it for any program.
		err = db.Do(t.Context(), d, func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO accounts (county, id, username, folded, name, cadre, person, region, class, state, made_at, made_by, state_at)
				SELECT county, 'another-id', 'u9', 'u9', name, '', person, region, 'auditor', 'active', 0, '', 0 FROM accounts WHERE id = $1`, first.ID)
			return err
		})
		if !fault.Is(err, fault.Conflict) {
			t.Fatal("a second account of one person:", err)
		}
		// Who changes his duties gets a new account when the old one is closed; the old one stays closed.
		do(t, d, func(tx *db.Tx) error { return b.Disable(t.Context(), tx, boss{}, county, first.ID) })
		if _, err := create("four", login.ClassAudit, "", "99010119700101001X"); err != nil {
			t.Fatal(err)
		}
		err = db.Do(t.Context(), d, func(tx *db.Tx) error { return b.Enable(t.Context(), tx, boss{}, county, first.ID) })
		if !fault.Is(err, fault.Conflict) {
			t.Fatal(err)
		}
	})
}

func TestGrantsInForce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := book(d)
		a := bare(t, d, b, "zhaoliu", login.ClassContent)
		add := func(role, from, to string) (login.Grant, error) {
			return db.Write(t.Context(), d, func(tx *db.Tx) (login.Grant, error) {
				return b.AddGrant(t.Context(), tx, boss{}, login.NewGrant{County: county, Account: a.ID, Role: role, Region: town, From: from, To: to})
			})
		}
		ok := func(g login.Grant, err error) login.Grant {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			return g
		}
		g1 := ok(add("cadre", "2026-01-01", "2026-06-30"))
		ok(add("cadre", "2026-07-01", ""))
		ok(add("office", "2026-07-01", "2026-07-01"))
		for _, x := range []struct {
			role, from, to string
			want           fault.Kind
		}{
			{"cadre", "2026-06-30", "2026-07-02", fault.Conflict},
			{"cadre", "2027-01-01", "", fault.Conflict},
			{"sysadmin", "", "", fault.Invalid},
			{"leader", "2026-02-30", "", fault.Invalid},
			{"leader", "2026-03-02", "2026-03-01", fault.Invalid},
		} {
			if _, err := add(x.role, x.from, x.to); fault.Of(err) != x.want {
				t.Errorf("%+v: %v", x, err)
			}
		}
		for day, want := range map[string]int{"2025-12-31": 0, "2026-01-01": 1, "2026-06-30": 1, "2026-07-01": 2, "2026-07-02": 1, "2030-01-01": 1} {
			gs, err := login.GrantsOn(t.Context(), d, county, a.ID, day)
			if err != nil || len(gs) != want {
				t.Errorf("%s: %d grants, want %d (%v)", day, len(gs), want, err)
			}
			for _, g := range gs {
				if !g.Holds(day) {
					t.Errorf("%s: %+v does not say that it holds", day, g)
				}
			}
		}
		do(t, d, func(tx *db.Tx) error { _, err := b.EndGrant(t.Context(), tx, boss{}, county, g1.ID); return err })
		if gs, _ := login.GrantsOn(t.Context(), d, county, a.ID, "2026-03-01"); len(gs) != 0 {
			t.Fatal("an ended grant holds")
		}
		if h, err := login.GrantHistory(t.Context(), d, county, a.ID); err != nil || len(h) != 3 {
			t.Fatal(h, err)
		}
		to := "/99/9901/990101/990101900/"
		do(t, d, func(tx *db.Tx) error { return b.MoveRegion(t.Context(), tx, boss{}, county, town, to) })
		got, err := b.Find(t.Context(), d, county, a.ID)
		if err != nil || got.Region != to || len(got.Grants) != 2 || got.Grants[0].Region != to {
			t.Fatal(got, err)
		}
	})
}

func TestListAccountsPagesByUsername(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := book(d)
		for _, u := range []string{"e5", "a1", "C3", "b2", "d4"} {
			a := bare(t, d, b, u, login.ClassContent)
			grant(t, d, b, a.ID, "cadre")
		}
		bare(t, d, b, "zz", login.ClassAudit)
		var got []string
		after := ""
		for pages := 0; ; pages++ {
			items, next, err := b.ListAccounts(t.Context(), d, login.Filter{County: county, Regions: []string{town}, Class: login.ClassContent, Limit: 2, After: after})
			if err != nil || pages > 3 {
				t.Fatal(err, pages)
			}
			for _, a := range items {
				got = append(got, a.Username)
				if len(a.Grants) != 1 {
					t.Errorf("%s: %d grants", a.Username, len(a.Grants))
				}
			}
			if after = next; next == "" {
				break
			}
		}
		if want := "[a1 b2 C3 d4 e5]"; want != fmt.Sprint(got) {
			t.Fatal(got)
		}
		for _, x := range []struct {
			f    login.Filter
			want int
		}{
			{login.Filter{Regions: []string{"/99/9901/990101/990101101/"}}, 0},
			{login.Filter{}, 0},
			{login.Filter{Regions: []string{"/99/"}}, 6},
			{login.Filter{Regions: []string{"/99/"}, Begins: "c"}, 1},
			{login.Filter{Regions: []string{"/99/"}, Begins: "测试"}, 6},
			{login.Filter{Regions: []string{"/99/"}, State: login.Disabled}, 0},
			{login.Filter{Regions: []string{"/99/"}, Waiting: true, Class: login.ClassAudit}, 1},
		} {
			x.f.County = county
			items, _, err := b.ListAccounts(t.Context(), d, x.f)
			if err != nil || len(items) != x.want {
				t.Errorf("%+v: %d accounts, want %d (%v)", x.f, len(items), x.want, err)
			}
		}
	})
}
