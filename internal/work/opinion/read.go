package opinion

import (
	"context"
	"slices"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/upward"
	"lianxin/internal/work/scope"
)

const columns = `o.id, o.region, o.cadre, o.writer, o.state, o.outcome, o.homes, o.day, o.sent_on, o.answered_on, o.answer, o.told_on, o.version, t.title, t.addressee, t.nameless`

const from = ` FROM opinions o JOIN opinion_texts t ON t.county = o.county AND t.opinion = o.id AND t.n = o.version `

func scanner(r db.Reader, who access.Actor) func(db.Row) (Opinion, error) {
	county := who.County()
	return func(w db.Row) (o Opinion, err error) {
		if err = w.Scan(&o.ID, &o.Region, &o.Cadre, &o.writer, &o.State, &o.Outcome, &o.Homes, &o.Day, &o.SentOn, &o.AnsweredOn, &o.Answer, &o.ToldOn, &o.Version, &o.Title, &o.Addressee, &o.Nameless); err != nil {
			return o, err
		}
		o.Mine = o.writer == who.Account() || o.Cadre != "" && o.Cadre == who.Cadre()
		row := textRow(o.ID, o.Version)
		if err = open(r, county, "opinion_texts", row, "title", &o.Title); err != nil {
			return o, err
		}
		if err = open(r, county, "opinion_texts", row, "addressee", &o.Addressee); err != nil {
			return o, err
		}
		return o, open(r, county, "opinions", o.ID, "answer", &o.Answer)
	}
}

// Show gives an opinion with all its words to who may read it: its proposer, the
// office, the leaders.
func Show(ctx context.Context, r db.Reader, who access.Actor, id string) (Opinion, error) {
	o, err := db.One(ctx, r, scanner(r, who), `SELECT `+columns+from+`WHERE o.county = $1 AND o.id = $2`, who.County(), id)
	if err != nil {
		return Opinion{}, err
	}
	if err := scope.Can(who, access.OpinionRead, o.Region, o.Mine); err != nil {
		return Opinion{}, err
	}
	vs, err := texts(ctx, r, who.County(), id, o.Version)
	if err != nil || len(vs) == 0 {
		return Opinion{}, err
	}
	o.Said, o.Suggestion, o.Sources = vs[0].Said, vs[0].Suggestion, vs[0].Sources
	return o, nil
}

// Version is the words as they once were.
type Version struct {
	N          int          `json:"n"`
	Day        calendar.Day `json:"day"`
	Cadre      string       `json:"cadre,omitempty"`
	Title      string       `json:"title"`
	Addressee  string       `json:"addressee,omitempty"`
	Said       string       `json:"said"`
	Suggestion string       `json:"suggestion,omitempty"`
	Nameless   bool         `json:"nameless"`
	Sources    []Source     `json:"sources,omitempty"`
}

// texts gives versions, the newest first; n is the only one asked for, or 0.
func texts(ctx context.Context, r db.Reader, county, id string, n int) ([]Version, error) {
	refs, err := db.All(ctx, r, func(w db.Row) (s Source, err error) { return s, w.Scan(&s.Kind, &s.Ref) }, `SELECT kind, ref FROM opinion_sources WHERE county = $1 AND opinion = $2 ORDER BY n`, county, id)
	if err != nil {
		return nil, err
	}
	return db.All(ctx, r, func(w db.Row) (v Version, err error) {
		var quotes string
		if err = w.Scan(&v.N, &v.Day, &v.Cadre, &v.Title, &v.Addressee, &v.Said, &v.Suggestion, &quotes, &v.Nameless); err != nil {
			return v, err
		}
		for _, x := range []struct {
			column string
			text   *string
		}{{"title", &v.Title}, {"addressee", &v.Addressee}, {"said", &v.Said}, {"suggestion", &v.Suggestion}, {"quotes", &quotes}} {
			if err = open(r, county, "opinion_texts", textRow(id, v.N), x.column, x.text); err != nil {
				return v, err
			}
		}
		v.Sources, err = quoted(refs, quotes)
		return v, err
	}, `SELECT n, day, cadre, title, addressee, said, suggestion, quotes, nameless FROM opinion_texts WHERE county = $1 AND opinion = $2 AND (n = $3 OR $3 = 0) ORDER BY n DESC`, county, id, n)
}

// Versions gives all versions of the words, the newest first.
func Versions(ctx context.Context, r db.Reader, who access.Actor, id string) ([]Version, error) {
	if _, err := Show(ctx, r, who, id); err != nil {
		return nil, err
	}
	return texts(ctx, r, who.County(), id, 0)
}

// Step is one thing that was done.
type Step struct {
	Move  string       `json:"move"` // propose, edit, or a move
	Day   calendar.Day `json:"day"`
	Words string       `json:"words,omitempty"`
	Cadre string       `json:"cadre,omitempty"`
}

