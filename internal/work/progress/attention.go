package progress

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/household"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/visit"
)

// Part is one kind of thing that needs attention: how many there are, and the
// first of them in administrative order. Hidden says that the reader's role
// does not see this kind at all, which is not the same as none.
type Part[T any] struct {
	N      int  `json:"n"`
	First  []T  `json:"first"`
	Hidden bool `json:"hidden,omitempty"`
}

// Waiting is a home that waits for a helper or a visit.
type Waiting struct {
	Household string       `json:"household"`
	Region    string       `json:"region"`
	Head      string       `json:"head"`
	Last      calendar.Day `json:"last,omitempty"` // last time somebody was met there
	Days      int          `json:"days"`           // since then; since the home is in the register when there was none
}

// Overdue is a promise past its day.
type Overdue struct {
	ID        string       `json:"id"`
	Household string       `json:"household"`
	Region    string       `json:"region"`
	Head      string       `json:"head"`
	Owner     string       `json:"owner"`
	Title     string       `json:"title"`
	Due       calendar.Day `json:"due"`
	Days      int          `json:"days"` // past the day
}

// Dispute is a stay the village does not confirm.
type Dispute struct {
	ID     string       `json:"id"`
	Cadre  string       `json:"cadre"`
	Region string       `json:"region"`
	Kind   string       `json:"kind"`
	From   calendar.Day `json:"from"`
	To     calendar.Day `json:"to"`
}

// Card is a contact card whose yearly review is due.
type Card struct {
	ID      string       `json:"id"`
	Pairing string       `json:"pairing"`
	Region  string       `json:"region"`
	Review  calendar.Day `json:"review"`
}

// Attention is what the desk shows first: not who is behind, but what waits.
type Attention struct {
	Unpaired  Part[Waiting] `json:"unpaired"`  // homes without helper
	Unvisited Part[Waiting] `json:"unvisited"` // homes where nobody was met for Days days
	Overdue   Part[Overdue] `json:"overdue"`   // promises past their day
	Disputed  Part[Dispute] `json:"disputed"`  // stays
	Cards     Part[Card]    `json:"cards"`     // reviews due
	Days      int           `json:"days"`
}

// Look says what to look for.
type Look struct {
	Place string
	Days  int // 0 for 60
	First int // rows of each kind; 0 for 5
	// Homes leaves promises out: the desk counts them with its matters.
	Homes bool
}

// DefaultDays is how long a home may be without a visit before the desk says so:
// six visits a year come to one every two months (A7).
const DefaultDays = 60

// Attend looks for what needs attention in a place. Each kind is scoped by its own
// action, so nobody sees through the desk what he does not see elsewhere.
func Attend(ctx context.Context, r db.Reader, who access.Actor, in Look) (a Attention, err error) {
	if in.Days <= 0 {
		in.Days = DefaultDays
	}
	if in.First <= 0 {
		in.First = 5
	}
	in.First = min(in.First, 200)
	a.Days = in.Days
	if !access.May(who, access.ProgressRead) {
		return a, fault.New(fault.Forbidden, "access.not_role")
	}
	for _, part := range []func() error{
		func() (err error) { a.Unpaired, err = unpaired(ctx, r, who, in); return err },
		func() (err error) { a.Unvisited, err = unvisited(ctx, r, who, in); return err },
		func() (err error) {
			if !in.Homes {
				a.Overdue, err = overdue(ctx, r, who, in)
			}
			return err
		},
		func() (err error) { a.Disputed, err = disputed(ctx, r, who, in); return err },
		func() (err error) { a.Cards, err = cards(ctx, r, who, in); return err },
	} {
		if err := part(); err != nil {
			return a, err
		}
	}
	return a, nil
}

// reached narrows an action's reach to the place; ok is false when the role
// does not see the kind. Paths are unique in the whole database, so the region
// alone decides, and the indexes that begin with it are enough.
func reached(who access.Actor, do access.Action, place string) (s access.Span, ok bool, err error) {
	s = access.Reaches(who, do)
	if s.Empty() {
		return s, false, nil
	}
	s, err = scope.Reach(who, do, place)
	return s, err == nil, err
}

type counted[T any] struct {
	row T
	n   int
}

func collect[T any](rows []counted[T], err error) (p Part[T], _ error) {
	p.First = []T{}
	for _, x := range rows {
		p.N, p.First = x.n, append(p.First, x.row)
	}
	return p, err
}

// Homes that wait are found along an index that holds what the home's row says
// of its helper and its last visit (work/household); only those it does not
// speak for are looked up.

