package practical

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/household"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

const columns = `i.id, i.household, i.region, i.cadre, i.kind, i.origin, i.title, i.notes, i.amount, i.state, i.proposed_on, i.started_on, i.done_on, i.confirmed_on, i.way, i.confirmed_by, i.witness, i.cancelled_on, i.cancel_why, i.writer, i.version`

func scanner(r db.Reader, county string) func(db.Row) (Item, error) {
	v := r.Vault()
	return func(w db.Row) (i Item, err error) {
		if err = w.Scan(&i.ID, &i.Household, &i.Region, &i.Cadre, &i.Kind, &i.Origin, &i.Title, &i.Notes, &i.Amount, &i.State, &i.Proposed, &i.Started, &i.Done, &i.Confirmed, &i.Way, &i.By, &i.Witness, &i.Cancelled, &i.CancelWhy, &i.Writer, &i.Version); err != nil {
			return i, err
		}
		for _, x := range []struct {
			column string
			text   *string
		}{{"title", &i.Title}, {"notes", &i.Notes}, {"witness", &i.Witness}, {"cancel_why", &i.CancelWhy}} {
			if *x.text, err = v.Open(place(county, i.ID, x.column), *x.text); err != nil {
				return i, err
			}
		}
		return i, nil
	}
}

func get(ctx context.Context, r db.Reader, county, id, lock string) (Item, error) {
	return db.One(ctx, r, scanner(r, county), `SELECT `+columns+` FROM practicals i WHERE i.county = $1 AND i.id = $2`+lock, county, id)
}

// Get gives an item, for rules and papers; what leaves a door goes through Show.
func Get(ctx context.Context, r db.Reader, county, id string) (Item, error) {
	return get(ctx, r, county, id, "")
}

// Show gives an item to somebody who may see it: whose item it is, the present
// helper of the home, and those who may by region.
func Show(ctx context.Context, r db.Reader, who access.Actor, id string) (Item, error) {
	i, err := Get(ctx, r, who.County(), id)
	if err != nil {
		return i, err
	}
	own := who.Cadre() != "" && i.Cadre == who.Cadre()
	if !own {
		if own, err = household.Own(ctx, r, who.County(), i.Household, who.Cadre(), who.Today()); err != nil {
			return Item{}, err
		}
	}
	if err := scope.At(who, access.PracticalRead, access.Target{Region: i.Region, Own: own, Home: i.Household}); err != nil {
		return Item{}, err
	}
	return i, nil
}

// OfCadre gives an official's items of which any day lies in a span, cancelled
// ones too, for rules (quota) to count.
func OfCadre(ctx context.Context, r db.Reader, county, cadre string, from, to calendar.Day) ([]Item, error) {
	return db.All(ctx, r, scanner(r, county), `SELECT `+columns+` FROM practicals i WHERE i.county = $1 AND i.cadre = $2 AND i.proposed_on <= $4
		AND (i.proposed_on >= $3 OR i.done_on >= $3 OR i.confirmed_on >= $3 OR i.state IN ('proposed', 'started', 'done')) ORDER BY i.proposed_on, i.id`, county, cadre, string(from), string(to))
}

// OfHousehold gives all items of a home, oldest first, for rules and papers.
func OfHousehold(ctx context.Context, r db.Reader, county, home string) ([]Item, error) {
	return db.All(ctx, r, scanner(r, county), `SELECT `+columns+` FROM practicals i WHERE i.county = $1 AND i.household = $2 ORDER BY i.proposed_on, i.id`, county, home)
}

// Filter narrows a list of items.
type Filter struct {
	Place     string
	Household string
	Cadre     string
	State     string       // "" for all
	From, To  calendar.Day // of the proposal
	After     string
	Limit     int
}

// List gives items, the latest proposed first.
func List(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]Item, string, error) {
	s, err := scope.Reach(who, access.PracticalRead, f.Place)
	if err != nil {
		return nil, "", err
	}
	if err := scope.Known("state", f.State, "practical.state.", Proposed, Started, Done, Confirmed, Cancelled); err != nil {
		return nil, "", err
	}
	after, err := scope.After(f.After, scope.Day, scope.ID)
	if err != nil {
		return nil, "", err
	}
	var args scope.Args
	home := household.OwnSQL(&args, "i.household", who.Today())
	where := scope.Where(s, &args, "i.region", func(c string) string { return "(i.cadre = " + c + " OR " + home(c) + ")" }, scope.Whose{Home: "i.household"}) + " AND i.county = " + args.Add(who.County())
	from, join := scope.From(s, &args, "practicals i", scope.Whose{Home: "i.household"})
	where += join
	if f.Household == "" && f.Cadre == "" {
		where += scope.InTown(s, f.Place, &args, "i.region")
	}
	if f.Place != "" {
		lo, hi := db.Under(f.Place)
		where += " AND i.region >= " + args.Add(lo) + " AND i.region < " + args.Add(hi)
	}
	for _, x := range []struct{ column, value string }{{"i.household =", f.Household}, {"i.cadre =", f.Cadre}, {"i.state =", f.State}, {"i.proposed_on >=", string(f.From)}, {"i.proposed_on <=", string(f.To)}} {
		if x.value != "" {
			where += " AND " + x.column + " " + args.Add(x.value)
		}
	}
	if after != nil {
		where += " AND (i.proposed_on, i.id) < (" + args.Add(after[0]) + ", " + args.Add(after[1]) + ")"
	}
	n := scope.Limit(f.Limit)
	is, err := db.All(ctx, r, scanner(r, who.County()), `SELECT `+columns+` FROM `+from+` WHERE `+where+` ORDER BY i.proposed_on DESC, i.id DESC LIMIT `+args.Add(n+1), args...)
	if err != nil {
		return nil, "", err
	}
	is, next := scope.Cut(is, n, func(i Item) string { return string(i.Proposed) + "~" + i.ID })
	return is, next, nil
}

// Step is one line of an item's history.
type Step struct {
	Kind  string       `json:"kind"`
	Day   calendar.Day `json:"day"`
	Words string       `json:"words,omitempty"`
	Actor string       `json:"actor"` // account
}

// Steps gives an item's history, for those who may see the item.
func Steps(ctx context.Context, r db.Reader, who access.Actor, id string) ([]Step, error) {
	if _, err := Show(ctx, r, who, id); err != nil {
		return nil, err
	}
	return db.All(ctx, r, func(w db.Row) (s Step, err error) {
		var row string
		if err = w.Scan(&row, &s.Kind, &s.Day, &s.Words, &s.Actor); err != nil {
			return s, err
		}
		s.Words, err = r.Vault().Open(vault.Place{Table: "practical_steps", Column: "words", County: who.County(), Row: row}, s.Words)
		return s, err
	}, `SELECT id, kind, day, words, actor FROM practical_steps WHERE county = $1 AND item = $2 ORDER BY id`, who.County(), id)
}

// Rehome moves items when a place is merged or split.
func Rehome(ctx context.Context, tx *db.Tx, county, from, to string) error {
	return region.MovePrefix(ctx, tx, "practicals", "region", county, from, to)
}
