// Package phone keeps what officials' phones bring and are told: which device
// is whose, what arrived, what a rule refused and somebody has to look at
// (待核处), and the picture a phone was last given.
//
// What a phone brings is decoded by kind and version and handed to the use case
// every other door calls, under the id the phone made. A record that is refused
// is not lost: it lies sealed with its reasons until a person lets it through or
// drops it. What a phone is told is made anew from what the account may see at
// this moment, in one read; only the difference to what it has goes out.
//
// Owns: phone_devices, phone_arrivals, phone_held, phone_views.
// Sources: issue 4 items 4–6, 8; security SYNC-1…7; ADR 0006.
package phone

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/base/lang"
	"lianxin/internal/base/login"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/leading"
	"lianxin/internal/work/region"
)

// Desk does what the doors ask for. Its functions come from whoever connects
// the parts: a use case does not know sessions, working days and words.
type Desk struct {
	Book *login.Book
	// As says who an account is now, so that what lay in 待核处 is written as its
	// sender's own.
	As func(ctx context.Context, r db.Reader, county, account, request string) (access.Actor, error)
	// Days gives the county's working days.
	Days func(ctx context.Context, r db.Reader, county string) (calendar.Calendar, error)
	// Say puts a message key into words.
	Say func(lang, key string, args ...any) string
}

// States of a device, as message keys offline.device.<code>.
const (
	Known = "known"
	Out   = "out"  // signed out
	Lost  = "lost" // to be wiped when it is heard of next
)

// Device is an official's phone, or a script that sends in his name.
type Device struct {
	County  string `json:"-"`
	ID      string `json:"id"`
	Account string `json:"account"`
	Cadre   string `json:"cadre"`
	Name    string `json:"name"` // the official's
	Region  string `json:"region"`
	Label   string `json:"label"`
	State   string `json:"state"`
	Since   int64  `json:"since"`
	Seen    int64  `json:"seen"`
	StateAt int64  `json:"state_at"`
	Waiting int    `json:"waiting"` // records of it in 待核处
	Key     string `json:"-"`
}

const deviceColumns = `d.county, d.id, d.account, d.cadre, d.region, d.label, d.state, d.since, d.seen_at, d.state_at, d.key`

func scanDevice(w db.Row) (d Device, err error) {
	return d, w.Scan(&d.County, &d.ID, &d.Account, &d.Cadre, &d.Region, &d.Label, &d.State, &d.Since, &d.Seen, &d.StateAt, &d.Key)
}

// Find gives a device of a county.
func Find(ctx context.Context, r db.Reader, county, device string) (Device, error) {
	return db.One(ctx, r, scanDevice, `SELECT `+deviceColumns+` FROM phone_devices d WHERE d.county = $1 AND d.id = $2`, county, device)
}

// Anywhere gives a phone by its random id alone, for doors that nobody is logged
// in at: hello, and the outbox of a lost phone.
func Anywhere(ctx context.Context, r db.Reader, device string) (Device, error) {
	return db.One(ctx, r, scanDevice, `SELECT `+deviceColumns+` FROM phone_devices d WHERE d.id = $1 AND d.key <> '' ORDER BY d.county LIMIT 1`, device)
}

// RegisterInput is a phone at its first word.
type RegisterInput struct {
	Device string
	Key    string // public signature key, "" of a script
	Label  string
}

// scriptSince is how far back a device without a key may say it saved something:
// it is noted at its first use, not when it began to write.
const scriptSince = 30 * 24 * 60 * 60 * 1000

// Register notes a device of an account, or that it came back.
func Register(ctx context.Context, tx *db.Tx, who access.Actor, in RegisterInput) (Device, error) {
	var f fault.Fields
	f.Check(id.Valid(in.Device), "device", "offline.device_bad")
	f.Check(in.Key == "" || keyOK(in.Key), "key", "offline.key_bad")
	if err := f.Err(); err != nil {
		return Device{}, err
	}
	now := tx.Now.UnixMilli()
	d, err := Find(ctx, tx, who.County(), in.Device)
	switch {
	case fault.Is(err, fault.NotFound):
		town, err := townOf(ctx, tx, who)
		if err != nil {
			return Device{}, err
		}
		d = Device{County: who.County(), ID: in.Device, Account: who.Account(), Cadre: who.Cadre(), Region: town, Label: short(in.Label), State: Known, Since: now, Seen: now, StateAt: now, Key: in.Key}
		if in.Key == "" {
			d.Since -= scriptSince
		}
		n, err := tx.Exec(ctx, `INSERT INTO phone_devices (county, id, account, cadre, region, label, key, state, since, seen_at, state_at, state_by) VALUES ($1, $2, $3, $4, $5, $6, $7, 'known', $8, $9, $9, $3) ON CONFLICT (county, id) DO NOTHING`,
			d.County, d.ID, d.Account, d.Cadre, d.Region, d.Label, d.Key, d.Since, now)
		if err == nil && n == 0 {
			err = db.ErrAgain
		}
		audit.Note(tx, who, "phone.register", "phone:"+d.ID, d.Region, "cadre", d.Cadre)
		return d, err
	case err != nil:
		return d, err
	case d.State == Lost:
		return d, fault.New(fault.Forbidden, "offline.lost")
	case d.Account != who.Account() || d.Key != "" && in.Key != "" && d.Key != in.Key:
		return d, fault.New(fault.Conflict, "offline.device_taken")
	case d.State == Known && in.Key == d.Key:
		return d, nil
	}
	d.State, d.StateAt = Known, now
	_, err = tx.Exec(ctx, `UPDATE phone_devices SET state = 'known', seen_at = $3, state_at = $3, state_by = $4 WHERE county = $1 AND id = $2`, d.County, d.ID, now, who.Account())
	audit.Note(tx, who, "phone.register", "phone:"+d.ID, d.Region, "cadre", d.Cadre)
	return d, err
}

