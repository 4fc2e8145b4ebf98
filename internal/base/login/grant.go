package login

import (
	"context"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
)

// Grant is a role in a region for a time. Days are days in China, both
// included.
type Grant struct {
	ID      string    `json:"id"`
	Account string    `json:"account"`
	Role    string    `json:"role"`
	Region  string    `json:"region"`
	From    string    `json:"from"`         // "2026-11-23"
	To      string    `json:"to,omitempty"` // "" while open
	By      string    `json:"by"`           // account that granted it
	At      time.Time `json:"at"`
	Ended   time.Time `json:"ended,omitzero"`
	EndedBy string    `json:"ended_by,omitempty"`
}

// Holds reports whether the grant is in force on a day.
func (g Grant) Holds(day string) bool {
	return g.Ended.IsZero() && g.From <= day && (g.To == "" || day <= g.To)
}

// ClassOf gives the class a role belongs to, "" when there is no such role.
// The same table stands in the database as a check.
func ClassOf(role string) string {
	switch role {
	case "county_admin", "office", "leader", "inspector", "cadre", "committee", "village_head", "handler", "discipline":
		return ClassContent
	case ClassSystem, ClassSecurity, ClassAudit:
		return role
	}
	return ""
}

// NewGrant is what AddGrant needs.
type NewGrant struct {
	County  string
	Account string
	Role    string
	Region  string
	From    string // "" means today
	To      string // "" means until ended
}

// AddGrant gives an account a role and ends its sessions, so that the next
// request shows the new rights. A role of another class is refused here with a
// sentence and, whoever asks, by the database.
func (b *Book) AddGrant(ctx context.Context, tx *db.Tx, who audit.Actor, in NewGrant) (Grant, error) {
	if in.From == "" {
		in.From = Today(tx.Now)
	}
	class, err := db.One(ctx, tx, db.Text, `SELECT class FROM accounts WHERE county = $1 AND id = $2`+tx.ForUpdate(), in.County, in.Account)
	if err != nil {
		return Grant{}, err
	}
	var f fault.Fields
	want := ClassOf(in.Role)
	f.Check(want != "", "role", "login.role_unknown")
	f.Check(want == "" || want == class, "role", "login.role_other_class")
	f.Check(regionOK(in.Region), "region", "login.region_form")
	f.Check(isDay(in.From), "from", "login.day_form")
	f.Check(in.To == "" || isDay(in.To), "to", "login.day_form")
	f.Check(in.To == "" || in.To >= in.From, "to", "login.day_order")
	if err := f.Err(); err != nil {
		return Grant{}, err
	}
	old, err := Grants(ctx, tx, in.County, in.Account)
	if err != nil {
		return Grant{}, err
	}
	for _, g := range old {
		if g.Role == in.Role && g.Region == in.Region && (g.To == "" || in.From <= g.To) && (in.To == "" || g.From <= in.To) {
			return Grant{}, fault.New(fault.Conflict, "login.grant_exists", "from", g.From)
		}
	}
	_, by, _, _, _ := who.Trace()
	g := Grant{ID: tx.NewID(), Account: in.Account, Role: in.Role, Region: in.Region, From: in.From, To: in.To, By: by, At: instant(tx.Now.UnixMilli())}
	_, err = tx.Exec(ctx, `INSERT INTO account_grants (county, id, account, class, role, region, valid_from, valid_to, granted_by, granted_at, ended_by, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', 0)`,
		in.County, g.ID, g.Account, class, g.Role, g.Region, g.From, g.To, g.By, tx.Now.UnixMilli())
	if err != nil {
		return Grant{}, err
	}
	audit.Note(tx, who, "grant.add", "account:"+g.Account, g.Region, "grant", g.ID, "role", g.Role, "from", g.From, "to", g.To)
	return g, b.endAll(ctx, tx, in.County, in.Account, "", EndedGrant)
}

// EndGrant takes a role back at once and ends the account's sessions. A grant
// that has ended already stays as it is.
func (b *Book) EndGrant(ctx context.Context, tx *db.Tx, who audit.Actor, county, grant string) (Grant, error) {
	g, err := FindGrant(ctx, tx, county, grant)
	if err != nil || !g.Ended.IsZero() {
		return g, err
	}
	_, by, _, _, _ := who.Trace()
	n, err := tx.Exec(ctx, `UPDATE account_grants SET ended_at = $3, ended_by = $4 WHERE county = $1 AND id = $2 AND ended_at = 0`, county, grant, tx.Now.UnixMilli(), by)
	if err == nil && n == 0 {
		err = db.ErrAgain
	}
	if err != nil {
		return Grant{}, err
	}
	g.Ended, g.EndedBy = instant(tx.Now.UnixMilli()), by
	audit.Note(tx, who, "grant.end", "account:"+g.Account, g.Region, "grant", g.ID, "role", g.Role)
	return g, b.endAll(ctx, tx, county, g.Account, "", EndedGrant)
}

const grantColumns = `id, account, role, region, valid_from, valid_to, granted_by, granted_at, ended_at, ended_by`

func scanGrant(r db.Row) (g Grant, err error) {
	var at, ended int64
	err = r.Scan(&g.ID, &g.Account, &g.Role, &g.Region, &g.From, &g.To, &g.By, &at, &ended, &g.EndedBy)
	g.At, g.Ended = instant(at), instant(ended)
	return g, err
}

