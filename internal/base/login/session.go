package login

import (
	"context"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
)

// Kinds of sessions: a browser's cookie, a program's bearer token, the app on
// an official's phone, which may be without signal for days.
const (
	Browser = "browser"
	API     = "api"
	Phone   = "phone"
)

// Why a session ended.
const (
	EndedLogout   = "logout"
	EndedByUser   = "ended"    // from the list of one's sessions
	EndedByOffice = "office"   // by an administrator
	EndedTooMany  = "too_many" // an eleventh began
	EndedPassword = "password"
	EndedGrant    = "grant"
	EndedDisabled = "disabled"
	EndedReset    = "reset" // an activation code was used
	EndedIdle     = "idle"
	EndedLife     = "expired"
)

// Session is one line of the list a person sees of his own sessions.
type Session struct {
	ID      string    `json:"id"`
	Kind    string    `json:"kind"`
	Label   string    `json:"label"` // the browser's kind
	Started time.Time `json:"started"`
	Seen    time.Time `json:"seen"` // exact to a minute
	Expires time.Time `json:"expires"`
	Current bool      `json:"current"`
}

// start writes a new session and gives its token; the account's row must be
// locked by the caller.
func (b *Book) start(ctx context.Context, tx *db.Tx, s subject, kind, device, label string) (token, session string, err error) {
	now := tx.Now.UnixMilli()
	live, err := db.All(ctx, tx, db.Text, `SELECT id FROM login_sessions WHERE county = $1 AND account = $2 AND ended_at = 0 AND expires_at > $3 ORDER BY started_at, id`+tx.ForUpdate(), s.county, s.id, now)
	if err != nil {
		return "", "", err
	}
	for len(live) >= MaxSessions {
		if err := b.endOne(ctx, tx, s.county, s.id, live[0], EndedTooMany); err != nil {
			return "", "", err
		}
		live = live[1:]
	}
	token, session = secret(tx.Rand()), tx.NewID()
	_, err = tx.Exec(ctx, `INSERT INTO login_sessions (county, id, account, hash, kind, device, label, started_at, seen_at, proved_at, expires_at, ended_at, ended_why)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8, $9, 0, '')`,
		s.county, session, s.id, digest(token), kind, device, label, now, now+life(kind).Milliseconds())
	return token, session, err
}

// life is how long a session of a kind lasts at most.
func life(kind string) time.Duration {
	if kind == Phone {
		return PhoneLife
	}
	return SessionLife
}

// rests is how long a session of a kind may be without a request, where others
// of its account rest for idle.
func rests(kind string, idle time.Duration) time.Duration {
	if kind == Phone {
		return IdlePhone
	}
	return idle
}

func (b *Book) endOne(ctx context.Context, tx *db.Tx, county, account, session, why string) error {
	_, err := tx.Exec(ctx, `UPDATE login_sessions SET ended_at = $4, ended_why = $5 WHERE county = $1 AND account = $2 AND id = $3 AND ended_at = 0`, county, account, session, tx.Now.UnixMilli(), why)
	tx.After(func() { b.cache.forget(county, account) })
	return err
}

// endAll ends the sessions of an account except one.
func (b *Book) endAll(ctx context.Context, tx *db.Tx, county, account, except, why string) error {
	_, err := tx.Exec(ctx, `UPDATE login_sessions SET ended_at = $4, ended_why = $5 WHERE county = $1 AND account = $2 AND id <> $3 AND ended_at = 0`, county, account, except, tx.Now.UnixMilli(), why)
	tx.After(func() { b.cache.forget(county, account) })
	return err
}