func unpaired(ctx context.Context, r db.Reader, who access.Actor, in Look) (Part[Waiting], error) {
	s, ok, err := reached(who, access.HouseholdList, in.Place)
	if !ok || len(s.Regions) == 0 {
		return Part[Waiting]{Hidden: true, First: []Waiting{}}, err
	}
	s.Cadre = "" // a home without helper is nobody's own
	var args scope.Args
	where := scope.Where(s, &args, "h.region", nil, scope.Whose{Home: "h.id"})
	county, d := args.Add(who.County()), args.Add(string(who.Today()))
	p, err := waiting(ctx, r, `households h WHERE `+where+` AND h.state = 'active' AND (h.led_from = '' OR h.led_from > `+d+` OR (h.led_to <> '' AND h.led_to < `+d+`))
		AND NOT EXISTS (SELECT 1 FROM pairings p WHERE p.county = `+county+` AND p.household = h.id AND p.role = 'lead' AND p.valid_from <= `+d+` AND (p.valid_to = '' OR p.valid_to >= `+d+`))`, args, in.First)
	if err != nil {
		return p, err
	}
	return p, name(ctx, r, who, p.First)
}

func unvisited(ctx context.Context, r db.Reader, who access.Actor, in Look) (Part[Waiting], error) {
	s, ok, err := reached(who, access.HouseholdList, in.Place)
	if !ok {
		return Part[Waiting]{Hidden: true, First: []Waiting{}}, err
	}
	since := who.Today().Add(-in.Days)
	var args scope.Args
	county, d, y := args.Add(who.County()), args.Add(string(since)), args.Add(since.Year())
	where := scope.Where(s, &args, "h.region", func(c string) string {
		t := args.Add(string(who.Today()))
		return `(h.county = ` + county + ` AND h.id IN (SELECT p.household FROM pairings p WHERE p.county = ` + county + ` AND p.cadre = ` + c + ` AND p.valid_from <= ` + t + ` AND (p.valid_to = '' OR p.valid_to >= ` + t + `)))`
	}, scope.Whose{Home: "h.id"})
	// A home that came into the register later has not waited that long.
	p, err := waiting(ctx, r, `households h WHERE `+where+` AND h.state = 'active' AND h.since <= `+d+` AND h.last_seen <= `+d+`
		AND NOT EXISTS (SELECT 1 FROM home_years y WHERE y.county = `+county+` AND y.household = h.id AND y.year >= `+y+` AND y.last > `+d+`)`, args, in.First)
	if err != nil {
		return p, err
	}
	return p, name(ctx, r, who, p.First)
}

// enough is how many waiting homes are met one by one; where there are more,
// they are counted by the database in a second walk. Meeting one costs a few
// lookups, so a walk that ends too early is dearer than one that goes on.
const enough = 6000