// FindGrant gives one grant, ended or not.
func FindGrant(ctx context.Context, r db.Reader, county, grant string) (Grant, error) {
	return db.One(ctx, r, scanGrant, `SELECT `+grantColumns+` FROM account_grants WHERE county = $1 AND id = $2`, county, grant)
}

// Grants of an account that have not been ended, whenever they hold, in the
// order in which they begin.
func Grants(ctx context.Context, r db.Reader, county, account string) ([]Grant, error) {
	return db.All(ctx, r, scanGrant, `SELECT `+grantColumns+` FROM account_grants WHERE county = $1 AND account = $2 AND ended_at = 0 ORDER BY valid_from, id`, county, account)
}

// GrantHistory gives all grants an account ever had.
func GrantHistory(ctx context.Context, r db.Reader, county, account string) ([]Grant, error) {
	return db.All(ctx, r, scanGrant, `SELECT `+grantColumns+` FROM account_grants WHERE county = $1 AND account = $2 ORDER BY granted_at, id`, county, account)
}

// GrantsOn gives the grants of an account in force on a day ("2026-11-23").
func GrantsOn(ctx context.Context, r db.Reader, county, account, day string) ([]Grant, error) {
	return db.All(ctx, r, scanGrant, `SELECT `+grantColumns+` FROM account_grants WHERE county = $1 AND account = $2 AND ended_at = 0
		AND valid_from <= $3 AND (valid_to = '' OR valid_to >= $3) ORDER BY valid_from, id`, county, account, day)
}

// Holders counts the live accounts that hold a role of a county on a day.
func Holders(ctx context.Context, r db.Reader, county, role, day string) (int, error) {
	return db.One(ctx, r, db.Int, `SELECT COUNT(DISTINCT g.account) FROM account_grants g JOIN accounts a ON a.county = g.county AND a.id = g.account
		WHERE g.county = $1 AND g.role = $2 AND g.ended_at = 0 AND g.valid_from <= $3 AND (g.valid_to = '' OR g.valid_to >= $3) AND a.state = 'active'`, county, role, day)
}

// HeldAt reports whether a live account holds one of some roles at a place itself
// on a day, not merely below it.
func HeldAt(ctx context.Context, r db.Reader, county, region, day string, roles ...string) (bool, error) {
	n := 0
	for _, role := range roles {
		x, err := db.One(ctx, r, db.Int, `SELECT COUNT(DISTINCT g.account) FROM account_grants g JOIN accounts a ON a.county = g.county AND a.id = g.account
			WHERE g.county = $1 AND g.role = $2 AND g.region = $3 AND g.ended_at = 0 AND g.valid_from <= $4 AND (g.valid_to = '' OR g.valid_to >= $4) AND a.state = 'active'`, county, role, region, day)
		if err != nil {
			return false, err
		}
		n += x
	}
	return n > 0, nil
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// MoveRegion rewrites the paths of grants and accounts after a region came to
// lie elsewhere in the tree (merge, new parent). Sessions of those concerned end.
func (b *Book) MoveRegion(ctx context.Context, tx *db.Tx, who audit.Actor, county, from, to string) error {
	if !regionOK(from) || !regionOK(to) {
		return fault.New(fault.Invalid, "login.region_form")
	}
	lo, hi := db.Under(from)
	hit, err := db.All(ctx, tx, db.Text, `SELECT DISTINCT account FROM account_grants WHERE county = $1 AND ended_at = 0 AND region >= $2 AND region < $3 ORDER BY account`, county, lo, hi)
	if err != nil {
		return err
	}
	var moved int64
	for _, table := range []string{"account_grants", "accounts"} {
		n, err := tx.Exec(ctx, `UPDATE `+table+` SET region = CAST($4 AS TEXT) || substr(region, $5) WHERE county = $1 AND region >= $2 AND region < $3`, county, lo, hi, to, len([]rune(from))+1)
		if err != nil {
			return err
		}
		moved += n
	}
	for _, a := range hit {
		if err := b.endAll(ctx, tx, county, a, "", EndedGrant); err != nil {
			return err
		}
	}
	if moved > 0 {
		audit.Note(tx, who, "grant.move", "region:"+to, to, "from", from, "rows", moved)
	}
	return nil
}

// Seat is one grant of a role to a live account.
type Seat struct {
	Account string
	Cadre   string // the official behind it, "" when none
	Region  string
}

// Seats gives who holds a role of a county on a day, and where.
func Seats(ctx context.Context, r db.Reader, county, role, day string) ([]Seat, error) {
	return db.All(ctx, r, func(w db.Row) (s Seat, err error) { return s, w.Scan(&s.Account, &s.Cadre, &s.Region) },
		`SELECT g.account, a.cadre, g.region FROM account_grants g JOIN accounts a ON a.county = g.county AND a.id = g.account
		WHERE g.county = $1 AND g.role = $2 AND g.ended_at = 0 AND g.valid_from <= $3 AND (g.valid_to = '' OR g.valid_to >= $3) AND a.state = 'active' ORDER BY g.account, g.id`, county, role, day)
}