// ListSessions gives the live sessions of an account, the newest first. current
// is the session that asks, "" when it is somebody else's.
func (b *Book) ListSessions(ctx context.Context, r db.Reader, county, account, current string) ([]Session, error) {
	now := b.d.Now()
	class, err := db.One(ctx, r, db.Text, `SELECT class FROM accounts WHERE county = $1 AND id = $2`, county, account)
	if err != nil {
		return nil, err
	}
	gs, err := GrantsOn(ctx, r, county, account, Today(now))
	if err != nil {
		return nil, err
	}
	idle := idleOf(class, gs)
	all, err := db.All(ctx, r, func(r db.Row) (s Session, err error) {
		var started, seen, expires int64
		err = r.Scan(&s.ID, &s.Kind, &s.Label, &started, &seen, &expires)
		s.Started, s.Seen, s.Expires = instant(started), instant(seen), instant(expires)
		return s, err
	}, `SELECT id, kind, label, started_at, seen_at, expires_at FROM login_sessions WHERE county = $1 AND account = $2 AND ended_at = 0 AND expires_at > $3 ORDER BY started_at DESC, id DESC`,
		county, account, now.UnixMilli())
	if err != nil {
		return nil, err
	}
	out := all[:0]
	for _, s := range all {
		if seen := b.cache.seen(s.ID); seen.After(s.Seen) {
			s.Seen = seen
		}
		s.Current = s.ID == current
		if now.Sub(s.Seen) < rests(s.Kind, idle) {
			out = append(out, s)
		}
	}
	return out, nil
}

// Logout ends the session that asks for it.
func (b *Book) Logout(ctx context.Context, tx *db.Tx, who audit.Actor, live Live) error {
	audit.Note(tx, who, "login.logout", "account:"+live.Account, live.Region, "session", live.Session)
	return b.endOne(ctx, tx, live.County, live.Account, live.Session, EndedLogout)
}

// EndSession ends one session of an account; NotFound when it is not his or not
// live. why is EndedByUser or EndedByOffice.
func (b *Book) EndSession(ctx context.Context, tx *db.Tx, who audit.Actor, county, account, session, why string) error {
	region, err := db.One(ctx, tx, db.Text, `SELECT a.region FROM login_sessions s JOIN accounts a ON a.county = s.county AND a.id = s.account
		WHERE s.county = $1 AND s.account = $2 AND s.id = $3 AND s.ended_at = 0`, county, account, session)
	if err != nil {
		return err
	}
	audit.Note(tx, who, "login.end_session", "account:"+account, region, "session", session)
	return b.endOne(ctx, tx, county, account, session, why)
}

// EndSessions ends all sessions of an account except one ("" for none).
func (b *Book) EndSessions(ctx context.Context, tx *db.Tx, who audit.Actor, county, account, except, why string) error {
	region, err := db.One(ctx, tx, db.Text, `SELECT region FROM accounts WHERE county = $1 AND id = $2`, county, account)
	if err != nil {
		return err
	}
	audit.Note(tx, who, "login.end_sessions", "account:"+account, region, "except", except)
	return b.endAll(ctx, tx, county, account, except, why)
}

// EndPhone ends the sessions of one phone of an account, in the transaction in
// which somebody marks it lost or signs it out.
func (b *Book) EndPhone(ctx context.Context, tx *db.Tx, who audit.Actor, county, account, phone, why string) error {
	n, err := tx.Exec(ctx, `UPDATE login_sessions SET ended_at = $4, ended_why = $5 WHERE county = $1 AND account = $2 AND kind = 'phone' AND device = $3 AND ended_at = 0`, county, account, phone, tx.Now.UnixMilli(), why)
	if err != nil {
		return err
	}
	if n > 0 {
		audit.Note(tx, who, "login.end_phone", "account:"+account, "", "phone", phone)
	}
	tx.After(func() { b.cache.forget(county, account) })
	return nil
}

// idleOf is how long a session may rest: administrators half as long (SES-2).
func idleOf(class string, grants []Grant) time.Duration {
	if class != ClassContent {
		return IdleAdmin
	}
	for _, g := range grants {
		if g.Role == "county_admin" {
			return IdleAdmin
		}
	}
	return IdleContent
}
