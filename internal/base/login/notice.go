package login

import (
	"context"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
)

// Notices tell a person what happened to his login (security AUTH-7).
const (
	NoticeNewDevice = "new_device"
	NoticePassword  = "password"  // the password was changed
	NoticeCode      = "code"      // the office issued a new activation slip
	NoticeActivated = "activated" // a slip was used to set the password
)

// Notice is one such message; its text is "login.notice.<kind>" with label.
type Notice struct {
	ID    string    `json:"id"`
	At    time.Time `json:"at"`
	Kind  string    `json:"kind"`
	Label string    `json:"label"`
	Read  bool      `json:"read"`
}

func notify(ctx context.Context, tx *db.Tx, county, account, kind, label string) error {
	_, err := tx.Exec(ctx, `INSERT INTO login_notices (county, id, account, at, kind, label, read_at) VALUES ($1, $2, $3, $4, $5, $6, 0)`, county, tx.NewID(), account, tx.Now.UnixMilli(), kind, label)
	return err
}

// Notices gives the newest messages of an account, at most limit.
func (b *Book) Notices(ctx context.Context, r db.Reader, county, account string, limit int) ([]Notice, error) {
	if limit <= 0 || limit > 200 {
		limit = 50
	}
	return db.All(ctx, r, func(r db.Row) (n Notice, err error) {
		var at, read int64
		err = r.Scan(&n.ID, &at, &n.Kind, &n.Label, &read)
		n.At, n.Read = instant(at), read != 0
		return n, err
	}, `SELECT id, at, kind, label, read_at FROM login_notices WHERE county = $1 AND account = $2 ORDER BY id DESC LIMIT $3`, county, account, limit)
}

// Unread counts the messages nobody has looked at.
func (b *Book) Unread(ctx context.Context, r db.Reader, county, account string) (int, error) {
	return db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM login_notices WHERE county = $1 AND account = $2 AND read_at = 0`, county, account)
}

// ReadNotices marks all messages up to an id as read.
func (b *Book) ReadNotices(ctx context.Context, tx *db.Tx, who audit.Actor, county, account, upTo string) error {
	n, err := tx.Exec(ctx, `UPDATE login_notices SET read_at = $4 WHERE county = $1 AND account = $2 AND id <= $3 AND read_at = 0`, county, account, upTo, tx.Now.UnixMilli())
	if err == nil && n > 0 {
		audit.Note(tx, who, "login.read_notices", "account:"+account, "", "count", n)
	}
	return err
}
