package login

import (
	"context"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
)

// How long technical rows are kept after they are over.
const (
	keepThrottles = 48 * time.Hour
	keepSessions  = 180 * 24 * time.Hour
	keepNotices   = 366 * 24 * time.Hour
	keepCodes     = 366 * 24 * time.Hour
)

// Sweep closes sessions that have run out and deletes what is long over. A job
// calls it once an hour or so; nothing depends on its being punctual. It gives
// the number of rows deleted.
func (b *Book) Sweep(ctx context.Context) (int64, error) {
	if err := b.cache.flush(ctx, 0); err != nil {
		return 0, err
	}
	return db.Write(ctx, b.d, func(tx *db.Tx) (int64, error) {
		now := tx.Now
		ago := func(d time.Duration) int64 { return now.Add(-d).UnixMilli() }
		if _, err := tx.Exec(ctx, `UPDATE login_sessions SET ended_at = $1, ended_why = $2 WHERE ended_at = 0 AND expires_at <= $1`, now.UnixMilli(), EndedLife); err != nil {
			return 0, err
		}
		// The longer of the two idle limits: an administrator's session was
		// refused long before, and its row may wait.
		if _, err := tx.Exec(ctx, `UPDATE login_sessions SET ended_at = $1, ended_why = $2 WHERE ended_at = 0 AND kind <> 'phone' AND seen_at <= $3`, now.UnixMilli(), EndedIdle, ago(IdleContent+2*touchEvery)); err != nil {
			return 0, err
		}
		if _, err := tx.Exec(ctx, `UPDATE login_sessions SET ended_at = $1, ended_why = $2 WHERE ended_at = 0 AND kind = 'phone' AND seen_at <= $3`, now.UnixMilli(), EndedIdle, ago(IdlePhone+2*touchEvery)); err != nil {
			return 0, err
		}
		var gone int64
		for _, q := range []struct {
			q  string
			at int64
		}{
			{`DELETE FROM login_throttles WHERE last_at < $1 AND held_until < $1`, ago(keepThrottles)},
			{`DELETE FROM login_sessions WHERE ended_at > 0 AND ended_at < $1`, ago(keepSessions)},
			{`DELETE FROM login_notices WHERE at < $1`, ago(keepNotices)},
			{`DELETE FROM login_codes WHERE expires_at < $1`, ago(keepCodes)},
			{`DELETE FROM login_setups WHERE expires_at < $1`, ago(keepThrottles)},
		} {
			n, err := tx.Exec(ctx, q.q, q.at)
			if err != nil {
				return 0, err
			}
			gone += n
		}
		if gone > 0 {
			audit.Note(tx, trace{county: NoCounty, door: "job"}, "login.sweep", "login", "", "rows", gone)
		}
		return gone, nil
	})
}
