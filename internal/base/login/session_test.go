package login_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
)

func TestSessionsEndByIdlenessAndAge(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := book(d)
		for _, x := range []struct {
			role string
			idle time.Duration
		}{{"cadre", 30 * time.Minute}, {"office", 30 * time.Minute}, {"county_admin", 15 * time.Minute}, {"sysadmin", 15 * time.Minute}, {"secadmin", 15 * time.Minute}, {"auditor", 15 * time.Minute}} {
			_, e := made(t, d, b, "idle-"+x.role, x.role)
			c.Add(x.idle - time.Second)
			live(t, b, e.Token, true)
			c.Add(x.idle - time.Second)
			live(t, b, e.Token, true)
			c.Add(x.idle)
			live(t, b, e.Token, false)
			c.Add(-time.Minute) // a clock set back revives nothing
			live(t, b, e.Token, false)
			login.Settle(b)
			live(t, b, e.Token, false)
			why, err := db.One(t.Context(), d, db.Text, `SELECT ended_why FROM login_sessions WHERE id = $1`, e.Session)
			if err != nil || why != login.EndedIdle {
				t.Fatalf("%s: the session's row says %q (%v)", x.role, why, err)
			}
			c.Add(time.Minute)
		}
		_, e := made(t, d, b, "ageing", "cadre")
		end := d.Now().Add(12 * time.Hour)
		for d.Now().Add(20 * time.Minute).Before(end) {
			live(t, b, e.Token, true)
			c.Add(20 * time.Minute)
		}
		live(t, b, e.Token, true)
		c.Set(end.Add(-time.Second))
		live(t, b, e.Token, true)
		c.Set(end)
		live(t, b, e.Token, false)
	})
}

func TestElevenSessionsLeaveTen(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := book(d)
		a, e := made(t, d, b, "many", "cadre")
		tokens := []string{e.Token}
		for range login.MaxSessions {
			c.Add(time.Second)
			tokens = append(tokens, enters(t, b, "many", good, e.Device).Token)
		}
		live(t, b, tokens[0], false)
		for _, k := range tokens[1:] {
			live(t, b, k, true)
		}
		// Many at once leave ten as well.
		var wg sync.WaitGroup
		for range 15 {
			wg.Go(func() { _, _ = try(b, "many", good, e.Device) })
		}
		wg.Wait()
		list, err := b.ListSessions(t.Context(), d, county, a.ID, "")
		if err != nil || len(list) != login.MaxSessions {
			t.Fatal(len(list), err)
		}
	})
}

func TestListAndEndOwnSessions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := book(d)
		a, e1 := made(t, d, b, "lister", "cadre")
		e2, e3 := enters(t, b, "lister", good, e1.Device), enters(t, b, "lister", good, e1.Device)
		list, err := b.ListSessions(t.Context(), d, county, a.ID, e2.Session)
		if err != nil || len(list) != 3 {
			t.Fatal(list, err)
		}
		for _, s := range list {
			if s.Current != (s.ID == e2.Session) || s.Label == "" {
				t.Errorf("%+v", s)
			}
		}
		do(t, d, func(tx *db.Tx) error {
			return b.EndSession(t.Context(), tx, boss{}, county, a.ID, e3.Session, login.EndedByUser)
		})
		live(t, b, e3.Token, false)
		_, stranger := made(t, d, b, "stranger", "cadre")
		err = db.Do(t.Context(), d, func(tx *db.Tx) error {
			return b.EndSession(t.Context(), tx, boss{}, county, a.ID, stranger.Session, login.EndedByUser)
		})
		if !fault.Is(err, fault.NotFound) {
			t.Fatal("ended somebody else's session:", err)
		}
		do(t, d, func(tx *db.Tx) error {
			return b.EndSessions(t.Context(), tx, boss{}, county, a.ID, e2.Session, login.EndedByUser)
		})
		live(t, b, e1.Token, false)
		live(t, b, e2.Token, true)
		live(t, b, stranger.Token, true)
	})
}