// waiting gives the first homes of a condition and how many there are. As a
// rule few homes wait, and one walk along the index finds them all; where most
// of them do, the walk ends early and a second one counts.
func waiting(ctx context.Context, r db.Reader, from string, args scope.Args, first int) (p Part[Waiting], err error) {
	if p, err = some(ctx, r, `SELECT h.id, h.region FROM `+from+` ORDER BY h.region, h.id`, args, first); err != nil {
		return p, err
	}
	if p.N == enough {
		if p.N, err = db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM `+from, args...); err != nil {
			return p, err
		}
	}
	return p, nil
}

// some reads the first rows and counts on up to enough. A LIMIT would say the same,
// but PostgreSQL then looks homes up one by one in the hope of an early end,
// which costs five times as much where few homes wait.
func some(ctx context.Context, r db.Reader, q string, args scope.Args, first int) (p Part[Waiting], err error) {
	p.First = []Waiting{}
	rows, err := r.Query(ctx, q, args...)
	if err != nil {
		return p, err
	}
	defer rows.Close()
	for ; p.N < enough && rows.Next(); p.N++ {
		if p.N < first {
			var x Waiting
			if err := rows.Scan(&x.Household, &x.Region); err != nil {
				return p, err
			}
			p.First = append(p.First, x)
		}
	}
	return p, rows.Err()
}

// name tells head and last visit of the few homes that are shown.
func name(ctx context.Context, r db.Reader, who access.Actor, ws []Waiting) error {
	ids := make([]string, len(ws))
	for i, w := range ws {
		ids[i] = w.Household
	}
	hs, err := household.Briefs(ctx, r, who.County(), ids)
	if err != nil {
		return err
	}
	last, err := visit.LastOf(ctx, r, who.County(), ids)
	if err != nil {
		return err
	}
	for i := range ws {
		w, h := &ws[i], hs[ws[i].Household]
		w.Head, w.Last = h.Head, last[w.Household]
		if from := max(w.Last, h.Since); from.Valid() {
			w.Days = who.Today().Sub(from)
		}
		if w.Last.Valid() {
			w.Days = who.Today().Sub(w.Last)
		}
	}
	return nil
}

func overdue(ctx context.Context, r db.Reader, who access.Actor, in Look) (Part[Overdue], error) {
	s, ok, err := reached(who, access.AppealRead, in.Place)
	if !ok {
		return Part[Overdue]{Hidden: true, First: []Overdue{}}, err
	}
	var args scope.Args
	county, d := who.County(), args.Add(string(who.Today()))
	where := scope.Where(s, &args, "a.region", func(c string) string { return "(a.county = " + args.Add(county) + " AND a.owner = " + c + ")" }, scope.Whose{Home: "a.household"})
	p, err := collect(db.All(ctx, r, func(w db.Row) (x counted[Overdue], err error) {
		o := &x.row
		if err = w.Scan(&o.ID, &o.Household, &o.Region, &o.Owner, &o.Title, &o.Due, &x.n); err != nil {
			return x, err
		}
		o.Days = who.Today().Sub(o.Due)
		o.Title, err = r.Vault().Open(vault.Place{Table: "appeals", Column: "title", County: county, Row: o.ID}, o.Title)
		return x, err
	}, `SELECT a.id, a.household, a.region, a.owner, a.title, a.due_on, COUNT(*) OVER () FROM appeals a WHERE `+where+` AND a.state IN ('handling', 'extension') AND a.due_on < `+d+` ORDER BY a.region, a.due_on, a.id LIMIT `+args.Add(in.First), args...))
	if err != nil {
		return p, err
	}
	ids := make([]string, len(p.First))
	for i, o := range p.First {
		ids[i] = o.Household
	}
	hs, err := household.Briefs(ctx, r, county, ids)
	for i := range p.First {
		p.First[i].Head = hs[p.First[i].Household].Head
	}
	return p, err
}

func disputed(ctx context.Context, r db.Reader, who access.Actor, in Look) (Part[Dispute], error) {
	s, ok, err := reached(who, access.StayRead, in.Place)
	if !ok {
		return Part[Dispute]{Hidden: true, First: []Dispute{}}, err
	}
	var args scope.Args
	where := scope.Where(s, &args, "s.region", func(c string) string { return "(s.county = " + args.Add(who.County()) + " AND s.cadre = " + c + ")" }, scope.Whose{Official: "s.cadre"})
	return collect(db.All(ctx, r, func(w db.Row) (x counted[Dispute], err error) {
		return x, w.Scan(&x.row.ID, &x.row.Cadre, &x.row.Region, &x.row.Kind, &x.row.From, &x.row.To, &x.n)
	}, `SELECT s.id, s.cadre, s.region, s.kind, s.valid_from, s.valid_to, COUNT(*) OVER () FROM stays s WHERE `+where+` AND s.state = 'disputed' AND s.ruling = '' AND s.voided_on = '' ORDER BY s.region, s.valid_from, s.id LIMIT `+args.Add(in.First), args...))
}

func cards(ctx context.Context, r db.Reader, who access.Actor, in Look) (Part[Card], error) {
	s, ok, err := reached(who, access.CardPrint, in.Place)
	if !ok {
		return Part[Card]{Hidden: true, First: []Card{}}, err
	}
	var args scope.Args
	where := scope.Where(s, &args, "c.region", func(c string) string {
		county := args.Add(who.County())
		return "(c.county = " + county + " AND c.pairing IN (SELECT p.id FROM pairings p WHERE p.county = " + county + " AND p.cadre = " + c + "))"
	}, scope.Whose{Official: "c.id"})
	return collect(db.All(ctx, r, func(w db.Row) (x counted[Card], err error) {
		return x, w.Scan(&x.row.ID, &x.row.Pairing, &x.row.Region, &x.row.Review, &x.n)
	}, `SELECT c.id, c.pairing, c.region, c.review_on, COUNT(*) OVER () FROM cards c WHERE `+where+` AND c.state = 'valid' AND c.review_on <> '' AND c.review_on <= `+args.Add(string(who.Today()))+` ORDER BY c.region, c.review_on, c.id LIMIT `+args.Add(in.First), args...))
}
