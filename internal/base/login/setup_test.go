package login_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
)

func input(t *testing.T, b *login.Book) login.SetupInput {
	t.Helper()
	p, err := b.Choose(t.Context(), good, login.About{County: county, Username: "xianban", Name: "县办"})
	if err != nil {
		t.Fatal(err)
	}
	return login.SetupInput{
		County: county, CountyRegion: region, TownRegion: town, Password: p,
		Admin:    login.SetupPerson{Username: "xianban", Name: "何主任"},
		System:   login.SetupPerson{Username: "xitong", Name: "系小军"},
		Security: login.SetupPerson{Username: "anquan", Name: "安小军"},
		Audit:    login.SetupPerson{Username: "shenji", Name: "审小军"},
		Office:   login.SetupPerson{Username: "qingshi-ban", Name: "办小军"},
		From:     login.From{Kind: login.Browser, Label: "Chrome, Windows", Door: "page", Request: "r1"},
	}
}

func setup(t *testing.T, d *db.DB, b *login.Book, token string, in login.SetupInput) (login.SetupResult, error) {
	return db.Write(t.Context(), d, func(tx *db.Tx) (login.SetupResult, error) { return b.Setup(t.Context(), tx, token, in) })
}

func TestFirstStart(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := book(d)
		if none, err := login.None(t.Context(), d); err != nil || !none {
			t.Fatal("a fresh database has accounts", err)
		}
		token := func() string {
			s, err := b.SetupToken(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		in := input(t, b)
		gone := func(token string) {
			t.Helper()
			if _, err := setup(t, d, b, token, in); !fault.Is(err, fault.Gone) {
				t.Fatal(err)
			}
			if err := b.CheckSetup(t.Context(), d, token); !fault.Is(err, fault.Gone) {
				t.Fatal(err)
			}
		}
		old := token()
		now := token()
		gone("")
		gone(old) // void since the second start
		c.Add(login.SetupLife)
		gone(now)
		now = token()
		// A mistake in the form does not use the token up.
		bad := in
		bad.Security.Name = bad.System.Name
		if _, err := setup(t, d, b, now, bad); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "security.name") {
			t.Fatal(err)
		}
		bad = in
		bad.Audit.Username = "xitong"
		if _, err := setup(t, d, b, now, bad); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "audit.username") {
			t.Fatal(err)
		}
		bad = in
		bad.System.Person, bad.Audit.Person = "13800000001", "13800000001"
		if _, err := setup(t, d, b, now, bad); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "audit.person") {
			t.Fatal("one person for two administrators:", err)
		}
		bad = in
		bad.Password = login.Password{}
		if _, err := setup(t, d, b, now, bad); !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
		c.Add(login.SetupLife - time.Second)
		res, err := setup(t, d, b, now, in)
		if err != nil {
			t.Fatal(err)
		}
		l := live(t, b, res.Entry.Token, true)
		if l.Username != "xianban" || len(l.Grants) != 1 || l.Grants[0].Role != "county_admin" || l.Grants[0].Region != region {
			t.Fatalf("%+v", l)
		}
		roles := map[string]string{"xitong": "sysadmin", "anquan": "secadmin", "shenji": "auditor", "qingshi-ban": "office"}
		if len(res.Slips) != 4 {
			t.Fatal(res.Slips)
		}
		for _, s := range res.Slips {
			e, err := b.Activate(t.Context(), login.Activation{Code: s.Code, Password: other})
			if err != nil {
				t.Fatal(err)
			}
			l := live(t, b, e.Token, true)
			if len(l.Grants) != 1 || l.Grants[0].Role != roles[s.Username] || login.ClassOf(l.Grants[0].Role) != l.Class {
				t.Fatalf("%s: %+v", s.Username, l)
			}
		}
		enters(t, b, "xianban", good, res.Entry.Device)
		gone(now)
		if s := token(); s != "" {
			t.Fatal("a set-up token for a program that is set up")
		}
		if n, err := login.Holders(t.Context(), d, county, "sysadmin", "2026-11-23"); err != nil || n != 1 {
			t.Fatal(n, err)
		}
	})
}

func TestOneSetupWins(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := book(d)
		token, err := b.SetupToken(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		in := input(t, b)
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for range 8 {
			wg.Go(func() {
				_, err := setup(t, d, b, token, in)
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
			t.Fatalf("%d set-ups", won)
		}
	})
}
