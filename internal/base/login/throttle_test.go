package login_test

import (
	"crypto/rand"
	"fmt"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
)

func TestDelay(t *testing.T) {
	for n, want := range map[int64]time.Duration{0: 0, 1: 0, 4: 0, 5: 15 * time.Second, 6: 30 * time.Second, 7: time.Minute, 11: 16 * time.Minute, 12: 30 * time.Minute, 13: 30 * time.Minute, 1000: 30 * time.Minute} {
		if got := login.Delay(n); got != want {
			t.Errorf("after %d failures %v, want %v", n, got, want)
		}
	}
}

func wrong(t *testing.T, b *login.Book, username, device string) string {
	t.Helper()
	_, err := try(b, username, "entirely wrong words", device)
	if !fault.Is(err, fault.Unknown) {
		t.Fatalf("%s: %v", username, err)
	}
	return err.Error()
}

// Guessing at 200 a second reaches the hash at most 20 times an hour; the victim
// still enters from the device he knows; a restart in between changes nothing
// (security AUTH-3).
func TestGuessingIsSlowedAndLocksNobodyOut(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := book(d)
		a, known := made(t, d, b, "victim", "cadre")
		_, _ = made(t, d, b, "neighbour", "cadre")
		begun := login.Hashes(b)
		tries, hashes := 0, int64(0)
		for hour := range 2 {
			hashes = 0
			for second := range 3600 {
				// Every twentieth second stands for all of them at once.
				if second%20 == 0 {
					before := login.Hashes(b)
					wrong(t, b, "victim", "")
					hashes += login.Hashes(b) - before
					tries++
				}
				if second == 1800 && hour == 0 {
					b = book(d) // restart
					begun = login.Hashes(b)
				}
				c.Add(time.Second)
			}
			if hashes > 20 || hashes == 0 {
				t.Fatalf("hour %d: %d guesses were looked at", hour, hashes)
			}
		}
		if login.Hashes(b) == begun {
			t.Fatal("nothing was looked at after the restart")
		}
		// In the midst of it:
		wrong(t, b, "victim", "")
		if _, err := try(b, "victim", good, ""); !fault.Is(err, fault.Unknown) {
			t.Fatal("the right password was taken on a strange device while guesses are held")
		}
		if _, err := try(b, "victim", good, "a cookie the attacker made up"); !fault.Is(err, fault.Unknown) {
			t.Fatal("a made-up device has a counter of its own")
		}
		e := enters(t, b, "victim", good, known.Device)
		if e.NewDevice {
			t.Fatal("the known device is new")
		}
		enters(t, b, "neighbour", good, "")
		// At most half an hour later he enters from anywhere.
		c.Add(30 * time.Minute)
		enters(t, b, "victim", good, "")
		// Held tries are in the record, but not one row each.
		held := actions(t, d, "login.held")
		refused := actions(t, d, "login.enter")
		if held == 0 || held > 60 || refused == 0 || tries < 350 {
			t.Fatalf("%d rows of held tries, %d others, %d tries", held, refused, tries)
		}
		// A new slip begins anew at once.
		for range 8 {
			wrong(t, b, "victim", "")
		}
		e = activate(t, d, b, a.ID, other)
		enters(t, b, "victim", other, "")
		live(t, b, e.Token, true)
	})
}

// A person who types wrongly on his own device is slowed there, too.
func TestKnownDeviceHasItsOwnCounter(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := book(d)
		_, e := made(t, d, b, "owner", "cadre")
		for range 5 {
			wrong(t, b, "owner", e.Device)
		}
		if _, err := try(b, "owner", good, e.Device); !fault.Is(err, fault.Unknown) {
			t.Fatal(err)
		}
		enters(t, b, "owner", good, "") // the counter of strangers is untouched
		c.Add(15 * time.Second)
		enters(t, b, "owner", good, e.Device)
		for range 4 { // and success began it anew
			wrong(t, b, "owner", e.Device)
		}
		enters(t, b, "owner", good, e.Device)
		// After a day without failures the counter begins anew.
		for range 4 {
			wrong(t, b, "owner", "")
		}
		c.Add(24 * time.Hour)
		for range 4 {
			wrong(t, b, "owner", "")
		}
		enters(t, b, "owner", good, "")
	})
}

// Many guesses at the same moment get no more looks than guesses in a row.
func TestGuessesAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := book(d)
		made(t, d, b, "crowd", "cadre")
		begun := login.Hashes(b)
		var wg sync.WaitGroup
		for range 40 {
			wg.Go(func() { _, _ = try(b, "crowd", "entirely wrong words", "") })
		}
		wg.Wait()
		if n := login.Hashes(b) - begun; n != 5 {
			t.Fatalf("%d of 40 simultaneous guesses were looked at, want 5", n)
		}
	})
}