// Steps gives what was done with an opinion, the oldest first.
func Steps(ctx context.Context, r db.Reader, who access.Actor, id string) ([]Step, error) {
	if _, err := Show(ctx, r, who, id); err != nil {
		return nil, err
	}
	return db.All(ctx, r, func(w db.Row) (s Step, err error) {
		var n int
		if err = w.Scan(&n, &s.Move, &s.Day, &s.Words, &s.Cadre); err != nil {
			return s, err
		}
		return s, open(r, who.County(), "opinion_steps", textRow(id, n), "words", &s.Words)
	}, `SELECT n, move, day, words, cadre FROM opinion_steps WHERE county = $1 AND opinion = $2 ORDER BY n`, who.County(), id)
}

// Possible gives the moves somebody may make now.
func Possible(ctx context.Context, r db.Reader, who access.Actor, o Opinion) ([]upward.Move, error) {
	ms := upward.Moves(o.State, parts(who, o)...)
	if !slices.Contains(ms, upward.Approve) {
		return ms, nil
	}
	err := stranger(ctx, r, who, o)
	if fault.Is(err, fault.Forbidden) {
		return slices.DeleteFunc(ms, func(m upward.Move) bool { return m == upward.Approve }), nil
	}
	return ms, err
}

// Editable reports whether somebody may change the words now.
func Editable(who access.Actor, o Opinion) bool {
	return o.State == upward.Proposed && o.Mine || o.State.Open() && access.Can(who, access.OpinionEdit, access.Target{Region: o.Region}).OK()
}

// Filter narrows a list.
type Filter struct {
	Place  string
	State  upward.State
	States []upward.State // one of these
	Mine   bool
	After  string
	Limit  int
}

// List gives opinions the reader may read, the newest first, without their long
// texts.
func List(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]Opinion, string, error) {
	s, err := scope.Reach(who, access.OpinionRead, f.Place)
	if err != nil {
		return nil, "", err
	}
	var words []string
	for _, x := range upward.States {
		words = append(words, string(x))
	}
	if err := scope.Known("state", string(f.State), "opinion.state.", words...); err != nil {
		return nil, "", err
	}
	after, err := scope.After(f.After, scope.Day, scope.ID)
	if err != nil {
		return nil, "", err
	}
	var args scope.Args
	where := scope.Where(s, &args, "o.region", func(cadre string) string { return "o.cadre = " + cadre }, scope.Nobody) + " AND o.county = " + args.Add(who.County())
	if f.Place != "" {
		lo, hi := db.Under(f.Place)
		where += " AND o.region >= " + args.Add(lo) + " AND o.region < " + args.Add(hi)
	}
	if f.State != "" {
		where += " AND o.state = " + args.Add(string(f.State))
	}
	if len(f.States) > 0 {
		where += " AND o.state IN " + scope.In(&args, f.States)
	}
	if f.Mine {
		where += " AND (o.writer = " + args.Add(who.Account()) + " OR o.cadre <> '' AND o.cadre = " + args.Add(who.Cadre()) + ")"
	}
	if after != nil {
		where += " AND (o.day, o.id) < (" + args.Add(after[0]) + ", " + args.Add(after[1]) + ")"
	}
	n := scope.Limit(f.Limit)
	os, err := db.All(ctx, r, scanner(r, who), `SELECT `+columns+from+`WHERE `+where+` ORDER BY o.day DESC, o.id DESC LIMIT `+args.Add(n+1), args...)
	if err != nil {
		return nil, "", err
	}
	os, next := scope.Cut(os, n, func(o Opinion) string { return string(o.Day) + "~" + o.ID })
	return os, next, nil
}

// Voiced is what the readers of a matter learn of an opinion drawn from it.
type Voiced struct {
	ID         string       `json:"id,omitempty"` // only for those who may open it
	State      upward.State `json:"state"`
	Outcome    upward.State `json:"outcome,omitempty"`
	AnsweredOn calendar.Day `json:"answered_on,omitempty"`
	Answer     string       `json:"answer,omitempty"`
}

// OfMatter gives what became of a matter upward. The caller has shown the matter
// to the reader already. Those who may read the opinion see it at once; the
// others once the proposer has been told, and never where the village was left
// out: nobody is to find out who spoke.
func OfMatter(ctx context.Context, r db.Reader, who access.Actor, matter string) ([]Voiced, error) {
	os, err := db.All(ctx, r, scanner(r, who), `SELECT `+columns+from+`WHERE o.county = $1 AND o.id IN (SELECT s.opinion FROM opinion_sources s WHERE s.county = $1 AND s.kind = 'appeal' AND s.ref = $2) ORDER BY o.day DESC, o.id DESC LIMIT 20`, who.County(), matter)
	if err != nil {
		return nil, err
	}
	var out []Voiced
	for _, o := range os {
		v := Voiced{State: o.State, Outcome: o.Outcome, AnsweredOn: o.AnsweredOn, Answer: o.Answer}
		switch {
		case access.Can(who, access.OpinionRead, access.Target{Region: o.Region, Own: o.Mine}).OK():
			v.ID = o.ID
		case o.State != upward.Told || o.Nameless:
			continue
		}
		out = append(out, v)
	}
	return out, nil
}
