package login

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
)

// SetupToken makes the one-time token of the first start, or gives "" when
// there are accounts already. Tokens made before are void; this one is dead
// after its use or after half an hour (AUTH-6).
func (b *Book) SetupToken(ctx context.Context) (string, error) {
	return db.Write(ctx, b.d, func(tx *db.Tx) (string, error) {
		if none, err := None(ctx, tx); err != nil || !none {
			return "", err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM login_setups WHERE county = $1`, NoCounty); err != nil {
			return "", err
		}
		token := secret(tx.Rand())
		_, err := tx.Exec(ctx, `INSERT INTO login_setups (county, hash, made_at, expires_at, used_at) VALUES ($1, $2, $3, $4, 0)`,
			NoCounty, digest(token), tx.Now.UnixMilli(), tx.Now.Add(SetupLife).UnixMilli())
		audit.Note(tx, trace{county: NoCounty, door: "cli"}, "setup.offer", "setup", "")
		return token, err
	})
}

// CheckSetup tells whether a set-up token may still be used: Gone when not.
func (b *Book) CheckSetup(ctx context.Context, r db.Reader, token string) error {
	ok, err := exists(ctx, r, `SELECT 1 FROM login_setups WHERE county = $1 AND hash = $2 AND used_at = 0 AND expires_at > $3`, NoCounty, digest(token), b.d.Now().UnixMilli())
	if err != nil {
		return err
	}
	none, err := None(ctx, r)
	if err == nil && (!ok || !none) {
		err = fault.New(fault.Gone, "login.setup_over")
	}
	return err
}

// SetupPerson is one of the people of the first start.
type SetupPerson struct {
	Username string
	Name     string
	Person   string // ID number or phone, to tell people apart; only its keyed index is kept
}

// SetupInput is the first start: who runs the county, the three administrators,
// and the first township office.
type SetupInput struct {
	County       string // six-digit code
	CountyRegion string // path of the county
	TownRegion   string // path of the first township
	Admin        SetupPerson
	Password     Password // of the county's account, from Choose
	System       SetupPerson
	Security     SetupPerson
	Audit        SetupPerson
	Office       SetupPerson
	From         From
}

// people gives the five with the names of their fields.
func (in SetupInput) people() []struct {
	field string
	SetupPerson
} {
	return []struct {
		field string
		SetupPerson
	}{{"admin", in.Admin}, {"system", in.System}, {"security", in.Security}, {"audit", in.Audit}, {"office", in.Office}}
}

// Faults says everything that is wrong with the people of a first start, at
// once: Setup itself would tell of one after the other.
func (in SetupInput) Faults() (f fault.Fields) {
	names, numbers := map[string]bool{}, map[string]bool{}
	for i, p := range in.people() {
		username, name, person := Fold(p.Username), norm.NFC.String(strings.TrimSpace(p.Name)), norm.NFKC.String(strings.TrimSpace(p.Person))
		f.Check(usernameOK(username), p.field+".username", "login.username_form")
		f.Check(username == "" || !names[username], p.field+".username", "login.username_taken")
		f.Check(name != "" && utf8.RuneCountInString(name) <= 40, p.field+".name", "login.name_form")
		f.Check(person == "" || !numbers[person], p.field+".person", "login.person_has_account")
		names[username], numbers[person] = true, true
		// Two people may bear one name, but then their numbers must tell them apart.
		for _, q := range in.people()[1:max(i, 1)] {
			if i < 4 && name != "" && name == norm.NFC.String(strings.TrimSpace(q.Name)) && (p.Person == "" || q.Person == "") {
				f.Add(p.field+".name", "login.three_people")
				break
			}
		}
	}
	return f
}

// Faults says what is wrong with a password, as Choose would, without hashing it.
func (b *Book) Faults(password string, about About) (f fault.Fields) {
	_, err := b.checkPassword(password, about)
	if e, ok := errors.AsType[*fault.Error](err); ok {
		f = e.Fields
	}
	return f
}

// SetupResult holds the session of the county's account and the slips of the
// other four, which are shown once.
type SetupResult struct {
	Entry Entry
	Slips []Slip
}

// Setup uses up the set-up token and makes the first five accounts. The caller
// has made the regions, in the same transaction.
func (b *Book) Setup(ctx context.Context, tx *db.Tx, token string, in SetupInput) (SetupResult, error) {
	if err := b.CheckSetup(ctx, tx, token); err != nil {
		return SetupResult{}, err
	}
	n, err := tx.Exec(ctx, `UPDATE login_setups SET used_at = $3 WHERE county = $1 AND hash = $2 AND used_at = 0 AND expires_at > $3`, NoCounty, digest(token), tx.Now.UnixMilli())
	if err != nil {
		return SetupResult{}, err
	}
	if n == 0 {
		return SetupResult{}, fault.New(fault.Gone, "login.setup_over")
	}
	if in.Password.record == "" {
		return SetupResult{}, field("password", "login.password_short")
	}
	if err := in.Faults().Err(); err != nil {
		return SetupResult{}, err
	}
	first := tx.NewID()
	who := trace{in.County, first, "county_admin", in.From.Door, in.From.Request}
	var res SetupResult
	var others []string
	for _, x := range []struct {
		field, role, region string
		p                   SetupPerson
	}{
		{"admin", "county_admin", in.CountyRegion, in.Admin},
		{"system", ClassSystem, in.CountyRegion, in.System},
		{"security", ClassSecurity, in.CountyRegion, in.Security},
		{"audit", ClassAudit, in.CountyRegion, in.Audit},
		{"office", "office", in.TownRegion, in.Office},
	} {
		na := NewAccount{County: in.County, Username: x.p.Username, Name: x.p.Name, Person: x.p.Person, Region: x.region, Class: ClassOf(x.role)}
		if x.field == "admin" {
			na.ID = first
		}
		a, err := b.CreateAccount(ctx, tx, who, na)
		if err != nil {
			return SetupResult{}, prefixed(err, x.field)
		}
		if _, err := b.AddGrant(ctx, tx, who, NewGrant{County: in.County, Account: a.ID, Role: x.role, Region: x.region}); err != nil {
			return SetupResult{}, prefixed(err, x.field)
		}
		if a.ID != first {
			others = append(others, a.ID)
		}
	}
	s := subject{county: in.County, id: first, username: in.Admin.Username, name: in.Admin.Name, class: ClassContent, region: in.CountyRegion}
	if err := b.setPassword(ctx, tx, s, in.Password); err != nil {
		return SetupResult{}, err
	}
	if res.Slips, err = b.IssueCodes(ctx, tx, who, in.County, others); err != nil {
		return SetupResult{}, err
	}
	audit.Note(tx, who, "setup.done", "account:"+first, in.CountyRegion)
	res.Entry, err = b.letIn(ctx, tx, s, in.From, false)
	return res, err
}

// prefixed says whose field it is: "system.username".
func prefixed(err error, who string) error {
	e, ok := err.(*fault.Error) //nolint:errorlint // made here, never wrapped
	if !ok {
		return err
	}
	f := append([]fault.Field(nil), e.Fields...)
	for i := range f {
		f[i].Name = who + "." + f[i].Name
	}
	return &fault.Error{Kind: e.Kind, Key: e.Key, Args: e.Args, Fields: f, Err: e.Err}
}
