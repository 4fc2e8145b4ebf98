// Package notice tells people what waits for them: one list for everybody, with
// a bell in the head of every page. A notice is a kind, a reference to the thing
// and arguments that are codes, days and counts; it never holds a name, a title
// or a telephone number, and the thing behind it is opened under the reader's
// own rights.
//
// A notice is for an account, for an official (whatever account he has or gets),
// or for a role in a region: that is one row, which reaches whoever holds the
// role there, or above, at the moment he reads; a county's leader is told what
// climbed up to the county and not what waits in a township. What package login says about
// somebody's own login (a new device, a changed password) stays in its table and
// is shown in the same list, in the order of time.
//
// A county may switch on channels to the outside (channel.go): a mail server,
// and robots of group chats. They are off by default, end on a day that must be
// given, and carry the product's name, the kind in words and a link.
//
// Owns: notices, notice_reads, notice_marks, notice_channels, notice_mails,
// notice_deliveries. Sources: issue 3 item 11; security INP-4; law.md 1–2.
package notice

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/region"
)

// Bounds.
const (
	// Keep is how long a notice stays in the list.
	Keep = 180 * 24 * time.Hour
	// Fresh is how long a role's notice counts as unread: whoever takes over an
	// office later finds the older ones in his list and not in his bell.
	Fresh = 14 * 24 * time.Hour
	// Most is the largest number the bell says.
	Most = 99
	// mailsOf bounds the receivers of one notice by mail.
	mailsOf = 200
)

// To is whom a notice is for.
type To struct {
	account, cadre string
	role           access.Role
	region         string
}

// Account addresses one account.
func Account(id string) To { return To{account: id} }

// Official addresses an official by his id in the roster.
func Official(cadre string) To { return To{cadre: cadre} }

// Role addresses whoever holds a role at a place: the grants that cover it.
func Role(r access.Role, place string) To { return To{role: r, region: place} }

// In is something to tell.
type In struct {
	To     To
	Kind   string         // of Kinds
	Ref    string         // what it is about: "appeal:<id>"
	Region string         // path of the place the thing lies in
	Args   map[string]any // those of the kind: codes, days, counts
}

// Tell adds a notice in the caller's transaction, and asks for its delivery
// where a channel is switched on. The same for the same receiver, kind and thing
// is told once a day. A mistake of the caller (an unknown kind, an argument that
// could be somebody's name) fails the transaction.
func Tell(ctx context.Context, tx *db.Tx, in In) error {
	if in.To.role != "" && in.Region == "" {
		in.Region = in.To.region
	}
	county := region.Upto(in.Region, region.County)
	county = region.Last(county)
	kind, ok := Known(in.Kind)
	switch {
	case !ok:
		return fmt.Errorf("notice: there is no kind %q", in.Kind)
	case county == "":
		return fmt.Errorf("notice: %s: the region %q lies in no county", in.Kind, in.Region)
	case in.To == To{} || in.To.role != "" && (!in.To.role.Valid() || !strings.HasPrefix(in.To.region, "/")):
		return fmt.Errorf("notice: %s is for nobody", in.Kind)
	case !refForm.MatchString(in.Ref):
		return fmt.Errorf("notice: %s: the reference is not noun:id", in.Kind)
	case len(in.Args) != len(kind.Args):
		return fmt.Errorf("notice: %s has the arguments %v", in.Kind, kind.Args)
	}
	for _, name := range kind.Args {
		if !plain(in.Args[name]) {
			return fmt.Errorf("notice: %s: the argument %s is missing, or no code, day or count", in.Kind, name)
		}
	}
	args := ""
	if len(in.Args) > 0 {
		b, err := json.Marshal(in.Args)
		if err != nil {
			return err
		}
		args = string(b)
	}
	place := in.Region
	if in.To.role != "" {
		place = in.To.region
	}
	id := tx.NewID()
	n, err := tx.Exec(ctx, `INSERT INTO notices (county, id, account, cadre, role, region, kind, ref, args, day, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (county, ref, kind, day, account, cadre, role, region) DO NOTHING`,
		county, id, in.To.account, in.To.cadre, string(in.To.role), place, in.Kind, in.Ref, args, string(calendar.FromTime(tx.Now)), tx.Now.UnixMilli())
	if err != nil || n == 0 {
		return err
	}
	return ask(ctx, tx, county, id, in)
}

