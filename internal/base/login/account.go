package login

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
)

// The classes of accounts. An account has exactly one, for ever.
const (
	ClassContent  = "content"
	ClassSystem   = "sysadmin"
	ClassSecurity = "secadmin"
	ClassAudit    = "auditor"
)

// States of an account.
const (
	Active   = "active"
	Disabled = "disabled"
)

// Account is who may come in. It holds no secret.
type Account struct {
	County    string    `json:"county"`
	ID        string    `json:"id"`
	Username  string    `json:"username"`
	Name      string    `json:"name"`
	Cadre     string    `json:"cadre,omitempty"` // the official behind it, "" when none
	Region    string    `json:"region"`          // path of the place it belongs to
	Class     string    `json:"class"`
	State     string    `json:"state"`
	Made      time.Time `json:"made"`
	Activated bool      `json:"activated"`           // it has a password
	CodeUntil time.Time `json:"code_until,omitzero"` // end of a slip that is still out, zero when none
	Grants    []Grant   `json:"grants,omitempty"`    // not ended; Find and ListAccounts fill them
}

// NewAccount is what CreateAccount needs.
type NewAccount struct {
	County   string
	ID       string // made by the caller; "" lets the transaction make one
	Username string
	Name     string
	Cadre    string
	// Person tells people apart (ID number or phone). Only its keyed index is
	// stored; two live accounts of one person are refused.
	Person string
	Region string
	Class  string
}

// Fold gives the form in which usernames are compared: compatible characters
// and capitals do not make two people.
func Fold(username string) string {
	return cases.Fold().String(norm.NFKC.String(strings.TrimSpace(username)))
}

// usernameOK: 2 to 32 letters, digits, dots, hyphens, underscores; it begins
// with a letter or digit. Chinese names are letters.
func usernameOK(s string) bool {
	if n := utf8.RuneCountInString(s); n < 2 || n > 32 || !utf8.ValidString(s) {
		return false
	}
	for i, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && (i == 0 || (r != '.' && r != '-' && r != '_')) {
			return false
		}
	}
	return true
}

func classOK(c string) bool {
	return c == ClassContent || c == ClassSystem || c == ClassSecurity || c == ClassAudit
}

// regionOK reports whether p is a path such as "/99/9901/".
func regionOK(p string) bool {
	return len(p) >= 3 && p[0] == '/' && p[len(p)-1] == '/' && !strings.Contains(p, "//")
}

// CreateAccount makes an account without password and without roles. Failures:
// Invalid with fields; Conflict when the person or official has a live account.
func (b *Book) CreateAccount(ctx context.Context, tx *db.Tx, who audit.Actor, in NewAccount) (Account, error) {
	username := norm.NFKC.String(strings.TrimSpace(in.Username))
	name := norm.NFC.String(strings.TrimSpace(in.Name))
	folded := Fold(in.Username)
	var f fault.Fields
	f.Check(usernameOK(folded), "username", "login.username_form")
	f.Check(name != "" && utf8.RuneCountInString(name) <= 40, "name", "login.name_form")
	f.Check(classOK(in.Class), "class", "login.class_unknown")
	f.Check(regionOK(in.Region), "region", "login.region_form")
	f.Check(in.County != "" && in.County != NoCounty, "county", "login.county_form")
	f.Check(in.ID == "" || id.Valid(in.ID), "id", "fault.id_needed")
	if len(f) == 0 {
		taken, err := exists(ctx, tx, `SELECT 1 FROM accounts WHERE folded = $1`, folded)
		if err != nil {
			return Account{}, err
		}
		f.Check(!taken, "username", "login.username_taken")
	}
	if err := f.Err(); err != nil {
		return Account{}, err
	}
	person := tx.Vault().Index(in.County, "accounts.person", norm.NFKC.String(strings.TrimSpace(in.Person)))
	if err := onePerson(ctx, tx, in.County, "", person, in.Cadre); err != nil {
		return Account{}, err
	}
	a := Account{County: in.County, ID: in.ID, Username: username, Name: name, Cadre: in.Cadre, Region: in.Region, Class: in.Class, State: Active, Made: instant(tx.Now.UnixMilli())}
	if a.ID == "" {
		a.ID = tx.NewID()
	}
	_, by, _, _, _ := who.Trace()
	_, err := tx.Exec(ctx, `INSERT INTO accounts (county, id, username, folded, name, cadre, person, region, class, state, made_at, made_by, state_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $11)`,
		a.County, a.ID, a.Username, folded, a.Name, a.Cadre, person, a.Region, a.Class, a.State, tx.Now.UnixMilli(), by)
	if err != nil {
		return Account{}, err
	}
	audit.Note(tx, who, "account.create", "account:"+a.ID, a.Region, "class", a.Class, "cadre", a.Cadre)
	return a, nil
}