// townOf is the township an official belongs to, else where his account is.
func townOf(ctx context.Context, r db.Reader, who access.Actor) (string, error) {
	if who.Cadre() != "" {
		place, err := db.One(ctx, r, db.Text, `SELECT region FROM cadres WHERE county = $1 AND id = $2`, who.County(), who.Cadre())
		if err == nil || !fault.Is(err, fault.NotFound) {
			return place, err
		}
	}
	if t := region.Upto(who.Home(), region.Township); t != "" {
		return t, nil
	}
	return who.Home(), nil
}

func short(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60])
	}
	return s
}

// touchEvery is how exact "last heard of" is.
const touchEvery = 5 * 60 * 1000

// touch notes that a device was heard of.
func touch(ctx context.Context, tx *db.Tx, d Device) error {
	if now := tx.Now.UnixMilli(); now-d.Seen >= touchEvery {
		_, err := tx.Exec(ctx, `UPDATE phone_devices SET seen_at = $3 WHERE county = $1 AND id = $2 AND seen_at < $3`, d.County, d.ID, now)
		return err
	}
	return nil
}

// Devices gives the phones of a township to its office, or to an official his
// own, the ones heard of last first. There are some hundreds at most.
func Devices(ctx context.Context, r db.Reader, who access.Actor, place string) ([]Device, error) {
	q, args := ``, []any{who.County()}
	if place == "" && !access.May(who, access.CadreChange) {
		q, args = `d.account = $2`, append(args, who.Account())
	} else {
		s := access.Reaches(who, access.CadreChange)
		if place != "" {
			var ok bool
			if s, ok = s.Within(place); !ok {
				return nil, fault.New(fault.NotFound, "access.outside")
			}
		}
		var or []string
		for _, p := range s.Regions {
			lo, hi := db.Under(p)
			args = append(args, lo, hi)
			or = append(or, `d.region >= $`+itoa(len(args)-1)+` AND d.region < $`+itoa(len(args)))
		}
		if len(or) == 0 {
			return nil, fault.New(fault.Forbidden, "access.not_role")
		}
		q = `(` + strings.Join(or, ` OR `) + `)`
	}
	ds, err := db.All(ctx, r, scanDevice, `SELECT `+deviceColumns+` FROM phone_devices d WHERE d.county = $1 AND d.key <> '' AND `+q+` ORDER BY d.region, d.seen_at DESC, d.id LIMIT 2000`, args...)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, d := range ds {
		if d.Cadre != "" && !slices.Contains(ids, d.Cadre) {
			ids = append(ids, d.Cadre)
		}
	}
	names, err := cadre.Names(ctx, r, who.County(), ids)
	if err != nil {
		return nil, err
	}
	for i := range ds {
		ds[i].Name = names[ds[i].Cadre]
	}
	return ds, nil
}

// may says whether somebody may speak for a device: its owner, and the office of
// his township.
func may(who access.Actor, d Device) error {
	if d.Account == who.Account() && who.Account() != "" {
		return nil
	}
	if !access.May(who, access.CadreChange) {
		return fault.New(fault.NotFound, "access.outside") // a colleague's phone is nobody's business
	}
	dec := access.Can(who, access.CadreChange, access.Target{Region: d.Region})
	switch dec.Outcome {
	case access.Allowed:
		return nil
	case access.Outside:
		return fault.New(fault.NotFound, dec.Because)
	}
	return fault.New(fault.Forbidden, dec.Because)
}

// Lose marks a phone lost and signs it out in the same transaction; at its next
// word it is told, hands over what it has not sent, and wipes itself. Lost once
// more is no change.
func (k *Desk) Lose(ctx context.Context, tx *db.Tx, who access.Actor, device string) (Device, error) {
	return k.end(ctx, tx, who, device, Lost, login.EndedByOffice)
}

