package login

import (
	"context"
	"encoding/binary"
	"io"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
)

// Slip is what is printed for one person: his username and a code that works
// once and lets him choose a password. The code is not stored.
type Slip struct {
	Account  string    `json:"account"`
	Username string    `json:"username"`
	Name     string    `json:"name"`
	Code     string    `json:"code"` // "4T7K-M2QX-09ZR"
	Expires  time.Time `json:"expires"`
}

// MaxSlips of one issue.
const MaxSlips = 2000

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// newCode makes 60 random bits, twelve characters without I, L, O and U.
func newCode(r io.Reader) string {
	var b [8]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		panic("login: no randomness: " + err.Error())
	}
	v := binary.BigEndian.Uint64(b[:])
	out := make([]byte, 12)
	for i := range out {
		out[i] = crockford[v&31]
		v >>= 5
	}
	return string(out)
}

// ShowCode writes a code as it is printed, in groups of four.
func ShowCode(code string) string {
	if len(code) != 12 {
		return code
	}
	return code[:4] + "-" + code[4:8] + "-" + code[8:]
}

// ReadCode reads what somebody typed from a slip: small letters, spaces,
// full-width characters, O for 0 and I or L for 1 are forgiven. "" means that it
// cannot be a code.
func ReadCode(typed string) string {
	if len(typed) > 200 {
		return ""
	}
	var out []byte
	for _, r := range strings.ToUpper(norm.NFKC.String(typed)) {
		switch r {
		case ' ', '-', '‐', '‑', '–', '—', '_', '.', '\t', '\n':
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		if r > 'Z' || strings.IndexByte(crockford, byte(r)) < 0 { // #nosec G115 -- at most 'Z'
			return ""
		}
		out = append(out, byte(r)) // #nosec G115 -- at most 'Z'
	}
	if len(out) != 12 {
		return ""
	}
	return string(out)
}

// hashCode is what is stored of a code: 60 bits are short, so the hash is keyed.
func (b *Book) hashCode(code string) string {
	return b.d.Vault().Index(NoCounty, "login_codes.hash", code)
}

// IssueCodes makes a slip for each account and voids the slips they had; it
// serves for the first password and, when one was forgotten, for a new one. The
// old password works until the slip is used. NotFound names no account: none of
// the slips is issued when one account is missing; Conflict when one is disabled.
func (b *Book) IssueCodes(ctx context.Context, tx *db.Tx, who audit.Actor, county string, accounts []string) ([]Slip, error) {
	if len(accounts) == 0 || len(accounts) > MaxSlips {
		return nil, fault.New(fault.Invalid, "login.slips_count", "max", MaxSlips)
	}
	now, until := tx.Now.UnixMilli(), tx.Now.Add(CodeLife).UnixMilli()
	_, by, _, _, _ := who.Trace()
	out := make([]Slip, 0, len(accounts))
	done := map[string]bool{}
	for _, a := range accounts {
		if done[a] {
			continue
		}
		done[a] = true
		s, err := db.One(ctx, tx, scanSubject, subjectQuery+`a.county = $1 AND a.id = $2`, county, a)
		if err != nil {
			return nil, err
		}
		if s.state != Active {
			return nil, fault.New(fault.Conflict, "login.account_disabled", "name", s.name)
		}
		if _, err := tx.Exec(ctx, `UPDATE login_codes SET void_at = $3 WHERE county = $1 AND account = $2 AND used_at = 0 AND void_at = 0`, county, a, now); err != nil {
			return nil, err
		}
		code := newCode(tx.Rand())
		_, err = tx.Exec(ctx, `INSERT INTO login_codes (county, id, account, hash, made_at, made_by, expires_at, used_at, void_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0)`,
			county, tx.NewID(), a, b.hashCode(code), now, by, until)
		if err != nil {
			return nil, err
		}
		if s.record != "" {
			if err := notify(ctx, tx, county, a, NoticeCode, ""); err != nil {
				return nil, err
			}
		}
		audit.Note(tx, who, "account.issue_code", "account:"+a, s.region, "again", s.record != "")
		out = append(out, Slip{Account: a, Username: s.username, Name: s.name, Code: ShowCode(code), Expires: instant(until)})
	}
	return out, nil
}

type codeRow struct {
	county, id, account     string
	expires, usedAt, voidAt int64
}

func (b *Book) findCode(ctx context.Context, r db.Reader, typed string, now time.Time) (codeRow, error) {
	code := ReadCode(typed)
	if code == "" {
		return codeRow{}, field("code", "login.code_form")
	}
	c, err := db.One(ctx, r, func(r db.Row) (c codeRow, err error) {
		return c, r.Scan(&c.county, &c.id, &c.account, &c.expires, &c.usedAt, &c.voidAt)
	}, `SELECT county, id, account, expires_at, used_at, void_at FROM login_codes WHERE hash = $1`, b.hashCode(code))
	switch {
	case fault.Is(err, fault.NotFound):
		return c, field("code", "login.code_unknown")
	case err != nil:
		return c, err
	case c.usedAt != 0:
		return c, fault.New(fault.Gone, "login.code_used")
	case c.voidAt != 0:
		return c, fault.New(fault.Gone, "login.code_void")
	case now.UnixMilli() >= c.expires:
		return c, fault.New(fault.Gone, "login.code_expired")
	}
	return c, nil
}

// CheckCode gives the account a slip belongs to, so that the page can greet its
// holder. Failures: Invalid with the field "code", Gone with the reason.
func (b *Book) CheckCode(ctx context.Context, typed string) (Account, error) {
	c, err := b.findCode(ctx, b.d, typed, b.d.Now())
	if err != nil {
		return Account{}, err
	}
	return b.Find(ctx, b.d, c.county, c.account)
}

// Activation is a slip being used.
type Activation struct {
	Code     string
	Password string
	From     From
}

// Activate uses up a slip, sets the password its holder chose, ends all earlier
// sessions, forgets failures and devices, and lets him in.
func (b *Book) Activate(ctx context.Context, in Activation) (Entry, error) {
	c, err := b.findCode(ctx, b.d, in.Code, b.d.Now())
	if err != nil {
		return Entry{}, err
	}
	s, err := db.One(ctx, b.d, scanSubject, subjectQuery+`a.county = $1 AND a.id = $2`, c.county, c.account)
	if err != nil {
		return Entry{}, err
	}
	p, err := b.Choose(ctx, in.Password, About{s.county, s.username, s.name})
	if err != nil {
		return Entry{}, err
	}
	who := trace{s.county, s.id, s.class, in.From.Door, in.From.Request}
	return db.Write(ctx, b.d, func(tx *db.Tx) (Entry, error) {
		if err := lock(ctx, tx, c.county, c.account); err != nil {
			return Entry{}, err
		}
		s, err := db.One(ctx, tx, scanSubject, subjectQuery+`a.county = $1 AND a.id = $2`, c.county, c.account)
		if err != nil {
			return Entry{}, err
		}
		now := tx.Now.UnixMilli()
		n, err := tx.Exec(ctx, `UPDATE login_codes SET used_at = $3 WHERE county = $1 AND id = $2 AND used_at = 0 AND void_at = 0 AND expires_at > $3`, c.county, c.id, now)
		if err != nil {
			return Entry{}, err
		}
		if n == 0 || s.state != Active {
			return Entry{}, fault.New(fault.Gone, "login.code_used")
		}
		if err := b.setPassword(ctx, tx, s, p); err != nil {
			return Entry{}, err
		}
		if err := b.endAll(ctx, tx, s.county, s.id, "", EndedReset); err != nil {
			return Entry{}, err
		}
		if s.record != "" {
			if err := notify(ctx, tx, s.county, s.id, NoticeActivated, short(in.From.Label)); err != nil {
				return Entry{}, err
			}
		}
		audit.Note(tx, who, "login.activate", "account:"+s.id, s.region, "again", s.record != "")
		return b.letIn(ctx, tx, s, in.From, false)
	})
}

// setPassword stores a chosen password and begins anew with devices and failures.
func (b *Book) setPassword(ctx context.Context, tx *db.Tx, s subject, p Password) error {
	_, err := tx.Exec(ctx, `INSERT INTO login_passwords (county, account, record, set_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (county, account) DO UPDATE SET record = excluded.record, set_at = excluded.set_at`, s.county, s.id, p.record, tx.Now.UnixMilli())
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM login_devices WHERE county = $1 AND account = $2`, s.county, s.id); err != nil {
		return err
	}
	for _, counter := range []string{b.counterOf(Fold(s.username)), b.counterInside(s.id)} {
		if err := forgive(ctx, tx, s.county, counter); err != nil {
			return err
		}
	}
	return nil
}