// onePerson tells in words what the unique indexes enforce.
func onePerson(ctx context.Context, tx *db.Tx, county, self, person, cadre string) error {
	taken, err := exists(ctx, tx, `SELECT 1 FROM accounts WHERE county = $1 AND state = 'active' AND id <> $2 AND ((person <> '' AND person = $3) OR (cadre <> '' AND cadre = $4))`,
		county, self, person, cadre)
	if err == nil && taken {
		err = fault.New(fault.Conflict, "login.person_has_account")
	}
	return err
}

func exists(ctx context.Context, r db.Reader, q string, args ...any) (bool, error) {
	_, err := db.One(ctx, r, db.Int, q, args...)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// Disable ends all sessions of an account and lets nobody in with it. Its
// grants stay as they are, so that Enable restores what was.
func (b *Book) Disable(ctx context.Context, tx *db.Tx, who audit.Actor, county, account string) error {
	return b.setState(ctx, tx, who, county, account, Disabled, "account.disable")
}

// Enable lets an account in again; Conflict when its person has another live
// account by now.
func (b *Book) Enable(ctx context.Context, tx *db.Tx, who audit.Actor, county, account string) error {
	return b.setState(ctx, tx, who, county, account, Active, "account.enable")
}

func (b *Book) setState(ctx context.Context, tx *db.Tx, who audit.Actor, county, account, state, action string) error {
	type row struct{ state, region, person, cadre string }
	old, err := db.One(ctx, tx, func(r db.Row) (x row, err error) { return x, r.Scan(&x.state, &x.region, &x.person, &x.cadre) },
		`SELECT state, region, person, cadre FROM accounts WHERE county = $1 AND id = $2`+tx.ForUpdate(), county, account)
	if err != nil || old.state == state {
		return err
	}
	if state == Active {
		if err := onePerson(ctx, tx, county, account, old.person, old.cadre); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE accounts SET state = $3, state_at = $4 WHERE county = $1 AND id = $2`, county, account, state, tx.Now.UnixMilli()); err != nil {
		return err
	}
	if state == Disabled {
		if _, err := tx.Exec(ctx, `UPDATE login_codes SET void_at = $3 WHERE county = $1 AND account = $2 AND used_at = 0 AND void_at = 0`, county, account, tx.Now.UnixMilli()); err != nil {
			return err
		}
		if err := b.endAll(ctx, tx, county, account, "", EndedDisabled); err != nil {
			return err
		}
	}
	audit.Note(tx, who, action, "account:"+account, old.region)
	return nil
}

func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

const accountColumns = `a.county, a.id, a.username, a.name, a.cadre, a.region, a.class, a.state, a.made_at,
	CASE WHEN p.account IS NULL THEN 0 ELSE 1 END, COALESCE(c.expires_at, 0)`

const accountJoins = ` FROM accounts a
	LEFT JOIN login_passwords p ON p.county = a.county AND p.account = a.id
	LEFT JOIN login_codes c ON c.county = a.county AND c.account = a.id AND c.used_at = 0 AND c.void_at = 0`

func scanAccount(r db.Row) (a Account, err error) {
	var made, code int64
	var active int
	err = r.Scan(&a.County, &a.ID, &a.Username, &a.Name, &a.Cadre, &a.Region, &a.Class, &a.State, &made, &active, &code)
	a.Made, a.Activated, a.CodeUntil = instant(made), active == 1, instant(code)
	return a, err
}

// Find gives an account with the grants that have not been ended.
func (b *Book) Find(ctx context.Context, r db.Reader, county, account string) (Account, error) {
	return findBy(ctx, r, `a.county = $1 AND a.id = $2`, county, account)
}

// FindUsername is Find by username, over the whole database.
func (b *Book) FindUsername(ctx context.Context, r db.Reader, username string) (Account, error) {
	return findBy(ctx, r, `a.folded = $1`, Fold(username))
}

// FindCadre is Find by the official: his live account.
func (b *Book) FindCadre(ctx context.Context, r db.Reader, county, cadre string) (Account, error) {
	return findBy(ctx, r, `a.county = $1 AND a.cadre = $2 AND a.cadre <> '' AND a.state = 'active'`, county, cadre)
}

func findBy(ctx context.Context, r db.Reader, where string, args ...any) (Account, error) {
	a, err := db.One(ctx, r, scanAccount, `SELECT `+accountColumns+accountJoins+` WHERE `+where, args...)
	if err != nil {
		return Account{}, err
	}
	a.Grants, err = Grants(ctx, r, a.County, a.ID)
	return a, err
}

// None reports whether there is no account at all: the program was never set up.
func None(ctx context.Context, r db.Reader) (bool, error) {
	some, err := exists(ctx, r, `SELECT 1 FROM accounts LIMIT 1`)
	return !some, err
}
