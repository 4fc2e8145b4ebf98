package login_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
)

const (
	county = "990101"
	region = "/99/9901/990101/"
	town   = "/99/9901/990101/990101100/"
	good   = "雨后 山路 三只 白鹭 飞"
	other  = "river stone lamp orchard 7"
)

// quick parameters keep tests fast; the default ones have a test of their own.
var quick = login.Params{Memory: 64, Passes: 1, Lanes: 1}

type boss struct{}

func (boss) Trace() (string, string, string, string, string) {
	return county, "boss-account", "sysadmin", "page", "req-1"
}

func book(d *db.DB) *login.Book { return login.New(d, login.Options{Params: quick}) }

// made creates an account of a class with a role and lets its holder choose a
// password with the slip; it gives the account and the entry of the activation.
func made(t *testing.T, d *db.DB, b *login.Book, username, role string) (login.Account, login.Entry) {
	t.Helper()
	a := bare(t, d, b, username, login.ClassOf(role))
	grant(t, d, b, a.ID, role)
	return a, activate(t, d, b, a.ID, good)
}

func bare(t *testing.T, d *db.DB, b *login.Book, username, class string) login.Account {
	t.Helper()
	return must(t)(db.Write(t.Context(), d, func(tx *db.Tx) (login.Account, error) {
		return b.CreateAccount(t.Context(), tx, boss{}, login.NewAccount{County: county, Username: username, Name: "测试" + username, Region: town, Class: class})
	}))
}

func grant(t *testing.T, d *db.DB, b *login.Book, account, role string) login.Grant {
	t.Helper()
	return must2(t, d, func(tx *db.Tx) (login.Grant, error) {
		return b.AddGrant(t.Context(), tx, boss{}, login.NewGrant{County: county, Account: account, Role: role, Region: town})
	})
}

func slips(t *testing.T, d *db.DB, b *login.Book, accounts ...string) []login.Slip {
	t.Helper()
	return must2(t, d, func(tx *db.Tx) ([]login.Slip, error) {
		return b.IssueCodes(t.Context(), tx, boss{}, county, accounts)
	})
}

