package pairing

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/household"
	"lianxin/internal/work/scope"
)

const cardColumns = `k.id, k.pairing, k.region, k.number, k.issued_on, k.review_on, k.reviewed, k.state, k.printed`

func (c *Card) fields() []any {
	return []any{&c.ID, &c.Pairing, &c.Region, &c.Number, &c.IssuedOn, &c.ReviewOn, &c.Reviewed, &c.State, &c.printed}
}

func scanCard(w db.Row) (c Card, err error) { return c, w.Scan(c.fields()...) }

// CardFilter narrows a list of cards.
type CardFilter struct {
	Place  string
	Cadre  string
	Due    calendar.Day // only those whose review is due on or before this day
	Void   bool         // void ones too
	Number string
	After  string
	Limit  int
}

// CardRow is a card with whose it is.
type CardRow struct {
	Card
	Household string `json:"household"`
	Cadre     string `json:"cadre"`
}

// Cards lists cards, those first whose review is due first. The due list of the
// yearly review (A10) is Due: today.
func Cards(ctx context.Context, r db.Reader, who access.Actor, f CardFilter) ([]CardRow, string, error) {
	var args scope.Args
	where, err := pairWhere(who, &args, f.Place)
	if err != nil {
		return nil, "", err
	}
	if f.Cadre != "" {
		where += " AND p.cadre = " + args.Add(f.Cadre)
	}
	if !f.Void {
		where += " AND k.state = 'valid'"
	}
	if f.Number != "" {
		where += " AND k.number = " + args.Add(f.Number)
	}
	if f.Due != "" {
		where += " AND k.review_on <= " + args.Add(string(f.Due))
	}
	after, err := scope.After(f.After, scope.DayOrNone, scope.ID)
	if err != nil {
		return nil, "", err
	}
	if after != nil {
		where += " AND (k.review_on, k.id) > (" + args.Add(after[0]) + ", " + args.Add(after[1]) + ")"
	}
	n := scope.Limit(f.Limit)
	type row struct {
		c Card
		p Pairing
	}
	rows, err := db.All(ctx, r, func(w db.Row) (x row, err error) {
		return x, w.Scan(append(x.c.fields(), &x.p.ID, &x.p.Household, &x.p.Cadre)...)
	}, `SELECT `+cardColumns+`, p.id, p.household, p.cadre FROM cards k JOIN pairings p ON p.county = k.county AND p.id = k.pairing WHERE `+where+` ORDER BY k.review_on, k.id LIMIT `+args.Add(n+1), args...)
	if err != nil {
		return nil, "", err
	}
	rows, next := scope.Cut(rows, n, func(x row) string { return string(x.c.ReviewOn) + "~" + x.c.ID })
	ps := make([]Pairing, len(rows))
	for i, x := range rows {
		ps[i] = x.p
	}
	fs, err := faces(ctx, r, who.County(), ps, who.Today())
	if err != nil {
		return nil, "", err
	}
	out := make([]CardRow, len(rows))
	for i, x := range rows {
		x.c.Stale = x.c.State == "valid" && fs[x.p.ID].hash(r, who.County()) != x.c.printed
		out[i] = CardRow{x.c, x.p.Household, x.p.Cadre}
	}
	return out, next, nil
}

// pairWhere is the condition for pairings p whose cards the actor may print.
func pairWhere(who access.Actor, args *scope.Args, place string) (string, error) {
	s, err := scope.Reach(who, access.CardPrint, place)
	if err != nil {
		return "", err
	}
	where := scope.Where(s, args, "p.region", func(c string) string { return "p.cadre = " + c }, scope.Nobody) + " AND p.county = " + args.Add(who.County())
	if place != "" {
		lo, hi := db.Under(place)
		where += " AND p.region >= " + args.Add(lo) + " AND p.region < " + args.Add(hi)
	}
	return where, nil
}

// Reasons why a pairing is in the queue for the printer, as message keys
// pairing.queue.<code>.
const (
	Missing = "missing" // it has no card in use
	Stale   = "stale"   // name, post, phone, head or address has changed
)

// Waiting is a pairing that needs a card.
type Waiting struct {
	Pairing
	Why    string `json:"why"`
	Number string `json:"number,omitempty"` // of the stale card
}