// What ends a session ends it on the next request of this process, and within a
// second in another process on the same database (SES-3).
func TestChangesEndSessions(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b, elsewhere := book(d), book(d)
		for name, change := range map[string]func(tx *db.Tx, a login.Account, g login.Grant) error{
			"disable": func(tx *db.Tx, a login.Account, _ login.Grant) error {
				return b.Disable(t.Context(), tx, boss{}, county, a.ID)
			},
			"grant": func(tx *db.Tx, a login.Account, _ login.Grant) error {
				_, err := b.AddGrant(t.Context(), tx, boss{}, login.NewGrant{County: county, Account: a.ID, Role: "office", Region: region})
				return err
			},
			"end-grant": func(tx *db.Tx, _ login.Account, g login.Grant) error {
				_, err := b.EndGrant(t.Context(), tx, boss{}, county, g.ID)
				return err
			},
			"office": func(tx *db.Tx, a login.Account, _ login.Grant) error {
				return b.EndSessions(t.Context(), tx, boss{}, county, a.ID, "", login.EndedByOffice)
			},
		} {
			a := bare(t, d, b, "ch-"+name, login.ClassContent)
			g := grant(t, d, b, a.ID, "cadre")
			e := activate(t, d, b, a.ID, good)
			live(t, b, e.Token, true)
			live(t, elsewhere, e.Token, true)
			do(t, d, func(tx *db.Tx) error { return change(tx, a, g) })
			live(t, b, e.Token, false)
			c.Add(time.Second)
			live(t, elsewhere, e.Token, false)
			if name == "disable" {
				if _, err := try(b, "ch-disable", good, e.Device); !fault.Is(err, fault.Unknown) {
					t.Fatal("a disabled account was entered:", err)
				}
				do(t, d, func(tx *db.Tx) error { return b.Enable(t.Context(), tx, boss{}, county, a.ID) })
				live(t, b, e.Token, false)
				enters(t, b, "ch-disable", good, e.Device)
			}
		}
	})
}

// A grant that begins or runs out takes effect without a new login.
func TestGrantsFollowTheDay(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := book(d)
		a, _ := made(t, d, b, "daily", "cadre")
		do(t, d, func(tx *db.Tx) error {
			_, err := b.AddGrant(t.Context(), tx, boss{}, login.NewGrant{County: county, Account: a.ID, Role: "office", Region: town, To: "2026-11-23"})
			return err
		})
		c.Set(time.Date(2026, 11, 23, 15, 59, 50, 0, time.UTC)) // ten seconds before midnight in China
		e := enters(t, b, "daily", good, "")
		if l := live(t, b, e.Token, true); len(l.Grants) != 2 {
			t.Fatal(l.Grants)
		}
		c.Add(11 * time.Second)
		if l := live(t, b, e.Token, true); len(l.Grants) != 1 || l.Today != "2026-11-24" {
			t.Fatal(l.Grants, l.Today)
		}
	})
}

func TestResolveReadsAtMostOnceASecondAndWritesAtMostOnceAMinute(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := book(d)
		a, e := made(t, d, b, "busy", "cadre")
		stored := func() int64 {
			v, err := db.One(t.Context(), d, db.Int64, `SELECT seen_at FROM login_sessions WHERE account = $1`, a.ID)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		begun := stored()
		live(t, b, e.Token, true)
		reads := login.Reads(b)
		var wg sync.WaitGroup
		for range 32 {
			wg.Go(func() {
				for range 50 {
					live(t, b, e.Token, true)
				}
			})
		}
		wg.Wait()
		if n := login.Reads(b) - reads; n != 0 {
			t.Fatalf("%d reads for 1,600 requests within a second", n)
		}
		for range 59 {
			c.Add(time.Second)
			live(t, b, e.Token, true)
		}
		if n := login.Reads(b) - reads; n != 59 {
			t.Fatalf("%d reads in 59 seconds", n)
		}
		login.Settle(b)
		if stored() != begun {
			t.Fatal("last seen was written within the minute")
		}
		c.Add(time.Second)
		live(t, b, e.Token, true)
		login.Settle(b)
		if got := stored(); got != begun+60_000 {
			t.Fatalf("last seen after a minute: %d", got-begun)
		}
		c.Add(30 * time.Second)
		live(t, b, e.Token, true)
		if err := b.Close(t.Context()); err != nil || stored() != begun+90_000 {
			t.Fatal("closing did not write what was seen", err)
		}
	})
}

