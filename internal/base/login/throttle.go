package login

import (
	"context"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
)

// Guessing is slowed from the fifth failure on: 15 seconds, doubling to half an
// hour. That is at most 14 tries in the first hour and two in each after it.
const (
	freeFailures = 4
	firstDelay   = 15 * time.Second
	maxDelay     = 30 * time.Minute
	forgiveAfter = 24 * time.Hour // without a failure the counter begins anew
)

// Delay is how long after its nth failure in a row the next try is looked at.
func Delay(failures int64) time.Duration {
	if failures <= freeFailures {
		return 0
	}
	d := firstDelay
	for n := failures - freeFailures; n > 1; n-- {
		if d *= 2; d >= maxDelay {
			return maxDelay
		}
	}
	return d
}

// The counters. What anybody can reach by a username is one, each known device
// of the account has its own, and so has the question for the password inside a
// running session.
func (b *Book) counterOf(folded string) string {
	return b.d.Vault().Index(NoCounty, "login_throttles.key", "name "+folded)
}
func (b *Book) counterOfDevice(device string) string {
	return b.d.Vault().Index(NoCounty, "login_throttles.key", "device "+device)
}
func (b *Book) counterInside(account string) string {
	return b.d.Vault().Index(NoCounty, "login_throttles.key", "inside "+account)
}

// admit counts a try before the password is looked at, so that neither a crash
// nor many tries at once give free ones. held says that it came too early and
// must not be looked at. The first held try of a delay leaves an audit row; the
// number of the others stands in the row of the next refusal.
func (b *Book) admit(ctx context.Context, who audit.Actor, county, counter, object, region string) (held bool, err error) {
	return db.Write(ctx, b.d, func(tx *db.Tx) (bool, error) {
		now := tx.Now.UnixMilli()
		_, err := tx.Exec(ctx, `INSERT INTO login_throttles (county, key, fails, held, last_at, held_until) VALUES ($1, $2, 0, 0, $3, 0) ON CONFLICT (county, key) DO NOTHING`, county, counter, now)
		if err != nil {
			return false, err
		}
		type row struct{ fails, held, last, until int64 }
		t, err := db.One(ctx, tx, func(r db.Row) (t row, err error) { return t, r.Scan(&t.fails, &t.held, &t.last, &t.until) },
			`SELECT fails, held, last_at, held_until FROM login_throttles WHERE county = $1 AND key = $2`+tx.ForUpdate(), county, counter)
		if err != nil {
			return false, err
		}
		if now < t.until {
			if t.held == 0 {
				audit.Refuse(tx, who, "login.held", object, region, "failures", t.fails)
			}
			_, err := tx.Exec(ctx, `UPDATE login_throttles SET held = held + 1 WHERE county = $1 AND key = $2`, county, counter)
			return true, err
		}
		if now-t.last >= forgiveAfter.Milliseconds() {
			t.fails = 0
		}
		t.fails++
		until := int64(0)
		if d := Delay(t.fails); d > 0 {
			until = now + d.Milliseconds()
		}
		if t.held > 1 {
			audit.Refuse(tx, who, "login.held", object, region, "failures", t.fails-1, "more", t.held-1)
		}
		_, err = tx.Exec(ctx, `UPDATE login_throttles SET fails = $3, held = 0, last_at = $4, held_until = $5 WHERE county = $1 AND key = $2`, county, counter, t.fails, now, until)
		return false, err
	})
}

// Guess counts a try at a secret that is not a password, such as a code from a
// slip, before it is looked at; held says that it must not be. who is whatever
// the door counts by; only its keyed hash is kept.
func (b *Book) Guess(ctx context.Context, who audit.Actor, by string) (held bool, err error) {
	return b.admit(ctx, who, NoCounty, b.counterOfGuess(by), "guess", "")
}

// Guessed forgets the tries after a right one.
func (b *Book) Guessed(ctx context.Context, by string) error {
	return db.Do(ctx, b.d, func(tx *db.Tx) error { return forgive(ctx, tx, NoCounty, b.counterOfGuess(by)) })
}

func (b *Book) counterOfGuess(by string) string {
	return b.d.Vault().Index(NoCounty, "login_throttles.key", "guess "+by)
}

// forgive forgets the failures of a counter after the right password.
func forgive(ctx context.Context, tx *db.Tx, county, counter string) error {
	_, err := tx.Exec(ctx, `DELETE FROM login_throttles WHERE county = $1 AND key = $2`, county, counter)
	return err
}
