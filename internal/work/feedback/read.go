package feedback

import (
	"context"
	"strconv"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

const columns = `id, region, kind, signed, words, at, answer, answered_at`

func scanner(r db.Reader, county string) func(db.Row) (Entry, error) {
	return func(w db.Row) (e Entry, err error) {
		if err = w.Scan(&e.ID, &e.Region, &e.Kind, &e.Signed, &e.Words, &e.At, &e.Answer, &e.AnsweredAt); err != nil {
			return e, err
		}
		for _, c := range []struct {
			name string
			text *string
		}{{"signed", &e.Signed}, {"words", &e.Words}, {"answer", &e.Answer}} {
			if *c.text == "" {
				continue
			}
			if *c.text, err = r.Vault().Open(place(county, e.ID, c.name), *c.text); err != nil {
				return e, err
			}
		}
		return e, nil
	}
}

func get(ctx context.Context, r db.Reader, who access.Actor, id string) (Entry, error) {
	return db.One(ctx, r, scanner(r, who.County()), `SELECT `+columns+` FROM feedback WHERE county = $1 AND id = $2`, who.County(), id)
}

// Filter narrows the county's list.
type Filter struct {
	Waiting bool // only what has no answer yet
	After   string
	Limit   int
}

// Mine gives the actor's own texts with their answers, newest first.
func Mine(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]Entry, string, error) {
	if !access.May(who, access.Self) {
		return nil, "", fault.New(fault.Forbidden, "access.not_role")
	}
	args := scope.Args{who.County(), markOf(r, who)}
	return list(ctx, r, who, f, args, `county = $1 AND sender = $2`)
}

// Box gives the texts that wait for the actor's answer and those that have one,
// newest first. Only the county's administrator has a box.
func Box(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]Entry, string, error) {
	args, where, err := box(who)
	if err != nil {
		return nil, "", err
	}
	return list(ctx, r, who, f, args, where)
}

func box(who access.Actor) (scope.Args, string, error) {
	s, err := scope.Reach(who, access.FeedbackAnswer, "")
	if err != nil {
		return nil, "", err
	}
	args := scope.Args{who.County()}
	return args, `county = $1 AND ` + scope.Where(s, &args, "region", nil, scope.Nobody), nil
}

func list(ctx context.Context, r db.Reader, who access.Actor, f Filter, args scope.Args, where string) ([]Entry, string, error) {
	where = "(" + where + ")"
	if f.Waiting {
		where += " AND answered_at = 0"
	}
	after, err := scope.After(f.After, scope.Number, scope.ID)
	if err != nil {
		return nil, "", err
	}
	if after != nil {
		at, err := strconv.ParseInt(after[0], 10, 64)
		if err != nil {
			return nil, "", err
		}
		where += " AND (at, id) < (" + args.Add(at) + ", " + args.Add(after[1]) + ")"
	}
	n := scope.Limit(f.Limit)
	q := `SELECT ` + columns + ` FROM feedback WHERE ` + where + ` ORDER BY at DESC, id DESC LIMIT ` + args.Add(n+1)
	es, err := db.All(ctx, r, scanner(r, who.County()), q, args...)
	if err != nil {
		return nil, "", err
	}
	page, next := scope.Cut(es, n, func(e Entry) string { return strconv.FormatInt(e.At, 10) + "~" + e.ID })
	return page, next, nil
}

// Waiting counts what the actor has not answered yet.
func Waiting(ctx context.Context, r db.Reader, who access.Actor) (int, error) {
	args, where, err := box(who)
	if err != nil {
		return 0, err
	}
	return db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM feedback WHERE `+where+` AND answered_at = 0`, args...)
}

// Show gives one text to its sender or to the county.
func Show(ctx context.Context, r db.Reader, who access.Actor, id string) (Entry, error) {
	e, err := get(ctx, r, who, id)
	if err != nil {
		return e, err
	}
	n, err := db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM feedback WHERE county = $1 AND id = $2 AND sender = $3`, who.County(), id, markOf(r, who))
	if err != nil {
		return Entry{}, err
	}
	if n > 0 || access.Can(who, access.FeedbackAnswer, access.Target{Region: e.Region}).OK() {
		return e, nil
	}
	// To everybody else it does not exist: even that something was written is
	// nobody's business.
	return Entry{}, fault.New(fault.NotFound, "fault.not_found")
}

// Rehome moves what came from a township that is merged or renumbered.
func Rehome(ctx context.Context, tx *db.Tx, county, from, to string) error {
	return region.MovePrefix(ctx, tx, "feedback", "region", county, from, to)
}