func TestConfirmMakesFreshUnderANewToken(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := book(d)
		_, e := made(t, d, b, "fresh", "cadre")
		c.Add(6 * time.Minute)
		l := live(t, b, e.Token, true)
		if l.Fresh {
			t.Fatal("fresh")
		}
		if _, err := b.Confirm(t.Context(), boss{}, l, "not the password"); !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
		token, err := b.Confirm(t.Context(), boss{}, l, good)
		if err != nil {
			t.Fatal(err)
		}
		live(t, b, e.Token, false)
		if l2 := live(t, b, token, true); !l2.Fresh || l2.Session != l.Session {
			t.Fatalf("%+v", l2)
		}
		// A thief inside a session guesses as slowly as one outside, and does
		// not keep the person from logging in.
		for range 5 {
			_, _ = b.Confirm(t.Context(), boss{}, l, "guess guess guess")
		}
		if _, err := b.Confirm(t.Context(), boss{}, l, good); !fault.Is(err, fault.Invalid) {
			t.Fatal("the sixth try was looked at:", err)
		}
		enters(t, b, "fresh", good, "")
		c.Add(16 * time.Second)
		if _, err := b.Confirm(t.Context(), boss{}, l, good); err != nil {
			t.Fatal(err)
		}
	})
}

func TestChangePassword(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := book(d)
		a, e := made(t, d, b, "changer", "cadre")
		e2 := enters(t, b, "changer", good, "")
		c.Add(time.Second)
		l := live(t, b, e.Token, true)
		from := login.From{Kind: login.Browser, Device: e.Device, Label: "Firefox, Linux"}
		for _, x := range [][2]string{{"wrong wrong wrong", other}, {good, good}, {good, "short"}, {good, "changer20261123"}} {
			if _, err := b.ChangePassword(t.Context(), boss{}, l, x[0], x[1], from); !fault.Is(err, fault.Invalid) {
				t.Errorf("%v: %v", x, err)
			}
		}
		e3, err := b.ChangePassword(t.Context(), boss{}, l, good, other, from)
		if err != nil {
			t.Fatal(err)
		}
		live(t, b, e.Token, false)
		live(t, b, e2.Token, false)
		live(t, b, e3.Token, true)
		if _, err := try(b, "changer", good, e.Device); !fault.Is(err, fault.Unknown) {
			t.Fatal("the old password works:", err)
		}
		enters(t, b, "changer", other, e.Device)
		ns, err := login.NoticesBefore(t.Context(), d, county, a.ID, "", false, 10)
		if err != nil || len(ns) != 2 || ns[0].Kind != login.NoticePassword || ns[1].Kind != login.NoticeNewDevice {
			t.Fatalf("%+v %v", ns, err)
		}
		if older, err := login.NoticesBefore(t.Context(), d, county, a.ID, ns[0].ID, true, 10); err != nil || len(older) != 1 || older[0].ID != ns[1].ID {
			t.Fatalf("%+v %v", older, err)
		}
		do(t, d, func(tx *db.Tx) error {
			own, err := login.ReadNotice(t.Context(), tx, county, a.ID, ns[1].ID)
			if err == nil && !own {
				t.Error("the message is the account's own")
			}
			if other, oerr := login.ReadNotice(t.Context(), tx, county, "somebody-else", ns[0].ID); other || oerr != nil {
				t.Error("somebody else reads it", oerr)
			}
			return err
		})
		if n, err := login.UnreadNotices(t.Context(), d, county, a.ID); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		do(t, d, func(tx *db.Tx) error { return login.ReadNoticesUpto(t.Context(), tx, county, a.ID, ns[0].ID) })
		if n, err := login.UnreadNotices(t.Context(), d, county, a.ID); err != nil || n != 0 {
			t.Fatal(n, err)
		}
		if ds, err := b.ListDevices(t.Context(), d, county, a.ID); err != nil || len(ds) != 1 {
			t.Fatal("other devices are still known", ds, err)
		}
		ds, _ := b.ListDevices(t.Context(), d, county, a.ID)
		do(t, d, func(tx *db.Tx) error { return b.ForgetDevice(t.Context(), tx, boss{}, county, a.ID, ds[0].ID) })
		live(t, b, e3.Token, false)
	})
}

