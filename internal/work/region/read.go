package region

import (
	"context"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/scope"
)

const columns = `id, name, level, kind, parent, path, valid_from, valid_to, successor`

func scan(r db.Row) (x Region, err error) {
	return x, r.Scan(&x.ID, &x.Name, &x.Level, &x.Kind, &x.Parent, &x.Path, &x.From, &x.To, &x.Successor)
}

// Get gives a place of a county by its code.
func Get(ctx context.Context, r db.Reader, county, id string) (Region, error) {
	return db.One(ctx, r, scan, `SELECT `+columns+` FROM regions WHERE county = $1 AND id = $2`, county, id)
}

// Hold gives a place and keeps others from deciding about it until the write
// ends (on PostgreSQL; SQLite has one writer anyway), for what must be unique
// in it: the number of a card.
func Hold(ctx context.Context, tx *db.Tx, county, path string) (Region, error) {
	return db.One(ctx, tx, scan, `SELECT `+columns+` FROM regions WHERE county = $1 AND id = $2`+tx.ForUpdate(), county, Last(path))
}

// ByPath gives the place at the end of a path.
func ByPath(ctx context.Context, r db.Reader, path string) (Region, error) {
	return db.One(ctx, r, scan, `SELECT `+columns+` FROM regions WHERE path = $1`, path)
}

// Find gives a present place by code or by its whole name at a level; the
// command line lets people write 青石镇 or 990101100.
func Find(ctx context.Context, r db.Reader, codeOrName string, l Level) (Region, string, error) {
	type found struct {
		Region
		county string
	}
	x, err := db.One(ctx, r, func(w db.Row) (f found, err error) {
		return f, w.Scan(&f.county, &f.ID, &f.Name, &f.Level, &f.Kind, &f.Parent, &f.Path, &f.From, &f.To, &f.Successor)
	}, `SELECT county, `+columns+` FROM regions WHERE level = $2 AND valid_to = '' AND (id = $1 OR name = $1) ORDER BY county, id LIMIT 1`, codeOrName, string(l))
	return x.Region, x.county, err
}

// Named gives the present place of a name beside which a code would lie, with
// an empty ID where there is none.
func Named(ctx context.Context, r db.Reader, county, code, name string) (Region, error) {
	l, ok := LevelOf(code)
	if !ok || parentDigits(l) == 0 {
		return Region{}, nil
	}
	xs, err := db.All(ctx, r, scan, `SELECT `+columns+` FROM regions WHERE county = $1 AND parent = $2 AND name = $3 AND valid_to = '' ORDER BY id LIMIT 1`, county, code[:parentDigits(l)], strings.TrimSpace(name))
	if err != nil || len(xs) == 0 {
		return Region{}, err
	}
	return xs[0], nil
}

// Under lists the places at or below a path the actor may see, in the order of
// their codes, which is the administrative order. Ended places are left out
// unless all is set.
func Under(ctx context.Context, r db.Reader, who access.Actor, path string, all bool) ([]Region, error) {
	s, err := scope.Reach(who, access.RegionRead, path)
	if err != nil {
		return nil, err
	}
	var args scope.Args
	where := scope.Where(s, &args, "path", nil, scope.Nobody)
	if !all {
		where += ` AND valid_to = ''`
	}
	return db.All(ctx, r, scan, `SELECT `+columns+` FROM regions WHERE `+where+` ORDER BY path`, args...)
}

// Tree gives all present places below a path without asking who looks; use
// cases and rules use it for their own decisions, never for a list to show.
func Tree(ctx context.Context, r db.Reader, path string) ([]Region, error) {
	lo, hi := db.Under(path)
	return db.All(ctx, r, scan, `SELECT `+columns+` FROM regions WHERE path >= $1 AND path < $2 AND valid_to = '' ORDER BY path`, lo, hi)
}

// Names maps the paths below a path to their names, ended places included.
func Names(ctx context.Context, r db.Reader, path string) (map[string]string, error) {
	lo, hi := db.Under(path)
	all, err := db.All(ctx, r, scan, `SELECT `+columns+` FROM regions WHERE path >= $1 AND path < $2 ORDER BY path`, lo, hi)
	if err != nil {
		return nil, err
	}
	m := make(map[string]string, len(all))
	for _, x := range all {
		m[x.Path] = x.Name
	}
	return m, nil
}

// Place says where something is in words: 李家湾村3组 within a township,
// 青石镇李家湾村3组 with it.
func Place(names map[string]string, path string, from Level) string {
	var b strings.Builder
	for _, l := range Levels {
		if digits[l] < digits[from] {
			continue
		}
		if p := Upto(path, l); p != "" {
			b.WriteString(names[p])
		}
	}
	return b.String()
}

// Change is one line of a place's history.
type Change struct {
	ID     string `json:"id"`
	Region string `json:"region"`
	Kind   string `json:"kind"`
	Day    string `json:"day"`
	Before string `json:"before"`
	After  string `json:"after"`
	Note   string `json:"note"`
}

// History lists what happened to a place.
func History(ctx context.Context, r db.Reader, who access.Actor, id string) ([]Change, error) {
	x, err := Get(ctx, r, who.County(), id)
	if err != nil {
		return nil, err
	}
	if err := scope.Can(who, access.RegionRead, x.Path, false); err != nil {
		return nil, err
	}
	return db.All(ctx, r, func(w db.Row) (c Change, err error) {
		return c, w.Scan(&c.ID, &c.Region, &c.Kind, &c.Day, &c.Before, &c.After, &c.Note)
	}, `SELECT id, region, kind, day, before, after, note FROM region_changes WHERE county = $1 AND region = $2 ORDER BY day, id`, who.County(), id)
}