// Told reports whether a notice of this kind about this thing was told to the
// same receiver before, on whichever day: for what is told once and not daily.
func Told(ctx context.Context, r db.Reader, county string, in In) (bool, error) {
	place := in.Region
	if in.To.role != "" {
		place = in.To.region
	}
	n, err := db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM notices WHERE county = $1 AND ref = $2 AND kind = $3 AND account = $4 AND cadre = $5 AND role = $6 AND region = $7`,
		county, in.Ref, in.Kind, in.To.account, in.To.cadre, string(in.To.role), place)
	return n > 0, err
}

// Item is one line of somebody's list.
type Item struct {
	ID    string         `json:"id"`
	At    int64          `json:"at"`   // milliseconds since 1970
	Kind  string         `json:"kind"` // "appeal.given"; "login.new_device" for what concerns his own login
	Ref   string         `json:"ref,omitempty"`
	Args  map[string]any `json:"args,omitempty"`
	Label string         `json:"label,omitempty"` // of his own device, with the login kinds
	Read  bool           `json:"read"`
}

// Filter of a list.
type Filter struct {
	Unread bool
	After  string
	Limit  int
}

// ReadInput says what has been read: single notices, or all up to one.
type ReadInput struct {
	Notices []string `json:"notices,omitempty"`
	Upto    string   `json:"upto,omitempty"`
}

// maxRead bounds the single ones of one call.
const maxRead = 200

// Read marks notices as read and gives the number that is left. Only what is
// the reader's own is marked; anything else does not exist for him.
func Read(ctx context.Context, tx *db.Tx, who access.Actor, in ReadInput) (int, error) {
	if !access.May(who, access.Self) {
		return 0, fault.New(fault.Forbidden, "access.not_role")
	}
	var f fault.Fields
	f.Check(len(in.Notices) > 0 || in.Upto != "", "notices", "notice.read_needed")
	f.Check(len(in.Notices) <= maxRead, "notices", "notice.read_many", "n", maxRead)
	f.Check(in.Upto == "" || idForm(in.Upto), "upto", "notice.read_needed")
	for _, id := range in.Notices {
		f.Check(idForm(id), "notices", "notice.read_needed")
	}
	if err := f.Err(); err != nil {
		return 0, err
	}
	county, account := who.County(), who.Account()
	for _, id := range in.Notices {
		own, err := login.ReadNotice(ctx, tx, county, account, id)
		if err != nil {
			return 0, err
		}
		if own {
			continue
		}
		if _, err := get(ctx, tx, who, id); err != nil {
			return 0, err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO notice_reads (county, account, notice, at) VALUES ($1, $2, $3, $4) ON CONFLICT (county, account, notice) DO NOTHING`, county, account, id, tx.Now.UnixMilli()); err != nil {
			return 0, err
		}
	}
	if in.Upto != "" {
		if err := upto(ctx, tx, who, in.Upto); err != nil {
			return 0, err
		}
	}
	audit.Note(tx, who, "notice.read", "account:"+account, "", "single", len(in.Notices), "all", in.Upto != "")
	return Unread(ctx, tx, who)
}

// upto moves the mark, never backwards and never into the future, and forgets
// the single ones that now lie behind it.
func upto(ctx context.Context, tx *db.Tx, who access.Actor, id string) error {
	county, account := who.County(), who.Account()
	// The first ten letters of an id are its instant.
	if now := tx.NewID(); id[:min(10, len(id))] > now[:10] {
		id = now
	}
	if err := login.ReadNoticesUpto(ctx, tx, county, account, id); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO notice_marks (county, account, upto) VALUES ($1, $2, $3) ON CONFLICT (county, account) DO UPDATE SET upto = $3 WHERE notice_marks.upto < $3`, county, account, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM notice_reads WHERE county = $1 AND account = $2 AND notice <= $3`, county, account, id)
	return err
}

// Sweep deletes what is older than it need be and gives how much that was.
func Sweep(ctx context.Context, d *db.DB) (int64, error) {
	return db.Write(ctx, d, func(tx *db.Tx) (gone int64, err error) {
		at := tx.Now.Add(-Keep).UnixMilli()
		for _, q := range []string{
			`DELETE FROM notices WHERE at < $1`,
			`DELETE FROM notice_reads WHERE at < $1`,
			`DELETE FROM notice_deliveries WHERE at < $1`,
		} {
			n, err := tx.Exec(ctx, q, at)
			if err != nil {
				return 0, err
			}
			gone += n
		}
		return gone, nil
	})
}

// Rehome moves what lies in a village or group that is merged. Channels belong
// to the county or a township and stay.
func Rehome(ctx context.Context, tx *db.Tx, county, from, to string) error {
	// What was told to both places becomes one.
	lo, hi := db.Under(from)
	_, err := tx.Exec(ctx, `DELETE FROM notices WHERE county = $1 AND region >= $2 AND region < $3 AND EXISTS (SELECT 1 FROM notices m WHERE m.county = notices.county AND m.ref = notices.ref AND m.kind = notices.kind
		AND m.day = notices.day AND m.account = notices.account AND m.cadre = notices.cadre AND m.role = notices.role AND m.region = $4 || substr(notices.region, $5))`, county, lo, hi, to, len(from)+1)
	if err != nil {
		return err
	}
	return region.MovePrefix(ctx, tx, "notices", "region", county, from, to)
}