// QueueCards lists pairings that need a new card, in the order of entry. Homes
// and officials are looked at in portions, so a page costs the same in a large
// county as in a small township unless nearly all cards are right.
func QueueCards(ctx context.Context, r db.Reader, who access.Actor, place, after string, limit int) ([]Waiting, string, error) {
	const portion = 200
	n := scope.Limit(limit)
	var out []Waiting
	if _, err := scope.After(after, scope.ID); err != nil {
		return nil, "", err
	}
	for {
		var args scope.Args
		where, err := pairWhere(who, &args, place)
		if err != nil {
			return nil, "", err
		}
		d := args.Add(string(who.Today()))
		where += " AND p.valid_from <= " + d + " AND (p.valid_to = '' OR p.valid_to >= " + d + ")"
		if after != "" {
			where += " AND p.id > " + args.Add(after)
		}
		type row struct {
			p               Pairing
			number, printed string
		}
		rows, err := db.All(ctx, r, func(w db.Row) (x row, err error) {
			return x, w.Scan(&x.p.ID, &x.p.Household, &x.p.Cadre, &x.p.Region, &x.p.Role, &x.p.From, &x.p.To, &x.p.Reason, &x.p.EndReason, &x.number, &x.printed)
		}, `SELECT `+columns+`, COALESCE(k.number, ''), COALESCE(k.printed, '') FROM pairings p LEFT JOIN cards k ON k.county = p.county AND k.pairing = p.id AND k.state = 'valid' WHERE `+where+` ORDER BY p.id LIMIT `+args.Add(portion), args...)
		if err != nil {
			return nil, "", err
		}
		ps := make([]Pairing, len(rows))
		for i, x := range rows {
			ps[i] = x.p
		}
		fs, err := faces(ctx, r, who.County(), ps, who.Today())
		if err != nil {
			return nil, "", err
		}
		for _, x := range rows {
			after = x.p.ID
			switch {
			case x.printed == "":
				out = append(out, Waiting{Pairing: x.p, Why: Missing})
			case x.printed != fs[x.p.ID].hash(r, who.County()):
				out = append(out, Waiting{Pairing: x.p, Why: Stale, Number: x.number})
			}
			if len(out) > n {
				out, next := scope.Cut(out, n, func(w Waiting) string { return w.ID })
				return out, next, nil
			}
		}
		if len(rows) < portion {
			return out, "", nil
		}
	}
}

// Scanned finds the pairing behind a card's token: NotFound for a token that
// never was, Gone for a card out of use. It names ids only; whoever shows more
// decides what.
func Scanned(ctx context.Context, r db.Reader, token string) (county string, p Pairing, err error) {
	type hit struct{ county, pairing, state string }
	h, err := db.One(ctx, r, func(w db.Row) (h hit, err error) { return h, w.Scan(&h.county, &h.pairing, &h.state) },
		`SELECT county, pairing, state FROM cards WHERE token = $1`, tokenHash(r, token))
	if err != nil {
		return "", Pairing{}, err
	}
	if h.state != "valid" {
		return "", Pairing{}, fault.New(fault.Gone, "pairing.card_void")
	}
	p, err = db.One(ctx, r, scan, `SELECT `+columns+` FROM pairings p WHERE p.county = $1 AND p.id = $2`, h.county, h.pairing)
	return h.county, p, err
}

// Follow lets the present pairings of a home and their cards follow it when it
// moved within the county; whoever moves a home calls it in the same write.
func Follow(ctx context.Context, tx *db.Tx, who access.Actor, home string) error {
	h, err := household.Hold(ctx, tx, who.County(), home)
	if err != nil {
		return err
	}
	if err := scope.Can(who, access.PairingChange, h.Region, false); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE pairings SET region = $3 WHERE county = $1 AND household = $2 AND valid_to = ''`, who.County(), home, h.Region); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE cards SET region = $3 WHERE county = $1 AND state = 'valid' AND pairing IN (SELECT id FROM pairings WHERE county = $1 AND household = $2 AND valid_to = '')`, who.County(), home, h.Region)
	return err
}
