// Package pairing keeps who helps whom (结对): from–to, with the reason, one
// lead helper at a time and any number of joint helpers. A pairing is ended,
// never overwritten; a change of helper leaves no day without one and hands the
// open promises on in the same transaction. The contact card belongs to a
// pairing; it knows by a keyed hash of what was printed whether it is stale.
//
// Owns: pairings, cards, handovers, pairing_confirmations, pairing_confirmed. Sources: A2, A5, A9, A10, B5–B7; domain.md
// c12–c14, c24, §6.4.
package pairing

import (
	"context"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/tally"
)

// Roles of a helper.
const (
	Lead  = "lead"
	Joint = "joint"
)

// Roles are the roles in the order they are offered.
var Roles = []string{Lead, Joint}

// Reasons a pairing begins or ends, as message keys pairing.reason.<code>
// (domain.md §6.4).
var (
	BeginReasons = []string{"plan", "proposal", "import", "transfer", "rotation", "request", "other"}
	EndReasons   = []string{"transfer", "retired", "rotation", "moved_away", "deceased", "merged", "split", "request", "other"}
)

// Pairing of an official and a home, from–to, both days included.
type Pairing struct {
	ID        string       `json:"id"`
	Household string       `json:"household"`
	Cadre     string       `json:"cadre"`
	Region    string       `json:"region"`
	Role      string       `json:"role"`
	From      calendar.Day `json:"from"`
	To        calendar.Day `json:"to,omitempty"`
	Reason    string       `json:"reason"`
	EndReason string       `json:"end_reason,omitempty"`
	// Outside says that the home lies outside the village the official is
	// posted to: a warning, never a refusal (A2).
	Outside bool `json:"outside,omitempty"`
}

// At reports whether the pairing holds on a day.
func (p Pairing) At(d calendar.Day) bool { return p.From <= d && (p.To == "" || d <= p.To) }

// PairInput pairs an official with a home.
type PairInput struct {
	ID        string       `json:"id"` // operation id; becomes the pairing's id
	Household string       `json:"household"`
	Cadre     string       `json:"cadre"`
	Role      string       `json:"role"` // "" for lead
	From      calendar.Day `json:"from"` // "" for today
	Reason    string       `json:"reason"`
	Source    string       `json:"source"`
}

// Pair begins a pairing.
func Pair(ctx context.Context, tx *db.Tx, who access.Actor, in PairInput) (Pairing, error) {
	p, _, err := once.Do(ctx, tx, who, "pairing.pair", in.ID, in, func() (Pairing, error) { return pair(ctx, tx, who, in) })
	return p, err
}

func pair(ctx context.Context, tx *db.Tx, who access.Actor, in PairInput) (Pairing, error) {
	county := who.County()
	h, err := household.Hold(ctx, tx, county, in.Household)
	if err != nil {
		return Pairing{}, err
	}
	if err := scope.Can(who, access.PairingChange, h.Region, false); err != nil {
		return Pairing{}, err
	}
	c, err := helper(ctx, tx, who, in.Cadre, h)
	if err != nil {
		return Pairing{}, err
	}
	ps, err := Of(ctx, tx, county, h.ID)
	if err != nil {
		return Pairing{}, err
	}
	p, err := judge(calendar.FromTime(tx.Now), &in, h, c, ps)
	if err != nil {
		return Pairing{}, err
	}
	// What a list of an earlier year brings is taken as it is (PairMany): there the
	// post begins with the list. Whoever pairs by hand is told.
	if first := firstPost(c); first != "" && p.From < first {
		return Pairing{}, oneField("from", "pairing.before_post", "name", c.Name, "day", string(first))
	}
	if err := db.Insert(ctx, tx, pairingInsert, "", [][]any{pairingRow(county, p, in.Source)}); err != nil {
		return p, err
	}
	if err := led(ctx, tx, county, p); err != nil {
		return p, err
	}
	audit.Note(tx, who, "pairing.pair", "pairing:"+p.ID, p.Region, "household", h.ID, "cadre", c.ID, "role", p.Role)
	return p, tally.MarkSince(ctx, tx, county, c.ID, p.From)
}

// helper gives the official who is to help a home: one whom the writer may pair,
// and of the home's own township.
func helper(ctx context.Context, r db.Reader, who access.Actor, id string, h household.Household) (cadre.Cadre, error) {
	c, err := cadre.Get(ctx, r, who.County(), id)
	if err != nil {
		return c, err
	}
	if err := scope.Can(who, access.PairingChange, c.Region, false); err != nil {
		return cadre.Cadre{}, err
	}
	if !strings.HasPrefix(h.Region, c.Region) {
		return cadre.Cadre{}, oneField("cadre", "pairing.other_town", "name", c.Name)
	}
	return c, nil
}