// A session racing with its end never stays alive in the memory of the process.
func TestEndingRacesWithRequests(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := book(d)
		a, e := made(t, d, b, "racer", "cadre")
		for range 25 {
			ctx, stop := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					for ctx.Err() == nil {
						_, _ = b.Resolve(t.Context(), e.Token)
						c.Add(time.Millisecond * 400) // forces new reads
					}
				})
			}
			do(t, d, func(tx *db.Tx) error {
				return b.EndSessions(t.Context(), tx, boss{}, county, a.ID, "", login.EndedByOffice)
			})
			live(t, b, e.Token, false)
			stop()
			wg.Wait()
			live(t, b, e.Token, false)
			e = enters(t, b, "racer", good, e.Device)
		}
	})
}

// Random histories of two accounts against a model of a few lines.
func TestSessionValidityAgainstAModel(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := book(d)
		type model struct {
			token, session string
			begun, seen    time.Time
			ended          bool
		}
		names := []string{"model-cadre", "model-audit"}
		roles := []string{"cadre", "auditor"}
		idles := []time.Duration{30 * time.Minute, 15 * time.Minute}
		var accounts []login.Account
		var devices []string
		for i, n := range names {
			a, e := made(t, d, b, n, roles[i])
			accounts, devices = append(accounts, a), append(devices, e.Device)
			do(t, d, func(tx *db.Tx) error {
				return b.EndSessions(t.Context(), tx, boss{}, county, a.ID, "", login.EndedByOffice)
			})
		}
		rapid.Check(t, func(t *rapid.T) {
			sessions := [2][]*model{}
			alive := func(i int, m *model) bool {
				now := d.Now()
				return !m.ended && now.Sub(m.begun) < 12*time.Hour && now.Sub(m.seen) < idles[i]
			}
			write := func(fn func(tx *db.Tx) error) {
				if err := db.Do(context.Background(), d, fn); err != nil {
					t.Fatal(err)
				}
			}
			for range rapid.IntRange(5, 40).Draw(t, "steps") {
				i := rapid.IntRange(0, 1).Draw(t, "who")
				a := accounts[i]
				switch rapid.SampledFrom([]string{"login", "login", "use", "use", "use", "wait", "end", "others", "logout", "disable", "grant", "restart"}).Draw(t, "do") {
				case "login":
					c.Add(time.Second) // which of two begun in one instant is the oldest, nobody can say
					e, err := try(b, names[i], good, devices[i])
					if err != nil {
						t.Fatal(err)
					}
					n, oldest := 0, (*model)(nil)
					for _, m := range sessions[i] {
						// Idle ones count until their row is closed; they are never the reason a live one ends wrongly.
						if !m.ended && d.Now().Sub(m.begun) < 12*time.Hour {
							if n++; oldest == nil {
								oldest = m
							}
						}
					}
					if n >= login.MaxSessions {
						oldest.ended = true
					}
					sessions[i] = append(sessions[i], &model{e.Token, e.Session, d.Now(), d.Now(), false})
				case "use":
					for _, m := range sessions[i] {
						if rapid.Bool().Draw(t, "use") {
							_, err := b.Resolve(context.Background(), m.token)
							if want := alive(i, m); (err == nil) != want {
								t.Fatalf("session begun %v seen %v now %v: live %v, want %v", m.begun, m.seen, d.Now(), err == nil, want)
							}
							if err == nil {
								m.seen = d.Now()
							} else {
								login.Settle(b) // its row is closed in the background
								m.ended = true
							}
						}
					}
				case "wait":
					c.Add(time.Duration(rapid.IntRange(0, 1200).Draw(t, "seconds")) * time.Second)
				case "end":
					for _, m := range sessions[i] {
						if alive(i, m) {
							write(func(tx *db.Tx) error {
								return b.EndSession(context.Background(), tx, boss{}, county, a.ID, m.session, login.EndedByUser)
							})
							m.ended = true
							break
						}
					}
				case "others":
					keep := ""
					for _, m := range sessions[i] {
						if alive(i, m) && keep == "" {
							keep = m.session
						}
					}
					write(func(tx *db.Tx) error {
						return b.EndSessions(context.Background(), tx, boss{}, county, a.ID, keep, login.EndedByUser)
					})
					for _, m := range sessions[i] {
						m.ended = m.ended || m.session != keep
					}
				case "logout":
					for _, m := range sessions[i] {
						if l, err := b.Resolve(context.Background(), m.token); err == nil {
							write(func(tx *db.Tx) error { return b.Logout(context.Background(), tx, boss{}, l) })
							m.ended = true
							break
						}
					}
				case "disable":
					write(func(tx *db.Tx) error { return b.Disable(context.Background(), tx, boss{}, county, a.ID) })
					write(func(tx *db.Tx) error { return b.Enable(context.Background(), tx, boss{}, county, a.ID) })
					for _, m := range sessions[i] {
						m.ended = true
					}
				case "grant":
					day := login.Today(d.Now().AddDate(0, 0, 400))
					g, err := db.Write(context.Background(), d, func(tx *db.Tx) (login.Grant, error) {
						return b.AddGrant(context.Background(), tx, boss{}, login.NewGrant{County: county, Account: a.ID, Role: roles[i], Region: region, From: day})
					})
					if err != nil {
						t.Fatal(err)
					}
					write(func(tx *db.Tx) error {
						_, err := b.EndGrant(context.Background(), tx, boss{}, county, g.ID)
						return err
					})
					for _, m := range sessions[i] {
						m.ended = true
					}
				case "restart":
					if err := b.Close(context.Background()); err != nil {
						t.Fatal(err)
					}
					b = book(d)
				}
			}
			for i := range sessions {
				for _, m := range sessions[i] {
					if _, err := b.Resolve(context.Background(), m.token); (err == nil) != alive(i, m) {
						t.Fatalf("at the end: live %v, want %v", err == nil, alive(i, m))
					}
				}
				write(func(tx *db.Tx) error {
					return b.EndSessions(context.Background(), tx, boss{}, county, accounts[i].ID, "", login.EndedByOffice)
				})
			}
		})
	})
}

func BenchmarkResolve(b *testing.B) {
	d, _ := dbtest.SQLite(b)
	book := book(d)
	ctx := b.Context()
	var e login.Entry
	err := db.Do(ctx, d, func(tx *db.Tx) error {
		a, err := book.CreateAccount(ctx, tx, boss{}, login.NewAccount{County: county, Username: "bench", Name: "测试", Region: town, Class: login.ClassContent})
		if err != nil {
			return err
		}
		_, err = book.IssueCodes(ctx, tx, boss{}, county, []string{a.ID})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	a, err := book.FindUsername(ctx, d, "bench")
	if err != nil {
		b.Fatal(err)
	}
	s, err := db.Write(ctx, d, func(tx *db.Tx) ([]login.Slip, error) {
		return book.IssueCodes(ctx, tx, boss{}, county, []string{a.ID})
	})
	if err != nil {
		b.Fatal(err)
	}
	if e, err = book.Activate(ctx, login.Activation{Code: s[0].Code, Password: good}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := book.Resolve(ctx, e.Token); err != nil {
			b.Fatal(err)
		}
	}
}
