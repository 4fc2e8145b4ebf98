package appeal

import (
	"context"
	"errors"

	"lianxin/internal/base/db"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/scope"
)

// SearchAppeal is the kind under which matters are indexed (base/search).
const SearchAppeal = "appeal"

// Worded is a matter with everything in it that is found by its words. It is
// the one place that says which texts of a matter are searched, and by whom.
type Worded struct {
	Appeal
	Texts []string // title, answer, words of its steps, wishes and what was said of the answer
}

// Words gives matters with their texts for the index. A text that does not open
// is left out: whoever opens the matter is told.
func Words(ctx context.Context, r db.Reader, county string, ids []string) ([]Worded, error) {
	args := scope.Args{county}
	in := scope.In(&args, ids)
	as, err := db.All(ctx, r, scanner(r, county), `SELECT `+columns+` FROM appeals a WHERE a.county = $1 AND a.id IN `+in, args...)
	if errors.Is(err, vault.ErrSealed) && len(ids) > 1 {
		return oneByOne(ctx, r, county, ids)
	}
	if errors.Is(err, vault.ErrSealed) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	type line struct{ id, appeal, words string }
	steps, err := db.All(ctx, r, func(w db.Row) (l line, err error) { return l, w.Scan(&l.id, &l.appeal, &l.words) },
		`SELECT id, appeal, words FROM appeal_steps WHERE county = $1 AND appeal IN `+in+` AND words <> '' ORDER BY appeal, seq`, args...)
	if err != nil {
		return nil, err
	}
	said := map[string][]string{}
	for _, l := range steps {
		if text, err := r.Vault().Open(vault.Place{Table: "appeal_steps", Column: "words", County: county, Row: l.id}, l.words); err == nil {
			said[l.appeal] = append(said[l.appeal], text)
		}
	}
	if _, err = db.All(ctx, r, func(w db.Row) (l line, err error) {
		var wish, remark string
		if err = w.Scan(&l.id, &l.appeal, &wish, &remark); err != nil {
			return l, err
		}
		for _, x := range []struct{ column, text string }{{"wish", wish}, {"remark", remark}} {
			if x.text == "" {
				continue
			}
			if text, err := r.Vault().Open(voicePlace(county, l.id, x.column), x.text); err == nil {
				said[l.appeal] = append(said[l.appeal], text)
			}
		}
		return l, nil
	}, `SELECT id, appeal, wish, remark FROM appeal_voices WHERE county = $1 AND appeal IN `+in+` AND (wish <> '' OR remark <> '') ORDER BY id`, args...); err != nil {
		return nil, err
	}
	out := make([]Worded, len(as))
	for i, a := range as {
		out[i] = Worded{Appeal: a, Texts: append([]string{a.Title, a.Result}, said[a.ID]...)}
	}
	return out, nil
}

// oneByOne is Words where one of the matters does not open.
func oneByOne(ctx context.Context, r db.Reader, county string, ids []string) (out []Worded, err error) {
	for _, id := range ids {
		ws, err := Words(ctx, r, county, []string{id})
		if err != nil {
			return nil, err
		}
		out = append(out, ws...)
	}
	return out, nil
}

// Readable gives those of some matters with their texts that somebody may read.
func Readable(ctx context.Context, r db.Reader, who access.Actor, ids []string) ([]Worded, error) {
	if len(ids) == 0 || !access.May(who, access.AppealRead) {
		return nil, nil
	}
	all, err := Words(ctx, r, who.County(), ids)
	if err != nil {
		return nil, err
	}
	out := all[:0]
	for _, a := range all {
		if access.Can(who, access.AppealRead, a.Target(who)).OK() {
			out = append(out, a)
		}
	}
	return out, nil
}

// IDs gives up to n ids of a county's matters after one, in order, for making
// the index anew.
func IDs(ctx context.Context, r db.Reader, county, after string, n int) ([]string, error) {
	return db.All(ctx, r, db.Text, `SELECT id FROM appeals WHERE county = $1 AND id > $2 ORDER BY id LIMIT $3`, county, after, n)
}