// firstPost is the day an official's first post begins, "" without a post.
func firstPost(c cadre.Cadre) (first calendar.Day) {
	for _, p := range c.Posts {
		if first == "" || p.From < first {
			first = p.From
		}
	}
	return first
}

func oneField(name, key string, args ...any) error {
	return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: name, Key: key, Args: args}}}
}

// led tells the home's own row of its lead helper.
func led(ctx context.Context, tx *db.Tx, county string, p Pairing) error {
	if p.Role != Lead {
		return nil
	}
	return household.Led(ctx, tx, county, p.Household, p.From, p.To)
}

func oneOf(s string, of []string) bool {
	for _, x := range of {
		if x == s {
			return true
		}
	}
	return false
}

// outside reports a home outside the village the official is posted to.
func outside(c cadre.Cadre, place string, on calendar.Day) bool {
	p, ok := c.Post(on)
	return ok && p.Village != "" && !strings.HasPrefix(place, p.Village)
}

// EndInput ends a pairing.
type EndInput struct {
	ID      string       `json:"id"` // operation id
	Pairing string       `json:"pairing"`
	To      calendar.Day `json:"to"` // the last day; "" for today
	Reason  string       `json:"reason"`
}

// End ends a pairing. The home is listed as without helper from the next day.
func End(ctx context.Context, tx *db.Tx, who access.Actor, in EndInput) (Pairing, error) {
	p, _, err := once.Do(ctx, tx, who, "pairing.end", in.ID, in, func() (Pairing, error) {
		p, err := changeable(ctx, tx, who, in.Pairing)
		if err != nil {
			return p, err
		}
		if p.To != "" {
			return p, fault.New(fault.Gone, "pairing.ended", "day", p.To)
		}
		if in.To == "" {
			in.To = calendar.FromTime(tx.Now)
		}
		var f fault.Fields
		f.Check(in.To.Valid() && in.To >= p.From, "to", "pairing.day_bad")
		f.Check(oneOf(in.Reason, EndReasons), "reason", "pairing.reason_bad")
		if err := f.Err(); err != nil {
			return p, err
		}
		p.To, p.EndReason = in.To, in.Reason
		return p, end(ctx, tx, who, p)
	})
	return p, err
}

func end(ctx context.Context, tx *db.Tx, who access.Actor, p Pairing) error {
	county := who.County()
	if _, err := tx.Exec(ctx, `UPDATE pairings SET valid_to = $3, end_reason = $4 WHERE county = $1 AND id = $2`, county, p.ID, string(p.To), p.EndReason); err != nil {
		return err
	}
	if err := led(ctx, tx, county, p); err != nil {
		return err
	}
	// The card of an ended pairing is void at once; its link says so to whoever scans it.
	if _, err := tx.Exec(ctx, `UPDATE cards SET state = 'void' WHERE county = $1 AND pairing = $2 AND state = 'valid'`, county, p.ID); err != nil {
		return err
	}
	audit.Note(tx, who, "pairing.end", "pairing:"+p.ID, p.Region, "reason", p.EndReason)
	return tally.MarkSince(ctx, tx, county, p.Cadre, p.From)
}

// ChangeInput gives a home another lead helper.
type ChangeInput struct {
	ID        string       `json:"id"` // operation id; becomes the new pairing's id
	Household string       `json:"household"`
	Cadre     string       `json:"cadre"` // the new helper
	From      calendar.Day `json:"from"`  // his first day; the former one's last is the day before
	Reason    string       `json:"reason"`
	Notes     string       `json:"notes"` // what the next one should know
}

// Handover is a change of helper with its sheet.
type Handover struct {
	ID        string       `json:"id"`
	Household string       `json:"household"`
	Region    string       `json:"region"`
	From      string       `json:"from"` // official who hands over
	To        string       `json:"to"`
	Day       calendar.Day `json:"day"`
	Reason    string       `json:"reason"`
	Notes     string       `json:"notes"`
	Pairing   Pairing      `json:"pairing"`
	Matters   int          `json:"matters"` // open promises that went along
}