// SignOut ends what a phone may do; it can sign in again.
func (k *Desk) SignOut(ctx context.Context, tx *db.Tx, who access.Actor, device string) (Device, error) {
	return k.end(ctx, tx, who, device, Out, login.EndedLogout)
}

func (k *Desk) end(ctx context.Context, tx *db.Tx, who access.Actor, device, state, why string) (Device, error) {
	d, err := Find(ctx, tx, who.County(), device)
	if err != nil {
		return d, err
	}
	if err := may(who, d); err != nil {
		return Device{}, err
	}
	if d.State == state || d.State == Lost {
		return d, nil
	}
	d.State, d.StateAt = state, tx.Now.UnixMilli()
	if _, err := tx.Exec(ctx, `UPDATE phone_devices SET state = $3, state_at = $4, state_by = $5 WHERE county = $1 AND id = $2`, d.County, d.ID, d.State, d.StateAt, who.Account()); err != nil {
		return d, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM phone_views WHERE county = $1 AND device = $2`, d.County, d.ID); err != nil {
		return d, err
	}
	audit.Note(tx, who, "phone."+state, "phone:"+d.ID, d.Region, "account", d.Account)
	return d, k.Book.EndPhone(ctx, tx, who, d.County, d.Account, d.ID, why)
}

// Rehome moves phones and held records when places are merged or split; both
// hang on a township.
func Rehome(ctx context.Context, tx *db.Tx, county, from, to string) error {
	if err := region.MovePrefix(ctx, tx, "phone_devices", "region", county, from, to); err != nil {
		return err
	}
	return region.MovePrefix(ctx, tx, "phone_held", "region", county, from, to)
}

// Person is whom to ask about a record that lies in 待核处.
type Person struct {
	Name   string `json:"name"`
	Phone  string `json:"phone"`
	Office string `json:"office"`
}

// personOf is the township's office: its number as the cards print it, and who
// holds the office's role there.
func (k *Desk) personOf(ctx context.Context, r db.Reader, county, town string) (*Person, error) {
	if town == "" {
		return nil, nil
	}
	c, err := leading.ContactOf(ctx, r, county, town)
	if err != nil {
		return nil, err
	}
	p := &Person{Phone: c.Phone, Office: c.Seat}
	if p.Office == "" {
		x, err := region.ByPath(ctx, r, town)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		p.Office = x.Name
	}
	p.Name, err = db.One(ctx, r, db.Text, `SELECT a.name FROM account_grants g JOIN accounts a ON a.county = g.county AND a.id = g.account
		WHERE g.county = $1 AND g.role = 'office' AND g.region = $2 AND g.ended_at = 0 AND a.state = 'active' ORDER BY g.granted_at, g.id LIMIT 1`, county, town)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return p, err
}

func place(column, county, row string) vault.Place {
	return vault.Place{Table: "phone_held", Column: column, County: county, Row: row}
}

// Reason says why a record was not taken.
type Reason struct {
	Key   string         `json:"key"`
	Args  map[string]any `json:"args,omitempty"`
	Text  string         `json:"text"`
	Field string         `json:"field,omitempty"`
}

func named(args []any) map[string]any {
	if len(args) < 2 {
		return nil
	}
	m := map[string]any{}
	for i := 0; i+1 < len(args); i += 2 {
		if s, ok := args[i].(string); ok {
			m[s] = args[i+1]
		}
	}
	return m
}

// spoken puts reasons into words.
func (k *Desk) spoken(tag string, rs []Reason) []Reason {
	out := make([]Reason, len(rs))
	for i, x := range rs {
		var args []any
		for name, v := range x.Args {
			if f, ok := v.(float64); ok && f == float64(int64(f)) {
				v = int64(f) // numbers come back from JSON as fractions
			}
			if list, ok := v.([]any); ok { // so do lists of message keys
				keys := make(lang.Keys, len(list))
				for i, k := range list {
					keys[i] = fmt.Sprint(k)
				}
				v = keys
			}
			args = append(args, name, v)
		}
		x.Text = k.Say(tag, x.Key, args...)
		out[i] = x
	}
	return out
}

// reasonsOf are those of a failure of a use case.
func reasonsOf(err *fault.Error) []Reason {
	var out []Reason
	for _, f := range err.Fields {
		out = append(out, Reason{Key: f.Key, Args: plain(named(f.Args)), Field: f.Name})
	}
	if len(out) == 0 {
		out = append(out, Reason{Key: err.Key, Args: plain(named(err.Args))})
	}
	return out
}

// plain makes values of our own types what they are in JSON.
func plain(m map[string]any) map[string]any {
	if m == nil {
		return nil
	}
	b, err := json.Marshal(m)
	if err != nil {
		return nil
	}
	var out map[string]any
	if json.Unmarshal(b, &out) != nil {
		return nil
	}
	return out
}
