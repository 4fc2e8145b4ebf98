package login

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
)

// Attempt is somebody at the door.
type Attempt struct {
	Username string
	Password string
	From     From
}

// From says through which door and from which device somebody comes.
type From struct {
	Kind    string // Browser, API or Phone
	Device  string // the device cookie, "" when there is none; of a phone, its id
	Label   string // the browser's kind, "Chrome, Windows"
	Door    string
	Request string
}

// Entry is what somebody gets who is let in. Token and Device are shown once;
// only their hashes are stored.
type Entry struct {
	Token     string
	Device    string // value of the device cookie to set; keep it for years
	NewDevice bool
	Session   string
	County    string
	Account   string
	Expires   time.Time
}

// refused is the one answer to every try that fails, whatever the cause: an
// unknown name, a wrong password, too many tries, a disabled account (AUTH-4).
func refused() error { return fault.New(fault.Unknown, "login.refused") }

// subject is the account behind a username; the zero account stands for a name
// nobody has, so that the same steps are taken for it.
type subject struct {
	county, id, username, name, class, state, region, record string
}

func (s subject) object(b *Book, folded string) string {
	if s.id != "" {
		return "account:" + s.id
	}
	return "username:" + b.counterOf(folded)
}

func scanSubject(r db.Row) (s subject, err error) {
	return s, r.Scan(&s.county, &s.id, &s.username, &s.name, &s.class, &s.state, &s.region, &s.record)
}

const subjectQuery = `SELECT a.county, a.id, a.username, a.name, a.class, a.state, a.region, COALESCE(p.record, '')
	FROM accounts a LEFT JOIN login_passwords p ON p.county = a.county AND p.account = a.id WHERE `

// Login lets somebody in. It fails with kind Unknown and one message for every
// refusal, after the same time, and with Busy when too many people log in at
// once. It runs its own transactions, because hashing must not hold one open.
func (b *Book) Login(ctx context.Context, in Attempt) (Entry, error) {
	began := time.Now() // a stopwatch, not a date
	e, held, err := b.enter(ctx, in)
	switch {
	case held:
		// Not looked at, so it would be quick: wait as long as others took.
		select {
		case <-time.After(b.hash.usual() - time.Since(began)):
		case <-ctx.Done():
		}
	case fault.Is(err, fault.Unknown):
		b.hash.took(time.Since(began))
	}
	return e, err
}

func (b *Book) enter(ctx context.Context, in Attempt) (e Entry, held bool, err error) {
	folded := Fold(in.Username)
	if utf8.RuneCountInString(folded) > 64 {
		folded = string([]rune(folded)[:64]) // no such name; the counter stays small
	}
	s, err := db.One(ctx, b.d, scanSubject, subjectQuery+`a.folded = $1`, folded)
	if fault.Is(err, fault.NotFound) {
		s, err = subject{county: NoCounty}, nil
	}
	if err != nil {
		return Entry{}, false, err
	}
	device, err := knownDevice(ctx, b.d, s, in.From.Device)
	if err != nil {
		return Entry{}, false, err
	}
	counter := b.counterOf(folded)
	if device != "" {
		counter = b.counterOfDevice(device)
	}
	who := trace{s.county, s.id, s.class, in.From.Door, in.From.Request}
	object := s.object(b, folded)
	if held, err = b.admit(ctx, who, s.county, counter, object, s.region); err != nil {
		return Entry{}, false, err
	} else if held {
		return Entry{}, true, refused()
	}
	record := s.record
	if s.state != Active {
		record = ""
	}
	password := normal(in.Password)
	if len(password) > maxBytes {
		password, record = "", ""
	}
	ok, stale, err := b.hash.verify(ctx, record, password)
	if err != nil {
		return Entry{}, false, err
	}
	renewed := ""
	if ok && stale {
		done, err := b.hash.slot(ctx)
		if err != nil {
			return Entry{}, false, err
		}
		renewed = b.hash.record(password)
		done()
	}
	type outcome struct {
		e  Entry
		ok bool
	}
	o, err := db.Write(ctx, b.d, func(tx *db.Tx) (outcome, error) {
		same := ok
		if ok {
			// While the hash was computed the account may have been disabled or
			// its password changed.
			if err := lock(ctx, tx, s.county, s.id); err != nil {
				return outcome{}, err
			}
			now, err := db.One(ctx, tx, scanSubject, subjectQuery+`a.county = $1 AND a.id = $2`, s.county, s.id)
			if err != nil {
				return outcome{}, err
			}
			same = now.state == Active && now.record == s.record
		}
		if !same {
			audit.Refuse(tx, who, "login.enter", object, s.region)
			return outcome{}, nil
		}
		if renewed != "" {
			if _, err := tx.Exec(ctx, `UPDATE login_passwords SET record = $3 WHERE county = $1 AND account = $2 AND record = $4`, s.county, s.id, renewed, s.record); err != nil {
				return outcome{}, err
			}
		}
		if err := forgive(ctx, tx, s.county, counter); err != nil {
			return outcome{}, err
		}
		e, err := b.letIn(ctx, tx, s, in.From, true)
		audit.Note(tx, who, "login.enter", object, s.region, "session", e.Session, "kind", kind(in.From.Kind), "new_device", e.NewDevice, "rehashed", renewed != "")
		return outcome{e, true}, err
	})
	if err == nil && !o.ok {
		err = refused()
	}
	return o.e, false, err
}

