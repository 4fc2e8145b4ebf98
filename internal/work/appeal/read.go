package appeal

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

const columns = `a.id, a.origin, a.household, a.region, a.owner, a.by_whom, a.title, a.opened_on, a.due_on, a.state, a.closed_on, a.result, a.version`

func scanner(r db.Reader, county string) func(db.Row) (Appeal, error) {
	v := r.Vault()
	return func(w db.Row) (a Appeal, err error) {
		if err = w.Scan(&a.ID, &a.Origin, &a.Household, &a.Region, &a.Owner, &a.By, &a.Title, &a.OpenedOn, &a.DueOn, &a.State, &a.ClosedOn, &a.Result, &a.Version); err != nil {
			return a, err
		}
		if a.Title, err = v.Open(vault.Place{Table: "appeals", Column: "title", County: county, Row: a.ID}, a.Title); err != nil {
			return a, err
		}
		a.Result, err = v.Open(vault.Place{Table: "appeals", Column: "result", County: county, Row: a.ID}, a.Result)
		return a, err
	}
}

// Get gives a matter, for rules and papers; what leaves a door goes through Show.
func Get(ctx context.Context, r db.Reader, county, id string) (Appeal, error) {
	return db.One(ctx, r, scanner(r, county), `SELECT `+columns+` FROM appeals a WHERE a.county = $1 AND a.id = $2`, county, id)
}

// Show gives a matter to somebody who may see it: its owner, or the office.
func Show(ctx context.Context, r db.Reader, who access.Actor, id string) (Appeal, error) {
	a, err := Get(ctx, r, who.County(), id)
	if err != nil {
		return a, err
	}
	if err := scope.Can(who, access.AppealRead, a.Region, a.Owner != "" && a.Owner == who.Cadre()); err != nil {
		return Appeal{}, err
	}
	return a, nil
}

// Of gives the matters that came out of some origin, oldest first.
func Of(ctx context.Context, r db.Reader, county, origin string) ([]Appeal, error) {
	return db.All(ctx, r, scanner(r, county), `SELECT `+columns+` FROM appeals a WHERE a.county = $1 AND a.origin = $2 ORDER BY a.id`, county, origin)
}

// OfOrigins gives the matters of several origins by origin.
func OfOrigins(ctx context.Context, r db.Reader, county string, origins []string) (map[string][]Appeal, error) {
	m := map[string][]Appeal{}
	if len(origins) == 0 {
		return m, nil
	}
	args := scope.Args{county}
	as, err := db.All(ctx, r, scanner(r, county), `SELECT `+columns+` FROM appeals a WHERE a.county = $1 AND a.origin IN `+scope.In(&args, origins)+` ORDER BY a.id`, args...)
	for _, a := range as {
		m[a.Origin] = append(m[a.Origin], a)
	}
	return m, err
}

// Filter narrows a list of matters.
type Filter struct {
	Place     string
	Household string
	Owner     string
	State     string       // "" for open
	Any       bool         // all states
	DueBefore calendar.Day // only those due before this day
	DueFrom   calendar.Day // only those due on this day or later
	After     string
	Limit     int
}

// List gives matters by due day.
func List(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]Appeal, string, error) {
	s, err := scope.Reach(who, access.AppealRead, f.Place)
	if err != nil {
		return nil, "", err
	}
	if err := scope.Known("state", f.State, Open, Done, Withdrawn); err != nil {
		return nil, "", err
	}
	after, err := scope.After(f.After, scope.DayOrNone, scope.ID)
	if err != nil {
		return nil, "", err
	}
	var args scope.Args
	where := scope.Where(s, &args, "a.region", func(c string) string { return "a.owner = " + c }) + " AND a.county = " + args.Add(who.County())
	if f.Household == "" && f.Owner == "" {
		where += scope.InTown(s, f.Place, &args, "a.region")
	}
	if f.Place != "" {
		lo, hi := db.Under(f.Place)
		where += " AND a.region >= " + args.Add(lo) + " AND a.region < " + args.Add(hi)
	}
	if f.Household != "" {
		where += " AND a.household = " + args.Add(f.Household)
	}
	if f.Owner != "" {
		where += " AND a.owner = " + args.Add(f.Owner)
	}
	if !f.Any {
		if f.State == "" {
			f.State = Open
		}
		where += " AND a.state = " + args.Add(f.State)
	}
	if f.DueFrom != "" {
		where += " AND a.due_on >= " + args.Add(string(f.DueFrom))
	}
	if f.DueBefore != "" {
		where += " AND a.due_on < " + args.Add(string(f.DueBefore))
	}
	if after != nil {
		where += " AND (a.due_on, a.id) > (" + args.Add(after[0]) + ", " + args.Add(after[1]) + ")"
	}
	n := scope.Limit(f.Limit)
	as, err := db.All(ctx, r, scanner(r, who.County()), `SELECT `+columns+` FROM appeals a WHERE `+where+` ORDER BY a.due_on, a.id LIMIT `+args.Add(n+1), args...)
	if err != nil {
		return nil, "", err
	}
	as, next := scope.Cut(as, n, func(a Appeal) string { return string(a.DueOn) + "~" + a.ID })
	return as, next, nil
}

// Step is one line of a matter's history.
type Step struct {
	Kind   string       `json:"kind"`
	Day    calendar.Day `json:"day"`
	Before string       `json:"before,omitempty"`
	After  string       `json:"after,omitempty"`
	Words  string       `json:"words,omitempty"`
}

// Steps gives a matter's history, for those who may see the matter.
func Steps(ctx context.Context, r db.Reader, who access.Actor, id string) ([]Step, error) {
	if _, err := Show(ctx, r, who, id); err != nil {
		return nil, err
	}
	type row struct {
		Step
		id string
	}
	rows, err := db.All(ctx, r, func(w db.Row) (x row, err error) {
		return x, w.Scan(&x.id, &x.Kind, &x.Day, &x.Before, &x.After, &x.Words)
	}, `SELECT id, kind, day, before, after, words FROM appeal_steps WHERE county = $1 AND appeal = $2 ORDER BY id`, who.County(), id)
	if err != nil {
		return nil, err
	}
	out := make([]Step, len(rows))
	for i, x := range rows {
		if x.Words, err = r.Vault().Open(vault.Place{Table: "appeal_steps", Column: "words", County: who.County(), Row: x.id}, x.Words); err != nil {
			return nil, err
		}
		out[i] = x.Step
	}
	return out, nil
}

// Rehome moves matters when a place is merged or split.
func Rehome(ctx context.Context, tx *db.Tx, county, from, to string) error {
	return region.MovePrefix(ctx, tx, "appeals", "region", county, from, to)
}

// OfHousehold gives the matters of a home opened in a span of days, for papers.
func OfHousehold(ctx context.Context, r db.Reader, county, home string, from, to calendar.Day) ([]Appeal, error) {
	return db.All(ctx, r, scanner(r, county), `SELECT `+columns+` FROM appeals a WHERE a.county = $1 AND a.household = $2 AND a.opened_on >= $3 AND a.opened_on <= $4 ORDER BY a.id`, county, home, string(from), string(to))
}
