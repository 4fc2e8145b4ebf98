package visit

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
)

// Carried gives an official's own visits from a day on with their words, those
// he went along on too, the newest first, as he takes them along on his phone;
// taken back ones are left out. At most n.
func Carried(ctx context.Context, r db.Reader, who access.Actor, from calendar.Day, n int) ([]Visit, error) {
	if who.Cadre() == "" || !access.May(who, access.VisitRead) {
		return nil, nil
	}
	county, x := who.County(), newRow()
	// CROSS JOIN keeps SQLite from walking through the county's visits first.
	return db.All(ctx, r, func(w db.Row) (Visit, error) {
		err := x.read(w)
		if err == nil {
			err = x.open(r.Vault(), county)
		}
		return x.v, err
	}, `SELECT `+columns+` FROM (SELECT id FROM visits WHERE county = $1 AND cadre = $2 AND day >= $3
		UNION SELECT visit AS id FROM visit_people WHERE county = $1 AND cadre = $2 AND day >= $3) x CROSS JOIN visits v
		WHERE v.county = $1 AND v.id = x.id AND v.voided_on = '' ORDER BY v.day DESC, v.clock DESC, v.id DESC LIMIT $4`, county, who.Cadre(), string(from), n)
}