// lock makes changes of one account's login wait for each other (PostgreSQL;
// SQLite has one writer), so that no session outlives the password it began with
// and the eleventh session ends one.
func lock(ctx context.Context, tx *db.Tx, county, account string) error {
	_, err := db.One(ctx, tx, db.Text, `SELECT id FROM accounts WHERE county = $1 AND id = $2`+tx.ForUpdate(), county, account)
	return err
}

// letIn starts a session and notes the device, telling the person when it is
// new. The account is active and locked.
func (b *Book) letIn(ctx context.Context, tx *db.Tx, s subject, from From, tell bool) (Entry, error) {
	had, err := exists(ctx, tx, `SELECT 1 FROM login_devices WHERE county = $1 AND account = $2 LIMIT 1`, s.county, s.id)
	if err != nil {
		return Entry{}, err
	}
	label := short(from.Label)
	device, cookie, isNew, err := "", "", false, error(nil)
	if kind(from.Kind) == Browser {
		if device, cookie, isNew, err = remember(ctx, tx, s, from.Device, label); err != nil {
			return Entry{}, err
		}
	}
	if isNew && had && tell {
		if err := notify(ctx, tx, s.county, s.id, NoticeNewDevice, label); err != nil {
			return Entry{}, err
		}
	}
	if from.Kind == Phone {
		// One phone, one session: what it forgot need not be ended by hand.
		device = from.Device
		if _, err := tx.Exec(ctx, `UPDATE login_sessions SET ended_at = $4, ended_why = $5 WHERE county = $1 AND account = $2 AND kind = 'phone' AND device = $3 AND ended_at = 0`, s.county, s.id, device, tx.Now.UnixMilli(), EndedLogout); err != nil {
			return Entry{}, err
		}
		tx.After(func() { b.cache.forget(s.county, s.id) })
	}
	token, session, err := b.start(ctx, tx, s, kind(from.Kind), device, label)
	return Entry{Token: token, Device: cookie, NewDevice: isNew, Session: session, County: s.county, Account: s.id, Expires: instant(tx.Now.UnixMilli()).Add(life(kind(from.Kind)))}, err
}

func kind(k string) string {
	if k == API || k == Phone {
		return k
	}
	return Browser
}

func short(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60])
	}
	return s
}

// Confirm takes the password again inside a session and makes it fresh for
// stepped-up acts. The session gets a new token; the old one is dead (SES-1).
// A wrong password is Invalid with the field "password".
func (b *Book) Confirm(ctx context.Context, who audit.Actor, live Live, password string) (token string, err error) {
	s, err := b.prove(ctx, who, live, password)
	if err != nil {
		return "", err
	}
	return db.Write(ctx, b.d, func(tx *db.Tx) (string, error) {
		if err := forgive(ctx, tx, s.county, b.counterInside(s.id)); err != nil {
			return "", err
		}
		token := secret(tx.Rand())
		n, err := tx.Exec(ctx, `UPDATE login_sessions SET hash = $3, proved_at = $4, seen_at = $4 WHERE county = $1 AND id = $2 AND ended_at = 0`, live.County, live.Session, digest(token), tx.Now.UnixMilli())
		if err == nil && n == 0 {
			err = ended()
		}
		tx.After(func() { b.cache.forget(live.County, live.Account) })
		audit.Note(tx, who, "login.confirm", "account:"+s.id, s.region, "session", live.Session)
		return token, err
	})
}