// Change gives a home another lead helper without a day in between: the former
// pairing ends the day before, the open promises go to the new helper, and a
// handover is kept (domain.md §5 line 9).
func Change(ctx context.Context, tx *db.Tx, who access.Actor, in ChangeInput) (Handover, error) {
	x, _, err := once.Do(ctx, tx, who, "pairing.change", in.ID, in, func() (Handover, error) {
		county := who.County()
		if in.From == "" {
			in.From = calendar.FromTime(tx.Now)
		}
		var f fault.Fields
		f.Check(in.From.Valid() && in.From <= calendar.FromTime(tx.Now).Add(366), "from", "pairing.day_bad")
		f.Check(oneOf(in.Reason, EndReasons), "reason", "pairing.reason_bad")
		f.Check(len([]rune(in.Notes)) <= 1000, "notes", "fault.too_long", "n", 1000)
		if err := f.Err(); err != nil {
			return Handover{}, err
		}
		h, err := household.Hold(ctx, tx, county, in.Household)
		if err != nil {
			return Handover{}, err
		}
		if err := scope.Can(who, access.PairingChange, h.Region, false); err != nil {
			return Handover{}, err
		}
		// Who it is comes before when: of somebody who cannot be it no day is right.
		if _, err := helper(ctx, tx, who, in.Cadre, h); err != nil {
			return Handover{}, err
		}
		old, err := leadOf(ctx, tx, county, in.Household, in.From)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return Handover{}, err
		}
		if err == nil {
			if err := scope.Can(who, access.PairingChange, old.Region, false); err != nil {
				return Handover{}, err
			}
			if old.Cadre == in.Cadre {
				return Handover{}, fault.New(fault.Conflict, "pairing.same_helper")
			}
			old.To, old.EndReason = in.From.Add(-1), in.Reason
			if old.To < old.From {
				return Handover{}, &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "from", Key: "pairing.before_begin", Args: []any{"day", string(old.From)}}}}
			}
			if err := end(ctx, tx, who, old); err != nil {
				return Handover{}, err
			}
		}
		if err := endJoint(ctx, tx, who, in); err != nil {
			return Handover{}, err
		}
		reason := in.Reason
		if !oneOf(reason, BeginReasons) {
			reason = "other"
		}
		p, err := pair(ctx, tx, who, PairInput{ID: in.ID, Household: in.Household, Cadre: in.Cadre, From: in.From, Reason: reason})
		if err != nil {
			return Handover{}, err
		}
		x := Handover{ID: in.ID, Household: p.Household, Region: p.Region, From: old.Cadre, To: p.Cadre, Day: in.From, Reason: in.Reason, Notes: strings.TrimSpace(in.Notes), Pairing: p}
		if old.Cadre != "" {
			if x.Matters, err = appeal.HandOn(ctx, tx, who, p.Household, old.Cadre, p.Cadre); err != nil {
				return x, err
			}
		}
		_, err = tx.Exec(ctx, `INSERT INTO handovers (county, id, household, region, from_cadre, to_cadre, day, reason, notes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			county, x.ID, x.Household, x.Region, x.From, x.To, string(x.Day), x.Reason, tx.Vault().Seal(vault.Place{Table: "handovers", Column: "notes", County: county, Row: x.ID}, x.Notes))
		audit.Note(tx, who, "pairing.change", "household:"+x.Household, x.Region, "from", x.From, "to", x.To, "matters", x.Matters)
		return x, err
	})
	return x, err
}

// endJoint ends the joint pairing of somebody who becomes the lead helper.
func endJoint(ctx context.Context, tx *db.Tx, who access.Actor, in ChangeInput) error {
	ps, err := Of(ctx, tx, who.County(), in.Household)
	if err != nil {
		return err
	}
	for _, o := range ps {
		if o.Cadre == in.Cadre && o.Role == Joint && o.At(in.From) && o.From < in.From {
			o.To, o.EndReason = in.From.Add(-1), in.Reason
			if err := end(ctx, tx, who, o); err != nil {
				return err
			}
		}
	}
	return nil
}

func leadOf(ctx context.Context, r db.Reader, county, home string, on calendar.Day) (Pairing, error) {
	return db.One(ctx, r, scan, `SELECT `+columns+` FROM pairings p WHERE p.county = $1 AND p.household = $2 AND p.role = 'lead' AND (p.valid_to = '' OR p.valid_to >= $3) ORDER BY p.valid_from DESC LIMIT 1`, county, home, string(on))
}

func changeable(ctx context.Context, tx *db.Tx, who access.Actor, pairing string) (Pairing, error) {
	p, err := db.One(ctx, tx, scan, `SELECT `+columns+` FROM pairings p WHERE p.county = $1 AND p.id = $2`, who.County(), pairing)
	if err != nil {
		return p, err
	}
	return p, scope.Can(who, access.PairingChange, p.Region, false)
}
