package login

import (
	"context"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
)

// Device is a browser from which somebody logged in. Its cookie is a long
// random value of which the hash is stored; it opens nothing, it only keeps a
// counter of failures apart from those of strangers (security AUTH-3).
type Device struct {
	ID    string    `json:"id"`
	Label string    `json:"label"`
	First time.Time `json:"first"`
	Seen  time.Time `json:"seen"`
}

// ListDevices gives the devices an account has logged in from, the latest first.
func (b *Book) ListDevices(ctx context.Context, r db.Reader, county, account string) ([]Device, error) {
	return db.All(ctx, r, func(r db.Row) (d Device, err error) {
		var first, seen int64
		err = r.Scan(&d.ID, &d.Label, &first, &seen)
		d.First, d.Seen = instant(first), instant(seen)
		return d, err
	}, `SELECT id, label, first_at, seen_at FROM login_devices WHERE county = $1 AND account = $2 ORDER BY seen_at DESC, id DESC`, county, account)
}

// ForgetDevice ends the sessions of a device and makes it unknown: the phone
// that was lost (SES-4).
func (b *Book) ForgetDevice(ctx context.Context, tx *db.Tx, who audit.Actor, county, account, device string) error {
	n, err := tx.Exec(ctx, `DELETE FROM login_devices WHERE county = $1 AND account = $2 AND id = $3`, county, account, device)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	_, err = tx.Exec(ctx, `UPDATE login_sessions SET ended_at = $4, ended_why = $5 WHERE county = $1 AND account = $2 AND device = $3 AND ended_at = 0`, county, account, device, tx.Now.UnixMilli(), EndedByUser)
	audit.Note(tx, who, "login.forget_device", "account:"+account, "", "device", device)
	tx.After(func() { b.cache.forget(county, account) })
	return err
}

// knownDevice gives the device of an account by its cookie, "" when unknown.
func knownDevice(ctx context.Context, r db.Reader, s subject, cookie string) (string, error) {
	device, err := db.One(ctx, r, db.Text, `SELECT id FROM login_devices WHERE county = $1 AND account = $2 AND hash = $3`, s.county, s.id, digest(cookie))
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return device, err
}

// remember notes the device of a login and gives the cookie it shall keep. A
// cookie nobody here ever handed out is not taken over, so that nobody can plant
// one he knows.
func remember(ctx context.Context, tx *db.Tx, s subject, cookie, label string) (device, keep string, isNew bool, err error) {
	now := tx.Now.UnixMilli()
	if device, err = knownDevice(ctx, tx, s, cookie); err != nil {
		return "", "", false, err
	}
	if device != "" {
		_, err = tx.Exec(ctx, `UPDATE login_devices SET seen_at = $3, label = $4 WHERE county = $1 AND id = $2`, s.county, device, now, label)
		return device, cookie, false, err
	}
	ours, err := exists(ctx, tx, `SELECT 1 FROM login_devices WHERE county = $1 AND hash = $2 LIMIT 1`, s.county, digest(cookie))
	if err != nil {
		return "", "", false, err
	}
	if !ours {
		cookie = secret(tx.Rand())
	}
	old, err := db.All(ctx, tx, db.Text, `SELECT id FROM login_devices WHERE county = $1 AND account = $2 ORDER BY seen_at, id`, s.county, s.id)
	if err != nil {
		return "", "", false, err
	}
	for i := 0; i+maxDevices <= len(old); i++ {
		if _, err := tx.Exec(ctx, `DELETE FROM login_devices WHERE county = $1 AND id = $2`, s.county, old[i]); err != nil {
			return "", "", false, err
		}
	}
	device = tx.NewID()
	_, err = tx.Exec(ctx, `INSERT INTO login_devices (county, id, account, hash, label, first_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $6)`, s.county, device, s.id, digest(cookie), label, now)
	return device, cookie, true, err
}
