package appeal

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/scope"
)

// Along is a matter as an official takes it along on his phone.
type Along struct {
	Appeal
	Wish  string           // the words it was raised with first
	Moves []lifecycle.Move // what he may do with it now
}

// Carried gives the matters an official answers for or brought: everything
// alive or shelved, and what ended from a day on. At most n.
func Carried(ctx context.Context, r db.Reader, who access.Actor, from calendar.Day, n int) ([]Along, error) {
	if who.Cadre() == "" || !access.May(who, access.AppealRead) {
		return nil, nil
	}
	county, args := who.County(), scope.Args{who.County(), who.Cadre(), string(from), n}
	as, err := db.All(ctx, r, scanner(r, county), `SELECT `+columns+` FROM (SELECT id FROM appeals WHERE county = $1 AND owner = $2 UNION SELECT id FROM appeals WHERE county = $1 AND sponsor = $2) x
		CROSS JOIN appeals a WHERE a.county = $1 AND a.id = x.id AND (a.live = TRUE OR a.state = 'shelved' OR a.closed_on >= $3) ORDER BY a.opened_on DESC, a.id DESC LIMIT $4`, args...)
	if err != nil || len(as) == 0 {
		return nil, err
	}
	kept, ids, rules := make([]Along, 0, len(as)), make([]string, 0, len(as)), map[string]Rules{}
	for _, a := range as {
		if !access.Can(who, access.AppealRead, access.Target{Region: a.Region, Own: true}).OK() {
			continue
		}
		x, ok := rules[a.Region]
		if !ok {
			if x, err = RulesFor(ctx, r, county, a.Region, who.Today(), calendar.Calendar{}); err != nil {
				return nil, err
			}
			rules[a.Region] = x
		}
		kept, ids = append(kept, Along{Appeal: a, Moves: lifecycle.Possible(a.matter(), standing(who, a, x.Matters), x.life())}), append(ids, a.ID)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	args = scope.Args{county}
	type voice struct{ id, appeal, wish string }
	vs, err := db.All(ctx, r, func(w db.Row) (v voice, err error) {
		if err = w.Scan(&v.id, &v.appeal, &v.wish); err == nil && v.wish != "" {
			v.wish, err = r.Vault().Open(voicePlace(county, v.id, "wish"), v.wish)
		}
		return v, err
	}, `SELECT id, appeal, wish FROM appeal_voices WHERE county = $1 AND appeal IN `+scope.In(&args, ids)+` AND wish <> '' ORDER BY id DESC`, args...)
	if err != nil {
		return nil, err
	}
	first := map[string]string{}
	for _, v := range vs {
		first[v.appeal] = v.wish
	}
	for i := range kept {
		kept[i].Wish = first[kept[i].ID]
	}
	return kept, nil
}
