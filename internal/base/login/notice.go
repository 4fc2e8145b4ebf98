package login

import (
	"context"
	"time"

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

const noticeColumns = `id, at, kind, label, read_at`

func scanNotice(r db.Row) (n Notice, err error) {
	var at, read int64
	err = r.Scan(&n.ID, &at, &n.Kind, &n.Label, &read)
	n.At, n.Read = instant(at), read != 0
	return n, err
}

// NoticesBefore gives the messages of an account that are older than the one
// with an id ("" for the newest), newest first. People see them in the one list
// of work/notice.
func NoticesBefore(ctx context.Context, r db.Reader, county, account, before string, unread bool, limit int) ([]Notice, error) {
	q := `SELECT ` + noticeColumns + ` FROM login_notices WHERE county = $1 AND account = $2 AND id < $3`
	if before == "" {
		before = "\U0010FFFF"
	}
	if unread {
		q += ` AND read_at = 0`
	}
	return db.All(ctx, r, scanNotice, q+` ORDER BY id DESC LIMIT $4`, county, account, before, limit)
}

// NoticeOf gives one message of an account.
func NoticeOf(ctx context.Context, r db.Reader, county, account, id string) (Notice, error) {
	return db.One(ctx, r, scanNotice, `SELECT `+noticeColumns+` FROM login_notices WHERE county = $1 AND id = $3 AND account = $2`, county, account, id)
}

// UnreadNotices counts the messages an account has not looked at.
func UnreadNotices(ctx context.Context, r db.Reader, county, account string) (int, error) {
	return db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM login_notices WHERE county = $1 AND account = $2 AND read_at = 0`, county, account)
}

// ReadNotice marks one message as read; own is false when the account has none
// of that id.
func ReadNotice(ctx context.Context, tx *db.Tx, county, account, id string) (own bool, err error) {
	n, err := tx.Exec(ctx, `UPDATE login_notices SET read_at = CASE WHEN read_at = 0 THEN $4 ELSE read_at END WHERE county = $1 AND id = $3 AND account = $2`, county, account, id, tx.Now.UnixMilli())
	return n > 0, err
}

// ReadNoticesUpto marks all messages of an account up to an id as read.
func ReadNoticesUpto(ctx context.Context, tx *db.Tx, county, account, upTo string) error {
	_, err := tx.Exec(ctx, `UPDATE login_notices SET read_at = $4 WHERE county = $1 AND account = $2 AND id <= $3 AND read_at = 0`, county, account, upTo, tx.Now.UnixMilli())
	return err
}