func activate(t *testing.T, d *db.DB, b *login.Book, account, password string) login.Entry {
	t.Helper()
	e, err := b.Activate(t.Context(), login.Activation{Code: slips(t, d, b, account)[0].Code, Password: password, From: login.From{Kind: login.Browser, Label: "Firefox, Linux", Door: "page"}})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func must2[T any](t *testing.T, d *db.DB, fn func(*db.Tx) (T, error)) T {
	t.Helper()
	v, err := db.Write(t.Context(), d, fn)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func must(t *testing.T) func(login.Account, error) login.Account {
	return func(a login.Account, err error) login.Account {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
}

func do(t *testing.T, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := db.Do(t.Context(), d, fn); err != nil {
		t.Fatal(err)
	}
}

func try(b *login.Book, username, password, device string) (login.Entry, error) {
	return b.Login(context.Background(), login.Attempt{Username: username, Password: password, From: login.From{Kind: login.Browser, Device: device, Label: "Chrome, Windows", Door: "page", Request: "r"}})
}

func enters(t *testing.T, b *login.Book, username, password, device string) login.Entry {
	t.Helper()
	e, err := try(b, username, password, device)
	if err != nil {
		t.Fatalf("login of %s: %v", username, err)
	}
	return e
}

func live(t *testing.T, b *login.Book, token string, want bool) login.Live {
	t.Helper()
	l, err := b.Resolve(t.Context(), token)
	if (err == nil) != want || (err != nil && !fault.Is(err, fault.Unknown)) {
		t.Fatalf("session live: %v (%v), want %v", err == nil, err, want)
	}
	return l
}

func actions(t *testing.T, d *db.DB, action string) int {
	t.Helper()
	n, err := db.One(t.Context(), d, db.Int, `SELECT COUNT(*) FROM audit_rows WHERE action = $1`, action)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestFromSlipToSession(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := book(d)
		a := bare(t, d, b, "Zhang.San", login.ClassContent)
		grant(t, d, b, a.ID, "cadre")
		if _, err := try(b, "zhang.san", good, ""); !fault.Is(err, fault.Unknown) {
			t.Fatal("an account without a password was entered:", err)
		}
		s := slips(t, d, b, a.ID)[0]
		if got, err := b.CheckCode(t.Context(), strings.ToLower(s.Code)); err != nil || got.ID != a.ID || got.Activated || got.CodeUntil.IsZero() {
			t.Fatal(got, err)
		}
		if _, err := b.Activate(t.Context(), login.Activation{Code: s.Code, Password: "short"}); !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
		e, err := b.Activate(t.Context(), login.Activation{Code: " " + strings.ReplaceAll(s.Code, "-", "") + " ", Password: good})
		if err != nil {
			t.Fatal(err)
		}
		if l := live(t, b, e.Token, true); l.Account != a.ID || l.County != county || len(l.Grants) != 1 || l.Grants[0].Role != "cadre" || !l.Fresh || l.Today != "2026-11-23" {
			t.Fatalf("%+v", l)
		}
		if _, err := b.Activate(t.Context(), login.Activation{Code: s.Code, Password: other}); !fault.Is(err, fault.Gone) {
			t.Fatal("a slip worked twice:", err)
		}
		// Letters and width do not matter in a username.
		e2 := enters(t, b, " ＺＨＡＮＧ.san ", good, e.Device)
		if e2.NewDevice || e2.Device != e.Device || e2.Token == e.Token {
			t.Fatalf("%+v", e2)
		}
		c.Add(5*time.Minute + time.Second)
		l := live(t, b, e2.Token, true)
		if l.Fresh {
			t.Fatal("fresh after five minutes")
		}
		do(t, d, func(tx *db.Tx) error { return b.Logout(t.Context(), tx, boss{}, l) })
		live(t, b, e2.Token, false)
		live(t, b, e.Token, true)
		// Nothing secret lies in the database.
		for _, q := range []string{`SELECT hash FROM login_sessions`, `SELECT hash FROM login_devices`, `SELECT hash FROM login_codes`, `SELECT record FROM login_passwords`} {
			vs, err := db.All(t.Context(), d, db.Text, q)
			if err != nil || len(vs) == 0 {
				t.Fatal(q, err)
			}
			for _, v := range vs {
				for _, secret := range []string{e.Token, e2.Token, e.Device, login.ReadCode(s.Code), good} {
					if strings.Contains(v, secret) {
						t.Errorf("%s holds a secret", q)
					}
				}
			}
		}
		for action, n := range map[string]int{"account.create": 1, "grant.add": 1, "account.issue_code": 1, "login.activate": 1, "login.enter": 2, "login.logout": 1} {
			if got := actions(t, d, action); got != n {
				t.Errorf("%d audit rows of %s, want %d", got, action, n)
			}
		}
		if _, f, err := audit.Verify(t.Context(), d, nil, nil); err != nil || len(f) != 0 {
			t.Fatal(f, err)
		}
	})
}

func TestCodesExpireAndAreVoidedByNewOnes(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := book(d)
		a := bare(t, d, b, "lisi", login.ClassContent)
		first := slips(t, d, b, a.ID)[0]
		second := slips(t, d, b, a.ID)[0]
		check := func(code string, want fault.Kind, key string) {
			t.Helper()
			_, err := b.CheckCode(t.Context(), code)
			if fault.Of(err) != want || (key != "" && !strings.Contains(err.Error(), key)) {
				t.Errorf("%s: %v, want %s %s", code, err, want, key)
			}
		}
		check(first.Code, fault.Gone, "login.code_void")
		check(second.Code, "", "")
		check("0000-0000-0000", fault.Invalid, "login.code_unknown")
		check("走访走访走访走访走访走访", fault.Invalid, "login.code_form")
		check("", fault.Invalid, "login.code_form")
		c.Add(login.CodeLife - time.Second)
		check(second.Code, "", "")
		c.Add(time.Second)
		check(second.Code, fault.Gone, "login.code_expired")
		if _, err := b.Activate(t.Context(), login.Activation{Code: second.Code, Password: good}); !fault.Is(err, fault.Gone) {
			t.Fatal(err)
		}
		third := slips(t, d, b, a.ID)[0]
		do(t, d, func(tx *db.Tx) error { return b.Disable(t.Context(), tx, boss{}, county, a.ID) })
		check(third.Code, fault.Gone, "login.code_void")
		err := db.Do(t.Context(), d, func(tx *db.Tx) error {
			_, err := b.IssueCodes(t.Context(), tx, boss{}, county, []string{a.ID})
			return err
		})
		if !fault.Is(err, fault.Conflict) {
			t.Fatal("a slip for a disabled account:", err)
		}
	})
}

func TestOneCodeUsedByManyAtOnceWorksOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := book(d)
		a := bare(t, d, b, "wangwu", login.ClassContent)
		code := slips(t, d, b, a.ID)[0].Code
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for i := range 12 {
			wg.Go(func() {
				_, err := b.Activate(t.Context(), login.Activation{Code: code, Password: fmt.Sprintf("%s %d", other, i)})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if !fault.Is(err, fault.Gone) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won != 1 {
			t.Fatalf("%d people used one slip", won)
		}
	})
}

func TestRosterGetsItsSlipsInOneTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := book(d)
		var ids []string
		do(t, d, func(tx *db.Tx) error {
			ids = ids[:0]
			for i := range 110 {
				a, err := b.CreateAccount(t.Context(), tx, boss{}, login.NewAccount{County: county, Username: fmt.Sprintf("gb%03d", i), Name: "干部", Cadre: fmt.Sprintf("cadre-%03d", i), Region: town, Class: login.ClassContent})
				if err != nil {
					return err
				}
				ids = append(ids, a.ID)
			}
			return nil
		})
		began := time.Now()
		out := slips(t, d, b, ids...)
		if took := time.Since(began); took > 2*time.Minute {
			t.Errorf("110 slips took %v", took)
		}
		seen := map[string]bool{}
		for _, s := range out {
			if code := login.ReadCode(s.Code); len(code) != 12 || seen[code] {
				t.Fatalf("code %q", s.Code)
			}
			seen[login.ReadCode(s.Code)] = true
		}
		if len(seen) != 110 || actions(t, d, "account.issue_code") != 110 {
			t.Fatal(len(seen))
		}
		// One unknown account: none of the slips is issued.
		err := db.Do(t.Context(), d, func(tx *db.Tx) error {
			_, err := b.IssueCodes(t.Context(), tx, boss{}, county, []string{ids[0], "nobody-here"})
			return err
		})
		if !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
		if _, err := b.CheckCode(t.Context(), out[0].Code); err != nil {
			t.Fatal("a failed issue voided a slip:", err)
		}
	})
}
