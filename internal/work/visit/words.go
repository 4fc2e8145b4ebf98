package visit

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/scope"
)

// The kinds under which the diary is indexed (base/search).
const (
	SearchVisit   = "visit"
	SearchThought = "thought"
)

// Words gives visits with words and companions for the index. Voided visits and
// visits without words are left out, and so is a text that does not open:
// whoever opens the visit is told.
func Words(ctx context.Context, r db.Reader, county string, ids []string) ([]Visit, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	args := scope.Args{county}
	all, err := db.All(ctx, r, closed(), `SELECT `+columns+` FROM visits v WHERE v.county = $1 AND v.id IN `+scope.In(&args, ids)+` AND v.voided_on = '' AND v.words <> ''`, args...)
	if err != nil {
		return nil, err
	}
	vs := all[:0]
	for _, v := range all {
		if v.Words, err = r.Vault().Open(words(county, v.ID), v.Words); err == nil {
			vs = append(vs, v)
		}
	}
	at := make([]string, len(vs))
	for i := range vs {
		at[i] = vs[i].ID
	}
	return vs, company(ctx, r, county, vs, at)
}

// Readable gives those of some visits whose words somebody may read.
func Readable(ctx context.Context, r db.Reader, who access.Actor, ids []string) ([]Visit, error) {
	if !access.May(who, access.VisitRead) {
		return nil, nil
	}
	all, err := Words(ctx, r, who.County(), ids)
	if err != nil {
		return nil, err
	}
	out := all[:0]
	for _, v := range all {
		if access.Can(who, access.VisitRead, target(who, v)).OK() {
			out = append(out, v)
		}
	}
	return out, nil
}

// ThoughtWords gives thoughts for the index, with the place of the official
// they belong to: by it is judged who reads his diary. A thought whose visit
// was taken back goes with it, and so does one that does not open.
func ThoughtWords(ctx context.Context, r db.Reader, county string, ids []string) ([]Thought, map[string]string, error) {
	if len(ids) == 0 {
		return nil, nil, nil
	}
	args := scope.Args{county}
	type row struct {
		Thought
		place string
	}
	rows, err := db.All(ctx, r, func(w db.Row) (x row, err error) {
		return x, w.Scan(&x.ID, &x.Cadre, &x.Day, &x.Visit, &x.Words, &x.place)
	}, `SELECT t.id, t.cadre, t.day, t.visit, t.words, c.region FROM thoughts t JOIN cadres c ON c.county = t.county AND c.id = t.cadre
		WHERE t.county = $1 AND t.id IN `+scope.In(&args, ids)+` AND NOT EXISTS (SELECT 1 FROM visits v WHERE v.county = t.county AND v.id = t.visit AND v.voided_on <> '')`, args...)
	if err != nil {
		return nil, nil, err
	}
	var out []Thought
	places := map[string]string{}
	for _, x := range rows {
		if x.Words, err = r.Vault().Open(vault.Place{Table: "thoughts", Column: "words", County: county, Row: x.ID}, x.Words); err == nil && x.Words != "" {
			out, places[x.ID] = append(out, x.Thought), x.place
		}
	}
	return out, places, nil
}

// ReadableThoughts gives those of some thoughts that somebody may read: his
// own, and those of the officials whose diary is open to him.
func ReadableThoughts(ctx context.Context, r db.Reader, who access.Actor, ids []string) ([]Thought, map[string]string, error) {
	if !access.May(who, access.VisitRead) {
		return nil, nil, nil
	}
	all, places, err := ThoughtWords(ctx, r, who.County(), ids)
	if err != nil {
		return nil, nil, err
	}
	out := all[:0]
	for _, t := range all {
		if t.Cadre != "" && t.Cadre == who.Cadre() || access.Can(who, access.VisitRead, access.Target{Region: places[t.ID]}).OK() {
			out = append(out, t)
		}
	}
	return out, places, nil
}

// IDs gives up to n ids of a county's visits after one, in order, for making
// the index anew; thoughts have ids of their own.
func IDs(ctx context.Context, r db.Reader, county, after string, n int) ([]string, error) {
	return db.All(ctx, r, db.Text, `SELECT id FROM visits WHERE county = $1 AND id > $2 ORDER BY id LIMIT $3`, county, after, n)
}

// ThoughtIDs is IDs for thoughts.
func ThoughtIDs(ctx context.Context, r db.Reader, county, after string, n int) ([]string, error) {
	return db.All(ctx, r, db.Text, `SELECT id FROM thoughts WHERE county = $1 AND id > $2 ORDER BY id LIMIT $3`, county, after, n)
}
