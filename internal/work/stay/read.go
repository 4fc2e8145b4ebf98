package stay

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

const columns = `s.id, s.cadre, s.region, s.kind, s.valid_from, s.valid_to, s.from_half, s.to_half, s.night, s.topic, s.note, s.writer, s.proxy, s.state, s.judged_on, s.judged_by, s.judge_why, s.ruling, s.ruled_on, s.ruled_by, s.ruled_why, s.voided_on, s.void_why, s.written_at`

func scanner(r db.Reader, county string) func(db.Row) (Stay, error) {
	v := r.Vault()
	return func(w db.Row) (s Stay, err error) {
		var ruling string
		if err = w.Scan(&s.ID, &s.Cadre, &s.Region, &s.Kind, &s.From, &s.To, &s.FromHalf, &s.ToHalf, &s.Night, &s.Topic, &s.Note, &s.Writer, &s.Proxy, &s.State, &s.JudgedOn, &s.JudgedBy, &s.JudgeWhy, &ruling, &s.RuledOn, &s.RuledBy, &s.RuledWhy, &s.Voided, &s.VoidWhy, &s.Written); err != nil {
			return s, err
		}
		if s.State == Disputed && ruling == out {
			s.State = RuledOut
		}
		for _, x := range []struct {
			column string
			text   *string
		}{{"topic", &s.Topic}, {"note", &s.Note}, {"judge_why", &s.JudgeWhy}, {"ruled_why", &s.RuledWhy}, {"void_why", &s.VoidWhy}} {
			if *x.text, err = v.Open(place(county, s.ID, x.column), *x.text); err != nil {
				return s, err
			}
		}
		return s, nil
	}
}

// Get gives a stay, for rules and papers; what leaves a door goes through Show.
func Get(ctx context.Context, r db.Reader, county, id string) (Stay, error) {
	return db.One(ctx, r, scanner(r, county), `SELECT `+columns+` FROM stays s WHERE s.county = $1 AND s.id = $2`, county, id)
}

// Show gives a stay to somebody who may see it.
func Show(ctx context.Context, r db.Reader, who access.Actor, id string) (Stay, error) {
	s, err := Get(ctx, r, who.County(), id)
	if err != nil {
		return s, err
	}
	if err := scope.At(who, access.StayRead, access.Target{Region: s.Region, Own: s.Cadre == who.Cadre(), Official: s.Cadre}); err != nil {
		return Stay{}, err
	}
	return s, nil
}

// OfCadre gives all stays of an official that touch a span of days, voided ones
// too, for rules (quota) to count.
func OfCadre(ctx context.Context, r db.Reader, county, cadre string, from, to calendar.Day) ([]Stay, error) {
	return db.All(ctx, r, scanner(r, county), `SELECT `+columns+` FROM stays s WHERE s.county = $1 AND s.cadre = $2 AND s.valid_from <= $4 AND s.valid_to >= $3 ORDER BY s.valid_from, s.id`, county, cadre, string(from), string(to))
}

// Filter narrows a list of stays.
type Filter struct {
	Place    string
	Cadre    string
	Kind     string
	State    string       // "" for any
	From, To calendar.Day // stays that touch these days
	Voided   bool         // voided ones too
	After    string
	Limit    int
}

// List gives stays, the latest first.
func List(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]Stay, string, error) {
	sp, err := scope.Reach(who, access.StayRead, f.Place)
	if err != nil {
		return nil, "", err
	}
	for _, x := range []struct {
		field, value string
		words        []string
	}{{"kind", f.Kind, Kinds}, {"state", f.State, States}} {
		if err := scope.Known(x.field, x.value, "stay."+x.field+".", x.words...); err != nil {
			return nil, "", err
		}
	}
	after, err := scope.After(f.After, scope.Day, scope.ID)
	if err != nil {
		return nil, "", err
	}
	var args scope.Args
	where := scope.Where(sp, &args, "s.region", func(c string) string { return "s.cadre = " + c }, scope.Whose{Official: "s.cadre"}) + " AND s.county = " + args.Add(who.County())
	state, ruling := f.State, ""
	switch f.State {
	case RuledOut:
		state, ruling = Disputed, out
	case Disputed:
		where += " AND s.ruling = ''"
	}
	from, join := scope.From(sp, &args, "stays s", scope.Whose{Official: "s.cadre"})
	where += join
	if f.Cadre == "" {
		where += scope.InTown(sp, f.Place, &args, "s.region")
	}
	if f.Place != "" {
		lo, hi := db.Under(f.Place)
		where += " AND s.region >= " + args.Add(lo) + " AND s.region < " + args.Add(hi)
	}
	for _, x := range []struct{ column, value string }{{"s.cadre =", f.Cadre}, {"s.kind =", f.Kind}, {"s.state =", state}, {"s.ruling =", ruling}, {"s.valid_to >=", string(f.From)}, {"s.valid_from <=", string(f.To)}} {
		if x.value != "" {
			where += " AND " + x.column + " " + args.Add(x.value)
		}
	}
	if !f.Voided {
		where += " AND s.voided_on = ''"
	}
	if after != nil {
		where += " AND (s.valid_from, s.id) < (" + args.Add(after[0]) + ", " + args.Add(after[1]) + ")"
	}
	n := scope.Limit(f.Limit)
	ss, err := db.All(ctx, r, scanner(r, who.County()), `SELECT `+columns+` FROM `+from+` WHERE `+where+` ORDER BY s.valid_from DESC, s.id DESC LIMIT `+args.Add(n+1), args...)
	if err != nil {
		return nil, "", err
	}
	ss, next := scope.Cut(ss, n, func(s Stay) string { return string(s.From) + "~" + s.ID })
	return ss, next, nil
}

// Rehome moves stays when a place is merged or split. A stay hangs on a
// village: what moves is a merged village; a group that goes to a new village
// takes no stays along.
func Rehome(ctx context.Context, tx *db.Tx, county, from, to string) error {
	return region.MovePrefix(ctx, tx, "stays", "region", county, from, to)
}