func TestThrottleSurvivesReopening(t *testing.T) {
	file := t.TempDir() + "/x.db"
	c := &dbtest.Clock{}
	c.Set(dbtest.Day)
	open := func() *db.DB {
		d, err := db.Open(t.Context(), file, db.Options{Now: c.Now, Rand: rand.Reader, Vault: dbtest.Vault(t), Fast: true})
		if err == nil {
			_, err = db.Migrate(t.Context(), d)
		}
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	d := open()
	b := book(d)
	_, e := made(t, d, b, "again", "cadre")
	for range 5 {
		wrong(t, b, "again", "")
	}
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.Close()
	d = open()
	defer d.Close()
	b = book(d)
	begun := login.Hashes(b)
	wrong(t, b, "again", "")
	if login.Hashes(b) != begun {
		t.Fatal("a restart gave a free guess")
	}
	live(t, b, e.Token, true)
	c.Add(16 * time.Second)
	enters(t, b, "again", good, "")
}

// The same answer to an unknown name, a wrong password, a held try, a disabled
// account and one that was never activated — after about the same time.
func TestRefusalsLookAlike(t *testing.T) {
	d, c := dbtest.SQLite(t)
	b := login.New(d, login.Options{Params: login.Params{Memory: 8 << 10, Passes: 2, Lanes: 1}})
	made(t, d, b, "wrong", "cadre")
	made(t, d, b, "held", "cadre")
	off, _ := made(t, d, b, "off", "cadre")
	bare(t, d, b, "slipless", login.ClassContent)
	do(t, d, func(tx *db.Tx) error { return b.Disable(t.Context(), tx, boss{}, county, off.ID) })
	for range 12 {
		wrong(t, b, "held", "")
		c.Add(time.Second)
	}
	texts := map[string]bool{}
	times := map[string][]time.Duration{}
	hashed := map[string]int64{}
	for range 25 {
		c.Add(25 * time.Hour) // the counters of the others begin anew
		for range 5 {
			wrong(t, b, "held", "")
		}
		for _, name := range []string{"wrong", "nobody", "held", "off", "slipless"} {
			before, began := login.Hashes(b), time.Now()
			texts[wrong(t, b, name, "")] = true
			times[name] = append(times[name], time.Since(began))
			hashed[name] += login.Hashes(b) - before
		}
	}
	if len(texts) != 1 {
		t.Fatal("refusals differ:", texts)
	}
	if hashed["held"] != 0 || hashed["nobody"] != 25 || hashed["off"] != 25 || hashed["slipless"] != 25 {
		t.Fatal(hashed)
	}
	median := func(name string) time.Duration {
		ts := times[name]
		sort.Slice(ts, func(i, j int) bool { return ts[i] < ts[j] })
		return ts[len(ts)/2]
	}
	base := median("wrong")
	for name := range times {
		// Wide, as the machine may be busy; an answer that did no work, or twice the
		// work of another on a quiet machine, is told by the hashes above.
		if m := median(name); m < base/4 || m > base*4 {
			t.Errorf("%s takes %v, a wrong password %v", name, m, base)
		}
	}
}

func TestNewDeviceIsTold(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := book(d)
		a, e := made(t, d, b, "teller", "cadre")
		unread := func(want int) {
			t.Helper()
			if n, err := login.UnreadNotices(t.Context(), d, county, a.ID); err != nil || n != want {
				t.Fatalf("%d messages, want %d (%v)", n, want, err)
			}
		}
		unread(0)
		enters(t, b, "teller", good, e.Device)
		unread(0)
		strange := enters(t, b, "teller", good, "planted-by-somebody")
		unread(1)
		if !strange.NewDevice || strange.Device == "planted-by-somebody" {
			t.Fatalf("%+v", strange)
		}
		// One computer, two people: it keeps one cookie.
		made(t, d, b, "colleague", "cadre")
		if e2 := enters(t, b, "colleague", good, e.Device); e2.Device != e.Device {
			t.Fatal("a shared computer changed its cookie")
		}
		// A program's token has no device.
		api, err := b.Login(t.Context(), login.Attempt{Username: "teller", Password: good, From: login.From{Kind: login.API}})
		if err != nil || api.Device != "" {
			t.Fatal(api, err)
		}
		unread(1)
		for i := range 30 {
			c.Add(time.Second)
			enters(t, b, "teller", good, fmt.Sprint(i))
		}
		if ds, err := b.ListDevices(t.Context(), d, county, a.ID); err != nil || len(ds) != 20 {
			t.Fatal(len(ds), err)
		}
	})
}

func TestRecordsAreRenewedWithNewParameters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := book(d)
		a, e := made(t, d, b, "renewed", "cadre")
		record := func() string {
			r, err := db.One(t.Context(), d, db.Text, `SELECT record FROM login_passwords WHERE account = $1`, a.ID)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		if r := record(); !strings.HasPrefix(r, "$argon2id$v=19$m=64,t=1,p=1$") {
			t.Fatal(r)
		}
		b = login.New(d, login.Options{})
		wrong(t, b, "renewed", e.Device)
		if !strings.Contains(record(), "m=64,") {
			t.Fatal("a wrong password renewed the record")
		}
		enters(t, b, "renewed", good, e.Device)
		if r := record(); !strings.HasPrefix(r, "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Fatal(r)
		}
		enters(t, b, "renewed", good, e.Device)
	})
}

func TestSweepKeepsWhatIsNeeded(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := book(d)
		_, e := made(t, d, b, "kept", "cadre")
		wrong(t, b, "nobody-at-all", "")
		if n, err := b.Sweep(t.Context()); err != nil || n != 0 {
			t.Fatal(n, err)
		}
		live(t, b, e.Token, true)
		c.Add(49 * time.Hour)
		if n, err := b.Sweep(t.Context()); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		why, err := db.One(t.Context(), d, db.Text, `SELECT ended_why FROM login_sessions`)
		if err != nil || why != login.EndedLife {
			t.Fatal(why, err)
		}
		c.Add(400 * 24 * time.Hour)
		if n, err := b.Sweep(t.Context()); err != nil || n != 2 { // the session and the used slip
			t.Fatal(n, err)
		}
		enters(t, b, "kept", good, e.Device)
	})
}