// prove compares the password of a running session, with a counter of its own.
func (b *Book) prove(ctx context.Context, who audit.Actor, live Live, password string) (subject, error) {
	s, err := db.One(ctx, b.d, scanSubject, subjectQuery+`a.county = $1 AND a.id = $2 AND a.state = 'active'`, live.County, live.Account)
	if err != nil {
		return s, err
	}
	object := "account:" + s.id
	held, err := b.admit(ctx, who, s.county, b.counterInside(s.id), object, s.region)
	if err != nil {
		return s, err
	}
	if held {
		return s, field("password", "login.password_wait")
	}
	password = normal(password)
	if len(password) > maxBytes {
		return s, field("password", "login.password_wrong")
	}
	ok, _, err := b.hash.verify(ctx, s.record, password)
	if err != nil || ok {
		return s, err
	}
	err = db.Do(ctx, b.d, func(tx *db.Tx) error {
		audit.Refuse(tx, who, "login.confirm", object, s.region, "session", live.Session)
		return nil
	})
	if err == nil {
		err = field("password", "login.password_wrong")
	}
	return s, err
}

func field(name, key string) error {
	var f fault.Fields
	f.Add(name, key)
	return f.Err()
}

// ChangePassword replaces one's own password. All sessions end; the one that
// asked goes on under a new token. Other devices become unknown again. Failures
// are Invalid with the fields "password" (the old one) and "new_password".
func (b *Book) ChangePassword(ctx context.Context, who audit.Actor, live Live, old, password string, from From) (Entry, error) {
	s, err := b.prove(ctx, who, live, old)
	if err != nil {
		return Entry{}, err
	}
	if normal(old) == normal(password) {
		return Entry{}, field("new_password", "login.password_same")
	}
	p, err := b.Choose(ctx, password, About{s.county, s.username, s.name})
	if err != nil {
		return Entry{}, renamed(err, "password", "new_password")
	}
	return db.Write(ctx, b.d, func(tx *db.Tx) (Entry, error) {
		if err := lock(ctx, tx, s.county, s.id); err != nil {
			return Entry{}, err
		}
		still, err := exists(ctx, tx, `SELECT 1 FROM login_sessions s JOIN accounts a ON a.county = s.county AND a.id = s.account
			WHERE s.county = $1 AND s.id = $2 AND s.ended_at = 0 AND a.state = 'active'`, live.County, live.Session)
		if err == nil && !still {
			err = ended()
		}
		if err != nil {
			return Entry{}, err
		}
		n, err := tx.Exec(ctx, `UPDATE login_passwords SET record = $3, set_at = $4 WHERE county = $1 AND account = $2 AND record = $5`, s.county, s.id, p.record, tx.Now.UnixMilli(), s.record)
		if err != nil {
			return Entry{}, err
		}
		if n == 0 {
			return Entry{}, field("password", "login.password_wrong") // changed elsewhere meanwhile
		}
		if err := forgive(ctx, tx, s.county, b.counterInside(s.id)); err != nil {
			return Entry{}, err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM login_devices WHERE county = $1 AND account = $2 AND hash <> $3`, s.county, s.id, digest(from.Device)); err != nil {
			return Entry{}, err
		}
		if err := b.endAll(ctx, tx, s.county, s.id, "", EndedPassword); err != nil {
			return Entry{}, err
		}
		if err := notify(ctx, tx, s.county, s.id, NoticePassword, short(from.Label)); err != nil {
			return Entry{}, err
		}
		audit.Note(tx, who, "login.change_password", "account:"+s.id, s.region)
		return b.letIn(ctx, tx, s, from, false)
	})
}

// renamed gives the fields of an Invalid failure another name.
func renamed(err error, from, to string) error {
	if e, ok := err.(*fault.Error); ok { //nolint:errorlint // made here, never wrapped
		f := append([]fault.Field(nil), e.Fields...)
		for i := range f {
			if f[i].Name == from {
				f[i].Name = to
			}
		}
		return &fault.Error{Kind: e.Kind, Key: e.Key, Args: e.Args, Fields: f, Err: e.Err}
	}
	return err
}
