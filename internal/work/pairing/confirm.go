package pairing

import (
	"context"
	"slices"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// Confirmation is a leader's look at a township's list: a pairing holds when the
// office accepts it, and he confirms afterwards (domain.md §6.3).
type Confirmation struct {
	ID     string       `json:"id"`
	Day    calendar.Day `json:"day"`
	Name   string       `json:"name"`   // of the leader
	Number int          `json:"number"` // pairings
}

// Confirmed gives a township's last confirmation, if there is one, and how many
// present pairings began or were entered since.
func Confirmed(ctx context.Context, r db.Reader, who access.Actor, township string) (last Confirmation, waiting int, err error) {
	if err := scope.Can(who, access.PairingRead, township, false); err != nil {
		return last, 0, err
	}
	cs, err := db.All(ctx, r, func(w db.Row) (c Confirmation, err error) { return c, w.Scan(&c.ID, &c.Day, &c.Name, &c.Number) },
		`SELECT c.id, c.day, COALESCE(a.name, ''), c.number FROM pairing_confirmations c LEFT JOIN accounts a ON a.county = c.county AND a.id = c.actor
		WHERE c.county = $1 AND c.region = $2 ORDER BY c.at DESC, c.id DESC LIMIT 1`, who.County(), township)
	if err != nil {
		return last, 0, err
	}
	if len(cs) > 0 {
		last = cs[0]
	}
	lo, hi := db.Under(township)
	waiting, err = db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM pairings p WHERE p.county = $1 AND p.region >= $2 AND p.region < $3 AND `+unconfirmed, who.County(), lo, hi, string(who.Today()))
	return last, waiting, err
}

// unconfirmed are the present pairings no leader has looked at; $4 is the day.
const unconfirmed = `p.valid_from <= $4 AND (p.valid_to = '' OR p.valid_to >= $4) AND NOT EXISTS (SELECT 1 FROM pairing_confirmed x WHERE x.county = p.county AND x.pairing = p.id)`

// New lists the pairings that wait for a leader's confirmation, by place.
func New(ctx context.Context, r db.Reader, who access.Actor, township string, n int) ([]Pairing, error) {
	if err := scope.Can(who, access.PairingConfirm, township, false); err != nil {
		return nil, err
	}
	return fresh(ctx, r, who.County(), township, who.Today(), n)
}

func fresh(ctx context.Context, r db.Reader, county, township string, on calendar.Day, n int) ([]Pairing, error) {
	lo, hi := db.Under(township)
	return db.All(ctx, r, scan, `SELECT `+columns+` FROM pairings p WHERE p.county = $1 AND p.region >= $2 AND p.region < $3 AND `+unconfirmed+` ORDER BY p.region, p.household, p.id LIMIT $5`, county, lo, hi, string(on), n)
}

// ConfirmInput names the pairings the leader has seen.
type ConfirmInput struct {
	ID       string   `json:"id"` // operation id
	Region   string   `json:"region"`
	Pairings []string `json:"pairings"`
}

// MaxConfirm is how many pairings one confirmation takes.
const MaxConfirm = maxAccept

// Confirm puts a leader's mark on what he has seen. What ended meanwhile, or
// somebody else confirmed, is passed over; with nothing left it fails.
func Confirm(ctx context.Context, tx *db.Tx, who access.Actor, in ConfirmInput) (Confirmation, error) {
	c, _, err := once.Do(ctx, tx, who, "pairing.confirm", in.ID, in, func() (Confirmation, error) {
		if err := scope.Can(who, access.PairingConfirm, in.Region, false); err != nil {
			return Confirmation{}, err
		}
		if region.Upto(in.Region, region.Township) != in.Region {
			return Confirmation{}, fault.New(fault.NotFound, "access.outside")
		}
		if _, err := region.Hold(ctx, tx, who.County(), in.Region); err != nil {
			return Confirmation{}, err
		}
		today := calendar.FromTime(tx.Now)
		ps, err := fresh(ctx, tx, who.County(), in.Region, today, 1<<20)
		if err != nil {
			return Confirmation{}, err
		}
		seen := map[string]bool{}
		for _, id := range in.Pairings {
			seen[id] = true
		}
		ps = slices.DeleteFunc(ps, func(p Pairing) bool { return !seen[p.ID] })
		if len(ps) == 0 {
			return Confirmation{}, fault.New(fault.Conflict, "pairing.nothing_new")
		}
		c := Confirmation{ID: tx.NewID(), Day: today, Number: len(ps)}
		if _, err := tx.Exec(ctx, `INSERT INTO pairing_confirmations (county, id, region, day, actor, number, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			who.County(), c.ID, in.Region, string(c.Day), who.Account(), c.Number, tx.Now.UnixMilli()); err != nil {
			return Confirmation{}, err
		}
		for _, p := range ps {
			if _, err := tx.Exec(ctx, `INSERT INTO pairing_confirmed (county, pairing, confirmation) VALUES ($1, $2, $3)`, who.County(), p.ID, c.ID); err != nil {
				return Confirmation{}, err
			}
		}
		audit.Note(tx, who, "pairing.confirm", "operation:"+in.ID, in.Region, "rows", c.Number)
		return c, nil
	})
	return c, err
}
